"""The administration of funding, keys, rules and budgets."""

from django.contrib import admin
from django.db import models

from budgets.models import (
    AllocationKey,
    AllocationRule,
    BudgetLine,
    BudgetStatement,
    CostBasis,
    FundingForm,
    KeyFigure,
    KeyFigureSet,
    NotePlacement,
    PartyWeight,
    PrintedFigure,
    TableNote,
)
from budgets.querysets import shared_by_locked_plan
from budgets.resources import BUDGET_RESOURCES
from plans.admin import MasterDataAdmin
from plans.models import Plan
from plans.permissions import WRITES_BUDGETS, WRITES_COST_MODEL
from plans.write_rules import LockedWithPlan, WriteRules, WrittenInCollaboration


class LockedWithBudget(LockedWithPlan):
    """Admin of the rows of a plan's budget."""

    writers = WRITES_BUDGETS


class LockedWithCostBasis(WriteRules):
    """Admin of what costs are shared by: read-only once a plan that was sent for decision shares by it.

    ``cost_basis_paths`` are the lookups from a row to the cost bases that use it, ``holder`` the foreign key to the set
    or rule that the row is a part of. They are no plan's own: everyone in the administration sees them.
    """

    cost_basis_paths: tuple[str, ...] = ("cost_bases",)
    holder = ""

    def is_locked(self, obj: models.Model) -> bool:
        held = getattr(obj, self.holder) if self.holder else obj
        return type(held).objects.filter(shared_by_locked_plan(*self.cost_basis_paths), pk=held.pk).exists()

    def refusal(self, user, obj: models.Model) -> str:
        if self.is_locked(obj):
            return "En plan som är skickad för beslut fördelar sin kostnad efter detta. Det kan inte ändras längre."
        return super().refusal(user, obj)

    def open_places(self, name: str, user) -> models.QuerySet | None:
        """Offer no set or rule that a locked plan shares by as the place of a new part."""
        places = super().open_places(name, user)
        if name != self.holder:
            return places
        holders = self.model._meta.get_field(name).related_model.objects
        used = holders.filter(shared_by_locked_plan(*self.cost_basis_paths)).values("pk")
        return (holders.all() if places is None else places).exclude(pk__in=used)


class BudgetDataAdmin(MasterDataAdmin):
    resources = BUDGET_RESOURCES


@admin.register(FundingForm)
class FundingFormAdmin(WrittenInCollaboration, BudgetDataAdmin):
    writers = WRITES_COST_MODEL
    list_display = ["name", "collaboration", "is_shared", "position"]
    list_filter = ["collaboration", "is_shared"]
    list_select_related = ["collaboration"]
    search_fields = ["name", "slug"]
    autocomplete_fields = ["collaboration"]

    def fixed_fields(self, obj: FundingForm | None) -> list[str]:
        """Whether a form is shared decides what members pay: it stays once a sent plan has lines in the form."""
        is_used = obj and BudgetLine.objects.of_locked_plans().filter(funding_form=obj).exists()
        return ["is_shared"] if is_used else []


@admin.register(TableNote)
class TableNoteAdmin(LockedWithBudget, BudgetDataAdmin):
    list_display = ["mark", "text", "plan", "position"]
    list_filter = ["plan"]
    list_select_related = ["plan"]
    search_fields = ["mark", "text"]
    autocomplete_fields = ["plan"]


@admin.register(NotePlacement)
class NotePlacementAdmin(LockedWithBudget, BudgetDataAdmin):
    plan_path = "note__plan"
    list_display = ["note", "place", "funding_form", "year", "plan"]
    list_filter = ["note__plan", "place"]
    list_select_related = ["note__plan", "funding_form"]
    search_fields = ["note__mark", "note__text"]
    autocomplete_fields = ["note", "funding_form"]

    @admin.display(description="handlingsplan", ordering="note__plan")
    def plan(self, placement: NotePlacement) -> Plan:
        return placement.note.plan


@admin.register(BudgetLine)
class BudgetLineAdmin(LockedWithBudget, BudgetDataAdmin):
    plan_path = "focus_area__plan"
    list_display = ["focus_area", "label", "year", "funding_form", "amount", "note_mark", "plan"]
    list_filter = ["focus_area__plan", "year", "funding_form"]
    list_select_related = ["focus_area__plan", "funding_form", "note"]
    search_fields = ["focus_area__name", "label"]
    autocomplete_fields = ["focus_area", "funding_form", "note"]

    @admin.display(description="handlingsplan", ordering="focus_area__plan")
    def plan(self, line: BudgetLine) -> Plan:
        return line.focus_area.plan

    @admin.display(description="not", ordering="note__mark")
    def note_mark(self, line: BudgetLine) -> str:
        return line.note.mark if line.note else ""


@admin.register(BudgetStatement)
class BudgetStatementAdmin(LockedWithBudget, BudgetDataAdmin):
    plan_path = "focus_area__plan"
    list_display = ["focus_area", "year", "printed_heading", "plan"]
    list_filter = ["focus_area__plan", "year"]
    list_select_related = ["focus_area__plan"]
    search_fields = ["focus_area__name", "text"]
    autocomplete_fields = ["focus_area"]

    @admin.display(description="handlingsplan", ordering="focus_area__plan")
    def plan(self, statement: BudgetStatement) -> Plan:
        return statement.focus_area.plan


@admin.register(PrintedFigure)
class PrintedFigureAdmin(LockedWithBudget, BudgetDataAdmin):
    list_display = ["kind", "year", "funding_form", "value", "printed_heading", "plan"]
    list_filter = ["plan", "kind", "year"]
    list_select_related = ["plan", "funding_form"]
    search_fields = ["plan__title", "plan__slug", "printed_heading"]
    autocomplete_fields = ["plan", "funding_form"]


@admin.register(AllocationKey)
class AllocationKeyAdmin(BudgetDataAdmin):
    list_display = ["name", "unit"]
    search_fields = ["name", "slug"]


@admin.register(KeyFigureSet)
class KeyFigureSetAdmin(LockedWithCostBasis, BudgetDataAdmin):
    cost_basis_paths = ("cost_bases", "lent_to__cost_bases")
    list_display = ["allocation_key", "region_name", "reference_date", "quality", "stated_total"]
    list_filter = ["allocation_key", "region_name", "quality"]
    search_fields = ["region_name", "reference_date", "source"]
    autocomplete_fields = ["allocation_key", "parts_from"]

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("allocation_key")


@admin.register(KeyFigure)
class KeyFigureAdmin(LockedWithCostBasis, BudgetDataAdmin):
    holder = "figure_set"
    cost_basis_paths = ("cost_bases", "lent_to__cost_bases")
    list_display = ["organisation", "value", "figure_set"]
    list_filter = ["figure_set__region_name", "figure_set__reference_date"]
    list_select_related = ["organisation", "figure_set__allocation_key"]
    search_fields = ["organisation__name", "organisation__code"]
    autocomplete_fields = ["organisation", "figure_set"]


@admin.register(AllocationRule)
class AllocationRuleAdmin(LockedWithCostBasis, WrittenInCollaboration, BudgetDataAdmin):
    writers = WRITES_COST_MODEL
    list_display = ["name", "collaboration", "allocation_key", "is_default"]
    list_filter = ["collaboration", "is_default"]
    list_select_related = ["collaboration", "allocation_key"]
    search_fields = ["name", "slug"]
    autocomplete_fields = ["collaboration", "allocation_key"]


@admin.register(PartyWeight)
class PartyWeightAdmin(LockedWithCostBasis, WrittenInCollaboration, BudgetDataAdmin):
    collaboration_path = "rule__collaboration"
    writers = WRITES_COST_MODEL
    holder = "rule"
    list_display = ["rule", "party", "weight"]
    list_filter = ["rule"]
    list_select_related = ["rule", "party"]
    search_fields = ["rule__name", "party__name"]
    autocomplete_fields = ["rule", "party"]


@admin.register(CostBasis)
class CostBasisAdmin(LockedWithBudget, BudgetDataAdmin):
    plan_path = "plan_year__plan"
    list_display = ["plan_year", "rule", "figure_set"]
    list_filter = ["plan_year__plan", "rule"]
    list_select_related = ["plan_year__plan", "rule", "figure_set__allocation_key"]
    search_fields = ["plan_year__plan__title", "rule__name"]
    autocomplete_fields = ["plan_year", "rule", "figure_set"]

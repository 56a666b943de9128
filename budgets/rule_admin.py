"""The administration of keys, rules, what each year is shared by, and scenarios."""

from django.contrib import admin
from django.db import models
from django.db.models import Q

from budgets.cost_locks import locked_figure_sets, locked_keys, locked_rules
from budgets.locked_admin import BudgetDataAdmin, LockedWithBudget, LockedWithCostBasis
from budgets.models import (
    AllocationKey,
    AllocationRule,
    BudgetLine,
    CostBasis,
    FigureChoice,
    KeyComponent,
    KeyFigure,
    KeyFigureSet,
    PartyWeight,
    RuleLimit,
    RuleSeal,
    RuleUse,
    Scenario,
)
from plans.conversation_admin import WrittenElsewhere
from plans.decision_admin import WithVersions
from plans.models import Plan
from plans.permissions import WRITES_COST_MODEL, rows_to_write, visible_plans
from plans.places import plan_of
from plans.write_rules import LockedWithPlan, WrittenInCollaboration


@admin.register(AllocationKey)
class AllocationKeyAdmin(BudgetDataAdmin):
    list_display = ["name", "kind", "unit", "measured_by"]
    list_filter = ["kind"]
    list_select_related = ["measured_by"]
    search_fields = ["name", "slug"]
    autocomplete_fields = ["measured_by"]

    def fixed_fields(self, obj: AllocationKey | None) -> list[str]:
        """How a key is worked out decides what members pay: it stays once a sent plan shares by the key."""
        is_used = obj and obj.pk and AllocationKey.objects.filter(locked_keys(), pk=obj.pk).exists()
        return ["kind", "measured_by"] if is_used else []


@admin.register(KeyComponent)
class KeyComponentAdmin(LockedWithCostBasis, BudgetDataAdmin):
    locks = staticmethod(locked_keys)
    holder = "allocation_key"
    list_display = ["allocation_key", "part", "weight"]
    list_filter = ["allocation_key"]
    list_select_related = ["allocation_key", "part"]
    search_fields = ["allocation_key__name", "part__name"]
    autocomplete_fields = ["allocation_key", "part"]


@admin.register(KeyFigureSet)
class KeyFigureSetAdmin(LockedWithCostBasis, BudgetDataAdmin):
    locks = staticmethod(locked_figure_sets)
    list_display = ["allocation_key", "region_name", "reference_date", "quality", "stated_total"]
    list_filter = ["allocation_key", "region_name", "quality"]
    search_fields = ["region_name", "reference_date", "source"]
    autocomplete_fields = ["allocation_key", "parts_from"]

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("allocation_key")


@admin.register(KeyFigure)
class KeyFigureAdmin(LockedWithCostBasis, BudgetDataAdmin):
    locks = staticmethod(locked_figure_sets)
    holder = "figure_set"
    list_display = ["organisation", "value", "figure_set"]
    list_filter = ["figure_set__region_name", "figure_set__reference_date"]
    list_select_related = ["organisation", "figure_set__allocation_key"]
    search_fields = ["organisation__name", "organisation__code"]
    autocomplete_fields = ["organisation", "figure_set"]


@admin.register(AllocationRule)
class AllocationRuleAdmin(LockedWithCostBasis, WrittenInCollaboration, BudgetDataAdmin):
    """A rule that a frozen version or a sent plan shares by is read-only here; it is succeeded on its own page."""

    writers = WRITES_COST_MODEL
    locks = staticmethod(locked_rules)
    list_display = ["name", "collaboration", "allocation_key", "is_default", "valid_from", "valid_to", "replaces"]
    list_filter = ["collaboration", "is_default", "allocation_key"]
    list_select_related = ["collaboration", "allocation_key", "replaces"]
    search_fields = ["name", "slug", "description", "decision_reference"]
    autocomplete_fields = ["collaboration", "allocation_key", "replaces"]


class PartOfRule(LockedWithCostBasis, WrittenInCollaboration):
    """Admin of the parts of a rule, which change with it or not at all."""

    collaboration_path = "rule__collaboration"
    writers = WRITES_COST_MODEL
    holder = "rule"


@admin.register(PartyWeight)
class PartyWeightAdmin(PartOfRule, BudgetDataAdmin):
    list_display = ["rule", "party", "weight", "allocation_key"]
    list_filter = ["rule"]
    list_select_related = ["rule", "party", "allocation_key"]
    search_fields = ["rule__name", "party__name"]
    autocomplete_fields = ["rule", "party", "allocation_key"]


@admin.register(RuleLimit)
class RuleLimitAdmin(PartOfRule, BudgetDataAdmin):
    list_display = ["rule", "organisation", "is_left_out", "cap", "reason"]
    list_filter = ["rule", "is_left_out"]
    list_select_related = ["rule", "organisation"]
    search_fields = ["rule__name", "organisation__name", "organisation__code", "reason"]
    autocomplete_fields = ["rule", "organisation"]


@admin.register(CostBasis)
class CostBasisAdmin(LockedWithBudget, BudgetDataAdmin):
    plan_path = "plan_year__plan"
    list_display = ["plan_year", "rule", "figure_set"]
    list_filter = ["plan_year__plan", "rule"]
    list_select_related = ["plan_year__plan", "rule", "figure_set__allocation_key"]
    search_fields = ["plan_year__plan__title", "rule__name"]
    autocomplete_fields = ["plan_year", "rule", "figure_set"]

    def get_queryset(self, request):
        return super().get_queryset(request).select_related(*self.list_select_related)


@admin.register(FigureChoice)
class FigureChoiceAdmin(LockedWithBudget, BudgetDataAdmin):
    plan_path = "cost_basis__plan_year__plan"
    list_display = ["plan_year", "allocation_key", "figure_set", "earlier_set"]
    list_filter = ["cost_basis__plan_year__plan", "allocation_key"]
    list_select_related = [
        "cost_basis__plan_year__plan",
        "allocation_key",
        "figure_set__allocation_key",
        "earlier_set__allocation_key",
    ]
    search_fields = ["cost_basis__plan_year__plan__title", "allocation_key__name"]
    autocomplete_fields = ["cost_basis", "allocation_key", "figure_set", "earlier_set"]

    @admin.display(description="verksamhetsår", ordering="cost_basis__plan_year")
    def plan_year(self, choice: FigureChoice) -> str:
        return str(choice.cost_basis.plan_year)


@admin.register(RuleUse)
class RuleUseAdmin(LockedWithBudget, BudgetDataAdmin):
    """A deviation stands on an area or on a budget line, and is locked with the plan of either."""

    plan_path = "focus_area__plan"
    line_path = "budget_line__focus_area__plan"
    list_display = ["place", "rule", "valid_from", "valid_to", "decided_by", "decided_on", "plan"]
    list_filter = ["rule", "valid_from", "decided_by"]
    list_select_related = ["rule", "focus_area__plan", "budget_line__focus_area__plan", "budget_line__funding_form"]
    search_fields = ["rule__name", "focus_area__name", "budget_line__focus_area__name", "reason", "decision_reference"]
    autocomplete_fields = ["rule", "focus_area", "budget_line"]

    def plan_of(self, obj: RuleUse) -> Plan | None:
        return plan_of(obj)

    def refusal(self, user, obj: RuleUse) -> str:
        """A deviation without a place is refused for that, by the form."""
        return super().refusal(user, obj) if obj.place else ""

    def open_places(self, name: str, user) -> models.QuerySet | None:
        if name != "budget_line":
            return super().open_places(name, user)
        lines = BudgetLine.objects.exclude(focus_area__plan__status__in=Plan.PUBLIC_STATUSES)
        return lines if user is None else lines.filter(rows_to_write(user, self.writers, "focus_area__plan__"))

    def get_queryset(self, request):
        seen = Q()
        for path in (self.plan_path, self.line_path):
            seen |= Q(**{f"{path}__isnull": False}) & visible_plans(request.user, Plan, f"{path}__")
        return super(LockedWithPlan, self).get_queryset(request).filter(seen)

    @admin.display(description="insatsområde eller budgetpost")
    def place(self, use: RuleUse) -> str:
        return str(use.place)

    @admin.display(description="handlingsplan")
    def plan(self, use: RuleUse) -> Plan:
        return plan_of(use)


@admin.register(RuleSeal)
class RuleSealAdmin(WithVersions, admin.ModelAdmin):
    """Written when a version is frozen."""

    related = ("rule",)
    list_display = ["rule", "version"]
    list_filter = ["version__plan", "rule"]
    search_fields = ["rule__name", "version__plan__title", "version__plan__slug"]


@admin.register(Scenario)
class ScenarioAdmin(WrittenElsewhere, admin.ModelAdmin):
    """Written on the plan's own pages. One that is not shared is read by whoever made it alone."""

    list_display = ["name", "plan", "year", "is_shared", "made_by", "changed_at", "applied_at"]
    list_filter = ["plan", "year", "is_shared"]
    list_select_related = ["plan", "made_by"]
    search_fields = ["name", "description", "plan__title", "plan__slug"]

    def of_readers(self, user) -> Q:
        return super().of_readers(user) & (Q(is_shared=True) | Q(made_by=user.pk))

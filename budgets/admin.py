"""The administration of funding and budgets."""

from django.contrib import admin

from budgets import grant_admin, invoice_admin, rule_admin  # noqa: F401 they register grants, invoices and cost rules
from budgets.locked_admin import BudgetDataAdmin, LockedWithBudget
from budgets.models import BudgetLine, BudgetStatement, FundingForm, NotePlacement, PrintedFigure, TableNote
from plans.models import Plan
from plans.permissions import WRITES_COST_MODEL
from plans.write_rules import WrittenInCollaboration


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

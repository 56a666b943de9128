"""The administration of grants: their agreements, who receives what, and what the money is for."""

from django.contrib import admin
from django.db import models

from budgets.locked_admin import BudgetDataAdmin, WrittenWithGrant
from budgets.models import (
    GrantAgreement,
    GrantAmount,
    GrantArea,
    GrantCondition,
    GrantDuty,
    GrantFunding,
    GrantMeasure,
    GrantShare,
)
from plans.models import Plan
from plans.permissions import WRITES_BUDGETS, rows_to_write, visible_plans


@admin.register(GrantAgreement)
class GrantAgreementAdmin(WrittenWithGrant, BudgetDataAdmin):
    collaboration_path = "collaboration"
    list_display = ["name", "year", "giver", "total_amount", "responsible", "collaboration"]
    list_filter = ["year", "giver", "collaboration"]
    list_select_related = ["collaboration"]
    search_fields = ["name", "slug", "giver", "decision_reference", "responsible"]
    autocomplete_fields = ["collaboration"]


@admin.register(GrantArea)
class GrantAreaAdmin(WrittenWithGrant, BudgetDataAdmin):
    list_display = ["name", "agreement", "object_code", "responsible", "position"]
    list_filter = ["agreement"]
    list_select_related = ["agreement"]
    search_fields = ["name", "slug", "object_code", "agreement__name"]
    autocomplete_fields = ["agreement"]


@admin.register(GrantAmount)
class GrantAmountAdmin(WrittenWithGrant, BudgetDataAdmin):
    collaboration_path = "area__agreement__collaboration"
    list_display = ["area", "label", "receivers", "amount", "is_reserved", "allocation_key", "agreement"]
    list_filter = ["area__agreement", "receivers", "is_reserved"]
    list_select_related = ["area__agreement", "allocation_key"]
    search_fields = ["label", "area__name", "area__agreement__name", "distribution"]
    autocomplete_fields = ["area", "allocation_key", "figure_set", "earlier_set"]

    @admin.display(description="statsbidrag", ordering="area__agreement")
    def agreement(self, amount: GrantAmount) -> GrantAgreement:
        return amount.area.agreement


@admin.register(GrantShare)
class GrantShareAdmin(WrittenWithGrant, BudgetDataAdmin):
    collaboration_path = "grant_amount__area__agreement__collaboration"
    list_display = ["organisation", "grant_amount", "amount", "agreement"]
    list_filter = ["grant_amount__area__agreement", "organisation"]
    list_select_related = ["organisation", "grant_amount__area__agreement"]
    search_fields = ["organisation__name", "organisation__code", "grant_amount__area__name", "remark"]
    autocomplete_fields = ["grant_amount", "organisation"]

    @admin.display(description="statsbidrag", ordering="grant_amount__area__agreement")
    def agreement(self, share: GrantShare) -> GrantAgreement:
        return share.grant_amount.area.agreement


@admin.register(GrantCondition)
class GrantConditionAdmin(WrittenWithGrant, BudgetDataAdmin):
    list_display = ["text", "agreement", "area", "position"]
    list_filter = ["agreement"]
    list_select_related = ["agreement", "area"]
    search_fields = ["text", "agreement__name", "area__name"]
    autocomplete_fields = ["agreement", "area"]


@admin.register(GrantDuty)
class GrantDutyAdmin(WrittenWithGrant, BudgetDataAdmin):
    list_display = ["name", "report_to", "due_on", "done_on", "responsible", "agreement"]
    list_filter = ["agreement", "report_to", "due_on", "done_on"]
    list_select_related = ["agreement"]
    search_fields = ["name", "report_to", "responsible", "agreement__name"]
    autocomplete_fields = ["agreement", "area"]


@admin.register(GrantMeasure)
class GrantMeasureAdmin(WrittenWithGrant, BudgetDataAdmin):
    collaboration_path = "area__agreement__collaboration"
    list_display = ["measure", "organisation", "area", "amount", "is_new", "agreement"]
    list_filter = ["area__agreement", "organisation", "is_new"]
    list_select_related = ["organisation", "area__agreement"]
    search_fields = ["measure", "goal", "purpose", "organisation__name", "area__name"]
    autocomplete_fields = ["area", "organisation"]

    @admin.display(description="statsbidrag", ordering="area__agreement")
    def agreement(self, measure: GrantMeasure) -> GrantAgreement:
        return measure.area.agreement


@admin.register(GrantFunding)
class GrantFundingAdmin(WrittenWithGrant, BudgetDataAdmin):
    """What is used of a grant is booked when the plan has long been decided: it is not locked with the plan."""

    collaboration_path = "share__grant_amount__area__agreement__collaboration"
    list_display = ["budget_line", "share", "amount", "used", "plan"]
    list_filter = ["budget_line__focus_area__plan", "share__grant_amount__area__agreement"]
    list_select_related = [
        "budget_line__focus_area__plan",
        "budget_line__funding_form",
        "share__organisation",
        "share__grant_amount__area",
    ]
    search_fields = ["budget_line__focus_area__name", "budget_line__label", "share__organisation__name"]
    autocomplete_fields = ["share", "budget_line"]

    def get_queryset(self, request):
        seen = visible_plans(request.user, Plan, "budget_line__focus_area__plan__")
        return super().get_queryset(request).filter(seen)

    def open_places(self, name: str, user) -> models.QuerySet | None:
        """Offer the budget lines of the writer's own plans, also of those that are decided."""
        places = super().open_places(name, user)
        if name != "budget_line" or user is None:
            return places
        lines = self.model._meta.get_field(name).related_model.objects
        return lines.filter(rows_to_write(user, WRITES_BUDGETS, "focus_area__plan__"))

    @admin.display(description="handlingsplan", ordering="budget_line__focus_area__plan")
    def plan(self, funding: GrantFunding) -> Plan:
        return funding.budget_line.focus_area.plan

"""The reusable questions asked of the budget tables."""

import datetime
from typing import Self

from django.db import models
from django.db.models import Q

from plans.models import Plan


def shared_by_locked_plan(*paths: str) -> Q:
    """Match rows from which a lookup in ``paths`` leads to the cost basis of a plan that was sent for decision."""
    condition = Q()
    for path in paths:
        condition |= Q(**{f"{path}__plan_year__plan__status__in": Plan.PUBLIC_STATUSES})
    return condition


class BudgetLineQuerySet(models.QuerySet):
    def of_plan(self, plan) -> Self:
        return self.filter(focus_area__plan=plan)

    def of_locked_plans(self) -> Self:
        return self.filter(focus_area__plan__status__in=Plan.PUBLIC_STATUSES)

    def shared(self) -> Self:
        """Lines with an amount that the members pay through the cost model."""
        return self.filter(funding_form__is_shared=True, amount__isnull=False)

    def with_places(self) -> Self:
        """With the area, funding form and note that a table prints."""
        return self.select_related("focus_area__plan", "funding_form", "note")


class AllocationRuleQuerySet(models.QuerySet):
    def with_parts(self) -> Self:
        """With everything that ``budgets.rule_parts`` reads of a rule."""
        weights = self.model._meta.get_field("party_weights").related_model.objects
        limits = self.model._meta.get_field("limits").related_model.objects
        return self.select_related("allocation_key__measured_by").prefetch_related(
            "allocation_key__components__part__measured_by",
            models.Prefetch("party_weights", weights.select_related("party", "allocation_key__measured_by")),
            "party_weights__allocation_key__components__part__measured_by",
            models.Prefetch("limits", limits.select_related("organisation")),
        )


class RuleUseQuerySet(models.QuerySet):
    def valid_on(self, day: datetime.date) -> Self:
        """Those whose dates hold ``day``; a year is shared by what holds on its first of January."""
        return self.filter(Q(valid_to__isnull=True) | Q(valid_to__gte=day), valid_from__lte=day)

    def of_plan(self, plan) -> Self:
        return self.filter(Q(focus_area__plan=plan) | Q(budget_line__focus_area__plan=plan))


class KeyFigureSetQuerySet(models.QuerySet):
    def on(self, day: datetime.date) -> Self:
        return self.filter(reference_date=day)

    def of_key(self, allocation_key) -> Self:
        return self.filter(allocation_key=allocation_key)

    def narrowest_first(self) -> Self:
        """The set of a single county before the national one."""
        return self.annotate(figure_count=models.Count("figures")).order_by("figure_count", "region_code")

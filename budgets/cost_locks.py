"""Which rows a plan that was sent for decision shares its cost by, or a frozen version has sealed: they do not change.

Each function returns a condition for the rows of the model that it is named after.
"""

from django.db.models import Q

from budgets.models import AllocationRule
from budgets.querysets import shared_by_locked_plan
from plans.models import Plan

FIGURE_PATHS = (
    "cost_bases",
    "figure_choices__cost_basis",
    "later_choices__cost_basis",
    "lent_to__cost_bases",
    "lent_to__figure_choices__cost_basis",
    "lent_to__later_choices__cost_basis",
)


def locked_rules() -> Q:
    """Rules that are sealed, or that a year, an area or a budget line of a sent plan is shared by."""
    sent = Plan.PUBLIC_STATUSES
    return (
        Q(seals__isnull=False)
        | shared_by_locked_plan("cost_bases")
        | Q(uses__focus_area__plan__status__in=sent)
        | Q(uses__budget_line__focus_area__plan__status__in=sent)
    )


def locked_figure_sets() -> Q:
    """Sets that a year of a sent plan is shared by, for any of its keys, also those that only lend their parts."""
    return shared_by_locked_plan(*FIGURE_PATHS)


def locked_keys() -> Q:
    """Keys that a locked rule shares by, alone, within one party or as a part of a weighted sum."""
    rules = AllocationRule.objects.filter(locked_rules()).order_by().values("pk")
    own = Q(rules__in=rules) | Q(party_weights__rule__in=rules)
    as_part = Q(component_of__allocation_key__rules__in=rules)
    return own | as_part | Q(component_of__allocation_key__party_weights__rule__in=rules)

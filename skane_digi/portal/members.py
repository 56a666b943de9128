"""The organisations that take part, and what the newest plan costs each of them."""

from dataclasses import dataclass

from django.db.models import Q, QuerySet

from budgets.allocation import AllocationError
from budgets.tables import CostRow, CostTable, cost_table
from plans.models import Collaboration, Organisation, Plan
from skane_digi.portal.search import any_field_holds, with_folding

NAMES = ("name", "short_name", "sub_region")


@dataclass(frozen=True, slots=True)
class CurrentCosts:
    """The newest plan that the reader sees and its latest year's costs; ``table`` is ``None`` where none is made."""

    plan: Plan
    year: int
    table: CostTable | None


@dataclass(frozen=True, slots=True)
class Member:
    organisation: Organisation
    cost: CostRow | None


def members(collaboration: Collaboration | None = None) -> QuerySet[Organisation]:
    """Organisations in ``collaboration``, or in any, the Region first and then by the Swedish alphabet."""
    organisations = Organisation.objects.by_name()
    if collaboration:
        return organisations.in_collaboration(collaboration)
    return organisations.filter(memberships__isnull=False).distinct()


def current_costs(user) -> CurrentCosts | None:
    plan = Plan.objects.visible_to(user).with_years().newest_first().first()
    years = [row.year for row in plan.years.all()] if plan else []
    if not years:
        return None
    try:
        return CurrentCosts(plan, years[-1], cost_table(plan, years[-1]))
    except AllocationError:
        return CurrentCosts(plan, years[-1], None)


def members_named(query: str, costs: CurrentCosts | None) -> list[Member]:
    """Return the members whose name, code or sub-region holds ``query``, with their part of ``costs``."""
    named = with_folding(members(), *NAMES)
    found = named.filter(any_field_holds(query, *NAMES) | Q(code=query)) if query else named
    rows = {row.code: row for row in costs.table.rows} if costs and costs.table else {}
    return [Member(organisation, rows.get(organisation.code)) for organisation in found]

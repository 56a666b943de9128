"""The organisations that take part, and what the newest plan costs each of them."""

from dataclasses import dataclass

from django.db.models import Q, QuerySet

from budgets.allocation import AllocationError
from budgets.tables import CostRow, CostTable, cost_table
from plans.models import Collaboration, Organisation, Plan
from skane_digi.portal.plan_rows import PlanRow, row_of_plan, row_of_standing
from skane_digi.portal.search import any_field_holds, with_folding
from skane_digi.versions.standing import StandingPlan, standing_plans

NAMES = ("name", "short_name", "sub_region")


@dataclass(frozen=True, slots=True)
class CurrentCosts:
    """The newest plan that the reader sees and its latest year's costs; ``table`` is ``None`` where none is made."""

    plan: PlanRow
    collaboration: Collaboration
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
    """Return the costs of the newest plan, or of the version that stands while that plan is revised."""
    newest = Plan.objects.visible_to(user).with_years().newest_first().prefetch_related("focus_areas").first()
    found = [(row_of_plan(newest), newest)] if newest else []
    found += [(row_of_standing(standing), standing) for standing in standing_plans(user)]
    if not found:
        return None
    row, source = max(found, key=lambda pair: pair[0].order)
    return _costs(row, source) if row.years else None


def _costs(row: PlanRow, source: Plan | StandingPlan) -> CurrentCosts:
    year = row.years[-1]
    if isinstance(source, StandingPlan):
        frozen = {cost.year: cost.table for cost in source.document.costs}
        return CurrentCosts(row, source.version.plan.collaboration, year, frozen.get(year))
    try:
        return CurrentCosts(row, source.collaboration, year, cost_table(source, year))
    except AllocationError:
        return CurrentCosts(row, source.collaboration, year, None)


def members_named(query: str, costs: CurrentCosts | None) -> list[Member]:
    """Return the members whose name, code or sub-region holds ``query``, with their part of ``costs``."""
    named = with_folding(members(), *NAMES)
    found = named.filter(any_field_holds(query, *NAMES) | Q(code=query)) if query else named
    rows = {row.code: row for row in costs.table.rows} if costs and costs.table else {}
    return [Member(organisation, rows.get(organisation.code)) for organisation in found]

"""An organisation's years: its share by the budget lines and, where the plan prints another total, by that total."""

from collections.abc import Iterable
from decimal import Decimal

from budgets.allocation import AllocationError
from budgets.cost_tables import cost_row
from budgets.models import PrintedFigure
from budgets.money import format_amount
from budgets.shares import YearBasis, load_years, share_year
from budgets.tables import organisation_shares
from plans.models import Organisation, Plan
from skane_digi.portal.standing_years import OrganisationYear, PrintedShare, frozen_years_of
from skane_digi.versions.standing import StandingPlan


def organisation_years(
    organisation: Organisation, plans: Iterable[Plan], standing: Iterable[StandingPlan] = ()
) -> tuple[OrganisationYear, ...]:
    """Return every year that the organisation shares, latest first; queries do not grow with the plans.

    ``standing`` are the plans under revision whose drafts the reader may not see: their figures are those frozen.
    """
    plans = list(plans)
    printed = _printed_shares(organisation, plans)
    years = [
        OrganisationYear(share, printed.get((share.plan_slug, share.year)))
        for share in organisation_shares(organisation, plans)
    ]
    years += [year for one in standing for year in frozen_years_of(organisation, one)]
    return tuple(sorted(years, key=lambda year: (-year.share.year, year.share.plan_slug)))


def _printed_shares(organisation: Organisation, plans: list[Plan]) -> dict[tuple[str, int], PrintedShare]:
    figures = PrintedFigure.objects.filter(plan__in=plans, kind=PrintedFigure.Kind.YEAR_TOTAL)
    totals = {(figure.plan_id, figure.year): figure.value for figure in figures}
    if not totals:
        return {}
    shares = {}
    for basis in load_years(plans):
        total = totals.get((basis.plan.pk, basis.year), basis.other_amount) - basis.other_amount
        if total > 0 and total != basis.lines_total and (share := _share(basis, organisation, total)):
            shares[basis.plan.slug, basis.year] = share
    return shares


def _share(basis: YearBasis, organisation: Organisation, total: Decimal) -> PrintedShare | None:
    try:
        shared = share_year(basis, total=total)
    except AllocationError:
        return None
    member = shared.member_by_code.get(organisation.code)
    return PrintedShare(format_amount(total), cost_row(shared, member)) if member else None

"""What one organisation has paid over the years of decided plans, and why it changed from one year to the next.

Of a change, the key figures' part is what the year costs the organisation less what it would have cost with the figures
of the year before and all else as it is; the engine shares both. The rest is the budget's part. Together they are the
change, to the öre.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal

from budgets.allocation import AllocationError
from budgets.cost_tables import LINES
from budgets.frozen_shares import FrozenYear, years_of
from budgets.shares import PlanAllocation, share_year
from budgets.year_basis import SharedLine, YearBasis, load_years
from plans.models import Organisation, Plan, PlanVersion


@dataclass(frozen=True, slots=True)
class HistoryYear:
    """One activity year of one plan. ``version`` is the number of the frozen version that the amounts are from.

    ``change`` is from the decided year before, ``None`` without one. ``figures_part`` and ``rest`` are its parts, both
    ``None`` where ``why_whole`` says why it cannot be divided. ``only_budget`` is whether rule and members are the same
    as then, so that the rest is the budget's doing alone.
    """

    plan: Plan
    year: int
    version: int | None
    is_draft: bool
    amount: Decimal
    total: Decimal
    population: int
    figures_day: str
    key_name: str
    before: int | None = None
    change: Decimal | None = None
    figures_part: Decimal | None = None
    rest: Decimal | None = None
    only_budget: bool = True
    why_whole: str = ""


@dataclass(frozen=True)
class _Known:
    """A year with its amounts, and the basis that gives them; ``None`` where the frozen amounts are others."""

    entry: HistoryYear
    basis: YearBasis | None


def organisation_history(
    organisation: Organisation, sees_draft: Callable[[Plan], bool] = lambda plan: False
) -> tuple[HistoryYear, ...]:
    """Return the organisation's years, the earliest first, in a number of queries that does not grow with them.

    Decided plans are as their standing version froze them; one decided on paper as it is. A draft's years come where
    ``sees_draft`` says so of its plan.
    """
    plans = list(Plan.objects.filter(collaboration__memberships__organisation=organisation).with_years())
    versions = PlanVersion.objects.standing().filter(plan__in=plans).defer("content", "pdf")
    frozen = {version.plan_id: (version, years_of(version)) for version in versions}
    known: list[_Known] = []
    for basis in sorted(load_years(plans), key=lambda basis: (basis.year, basis.plan.slug)):
        version, years = frozen.get(basis.plan.pk, (None, ()))
        if version is not None:
            known += _frozen(organisation, basis, version, years)
        elif basis.plan.is_decided:
            known += _live(organisation, basis, is_draft=False)
        if not basis.plan.is_public and sees_draft(basis.plan):
            known += _live(organisation, basis, is_draft=True)
    return tuple(_with_change(organisation, one, known) for one in known)


def _frozen(
    organisation: Organisation, basis: YearBasis, version: PlanVersion, years: Iterable[FrozenYear]
) -> list[_Known]:
    year = next((one for one in years if one.year == basis.year and one.basis == LINES), None)
    member = year.member(organisation.code) if year else None
    if member is None:
        return []
    day = year.parts_date.isoformat() if year.parts_date else ""
    entry = HistoryYear(
        basis.plan,
        year.year,
        version.number,
        False,
        member.amount,
        year.total,
        member.population,
        day,
        year.key_name,
    )
    lines = tuple(SharedLine(line.key, line.area, line.area_slug, line.label, line.amount) for line in year.lines)
    as_frozen = replace(basis, lines=lines)
    shared = _shared(as_frozen)
    is_same = shared is not None and _amounts(shared) == {one.code: one.amount for one in year.members}
    return [_Known(entry, as_frozen if is_same else None)]


def _live(organisation: Organisation, basis: YearBasis, *, is_draft: bool) -> list[_Known]:
    shared = _shared(basis) if basis.lines else None
    member = shared.member_by_code.get(organisation.code) if shared else None
    if member is None:
        return []
    figures = shared.figure_set
    entry = HistoryYear(
        basis.plan,
        basis.year,
        None,
        is_draft,
        shared.amount(organisation.code),
        shared.total,
        member.population,
        figures.parts_set.reference_date.isoformat(),
        figures.allocation_key.name,
    )
    return [_Known(entry, basis)]


def _with_change(organisation: Organisation, one: _Known, known: list[_Known]) -> HistoryYear:
    """Return the year with what changed since the last decided year before it in the same collaboration."""
    earlier = [
        other
        for other in known
        if other.entry.year < one.entry.year
        and not other.entry.is_draft
        and other.entry.plan.collaboration_id == one.entry.plan.collaboration_id
    ]
    if not earlier:
        return one.entry
    before = earlier[-1]
    change = one.entry.amount - before.entry.amount
    entry = replace(one.entry, before=before.entry.year, change=change)
    if one.basis is None or before.basis is None:
        return replace(entry, why_whole="Underlaget har ändrats sedan planen frystes, så förändringen delas inte upp.")
    with_figures_before = _shared(
        replace(
            one.basis,
            figure_set=before.basis.figure_set,
            values=before.basis.values,
            figures=before.basis.figures,
        )
    )
    if with_figures_before is None or organisation.code not in with_figures_before.member_by_code:
        return replace(entry, why_whole=f"Nyckeltalen från {before.entry.year} räcker inte för årets regel.")
    figures_part = one.entry.amount - with_figures_before.amount(organisation.code)
    only_budget = _sharing_of(one.basis) == _sharing_of(before.basis)
    return replace(entry, figures_part=figures_part, rest=change - figures_part, only_budget=only_budget)


def _sharing_of(basis: YearBasis) -> tuple:
    """Return the rules and the members of a year, to compare with another's."""
    members = {(row.organisation_id, row.party_id) for row in basis.memberships}
    return set(basis.rules()), members


def _shared(basis: YearBasis) -> PlanAllocation | None:
    try:
        return share_year(basis)
    except AllocationError:
        return None


def _amounts(shared: PlanAllocation) -> Mapping[str, Decimal]:
    return {member.code: shared.amount(member.code) for member in shared.members}

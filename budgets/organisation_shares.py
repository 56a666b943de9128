"""What one organisation pays: year by year and line by line, with each calculation spelled out."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from budgets.allocation import AllocationError
from budgets.cost_tables import cost_row, nothing_to_share
from budgets.money import format_amount
from budgets.shares import PlanAllocation, SharedLine, YearBasis, load_years, share_year
from plans.models import Organisation, Plan

INHABITANTS = "invånare"


@dataclass(frozen=True, slots=True)
class OrganisationLine:
    """One organisation's part of one budget line. ``label`` names the part of the area where it is divided."""

    area: str
    area_slug: str
    label: str
    line_amount: Decimal
    line_text: str
    exact: Fraction
    amount: Decimal
    amount_text: str
    calculation: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OrganisationShare:
    """One organisation's share of one plan year: the whole with its calculation, and line by line.

    ``lines`` sum to ``amount``. With nothing to share, or without a basis to share by, ``reason`` says why;
    ``amount`` is ``None`` where it cannot be told. ``reference_date_text`` is the day of the organisation's own figure;
    ``reference_note`` says so where the plan counts from another day. ``is_told_at_length`` is for the calculations of
    other rules than one of weights and a key, which are running text.
    """

    plan_slug: str
    plan_title: str
    year: int
    code: str
    name: str
    total: Decimal
    total_text: str
    is_plan_decided: bool
    population: int | None = None
    population_text: str = ""
    fraction_text: str = ""
    percent_text: str = ""
    exact: Fraction | None = None
    amount: Decimal | None = None
    amount_text: str = ""
    per_inhabitant_text: str = ""
    key_name: str = ""
    calculation: str = ""
    lines: tuple[OrganisationLine, ...] = ()
    rule_name: str = ""
    reference_date_text: str = ""
    reference_note: str = ""
    reason: str = ""
    is_told_at_length: bool = False


def organisation_shares(organisation: Organisation, plans: Iterable[Plan]) -> tuple[OrganisationShare, ...]:
    """Return the organisation's shares of every year of ``plans``, latest first, without years it is no member."""
    bases = [basis for basis in load_years(plans) if _is_member(basis, organisation)]
    bases.sort(key=lambda basis: (-basis.year, basis.plan.slug))
    return tuple(_organisation_share(basis, organisation) for basis in bases)


def _is_member(basis: YearBasis, organisation: Organisation) -> bool:
    return any(membership.organisation_id == organisation.pk for membership in basis.memberships)


def _organisation_share(basis: YearBasis, organisation: Organisation) -> OrganisationShare:
    reason = nothing_to_share(basis)
    place = {
        "plan_slug": basis.plan.slug,
        "plan_title": basis.plan.title,
        "year": basis.year,
        "code": organisation.code,
        "name": organisation.name,
        "total": basis.lines_total,
        "total_text": format_amount(basis.lines_total),
        "is_plan_decided": basis.plan.is_decided,
    }
    try:
        shared = share_year(basis)
    except AllocationError as error:
        return OrganisationShare(**place, reason=reason or str(error))
    row = cost_row(shared, shared.member_by_code[organisation.code])
    return OrganisationShare(
        **place,
        population=row.population,
        population_text=row.population_text,
        fraction_text=row.fraction_text,
        percent_text=row.percent_text,
        exact=row.exact,
        amount=row.amount,
        amount_text=row.amount_text,
        per_inhabitant_text=per_inhabitant_words(row.per_inhabitant_text, shared.figure_set.allocation_key.unit),
        key_name=shared.figure_set.allocation_key.name,
        calculation=row.calculation,
        lines=tuple(_organisation_line(shared, line, row.code) for line in shared.lines),
        rule_name=shared.rule_name,
        reference_date_text=shared.figure_set.parts_set.reference_date.isoformat(),
        reference_note=_borrowed_parts(shared),
        reason=reason,
        is_told_at_length=not shared.is_uniform,
    )


def per_inhabitant_words(rate: str, unit: str) -> str:
    """Return ``74,24 öre per invånare``, and nothing where the key counts something else."""
    return f"{rate} per invånare" if unit == INHABITANTS else ""


def _borrowed_parts(shared: PlanAllocation) -> str:
    figures = shared.figure_set
    if figures.parts_from is None:
        return ""
    return (
        f"Planen räknar på {figures.reference_date.isoformat()}, men för den dagen är bara summan känd. "
        f"Andelen är därför räknad på {figures.parts_from.reference_date.isoformat()}."
    )


def _organisation_line(shared: PlanAllocation, line: SharedLine, code: str) -> OrganisationLine:
    amount = shared.cell_amount(line, code)
    return OrganisationLine(
        area=line.area,
        area_slug=line.area_slug,
        label=line.label,
        line_amount=line.amount,
        line_text=format_amount(line.amount),
        exact=shared.cell_exact(line, code),
        amount=amount,
        amount_text=format_amount(amount, decimals=2),
        calculation=shared.line_sentence(line, code),
    )

"""An organisation's years in a plan under revision, as the version that stands has them: out of what was frozen."""

from dataclasses import dataclass

from budgets.cost_tables import LINES, PRINTED
from budgets.frozen_shares import FrozenCell, FrozenLine, FrozenMember, FrozenYear, years_of
from budgets.money import format_amount
from budgets.organisation_shares import per_inhabitant_words
from budgets.tables import CostRow, CostTable, OrganisationLine, OrganisationShare
from plans.models import Organisation
from skane_digi.versions.standing import StandingPlan


@dataclass(frozen=True, slots=True)
class PrintedShare:
    """What the organisation would pay of the total that the plan prints."""

    total_text: str
    row: CostRow


@dataclass(frozen=True, slots=True)
class OrganisationYear:
    """``printed`` is ``None`` where the plan prints no other total than its lines give.

    ``version`` is the number of the version that the figures are from, where the plan's own are being revised.
    """

    share: OrganisationShare
    printed: PrintedShare | None
    version: int | None = None


def frozen_years_of(organisation: Organisation, standing: StandingPlan) -> list[OrganisationYear]:
    """Return the organisation's frozen years in ``standing``; none where it was no member."""
    version, document = standing.version, standing.document
    if organisation.code not in version.member_codes:
        return []
    costs = {cost.year: cost for cost in document.costs}
    found = []
    for year in years_of(version):
        cost = costs.get(year.year)
        if year.basis == LINES:
            share = _share(organisation, standing, year, cost.table if cost else None)
            printed = _printed(organisation, cost.by_printed) if cost and cost.by_printed else None
            found.append(OrganisationYear(share, printed, version.number))
    return found


def _share(
    organisation: Organisation, standing: StandingPlan, year: FrozenYear, table: CostTable | None
) -> OrganisationShare:
    member, row = year.member(organisation.code), _row(organisation, table)
    place = {
        "plan_slug": standing.document.slug,
        "plan_title": standing.document.title,
        "year": year.year,
        "code": organisation.code,
        "name": organisation.name,
        "total": year.total,
        "total_text": format_amount(year.total),
        "is_plan_decided": True,
    }
    if member is None or row is None:
        return OrganisationShare(**place, reason=year.reason)
    return OrganisationShare(
        **place,
        population=row.population,
        population_text=row.population_text,
        fraction_text=row.fraction_text,
        percent_text=row.percent_text,
        exact=member.exact,
        amount=member.amount,
        amount_text=row.amount_text,
        per_inhabitant_text=per_inhabitant_words(row.per_inhabitant_text, year.key_unit),
        key_name=year.key_name,
        calculation=member.calculation,
        lines=tuple(_lines(year, member)),
        rule_name=year.rule_name,
        reference_date_text=year.parts_date.isoformat() if year.parts_date else "",
        reference_note=_borrowed_parts(year),
        is_told_at_length=bool(year.rules),
    )


def _lines(year: FrozenYear, member: FrozenMember):
    cells = {cell.line: cell for cell in member.cells}
    return (_line(line, cells[line.key]) for line in year.lines)


def _line(line: FrozenLine, cell: FrozenCell) -> OrganisationLine:
    return OrganisationLine(
        area=line.area,
        area_slug=line.area_slug,
        label=line.label,
        line_amount=line.amount,
        line_text=format_amount(line.amount),
        exact=cell.exact,
        amount=cell.amount,
        amount_text=format_amount(cell.amount, decimals=2),
        calculation=cell.calculation,
    )


def _borrowed_parts(year: FrozenYear) -> str:
    if year.reference_date == year.parts_date:
        return ""
    return (
        f"Planen räknar på {year.reference_date.isoformat()}, men för den dagen är bara summan känd. "
        f"Andelen är därför räknad på {year.parts_date.isoformat()}."
    )


def _printed(organisation: Organisation, table: CostTable) -> PrintedShare | None:
    row = _row(organisation, table) if table.basis == PRINTED else None
    return PrintedShare(table.total_text, row) if row else None


def _row(organisation: Organisation, table: CostTable | None) -> CostRow | None:
    return next((row for row in table.rows if row.code == organisation.code), None) if table else None

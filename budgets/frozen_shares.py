"""What every organisation pays, kept with a frozen version: whole, explained, and read back without the database.

Amounts are kronor as ``Decimal`` with öre, exact values fractions of kronor.
"""

import datetime
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Protocol

from budgets.allocation import AllocationError
from budgets.cost_tables import LINES, PRINTED, fraction_text, nothing_to_share, rule_text
from budgets.money import format_amount, format_kr, from_ore, to_ore
from budgets.printed import PrintedFigures, beside
from budgets.shares import PlanAllocation, SharingMember, YearBasis, load_years, share_year
from plans import dataclass_json
from plans.models import Plan

ONE_ORE = Fraction(1, 100)


class HasAllocation(Protocol):
    """A frozen version, or anything else with the text that ``to_json`` became."""

    allocation: str


@dataclass(frozen=True, slots=True)
class FrozenParty:
    """A side of the cost split and its weight."""

    slug: str
    name: str
    weight: int


@dataclass(frozen=True, slots=True)
class FrozenLine:
    """A budget line that is shared."""

    key: str
    area: str
    area_slug: str
    label: str
    amount: Decimal


@dataclass(frozen=True, slots=True)
class FrozenCell:
    """One organisation's part of the line with this key, and how it was made."""

    line: str
    amount: Decimal
    exact: Fraction
    calculation: str


@dataclass(frozen=True, slots=True)
class FrozenMember:
    """One organisation's share of a year.

    ``weight`` is what the rule counts by within the party, ``population`` the key figure: a region without one of its
    own has that of its municipalities, and ``is_whole_area`` is true. ``fraction_text`` is its part of the whole.
    """

    code: str
    name: str
    party: str
    weight: int
    population: int
    is_whole_area: bool
    fraction_text: str
    exact: Fraction
    amount: Decimal
    calculation: str
    cells: tuple[FrozenCell, ...]


@dataclass(frozen=True, slots=True)
class FrozenYear:
    """One activity year, shared by ``basis``: its budget ``lines``, or the total that is ``printed`` beside them.

    ``total`` is what was shared; by the printed total there are neither lines nor cells. ``reference_date`` is the day
    of the key figures and ``parts_date`` that of the organisations' own, ``stated_total`` the sum that the source
    prints. Where nothing could be shared there are no members, and ``reason`` says why.
    """

    year: int
    basis: str
    total: Decimal
    unit: str
    reason: str = ""
    rule_name: str = ""
    rule_text: str = ""
    parties: tuple[FrozenParty, ...] = ()
    key_name: str = ""
    key_unit: str = ""
    reference_date: datetime.date | None = None
    parts_date: datetime.date | None = None
    source: str = ""
    stated_total: int | None = None
    quality: str = ""
    remark: str = ""
    lines: tuple[FrozenLine, ...] = ()
    members: tuple[FrozenMember, ...] = ()

    def member(self, code: str) -> FrozenMember | None:
        return next((member for member in self.members if member.code == code), None)


@dataclass(frozen=True, slots=True)
class FrozenShare:
    """What one organisation pays of one year."""

    year: FrozenYear
    member: FrozenMember


def frozen_years(plan: Plan) -> tuple[FrozenYear, ...]:
    """Return every activity year of ``plan`` as its budget lines share it, in a constant number of queries.

    A year whose printed total differs follows once more, by that total.
    """
    printed = PrintedFigures(plan)
    years = []
    for basis in load_years([plan]):
        years.append(_by_lines(basis))
        total = beside(basis.lines_total, printed.year_total(basis.year), less=basis.other_amount)
        if total.disagrees and total.printed > 0:
            years.append(_by_printed(basis, total.printed))
    return tuple(years)


def to_json(years: Iterable[FrozenYear]) -> list:
    """Return ``years`` as plain JSON data, for ``plans.log.canonical``."""
    return dataclass_json.write(tuple(years), tuple[FrozenYear, ...])


def from_json(data: object) -> tuple[FrozenYear, ...]:
    """Return the years that ``data`` was made of. Raises ``plans.dataclass_json.UnreadableJson``."""
    return dataclass_json.read(data, tuple[FrozenYear, ...])


def years_of(version: HasAllocation) -> tuple[FrozenYear, ...]:
    """Return the years of a frozen version; many organisations' shares are found in one reading of them."""
    return from_json(dataclass_json.parse(version.allocation))


def shares_of(version: HasAllocation, organisation_code: str, basis: str = LINES) -> tuple[FrozenShare, ...]:
    """Return what one organisation pays, year by year, without the years it is no member."""
    return shares_in(years_of(version), organisation_code, basis)


def shares_in(years: Iterable[FrozenYear], organisation_code: str, basis: str = LINES) -> tuple[FrozenShare, ...]:
    """Return what one organisation pays of ``years`` that have been read already."""
    pairs = ((year, year.member(organisation_code)) for year in years if year.basis == basis)
    return tuple(FrozenShare(year, member) for year, member in pairs if member)


def shared_totals(version: HasAllocation) -> dict[int, Decimal]:
    """Return what the budget lines to share sum to, by year."""
    return {year.year: year.total for year in years_of(version) if year.basis == LINES}


def approved_totals(version: HasAllocation) -> dict[int, Decimal]:
    """Return what members have surely approved, by year: the smaller where lines and printed total differ."""
    totals: dict[int, Decimal] = {}
    for year in years_of(version):
        totals[year.year] = min(year.total, totals.get(year.year, year.total))
    return totals


def check_frozen(years: Iterable[FrozenYear]) -> tuple[str, ...]:
    """Return a Swedish sentence for each sum that does not hold; none where all do."""
    faults, seen = [], set()
    for year in years:
        if (year.year, year.basis) in seen:
            faults.append(f"{year.year} står två gånger.")
        seen.add((year.year, year.basis))
        faults += [f"{year.year}: {fault}" for fault in _faults(year)]
    return tuple(faults)


def _by_lines(basis: YearBasis) -> FrozenYear:
    reason = nothing_to_share(basis)
    lines = tuple(
        FrozenLine(line.key, line.area, line.area_slug, line.label, _kronor(line.amount)) for line in basis.lines
    )
    total = _kronor(basis.lines_total)
    try:
        shared = None if reason else share_year(basis)
    except AllocationError as error:
        shared, reason = None, str(error)
    if shared is None:
        return FrozenYear(basis.year, LINES, total, "ore", reason, lines=lines)
    return _shared_year(shared, LINES, lines)


def _by_printed(basis: YearBasis, total: Decimal) -> FrozenYear:
    try:
        return _shared_year(share_year(basis, total=total), PRINTED, ())
    except AllocationError as error:
        return FrozenYear(basis.year, PRINTED, _kronor(total), "ore", str(error))


def _shared_year(shared: PlanAllocation, basis: str, lines: tuple[FrozenLine, ...]) -> FrozenYear:
    figures = shared.figure_set
    return FrozenYear(
        year=shared.year,
        basis=basis,
        total=_kronor(shared.total),
        unit=shared.unit,
        rule_name=shared.rule.name,
        rule_text=rule_text(shared),
        parties=tuple(
            FrozenParty(weight.party.slug, weight.party.name, weight.weight)
            for weight in shared.rule.party_weights.all()
        ),
        key_name=figures.allocation_key.name,
        key_unit=figures.allocation_key.unit,
        reference_date=figures.reference_date,
        parts_date=figures.parts_set.reference_date,
        source=figures.source,
        stated_total=shared.stated_total,
        quality=figures.get_quality_display(),
        remark=figures.remark,
        lines=lines,
        members=tuple(_member(shared, member, with_cells=basis == LINES) for member in shared.members),
    )


def _member(shared: PlanAllocation, member: SharingMember, *, with_cells: bool) -> FrozenMember:
    code = member.code
    cells = (
        FrozenCell(
            line.key, shared.cell_amount(line, code), shared.cell_exact(line, code), shared.line_sentence(line, code)
        )
        for line in shared.lines
    )
    return FrozenMember(
        code=code,
        name=member.organisation.name,
        party=member.party.slug,
        weight=member.weight,
        population=member.population,
        is_whole_area=member.is_whole_area,
        fraction_text=fraction_text(shared, code),
        exact=shared.exact(code),
        amount=shared.amount(code),
        calculation=shared.sentence(code),
        cells=tuple(cells) if with_cells else (),
    )


def _kronor(amount: Decimal) -> Decimal:
    return from_ore(to_ore(amount))


def _faults(year: FrozenYear) -> list[str]:
    if not year.members:
        return [] if year.reason else ["ingen organisation har någon andel, och inget skäl anges."]
    faults = [_unequal("andelarna", (member.amount for member in year.members), year.total)]
    if len({member.code for member in year.members}) != len(year.members):
        faults.append("en organisation står två gånger.")
    parts = _exact_parts(year)
    for member in year.members:
        exact = parts.get(member.code)
        if exact is None or member.exact != exact * Fraction(year.total):
            faults.append(f"{member.name} har ett exakt värde som inte följer av regeln.")
        elif abs(Fraction(member.amount) - member.exact) >= ONE_ORE:
            faults.append(
                f"{member.name} ska betala {format_kr(member.amount)}, ett öre eller mer från sin exakta del."
            )
    if year.basis == LINES:
        faults += _faults_by_line(year, parts)
    return [fault for fault in faults if fault]


def _faults_by_line(year: FrozenYear, parts: dict[str, Fraction]) -> list[str]:
    faults = [_unequal("budgetposterna", (line.amount for line in year.lines), year.total)]
    keys = [line.key for line in year.lines]
    for member in year.members:
        if [cell.line for cell in member.cells] != keys:
            faults.append(f"{member.name} har inte en del av varje budgetpost.")
            continue
        faults.append(_unequal(f"delarna för {member.name}", (cell.amount for cell in member.cells), member.amount))
        for cell, line in zip(member.cells, year.lines, strict=True):
            part = parts.get(member.code)
            if part is None or cell.exact != part * Fraction(line.amount):
                faults.append(f"{member.name} har ett exakt värde av {_line_name(line)} som inte följer av regeln.")
            elif abs(Fraction(cell.amount) - cell.exact) >= ONE_ORE:
                faults.append(f"{member.name} har en del av {_line_name(line)} ett öre eller mer från det exakta.")
    for line in year.lines:
        cells = (cell.amount for member in year.members for cell in member.cells if cell.line == line.key)
        faults.append(_unequal(f"delarna av {_line_name(line)}", cells, line.amount))
    return faults


def _exact_parts(year: FrozenYear) -> dict[str, Fraction]:
    """Return each member's part of the whole as the weights give it; nothing for one whose party has no weight."""
    weights = {party.slug: party.weight for party in year.parties}
    sums = {
        slug: sum(member.weight for member in year.members if member.party == slug) for slug, weight in weights.items()
    }
    whole = sum(weights.values())
    return {
        member.code: Fraction(weights[member.party] * member.weight, whole * (sums[member.party] or 1))
        for member in year.members
        if member.party in weights and whole
    }


def _unequal(what: str, amounts: Iterable[Decimal], total: Decimal) -> str:
    added = sum(amounts, Decimal(0))
    if added == total:
        return ""
    return f"{what} är tillsammans {_full(added)} kr och ska vara {_full(total)} kr."


def _line_name(line: FrozenLine) -> str:
    return f"{line.area} {line.label}".strip()


def _full(amount: Decimal) -> str:
    return format_amount(amount, decimals=2)

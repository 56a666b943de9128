"""What every organisation pays, kept with a frozen version: whole, explained, and read back without the database.

Amounts are kronor as ``Decimal`` with öre, exact values fractions of kronor.
"""

import datetime
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Protocol

from budgets.allocation import AllocationError, Line, allocate
from budgets.cost_tables import LINES, PRINTED, fraction_text, nothing_to_share
from budgets.frozen_rules import FrozenFigures, FrozenParty, FrozenRule, engine_of, frozen_figures, frozen_rules
from budgets.money import format_amount, format_kr, from_ore, to_ore
from budgets.printed import PrintedFigures, beside
from budgets.rule_words import rule_text
from budgets.shares import PlanAllocation, SharedLine, SharingMember, YearBasis, load_years, share_year
from plans import dataclass_json
from plans.models import Plan

ONE_ORE = Fraction(1, 100)


class HasAllocation(Protocol):
    """A frozen version, or anything else with the text that ``to_json`` became."""

    allocation: str


@dataclass(frozen=True, slots=True)
class FrozenLine:
    """A budget line that is shared. ``rule`` is empty for the year's own; another has its reason and ``decision``."""

    key: str
    area: str
    area_slug: str
    label: str
    amount: Decimal
    rule: str = ""
    decision: str = ""


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

    ``weight`` is what the year's own rule counts by within the party where that is a whole number, ``population`` the
    key figure: a region without one of its own has that of its municipalities, and ``is_whole_area`` is true.
    ``fraction_text`` is its part of the whole.
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
    prints. Where nothing could be shared there are no members, and ``reason`` says why. ``rules`` and ``figures`` are
    there where the year is shared by more than one rule of weights and a key; the year's own is the first of them.
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
    rules: tuple[FrozenRule, ...] = ()
    figures: tuple[FrozenFigures, ...] = ()

    def rule_of(self, line: FrozenLine) -> FrozenRule | None:
        """Return the rule that a line is shared by; ``None`` in a year of one plain rule."""
        slug = line.rule or (self.rules[0].slug if self.rules else "")
        return next((rule for rule in self.rules if rule.slug == slug), None)

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
    lines = tuple(_line(line, basis) for line in basis.lines)
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
        rule_name=shared.rule_name,
        rule_text=shared.basis.rule_text() if basis == LINES else rule_text(shared.rule, shared.basis.names),
        parties=tuple(FrozenParty(party.slug, party.name, party.weight) for party in shared.rule.parties),
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
        rules=frozen_rules(shared),
        figures=frozen_figures(shared),
    )


def _line(line: SharedLine, basis: YearBasis) -> FrozenLine:
    deviation = basis.deviations.get(line.key)
    return FrozenLine(
        line.key,
        line.area,
        line.area_slug,
        line.label,
        _kronor(line.amount),
        rule=deviation.rule.slug if deviation else "",
        decision=deviation.words if deviation else "",
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
        weight=member.weight if isinstance(member.weight, int) else 0,
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
    expected = _exact_by_line(year) if year.basis == LINES else {"": _exact_whole(year)}
    for member in year.members:
        parts = [exact.get(member.code) for exact in expected.values()]
        if None in parts or member.exact != sum(parts, Fraction(0)):
            faults.append(f"{member.name} har ett exakt värde som inte följer av regeln.")
        elif abs(Fraction(member.amount) - member.exact) >= _step(year):
            faults.append(
                f"{member.name} ska betala {format_kr(member.amount)}, mer än en avrundning från sin exakta del."
            )
    if year.basis == LINES:
        faults += _faults_by_line(year, expected)
    return [fault for fault in faults if fault]


def _faults_by_line(year: FrozenYear, expected: dict[str, dict[str, Fraction]]) -> list[str]:
    faults = [_unequal("budgetposterna", (line.amount for line in year.lines), year.total)]
    keys = [line.key for line in year.lines]
    for member in year.members:
        if [cell.line for cell in member.cells] != keys:
            faults.append(f"{member.name} har inte en del av varje budgetpost.")
            continue
        faults.append(_unequal(f"delarna för {member.name}", (cell.amount for cell in member.cells), member.amount))
        for cell, line in zip(member.cells, year.lines, strict=True):
            if cell.exact != expected[line.key].get(member.code):
                faults.append(f"{member.name} har ett exakt värde av {_line_name(line)} som inte följer av regeln.")
            elif abs(Fraction(cell.amount) - cell.exact) >= _step_of(year.rule_of(line)):
                faults.append(f"{member.name} har en del av {_line_name(line)} mer än en avrundning från det exakta.")
    for line in year.lines:
        cells = (cell.amount for member in year.members for cell in member.cells if cell.line == line.key)
        faults.append(_unequal(f"delarna av {_line_name(line)}", cells, line.amount))
    return faults


def _step(year: FrozenYear) -> Fraction:
    """Return what a total may be off: one unit for each table that is rounded by itself; see ``allocate``."""
    used = {year.rule_of(line) for line in year.lines} if year.lines else {year.rules[0] if year.rules else None}
    tables = {(_step_of(rule), rule.slug if rule and (rule.base or rule.caps) else "") for rule in used}
    return sum((step for step, _ in tables), Fraction(0)) or ONE_ORE


def _step_of(rule: FrozenRule | None) -> Fraction:
    """Return the unit that shares by a rule are whole numbers of, in kronor."""
    return Fraction(1) if rule and rule.unit == "kr" else ONE_ORE


def _exact_by_line(year: FrozenYear) -> dict[str, dict[str, Fraction]]:
    """Return what each member pays of each line, in kronor and unrounded, as the frozen rules give it.

    Nothing for one whose party has no weight, and nobody for a line whose rule is not there or cannot share.
    """
    if not year.rules:
        parts = _exact_parts(year)
        return {line.key: {code: part * Fraction(line.amount) for code, part in parts.items()} for line in year.lines}
    shares = {line.key: {} for line in year.lines}
    try:
        engines = {rule.slug: engine_of(rule) for rule in year.rules}
        ruled = [(line, year.rule_of(line)) for line in year.lines]
        shared = allocate([Line(line.key, to_ore(line.amount), engines[rule.slug]) for line, rule in ruled if rule])
    except AllocationError:
        return shares
    for share in shared.shares:
        for cell in share.cells:
            shares[cell.line][share.code] = cell.exact / 100
    for exact in shares.values():
        for member in year.members:
            exact.setdefault(member.code, Fraction(0))
    return shares


def _exact_whole(year: FrozenYear) -> dict[str, Fraction]:
    """Return what each member pays of a year that is shared as one amount, by its own rule."""
    if not year.rules:
        return {code: part * Fraction(year.total) for code, part in _exact_parts(year).items()}
    try:
        parts = engine_of(year.rules[0]).fractions(to_ore(year.total))
    except AllocationError:
        return {}
    return {member.code: parts.get(member.code, Fraction(0)) * Fraction(year.total) for member in year.members}


def _exact_parts(year: FrozenYear) -> dict[str, Fraction]:
    """Return each member's part of the whole by weights and one key; nothing for one whose party has no weight."""
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

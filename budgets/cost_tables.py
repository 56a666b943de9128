"""What each organisation pays, as pages, PDF and workbook show it. Templates compute nothing.

Amounts are kronor as ``Decimal``, exact values fractions of kronor; every figure comes with its Swedish text.
"""

import datetime
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from budgets.allocation import AllocationError
from budgets.models import KeyFigureSet, NotePlacement
from budgets.money import format_amount, format_integer, format_kr, format_ore_rate, round_half_up
from budgets.printed import Figure, PrintedFigures, beside
from budgets.rule_words import rule_text
from budgets.shares import (
    PlanAllocation,
    SharedLine,
    SharingMember,
    YearBasis,
    load_year,
    load_years,
    share_year,
)
from plans.models import Plan

LINES, PRINTED, GIVEN = "lines", "printed", "given"
LARGEST_SHORT = 100


@dataclass(frozen=True, slots=True)
class CostRow:
    """One organisation's share of a year.

    ``fraction_text`` is its share of the whole ("34 701 / 2 828 648"); ``exact`` is its unrounded amount. The
    population of a region is that of the municipalities it covers; ``is_whole_area`` says so.
    """

    code: str
    name: str
    short_name: str
    slug: str
    party: str
    population: int
    population_text: str
    is_whole_area: bool
    fraction: Fraction
    fraction_text: str
    exact: Fraction
    amount: Decimal
    amount_text: str
    per_inhabitant_ore: Decimal | None
    per_inhabitant_text: str
    percent_text: str
    calculation: str
    tile_column: int | None
    tile_row: int | None


@dataclass(frozen=True, slots=True)
class PartySum:
    """What one side of the cost split pays together; ``fraction_text`` is "1 / 2"."""

    name: str
    slug: str
    member_count: int
    population: int
    population_text: str
    amount: Decimal
    amount_text: str
    fraction_text: str
    percent_text: str


@dataclass(frozen=True, slots=True)
class Population:
    """The key figures that a year is shared by.

    ``parts_total`` is the sum of the parts and makes the shares. ``stated_total`` is the total that the source prints,
    where it prints one, and makes the rate; ``rate_total`` is the one used. ``note`` says how they differ.
    """

    name: str
    unit: str
    reference_date: datetime.date
    date_text: str
    parts_date_text: str
    parts_total: int
    parts_total_text: str
    stated_total: int | None
    difference: int
    difference_text: str
    rate_total: int
    rate_total_text: str
    quality_text: str
    source: str
    remark: str
    note: str


@dataclass(frozen=True, slots=True)
class CostLine:
    """A budget line that is shared; ``text`` is its amount. ``deviation`` says by which rule, where it has its own."""

    area: str
    area_slug: str
    label: str
    amount: Decimal
    text: str
    deviation: str = ""


@dataclass(frozen=True, slots=True)
class CostTable:
    """How one year's cost falls on the organisations.

    ``total`` is what this table shares. ``lines`` are the budget lines to share and ``shared_total`` their sum, with
    the printed total beside it: the printed total of the year less what other funding forms carry. ``basis`` says
    which of them ``total`` is: ``lines``, ``printed`` or ``given``. ``rate`` follows from ``total``, and
    ``rate_follows_from`` is the sentence that says which total a differing printed rate was made from.

    With nothing to share ``rows`` and ``parties`` are empty, ``population`` may be ``None`` and ``reason`` says why.
    """

    plan_slug: str
    year: int
    caption: str
    basis: str
    basis_text: str
    unit: str
    rows: tuple[CostRow, ...]
    parties: tuple[PartySum, ...]
    total: Decimal
    total_text: str
    shared_total: Figure
    rate: Figure
    rate_sentence: str
    rate_follows_from: str
    lines: tuple[CostLine, ...]
    sum_sentence: str
    population: Population | None
    rule_name: str
    rule_text: str
    note_marks: str
    reason: str

    @property
    def examples(self) -> tuple[CostRow, ...]:
        """The rows whose calculations are shown as examples: the first two."""
        return self.rows[:2]

    @property
    def disagrees(self) -> bool:
        return self.shared_total.disagrees or self.rate.disagrees


def cost_table(
    plan: Plan, year: int, *, figure_set: KeyFigureSet | None = None, total: Decimal | None = None, unit: str = "ore"
) -> CostTable:
    """Return how ``year`` of ``plan`` falls on the organisations.

    Shares the budget lines' sum, or ``total`` kronor; by the year's key figures, or ``figure_set``; in whole öre, or
    with ``unit="kr"`` in whole kronor. Raises ``budgets.allocation.AllocationError`` where the plan has no such year
    or its members have no key figures.
    """
    return tabulate(load_year(plan, year), PrintedCosts(plan), figure_set=figure_set, total=total, unit=unit)


def cost_tables(plan: Plan) -> tuple[CostTable, ...]:
    """Return the cost tables of a plan's document: one for each year that has something to share.

    A year whose printed total differs from its lines gets two, first by the lines and then by the printed total. A
    year whose basis is missing or incomplete has no table; the review says so.
    """
    printed = PrintedCosts(plan)
    tables = []
    for basis in load_years([plan]):
        try:
            table = tabulate(basis, printed)
            if table.rows:
                tables.append(table)
            if table.shared_total.disagrees and table.shared_total.printed > 0:
                tables.append(tabulate(basis, printed, total=table.shared_total.printed))
        except AllocationError:
            continue
    return tuple(tables)


class PrintedCosts:
    """What a plan prints about its costs: figures, and the marks at the cost table's heading."""

    def __init__(self, plan: Plan):
        self.figures = PrintedFigures(plan)
        placements = NotePlacement.objects.filter(note__plan=plan, place=NotePlacement.Place.COST_TABLE)
        self.marks = " ".join(placement.note.mark for placement in placements.select_related("note"))


def tabulate(
    basis: YearBasis,
    printed: PrintedCosts,
    *,
    figure_set: KeyFigureSet | None = None,
    total: Decimal | None = None,
    unit: str = "ore",
) -> CostTable:
    """Return the cost table of a year that has been fetched; see ``cost_table``."""
    reason = nothing_to_share(basis, total)
    try:
        shared = share_year(basis, figure_set=figure_set, total=total, unit=unit)
    except AllocationError:
        if not reason:
            raise
        shared = None
    shared_total = beside(basis.lines_total, printed.figures.year_total(basis.year), less=basis.other_amount)
    rate = beside(shared.rate if shared else None, printed.figures.rate(basis.year), as_text=format_ore_rate)
    amount = basis.lines_total if total is None else total
    kind, kind_text = _kind_of_total(amount, basis, shared_total)
    return CostTable(
        plan_slug=basis.plan.slug,
        year=basis.year,
        caption=f"Fördelning av {format_kr(amount)} för verksamhetsåret {basis.year}, kronor",
        basis=kind,
        basis_text=kind_text,
        unit=unit,
        rows=() if reason else tuple(cost_row(shared, member) for member in shared.members),
        parties=() if reason else _party_sums(shared),
        total=amount,
        total_text=format_amount(amount),
        shared_total=shared_total,
        rate=rate,
        rate_sentence=_rate_sentence(shared) if shared else "",
        rate_follows_from=_rate_follows_from(shared, rate, shared_total) if shared else "",
        lines=tuple(_cost_line(line, basis) for line in basis.lines),
        sum_sentence=_sum_sentence(basis),
        population=population_of(shared) if shared else None,
        rule_name=shared.rule_name if shared else "",
        rule_text=_rule_text(shared) if shared else "",
        note_marks=printed.marks,
        reason=reason,
    )


def _cost_line(line: SharedLine, basis: YearBasis) -> CostLine:
    deviation = basis.deviations.get(line.key)
    words = f"{deviation.rule}. {deviation.words}" if deviation else ""
    return CostLine(line.area, line.area_slug, line.label, line.amount, format_amount(line.amount), words)


def nothing_to_share(basis: YearBasis, total: Decimal | None = None) -> str:
    """Return the sentence that says why ``basis`` has nothing to share, or nothing where it has."""
    if total or (total is None and basis.lines_total):
        return ""
    if not basis.lines:
        return f"För {basis.year} finns inga belopp som ska fördelas på organisationerna."
    return f"För {basis.year} är summan att fördela på organisationerna 0 kr."


def _kind_of_total(amount: Decimal, basis: YearBasis, shared_total: Figure) -> tuple[str, str]:
    if amount == basis.lines_total:
        return LINES, "enligt budgetposterna"
    if amount == shared_total.printed:
        return PRINTED, "enligt den tryckta summan"
    return GIVEN, "enligt angivet belopp"


def cost_row(shared: PlanAllocation, member: SharingMember) -> CostRow:
    """Return one organisation's row of the cost table."""
    code, organisation = member.code, member.organisation
    amount = shared.amount(code)
    per_inhabitant = round_half_up(Fraction(amount) * 100 / member.population, 2) if member.population else None
    return CostRow(
        code=code,
        name=organisation.name,
        short_name=organisation.short_name,
        slug=organisation.slug,
        party=member.party.name,
        population=member.population,
        population_text=format_integer(member.population),
        is_whole_area=member.is_whole_area,
        fraction=shared.fractions[code],
        fraction_text=fraction_text(shared, code),
        exact=shared.exact(code),
        amount=amount,
        amount_text=format_amount(amount, decimals=2),
        per_inhabitant_ore=per_inhabitant,
        per_inhabitant_text=format_ore_rate(per_inhabitant),
        percent_text=percent(shared.fractions[code]),
        calculation=shared.sentence(code),
        tile_column=organisation.tile_column,
        tile_row=organisation.tile_row,
    )


def fraction_text(shared: PlanAllocation, code: str) -> str:
    """Return an organisation's part of the whole as it is counted: ``34 701 / 2 828 648``, ``1 / 2`` when alone.

    Where several rules, or more than weights and a key, make the part it is no short fraction, and is told per cent.
    """
    rule, member = shared.engine_rule, shared.engine_rule.member(code)
    if member is None or not shared.is_uniform or not isinstance(member.weight, int):
        return percent(shared.fractions[code])
    weight, weight_sum = member.weight, rule.party_weight_sum(member.party)
    if weight == weight_sum:
        weight = weight_sum = 1
    party = Fraction(dict(rule.party_weights)[member.party], rule.party_weights_total)
    return f"{format_integer(party.numerator * weight)} / {format_integer(party.denominator * weight_sum)}"


def percent(fraction: Fraction) -> str:
    return f"{format_amount(fraction * 100, decimals=2)}\N{NO-BREAK SPACE}%"


def _party_sums(shared: PlanAllocation) -> tuple[PartySum, ...]:
    members: dict[str, list[SharingMember]] = {}
    for member in sorted(shared.members, key=lambda member: (member.party.position, member.code)):
        members.setdefault(member.party.slug, []).append(member)
    sums = []
    for slug, group in members.items():
        part = sum((shared.fractions[member.code] for member in group), Fraction(0))
        amount = shared.party_amount(slug)
        population = sum(member.population for member in group)
        sums.append(
            PartySum(
                name=group[0].party.name,
                slug=slug,
                member_count=len(group),
                population=population,
                population_text=format_integer(population),
                amount=amount,
                amount_text=format_amount(amount, decimals=2),
                fraction_text=_short(part),
                percent_text=percent(part),
            )
        )
    return tuple(sums)


def _short(part: Fraction) -> str:
    """Return a part as a fraction where that is short enough to read, otherwise per cent."""
    return f"{part.numerator} / {part.denominator}" if part.denominator <= LARGEST_SHORT else percent(part)


def population_of(shared: PlanAllocation) -> Population:
    """Return the key figures behind ``shared`` with the source's own total beside the sum of the parts."""
    figures, parts, stated = shared.figure_set, shared.parts_total, shared.stated_total
    difference = 0 if stated is None else stated - parts
    note = ""
    if difference:
        note = (
            f"Källan anger {format_integer(stated)} {figures.allocation_key.unit}, "
            f"delarna ger {format_integer(parts)}. "
            "Andelarna räknas på delarna och kostnaden per invånare på källans summa."
        )
    return Population(
        name=figures.allocation_key.name,
        unit=figures.allocation_key.unit,
        reference_date=figures.reference_date,
        date_text=figures.reference_date.isoformat(),
        parts_date_text=figures.parts_set.reference_date.isoformat(),
        parts_total=parts,
        parts_total_text=format_integer(parts),
        stated_total=stated,
        difference=difference,
        difference_text=format_integer(difference),
        rate_total=shared.rate_population,
        rate_total_text=format_integer(shared.rate_population),
        quality_text=figures.get_quality_display(),
        source=figures.source,
        remark=figures.remark,
        note=note,
    )


def _rule_text(shared: PlanAllocation) -> str:
    return (
        shared.basis.rule_text() if shared.lines == shared.basis.lines else rule_text(shared.rule, shared.basis.names)
    )


def _rate_sentence(shared: PlanAllocation) -> str:
    if shared.rate is None:
        return ""
    population = f"{shared.sharing_party_count} × {format_integer(shared.rate_population)}"
    return f"{format_kr(shared.total)} / ({population}) = {format_ore_rate(shared.rate)} per invånare och organisation"


def _rate_follows_from(shared: PlanAllocation, rate: Figure, shared_total: Figure) -> str:
    if not rate.disagrees:
        return ""
    printed = shared_total.printed
    if printed is not None and shared.rate_of(printed) == rate.printed:
        return f"Den tryckta kostnaden {rate.printed_text} följer av {format_kr(printed)}."
    return f"Den tryckta kostnaden {rate.printed_text} följer varken av budgetposterna eller av den tryckta summan."


def _sum_sentence(basis: YearBasis) -> str:
    if not basis.lines:
        return ""
    terms = " + ".join(format_amount(line.amount) for line in basis.lines)
    return f"{terms} = {format_kr(basis.lines_total)}"

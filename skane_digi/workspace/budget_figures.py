"""The figures that follow from a budget while it is written: sums, rate, and each organisation's share.

Everything is counted from what is saved, by the same functions as the document's own tables.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from budgets.allocation import AllocationError
from budgets.cost_tables import CostRow, CostTable, PrintedCosts, tabulate
from budgets.editing import blank_bases
from budgets.money import format_amount, format_kr, format_ore_rate
from budgets.shares import YearBasis, load_years
from budgets.tables import Figure
from budgets.year_comparison import sum_known
from plans.collation import swedish_key
from plans.models import FocusArea, Plan
from skane_digi.comparison import earlier_plans
from skane_digi.workspace.budget_cells import Cells
from skane_digi.workspace.budget_page import BudgetRows, cell_sum_id, column_sum_id


@dataclass(frozen=True, slots=True)
class FormSum:
    """A funding form's sum in a year; ``text`` says in words that there is none."""

    name: str
    text: str
    is_shared: bool


@dataclass(frozen=True, slots=True)
class ShareRow:
    """An organisation's share, with what it was in the plan before where that is known."""

    name: str
    amount_text: str
    percent_text: str
    previous_text: str
    difference_text: str


@dataclass(frozen=True, slots=True)
class PartyRow:
    name: str
    amount_text: str


@dataclass(frozen=True, slots=True)
class YearFigures:
    """What one year's lines come to. ``faults`` are sentences about what disagrees or is missing, ``gaps`` the rest."""

    year: int
    total_text: str
    sums: tuple[FormSum, ...]
    rate_text: str
    rate_sentence: str
    parties: tuple[PartyRow, ...]
    population_text: str
    shares: tuple[ShareRow, ...]
    previous_text: str
    faults: tuple[str, ...]
    gaps: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SumText:
    """A sum in the table: the id of the element that shows it, and its text as it is now."""

    id: str
    text: str


@dataclass(frozen=True, slots=True)
class BudgetFigures:
    """The panel, the sums of the table, and the state of each cell so that a page can tell which are no longer so."""

    years: tuple[YearFigures, ...]
    sums: tuple[SumText, ...]
    cells: Mapping[str, str]

    @property
    def cells_as_json(self) -> str:
        return json.dumps(self.cells)

    @property
    def blank(self) -> str:
        """The state of a cell that has no line."""
        return " ".join(blank_bases().values())

    @property
    def in_words(self) -> str:
        """What is read aloud when the sums have changed."""
        parts = (
            f"Summa {year.year}: {year.total_text}{f', {year.rate_text} per invånare' if year.rate_text else ''}."
            for year in self.years
        )
        return " ".join(parts)


@dataclass(frozen=True, slots=True)
class _Before:
    """The plan before, by its last year that was shared."""

    plan: Plan
    table: CostTable
    rows: Mapping[str, CostRow]


def budget_figures(rows: BudgetRows, user) -> BudgetFigures:
    """Return the figures of a plan's budget; what was before comes from the latest plan that ``user`` may see."""
    earlier = earlier_plans(rows.plan, user)[:1]
    bases = load_years([rows.plan, *earlier])
    before = _before(earlier, bases)
    printed = PrintedCosts(rows.plan)
    cells = Cells(rows.plan, rows.lines, rows.notes)
    return BudgetFigures(
        years=tuple(_year(rows, basis, printed, before) for basis in bases if basis.plan == rows.plan),
        sums=tuple(_sums(rows, cells)),
        cells=_states(rows, cells),
    )


def _year(rows: BudgetRows, basis: YearBasis, printed: PrintedCosts, before: _Before | None) -> YearFigures:
    group = rows.table.year(basis.year)
    subtotals = {column.form_slug: column.subtotal for column in group.columns}
    try:
        table, fault = tabulate(basis, printed), ""
    except AllocationError as error:
        table, fault = None, str(error)
    shared = table is not None and table.rows
    return YearFigures(
        year=basis.year,
        total_text=_kr(group.total),
        sums=tuple(FormSum(form.name, _kr(subtotals.get(form.slug)), form.is_shared) for form in rows.forms),
        rate_text=table.rate.text if shared else "",
        rate_sentence=table.rate_sentence if shared else "",
        parties=tuple(PartyRow(party.name, f"{party.amount_text} kr") for party in table.parties) if shared else (),
        population_text=_population(table) if table else "",
        shares=tuple(_shares(table, before)) if shared else (),
        previous_text=_previous(before) if shared else "",
        faults=tuple(filter(None, [fault, *_disagreements(group, table)])),
        gaps=tuple(filter(None, [table.reason if table else "", *_gaps(rows, basis.year)])),
    )


def _before(earlier: list[Plan], bases: Iterable[YearBasis]) -> _Before | None:
    """Return the latest year of the plan before that something was shared in."""
    for plan in earlier:
        printed = PrintedCosts(plan)
        for basis in sorted((basis for basis in bases if basis.plan == plan), key=lambda basis: -basis.year):
            try:
                table = tabulate(basis, printed)
            except AllocationError:
                continue
            if table.rows:
                return _Before(plan, table, {row.code: row for row in table.rows})
    return None


def _shares(table: CostTable, before: _Before | None) -> Iterable[ShareRow]:
    """Yield the shares, the Region first and then the municipalities by the Swedish alphabet."""
    for row in sorted(table.rows, key=lambda row: (len(row.code), swedish_key(row.short_name))):
        previous = before.rows.get(row.code) if before else None
        yield ShareRow(
            name=row.short_name,
            amount_text=row.amount_text,
            percent_text=row.percent_text,
            previous_text=previous.amount_text if previous else "",
            difference_text=_signed(row.amount - previous.amount) if previous else "",
        )


def _previous(before: _Before | None) -> str:
    if before is None:
        return ""
    text = f"Jämfört med {before.plan} för {before.table.year}, {before.table.total_text} kr enligt budgetposterna."
    printed = before.table.shared_total
    return f"{text} Den planen trycker {printed.printed_text} kr." if printed.disagrees else text


def _population(table: CostTable) -> str:
    figures = table.population
    if figures is None:
        return ""
    day = f"{figures.name} {figures.date_text}, {figures.rate_total_text} {figures.unit}."
    return " ".join(filter(None, [day, figures.note, figures.remark]))


def _disagreements(group, table: CostTable | None) -> Iterable[str]:
    """Yield what the plan prints otherwise than its lines add up to."""
    yield _disagreement(f"Summan för {group.year}", group.total)
    for column in group.columns:
        yield _disagreement(f"Delsumman för {column.form_name} {group.year}", column.subtotal)
    if table is not None and table.rate.disagrees:
        computed = table.rate.text or "ingen kostnad"
        yield f"Kostnaden {group.year} står i planen som {table.rate.printed_text}, posterna ger {computed}."


def _disagreement(name: str, figure: Figure) -> str:
    if not figure.disagrees:
        return ""
    computed = _kr(figure)
    return f"{name} står i planen som {format_kr(figure.printed)}, men posterna ger {computed}."


def _gaps(rows: BudgetRows, year: int) -> Iterable[str]:
    """Yield what the year's lines do not say."""
    lines = [line for line in rows.lines if line.year == year]
    without = len([line for line in lines if line.amount is None])
    if without:
        verb = "saknar belopp och räknas inte in, se noten"
        yield f"{without} {'post' if without == 1 else 'poster'} {verb}."
    known = {line.focus_area_id for line in lines}
    names = [area.name_in_tables for area in rows.plan.focus_areas.all() if area.pk not in known]
    if names and lines:
        yield f"Utan post {year}: {', '.join(names)}."
    elif names:
        yield f"Inget område har någon post för {year} än."


def _sums(rows: BudgetRows, cells: Cells) -> Iterable[SumText]:
    for group in rows.table.years:
        if not group.is_comparison:
            subtotals = {column.form_slug: column.subtotal.text for column in group.columns}
            yield SumText(f"summa-{group.year}", group.total.text)
            yield from (
                SumText(column_sum_id(group.year, form.slug), subtotals.get(form.slug, "")) for form in rows.forms
            )
    for area, year, form in _places(rows):
        if cells.is_divided(area, year, form):
            total = sum_known(line.amount for line in cells.at(area, year, form))
            yield SumText(cell_sum_id(area, year, form), "" if total is None else format_amount(total))


def _states(rows: BudgetRows, cells: Cells) -> Mapping[str, str]:
    """Return the state of every line's cell by its address."""
    found = {}
    for area, year, form in _places(rows):
        for line in cells.at(area, year, form):
            cell = cells.cell(area, year, form, line.label)
            found[cell.url] = cell.state
    return found


def _places(rows: BudgetRows):
    return ((area, year, form) for area in rows.plan.focus_areas.all() for year in rows.years for form in rows.forms)


def _kr(figure: Figure | None) -> str:
    """Return a sum in words where there is none: nothing written is not zero."""
    if figure is None or figure.computed is None:
        return "inga belopp"
    return format_kr(figure.computed)


def _signed(amount: Decimal) -> str:
    text = format_amount(amount, decimals=2)
    return f"+{text}" if amount > 0 else text


@dataclass(frozen=True, slots=True)
class AreaYearFigures:
    """A line about an area's money in a year: its own sum, the year's total, and the rate."""

    year: int
    own_text: str
    total_text: str
    rate_text: str
    fault: str


def area_figures(plan: Plan, area: FocusArea) -> tuple[AreaYearFigures, ...]:
    """Return what the area's page says of its money beside the whole."""
    printed = PrintedCosts(plan)
    own = list(area.budget_lines.all())
    found = []
    for basis in load_years([plan]):
        try:
            table, fault = tabulate(basis, printed), ""
        except AllocationError as error:
            table, fault = None, str(error)
        total = sum_known(line.amount for line in basis.lines)
        amount = sum_known(line.amount for line in own if line.year == basis.year)
        whole = sum_known([total, basis.other_amount or None])
        found.append(
            AreaYearFigures(
                year=basis.year,
                own_text="inga belopp" if amount is None else format_kr(amount),
                total_text="inga belopp" if whole is None else format_kr(whole),
                rate_text=format_ore_rate(table.rate.computed) if table and table.rows else "",
                fault=fault,
            )
        )
    return tuple(found)

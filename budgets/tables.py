"""The budget as the documents print it: one dataclass for page, PDF and workbook. Templates compute nothing.

Amounts are kronor as ``Decimal``; every figure comes with its Swedish text. This module is the door to all tables:
those of costs, organisations and compared years have modules of their own and are imported here.
"""

from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal

from budgets.cost_tables import (
    CostLine,
    CostRow,
    CostTable,
    PartySum,
    Population,
    cost_table,
    cost_tables,
)
from budgets.models import BudgetLine, FundingForm, NotePlacement
from budgets.money import format_amount
from budgets.organisation_shares import OrganisationLine, OrganisationShare, organisation_shares
from budgets.printed import Figure, PrintedFigures, beside
from budgets.year_comparison import BudgetBar, YearChange, YearComparison, budget_bars, previous_year, sum_known
from plans.models import AreaLineage, FocusArea, Plan

__all__ = [
    "BudgetBar",
    "BudgetRow",
    "BudgetTable",
    "Cell",
    "Column",
    "CostLine",
    "CostRow",
    "CostTable",
    "Figure",
    "Note",
    "OrganisationLine",
    "OrganisationShare",
    "Part",
    "PartySum",
    "Population",
    "YearChange",
    "YearComparison",
    "YearGroup",
    "budget_bars",
    "budget_table",
    "cost_table",
    "cost_tables",
    "organisation_shares",
    "previous_year",
]

AMOUNT, ZERO, NO_FIGURE, BLANK = "amount", "zero", "no_figure", "blank"


@dataclass(frozen=True, slots=True)
class Note:
    """A note under the table."""

    mark: str
    text: str


@dataclass(frozen=True, slots=True)
class Part:
    """Money for a named part of an area."""

    label: str
    amount: Decimal | None
    text: str


@dataclass(frozen=True, slots=True)
class Cell:
    """One area's money in one column.

    ``state`` is ``amount``, ``zero``, ``no_figure`` (the mark says why) or ``blank`` (nothing is printed). ``parts``
    is empty unless the area's money is divided; ``amount`` is then their sum.
    """

    state: str = BLANK
    amount: Decimal | None = None
    text: str = ""
    note_mark: str = ""
    parts: tuple[Part, ...] = ()


@dataclass(frozen=True, slots=True)
class Column:
    """A year and a funding form. ``marks`` stand after the form's name; ``foot_marks`` last in the column.

    ``subtotal`` has ``computed=None`` where the column has no figure at all.
    """

    key: str
    year: int
    form_slug: str
    form_name: str
    is_shared: bool
    is_comparison: bool
    marks: str
    foot_marks: str
    subtotal: Figure


@dataclass(frozen=True, slots=True)
class YearGroup:
    """A year's columns under one heading, and the year's total over all funding forms."""

    year: int
    heading: str
    is_comparison: bool
    columns: tuple[Column, ...]
    total: Figure


@dataclass(frozen=True, slots=True)
class BudgetRow:
    """A focus area's cells, in the order of ``BudgetTable.columns``.

    ``is_ended`` marks an area of the plan before that this plan has no longer; its ``slug`` is empty.
    """

    name: str
    slug: str
    cells: tuple[Cell, ...]
    is_ended: bool = False


@dataclass(frozen=True, slots=True)
class BudgetTable:
    """A plan's collected budget: years and their columns, areas, computed sums with the printed ones beside."""

    plan_slug: str
    caption: str
    years: tuple[YearGroup, ...]
    columns: tuple[Column, ...]
    rows: tuple[BudgetRow, ...]
    notes: tuple[Note, ...]
    has_foot_marks: bool
    disagrees: bool
    comparison_source: str

    def year(self, year: int) -> YearGroup | None:
        return next((group for group in self.years if group.year == year), None)


def budget_table(plan: Plan) -> BudgetTable:
    """Return the collected budget of ``plan`` as its document prints it.

    Years come in the printed order: the plan's own from the first to the last, then comparison years from the latest.
    Comparison figures are the plan's own where it prints any, otherwise those of the plan before, followed by lineage.
    """
    return _BudgetTableBuilder(plan).build()


class _BudgetTableBuilder:
    def __init__(self, plan: Plan):
        self.plan = plan
        self.plan_years = [row.year for row in plan.years.all()]
        self.areas = list(plan.focus_areas.all())
        self.printed = PrintedFigures(plan)
        self.notes = list(plan.table_notes.all())
        self.placements = list(NotePlacement.objects.filter(note__plan=plan).select_related("note"))
        self.cells: dict[tuple, list[BudgetLine]] = defaultdict(list)
        for line in BudgetLine.objects.of_plan(plan).with_places():
            self._put(line.focus_area_id, line)
        self.ended: list[FocusArea] = []
        self.comparison_source = ""
        self.comparison_years = self._find_comparison_years()
        self.forms = self._find_forms()

    def _put(self, area_id: int, line: BudgetLine) -> None:
        self.cells[area_id, line.year, line.funding_form_id].append(line)

    def _find_comparison_years(self) -> list[int]:
        own = sorted({year for _, year, _ in self.cells if year not in self.plan_years}, reverse=True)
        if own:
            self.comparison_source = "Jämförelseåret återges som det står i planen."
            return own
        return self._take_from_predecessor()

    def _take_from_predecessor(self) -> list[int]:
        """Put the lines of the latest year before the plan into its cells; a split area's money goes to its first."""
        lineage = list(
            AreaLineage.objects.filter(plan=self.plan, predecessor__isnull=False).select_related("predecessor__plan")
        )
        if not lineage or not self.plan_years:
            return []
        areas_after = {}
        for step in lineage:
            if step.kind == AreaLineage.Kind.ENDED:
                self.ended.append(step.predecessor)
            areas_after.setdefault(step.predecessor_id, step.successor_id or step.predecessor_id)
        lines = [
            line
            for line in BudgetLine.objects.filter(focus_area__in=areas_after).with_places()
            if line.year < self.plan_years[0]
        ]
        if not lines:
            self.ended = []
            return []
        year = max(line.year for line in lines)
        for line in lines:
            if line.year == year:
                self._put(areas_after[line.focus_area_id], line)
        self.comparison_source = f"Jämförelseåret är hämtat från {lineage[0].predecessor.plan}."
        return [year]

    def _find_forms(self) -> list[FundingForm]:
        every = list(self.plan.collaboration.funding_forms.all())
        used = {form_id for _, _, form_id in self.cells}
        used |= {figure.funding_form_id for figure in self.printed if figure.funding_form_id}
        used |= {placement.funding_form_id for placement in self.placements if placement.funding_form_id}
        return [form for form in every if form.pk in used] or every

    def build(self) -> BudgetTable:
        groups = tuple(self._year_group(year) for year in [*self.plan_years, *self.comparison_years])
        columns = tuple(column for group in groups for column in group.columns)
        areas = [(area, False) for area in self.areas] + [(area, True) for area in self.ended]
        years = self.plan.years_text
        return BudgetTable(
            plan_slug=self.plan.slug,
            caption=f"Samlad budget för {'verksamhetsåret' if len(self.plan_years) == 1 else 'verksamhetsåren'} "
            f"{years}, kronor",
            years=groups,
            columns=columns,
            rows=tuple(self._row(area, groups, is_ended=is_ended) for area, is_ended in areas),
            notes=tuple(Note(note.mark, note.text) for note in self.notes),
            has_foot_marks=any(column.foot_marks for column in columns),
            disagrees=any(group.total.disagrees for group in groups)
            or any(column.subtotal.disagrees for column in columns),
            comparison_source=self.comparison_source,
        )

    def _year_group(self, year: int) -> YearGroup:
        is_comparison = year not in self.plan_years
        columns = tuple(self._column(year, form, is_comparison) for form in self.forms)
        return YearGroup(
            year=year,
            heading=f"Budget {year}",
            is_comparison=is_comparison,
            columns=columns,
            total=beside(sum_known(column.subtotal.computed for column in columns), self.printed.year_total(year)),
        )

    def _column(self, year: int, form: FundingForm, is_comparison: bool) -> Column:
        amounts = [
            line.amount
            for (_, at, form_id), lines in self.cells.items()
            if (at, form_id) == (year, form.pk)
            for line in lines
        ]
        return Column(
            key=f"{year}-{form.slug}",
            year=year,
            form_slug=form.slug,
            form_name=form.name,
            is_shared=form.is_shared,
            is_comparison=is_comparison,
            marks=self._marks(NotePlacement.Place.FUNDING_FORM, form, None),
            foot_marks=self._marks(NotePlacement.Place.COLUMN_FOOT, form, year),
            subtotal=beside(sum_known(amounts), self.printed.subtotal(year, form)),
        )

    def _marks(self, place: str, form: FundingForm, year: int | None) -> str:
        return " ".join(
            placement.note.mark
            for placement in self.placements
            if (placement.place, placement.funding_form_id, placement.year) == (place, form.pk, year)
        )

    def _row(self, area: FocusArea, groups: tuple[YearGroup, ...], *, is_ended: bool) -> BudgetRow:
        return BudgetRow(
            name=f"{area.name_in_tables} (avslutat)" if is_ended else area.name_in_tables,
            slug="" if is_ended else area.slug,
            cells=tuple(
                _cell(self.cells.get((area.pk, group.year, form.pk), [])) for group in groups for form in self.forms
            ),
            is_ended=is_ended,
        )


def _cell(lines: list[BudgetLine]) -> Cell:
    if not lines:
        return Cell()
    amount = sum_known(line.amount for line in lines)
    marks = dict.fromkeys(line.note.mark for line in lines if line.note)
    parts = tuple(
        Part(line.label, line.amount, "" if line.amount is None else format_amount(line.amount))
        for line in lines
        if line.label
    )
    return Cell(
        state=NO_FIGURE if amount is None else AMOUNT if amount else ZERO,
        amount=amount,
        text="" if amount is None else format_amount(amount),
        note_mark=" ".join(marks),
        parts=parts,
    )

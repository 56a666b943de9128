"""The budget as the page where it is written: the table that the document prints, with an input in every cell."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.urls import reverse

from budgets.models import BudgetLine, BudgetStatement, FundingForm, TableNote
from budgets.money import format_amount
from budgets.tables import BudgetTable, budget_table
from budgets.year_comparison import sum_known
from plans.models import FocusArea, Plan
from skane_digi.workspace.budget_cells import NO_COMMENTS, Cell, Cells, NoteChoice
from skane_digi.workspace.fields import EditField, edit_field


@dataclass(frozen=True, slots=True)
class Column:
    """A year and a funding form. ``sum_id`` is the element that shows the column's sum."""

    key: str
    year: int
    form_name: str
    marks: str
    foot_marks: str
    subtotal: str
    sum_id: str
    is_comparison: bool


@dataclass(frozen=True, slots=True)
class Year:
    """A year's columns under one heading, with its total."""

    year: int
    heading: str
    is_comparison: bool
    columns: tuple[Column, ...]
    total: str
    sum_id: str


@dataclass(frozen=True, slots=True)
class Place:
    """What stands in a row under a column: a cell to write in, the sum of a divided cell, or a text that stays.

    ``column`` is said again where the table is narrow.
    """

    column: str
    cell: Cell | None = None
    text: str = ""
    sum_id: str = ""
    mark: str = ""
    is_comparison: bool = False
    starts_year: bool = False


@dataclass(frozen=True, slots=True)
class PartRow:
    """A named part of an area's money; ``label`` is empty for what is left without a name."""

    id: str
    label: str
    places: tuple[Place, ...]


@dataclass(frozen=True, slots=True)
class ColumnChoice:
    """A column whose money can be divided; ``value`` is "2025 sgd". Where ``is_taken`` a part is taken out of it."""

    value: str
    text: str
    is_taken: bool


@dataclass(frozen=True, slots=True)
class AreaRows:
    """An area's row, the rows of its parts, and what can be done with its lines."""

    pk: int
    id: str
    name: str
    url: str
    places: tuple[Place, ...]
    parts: tuple[PartRow, ...]
    lines: tuple[Cell, ...]
    choices: tuple[ColumnChoice, ...]
    open_comments: int
    is_ended: bool = False


@dataclass(frozen=True, slots=True)
class BudgetPage:
    """The table to write in. ``column_count`` is the number of columns with figures."""

    caption: str
    years: tuple[Year, ...]
    columns: tuple[Column, ...]
    areas: tuple[AreaRows, ...]
    notes: tuple[NoteChoice, ...]
    has_foot_marks: bool
    comparison_source: str

    @property
    def column_count(self) -> int:
        return len(self.columns)

    @property
    def width(self) -> str:
        """How wide the table needs to be, for the style."""
        return "narrow" if self.column_count <= 4 else "middle" if self.column_count <= 6 else "wide"


@dataclass(frozen=True, slots=True)
class BudgetRows:
    """Everything that the table is made from, fetched in a number of queries that does not grow with the plan."""

    plan: Plan
    table: BudgetTable
    lines: tuple[BudgetLine, ...]
    notes: tuple[TableNote, ...]
    forms: tuple[FundingForm, ...]

    @property
    def years(self) -> tuple[int, ...]:
        return tuple(row.year for row in self.plan.years.all())


def budget_rows(plan: Plan) -> BudgetRows:
    return BudgetRows(
        plan=plan,
        table=budget_table(plan),
        lines=tuple(BudgetLine.objects.of_plan(plan).with_places()),
        notes=tuple(plan.table_notes.all()),
        forms=tuple(plan.collaboration.funding_forms.all()),
    )


def budget_page(rows: BudgetRows, open_comments: Mapping[tuple[str, int], int] = NO_COMMENTS) -> BudgetPage:
    """Return the page of a plan's budget. Asks the database nothing."""
    builder = _PageBuilder(rows, open_comments)
    return BudgetPage(
        caption=rows.table.caption,
        years=builder.years,
        columns=tuple(column for year in builder.years for column in year.columns),
        areas=tuple(builder.all_areas()),
        notes=builder.cells.note_choices,
        has_foot_marks=rows.table.has_foot_marks,
        comparison_source=rows.table.comparison_source,
    )


def area_rows(rows: BudgetRows, area: FocusArea, open_comments=NO_COMMENTS) -> AreaRows:
    """Return one area's rows of the table."""
    builder = _PageBuilder(rows, open_comments)
    return next(found for found in builder.all_areas() if found.pk == area.pk)


def column_sum_id(year: int, form_slug: str) -> str:
    return f"delsumma-{year}-{form_slug}"


def cell_sum_id(area: FocusArea, year: int, form: FundingForm) -> str:
    return f"summa-{area.pk}-{year}-{form.slug}"


class _PageBuilder:
    def __init__(self, rows: BudgetRows, open_comments: Mapping[tuple[str, int], int]):
        self.rows, self.plan, self.table = rows, rows.plan, rows.table
        self.cells = Cells(rows.plan, rows.lines, rows.notes, open_comments)
        self.own = [(year, form) for year in rows.years for form in rows.forms]
        self.compared = [place for place, column in enumerate(rows.table.columns) if column.is_comparison]
        self.years = (*map(self._own_year, rows.years), *self._comparison_years())

    def _own_year(self, year: int) -> Year:
        """Every funding form has a column to write in, also one that the document would leave out."""
        known = {column.key: column for column in self.table.columns}
        group = self.table.year(year)
        columns = []
        for form in self.rows.forms:
            column = known.get(f"{year}-{form.slug}")
            columns.append(
                Column(
                    key=f"{year}-{form.slug}",
                    year=year,
                    form_name=form.name,
                    marks=column.marks if column else "",
                    foot_marks=column.foot_marks if column else "",
                    subtotal=column.subtotal.text if column else "",
                    sum_id=column_sum_id(year, form.slug),
                    is_comparison=False,
                )
            )
        return Year(year, f"Budget {year}", False, tuple(columns), group.total.text, f"summa-{year}")

    def _comparison_years(self) -> Iterable[Year]:
        for group in self.table.years:
            if group.is_comparison:
                columns = tuple(
                    Column(
                        key=column.key,
                        year=group.year,
                        form_name=column.form_name,
                        marks=column.marks,
                        foot_marks=column.foot_marks,
                        subtotal=column.subtotal.text,
                        sum_id=column_sum_id(group.year, column.form_slug),
                        is_comparison=True,
                    )
                    for column in group.columns
                )
                yield Year(group.year, group.heading, True, columns, group.total.text, f"summa-{group.year}")

    def all_areas(self) -> Iterable[AreaRows]:
        areas = list(self.plan.focus_areas.all())
        yield from (self._area(area, row) for area, row in zip(areas, self.table.rows, strict=False))
        for number, row in enumerate(self.table.rows[len(areas) :], start=1):
            places = (*self._empty(), *self._compared(row))
            yield AreaRows(0, f"avslutat-{number}", row.name, "", places, (), (), (), 0, is_ended=True)

    def _area(self, area: FocusArea, row) -> AreaRows:
        lines = tuple(
            self.cells.cell(area, year, form, line.label)
            for year, form in self.own
            for line in self.cells.at(area, year, form)
        )
        return AreaRows(
            pk=area.pk,
            id=f"omrade-{area.pk}",
            name=row.name,
            url=reverse("workspace:area", args=[self.plan.slug, area.slug]),
            places=(*(self._whole(area, year, form) for year, form in self.own), *self._compared(row)),
            parts=tuple(self._parts(area)),
            lines=lines,
            choices=column_choices(self.cells, area, self.own),
            open_comments=sum(cell.open_comments for cell in lines),
        )

    def _whole(self, area: FocusArea, year: int, form: FundingForm) -> Place:
        column, starts = f"{year}, {form.name}", form == self.rows.forms[0]
        if not self.cells.is_divided(area, year, form):
            return Place(column, self.cells.cell(area, year, form), starts_year=starts)
        total = sum_known(line.amount for line in self.cells.at(area, year, form))
        text = "" if total is None else format_amount(total)
        return Place(column, text=text, sum_id=cell_sum_id(area, year, form), starts_year=starts)

    def _parts(self, area: FocusArea) -> Iterable[PartRow]:
        divided = [(year, form) for year, form in self.own if self.cells.is_divided(area, year, form)]
        labels = dict.fromkeys(line.label for year, form in divided for line in self.cells.at(area, year, form))
        for number, label in enumerate(sorted(labels, key=lambda label: not label), start=1):
            places = []
            for year, form in self.own:
                column, starts = f"{year}, {form.name}", form == self.rows.forms[0]
                is_open = (year, form) in divided and (label or self.cells.line(area, year, form))
                cell = self.cells.cell(area, year, form, label) if is_open else None
                places.append(Place(column, cell, starts_year=starts))
            places += [Place(place.column, is_comparison=True) for place in self._compared(None)]
            yield PartRow(f"del-{area.pk}-{number}", label, tuple(places))

    def _empty(self) -> Iterable[Place]:
        return [Place(f"{year}, {form.name}", starts_year=form == self.rows.forms[0]) for year, form in self.own]

    def _compared(self, row) -> list[Place]:
        places, year = [], None
        for number in self.compared:
            column = self.table.columns[number]
            cell = row.cells[number] if row else None
            text, mark = (cell.text, cell.note_mark) if cell else ("", "")
            starts, year = column.year != year, column.year
            name = f"{column.year}, {column.form_name}"
            places.append(Place(name, text=text, mark=mark, is_comparison=True, starts_year=starts))
        return places


def column_choices(cells: Cells, area: FocusArea, own: Sequence[tuple[int, FundingForm]]) -> tuple[ColumnChoice, ...]:
    choices = []
    for year, form in own:
        whole = cells.line(area, year, form)
        choices.append(
            ColumnChoice(f"{year} {form.slug}", f"{year}, {form.name}", bool(whole is not None and whole.amount))
        )
    return tuple(choices)


@dataclass(frozen=True, slots=True)
class AreaYear:
    """An area's lines in one year, their sum as it is saved, and the economy text to write in where there is one."""

    year: int
    heading: str
    cells: tuple[Cell, ...]
    total: str
    statement: EditField | None = None
    statement_pk: int | None = None


@dataclass(frozen=True, slots=True)
class AreaLines:
    """An area's money as its own page, at ``url``, shows it year by year."""

    pk: int
    name: str
    url: str
    years: tuple[AreaYear, ...]
    lines: tuple[Cell, ...]
    choices: tuple[ColumnChoice, ...]
    notes: tuple[NoteChoice, ...]


def area_lines(
    plan: Plan,
    area: FocusArea,
    *,
    lines: Iterable[BudgetLine],
    notes: Iterable[TableNote],
    forms: Sequence[FundingForm],
    statements: Iterable[BudgetStatement],
    open_comments: Mapping[tuple[str, int], int] = NO_COMMENTS,
) -> AreaLines:
    """Return the part "Ekonomi" of an area's page. Asks the database nothing.

    ``lines`` and ``statements`` are at least the area's own, ``notes`` the plan's and ``forms`` its collaboration's;
    ``plan.years`` is prefetched.
    """
    cells = Cells(plan, lines, notes, open_comments)
    years = [row.year for row in plan.years.all()]
    said = {row.year: row for row in statements if row.focus_area_id == area.pk}
    found = []
    for year in years:
        own = [cells.cell(area, year, form, label) for form in forms for label in _labels(cells.at(area, year, form))]
        total = sum_known(line.amount for form in forms for line in cells.at(area, year, form))
        statement = said.get(year)
        found.append(
            AreaYear(
                year=year,
                heading=f"Budget {year}",
                cells=tuple(own),
                total="" if total is None else format_amount(total),
                statement=_statement_field(plan, statement, open_comments) if statement else None,
                statement_pk=statement.pk if statement else None,
            )
        )
    return AreaLines(
        pk=area.pk,
        name=area.name_in_tables,
        url=reverse("workspace:area", args=[plan.slug, area.slug]),
        years=tuple(found),
        lines=tuple(cell for year in found for cell in year.cells if cell.pk),
        choices=column_choices(cells, area, [(year, form) for year in years for form in forms]),
        notes=cells.note_choices,
    )


def _labels(lines: Sequence[BudgetLine]) -> list[str]:
    """Return the parts to show in a column: one without a name where there is nothing, or nothing named."""
    return [line.label for line in lines] or [""]


def _statement_field(plan: Plan, statement: BudgetStatement, open_comments) -> EditField:
    count = open_comments.get((statement._meta.model_name, statement.pk), 0)
    label = f"Ekonomitext {statement.year}"
    return edit_field(plan, statement, "text", label=label, hint="Vad pengarna ska räcka till", open_comments=count)

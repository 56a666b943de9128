"""From the database to the document tree, in a number of queries that does not grow with the plan."""

from collections import defaultdict
from collections.abc import Iterable
from decimal import Decimal

from budgets.models import BudgetLine, BudgetStatement, PrintedFigure
from budgets.money import format_integer
from budgets.printed import Figure, PrintedFigures, beside
from budgets.tables import CostTable, budget_table, cost_tables
from plans.models import Activity, ActivityPeriod, AreaLineage, FocusArea, Plan, PlanSection
from skane_digi.documents.richtext import parse_html, plain_line
from skane_digi.documents.tree import (
    ActivityNode,
    Area,
    CostYear,
    Money,
    Origin,
    Period,
    PlanDocument,
    Responsible,
    RichText,
    Section,
    Watched,
    YearEconomy,
)

MAX_NAME = 300


def build_plan_document(plan: Plan) -> PlanDocument:
    """Return everything that ``plan`` says, as it is in the database now."""
    return document_of(Plan.objects.with_content().get(pk=plan.pk))


def document_of(plan: Plan) -> PlanDocument:
    """Return everything that ``plan`` says; it was fetched by ``Plan.objects.with_content()``."""
    economy = _Economy(BudgetStatement.objects.filter(focus_area__plan=plan), _lines(plan))
    return PlanDocument(
        slug=plan.slug,
        title=_name(plan.title),
        subtitle=_name(plan.subtitle),
        strategy=_name(plan.collaboration.strategy),
        collaboration=_name(plan.collaboration.name),
        years=tuple(row.year for row in plan.years.all()),
        years_text=plan.years_text,
        status=plan.status,
        is_decided=plan.is_decided,
        dated_on=plan.dated_on,
        date_note=_name(plan.date_note),
        sections_before=_sections(plan, PlanSection.Place.BEFORE_AREAS),
        areas=tuple(_area(area, economy) for area in plan.focus_areas.all()),
        ended_areas=tuple(_origin(row) for row in plan.lineage.all() if row.kind == AreaLineage.Kind.ENDED),
        sections_after=_sections(plan, PlanSection.Place.AFTER_AREAS),
        watched=tuple(
            Watched(_name(matter.name), plain_line(matter.description)) for matter in plan.watched_matters.all()
        ),
        budget=budget_table(plan),
        costs=_cost_years(plan),
    )


def build_area(area: FocusArea) -> Area:
    """Return one focus area by itself, for a page of its own; fetched by ``FocusArea.objects.with_content()``."""
    lines = _lines(area.plan).filter(focus_area=area)
    return _area(area, _Economy(BudgetStatement.objects.filter(focus_area=area), lines))


class _Economy:
    """Statements and budget lines by focus area and year, fetched once."""

    def __init__(self, statements: Iterable[BudgetStatement], lines: Iterable[BudgetLine]):
        self._statements = {(statement.focus_area_id, statement.year): statement for statement in statements}
        self._lines: dict[tuple[int, int], list[BudgetLine]] = defaultdict(list)
        for line in lines:
            self._lines[line.focus_area_id, line.year].append(line)

    def of(self, area: FocusArea, years: Iterable[int]) -> tuple[YearEconomy, ...]:
        """Return what the area says of each of ``years``, leaving out years it says nothing of."""
        return tuple(
            self._year(area, year)
            for year in years
            if (area.pk, year) in self._statements or (area.pk, year) in self._lines
        )

    def _year(self, area: FocusArea, year: int) -> YearEconomy:
        statement = self._statements.get((area.pk, year))
        return YearEconomy(
            year=year,
            text=parse_html(statement.text) if statement else RichText(),
            lines=tuple(_money(line) for line in self._lines.get((area.pk, year), ())),
            printed_heading=_name(statement.printed_heading) if statement else "",
        )


def _lines(plan: Plan):
    """The budget lines of the plan's own years: a comparison year's figures belong in the table only."""
    return BudgetLine.objects.of_plan(plan).filter(year__in=plan.years.values("year")).with_places()


def _area(area: FocusArea, economy: _Economy) -> Area:
    return Area(
        slug=area.slug,
        name=_name(area.name),
        abbreviation=_name(area.abbreviation),
        title=_name(area.title),
        origins=tuple(_origin(row) for row in area.origins.all()),
        background=parse_html(area.background),
        purpose=parse_html(area.purpose),
        goals=tuple(plain_line(goal.text) for goal in area.goals.all()),
        periods=tuple(_period(period) for period in area.periods.all()),
        economy=economy.of(area, [row.year for row in area.plan.years.all()]),
        responsible=tuple(
            Responsible(_name(row.body.name), _name(row.on_behalf_of.name) if row.on_behalf_of else "")
            for row in area.responsibilities.all()
        ),
    )


def _period(period: ActivityPeriod) -> Period:
    activities = list(period.activities.all())
    parts: dict[int, list[Activity]] = defaultdict(list)
    for activity in activities:
        if activity.parent_id:
            parts[activity.parent_id].append(activity)
    return Period(
        heading=period.heading,
        start_year=period.start_year,
        end_year=period.end_year,
        introduction=parse_html(period.introduction),
        activities=tuple(
            ActivityNode(plain_line(activity.text), tuple(plain_line(part.text) for part in parts[activity.pk]))
            for activity in activities
            if activity.parent_id is None
        ),
        no_activities_reason=parse_html(period.no_activities_reason),
    )


def _origin(row: AreaLineage) -> Origin:
    before = row.predecessor
    return Origin(
        kind=row.kind,
        kind_text=row.get_kind_display(),
        predecessor=_name(before.title) if before else "",
        predecessor_plan=_name(before.plan.title) if before else "",
        reason=plain_line(row.reason),
    )


def _money(line: BudgetLine) -> Money:
    return Money(
        year=line.year,
        funding_form=_name(line.funding_form.name),
        label=_name(line.label),
        amount=line.amount,
        note_mark=line.note.mark if line.note else "",
    )


def _cost_years(plan: Plan) -> tuple[CostYear, ...]:
    tables: dict[int, list[CostTable]] = defaultdict(list)
    for table in cost_tables(plan):
        tables[table.year].append(table)
    printed = PrintedFigures(plan)
    return tuple(
        CostYear(year, _population(tables[year][0], printed.population(year)), *tables[year][:2])
        for year in sorted(tables)
    )


def _population(table: CostTable, printed: PrintedFigure | None) -> Figure:
    used = Decimal(table.population.rate_total) if table.population else None
    return beside(used, printed, as_text=format_integer)


def _sections(plan: Plan, place: str) -> tuple[Section, ...]:
    return tuple(
        Section(section.slug, _name(section.heading), parse_html(section.text))
        for section in plan.sections.all()
        if section.place == place
    )


def _name(text: str) -> str:
    return plain_line(text, MAX_NAME)

"""A focus area as the page where it is written: the document's own order, with every text a field."""

from dataclasses import dataclass

from plans.commenting import Conversation
from plans.models import Activity, ActivityPeriod, AreaLineage, Body, FocusArea, Goal, Plan, PlanSection, Responsibility
from skane_digi.workspace.fields import EditField, edit_field


@dataclass(frozen=True, slots=True)
class Row:
    """A row that can be moved and removed. ``place`` counts from 1; ``parts`` are sub-activities.

    ``comment_field`` is what comments on the row are about: its text, or the row as a whole.
    """

    kind: str
    pk: int
    text: EditField
    place: int
    count: int
    name: str
    comment_field: str = ""
    open_comments: int = 0
    parts: tuple["Row", ...] = ()

    @property
    def is_first(self) -> bool:
        return self.place == 1

    @property
    def is_last(self) -> bool:
        return self.place == self.count


@dataclass(frozen=True, slots=True)
class PeriodRows:
    """A period with its texts and activities. ``split_years`` are those that a new period could begin with."""

    period: ActivityPeriod
    pk: int
    heading: str
    introduction: EditField
    no_activities_reason: EditField
    activities: tuple[Row, ...]
    split_years: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class ResponsibleRow:
    pk: int
    name: str
    on_behalf_of: str


@dataclass(frozen=True, slots=True)
class AreaPage:
    """Everything that the page of an area shows, in the order of the document."""

    area: FocusArea
    name: EditField
    abbreviation: EditField
    table_name: EditField
    background: EditField
    purpose: EditField
    goals: tuple[Row, ...]
    periods: tuple[PeriodRows, ...]
    responsible: tuple[ResponsibleRow, ...]
    free_bodies: tuple[Body, ...]
    bodies: tuple[Body, ...]
    origin: str
    can_end: bool
    other_areas: tuple[FocusArea, ...]
    open_comments: int


def area_page(plan: Plan, area: FocusArea, *, conversation: Conversation, bodies: list[Body]) -> AreaPage:
    """Return the page of ``area``, one of the areas of ``plan`` fetched by ``Plan.objects.with_content()``."""
    texts = Texts(plan, conversation)
    taken = {row.body_id for row in area.responsibilities.all()}
    origins = [row for row in area.origins.all() if row.predecessor_id]
    return AreaPage(
        area=area,
        name=texts.field(area, "name", label="Områdets namn"),
        abbreviation=texts.field(area, "abbreviation", hint="Förkortning"),
        table_name=texts.field(area, "table_name", hint="Samma som namnet"),
        background=texts.field(area, "background", hint="Vad är läget, och varför behövs området?"),
        purpose=texts.field(area, "purpose", hint="Vad ska området leda till, och för vem?"),
        goals=goal_rows(texts, area),
        periods=tuple(period_rows(texts, period) for period in area.periods.all()),
        responsible=tuple(_responsible(row) for row in area.responsibilities.all()),
        free_bodies=tuple(body for body in bodies if body.pk not in taken),
        bodies=tuple(bodies),
        origin=_origin(origins),
        can_end=bool(origins),
        other_areas=tuple(other for other in plan.focus_areas.all() if other.pk != area.pk),
        open_comments=conversation.open_on(area),
    )


class Texts:
    """Makes fields of one plan to write in, each with the number of open comments on it."""

    def __init__(self, plan: Plan, conversation: Conversation):
        self.plan, self.conversation = plan, conversation

    def field(self, row, name: str, **words) -> EditField:
        return edit_field(self.plan, row, name, open_comments=self.conversation.open_on(row, name), **words)

    def row(self, row, name: str, place: int, count: int, label: str, parts: tuple[Row, ...] = ()) -> Row:
        """Return ``row``, whose field ``name`` is its line, as number ``place`` of ``count``."""
        comment_field = "text" if isinstance(row, Goal | Activity | PlanSection) else ""
        return Row(
            kind=row._meta.model_name,
            pk=row.pk,
            text=self.field(row, name, label=label),
            place=place,
            count=count,
            name=label,
            comment_field=comment_field,
            open_comments=self.conversation.open_on(row, comment_field),
            parts=parts,
        )


def goal_rows(texts: Texts, area: FocusArea) -> tuple[Row, ...]:
    goals = list(area.goals.all())
    return tuple(
        texts.row(goal, "text", place, len(goals), f"Mål {place}") for place, goal in enumerate(goals, start=1)
    )


def period_rows(texts: Texts, period: ActivityPeriod) -> PeriodRows:
    """Return a period; its activities were prefetched."""
    every = list(period.activities.all())
    parts: dict[int, list[Activity]] = {}
    for activity in every:
        if activity.parent_id:
            parts.setdefault(activity.parent_id, []).append(activity)
    top = [activity for activity in every if activity.parent_id is None]
    return PeriodRows(
        period=period,
        pk=period.pk,
        heading=period.heading,
        introduction=texts.field(
            period,
            "introduction",
            label=f"Inledning till {period.heading}",
            hint="Inledning, om perioden behöver en",
        ),
        no_activities_reason=texts.field(
            period,
            "no_activities_reason",
            label=f"Skäl till att {period.heading} saknar aktiviteter",
            hint="Varför saknas aktiviteter?",
        ),
        activities=tuple(
            _activity(texts, activity, place, len(top), parts.get(activity.pk, []))
            for place, activity in enumerate(top, start=1)
        ),
        split_years=_split_years(period),
    )


def _activity(texts: Texts, activity: Activity, place: int, count: int, parts: list[Activity]) -> Row:
    rows = tuple(
        texts.row(part, "text", at, len(parts), f"Delaktivitet {place}.{at}") for at, part in enumerate(parts, start=1)
    )
    return texts.row(activity, "text", place, count, f"Aktivitet {place}", parts=rows)


def _split_years(period: ActivityPeriod) -> tuple[int, ...]:
    """Return the years that a period can be split at; one without an end offers the next few."""
    last = period.end_year if period.end_year is not None else period.start_year + 3
    return tuple(range(period.start_year + 1, last + 1))


def _responsible(row: Responsibility) -> ResponsibleRow:
    return ResponsibleRow(row.pk, row.body.name, row.on_behalf_of.name if row.on_behalf_of else "")


def _origin(origins: list[AreaLineage]) -> str:
    if not origins:
        return "Nytt insatsområde"
    names = ", ".join(f"{row.predecessor.title} i {row.predecessor.plan.title}" for row in origins)
    return f"Fortsätter från {names}"

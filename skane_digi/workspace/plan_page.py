"""The plan as the page where it is written as a whole: title, sections, areas in order, and what is left to do."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.urls import reverse

from plans.commenting import Conversation
from plans.completeness import Completeness
from plans.models import FocusArea, LogEntry, Plan, PlanSection
from skane_digi.completeness import completeness
from skane_digi.workspace.area_page import Row, Texts
from skane_digi.workspace.fields import EditField
from skane_digi.workspace.missing import MissingPart, missing_parts


@dataclass(frozen=True, slots=True)
class AreaRow:
    """An area in the list: where it is written, what it lacks and how many open comments it has."""

    pk: int
    slug: str
    title: str
    url: str
    place: int
    count: int
    missing: tuple[MissingPart, ...]
    open_comments: int

    @property
    def is_first(self) -> bool:
        return self.place == 1

    @property
    def is_last(self) -> bool:
        return self.place == self.count


@dataclass(frozen=True, slots=True)
class Overview:
    """What stands beside every page of the workspace: areas with what they lack, and open comments in all."""

    areas: tuple[AreaRow, ...]
    missing: tuple[MissingPart, ...]
    open_comments: int
    plan_comments: int

    @property
    def complete_count(self) -> int:
        return sum(not area.missing for area in self.areas)


@dataclass(frozen=True, slots=True)
class SectionRow:
    """A section of running text, with its heading as a row that can be moved."""

    row: Row
    text: EditField


@dataclass(frozen=True, slots=True)
class MatterRow:
    row: Row
    description: EditField


@dataclass(frozen=True, slots=True)
class PlanPage:
    title: EditField
    subtitle: EditField
    sections_before: tuple[SectionRow, ...]
    sections_after: tuple[SectionRow, ...]
    matters: tuple[MatterRow, ...]
    ended: tuple[str, ...]
    open_comments: int


@dataclass(frozen=True, slots=True)
class Removed:
    """Something that was removed and can be put back; ``number`` is the log's."""

    number: int
    name: str
    who: str
    at: object
    is_ended: bool


def whole_plan(plan: Plan) -> Plan:
    """Return the plan with all that its pages show."""
    return Plan.objects.with_content().get(pk=plan.pk)


def overview(plan: Plan, conversation: Conversation) -> Overview:
    """Return what stands beside the pages, of a plan fetched by ``whole_plan``."""
    found = {part.slug: part for part in completeness(plan)}
    areas = list(plan.focus_areas.all())
    return Overview(
        areas=tuple(
            _area_row(plan, area, place, len(areas), found[area.slug], conversation)
            for place, area in enumerate(areas, start=1)
        ),
        missing=missing_parts(plan, found[""]) if "" in found else (),
        open_comments=conversation.open_count,
        plan_comments=conversation.open_count - sum(conversation.open_in(area.slug) for area in areas),
    )


def plan_page(plan: Plan, conversation: Conversation) -> PlanPage:
    """Return the plan's own texts, of a plan fetched by ``whole_plan``."""
    texts = Texts(plan, conversation)
    before = [section for section in plan.sections.all() if section.place == PlanSection.Place.BEFORE_AREAS]
    after = [section for section in plan.sections.all() if section.place == PlanSection.Place.AFTER_AREAS]
    matters = list(plan.watched_matters.all())
    return PlanPage(
        title=texts.field(plan, "title"),
        subtitle=texts.field(plan, "subtitle", hint="Undertitel"),
        sections_before=_sections(texts, before),
        sections_after=_sections(texts, after),
        matters=tuple(
            MatterRow(
                texts.row(matter, "name", place, len(matters), f"Fråga {place}"),
                texts.field(matter, "description", label=f"Beskrivning av {matter.name}", hint="Beskrivning"),
            )
            for place, matter in enumerate(matters, start=1)
        ),
        ended=tuple(f"{row.predecessor.title}: {row.reason}" for row in plan.lineage.all() if row.successor_id is None),
        open_comments=conversation.open_on(plan),
    )


def recently_removed(plan: Plan, area: FocusArea | None = None, *, limit: int = 5) -> tuple[Removed, ...]:
    """Return what was removed last and has not been put back, newest first; with ``area`` only what was in it."""
    actions = LogEntry.Action
    entries = LogEntry.objects.filter(
        plan_slug=plan.slug, action__in=(actions.DELETED, actions.ENDED, actions.RESTORED)
    ).order_by("-number")[:60]
    restored, found = set(), []
    for entry in entries:
        reference = (entry.subject, entry.subject_key)
        if entry.action == actions.RESTORED:
            restored.add(reference)
        elif reference not in restored and LogEntry.ROWS in entry.before:
            if area is None or _was_in(entry, area):
                found.append(
                    Removed(entry.number, entry.subject_name, entry.actor_name, entry.at, entry.action == actions.ENDED)
                )
            restored.add(reference)
    return tuple(found[:limit])


def _was_in(entry: LogEntry, area: FocusArea) -> bool:
    fields = entry.before[LogEntry.ROWS][0]["fields"]
    periods = {period.pk for period in area.periods.all()}
    return fields.get("focus_area") == area.pk or fields.get("period") in periods


def _area_row(
    plan: Plan, area: FocusArea, place: int, count: int, lacking: Completeness, conversation: Conversation
) -> AreaRow:
    return AreaRow(
        pk=area.pk,
        slug=area.slug,
        title=area.title,
        url=reverse("workspace:area", args=[plan.slug, area.slug]),
        place=place,
        count=count,
        missing=missing_parts(plan, lacking),
        open_comments=conversation.open_in(area.slug),
    )


def _sections(texts: Texts, sections: Sequence[PlanSection]) -> tuple[SectionRow, ...]:
    return tuple(
        SectionRow(
            texts.row(section, "heading", place, len(sections), f"Avsnitt {place}"),
            texts.field(section, "text", label=f"Text under {section.heading}", hint="Avsnittets text"),
        )
        for place, section in enumerate(sections, start=1)
    )

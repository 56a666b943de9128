"""An area's parts in the order of the document, each with its comments."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django.db import models

from budgets.models import BudgetLine, BudgetStatement
from budgets.money import format_kr
from plans.commenting import Conversation
from plans.models import FocusArea
from plans.places import area_of
from plans.richtext import plain_text
from skane_digi.workspace.commented import Subject

LONGEST = 140


@dataclass(frozen=True, slots=True)
class Part:
    """Something to comment on. ``name`` is what it says, in short."""

    subject: Subject
    name: str
    open_count: int


@dataclass(frozen=True, slots=True)
class PartGroup:
    heading: str
    parts: tuple[Part, ...]


def parts_of(area: FocusArea, conversation: Conversation) -> tuple[PartGroup, ...]:
    """Return what can be commented on in ``area``, group by group, without empty groups."""
    years = {row.year for row in area.plan.years.all()}
    rows = [row for row in conversation.rows.values() if area_of(row) == area and getattr(row, "year", None) in years]

    def group(heading: str, found: Iterable[tuple[models.Model, str, str]]) -> PartGroup:
        return PartGroup(
            heading,
            tuple(
                Part(Subject(area.plan, row, field), shortened(name), conversation.open_on(row, field))
                for row, field, name in found
            ),
        )

    groups = [
        group("Insatsområdet", _texts(area)),
        group("Övergripande mål", ((goal, "text", goal.text) for goal in area.goals.all())),
        *(group(f"Aktiviteter: {period}", _activities(period)) for period in area.periods.all()),
        group("Ekonomi", _economy(rows)),
        group("Ansvar", ((row, "", str(row)) for row in area.responsibilities.all())),
    ]
    return tuple(one for one in groups if one.parts)


def shortened(text: str) -> str:
    words = " ".join(text.split())
    return words if len(words) <= LONGEST else f"{words[:LONGEST].rsplit(' ', 1)[0]} …"


def _texts(area: FocusArea) -> Iterator[tuple[models.Model, str, str]]:
    yield area, "", "Området i sin helhet"
    if area.background:
        yield area, "background", "Bakgrund"
    if area.purpose:
        yield area, "purpose", "Syfte och nytta"


def _activities(period) -> Iterator[tuple[models.Model, str, str]]:
    if period.introduction:
        yield period, "introduction", f"Inledning: {plain_text(period.introduction)}"
    if period.no_activities_reason:
        yield period, "no_activities_reason", plain_text(period.no_activities_reason)
    for activity in period.activities.all():
        yield activity, "text", activity.text


def _economy(rows: Iterable[models.Model]) -> Iterator[tuple[models.Model, str, str]]:
    for row in rows:
        if isinstance(row, BudgetStatement):
            yield row, "text", f"{row.year}: {plain_text(row.text)}"
        elif isinstance(row, BudgetLine):
            amount = "ingen uppgift" if row.amount is None else format_kr(row.amount)
            part = f"{row.label}, " if row.label else ""
            yield row, "", f"{row.year}: {part}{amount} ({row.funding_form})"

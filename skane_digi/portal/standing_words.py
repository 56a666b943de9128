"""The words of standing versions, for the search of those who may not see the drafts that revise them."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.urls import reverse

from plans.checks import area_anchor
from plans.models import Plan
from skane_digi.documents.tree import RichText
from skane_digi.versions.standing import StandingPlan
from skane_digi.versions.words import blocks


@dataclass(frozen=True, slots=True)
class Found:
    """A text's words, before it is known whether they hold the query outside their mark-up."""

    title: str
    body: str
    context: str
    url: str


class StandingWords:
    """Everything that can be found in one standing version, with the place on its page."""

    def __init__(self, standing: StandingPlan):
        self.document = standing.document
        self.address = reverse("versions:page", args=[standing.document.slug, standing.version.number])

    def plan(self) -> Iterator[Found]:
        document = self.document
        yield Found(document.title, document.subtitle, Plan.Status.ADOPTED.label, self.address)
        for section in (*document.sections_before, *document.sections_after):
            yield self._found(section.heading, _words(section.text), f"avsnitt-{section.slug}")

    def areas(self) -> Iterator[Found]:
        for area in self.document.areas:
            body = f"{_words(area.background)} {_words(area.purpose)}"
            yield self._found(area.title, body, area_anchor(area.slug))

    def goals(self) -> Iterator[Found]:
        for area in self.document.areas:
            for goal in area.goals:
                yield self._found("", goal, area_anchor(area.slug), area.title)

    def activities(self) -> Iterator[Found]:
        for area in self.document.areas:
            for period in area.periods:
                for activity in period.activities:
                    for text in (activity.text, *activity.sub_activities):
                        yield self._found("", text, area_anchor(area.slug), area.title, period.heading)

    def _found(self, title: str, body: str, anchor: str, *within: str) -> Found:
        return Found(title, body, ", ".join([*within, self.document.title]), f"{self.address}#{anchor}")


def _words(text: RichText) -> str:
    return " ".join(item.text for item in blocks(text))

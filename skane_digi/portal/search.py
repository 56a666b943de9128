"""Search over plans, focus areas, goals and activities: only what the reader may see, the same on both engines."""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain

from django.db.models import Model, Q, QuerySet

from plans.collation import in_swedish_order
from plans.models import Activity, FocusArea, Goal, Plan, PlanSection
from plans.richtext import plain_text
from skane_digi.portal.standing_words import Found, StandingWords
from skane_digi.versions.standing import standing_plans

MAX_QUERY = 100
MAX_WORDS = 8
FETCHED = 200
SHOWN = 20
AROUND = 110


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of an excerpt; ``is_match`` marks what was searched for."""

    text: str
    is_match: bool = False


@dataclass(frozen=True, slots=True)
class Hit:
    title: tuple[Piece, ...]
    excerpt: tuple[Piece, ...]
    context: str
    url: str


@dataclass(frozen=True, slots=True)
class HitGroup:
    """Hits of one kind. ``count_text`` says how many there are where not all are shown."""

    heading: str
    hits: tuple[Hit, ...]
    count: int
    is_capped: bool

    @property
    def count_text(self) -> str:
        if self.is_capped:
            return f"fler än {self.count}"
        return str(self.count)

    @property
    def is_cut(self) -> bool:
        return self.count > len(self.hits)


@dataclass(frozen=True, slots=True)
class SearchResults:
    query: str
    groups: tuple[HitGroup, ...]

    @property
    def count(self) -> int:
        return sum(group.count for group in self.groups)

    @property
    def count_text(self) -> str:
        if any(group.is_capped for group in self.groups):
            return f"Fler än {self.count} träffar"
        return "1 träff" if self.count == 1 else f"{self.count} träffar"


def search_plans(query: str, user) -> SearchResults:
    """Return what ``user`` may see that holds every word of ``query``. Letters count whatever their case."""
    query = as_asked(query)
    words = query.split()[:MAX_WORDS]
    if not words:
        return SearchResults(query, ())
    plans = Plan.objects.visible_to(user)
    standing = [StandingWords(standing) for standing in standing_plans(user)]
    kinds = (
        ("Handlingsplaner", _plans, StandingWords.plan),
        ("Insatsområden", _areas, StandingWords.areas),
        ("Övergripande mål", _goals, StandingWords.goals),
        ("Aktiviteter", _activities, StandingWords.activities),
    )
    groups = (
        _group(heading, chain(in_rows(plans, words), *map(in_version, standing)), words)
        for heading, in_rows, in_version in kinds
    )
    return SearchResults(query, tuple(group for group in groups if group.count))


def as_asked(text: str, longest: int = MAX_QUERY) -> str:
    """Return what a reader typed as the texts are written: å as one character, single spaces, and not endless."""
    composed = unicodedata.normalize("NFC", text.replace("\x00", ""))
    return " ".join(composed.split())[:longest]


def _holding(rows: QuerySet, words: list[str], *fields: str) -> QuerySet:
    """Keep the rows that hold every word in some of ``fields``."""
    rows = with_folding(rows, *fields)
    for word in words:
        rows = rows.filter(any_field_holds(word, *fields))
    return rows


def with_folding(rows: QuerySet, *fields: str) -> QuerySet:
    """Make ``fields`` ready for ``any_field_holds``.

    The Swedish collation folds å, ä and ö also where the database itself was made without a language.
    """
    return rows.alias(**{f"folded_{field}": in_swedish_order(field) for field in fields})


def any_field_holds(word: str, *fields: str) -> Q:
    """Return the condition that ``word`` stands in one of ``fields``, whatever the case."""
    either = Q()
    for field in fields:
        # In capitals already, since the database folds the word by its own rules and not by the collation.
        either |= Q(**{f"folded_{field}__icontains": word.upper()})
    return either


def _cut(rows: QuerySet) -> list[Model]:
    return list(rows[: FETCHED + 1])


def _plans(plans: QuerySet, words: list[str]) -> Iterator[Found]:
    for plan in _cut(_holding(plans.newest_first(), words, "title", "subtitle")):
        yield Found(plan.title, plan.subtitle, plan.get_status_display(), plan.get_absolute_url())
    sections = (
        PlanSection.objects.filter(plan__in=plans).select_related("plan").order_by("-plan__slug", "position", "pk")
    )
    for section in _cut(_holding(sections, words, "heading", "text")):
        address = f"{section.plan.get_absolute_url()}#avsnitt-{section.slug}"
        yield Found(section.heading, plain_text(section.text), section.plan.title, address)


def _areas(plans: QuerySet, words: list[str]) -> Iterator[Found]:
    areas = FocusArea.objects.filter(plan__in=plans).select_related("plan").order_by("-plan__slug", "position", "pk")
    for area in _cut(_holding(areas, words, "name", "abbreviation", "background", "purpose")):
        body = plain_text(f"{area.background} {area.purpose}")
        yield Found(area.title, body, area.plan.title, area.get_absolute_url())


def _goals(plans: QuerySet, words: list[str]) -> Iterator[Found]:
    goals = Goal.objects.filter(focus_area__plan__in=plans).select_related("focus_area__plan")
    goals = goals.order_by("-focus_area__plan__slug", "focus_area__position", "position", "pk")
    for goal in _cut(_holding(goals, words, "text")):
        area = goal.focus_area
        yield Found("", goal.text, f"{area.title}, {area.plan.title}", area.get_absolute_url())


def _activities(plans: QuerySet, words: list[str]) -> Iterator[Found]:
    activities = Activity.objects.filter(period__focus_area__plan__in=plans).select_related("period__focus_area__plan")
    activities = activities.order_by(
        "-period__focus_area__plan__slug", "period__focus_area__position", "period__start_year", "position", "pk"
    )
    for activity in _cut(_holding(activities, words, "text")):
        area = activity.period.focus_area
        context = f"{area.title}, {activity.period.heading}, {area.plan.title}"
        yield Found("", activity.text, context, area.get_absolute_url())


def _group(heading: str, found: Iterable[Found], words: list[str]) -> HitGroup:
    pattern = re.compile("|".join(re.escape(word) for word in sorted(words, key=len, reverse=True)), re.IGNORECASE)
    every = [row for row in found if _holds_all(f"{row.title} {row.body}", words)]
    hits = tuple(
        Hit(pieces(row.title, pattern), pieces(_around(row.body, pattern), pattern), row.context, row.url)
        for row in every[:SHOWN]
    )
    return HitGroup(heading, hits, min(len(every), FETCHED), is_capped=len(every) > FETCHED)


def _holds_all(text: str, words: list[str]) -> bool:
    folded = text.casefold()
    return all(word.casefold() in folded for word in words)


def _around(text: str, pattern: re.Pattern) -> str:
    """Return ``text`` near the first match, cut at whole words."""
    match = pattern.search(text)
    middle = match.start() if match else 0
    start, end = max(0, middle - AROUND), min(len(text), middle + 2 * AROUND)
    before = text[start:middle].partition(" ")[2] if start else text[:middle]
    after = text[middle:end].rpartition(" ")[0] if end < len(text) else text[middle:]
    return f"{'… ' if start else ''}{before}{after}{' …' if end < len(text) else ''}"


def pieces(text: str, pattern: re.Pattern) -> tuple[Piece, ...]:
    """Divide ``text`` at what ``pattern`` matches."""
    divided, at = [], 0
    for match in pattern.finditer(text):
        divided += [Piece(text[at : match.start()]), Piece(match.group(), is_match=True)]
        at = match.end()
    divided.append(Piece(text[at:]))
    return tuple(piece for piece in divided if piece.text)

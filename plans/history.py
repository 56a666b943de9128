"""The history of a plan, of one of its areas, rows or fields: who did what, when, and what changed in words.

It is read out of the log. A page takes a number of queries that grows neither with the log nor with the plan, and reads
the texts of no more entries than it shows.
"""

import datetime
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from plans.days import day_of
from plans.deletion import REMOVALS, ROWS
from plans.history_acts import PERIOD, YEARS, Act, Gatherer, Line
from plans.history_marks import Marked, marked
from plans.history_places import AreaPlace, Reference, Whereabouts
from plans.history_words import (
    Told,
    Words,
    in_order,
    in_words,
    is_text,
    label,
    parts_in_words,
    sentence,
    split_sentence,
    years,
)
from plans.models import LogEntry, Plan

PAGE_SIZE = 50
WINDOW = datetime.timedelta(minutes=10)
FIRST_CHUNK, NEXT_CHUNK = 1_000, 20_000
# Two who write at once may be given their times and their numbers in different order.
SLACK = datetime.timedelta(minutes=1)
Action = LogEntry.Action

# What a reader can ask for, and the actions that it means. A period that is split is told with what is moved.
KINDS: dict[str, tuple[str, tuple[str, ...]]] = {
    "andrat": ("ändrat", (Action.CHANGED,)),
    "tillagt": ("tillagt", (Action.CREATED,)),
    "flyttat": ("flyttat och delat", (Action.MOVED,)),
    "borttaget": ("borttaget och avslutat", REMOVALS),
    "aterstallt": ("återställt", (Action.RESTORED,)),
    "paborjat": ("följer med från planen före", (Action.STARTED, Action.CONTINUED, Action.RENAMED)),
}
# Of a row as a whole these say nothing to a reader.
_UNTOLD = frozenset({"id", "key", "slug", "position", "plan", "focus_area", "period", "parent", "log_number", ROWS})


@dataclass(frozen=True, slots=True)
class Question:
    """What of a plan's history is asked for; nothing set is all of it.

    ``person`` is an account's id, 0 the system itself, and ``numbers`` the first and last entry. ``row_id`` finds the
    removals that took the row along as a part of something else. ``one_by_one`` tells every save by itself.
    """

    area: str = ""
    row: Reference | None = None
    row_id: tuple[str, int] | None = None
    field: str = ""
    person: int | None = None
    kind: str = ""
    since: datetime.date | None = None
    until: datetime.date | None = None
    numbers: tuple[int, int] | None = None
    one_by_one: bool = False

    def takes(self, act: Act) -> bool:
        """Whether the act is by the person, of the kind and from the days that are asked for."""
        if self.person is not None and self.person != (act.newest.actor or 0):
            return False
        action = Action.MOVED if act.is_split else act.action
        if self.kind and action not in KINDS[self.kind][1]:
            return False
        day = day_of(act.newest.at)
        return not (self.since and day < self.since) and not (self.until and day > self.until)


@dataclass(frozen=True, slots=True)
class FieldChange:
    """A field before and after. Words that differ are marked in ``marked``; a single value is told as it was and is."""

    name: str
    label: str
    before: str
    after: str
    has_before: bool
    has_after: bool
    marked: Marked | None

    @property
    def is_same(self) -> bool:
        """Whether the words are the same: only their form has changed, or they were changed back."""
        return self.has_before and self.has_after and self.before == self.after


@dataclass(frozen=True, slots=True)
class Happening:
    """Something that was done, told from one entry or from several that are the same act.

    ``number`` is its newest entry's and ``first`` its oldest's; ``before`` is what the log says that it began with and
    ``after`` what it ended with. ``removed`` is the id of the row that it took away, where that can be put back, and
    ``parts`` names what went with it.
    """

    number: int
    first: int
    at: datetime.datetime
    began_at: datetime.datetime
    who: str
    action: str
    subject: Reference
    name: str
    sentence: str
    area: AreaPlace | None
    parts: str
    fields: tuple[FieldChange, ...]
    before: Mapping[str, object]
    after: Mapping[str, object]
    saves: int
    removed: tuple[str, int] | None
    is_split: bool
    digests: tuple[str, ...]

    @property
    def is_removal(self) -> bool:
        return self.action in REMOVALS

    @property
    def is_one_save(self) -> bool:
        return self.saves == 1 or self.is_split


@dataclass(frozen=True, slots=True)
class Page:
    """Happenings, the newest first. ``older`` is what the next page begins before, ``None`` where this is the last."""

    happenings: tuple[Happening, ...]
    older: int | None


def history_page(
    plan: Plan,
    question: Question,
    *,
    whereabouts: Whereabouts,
    words: Words,
    before: int | None = None,
    size: int = PAGE_SIZE,
    window: datetime.timedelta = WINDOW,
) -> Page:
    """Return what happened before the entry ``before`` (from the end without it), at most ``size`` of it.

    What was saved again and again with no more than ``window`` between is told as one, never on two pages.
    """
    entries = _asked_for(plan, question, whereabouts)
    acts, more = _acts(entries, question, before, size, None if question.one_by_one else window)
    texts = _texts(acts)
    happenings = tuple(_happening(act, texts, whereabouts, words) for act in acts)
    return Page(happenings, acts[-1].newest.number if more else None)


def people_in(plan: Plan) -> list[tuple[int, str]]:
    """Return the id and name of everyone in the plan's log, by name; the system itself has 0."""
    said = LogEntry.objects.filter(plan_slug=plan.slug).order_by()
    newest = said.values("actor_id").annotate(newest=models.Max("number")).values("newest")
    people = LogEntry.objects.filter(number__in=newest).values_list("actor_id", "actor_name")
    return sorted(((pk or 0, name) for pk, name in people), key=lambda person: person[1].casefold())


def _asked_for(plan: Plan, question: Question, whereabouts: Whereabouts) -> models.QuerySet:
    entries = LogEntry.objects.filter(plan_slug=plan.slug)
    if question.area:
        entries = entries.filter(_in_area(question.area, whereabouts))
    if question.row:
        of_row = Q(subject=question.row[0], subject_key=question.row[1])
        if question.field:
            of_row &= Q(before__has_key=question.field) | Q(after__has_key=question.field)
        entries = entries.filter(of_row | _with_whole(question, whereabouts))
    if question.numbers:
        entries = entries.filter(number__range=question.numbers)
    return entries


def _in_area(slug: str, whereabouts: Whereabouts) -> Q:
    asked = Q(pk__in=[])
    for kind, keys in whereabouts.references_in(slug).items():
        asked |= Q(subject=kind, subject_key__in=keys)
    if slug in whereabouts.areas:
        # An activity that has moved away stands in another area now.
        asked |= Q(action=Action.MOVED, before__period__startswith=f"{whereabouts.areas[slug].title}, ")
    return asked


def _with_whole(question: Question, whereabouts: Whereabouts) -> Q:
    """Return the condition for what removed the row, and put it back, together with what it is a part of."""
    asked = Q(pk__in=[])
    for removal in whereabouts.removals_with(question.row_id) if question.row_id else ():
        kind, key = removal.subject
        asked |= Q(number=removal.number)
        asked |= Q(action=Action.RESTORED, subject=kind, subject_key=key, before={}, number__gt=removal.number)
    return asked


class _FieldNames(models.Func):
    """The names in a JSON object, with commas between: the texts beside them stay in the database."""

    output_field = models.TextField()

    def as_sqlite(self, compiler, connection, **context):
        return self.as_sql(compiler, connection, template="(SELECT group_concat(key) FROM json_each(%(expressions)s))")

    def as_postgresql(self, compiler, connection, **context):
        template = "(SELECT string_agg(name, ',') FROM jsonb_object_keys(%(expressions)s) AS name)"
        return self.as_sql(compiler, connection, template=template)


def _acts(
    entries: models.QuerySet, question: Question, before: int | None, size: int, window: datetime.timedelta | None
) -> tuple[list[Act], bool]:
    """Return the acts of one page, the newest first, and whether there are older ones."""
    gatherer = Gatherer(window)
    page: list[Act] = []
    for lines in _chunks(_reaching(entries, question, before, window)):
        for line in lines:
            gatherer.add(line)
        page = [act for act in gatherer.acts if (before is None or act.newest.number < before) and question.takes(act)]
        is_enough = len(page) > size or (question.since and day_of(lines[-1].at) < question.since)
        if is_enough and gatherer.is_whole(page[:size], lines[-1]):
            break
    return page[:size], len(page) > size


def _reaching(
    entries: models.QuerySet, question: Question, before: int | None, window: datetime.timedelta | None
) -> models.QuerySet:
    """Leave out what is newer than the page, but for what may be the same act as its newest entries."""
    reach = (window or datetime.timedelta()) + SLACK
    if question.until and question.until < datetime.date.max:
        midnight = datetime.datetime.combine(question.until, datetime.time.max, timezone.get_default_timezone())
        entries = entries.filter(at__lte=midnight + reach)
    if before is None:
        return entries
    newest = entries.filter(number__lt=before).values_list("at", flat=True).first()
    return entries.filter(Q(number__lt=before) | Q(at__lte=newest + reach)) if newest else entries.none()


def _chunks(entries: models.QuerySet) -> Iterator[list[Line]]:
    rows = entries.annotate(names=_FieldNames(F("after"))).order_by("-number")
    rows = rows.values_list("number", "at", "actor_id", "action", "subject", "subject_key", "names")
    size, last = FIRST_CHUNK, None
    while True:
        chunk = [
            Line(*row, names=frozenset((names or "").split(",")))
            for *row, names in (rows if last is None else rows.filter(number__lt=last))[:size]
        ]
        if chunk:
            yield chunk
        if len(chunk) < size:
            return
        size, last = NEXT_CHUNK, chunk[-1].number


def _texts(acts: list[Act]) -> dict[int, LogEntry]:
    """Return the entries that begin and end each act, and the new period of a split one."""
    numbers = {line.number for act in acts for line in (act.newest, act.oldest, *act.lines[-2:-1])}
    return LogEntry.objects.in_bulk(numbers, field_name="number")


def _happening(act: Act, texts: Mapping[int, LogEntry], whereabouts: Whereabouts, words: Words) -> Happening:
    first, last = texts[act.oldest.number], texts[act.newest.number]
    after = first.after if act.is_split else last.after
    subject = (first.subject, first.subject_key)
    area = whereabouts.by_reference.get(subject)
    changes = _changes(first, after, words)
    told = Told(
        action=first.action,
        kind=first.subject,
        name=first.subject_name if act.is_split else last.subject_name,
        area=area.title if area else "",
        before=first.before,
        after=after,
        names=tuple(change.name for change in changes),
    )
    rows = first.before.get(ROWS) or ()
    return Happening(
        number=last.number,
        first=first.number,
        at=last.at,
        began_at=first.at,
        who=last.actor_name,
        action=first.action,
        subject=subject,
        name=told.name,
        sentence=_split(act, told, texts) if act.is_split else sentence(told, words),
        area=area,
        parts=parts_in_words([row["model"] for row in rows[1:]]),
        fields=() if act.is_split else changes,
        before=first.before,
        after=after,
        saves=len(act.lines),
        removed=(rows[0]["model"], rows[0]["pk"]) if rows else None,
        is_split=act.is_split,
        digests=tuple(dict.fromkeys((first.digest, last.digest))),
    )


def _split(act: Act, told: Told, texts: Mapping[int, LogEntry]) -> str:
    new = texts[act.lines[-2].number]
    return split_sentence(told, new.subject_name, len(act.lines) - 2)


def _changes(first: LogEntry, after: Mapping, words: Words) -> tuple[FieldChange, ...]:
    if first.action == Action.MOVED or (first.action == Action.RESTORED and not first.before):
        return ()
    before = first.before
    names = [name for name in in_order(first.subject, {*before, *after}) if name != ROWS]
    if first.action in (Action.CHANGED, Action.RESTORED):
        # What was changed back is told only where nothing else was.
        names = [name for name in names if before.get(name) != after.get(name)] or names
    else:
        names = [name for name in names if name not in _UNTOLD and (before.get(name) or after.get(name))]
        names = [name for name in names if before.get(name) != after.get(name)]
        names = [name for name in names if not words.is_told(first.subject, name, first.subject_name)]
    if first.action == Action.ENDED:
        names = [name for name in names if name != "reason"]
    told = []
    if first.subject == PERIOD and {*before} & {*after} >= YEARS and YEARS & {*names}:
        told.append(_years_change(before, after))
        names = [name for name in names if name not in YEARS]
    return (*told, *(_change(first.subject, name, before, after, words) for name in names))


def _years_change(before: Mapping, after: Mapping) -> FieldChange:
    """Return the years of a period as one: neither means anything without the other."""
    old, new = (years(told["start_year"], told["end_year"]) for told in (before, after))
    return FieldChange("start_year", "År", old, new, has_before=True, has_after=True, marked=None)


def _change(kind: str, name: str, before: Mapping, after: Mapping, words: Words) -> FieldChange:
    old = in_words(kind, name, before[name], words) if name in before else ""
    new = in_words(kind, name, after[name], words) if name in after else ""
    if is_text(kind, name):
        old, new = (text if values.get(name) else "" for text, values in ((old, before), (new, after)))
    return FieldChange(
        name=name,
        label=label(kind, name),
        before=old,
        after=new,
        has_before=name in before,
        has_after=name in after,
        marked=marked(old, new) if is_text(kind, name) else None,
    )

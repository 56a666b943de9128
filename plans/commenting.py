"""Comments on a plan: threads about a row or a field, which can be answered, resolved and opened again.

What has been written is never changed or removed, and everything is in the log.
"""

import datetime
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from django.db import models, transaction
from django.utils import timezone

from plans import log
from plans.models import Comment, CommentThread, FocusArea, LogEntry, Organisation, Plan
from plans.models.comment import LONGEST_COMMENT, LONGEST_NAME, LONGEST_QUOTE
from plans.permissions import CommentRights, comment_rights, visible_threads
from plans.places import area_of, plan_of, reference_of

Reference = tuple[str, str]
Threads = tuple[CommentThread, ...]


class CommentRefused(Exception):
    """The comment cannot be made. ``reason`` is a Swedish sentence that says why."""

    def __init__(self, reason: str):
        self.reason = reason
        super().__init__(reason)


@transaction.atomic
def open_thread(
    *,
    plan: Plan,
    row: models.Model,
    text: str,
    by,
    field: str = "",
    quote: str = "",
    organisation: Organisation | None = None,
    at: datetime.datetime | None = None,
) -> CommentThread:
    """Begin a thread about ``row``, or about its ``field``, with ``text``, and return it.

    A member writes for ``organisation``, which may be left out by one who has a single one. Raises ``CommentRefused``.
    """
    plan = Plan.objects.select_for_update().get(pk=plan.pk)
    if plan_of(row) != plan:
        raise CommentRefused("Raden hör inte till planen.")
    rights = comment_rights(by, plan, at)
    if not rights.may_open:
        raise CommentRefused(_why_not(plan))
    at = at or timezone.now()
    kind, key = reference_of(row)
    thread = CommentThread(
        plan=plan,
        subject=kind,
        subject_key=key,
        field=field,
        subject_name=" ".join(str(row).split())[:LONGEST_NAME],
        quote=_tidy(quote)[:LONGEST_QUOTE],
        opened_by=by,
        opened_at=at,
        referral=plan.referrals.still_open().first(),
        organisation=None if rights.is_on_plan else _own_organisation(rights, organisation),
    )
    comment = _comment(thread, text, rights, by=by, at=at)
    thread.save()
    comment.thread = thread
    comment.save()
    said = {"field": field, "quote": thread.quote, "organisation": thread.organisation}
    with log.batch():
        after = {"subject_name": thread.subject_name, **{name: value for name, value in said.items() if value}}
        log.record(action=LogEntry.Action.CREATED, subject=thread, by=by, at=at, after=after)
        log.record(action=LogEntry.Action.CREATED, subject=comment, by=by, at=at, after={"text": comment.text})
    return thread


@transaction.atomic
def answer_thread(*, thread: CommentThread, text: str, by, at: datetime.datetime | None = None) -> Comment:
    """Add ``text`` to an unresolved thread and return it. Raises ``CommentRefused``."""
    at = at or timezone.now()
    thread, rights = _locked(thread, by, at)
    if not rights.may_answer(thread):
        raise CommentRefused(_why_not(thread.plan))
    if thread.is_resolved:
        raise CommentRefused("Tråden är markerad som klar. Öppna den igen för att svara.")
    comment = _comment(thread, text, rights, by=by, at=at)
    comment.save()
    log.record(action=LogEntry.Action.CREATED, subject=comment, by=by, at=at, after={"text": comment.text})
    return comment


@transaction.atomic
def resolve_thread(*, thread: CommentThread, by, at: datetime.datetime | None = None) -> CommentThread:
    """Mark the thread as dealt with and return it. Raises ``CommentRefused``."""
    at = at or timezone.now()
    thread, rights = _locked(thread, by, at)
    if not rights.may_resolve(thread):
        raise CommentRefused("Den som öppnade tråden, eller den som skriver planen, markerar den som klar.")
    if thread.is_resolved:
        raise CommentRefused("Tråden är redan markerad som klar.")
    return _settle(thread, resolved_by=by, resolved_at=at, by=by, at=at)


@transaction.atomic
def reopen_thread(*, thread: CommentThread, by, at: datetime.datetime | None = None) -> CommentThread:
    """Open a resolved thread again and return it. Raises ``CommentRefused``."""
    at = at or timezone.now()
    thread, rights = _locked(thread, by, at)
    if not rights.may_resolve(thread):
        raise CommentRefused("Den som öppnade tråden, eller den som skriver planen, öppnar den igen.")
    if not thread.is_resolved:
        raise CommentRefused("Tråden är redan öppen.")
    return _settle(thread, resolved_by=None, resolved_at=None, by=by, at=at)


@dataclass(frozen=True, slots=True)
class Conversation:
    """The comments on a plan that somebody may read, in the order of the plan and then of time.

    ``rows`` are the plan's rows by reference. ``removed`` are threads about rows that are gone.
    """

    threads: Threads
    rows: Mapping[Reference, models.Model]
    by_subject: Mapping[tuple[str, str, str], Threads]
    by_area: Mapping[str, Threads]
    on_whole_plan: Threads
    removed: Threads

    @property
    def open_count(self) -> int:
        return _open(self.threads)

    def open_in(self, area_slug: str) -> int:
        """How many unresolved threads there are about the area and all that is in it."""
        return _open(self.by_area.get(area_slug, ()))

    def open_on(self, row: models.Model, field: str = "") -> int:
        """How many unresolved threads there are about the row's field; without ``field``, about the row as a whole."""
        return _open(self.about(row, field))

    def about(self, row: models.Model, field: str = "") -> Threads:
        return self.by_subject.get((*reference_of(row), field), ())


def threads_of(plan: Plan, user, rows: Iterable[models.Model] = ()) -> Conversation:
    """Return the comments on ``plan`` that ``user`` may read, in a number of queries that does not grow.

    ``plan`` is fetched by ``Plan.objects.with_content()``; ``rows`` are those of its rows that other apps keep, with
    the focus area and plan they belong to.
    """
    found: dict[Reference, models.Model] = {}
    for row in (*_rows_of(plan), *rows):
        found.setdefault(reference_of(row), row)
    order = {reference: place for place, reference in enumerate(found)}
    threads = list(plan.comment_threads.filter(visible_threads(user, plan)).with_comments())
    threads.sort(key=lambda thread: (order.get(thread.reference[:2], len(order)), thread.opened_at, thread.pk))
    by_subject: dict[tuple[str, str, str], list[CommentThread]] = defaultdict(list)
    by_area: dict[str, list[CommentThread]] = {area.slug: [] for area in plan.focus_areas.all()}
    on_whole_plan, removed = [], []
    for thread in threads:
        by_subject[thread.reference].append(thread)
        row = found.get(thread.reference[:2])
        area = area_of(row) if row else None
        if row is None:
            removed.append(thread)
        elif area is None:
            on_whole_plan.append(thread)
        else:
            by_area[area.slug].append(thread)
    return Conversation(
        threads=tuple(threads),
        rows=found,
        by_subject={subject: tuple(about) for subject, about in by_subject.items()},
        by_area={slug: tuple(about) for slug, about in by_area.items()},
        on_whole_plan=tuple(on_whole_plan),
        removed=tuple(removed),
    )


def threads_about(plan: Plan, row: models.Model, field: str, user) -> Threads:
    """Return the threads about one row's field (``""`` for the row as a whole) that ``user`` may read."""
    kind, key = reference_of(row)
    about = plan.comment_threads.filter(subject=kind, subject_key=key, field=field)
    return tuple(about.filter(visible_threads(user, plan)).with_comments())


def _rows_of(plan: Plan) -> Iterator[models.Model]:
    yield plan
    yield from plan.years.all()
    yield from plan.sections.all()
    yield from plan.watched_matters.all()
    yield from plan.lineage.all()
    for area in plan.focus_areas.all():
        yield from _rows_in(area)


def _rows_in(area: FocusArea) -> Iterator[models.Model]:
    yield area
    yield from area.goals.all()
    for period in area.periods.all():
        yield period
        yield from period.activities.all()
    yield from area.responsibilities.all()


def _open(threads: Threads) -> int:
    return sum(not thread.is_resolved for thread in threads)


def _locked(thread: CommentThread, by, at: datetime.datetime) -> tuple[CommentThread, CommentRights]:
    plan = Plan.objects.select_for_update().get(pk=thread.plan_id)
    thread = CommentThread.objects.select_for_update().get(pk=thread.pk)
    thread.plan = plan
    return thread, comment_rights(by, plan, at)


def _settle(thread: CommentThread, *, resolved_by, resolved_at, by, at: datetime.datetime) -> CommentThread:
    before = {"resolved_at": thread.resolved_at}
    thread.resolved_by, thread.resolved_at = resolved_by, resolved_at
    thread.save(update_fields=["resolved_by", "resolved_at"])
    log.record(
        action=LogEntry.Action.CHANGED,
        subject=thread,
        by=by,
        at=at,
        before=before,
        after={"resolved_at": thread.resolved_at},
    )
    return thread


def _own_organisation(rights: CommentRights, wished: Organisation | None) -> Organisation:
    """Return the organisation that a member writes for."""
    own = rights.organisations
    if wished is None and len(own) > 1:
        raise CommentRefused("Välj vilken organisation du skriver för.")
    if wished is not None and wished.pk not in own:
        raise CommentRefused("Du skriver för din egen organisation.")
    return wished or Organisation.objects.get(pk__in=own)


def _comment(thread: CommentThread, text: str, rights: CommentRights, *, by, at: datetime.datetime) -> Comment:
    text = _tidy(text)
    if not text:
        raise CommentRefused("Skriv en kommentar.")
    if len(text) > LONGEST_COMMENT:
        raise CommentRefused(f"Kommentaren är längre än {LONGEST_COMMENT} tecken. Dela upp den.")
    return Comment(
        thread=thread,
        author=by,
        author_name=by.get_full_name() or by.get_username(),
        organisation=None if rights.is_on_plan else thread.organisation,
        written_at=at,
        text=text,
    )


def _tidy(text: str) -> str:
    """Return plain text as it is kept: letters composed, lines ended one way, nothing that a database refuses."""
    lines = unicodedata.normalize("NFC", text).replace("\0", "").replace("\r\n", "\n").replace("\r", "\n")
    return lines.strip()


def _why_not(plan: Plan) -> str:
    if plan.is_locked:
        return f"{plan} är skickad för beslut och kommenteras inte längre."
    if plan.referrals.still_open().exists():
        return "Svarstiden har gått ut. Hör av dig till ordföranden om ni behöver mer tid."
    return "Planen är inte ute på remiss. Då kommenteras den bara av dem som skriver den."

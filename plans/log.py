"""The log: added to, never changed, and chained so that it shows when somebody has changed it all the same.

Every entry's digest is SHA-256 over its content as canonical JSON, the digest of the entry before it included.
"""

import datetime
import hashlib
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from decimal import Decimal

from django.db import models, transaction
from django.utils import timezone

from plans.models import LogEntry, LogHead
from plans.places import plan_of, reference_of

FIRST_DIGEST = "0" * 64
NOBODY = "Systemet"
BATCH_SIZE = 500
LONGEST_NAME = 300


@dataclass
class _Chain:
    """The end of the chain, locked by the transaction that holds it, and what is to be added to it."""

    number: int
    digest: str
    entries: list[LogEntry] = field(default_factory=list)

    def add(self, entry: LogEntry) -> LogEntry:
        entry.number = self.number = self.number + 1
        entry.previous_digest = self.digest
        entry.digest = self.digest = digest_of(entry)
        self.entries.append(entry)
        return entry

    def write(self) -> None:
        if self.entries:
            LogEntry.objects.bulk_create(self.entries, batch_size=BATCH_SIZE)
            LogHead.objects.filter(pk=LogHead.ROW).update(number=self.number, digest=self.digest)


_open_chain: ContextVar[_Chain | None] = ContextVar("open_chain", default=None)


@contextmanager
def batch() -> Iterator[None]:
    """Keep the end of the chain in memory for all that is recorded inside, and write it together on the way out.

    Everything inside belongs to the caller's transaction; an exception leaves the log as it was.
    """
    if _open_chain.get() is not None:
        yield
        return
    chain = _lock_head()
    token = _open_chain.set(chain)
    try:
        yield
    finally:
        _open_chain.reset(token)
    chain.write()


def record(
    *,
    action: str,
    subject: models.Model,
    by,
    before: Mapping | None = None,
    after: Mapping | None = None,
    at: datetime.datetime | None = None,
) -> LogEntry:
    """Add to the log what ``by`` did with the row ``subject``; ``by=None`` is the system itself.

    ``before`` and ``after`` are values by field name. Call it inside the transaction that makes the change, so that
    neither is without the other.
    """
    kind, key = reference_of(subject)
    plan = plan_of(subject)
    entry = LogEntry(
        at=at or timezone.now(),
        actor=by,
        actor_name=name_of(by),
        action=action,
        subject=kind,
        subject_key=key,
        subject_name=str(subject),
        plan_slug=plan.slug if plan else "",
        before=_plain(before or {}),
        after=_plain(after or {}),
    )
    with batch():
        _open_chain.get().add(entry)
    return entry


def name_of(person) -> str:
    """Return who did something as the log keeps it: two names of the greatest length are one letter too many."""
    if person is None:
        return NOBODY
    return (person.get_full_name() or person.get_username())[:LONGEST_NAME]


def _lock_head() -> _Chain:
    if not transaction.get_connection().in_atomic_block:
        raise transaction.TransactionManagementError("Loggen skrivs i samma transaktion som ändringen.")
    if not LogHead.objects.filter(pk=LogHead.ROW).exists():
        last = LogEntry.objects.first()
        LogHead.objects.get_or_create(
            pk=LogHead.ROW,
            defaults={"number": last.number if last else 0, "digest": last.digest if last else FIRST_DIGEST},
        )
    # On SQLite the transaction itself is the lock: it began with BEGIN IMMEDIATE.
    head = LogHead.objects.select_for_update().get(pk=LogHead.ROW)
    return _Chain(head.number, head.digest)


def digest_of(entry: LogEntry) -> str:
    """Return the digest that follows from what the entry says."""
    content = {
        "number": entry.number,
        "at": entry.at.astimezone(datetime.UTC).isoformat(timespec="microseconds"),
        "actor": entry.actor_id,
        "actor_name": entry.actor_name,
        "action": entry.action,
        "subject": entry.subject,
        "subject_key": entry.subject_key,
        "subject_name": entry.subject_name,
        "plan": entry.plan_slug,
        "before": entry.before,
        "after": entry.after,
        "previous": entry.previous_digest,
    }
    return hashlib.sha256(canonical(content).encode()).hexdigest()


def canonical(content: object) -> str:
    """Return the one way to write ``content`` as JSON: keys in order, no space, letters as they are."""
    return json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)


def _plain(value: object) -> object:
    """Return ``value`` as JSON can carry it without loss. Money is text; a float is refused."""
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, datetime.date | datetime.datetime):
        return value.isoformat()
    if isinstance(value, models.Model):
        return str(value)
    if isinstance(value, Mapping):
        return {str(name): _plain(part) for name, part in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(part) for part in value]
    raise TypeError(f"Loggen kan inte bära {type(value).__name__}: {value!r}")

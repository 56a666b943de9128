"""Proof that the log has not been altered, or the first entry that has."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db import connection, transaction

from plans import log_triggers
from plans.log import FIRST_DIGEST, digest_of
from plans.models import LogEntry, LogHead

ALTERED, MISSING, INSERTED = "altered", "missing", "inserted"
HEAD, UNPROTECTED, UNKNOWN_DIGEST = "head", "unprotected", "unknown_digest"


@dataclass(frozen=True, slots=True)
class LogFault:
    """What is wrong. ``number`` is the entry, ``None`` where the fault is in no single one; ``text`` is Swedish."""

    kind: str
    number: int | None
    text: str


@dataclass(frozen=True, slots=True)
class LogProof:
    """How many entries there are, the digest of the last, and the first fault in the chain if there is one."""

    count: int
    head: str
    fault: LogFault | None

    @property
    def holds(self) -> bool:
        return self.fault is None


def prove_log(*, noted_digest: str = "") -> LogProof:
    """Walk the whole chain and return what it proves, as it is at one moment.

    ``noted_digest`` is a digest that was written down outside the database earlier. Who can write the database can also
    make up a whole chain that agrees with itself; only such a digest gives that away.
    """
    with transaction.atomic():
        # The head is read locked, so that nobody adds to the chain between its end and its entries.
        head = LogHead.objects.select_for_update().filter(pk=LogHead.ROW).first()
        walk = _Walk(noted_digest)
        fault = walk.first_fault(LogEntry.objects.order_by("number", "pk").iterator(chunk_size=2000))
        fault = fault or walk.fault_at_the_end(head)
    if fault is None and noted_digest and not walk.saw_noted_digest:
        fault = LogFault(
            UNKNOWN_DIGEST,
            None,
            f"Kontrollsumman {noted_digest} finns inte i loggen. Loggen har skrivits om sedan den antecknades.",
        )
    if fault is None and (names := log_triggers.missing(connection)):
        fault = LogFault(
            UNPROTECTED, None, f"Kedjan håller, men databasens skydd mot ändring saknas: {', '.join(names)}."
        )
    return LogProof(walk.count, walk.digest, fault)


class _Walk:
    def __init__(self, noted_digest: str):
        self.noted_digest = noted_digest
        self.count = 0
        self.digest = FIRST_DIGEST
        self.saw_noted_digest = noted_digest == FIRST_DIGEST

    def first_fault(self, entries: Iterable[LogEntry]) -> LogFault | None:
        for entry in entries:
            if fault := self._fault(entry):
                return fault
            self.count += 1
            self.digest = entry.digest
            self.saw_noted_digest |= entry.digest == self.noted_digest
        return None

    def _fault(self, entry: LogEntry) -> LogFault | None:
        expected = self.count + 1
        if entry.number < expected:
            return LogFault(INSERTED, entry.number, f"Post {entry.number} är inskjuten i efterhand.")
        if entry.number > expected:
            return LogFault(MISSING, expected, f"Post {expected} saknas.")
        if digest_of(entry) != entry.digest:
            return LogFault(ALTERED, expected, f"Post {expected} är ändrad: {entry}.")
        if entry.previous_digest != self.digest:
            # This entry agrees with itself, so it is the one before that was given another digest.
            number = max(self.count, 1)
            return LogFault(ALTERED, number, f"Post {number} är utbytt och dess kontrollsumma omräknad.")
        return None

    def fault_at_the_end(self, head: LogHead | None) -> LogFault | None:
        if head is None:
            return LogFault(HEAD, None, "Loggens slut är borttaget.") if self.count else None
        if head.number > self.count:
            return LogFault(MISSING, self.count + 1, f"Post {self.count + 1} saknas, liksom allt efter den.")
        if head.number < self.count:
            number = head.number + 1
            return LogFault(INSERTED, number, f"Post {number} är tillagd vid sidan av programmet.")
        if head.digest != self.digest:
            return LogFault(ALTERED, self.count, f"Post {self.count} är utbytt och dess kontrollsumma omräknad.")
        return None

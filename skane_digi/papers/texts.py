"""A collaboration's own wordings in the papers: kept over the standard text, and nothing overwritten unseen."""

import datetime
from collections.abc import Mapping
from dataclasses import dataclass

from django.db import transaction

from plans import editing, log
from plans.editing import EditRefused, value_digest
from plans.models import Collaboration, LogEntry, PaperText
from plans.places import reference_of
from plans.richtext import plain_text
from skane_digi.documents.richtext import parse_html
from skane_digi.documents.tree import RichText
from skane_digi.papers.placeholders import fault_in, fill, fill_line
from skane_digi.papers.standard_texts import SLOTS, Slot

STANDARD = "standard"
LONGEST_LINE = 120


class TextRefused(EditRefused):
    """The text cannot be kept. ``reason`` is a Swedish sentence."""


class TextCollision(Exception):
    """Somebody else has changed the text meanwhile: ``current`` is what stands now, ``entry`` says who and when.

    ``base`` is the digest to send along with the next try.
    """

    def __init__(self, current: str, base: str, entry: LogEntry | None):
        self.current, self.base, self.entry = current, base, entry
        super().__init__("Någon annan har ändrat texten.")


@dataclass(frozen=True, slots=True)
class Texts:
    """A collaboration's own texts by slot and kind of organisation, read at once."""

    own: Mapping[tuple[str, str], str]

    def html(self, slot: Slot, kind: str) -> str:
        return self.own.get((slot.key, kind), slot.standard(kind))

    def rich(self, slot: Slot, kind: str, values: Mapping[str, str]) -> RichText:
        """Return the passage with its placeholders filled in; empty where it is to be left out."""
        return fill(parse_html(self.html(slot, kind)), values)

    def line(self, slot: Slot, kind: str, values: Mapping[str, str]) -> str:
        return fill_line(plain_text(self.html(slot, kind)), values)


def texts_of(collaboration: Collaboration) -> Texts:
    rows = PaperText.objects.filter(collaboration=collaboration, slot__in=[slot.key for slot in SLOTS])
    return Texts({(row.slot, row.kind): row.text for row in rows})


def base_of(row: PaperText | None) -> str:
    """Return what to send along with a form that was filled with ``row``, ``None`` being the standard text."""
    return value_digest(row, "text") if row else STANDARD


@transaction.atomic
def set_paper_text(
    *,
    collaboration: Collaboration,
    slot: Slot,
    kind: str,
    text: str,
    base: str,
    by,
    at: datetime.datetime | None = None,
) -> PaperText | None:
    """Keep ``text`` in place of the standard one, log the change and return the row.

    The standard text word for word is no text of one's own: then the row goes, and ``None`` is returned. An empty text
    leaves the passage out. Raises ``TextRefused`` and ``TextCollision``, and then nothing is changed.
    """
    row = _locked(collaboration, slot, kind, base)
    text = _tidy(slot, text)
    if text == slot.standard(kind):
        return _remove(row, by=by, at=at)
    if row is None:
        row = PaperText.objects.create(collaboration=collaboration, slot=slot.key, kind=kind, text=text)
        log.record(action=LogEntry.Action.CREATED, subject=row, by=by, at=at, after={"text": row.text})
    elif row.text != text:
        before, row.text = row.text, text
        row.save(update_fields=["text"])
        log.record(
            action=LogEntry.Action.CHANGED,
            subject=row,
            by=by,
            at=at,
            before={"text": before},
            after={"text": row.text},
        )
    return row


@transaction.atomic
def restore_standard_text(
    *, collaboration: Collaboration, slot: Slot, kind: str, base: str, by, at: datetime.datetime | None = None
) -> None:
    """Go back to the standard text and log it; the log keeps what was there. Raises ``TextCollision``."""
    _remove(_locked(collaboration, slot, kind, base), by=by, at=at)


def _locked(collaboration: Collaboration, slot: Slot, kind: str, base: str) -> PaperText | None:
    # The collaboration is the lock: there may be no row yet.
    Collaboration.objects.select_for_update().get(pk=collaboration.pk)
    row = PaperText.objects.filter(collaboration=collaboration, slot=slot.key, kind=kind).first()
    if base_of(row) != base:
        subject = row or PaperText(collaboration=collaboration, slot=slot.key, kind=kind)
        name, key = reference_of(subject)
        entry = LogEntry.objects.filter(subject=name, subject_key=key).first()
        raise TextCollision(row.text if row else slot.standard(kind), base_of(row), entry)
    return row


def _tidy(slot: Slot, text: str) -> str:
    if slot.is_line:
        text = plain_text(text)
        if not text or len(text) > LONGEST_LINE:
            raise TextRefused(f"Skriv ett namn på högst {LONGEST_LINE} tecken.")
    else:
        text = editing.tidy(PaperText._meta.get_field("text"), text)
        text = text if plain_text(text) else ""
    if fault := fault_in(text):
        raise TextRefused(fault)
    return text


def _remove(row: PaperText | None, *, by, at: datetime.datetime | None) -> None:
    if row is not None:
        log.record(action=LogEntry.Action.DELETED, subject=row, by=by, at=at, before={"text": row.text})
        row.delete()

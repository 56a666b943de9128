"""Writing the notes under a draft's budget table, and where their marks stand.

Each function is one transaction that locks the plan, and the log tells it. All raise ``plans.editing.EditRefused``,
with a Swedish sentence, where the change cannot be made; then nothing is changed.
"""

import datetime
from collections.abc import Mapping

from django.db import models, transaction

from budgets.deletion import DECLARATION
from budgets.models import FundingForm, NotePlacement, TableNote
from plans import log
from plans.deletion import delete_row
from plans.editing import Edit, EditRefused, check, edit_row, lock_plan, locked_row, tidy
from plans.models import LogEntry, Plan

NAMED_LINES = 3


@transaction.atomic
def add_note(*, plan: Plan, mark: str, text: str, by, at: datetime.datetime | None = None) -> TableNote:
    """Add a note last under the table. The mark is the plan's only one of its kind."""
    plan = lock_plan(plan)
    note = TableNote(
        plan=plan,
        mark=tidy(TableNote._meta.get_field("mark"), mark),
        text=tidy(TableNote._meta.get_field("text"), text),
        position=(plan.table_notes.aggregate(last=models.Max("position"))["last"] or 0) + 1,
    )
    if not note.text:
        raise EditRefused("Skriv notens text.")
    _refuse_taken_mark(note, note.mark)
    check(note, {"mark", "text"})
    note.save()
    after = {"mark": note.mark, "text": note.text}
    log.record(action=LogEntry.Action.CREATED, subject=note, by=by, at=at, after=after)
    return note


@transaction.atomic
def edit_note(
    note: TableNote, *, values: Mapping[str, str], bases: Mapping[str, str], by, at: datetime.datetime | None = None
) -> Edit:
    """Save the note's mark, text or both. Raises ``plans.editing.EditCollision`` as ``edit_row`` does."""
    lock_plan(note)
    if "mark" in values:
        _refuse_taken_mark(note, tidy(TableNote._meta.get_field("mark"), values["mark"]))
    return edit_row(note, values=values, bases=bases, by=by, at=at)


@transaction.atomic
def move_note(note: TableNote, *, steps: int, by, at: datetime.datetime | None = None) -> int:
    """Move the note some ``steps`` among the plan's notes and return its new place, counted from 1."""
    plan = lock_plan(note)
    note = locked_row(note)
    notes = list(plan.table_notes.order_by("position", "pk"))
    old = notes.index(note)
    notes.pop(old)
    new = min(max(old + steps, 0), len(notes))
    notes.insert(new, note)
    if new != old:
        for position, row in enumerate(notes, start=1):
            row.position = position
        TableNote.objects.bulk_update(notes, ["position"])
        places = ({"position": old + 1}, {"position": new + 1})
        log.record(action=LogEntry.Action.MOVED, subject=note, by=by, at=at, before=places[0], after=places[1])
    return new + 1


@transaction.atomic
def remove_note(note: TableNote, *, by, at: datetime.datetime | None = None) -> LogEntry:
    """Remove a note that no line points to, with the places of its mark, and return the entry for ``restore``."""
    lock_plan(note)
    lines = [str(line) for line in note.budget_lines.filter(amount__isnull=True).with_places()]
    if lines:
        raise EditRefused(
            f"Noten {note.mark} behövs: den säger varför {_listed(lines)} saknar belopp. "
            "Skriv ett belopp eller välj en annan not där först."
        )
    lines = [str(line) for line in note.budget_lines.with_places()]
    if lines:
        raise EditRefused(f"Noten {note.mark} står vid {_listed(lines)}. Välj en annan not, eller ingen, där först.")
    return delete_row(note, declaration=DECLARATION, by=by, at=at)


@transaction.atomic
def place_note(
    note: TableNote,
    *,
    place: str,
    funding_form: FundingForm | None = None,
    year: int | None = None,
    by,
    at: datetime.datetime | None = None,
) -> NotePlacement:
    """Let the note's mark stand at a funding form's heading, at a column's foot or at the cost table's heading."""
    plan = lock_plan(note)
    note = locked_row(note)
    if funding_form is not None and funding_form.collaboration_id != plan.collaboration_id:
        raise EditRefused("Finansieringsformen hör till en annan samverkan än planen.")
    placement = NotePlacement(note=note, place=place, funding_form=funding_form, year=year)
    if note.placements.filter(place=place, funding_form=funding_form, year=year).exists():
        raise EditRefused(f"Märket {note.mark} står redan där.")
    check(placement, {"place", "funding_form", "year"})
    placement.save()
    after = {"place": placement.get_place_display(), "funding_form": funding_form, "year": year}
    said = {name: value for name, value in after.items() if value is not None}
    log.record(action=LogEntry.Action.CREATED, subject=placement, by=by, at=at, after=said)
    return placement


def unplace_note(placement: NotePlacement, *, by, at: datetime.datetime | None = None) -> LogEntry:
    """Take the mark away from its place and return the entry for ``restore``."""
    return delete_row(placement, declaration=DECLARATION, by=by, at=at)


def _refuse_taken_mark(note: TableNote, mark: str) -> None:
    if not mark:
        raise EditRefused("Skriv notens märke, till exempel *.")
    if note.plan.table_notes.filter(mark=mark).exclude(pk=note.pk).exists():
        raise EditRefused(f"Märket {mark} har redan en not. Välj ett annat märke, till exempel {mark}*.")


def _listed(names: list[str]) -> str:
    shown, rest = names[:NAMED_LINES], len(names) - NAMED_LINES
    parts = [*shown, f"{rest} till"] if rest > 0 else shown
    return " och ".join(filter(None, [", ".join(parts[:-1]), parts[-1]]))

"""What the log says of a row that is written as a whole: every field of one that is new or gone, else what differs."""

from collections.abc import Iterable, Mapping

from django.db import models

from plans import log
from plans.deletion import ROWS, snapshot
from plans.models import LogEntry
from plans.places import plan_of

# Never in the log: what would let its reader sign in.
SECRET = frozenset({"password"})


def values_of(row: models.Model, names: Iterable[str] = ()) -> dict[str, object]:
    """Return the row's values by field name, ``names`` or all of them; a foreign key as the name of its row."""
    wanted = frozenset(names)
    return {
        field.name: _value(row, field)
        for field in row._meta.concrete_fields
        if not field.primary_key and field.name not in SECRET and (not wanted or field.name in wanted)
    }


def stored_values(row: models.Model, names: Iterable[str] = ()) -> dict[str, object] | None:
    """Return what the database holds of the row, and lock it; ``None`` where it has none."""
    stored = type(row)._base_manager.select_for_update().filter(pk=row.pk).first() if row.pk else None
    return values_of(stored, names) if stored else None


def record_row(*, row: models.Model, before: Mapping | None, by, names: Iterable[str] = ()) -> LogEntry | None:
    """Log that ``by`` saved the row: created where ``before`` is ``None``, else changed in the fields that differ.

    ``before`` is what ``stored_values`` gave. Returns ``None`` where nothing differs, and then logs nothing.
    """
    after = values_of(row, names)
    if before is None:
        return log.record(action=LogEntry.Action.CREATED, subject=row, by=by, after=after)
    changed = [name for name in after if after[name] != before[name]]
    if not changed:
        return None
    return log.record(
        action=LogEntry.Action.CHANGED,
        subject=row,
        by=by,
        before={name: before[name] for name in changed},
        after={name: after[name] for name in changed},
    )


def record_deletion(*, row: models.Model, by) -> LogEntry:
    """Log that ``by`` deletes the row, with all that it held. To be called before it is gone.

    A row of a plan can be put back by ``plans.deletion.restore``; the administration deletes none that has parts.
    """
    before = stored_values(row) or values_of(row)
    if plan_of(row) is not None:
        before |= {ROWS: snapshot([row])}
    return log.record(action=LogEntry.Action.DELETED, subject=row, by=by, before=before)


def _value(row: models.Model, field: models.Field) -> object:
    value = getattr(row, field.name)
    return str(value) if isinstance(value, models.Model) else value

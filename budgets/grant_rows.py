"""Keeping a grant's rows while others write in them too: nothing is overwritten unseen, and the log tells everything.

The agreement's own row is the lock for all that it holds. Whoever changes a row sends along the digest of each field
as they first saw it; a field that they have left alone keeps what a colleague has written meanwhile.
"""

import datetime
import unicodedata
from collections.abc import Iterable, Mapping

from django.core.exceptions import ValidationError
from django.db import models

from budgets.models import GrantAgreement
from plans import log
from plans.deletion import snapshot, told
from plans.editing import MAX_CHARACTERS, Clash, EditRefused, last_change, sentences, tidy, value_digest
from plans.models import LogEntry

TOO_LONG = f"Texten är längre än {MAX_CHARACTERS} tecken. Dela upp den."


class GrantRefused(EditRefused):
    """The change cannot be made. ``field`` is what the reason is about; empty where it is about the whole."""

    def __init__(self, reason: str, field: str = ""):
        self.field = field
        super().__init__(reason)


class GrantCollision(GrantRefused):
    """Somebody else has saved the same fields meanwhile. ``row`` is as it is now, ``entry`` says who saved and when.

    ``field`` is the first of them.
    """

    def __init__(self, row: models.Model, clashes: tuple[Clash, ...], entry: LogEntry | None):
        self.row, self.clashes, self.entry = row, clashes, entry
        who = entry.actor_name if entry else "Någon annan"
        names = ", ".join(str(row._meta.get_field(clash.name).verbose_name) for clash in clashes)
        super().__init__(
            f"{who} har ändrat under tiden: {names}. Jämför med det som gäller nu, "
            "och spara igen om det du har skrivit ska gälla.",
            clashes[0].name,
        )

    @property
    def current(self) -> dict[str, str]:
        """What each of the fields holds now, in words."""
        return {clash.name: words_of(self.row, clash.name) for clash in self.clashes}


def lock_agreement(agreement: GrantAgreement) -> GrantAgreement:
    """Lock and return the agreement, for the rest of the transaction. Raises ``GrantRefused`` where it is gone."""
    current = GrantAgreement.objects.select_for_update().filter(pk=agreement.pk).first()
    if current is None:
        raise GrantRefused("Statsbidraget är borttaget.")
    return current


def bases_of(row: models.Model, names: Iterable[str]) -> dict[str, str]:
    """Return the digests to send along with a form."""
    return {name: value_digest(row, name) for name in names}


def create(row: models.Model, values: Mapping[str, object], *, by, at: datetime.datetime | None) -> models.Model:
    """Save a new row that holds ``values`` and log it. The agreement is locked already."""
    for name, value in values.items():
        field = row._meta.get_field(name)
        setattr(row, field.attname, _tidied(field, value))
    refuse_unsound(row)
    row.save(force_insert=True)
    after = {name: shown(row, name) for name in values if shown(row, name) not in ("", None, False)}
    log.record(action=LogEntry.Action.CREATED, subject=row, by=by, at=at, after=after)
    return row


def change(
    row: models.Model,
    values: Mapping[str, object],
    bases: Mapping[str, str],
    *,
    by,
    at: datetime.datetime | None,
) -> dict[str, object]:
    """Save in ``row`` what the writer has changed, log it and return what it was before, by field.

    Empty where nothing is changed. Raises ``GrantCollision`` where a changed field has been changed by somebody else.
    The agreement is locked already, and ``row`` read after that.
    """
    before, clashes = {}, []
    for name, value in values.items():
        field = row._meta.get_field(name)
        held, wished = getattr(row, field.attname), _tidied(field, value)
        if wished == held or _digest_of(row, field, wished) == bases[name]:
            continue
        if value_digest(row, name) != bases[name]:
            clashes.append(Clash(name, held, wished))
        before[name] = shown(row, name)
        setattr(row, field.attname, wished)
    if clashes:
        row.refresh_from_db()
        raise GrantCollision(row, tuple(clashes), last_change(row, [clash.name for clash in clashes]))
    if not before:
        return {}
    refuse_unsound(row)
    row.save(update_fields=list(before))
    after = {name: shown(row, name) for name in before}
    log.record(action=LogEntry.Action.CHANGED, subject=row, by=by, at=at, before=before, after=after)
    return before


def remove(row: models.Model, *, by, at: datetime.datetime | None) -> LogEntry:
    """Remove a row that nothing depends on and return the entry that says so. The agreement is locked already."""
    try:
        models.deletion.Collector(using=row._state.db).collect([row])
    except models.ProtectedError as error:
        kinds = sorted({str(each._meta.verbose_name_plural) for each in error.protected_objects})
        raise GrantRefused(f"{row} kan inte tas bort så länge det finns {' och '.join(kinds)} som hör dit.") from error
    before = {**told(row), LogEntry.ROWS: snapshot([row])}
    entry = log.record(action=LogEntry.Action.DELETED, subject=row, by=by, at=at, before=before)
    row.delete()
    return entry


def locked(row: models.Model, *related: str) -> models.Model:
    """Return the row as it is now. Raises ``GrantRefused`` where somebody has removed it."""
    rows = type(row)._default_manager.select_for_update(of=("self",)).select_related(*related)
    current = rows.filter(pk=row.pk).first()
    if current is None:
        raise GrantRefused("Raden är borttagen av någon annan.")
    return current


def refuse_unsound(row: models.Model) -> None:
    """Raise ``GrantRefused``, at the first field that is wrong, where the row may not be as it is now."""
    try:
        row.full_clean()
    except ValidationError as error:
        fields = [name for name in getattr(error, "error_dict", {}) if name != "__all__"]
        if len(fields) == 1 and len(error.error_dict) == 1:
            raise GrantRefused(" ".join(error.messages), fields[0]) from error
        raise GrantRefused(sentences(error, row), fields[0] if fields else "") from error


def shown(row: models.Model, name: str) -> object:
    """Return what the log says that a field holds: the row that a foreign key points to, not its number."""
    value = getattr(row, name)
    return str(value) if isinstance(value, models.Model) else value


def words_of(row: models.Model, name: str) -> str:
    """Return what a field holds as a reader would say it."""
    value = row._meta.get_field(name)
    held = getattr(row, f"get_{name}_display")() if value.choices else shown(row, name)
    if isinstance(held, bool):
        return "ja" if held else "nej"
    return "inget" if held in (None, "") else str(held)


def _tidied(field: models.Field, value: object) -> object:
    """Return ``value`` as it is kept: a line on one line, a longer text with its lines."""
    if not isinstance(field, models.TextField) or not isinstance(value, str):
        return tidy(field, value)
    if len(value) > MAX_CHARACTERS:
        raise GrantRefused(TOO_LONG, field.name)
    whole = unicodedata.normalize("NFC", value.replace("\0", ""))
    return "\n".join(" ".join(line.split()) for line in whole.splitlines()).strip()


def _digest_of(row: models.Model, field: models.Field, value: object) -> str:
    return value_digest(type(row)(**{field.attname: value}), field.name)

"""Writing in a plan's rows while others write in them too: nothing is overwritten unseen.

Whoever writes sends along a digest of what the field held when they began. Where it holds something else by now, the
save is refused with both texts, and the writer chooses. The digest is of the content itself, so that every way to
change a row (workspace, administration, import, restoring) counts, and no row needs a version number.
"""

import datetime
import hashlib
import json
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from django.core.exceptions import ObjectDoesNotExist, ValidationError
from django.db import models, transaction

from plans import log
from plans.models import AreaLineage, FocusArea, LogEntry, Plan
from plans.places import plan_of, reference_of
from plans.richtext import RichTextField, sanitise

MAX_CHARACTERS = 50_000
DIGEST_LENGTH = 20


class EditRefused(Exception):
    """The change cannot be made. ``reason`` is a Swedish sentence that says why and how to mend it."""

    def __init__(self, reason: str):
        self.reason = reason
        super().__init__(reason)


class PlanIsLocked(EditRefused):
    """The plan has been sent for decision."""

    def __init__(self, plan: Plan):
        super().__init__(f"{plan} är skickad för beslut och kan inte ändras längre.")


class RowIsGone(EditRefused):
    """Somebody has removed the row meanwhile. ``entry`` is the log's word on who and when, where it has one."""

    def __init__(self, entry: LogEntry | None = None):
        self.entry = entry
        super().__init__("Raden är borttagen.")


@dataclass(frozen=True, slots=True)
class Clash:
    """A field that two have changed: what it holds now, and what was to be saved."""

    name: str
    current: object
    wished: object


class EditCollision(Exception):
    """Somebody else saved the same field meanwhile. ``row`` is as it is now, ``entry`` says who saved and when."""

    def __init__(self, row: models.Model, clashes: tuple[Clash, ...], entry: LogEntry | None):
        self.row, self.clashes, self.entry = row, clashes, entry
        super().__init__(f"{row}: {', '.join(clash.name for clash in clashes)}")


@dataclass(frozen=True, slots=True)
class Edit:
    """What became of a save: the row as it is now, and the entry that says what changed, none where nothing did.

    ``seen`` are digests of what the writer sent, field by field; empty where that is what the row holds.
    """

    row: models.Model
    entry: LogEntry | None
    seen: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_changed(self) -> bool:
        return self.entry is not None

    def base_of(self, name: str) -> str:
        """Return the digest to send along with the next save: of what the writer has in front of them.

        That is not what the row holds where somebody else has changed a field that the writer has left alone.
        """
        return self.seen.get(name) or value_digest(self.row, name)


def value_digest(row: models.Model, name: str) -> str:
    """Return the digest of what the row's field holds, to send along with a form."""
    return _digest(getattr(row, row._meta.get_field(name).attname))


def lock_plan(row: models.Model) -> Plan:
    """Lock and return the plan that ``row`` belongs to, for the rest of the transaction.

    Everything that changes a plan takes this lock first. Raises ``PlanIsLocked`` where it may not change any more, and
    ``RowIsGone`` where what the row stood in has been removed.
    """
    try:
        plan = Plan.objects.select_for_update().get(pk=plan_of(row).pk)
    except ObjectDoesNotExist as error:
        raise RowIsGone from error
    if plan.is_locked:
        raise PlanIsLocked(plan)
    return plan


def lock_plans() -> None:
    """Lock every plan, for the rest of the transaction: for what may write in any of them. A collaboration has few.

    Everything that writes locks plans first and the log's end last; in another order two would wait for each other.
    """
    list(Plan.objects.select_for_update().order_by("pk").values_list("pk"))


@transaction.atomic
def edit_row(
    row: models.Model,
    *,
    values: Mapping[str, object],
    bases: Mapping[str, str],
    by,
    at: datetime.datetime | None = None,
    action: str = LogEntry.Action.CHANGED,
) -> Edit:
    """Save ``values`` by field name in ``row``, log the change and return it.

    ``bases`` holds the digest of each field as the writer first saw it. A field that the writer has not changed keeps
    what it holds by now. Raises ``EditCollision`` where a changed field has been changed by someone else, ``RowIsGone``
    where the row is no more, and ``EditRefused`` where a value is not allowed; then nothing is changed.
    """
    lock_plan(row)
    current = locked_row(row)
    before, after, clashes, seen = {}, {}, [], {}
    for name, value in values.items():
        field = current._meta.get_field(name)
        held, wished = getattr(current, field.attname), tidy(field, value)
        seen[name] = _digest(wished)
        if wished == held or seen[name] == bases[name]:
            continue
        if _digest(held) != bases[name]:
            clashes.append(Clash(name, held, wished))
        before[name], after[name] = _shown(current, field), wished
        setattr(current, field.attname, wished)
    if clashes:
        raise EditCollision(locked_row(row), tuple(clashes), last_change(row, [clash.name for clash in clashes]))
    if not after:
        return Edit(current, None, seen)
    check(current, after)
    current.save(update_fields=list(after))
    if isinstance(current, FocusArea) and "name" in after:
        _follow_name(current, by=by, at=at)
    after = {name: _shown(current, current._meta.get_field(name)) for name in after}
    entry = log.record(action=action, subject=current, by=by, at=at, before=before, after=after)
    return Edit(current, entry, seen)


def _follow_name(area: FocusArea, *, by, at: datetime.datetime | None) -> None:
    """Let the plan say that an area that comes from an earlier plan is renamed, or continues under its old name."""
    for step in AreaLineage.objects.filter(successor=area, predecessor__isnull=False).select_related("predecessor"):
        has_old_name = step.predecessor.name == area.name
        kind = AreaLineage.Kind.CONTINUED if has_old_name else AreaLineage.Kind.RENAMED
        if step.kind != kind:
            before, step.kind = {"kind": step.kind}, kind
            step.save(update_fields=["kind"])
            log.record(action=LogEntry.Action.CHANGED, subject=step, by=by, at=at, before=before, after={"kind": kind})


def locked_row(row: models.Model) -> models.Model:
    """Return the row as it is now, locked. Raises ``RowIsGone``."""
    current = type(row)._default_manager.select_for_update().filter(pk=row.pk).first()
    if current is None:
        kind, key = reference_of(row)
        raise RowIsGone(LogEntry.objects.filter(subject=kind, subject_key=key).first())
    return current


def last_change(row: models.Model, names: list[str]) -> LogEntry | None:
    """Return the newest entry that gave any of the fields its value."""
    kind, key = reference_of(row)
    said = models.Q()
    for name in names:
        said |= models.Q(after__has_key=name)
    return LogEntry.objects.filter(said, subject=kind, subject_key=key).first()


def tidy(field: models.Field, value: object) -> object:
    """Return ``value`` as the field keeps it: running text cleaned, a line on one line, letters composed."""
    if isinstance(field, models.ForeignKey):
        return getattr(value, "pk", value)
    if not isinstance(value, str):
        return value
    if len(value) > MAX_CHARACTERS:
        raise EditRefused(f"Texten är längre än {MAX_CHARACTERS} tecken. Dela upp den.")
    if isinstance(field, RichTextField):
        return sanitise(value.replace("\0", ""))
    return " ".join(unicodedata.normalize("NFC", value.replace("\0", "")).split())


def check(row: models.Model, names) -> None:
    """Raise ``EditRefused`` with what is wrong, in Swedish, where the row may not be as it is now."""
    exclude = {field.name for field in row._meta.fields if field.name not in names}
    try:
        row.clean_fields(exclude=exclude)
        row.clean()
        row.validate_unique()
        row.validate_constraints()
    except ValidationError as error:
        raise EditRefused(sentences(error, row)) from error


def sentences(error: ValidationError, row: models.Model) -> str:
    """Return every message of ``error`` as one text, those of a single field with the field's name before."""
    if not hasattr(error, "error_dict"):
        return " ".join(error.messages)
    names = {field.name: str(field.verbose_name) for field in row._meta.fields}
    parts = []
    for name, messages in error.message_dict.items():
        label = names.get(name, "")
        parts += [f"{label[:1].upper()}{label[1:]}: {message}" if label else message for message in messages]
    return " ".join(parts)


def _digest(value: object) -> str:
    if isinstance(value, Decimal):
        value = f"{value:.2f}"
    plain = value if value is None or isinstance(value, bool | int | str) else str(value)
    return hashlib.sha256(json.dumps(plain, ensure_ascii=False).encode()).hexdigest()[:DIGEST_LENGTH]


def _shown(row: models.Model, field: models.Field) -> object:
    """Return what the log says that the field holds: the row that a foreign key points to, not its number."""
    value = getattr(row, field.name)
    return str(value) if isinstance(value, models.Model) else value

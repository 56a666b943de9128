"""Putting back what the log says: a field as it was before or after an entry, a row to the place that it had.

What has been removed comes back by ``plans.deletion.restore``. Every restoring is itself in the log, and can be undone.
"""

import datetime
import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import models, transaction

from plans.deletion import REMOVALS, restore
from plans.editing import Edit, EditRefused, edit_row, locked_row, value_digest
from plans.history import FieldChange, Happening
from plans.history_places import Reference, Whereabouts
from plans.history_words import field_of, label
from plans.models import Activity, ActivityPeriod, LogEntry
from plans.places import plan_of
from plans.structure import move_activity, move_row, siblings_of

BEFORE, AFTER = "before", "after"
PLACE, PERIOD = "position", "period"
Action = LogEntry.Action
# Conversations and rounds are kept as they were, and what is decided is only superseded; what a plan comes from and is
# for is not a text to put back.
_LEFT = frozenset(
    {
        "plans.planversion",
        "plans.decisionround",
        "plans.planstep",
        "plans.decision",
        "plans.conditionfinding",
        "plans.comment",
        "plans.commentthread",
        "plans.referral",
        "plans.referralanswer",
        "plans.planyear",
        "plans.arealineage",
    }
)
# What rests on a frozen version, such as its invoices, is not a part of the plan that is written.
_ON_A_VERSION = frozenset({"version", "invoicing", "invoice"})
# What names a row and where it stands is changed by moving it, and a plan's status by its life.
_LEFT_FIELDS = frozenset({"id", "key", "slug", "status", "plan", "focus_area", "parent", PLACE, PERIOD})
# Fields that mean something together and are put back together, under the name of the first.
_TOGETHER = {("plans.activityperiod", name): ("start_year", "end_year") for name in ("start_year", "end_year")}


@dataclass(frozen=True, slots=True)
class Offer:
    """Something that a happening can put back: of which entry, which field, what stood on which side of the change.

    ``field`` is empty for a removed row and ``position`` or ``period`` for a move. ``base`` is the digest of what the
    field holds now, to send along: if it holds something else by then, the restoring collides.
    """

    number: int
    field: str
    side: str
    base: str
    label: str


def restore_value(
    entry: LogEntry, field: str, *, side: str = BEFORE, base: str, by, at: datetime.datetime | None = None
) -> Edit:
    """Give the field what the log says that it held before (or after) ``entry``, log it and return the edit.

    ``base`` is ``base_of`` the field when the history was read. Raises ``EditCollision`` where somebody has changed it
    since, and ``EditRefused`` with a Swedish reason where it cannot be put back; then nothing is changed.
    """
    if reason := why_not(entry.subject, entry.action, field):
        raise EditRefused(reason)
    row = _row_of(entry)
    told = getattr(entry, side)
    names = [name for name in _names(entry.subject, field) if name in told]
    if not names:
        raise EditRefused(f"Loggen säger inte vad som stod {'före' if side == BEFORE else 'efter'} ändringen.")
    values = {name: _value(row, name, told[name]) for name in names}
    bases = dict(zip(_names(entry.subject, field), base.split("-"), strict=False))
    bases = {name: bases.get(name, "") for name in names}
    return edit_row(row, values=values, bases=bases, by=by, at=at, action=Action.RESTORED)


@transaction.atomic
def undo_move(entry: LogEntry, *, by, at: datetime.datetime | None = None) -> models.Model:
    """Move the row back to where it stood before ``entry`` and return it.

    Raises ``EditRefused`` where it has been moved since, or where its place cannot be told.
    """
    row = _row_of(entry)
    if entry.action != Action.MOVED:
        raise EditRefused("Loggposten är ingen flytt.")
    if PERIOD in entry.after:
        return _move_back_to_area(entry, row, by=by, at=at)
    row = locked_row(row)
    place = list(siblings_of(row)).index(row) + 1
    if place != entry.after[PLACE]:
        raise EditRefused(f"Raden har flyttats sedan dess och står nu på plats {place}. Flytta den där den står.")
    move_row(row, steps=entry.before[PLACE] - place, by=by, at=at)
    return row


def put_back(
    entry: LogEntry, field: str, *, side: str = BEFORE, base: str = "", by, at: datetime.datetime | None = None
) -> bool:
    """Do what an ``Offer`` says and return whether anything changed. Raises as the functions that do it."""
    if entry.action in REMOVALS:
        restore(entry, by=by, at=at)
    elif entry.action == Action.MOVED:
        undo_move(entry, by=by, at=at)
    else:
        return restore_value(entry, field, side=side, base=base, by=by, at=at).is_changed
    return True


def base_of(row: models.Model, name: str) -> str:
    """Return the digest of what the field, and those that go with it, hold now."""
    return "-".join(value_digest(row, each) for each in _names(row._meta.label_lower, name))


def why_not(kind: str, action: str, name: str) -> str:
    """Return why a field is never put back, as a Swedish sentence; empty where it may be."""
    if action not in (Action.CHANGED, Action.CREATED, Action.RESTORED):
        return "Loggposten är ingen ändring av en text eller en uppgift."
    field = field_of(kind, name)
    if field is None or not field.concrete:
        return "Loggposten talar om något som inte är ett fält, och det kan inte återställas här."
    if kind in _LEFT or name in _LEFT_FIELDS or _rests_on_a_version(kind):
        return f"{label(kind, name)} kan inte återställas härifrån."
    return ""


def _rests_on_a_version(kind: str) -> bool:
    return not _ON_A_VERSION.isdisjoint(field.name for field in apps.get_model(kind)._meta.concrete_fields)


def offers_of(
    happenings: Iterable[Happening], whereabouts: Whereabouts, rows: Mapping[Reference, models.Model]
) -> dict[int, tuple[Offer, ...]]:
    """Return what each happening, by number, can put back. ``rows`` are those that ``rows_named`` found."""
    return {happening.number: tuple(_offers(happening, whereabouts, rows)) for happening in happenings}


def rows_named(happenings: Iterable[Happening]) -> dict[Reference, models.Model]:
    """Return the rows that the happenings name and that exist, one query for each kind."""
    keys, joined = defaultdict(set), defaultdict(set)
    for happening in happenings:
        kind, key = happening.subject
        keys[kind].add(key)
        fields = (field_of(kind, change.name) for change in happening.fields)
        joined[kind] |= {field.name for field in fields if isinstance(field, models.ForeignKey)}
    found = {}
    for kind, of_kind in keys.items():
        for row, key in _rows(kind, of_kind, joined[kind]):
            found[kind, key] = row
    return found


def _rows(kind: str, keys: Iterable[str], joined: Iterable[str]) -> list[tuple[models.Model, str]]:
    try:
        model = apps.get_model(kind)
    except (LookupError, ValueError):
        return []
    if not hasattr(model, "NATURAL_KEY"):
        return []
    asked = models.Q(pk__in=[])
    by_parts = {tuple(json.loads(key)): key for key in keys}
    for parts in by_parts:
        if len(parts) == len(model.NATURAL_KEY):
            asked |= models.Q(**dict(zip(model.NATURAL_KEY, parts, strict=True)))
    paths = {lookup.rpartition("__")[0] for lookup in model.NATURAL_KEY} - {""}
    rows = model._default_manager.filter(asked).select_related(*paths, *joined)
    return [(row, by_parts[row.natural_key()]) for row in rows if row.natural_key() in by_parts]


def _offers(happening: Happening, whereabouts: Whereabouts, rows: Mapping[Reference, models.Model]):
    row = rows.get(happening.subject)
    if happening.removed:
        is_back = row is not None and row.pk == happening.removed[1]
        if not is_back and whereabouts.newest_removal(happening.removed) == happening.number:
            words = "Ångra avslutet" if happening.action == Action.ENDED else "Ångra borttagningen"
            yield Offer(happening.number, "", BEFORE, "", words)
    elif row is not None and happening.action == Action.MOVED:
        if PLACE in happening.after or ", " in str(happening.before.get(PERIOD, "")):
            yield Offer(happening.number, PLACE if PLACE in happening.after else PERIOD, BEFORE, "", "Flytta tillbaka")
    elif row is not None:
        for change in happening.fields:
            is_first = _names(happening.subject[0], change.name)[0] == change.name
            if is_first and not why_not(happening.subject[0], happening.action, change.name):
                yield from _field_offers(happening, change, row)


def _field_offers(happening: Happening, change: FieldChange, row: models.Model):
    names = _names(happening.subject[0], change.name)
    several = f": {change.label.lower()}" if len(happening.fields) > len(names) else ""
    base = base_of(row, change.name)
    if change.has_before and not _holds(row, names, happening.before):
        yield Offer(happening.first, change.name, BEFORE, base, f"Återställ det som stod före{several}")
    if change.has_after and not _holds(row, names, happening.after):
        yield Offer(happening.number, change.name, AFTER, base, f"Återställ det som stod efter{several}")


def _holds(row: models.Model, names: Iterable[str], told: Mapping[str, object]) -> bool:
    """Whether the row's fields hold what the log tells."""
    return all(_told_value(row, name) == _comparable(row, name, told[name]) for name in names if name in told)


def _told_value(row: models.Model, name: str) -> object:
    value = getattr(row, name)
    return str(value) if isinstance(value, models.Model) else value


def _comparable(row: models.Model, name: str, told: object) -> object:
    field = row._meta.get_field(name)
    try:
        return told if told is None or isinstance(field, models.ForeignKey) else field.to_python(told)
    except ValidationError:
        return told


def _names(kind: str, name: str) -> tuple[str, ...]:
    return _TOGETHER.get((kind, name), (name,))


def _row_of(entry: LogEntry) -> models.Model:
    found = _rows(entry.subject, [entry.subject_key], ())
    if not found:
        raise EditRefused(f"Det som ändrades, ”{entry.subject_name}”, är borttaget. Återställ det först.")
    return found[0][0]


def _value(row: models.Model, name: str, told: object) -> object:
    """Return what the log tells as the field keeps it. Raises ``EditRefused``."""
    field = row._meta.get_field(name)
    if told is None and (field.null or not isinstance(field, models.CharField | models.TextField)):
        return None
    if isinstance(field, models.ForeignKey):
        return _row_with_name(field, row, str(told))
    try:
        return field.to_python("" if told is None else told)
    except ValidationError as error:
        raise EditRefused(f"Det som stod, ”{told}”, går inte längre att ha i fältet.") from error


def _row_with_name(field: models.ForeignKey, row: models.Model, name: str) -> object:
    """Return the id of the one row that may be chosen here and is called what the log says."""
    plan = plan_of(row)
    choices = field.related_model._default_manager.all()
    own = {known.name for known in field.related_model._meta.fields}
    if "plan" in own:
        choices = choices.filter(plan=plan)
    elif "collaboration" in own:
        choices = choices.filter(collaboration=plan.collaboration_id)
    named = [choice.pk for choice in choices if str(choice) == name]
    if not named:
        raise EditRefused(f"”{name}” finns inte längre att välja. Välj något annat där raden skrivs.")
    if len(named) > 1:
        raise EditRefused(f"Flera heter ”{name}”, och loggen säger inte vilken. Välj där raden skrivs.")
    return named[0]


def _move_back_to_area(entry: LogEntry, row: models.Model, *, by, at: datetime.datetime | None) -> models.Model:
    if not isinstance(row, Activity):
        raise EditRefused("Flytten kan inte ångras härifrån. Flytta raden där den står.")
    place, then = f"{row.period.focus_area}, {row.period}", entry.before.get(PERIOD)
    if place != entry.after[PERIOD]:
        raise EditRefused(f"Aktiviteten har flyttats sedan dess och ligger nu i {place}.")
    for period in ActivityPeriod.objects.filter(focus_area__plan=plan_of(row)).select_related("focus_area"):
        if f"{period.focus_area}, {period}" == then and period.start_year == row.period.start_year:
            move_activity(row, area=period.focus_area, by=by, at=at)
            return row
    raise EditRefused(f"{then} finns inte längre. Flytta aktiviteten där den ligger.")

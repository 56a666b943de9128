"""Removing a row and getting it back. What goes with it is named, and the log keeps all of it.

A row that is removed is gone from its table, so that no page, sum or export can count it by mistake. The entry that
says so holds the row and its parts as they were, and ``restore`` puts them back with the same ids and keys: comments
and history that name them find them again.
"""

import datetime
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from django.apps import apps
from django.core import serializers
from django.db import IntegrityError, models, transaction

from plans import log
from plans.editing import EditRefused, PlanIsLocked, lock_plan, locked_row
from plans.models import (
    Activity,
    ActivityPeriod,
    AreaLineage,
    FocusArea,
    Goal,
    LogEntry,
    Plan,
    PlanSection,
    Responsibility,
    WatchedMatter,
)
from plans.places import reference_of

ROWS = LogEntry.ROWS
REMOVALS = (LogEntry.Action.DELETED, LogEntry.Action.ENDED)


@dataclass(frozen=True, slots=True)
class Part:
    """Rows that go when the whole goes, and come back with it."""


@dataclass(frozen=True, slots=True)
class Keeps:
    """Rows that the whole may not be taken from; ``reason`` is a Swedish sentence."""

    reason: str


Declaration = Mapping[type[models.Model], Mapping[str, Part | Keeps]]

DECLARATION: Declaration = {
    FocusArea: {
        "goals": Part(),
        "periods": Part(),
        "responsibilities": Part(),
        "origins": Part(),
        "successions": Keeps("En senare plan bygger vidare på området. Det kan inte tas bort."),
    },
    ActivityPeriod: {"activities": Part()},
    Activity: {"sub_activities": Part()},
    Goal: {},
    Responsibility: {},
    AreaLineage: {},
    PlanSection: {},
    WatchedMatter: {},
}


def joined(*declarations: Declaration) -> Declaration:
    """Return the declarations of several apps as one."""
    whole: dict[type[models.Model], dict[str, Part | Keeps]] = {}
    for declaration in declarations:
        for model, relations in declaration.items():
            whole.setdefault(model, {}).update(relations)
    return whole


@transaction.atomic
def delete_row(row: models.Model, *, declaration: Declaration, by, at: datetime.datetime | None = None) -> LogEntry:
    """Remove the row with its parts, log it and return the entry, which ``restore`` takes.

    ``declaration`` names the relations of every model that may be reached. Raises ``RowIsGone``, or ``EditRefused``
    where other rows need the row; then nothing is removed.
    """
    lock_plan(row)
    row = locked_row(row)
    rows = list(_with_parts(row, declaration))
    entry = log.record(
        action=LogEntry.Action.DELETED, subject=row, by=by, at=at, before={**told(row), ROWS: snapshot(rows)}
    )
    remove(rows)
    return entry


def whole_of(row: models.Model, declaration: Declaration) -> list[models.Model]:
    """Return the row and all its parts, each after what it is a part of. Raises ``EditRefused`` as ``delete_row``."""
    return list(_with_parts(row, declaration))


def remove(rows: list[models.Model]) -> None:
    """Delete rows that ``whole_of`` found, the last part first."""
    for row in reversed(rows):
        row.delete()


def snapshot(rows: list[models.Model]) -> list[dict]:
    """Return the rows as JSON can carry them, each with the ``key`` that names it in the log.

    What they belong to is told by id. Ids are never given out again, while a natural key may be: a goal must not come
    back in another area that has taken the short name of its own.
    """
    plain = serializers.serialize("python", rows)
    return [{**told, "key": reference_of(row)[1]} for told, row in zip(plain, rows, strict=True)]


def told(row: models.Model) -> dict:
    """Return the words of a row, field by field, for the log's reader."""
    return {
        field.name: getattr(row, field.name)
        for field in row._meta.concrete_fields
        if isinstance(field, models.CharField | models.TextField | models.DecimalField)
        and field.name not in ("key", "slug")
        and getattr(row, field.attname) not in ("", None)
    }


@transaction.atomic
def restore(entry: LogEntry, *, by, at: datetime.datetime | None = None) -> models.Model:
    """Put back what ``entry`` says was removed, log it and return the row.

    Raises ``EditRefused`` where it is back already, where what it was a part of is gone, where its place is taken, and
    where it has been put back and removed anew: then the newer entry holds it as it last was.
    """
    plan = Plan.objects.select_for_update().filter(slug=entry.plan_slug).first()
    rows = entry.before.get(ROWS)
    if plan is None or not rows:
        raise EditRefused("Loggposten är ingen borttagning som kan ångras.")
    if plan.is_locked:
        raise PlanIsLocked(plan)
    head = apps.get_model(rows[0]["model"])
    if head._default_manager.filter(pk=rows[0]["pk"]).exists():
        raise EditRefused(f"Redan återställt: ”{entry.subject_name}” finns i planen.")
    if newest_removal(entry) != entry.number:
        raise EditRefused(f"”{entry.subject_name}” har tagits bort igen sedan dess. Ångra den senare borttagningen.")
    _refuse_without_whole(entry, rows[0])
    try:
        with transaction.atomic():
            for restored in serializers.deserialize("python", rows):
                restored.save()
    except serializers.base.DeserializationError as error:
        raise EditRefused(f"”{entry.subject_name}” sparades i en äldre form och kan inte återställas här.") from error
    except IntegrityError as error:
        raise EditRefused(
            f"”{entry.subject_name}” kan inte återställas: något annat har tagit dess plats eller namn."
        ) from error
    _refuse_loose_ends(rows)
    row = head._default_manager.get(pk=rows[0]["pk"])
    log.record(action=LogEntry.Action.RESTORED, subject=row, by=by, at=at, after=told(row))
    return row


def newest_removal(entry: LogEntry) -> int:
    """Return the number of the newest entry that removed the row that ``entry`` removed."""
    same = {f"before__{ROWS}__0__pk": entry.before[ROWS][0]["pk"]}
    removals = LogEntry.objects.filter(plan_slug=entry.plan_slug, subject=entry.subject, action__in=REMOVALS, **same)
    return removals.values_list("number", flat=True).first()


def _refuse_without_whole(entry: LogEntry, head: dict) -> None:
    """Refuse to put back a part of something that is gone, and name it."""
    for field in apps.get_model(head["model"])._meta.concrete_fields:
        whole = head["fields"].get(field.name)
        if not isinstance(field, models.ForeignKey) or whole is None:
            continue
        if not field.related_model._default_manager.filter(pk=whole).exists():
            name = _removed_name(entry.plan_slug, field.related_model._meta.label_lower, whole)
            raise EditRefused(f"Det som raden hörde till{name} är också borttaget. Återställ det först.")


def _removed_name(plan_slug: str, kind: str, pk: object) -> str:
    """Return what to restore to get the row back: the row itself, or the whole that it went with."""
    for removal in LogEntry.objects.filter(plan_slug=plan_slug, action__in=REMOVALS):
        if any(row["model"] == kind and row["pk"] == pk for row in removal.before.get(ROWS, ())):
            return f", ”{removal.subject_name}”,"
    return ""


def _refuse_loose_ends(rows: list[dict]) -> None:
    """Refuse rows that point to something that is gone, now and not when the transaction ends."""
    tables = {apps.get_model(row["model"])._meta.db_table for row in rows}
    try:
        with transaction.atomic():
            transaction.get_connection().check_constraints(table_names=sorted(tables))
    except IntegrityError as error:
        raise EditRefused("Något som raden pekar på är också borttaget. Återställ det först.") from error


def _with_parts(row: models.Model, declaration: Declaration) -> Iterator[models.Model]:
    yield row
    for name, rule in declaration[type(row)].items():
        rows = list(getattr(row, name).all())
        if rows and isinstance(rule, Keeps):
            raise EditRefused(rule.reason)
        for part in rows:
            # A sub-activity stands both in its period and in its activity.
            if not (isinstance(part, Activity) and part.parent_id and name == "activities"):
                yield from _with_parts(part, declaration)

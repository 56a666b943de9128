"""Where the rows that the log names stand, or stood: the log knows a row by its key, and it may be gone by now."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from django.apps import apps
from django.db import models

from plans.deletion import REMOVALS, ROWS, Declaration, Part
from plans.models import FocusArea, LogEntry, Plan
from plans.places import reference_of

Reference = tuple[str, str]
Id = tuple[str, int]


@dataclass(frozen=True, slots=True)
class AreaPlace:
    """A focus area as the history names it. ``is_gone``: it has been removed from the plan."""

    slug: str
    title: str
    is_gone: bool = False


@dataclass(frozen=True, slots=True)
class Removal:
    """An entry that removed rows: the whole that it names, and every row by id, the whole's own first."""

    number: int
    subject: Reference
    rows: tuple[Id, ...]

    @property
    def head(self) -> Id:
        return self.rows[0]


@dataclass(slots=True)
class Whereabouts:
    """Every row of a plan's areas, those that have been removed too, found in a number of queries that does not grow.

    ``area_of`` and ``reference_of`` go by id, ``by_reference`` gives the area that a row in the log belongs to.
    """

    areas: dict[str, AreaPlace] = field(default_factory=dict)
    by_reference: dict[Reference, AreaPlace] = field(default_factory=dict)
    references: dict[Id, Reference] = field(default_factory=dict)
    removals: tuple[Removal, ...] = ()
    area_by_id: dict[Id, AreaPlace] = field(default_factory=dict)

    def references_in(self, slug: str) -> dict[str, list[str]]:
        """Return the keys of the area and all that is or was in it, by kind."""
        keys: dict[str, list[str]] = {}
        for (kind, key), area in self.by_reference.items():
            if area.slug == slug:
                keys.setdefault(kind, []).append(key)
        return keys

    def removals_with(self, row: Id) -> tuple[Removal, ...]:
        """Return the removals that took the row along with a whole that it was a part of."""
        return tuple(removal for removal in self.removals if row in removal.rows[1:])

    def newest_removal(self, head: Id) -> int | None:
        return next((removal.number for removal in self.removals if removal.head == head), None)

    def add(self, identity: Id, reference: Reference, area: AreaPlace | None) -> None:
        self.references.setdefault(identity, reference)
        if area is not None:
            self.area_by_id.setdefault(identity, area)
            self.by_reference.setdefault(reference, area)


def whereabouts_of(plan: Plan, declaration: Declaration) -> Whereabouts:
    """Return where the plan's rows stand. ``declaration`` names the parts of an area, as when it is removed."""
    found = Whereabouts()
    for area in plan.focus_areas.all():
        place = found.areas.setdefault(area.slug, AreaPlace(area.slug, area.title))
        found.add((area._meta.label_lower, area.pk), reference_of(area), place)
    for model, path in _parts(FocusArea, "plan", declaration):
        label, whole = model._meta.label_lower, path.partition("__")[0]
        parent = model._meta.get_field(whole)
        rows = model._default_manager.filter(**{path: plan}).order_by()
        for pk, parent_pk, *key in rows.values_list("pk", parent.attname, *model.NATURAL_KEY):
            area = found.area_by_id.get((parent.related_model._meta.label_lower, parent_pk))
            found.add((label, pk), (label, _as_text(key)), area)
    _add_removed(found, plan)
    return found


def _parts(model: type[models.Model], path: str, declaration: Declaration) -> Iterator[tuple[type[models.Model], str]]:
    """Yield the models whose rows stand in ``model``, each with its lookup to the plan; the nearest first."""
    for name, rule in declaration.get(model, {}).items():
        relation = model._meta.get_field(name)
        # A sub-activity is found in its period, with the activities.
        if isinstance(rule, Part) and relation.related_model is not model:
            longer = f"{relation.field.name}__{path}"
            yield relation.related_model, longer
            yield from _parts(relation.related_model, longer, declaration)


def _add_removed(found: Whereabouts, plan: Plan) -> None:
    removals = LogEntry.objects.filter(plan_slug=plan.slug, action__in=REMOVALS)
    told = [
        (number, (subject, key), rows)
        for number, subject, key, rows in removals.values_list("number", "subject", "subject_key", f"before__{ROWS}")
        if rows
    ]
    found.removals = tuple(
        Removal(number, subject, tuple((row["model"], row["pk"]) for row in rows)) for number, subject, rows in told
    )
    waiting = [row for _, _, rows in told for row in rows]
    # A row's whole may have been removed after the row itself: first what is known, then what that makes known.
    while waiting:
        left = [row for row in waiting if not _add_one(found, row)]
        if len(left) == len(waiting):
            break
        waiting = left


def _add_one(found: Whereabouts, row: Mapping) -> bool:
    identity, reference = (row["model"], row["pk"]), (row["model"], row["key"])
    if row["model"] == FocusArea._meta.label_lower:
        slug = row["fields"]["slug"]
        place = found.areas.setdefault(slug, AreaPlace(slug, _title(row["fields"]), is_gone=True))
        found.add(identity, reference, place)
        return True
    area = next((found.area_by_id[whole] for whole in _wholes(row) if whole in found.area_by_id), None)
    found.add(identity, reference, area)
    return area is not None


def _wholes(row: Mapping) -> Iterator[Id]:
    for key in apps.get_model(row["model"])._meta.concrete_fields:
        if isinstance(key, models.ForeignKey) and (pk := row["fields"].get(key.name)) is not None:
            yield key.related_model._meta.label_lower, pk


def _title(fields: Mapping) -> str:
    return FocusArea(name=fields["name"], abbreviation=fields["abbreviation"]).title


def _as_text(key: list) -> str:
    """Return a natural key as ``plans.places.reference_of`` writes it."""
    parts = [part if part is None or isinstance(part, bool | int | str) else str(part) for part in key]
    return json.dumps(parts, ensure_ascii=False, separators=(",", ":"))

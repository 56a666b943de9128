"""Composing keys: a plain measure, a weighted sum of other keys, or the increase of a measure between two days."""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db import transaction
from django.utils.text import slugify

from budgets.models import AllocationKey, KeyComponent
from plans import log
from plans.editing import EditRefused, check, lock_plans
from plans.models import LogEntry

Kind = AllocationKey.Kind
TAKEN_SLUGS = {"hamta", "las-in", "nya", "spara"}  # addresses of their own
LONGEST_SLUG = AllocationKey._meta.get_field("slug").max_length
FEWEST_PARTS = 1


class KeyRefused(EditRefused):
    """The key cannot be as it is composed. ``field`` is what the reason is about; empty where it is the whole."""

    def __init__(self, reason: str, field: str = ""):
        self.field = field
        super().__init__(reason)


@dataclass(frozen=True, slots=True)
class Part:
    """A key in a weighted sum, and what each of its units counts as."""

    key: AllocationKey
    weight: Decimal


@transaction.atomic
def create_key(
    *,
    name: str,
    unit: str,
    kind: str = Kind.MEASURE,
    description: str = "",
    measured_by: AllocationKey | None = None,
    parts: Sequence[Part] = (),
    by,
    at: datetime.datetime | None = None,
) -> AllocationKey:
    """Add a key with its parts, and return it. Raises ``KeyRefused`` with a Swedish sentence; then nothing is added."""
    lock_plans()
    name, unit = " ".join(name.split()), " ".join(unit.split())
    if AllocationKey.objects.filter(name__iexact=name).exists():
        raise KeyRefused(f"Det finns redan en nyckel som heter {name}.", "name")
    if kind == Kind.INCREASE and measured_by is None:
        raise KeyRefused("Välj vilken nyckel ökningen mäts i.", "measured_by")
    if kind == Kind.WEIGHTED and len(parts) < FEWEST_PARTS:
        raise KeyRefused("Välj minst en nyckel som summan består av.", "parts")
    key = AllocationKey(
        slug=_free_slug(name),
        name=name,
        unit=unit,
        kind=kind,
        description=description.strip(),
        measured_by=measured_by if kind == Kind.INCREASE else None,
    )
    _save(key, {"slug", "name", "unit", "kind", "description", "measured_by"}, by=by, at=at)
    for part in parts if kind == Kind.WEIGHTED else ():
        row = KeyComponent(allocation_key=key, part=part.key, weight=part.weight)
        _save(row, {"allocation_key", "part", "weight"}, by=by, at=at)
    return key


def _save(row: AllocationKey | KeyComponent, names: set[str], *, by, at) -> None:
    try:
        check(row, names)
    except EditRefused as refusal:
        raise KeyRefused(refusal.reason, "parts" if isinstance(row, KeyComponent) else "") from refusal
    row.save()
    said = {name: getattr(row, name) for name in sorted(names)}
    after = {name: value.natural_key()[0] if hasattr(value, "natural_key") else value for name, value in said.items()}
    log.record(action=LogEntry.Action.CREATED, subject=row, by=by, at=at, after=after)


def _free_slug(name: str) -> str:
    stem = slugify(name)[: LONGEST_SLUG - 4].strip("-") or "nyckel"
    taken = TAKEN_SLUGS | set(AllocationKey.objects.values_list("slug", flat=True))
    numbered = (f"{stem}-{number}" for number in range(2, 1000))
    return next(slug for slug in (stem, *numbered) if slug not in taken)

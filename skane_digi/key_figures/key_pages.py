"""The list of keys, and a key's own page: what it is, its days, and where it is used."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Count, Q, Sum

from budgets.figure_words import signed
from budgets.models import AllocationKey, AllocationRule, KeyComponent, KeyFigure, KeyFigureSet
from budgets.money import format_amount, format_integer
from plans import permissions

Kind = AllocationKey.Kind


@dataclass(frozen=True, slots=True)
class ListedDay:
    """A set in a list, with its figures as text. ``difference_text`` is empty where sum and total agree."""

    figure_set: KeyFigureSet
    count: int
    parts_text: str
    stated_text: str
    difference_text: str

    @property
    def is_borrowed(self) -> bool:
        return self.figure_set.parts_from_id is not None


@dataclass(frozen=True, slots=True)
class ListedPart:
    key: AllocationKey
    weight_text: str


@dataclass(frozen=True, slots=True)
class ListedKey:
    key: AllocationKey
    latest: KeyFigureSet | None
    day_count: int
    made_of: tuple[ListedPart, ...]


@dataclass(frozen=True, slots=True)
class KeyList:
    """All keys: those with values of their own, and those that are worked out of others."""

    measures: tuple[ListedKey, ...]
    composed: tuple[ListedKey, ...]
    can_write: bool


@dataclass(frozen=True, slots=True)
class KeyPage:
    key: AllocationKey
    days: tuple[ListedDay, ...]
    parts: tuple[ListedPart, ...]
    used_in: tuple[AllocationKey, ...]
    increases: tuple[AllocationKey, ...]
    rules: tuple[AllocationRule, ...]
    is_population: bool
    can_write: bool


def key_list(user) -> KeyList:
    """Return every key, in a number of queries that does not grow with them."""
    keys = list(AllocationKey.objects.select_related("measured_by").prefetch_related("components__part"))
    days = defaultdict(list)
    for row in KeyFigureSet.objects.order_by("-reference_date", "region_code"):
        days[row.allocation_key_id].append(row)
    rows = [_listed(key, days[key.pk]) for key in keys]
    return KeyList(
        measures=tuple(row for row in rows if row.key.kind == Kind.MEASURE),
        composed=tuple(row for row in rows if row.key.kind != Kind.MEASURE),
        can_write=permissions.can_write_key_figures(user),
    )


def key_page(key: AllocationKey, user, *, population: str) -> KeyPage:
    """Return what ``user`` is to read of a key, which comes with its components."""
    sets = KeyFigureSet.objects.of_key(key).select_related("parts_from").order_by("-reference_date", "region_code")
    own = permissions.collaborations_to_read(user)
    rules = AllocationRule.objects.filter(Q(allocation_key=key) | Q(party_weights__allocation_key=key))
    if not user.is_superuser:
        rules = rules.filter(collaboration__in=own)
    return KeyPage(
        key=key,
        days=listed_days(sets),
        parts=_parts(key),
        used_in=tuple(row.allocation_key for row in key.component_of.select_related("allocation_key")),
        increases=tuple(key.increases.all()),
        rules=tuple(rules.select_related("collaboration").order_by("name").distinct()),
        is_population=key.slug == population,
        can_write=permissions.can_write_key_figures(user),
    )


def listed_days(sets: Iterable[KeyFigureSet]) -> tuple[ListedDay, ...]:
    """Return sets with the sum of their parts, own or borrowed, beside the total that their source states."""
    sets = list(sets)
    wanted = {row.parts_set.pk for row in sets}
    sums = {}
    rows = KeyFigure.objects.filter(figure_set__in=wanted).order_by().values("figure_set")
    for row in rows.annotate(total=Sum("value"), count=Count("pk")):
        sums[row["figure_set"]] = row["total"], row["count"]
    return tuple(_listed_day(row, *sums.get(row.parts_set.pk, (0, 0))) for row in sets)


def _listed_day(row: KeyFigureSet, parts: int, count: int) -> ListedDay:
    stated = row.stated_total
    agrees = stated is None or stated == parts
    return ListedDay(
        figure_set=row,
        count=count,
        parts_text=format_integer(parts),
        stated_text="" if stated is None else format_integer(stated),
        difference_text="" if agrees else signed(stated - parts),
    )


def _listed(key: AllocationKey, days: list[KeyFigureSet]) -> ListedKey:
    return ListedKey(key, days[0] if days else None, len({row.reference_date for row in days}), _parts(key))


def _parts(key: AllocationKey) -> tuple[ListedPart, ...]:
    return tuple(ListedPart(row.part, _weight(row)) for row in key.components.all())


def _weight(row: KeyComponent) -> str:
    return format_amount(row.weight)

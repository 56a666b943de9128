"""What a scenario does to each organisation as two pictures: the tile map, and bars in order of size.

Every coordinate is a whole number worked out here. What a colour says a word says as well.
"""

from collections import Counter
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from urllib.parse import urlencode

from budgets.money import round_half_up
from budgets.scenario_effect import Effect, OrganisationEffect
from plans.collation import swedish_key
from skane_digi.portal.tile_map import breakable
from skane_digi.scenarios.effect_table import Pairs
from skane_digi.scenarios.effect_words import (
    JOINS,
    LEAVES,
    MARKS,
    class_of,
    class_texts,
    limit_of,
    percent_text,
    signed,
)

WIDTH = 1000  # of a bar's picture, from the greatest decrease to the greatest increase
ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class ChangeTile:
    """An organisation on the map. ``kind`` is its class, which ``mark`` shows and ``words`` say after its figure."""

    name: str
    broken_name: str
    url: str
    column: int
    row: int
    kind: str
    mark: str
    figure: str
    words: str


@dataclass(frozen=True, slots=True)
class ChangeStep:
    kind: str
    mark: str
    text: str
    count: int


@dataclass(frozen=True, slots=True)
class ChangeMap:
    """``unplaced`` are those without a place on the map, ``is_even`` where all that have one are in the same class."""

    tiles: tuple[ChangeTile, ...]
    unplaced: tuple[ChangeTile, ...]
    steps: tuple[ChangeStep, ...]

    @property
    def is_even(self) -> bool:
        return len({tile.kind for tile in self.tiles}) == 1


@dataclass(frozen=True, slots=True)
class ChangeBar:
    """An organisation's bar from ``x``, which is the zero line or to the left of it, ``width`` units wide."""

    name: str
    url: str
    x: int
    width: int
    is_more: bool
    text: str
    percent_text: str


@dataclass(frozen=True, slots=True)
class BarGroup:
    """The organisations of one party in order of size, on a scale of their own: a region would dwarf the others."""

    name: str
    zero: int
    bars: tuple[ChangeBar, ...]


def change_map(effect: Effect, kept: Pairs) -> ChangeMap:
    """Return the map; a tile leads to the organisation's part of every line."""
    ordered = sorted(effect.members, key=lambda one: swedish_key(one.organisation.short_name))
    limit = limit_of(one.change for one in ordered if not (one.joins or one.leaves))
    texts = class_texts(limit)
    tiles = [(one, _tile(one, limit, texts, kept)) for one in ordered]
    placed = tuple(tile for one, tile in tiles if one.organisation.tile_column is not None)
    counts = Counter(tile.kind for tile in placed)
    steps = tuple(ChangeStep(kind, MARKS[kind], text, counts[kind]) for kind, text in texts.items() if counts[kind])
    return ChangeMap(placed, tuple(tile for one, tile in tiles if one.organisation.tile_column is None), steps)


def bar_groups(effect: Effect, kept: Pairs, party_names: dict[str, str]) -> tuple[BarGroup, ...]:
    """Return the bars of each party, the greatest increase first."""
    groups: dict[str, list[OrganisationEffect]] = {}
    for one in effect.members:
        groups.setdefault(one.party, []).append(one)
    return tuple(_group(party_names.get(party, "Lämnar"), found, kept) for party, found in groups.items())


def _tile(one: OrganisationEffect, limit: Decimal, texts: dict[str, str], kept: Pairs) -> ChangeTile:
    organisation, change = one.organisation, one.change
    kind = JOINS if one.joins else LEAVES if one.leaves else class_of(change, limit)
    return ChangeTile(
        name=organisation.short_name,
        broken_name=breakable(organisation.short_name),
        url=_url(one, kept),
        column=(organisation.tile_column or 0) + 1,
        row=(organisation.tile_row or 0) + 1,
        kind=kind,
        mark=MARKS[kind],
        figure=signed(change.difference, decimals=0),
        words=f"kr, {texts[kind]}",
    )


def _group(name: str, members: list[OrganisationEffect], kept: Pairs) -> BarGroup:
    ordered = sorted(members, key=lambda one: (-(one.change.difference or ZERO), swedish_key(one.organisation.name)))
    most = max(ZERO, *(one.change.difference or ZERO for one in ordered))
    least = min(ZERO, *(one.change.difference or ZERO for one in ordered))
    span = most - least
    zero = _units(-least, span)
    return BarGroup(name, zero, tuple(_bar(one, zero, span, kept) for one in ordered))


def _bar(one: OrganisationEffect, zero: int, span: Decimal, kept: Pairs) -> ChangeBar:
    difference = one.change.difference or ZERO
    width = _units(abs(difference), span)
    return ChangeBar(
        name=one.organisation.short_name,
        url=_url(one, kept),
        x=zero if difference >= 0 else max(0, zero - width),
        width=width,
        is_more=difference > 0,
        text=signed(one.change.difference),
        percent_text=percent_text(one.change),
    )


def _units(amount: Decimal, span: Decimal) -> int:
    return int(round_half_up(Fraction(amount) * WIDTH / Fraction(span), 0)) if span else 0


def _url(one: OrganisationEffect, kept: Pairs) -> str:
    return f"?{urlencode([*kept, ('org', one.code)])}#organisationen"

"""The tile map of who has decided: every municipality a tile beside its neighbours, with its standing in words."""

from dataclasses import dataclass
from urllib.parse import urlencode

from django.urls import reverse

from plans.collation import swedish_key
from plans.register import Entry, Standing
from skane_digi.decisions.register_words import short_word, standing_word
from skane_digi.decisions.shown_register import ShownRegister
from skane_digi.portal.tile_map import breakable


@dataclass(frozen=True, slots=True)
class StandingTile:
    """An organisation's standing, and its place counted from 1; the Region has none. ``word`` fits in the tile."""

    name: str
    broken_name: str
    url: str
    column: int | None
    row: int | None
    standing: Standing
    word: str


@dataclass(frozen=True, slots=True)
class Step:
    """A row of the legend: a standing, how many have it, and the part of an address that lists them."""

    standing: Standing
    text: str
    count: int
    query: str


@dataclass(frozen=True, slots=True)
class StandingMap:
    """``tiles`` are in alphabetical order; ``unplaced`` are the Region and whoever else has no place among them."""

    tiles: tuple[StandingTile, ...]
    unplaced: tuple[StandingTile, ...]
    legend: tuple[Step, ...]


def standing_map(shown: ShownRegister) -> StandingMap:
    entries = sorted(shown.register.entries, key=lambda entry: swedish_key(entry.organisation.short_name))
    tiles = [_tile(entry, shown) for entry in entries]
    counts = shown.register.counts
    return StandingMap(
        tiles=tuple(tile for tile in tiles if tile.column is not None),
        unplaced=tuple(tile for tile in tiles if tile.column is None),
        legend=tuple(
            Step(
                standing=standing,
                text=standing_word(standing, on_paper=shown.on_paper),
                count=counts[standing],
                query=urlencode({**shown.kept, "lage": standing.value}),
            )
            for standing in Standing
            if counts[standing]
        ),
    )


def address_of(entry: Entry, shown: ShownRegister) -> str:
    """Return the address of the organisation's page, about the same version."""
    address = reverse("decisions:organisation", args=[shown.plan.slug, entry.organisation.code])
    return f"{address}?{urlencode(shown.kept)}" if shown.kept else address


def _tile(entry: Entry, shown: ShownRegister) -> StandingTile:
    organisation = entry.organisation
    is_placed = organisation.tile_column is not None
    return StandingTile(
        name=organisation.short_name,
        broken_name=breakable(organisation.short_name),
        url=address_of(entry, shown),
        column=organisation.tile_column + 1 if is_placed else None,
        row=organisation.tile_row + 1 if is_placed else None,
        standing=entry.standing,
        word=short_word(entry.standing, on_paper=shown.on_paper),
    )

"""The tile map: every municipality a tile beside its neighbours, coloured in steps, each step and tile in words."""

import re
from dataclasses import dataclass
from decimal import Decimal

from budgets.money import format_amount
from budgets.tables import CostRow, CostTable
from plans.collation import swedish_key

STEPS = 5
AMOUNT, PER_INHABITANT = "belopp", "invanare"
_SECOND_PARTS = "torp|stad|borg|holm|hamn|krona|ljunga|lilla|inge"
_SOFT_HYPHEN = "\N{SOFT HYPHEN}"


@dataclass(frozen=True, slots=True)
class Tile:
    """A municipality's place (counted from 1) and figure. ``step`` is the colour, 1 the lowest."""

    name: str
    broken_name: str
    slug: str
    column: int
    row: int
    figure: str
    unit: str
    step: int


@dataclass(frozen=True, slots=True)
class Step:
    """One colour of the legend, with what it stands for."""

    number: int
    text: str
    count: int


@dataclass(frozen=True, slots=True)
class TileMap:
    measure: str
    unit: str
    tiles: tuple[Tile, ...]
    steps: tuple[Step, ...]

    @property
    def is_even(self) -> bool:
        """Whether every tile has the same colour: the rule gives all the same."""
        return len(self.steps) == 1


def tile_map(table: CostTable, measure: str = AMOUNT) -> TileMap:
    """Return the map of ``table``, tiles in alphabetical order; organisations without a place are left out.

    The steps hold about as many municipalities each, and equal figures always have the same step.
    """
    unit = "kr" if measure == AMOUNT else "öre per invånare"
    placed = sorted((row for row in table.rows if row.tile_column is not None), key=lambda row: swedish_key(row.name))
    values = {row.code: _value(row, measure) for row in placed}
    step_of, groups = _steps(values, measure)
    tiles = tuple(
        Tile(
            name=row.short_name,
            broken_name=breakable(row.short_name),
            slug=row.slug,
            column=row.tile_column + 1,
            row=row.tile_row + 1,
            figure=_text(values[row.code], measure),
            unit=unit,
            step=step_of[row.code],
        )
        for row in placed
    )
    steps = tuple(Step(number, f"{_span(found, measure)} {unit}", len(found)) for number, found in groups)
    return TileMap(measure, unit, tiles, steps)


def breakable(name: str) -> str:
    """Return a place name with a soft hyphen before its second part, so that a narrow tile can break it well."""
    return re.sub(rf"(?<=\w{{3}})({_SECOND_PARTS})$", rf"{_SOFT_HYPHEN}\1", name)


def _value(row: CostRow, measure: str) -> Decimal:
    return row.amount if measure == AMOUNT else row.per_inhabitant_ore or Decimal(0)


def _text(value: Decimal, measure: str) -> str:
    return format_amount(value, decimals=0 if measure == AMOUNT else 2)


def _steps(values: dict[str, Decimal], measure: str) -> tuple[dict[str, int], list[tuple[int, list[Decimal]]]]:
    """Divide into at most ``STEPS`` groups by rank. Equal texts share a group, so the legend never overlaps."""
    ranked = sorted(values.items(), key=lambda pair: (pair[1], pair[0]))
    distinct: dict[str, int] = {}
    for rank, (_, value) in enumerate(ranked):
        distinct.setdefault(_text(value, measure), rank * STEPS // len(ranked))
    if len(distinct) == 1:
        distinct = dict.fromkeys(distinct, (STEPS - 1) // 2)
    step_of = {code: distinct[_text(value, measure)] + 1 for code, value in values.items()}
    groups: dict[int, list[Decimal]] = {}
    for code, value in ranked:
        groups.setdefault(step_of[code], []).append(value)
    return step_of, sorted(groups.items())


def _span(values: list[Decimal], measure: str) -> str:
    low, high = _text(min(values), measure), _text(max(values), measure)
    return low if low == high else f"{low}–{high}"

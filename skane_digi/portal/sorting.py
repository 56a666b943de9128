"""Sorting of the cost table by its head, on the server; sort-table.js does the same in place."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from urllib.parse import urlencode

from budgets.tables import CostRow
from plans.collation import swedish_key

ASCENDING, DESCENDING = "stigande", "fallande"


@dataclass(frozen=True, slots=True)
class SortableColumn:
    """A column head. ``query`` is what its link asks for; ``aria_sort`` is empty unless the table is sorted by it."""

    key: str
    label: str
    is_figure: bool
    aria_sort: str
    query: str


def _name(row: CostRow) -> tuple:
    return swedish_key(row.short_name)


COLUMNS: dict[str, tuple[str, bool, Callable[[CostRow], object]]] = {
    "namn": ("Organisation", False, _name),
    "belopp": ("Belopp, kr", True, lambda row: row.amount),
    "andel": ("Andel", True, lambda row: row.fraction),
    "folkmangd": ("Folkmängd", True, lambda row: row.population),
    "invanare": ("Per invånare", True, lambda row: row.per_inhabitant_ore or 0),
}


@dataclass(frozen=True, slots=True)
class Order:
    """What the table is sorted by; an empty ``key`` leaves the Region first and then the municipalities by name."""

    key: str = ""
    is_descending: bool = False

    @classmethod
    def from_query(cls, query) -> "Order":
        """Read ``sortera`` and ``riktning``; what is unknown counts as not asked for."""
        key = query.get("sortera", "")
        return cls(key, query.get("riktning") == DESCENDING) if key in COLUMNS else cls()

    @property
    def query(self) -> str:
        """The order as part of an address, empty when none was asked for."""
        direction = DESCENDING if self.is_descending else ASCENDING
        return urlencode({"sortera": self.key, "riktning": direction}) if self.key else ""


def sorted_rows(rows: Iterable[CostRow], order: Order) -> list[CostRow]:
    """Return ``rows`` in ``order``; those that are equal keep to the alphabet."""
    by_name = sorted(rows, key=_name)
    if not order.key:
        return sorted(by_name, key=lambda row: len(row.code))
    _, _, value = COLUMNS[order.key]
    return sorted(by_name, key=value, reverse=order.is_descending)


def columns(order: Order, **kept: str) -> list[SortableColumn]:
    """Return the heads; a figure's first click puts the largest first. ``kept`` stays in every link."""
    return [
        SortableColumn(
            key=key,
            label=label,
            is_figure=is_figure,
            aria_sort=_aria_sort(order, key),
            query=urlencode({**kept, "sortera": key, "riktning": _next_direction(order, key, is_figure)}),
        )
        for key, (label, is_figure, _) in COLUMNS.items()
    ]


def _aria_sort(order: Order, key: str) -> str:
    if order.key != key:
        return ""
    return "descending" if order.is_descending else "ascending"


def _next_direction(order: Order, key: str, is_figure: bool) -> str:
    descending = not order.is_descending if order.key == key else is_figure
    return DESCENDING if descending else ASCENDING

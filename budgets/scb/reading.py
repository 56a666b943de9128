"""What is read of an answer or a file: cells with their dimensions, and one value per region picked out of them.

Every format becomes the same ``Cell``; the choice of day, contents and totals is made in one place.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation

from plans.editing import EditRefused

MOST_FAULTS = 25
LARGEST = 2**63 - 1
# How SCB writes that there is no figure.
NO_FIGURE = {"", "..", ".", "...", "-", "–", ":"}
TOTALS = {"totsa", "tot", "sc", "1+2", "tot1", "tot5", "tot10", "totalt", "samtliga"}
_SPACES = re.compile(r"[\s\u00a0\u2007\u2009\u202f]+")
_NUMBER = re.compile(r"-?\d+(?:\.0+)?")
_GROUPED = re.compile(r"-?\d{1,3}(?: \d{3})*(?:[.,]0+)?")


class FiguresRefused(EditRefused):
    """Figures cannot be read or stored, and nothing is changed.

    ``faults`` are Swedish sentences that say what is wrong, where, and how to mend it.
    """

    def __init__(self, *faults: str):
        self.faults = faults[:MOST_FAULTS]
        if len(faults) > MOST_FAULTS:
            self.faults += (f"Och {len(faults) - MOST_FAULTS} fel till.",)
        super().__init__(" ".join(self.faults))


@dataclass(frozen=True, slots=True)
class Key:
    """A category of a dimension: SCB's code and its words. A file may have one of them only; the other is empty."""

    code: str
    label: str = ""

    @property
    def is_total(self) -> bool:
        label = self.label.casefold()
        return self.code.casefold() in TOTALS or label.startswith(("totalt", "samtliga"))

    def __str__(self) -> str:
        return self.label or self.code


@dataclass(frozen=True, slots=True)
class Cell:
    """One value with the region, period and contents it is for; ``others`` are the dimensions left, by name.

    ``place`` says in Swedish where it stands.
    """

    region: Key
    value: object
    place: str
    period: str = ""
    contents: Key = Key("")
    others: Mapping[str, Key] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Reading:
    """What a file or an answer holds. ``title`` is its own, ``table`` its number at SCB; empty where it has none."""

    cells: tuple[Cell, ...]
    title: str = ""
    table: str = ""


@dataclass(frozen=True, slots=True)
class PickedValue:
    region: Key
    value: int
    place: str


def pick(reading: Reading, *, periods: Sequence[str], contents: str = "") -> tuple[PickedValue, ...]:
    """Return one value per region: that of the period, of all ages and sexes. Raises ``FiguresRefused``.

    ``periods`` are the ways to write the day; ``contents`` is the code of what is wanted, where that is known.
    """
    cells = _of_contents(_of_period(reading.cells, periods), contents)
    for name in dict.fromkeys(name for cell in cells for name in cell.others):
        cells = _in_total(cells, name)
    if not cells:
        raise FiguresRefused("Det finns inga värden att läsa.")
    picked, faults, seen = [], [], {}
    for cell in cells:
        region = cell.region.code or cell.region.label
        if first := seen.get(region):
            faults.append(f"{cell.place}: {cell.region} finns redan ({first}). Ta bort en av dem.")
            continue
        seen[region] = cell.place
        try:
            picked.append(PickedValue(cell.region, whole(cell.value), cell.place))
        except ValueError as error:
            faults.append(f"{cell.place}: {cell.region} {error}")
    if faults:
        raise FiguresRefused(*faults)
    return tuple(picked)


def whole(value: object) -> int:
    """Return a value as a whole number. Raises ``ValueError`` with the end of a Swedish sentence."""
    text = " ".join(_SPACES.split(str(value if value is not None else ""))).strip().replace("−", "-")
    if text in NO_FIGURE:
        raise ValueError("har inget värde. Ett värde som saknas räknas inte som noll: skriv 0 om det är noll.")
    if not (_NUMBER.fullmatch(text) or _GROUPED.fullmatch(text)):
        raise ValueError(f"har värdet ”{text[:40]}”, som inte är ett helt tal.")
    try:
        number = Decimal(text.replace(" ", "").replace(",", "."))
    except InvalidOperation as error:
        raise ValueError(f"har värdet ”{text[:40]}”, som inte är ett helt tal.") from error
    if number < 0:
        raise ValueError(f"har värdet {text[:40]}, som är mindre än noll.")
    if number > LARGEST:
        raise ValueError(f"har värdet {text[:40]}, som är för stort.")
    return int(number)


def looks_like_number(value: object) -> bool:
    """Whether a cell of a column of values may say this."""
    text = " ".join(_SPACES.split(str(value if value is not None else ""))).strip().replace("−", "-")
    return text in NO_FIGURE or bool(_NUMBER.fullmatch(text) or _GROUPED.fullmatch(text.replace(".", ",")))


def _of_period(cells: Sequence[Cell], periods: Sequence[str]) -> list[Cell]:
    found = {cell.period for cell in cells if cell.period}
    if not found:
        return list(cells)
    kept = [cell for cell in cells if cell.period in periods]
    if not kept:
        raise FiguresRefused(
            f"Uppgifterna avser {_listed(found)}, inte {periods[0]}. Välj den dagen, eller hämta uppgifterna för "
            f"{periods[0]}."
        )
    return kept


def _of_contents(cells: list[Cell], wanted: str) -> list[Cell]:
    found = {cell.contents for cell in cells}
    if len(found) < 2:
        return cells
    kept = [cell for cell in cells if cell.contents.code == wanted]
    if not kept:
        kept = [cell for cell in cells if cell.contents.label.casefold().startswith("folkmängd")]
    if len({cell.contents for cell in kept}) != 1:
        raise FiguresRefused(f"Uppgifterna är av flera slag: {_listed(map(str, found))}. Hämta bara det som ska in.")
    return kept


def _in_total(cells: list[Cell], name: str) -> list[Cell]:
    """Keep what is for the whole of a dimension: of all ages, of both sexes. A sum of noisy parts is no total."""
    kept = [cell for cell in cells if name in cell.others and cell.others[name].is_total]
    totals = {cell.others[name] for cell in kept}
    if len(totals) == 1:
        return kept
    found = dict.fromkeys(str(cell.others[name]) for cell in cells if name in cell.others)
    raise FiguresRefused(
        f"Uppgifterna är uppdelade efter {name} ({_listed(found)}). Hämta dem utan uppdelning, eller bara med totalen."
    )


def _listed(names: Iterable[str]) -> str:
    names = sorted(names)
    return ", ".join(names[:6]) + (" …" if len(names) > 6 else "")

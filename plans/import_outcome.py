"""What an import did or would do, row by row, and what was wrong where."""

import hashlib
import json
from collections import Counter
from dataclasses import dataclass

from django.utils.text import capfirst

from plans import sheets

NEW, CHANGED, UNCHANGED, FAULTY = "new", "changed", "unchanged", "faulty"
EXCERPT = 160
COUNT_TEXTS = {NEW: ("ny", "nya"), CHANGED: ("ändras",), UNCHANGED: ("oförändrad", "oförändrade"), FAULTY: ("med fel",)}
STATE_TEXTS = {NEW: "Ny", CHANGED: "Ändras", UNCHANGED: "Oförändrad", FAULTY: "Fel"}


KIND_TEXTS = {
    sheets.TEXT: "text",
    sheets.WHOLE: "helt tal",
    sheets.MONEY: "belopp",
    sheets.DAY: "datum",
    sheets.MOMENT: "tid",
}


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong and where. ``row`` is the spreadsheet's number, ``None`` for what concerns the whole sheet."""

    sheet: str
    message: str
    row: int | None = None
    column: str = ""
    letter: str = ""

    @property
    def place(self) -> str:
        """The place in words: ``blad Organisationer, rad 5, kolumn E (Organisationsnummer)``."""
        parts = [f"blad {self.sheet}"]
        if self.row is not None:
            parts.append(f"rad {self.row}")
        if self.column and self.letter:
            parts.append(f"kolumn {self.letter} ({self.column})")
        elif self.column or self.letter:
            parts.append(f"kolumn {self.column or self.letter}")
        return ", ".join(parts)

    def __str__(self) -> str:
        return f"{capfirst(self.place)}: {self.message}"


@dataclass(frozen=True, slots=True)
class CellChange:
    """A cell of a row: what stands there now and what will, as text."""

    column: str
    before: str
    after: str

    @property
    def is_changed(self) -> bool:
        return self.before != self.after

    @property
    def excerpts(self) -> tuple[str, str]:
        """Both texts round the place where they part, for a reader who is to see what differs."""
        if max(len(self.before), len(self.after)) <= EXCERPT:
            return self.before, self.after
        pairs = zip(self.before, self.after, strict=False)
        parting = next((place for place, (one, other) in enumerate(pairs) if one != other), 0)
        start = max(0, parting - EXCERPT // 4)
        return _cut(self.before, start), _cut(self.after, start)

    @property
    def excerpt(self) -> str:
        return _cut(self.after, 0)


@dataclass(frozen=True, slots=True)
class RowOutcome:
    """What becomes of a row of the file."""

    number: int
    state: str
    name: str
    cells: tuple[CellChange, ...]
    faults: tuple[Fault, ...] = ()

    @property
    def state_text(self) -> str:
        return STATE_TEXTS[self.state]

    @property
    def changed_columns(self) -> tuple[str, ...]:
        """The columns that differ, of a row that there is already."""
        return tuple(cell.column for cell in self.cells if cell.is_changed) if self.state == CHANGED else ()


@dataclass(frozen=True, slots=True)
class ImportOutcome:
    """What an import did, or would do. With any fault it did nothing."""

    sheet: str
    headings: tuple[str, ...]
    rows: tuple[RowOutcome, ...]
    faults: tuple[Fault, ...]
    left_alone: tuple[str, ...]
    is_saved: bool

    def count(self, state: str) -> int:
        return dict(self.counts)[state]

    @property
    def counts(self) -> tuple[tuple[str, int], ...]:
        """How many rows there are in each state, also in those that none is in."""
        found = Counter(row.state for row in self.rows)
        return tuple((state, found[state]) for state in (NEW, CHANGED, UNCHANGED, FAULTY))

    @property
    def counts_to_show(self) -> list[tuple[str, int, str]]:
        """State, number and word, ``("new", 1, "ny")``, for the states that any row is in."""
        return [(state, count, COUNT_TEXTS[state][0 if count == 1 else -1]) for state, count in self.counts if count]

    @property
    def counts_in_words(self) -> str:
        return f"nya rader: {self.count(NEW)}, ändrade: {self.count(CHANGED)}, oförändrade: {self.count(UNCHANGED)}"

    def rows_to_show(self, most: int) -> tuple[RowOutcome, ...]:
        """Return at most so many rows in their order, those with faults and changes before those without."""
        if len(self.rows) <= most:
            return self.rows
        order = (FAULTY, CHANGED, NEW, UNCHANGED)
        chosen = sorted(self.rows, key=lambda row: order.index(row.state))[:most]
        return tuple(sorted(chosen, key=lambda row: row.number))

    @property
    def is_change(self) -> bool:
        return any(row.state in (NEW, CHANGED) for row in self.rows)

    @property
    def digest(self) -> str:
        """What tells one outcome from another: it is the same for a preview and the import that it shows."""
        said = [[row.number, row.state, [[cell.before, cell.after] for cell in row.cells]] for row in self.rows]
        return hashlib.sha256(json.dumps(said, ensure_ascii=False).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class DescribedColumn:
    """A column in words: what it holds, what there is to choose from, and what the import does with it."""

    heading: str
    kind: str
    choices: tuple[str, ...]
    remark: str


def _cut(whole: str, start: int) -> str:
    before, after = "…" if start else "", "…" if len(whole) > start + EXCERPT else ""
    return f"{before}{whole[start : start + EXCERPT]}{after}"


def text(value: object) -> str:
    """Return a cell's value as a reader of Swedish writes it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "ja" if value else "nej"
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return str(value).replace(".", ",") if hasattr(value, "quantize") else str(value)

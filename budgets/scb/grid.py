"""Tables in files, as SCB gives them and as people write them: CSV and XLSX, with or without a title and headings.

A table has a column for the organisation, by code or by name, and one or more columns of values. Columns for the
period, contents, age, sex and marital status are known by their headings; what else there is, is left alone.
"""

import csv
import re
from collections.abc import Sequence
from dataclasses import dataclass
from io import StringIO
from pathlib import PurePath

from openpyxl.utils import get_column_letter

from budgets.scb.reading import Cell, FiguresRefused, Key, Reading, looks_like_number
from plans import sheets
from plans.import_outcome import Fault

SHEET = "Nyckeltal"
CODES = {"kod", "kommunkod", "organisationskod", "regionkod", "länskod", "region kod", "code"}
NAMES = {"region", "organisation", "kommun", "namn", "kommunnamn", "organisationsnamn", "huvudman", "name"}
PERIODS = {"år", "månad", "tid", "dag", "datum", "avser dag", "year", "month"}
CONTENTS = {"tabellinnehåll", "contentscode", "innehåll"}
DIVISIONS = {"ålder": "ålder", "alder": "ålder", "kön": "kön", "kon": "kön", "civilstånd": "civilstånd"}
DIVISIONS |= {"civilstand": "civilstånd", "age": "ålder", "sex": "kön"}
_CODE_AND_NAME = re.compile(r"(\d{2}|\d{4})(?:\s+(\S.*))?")
_PERIOD = re.compile(r"\d{4}(?:M\d{2}|-\d{2}-\d{2})?")
_SHORT_CODE = re.compile(r"\d{3}")


@dataclass(frozen=True, slots=True)
class Grid:
    """The rows of a file that are not empty, each with its number; ``name`` is the sheet's, or the file's."""

    name: str
    rows: tuple[tuple[int, tuple[object, ...]], ...]
    letters: tuple[str, ...] = ()
    faults: tuple[str, ...] = ()

    def place(self, row: int, index: int, heading: str = "") -> str:
        letter = self.letters[index] if index < len(self.letters) else get_column_letter(index + 1)
        fault = Fault(self.name, "", row, heading, letter)
        return fault.place[:1].upper() + fault.place[1:]


def read_table(data: bytes, *, file_name: str) -> Reading:
    """Read a CSV or XLSX file. Raises ``FiguresRefused``."""
    is_book = PurePath(file_name).suffix.lower() == ".xlsx"
    grid = _read_book(data, file_name) if is_book else _read_csv(data, PurePath(file_name).name)
    if grid.faults:
        raise FiguresRefused(*grid.faults)
    return _reading(grid)


def decoded(data: bytes) -> str:
    """Return the text of a file in UTF-8, UTF-16 or Windows-1252. Raises ``FiguresRefused``."""
    try:
        return sheets.decoded(data)
    except sheets.FileRefused as refusal:
        raise FiguresRefused(str(refusal)) from refusal


def _read_book(data: bytes, file_name: str) -> Grid:
    try:
        sheet = sheets.read(data, file_name=file_name, wanted=SHEET)
    except sheets.FileRefused as refusal:
        raise FiguresRefused(str(refusal)) from refusal
    letters = tuple(heading.letter for heading in sheet.headings)
    first = tuple(heading.text or None for heading in sheet.headings)
    below = min((row.number for row in sheet.rows), default=2)
    rows = ((min(1, below - 1), first), *((row.number, row.values) for row in sheet.rows))
    faults = tuple(
        str(Fault(sheet.name, fault.message, fault.row, letter=letters[fault.index])) for fault in sheet.faults
    )
    return Grid(sheet.name, rows, letters, faults)


def _read_csv(data: bytes, name: str) -> Grid:
    lines = StringIO(decoded(data), newline="")
    text = lines.getvalue()
    reader = csv.reader(lines, delimiter=_delimiter(text), strict=True)
    rows = []
    try:
        for values in reader:
            if any(value.strip() for value in values):
                # The number of a row is the line it ends on, which is what an editor shows.
                rows.append((reader.line_num, tuple(value.strip() or None for value in values)))
            if len(rows) > sheets.MAX_ROWS:
                raise FiguresRefused(f"Filen har fler än {sheets.MAX_ROWS} rader. Ta bara med det som ska läsas in.")
    except csv.Error as error:
        raise FiguresRefused(
            f"Filen går inte att läsa som CSV: något är fel med citattecknen vid textrad {reader.line_num}."
        ) from error
    return Grid(name, tuple(rows))


def _delimiter(text: str) -> str:
    """Return what divides the last lines: the first may be a title, with commas of its own."""
    lines = [line for line in text.splitlines() if line.strip()][-50:]
    return max(";\t,", key=lambda mark: sum(mark in _unquoted(line) for line in lines))


def _unquoted(line: str) -> str:
    return re.sub(r'"[^"]*"', "", line)


def _reading(grid: Grid) -> Reading:
    start = next((at for at, (_, values) in enumerate(grid.rows) if _filled(values) > 1 or values[0] is None), None)
    if start is None:
        raise FiguresRefused(
            f"{grid.name}: det behövs minst två kolumner, en med organisationens kod eller namn och en med värdet."
        )
    title = " ".join(str(value) for _, values in grid.rows[:start] for value in values if value is not None)
    number, first = grid.rows[start]
    if _is_headings(first):
        return _with_headings(grid, title, number, first, grid.rows[start + 1 :])
    width = max(len(values) for _, values in grid.rows[start:])
    return _with_headings(grid, title, number, ("organisation", *[""] * (width - 2), "värde"), grid.rows[start:])


def _with_headings(grid: Grid, title: str, number: int, first: Sequence, body: Sequence) -> Reading:
    headings = [" ".join(str(value if value is not None else "").split()) for value in first]
    words = [heading.casefold() for heading in headings]
    codes = [at for at, word in enumerate(words) if word in CODES]
    names = [at for at, word in enumerate(words) if word in NAMES]
    places = (codes + names) or [0]
    known = {*places, *(at for at, word in enumerate(words) if word in PERIODS | CONTENTS or word in DIVISIONS)}
    rows = [(row, values) for row, values in body if any(_at(values, at) is not None for at in places)]
    columns = [
        at
        for at in range(len(headings))
        if at not in known and _filled(_at(values, at) for _, values in rows) and _is_values(rows, at, headings[at])
    ]
    if not columns:
        raise FiguresRefused(
            f"{grid.place(number, 0)}: ingen kolumn har värden som är hela tal. Kolumnerna är "
            f"{', '.join(filter(None, headings)) or 'utan rubriker'}."
        )
    cells = []
    for row, values in _notes_cut(rows, columns):
        region = _region([_at(values, at) for at in places])
        period = next((str(_at(values, at)) for at, word in enumerate(words) if word in PERIODS), "")
        contents = next((_key(_at(values, at)) for at, word in enumerate(words) if word in CONTENTS), None)
        others = {DIVISIONS[word]: _key(_at(values, at)) for at, word in enumerate(words) if word in DIVISIONS}
        for at in columns:
            label, own_period = _heading_parts(headings[at])
            place = grid.place(row, at, headings[at])
            cells.append(Cell(region, _at(values, at), place, period or own_period, contents or Key("", label), others))
    return Reading(tuple(cells), title)


def _notes_cut(rows: Sequence, columns: Sequence[int]) -> list:
    """Return the rows without the notes under a table: past an empty row or of one cell alone, and without a value."""
    kept, last, is_past = [], None, False
    for row, values in rows:
        has_value = any(_at(values, at) is not None for at in columns)
        is_past = not has_value and (is_past or len(values) == 1 or (last is not None and row > last + 1))
        if not is_past or _CODE_AND_NAME.match(str(values[0] or "")):
            kept.append((row, values))
        last = row
    return kept


def _is_headings(values: Sequence) -> bool:
    words = {str(value).casefold().strip() for value in values if value is not None}
    if words & (CODES | NAMES | PERIODS | CONTENTS | DIVISIONS.keys()):
        return True
    return not _CODE_AND_NAME.fullmatch(str(values[0] or "")) and not looks_like_number(values[-1])


def _is_values(rows: Sequence, at: int, heading: str) -> bool:
    """Whether a column holds values and not remarks: at least half of its cells are numbers, or its heading says so."""
    if heading.casefold() in {"värde", "antal", "value"}:
        return True
    filled = [_at(values, at) for _, values in rows if _at(values, at) is not None]
    return sum(looks_like_number(value) for value in filled) * 2 >= len(filled)


def _region(values: Sequence) -> Key:
    """Return the organisation of a row, from ``1214 Svalöv`` in one column, or code and name in two."""
    code, label = "", ""
    for value in values:
        text = " ".join(str(value if value is not None else "").split())
        if _SHORT_CODE.fullmatch(text):  # a spreadsheet has taken the code for a number, and dropped its nought
            text = text.zfill(4)
        elif re.fullmatch(r"\d", text):
            text = text.zfill(2)
        if match := _CODE_AND_NAME.fullmatch(text):
            code, label = code or match[1], label or (match[2] or "")
        elif text:
            label = label or text
    return Key(code, label)


def _key(value: object) -> Key:
    text = str(value if value is not None else "").strip()
    return Key(text, text)


def _heading_parts(heading: str) -> tuple[str, str]:
    """Return ``Folkmängd`` and ``2022`` of ``Folkmängd 2022``."""
    label, _, last = heading.rpartition(" ")
    return (label, last) if _PERIOD.fullmatch(last) else (heading, "")


def _at(values: Sequence, index: int) -> object:
    return values[index] if index < len(values) else None


def _filled(values) -> int:
    return sum(value is not None for value in values)

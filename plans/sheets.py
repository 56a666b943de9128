"""Tables in files: XLSX, CSV and JSON read cell by cell, and written so that no cell can become a formula.

A heading and a row keep the numbers that a spreadsheet shows, so that a fault can be pointed out. Numbers are whole or
``Decimal``, days are dates, and everything else is text.
"""

import csv
import datetime
import json
import numbers
import re
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from io import BytesIO, StringIO
from pathlib import PurePath

import openpyxl
import xlsxwriter
from openpyxl.utils import get_column_letter

FORMATS = {"xlsx": "Excel (.xlsx)", "csv": "CSV (.csv)", "json": "JSON (.json)"}
CONTENT_TYPES = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv; charset=utf-8",
    "json": "application/json",
}
MAX_BYTES = 5 * 1024 * 1024
MAX_UNPACKED = 100 * 1024 * 1024
MAX_ROWS = 20_000
LAST_ROW_OF_A_SHEET = 1_048_576
LONGEST_CELL = 32_767
LONGEST_SHEET_NAME = 31
# Excel counts with 15 digits; what is beyond them is noise from binary fractions.
DIGITS = ".15g"

TEXT, WHOLE, MONEY, DAY, MOMENT = "text", "whole", "money", "day", "moment"
_NUMBER_FORMATS = {TEXT: "@", WHOLE: "0", MONEY: "#,##0.00", DAY: "yyyy-mm-dd", MOMENT: "yyyy-mm-dd hh:mm"}
# A text that begins so is taken for a formula when a CSV file is opened in a spreadsheet.
_FORMULA = re.compile(r"'*[=+\-@\t\r]")


class FileRefused(Exception):
    """The file is no table that can be read. The text says why and how to mend it, in Swedish."""


@dataclass(frozen=True, slots=True)
class Heading:
    """A column: its letter in the spreadsheet and the words in its first row."""

    letter: str
    text: str


@dataclass(frozen=True, slots=True)
class CellFault:
    """A cell that cannot be read; ``row`` is its number in the spreadsheet, ``index`` its column from 0."""

    row: int
    index: int
    message: str


@dataclass(frozen=True, slots=True)
class SheetRow:
    """The values under the headings, in their order; ``number`` is the row's number in the spreadsheet."""

    number: int
    values: tuple[object, ...]


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table read from a file. Empty rows are left out, and counted all the same."""

    name: str
    headings: tuple[Heading, ...]
    rows: tuple[SheetRow, ...]
    faults: tuple[CellFault, ...] = ()


@dataclass(frozen=True, slots=True)
class SheetColumn:
    """How to write a column: its heading, its kind, and the words to choose from where there are such."""

    heading: str
    kind: str = TEXT
    choices: tuple[str, ...] = ()


@dataclass(slots=True)
class _Collected:
    faults: list[CellFault] = field(default_factory=list)

    def fault(self, row: int, index: int, message: str) -> None:
        self.faults.append(CellFault(row, index, message))


def read(data: bytes, *, file_name: str, wanted: str = "") -> Sheet:
    """Read the table in ``data``. ``wanted`` is the name of the sheet to take where a workbook has several.

    Raises ``FileRefused``.
    """
    suffix = PurePath(file_name).suffix.lower().removeprefix(".")
    if suffix not in FORMATS:
        raise FileRefused(
            f"Filen {file_name} är av ett slag som inte kan läsas. Spara den som .xlsx, .csv eller .json."
        )
    if not data.strip():
        raise FileRefused("Filen är tom.")
    if len(data) > MAX_BYTES:
        raise FileRefused(
            f"Filen är {len(data) / 1024 / 1024:.0f} MB, och högst {MAX_BYTES // 1024 // 1024} MB går att läsa in. "
            "Dela upp den i flera filer."
        )
    if suffix == "xlsx":
        return _read_workbook(data, wanted)
    name = PurePath(file_name).name
    return _read_csv(data, name) if suffix == "csv" else _read_json(data, name)


def _read_workbook(data: bytes, wanted: str) -> Sheet:
    refused = FileRefused(
        "Filen går inte att läsa som en arbetsbok. Öppna den i Excel eller LibreOffice, spara den som .xlsx utan "
        "lösenord och försök igen."
    )
    if not data.startswith(b"PK"):
        raise refused
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            if sum(part.file_size for part in archive.infolist()) > MAX_UNPACKED:
                raise FileRefused("Arbetsboken är för stor när den packas upp. Dela upp den i flera filer.")
        book = openpyxl.load_workbook(BytesIO(data), read_only=True)
        return _table(*_chosen_sheet(book, wanted))
    except FileRefused:
        raise
    except Exception as error:
        # A damaged or hostile file can make the parser fail in any way.
        raise refused from error


def _chosen_sheet(book, wanted: str) -> tuple[str, list[tuple[int, list]], _Collected]:
    sheets = {sheet.title: sheet for sheet in book.worksheets}
    named = [title for title in sheets if title.casefold() == wanted.casefold()]
    collected = _Collected()
    if named:
        return named[0], list(_cells(sheets[named[0]], collected)), collected
    filled = {}
    for title, sheet in sheets.items():
        found = _Collected()
        if rows := list(_cells(sheet, found)):
            filled[title] = (rows, found)
    if not filled:
        raise FileRefused("Arbetsboken är tom.")
    if len(filled) > 1:
        raise FileRefused(
            f"Arbetsboken har flera blad: {', '.join(filled)}. Ta bort dem som inte ska läsas in, eller döp det rätta "
            f"till {wanted}."
        )
    ((title, (rows, found)),) = filled.items()
    return title, rows, found


def _cells(sheet, collected: _Collected) -> Iterable[tuple[int, list]]:
    """Yield the number and the values of each row that is not empty."""
    sheet.reset_dimensions()
    count = 0
    for number, row in enumerate(sheet.iter_rows(), 1):
        if number > LAST_ROW_OF_A_SHEET:
            raise FileRefused("Bladet har fler rader än ett kalkylblad kan ha.")
        values = [_value(cell, number, index, collected) for index, cell in enumerate(row)]
        if any(value is not None for value in values):
            count += 1
            if count > MAX_ROWS + 1:
                raise FileRefused(_too_many_rows())
            yield number, values


def _too_many_rows() -> str:
    return f"Filen har fler än {MAX_ROWS} rader. Dela upp den i flera filer."


def _value(cell, row: int, index: int, collected: _Collected) -> object:
    value = cell.value
    if value is None or value == "":
        return None
    if cell.data_type == "f":
        collected.fault(row, index, "Cellen innehåller en formel. Klistra in värdet i stället.")
        return ""
    if cell.data_type == "e":
        collected.fault(row, index, f"Cellen innehåller ett fel, {value}. Rätta det i kalkylbladet.")
        return ""
    if isinstance(value, datetime.datetime):
        return value.date() if value.time() == datetime.time() else value
    if isinstance(value, numbers.Real) and not isinstance(value, int):
        exact = Decimal(format(value, DIGITS))
        if not exact.is_finite():
            collected.fault(row, index, "Talet är för stort.")
            return ""
        return int(exact) if exact == exact.to_integral_value() else exact
    if isinstance(value, int | datetime.date):
        return value
    return str(value).replace("_x000D_", "")


def _read_csv(data: bytes, name: str) -> Sheet:
    text = decoded(data)
    first = next(line for line in text.splitlines() if line.strip())
    delimiter = max(";\t,", key=first.count)
    rows = []
    reader = csv.reader(StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        for number, values in enumerate(reader, 1):
            if any(value.strip() for value in values):
                rows.append((number, [_unguarded(value) or None for value in values]))
                if len(rows) > MAX_ROWS + 1:
                    raise FileRefused(_too_many_rows())
    except csv.Error as error:
        raise FileRefused(
            f"Filen går inte att läsa som CSV: något är fel med citattecknen vid textrad {reader.line_num}."
        ) from error
    return _table(name, rows, _Collected())


def decoded(data: bytes) -> str:
    """Return the text of a file in UTF-8, UTF-16 or Windows-1252. Raises ``FileRefused``."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        encodings = ["utf-16"]
    else:
        encodings = ["utf-8-sig", "cp1252"]
    for encoding in encodings:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if text.strip() and "\0" not in text:
            return text
    raise FileRefused("Filen är ingen text i UTF-8 eller Windows-1252. Spara den som ”CSV UTF-8” och försök igen.")


def _read_json(data: bytes, name: str) -> Sheet:
    try:
        items = json.loads(decoded(data), parse_float=Decimal, parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        raise FileRefused("Filen går inte att läsa som JSON.") from error
    if not isinstance(items, list) or not items or not all(isinstance(item, dict) for item in items):
        raise FileRefused("JSON-filen ska vara en lista av poster, var och en med kolumnernas namn och värden.")
    if len(items) > MAX_ROWS:
        raise FileRefused(_too_many_rows())
    names = list(dict.fromkeys(key for item in items for key in item))
    collected = _Collected()
    rows = []
    for number, item in enumerate(items, 1):
        values = [item.get(key) for key in names]
        for index, value in enumerate(values):
            if isinstance(value, list | dict):
                collected.fault(number, index, "Värdet ska vara en text, ett tal, sant, falskt eller tomt.")
                values[index] = None
        rows.append(SheetRow(number, tuple(None if value == "" else value for value in values)))
    return Sheet(name, tuple(Heading("", key) for key in names), tuple(rows), tuple(collected.faults))


def _refuse_constant(name: str):
    raise ValueError(name)


def _table(name: str, rows: list[tuple[int, list]], collected: _Collected) -> Sheet:
    if not rows:
        raise FileRefused("Filen är tom.")
    (_, first), *rest = rows
    width = max(len(values) for _, values in rows)
    texts = ["" if value is None else " ".join(str(value).split()) for value in first]
    texts += [""] * (width - len(texts))
    used = [
        index for index in range(width) if texts[index] or any(len(v) > index and v[index] is not None for _, v in rest)
    ]
    headings = tuple(Heading(get_column_letter(index + 1), texts[index]) for index in used)
    kept = tuple(
        SheetRow(number, tuple(values[index] if index < len(values) else None for index in used))
        for number, values in rest
    )
    place = {index: position for position, index in enumerate(used)}
    faults = tuple(CellFault(fault.row, place[fault.index], fault.message) for fault in collected.faults)
    return Sheet(name, headings, kept, faults)


def write(rows: Iterable[Sequence], *, columns: Sequence[SheetColumn], name: str, file_format: str) -> bytes:
    """Return a file of ``file_format`` with ``rows``. Raises ``FileRefused`` where a text fits no cell."""
    writers = {"xlsx": _write_workbook, "csv": _write_csv, "json": _write_json}
    return writers[file_format](rows, columns, name)


def sheet_name(name: str) -> str:
    """Return ``name`` as a workbook can carry it."""
    return re.sub(r"[\[\]:*?/\\]", " ", name)[:LONGEST_SHEET_NAME].strip("' ")


def _write_workbook(rows: Iterable[Sequence], columns: Sequence[SheetColumn], name: str) -> bytes:
    output = BytesIO()
    with xlsxwriter.Workbook(output, {"in_memory": True}) as book:
        sheet = book.add_worksheet(sheet_name(name))
        formats = {kind: book.add_format({"num_format": code}) for kind, code in _NUMBER_FORMATS.items()}
        heading = book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"})
        last = len(columns) - 1
        for index, column in enumerate(columns):
            sheet.write_string(0, index, column.heading, heading)
            sheet.set_column(index, index, max(12, min(len(column.heading) + 4, 32)), formats[column.kind])
            if column.choices:
                options = {"validate": "list", "source": list(column.choices), "error_type": "warning"}
                sheet.data_validation(1, index, MAX_ROWS, index, options)
        count = 0
        for number, values in enumerate(rows, 1):
            count = number
            for index, (value, column) in enumerate(zip(values, columns, strict=True)):
                _write_cell(sheet, number, index, value, formats[column.kind], column)
        sheet.freeze_panes(1, 0)
        sheet.autofilter(0, 0, max(count, 1), last)
    return output.getvalue()


def _write_cell(sheet, row: int, index: int, value: object, cell_format, column: SheetColumn) -> None:
    if value is None or value == "":
        return
    if isinstance(value, datetime.datetime | datetime.date):
        sheet.write_datetime(row, index, value, cell_format)
    elif isinstance(value, int | Decimal):
        sheet.write_number(row, index, value, cell_format)
    elif len(str(value)) > LONGEST_CELL:
        raise FileRefused(
            f"Texten i kolumnen {column.heading}, rad {row + 1}, är längre än en cell i Excel kan bära. "
            "Exportera som CSV eller JSON i stället."
        )
    else:
        sheet.write_string(row, index, str(value), cell_format)


def _write_csv(rows: Iterable[Sequence], columns: Sequence[SheetColumn], name: str) -> bytes:
    output = StringIO(newline="")
    writer = csv.writer(output, delimiter=";")
    writer.writerow([column.heading for column in columns])
    writer.writerows([_in_csv(value) for value in values] for values in rows)
    return output.getvalue().encode("utf-8-sig")


def _in_csv(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, Decimal):
        return str(value).replace(".", ",")
    if isinstance(value, datetime.datetime):
        return value.isoformat(sep=" ", timespec="minutes")
    if isinstance(value, int | datetime.date):
        return str(value)
    text = str(value)
    return f"'{text}" if _FORMULA.match(text) else text


def _unguarded(text: str) -> str:
    """Return the text without the apostrophe that keeps it from being a formula."""
    text = text.strip(" ")
    return text[1:] if text.startswith("'") and _FORMULA.match(text) else text


def _write_json(rows: Iterable[Sequence], columns: Sequence[SheetColumn], name: str) -> bytes:
    headings = [column.heading for column in columns]
    items = [dict(zip(headings, map(_in_json, values), strict=True)) for values in rows]
    return json.dumps(items, ensure_ascii=False, indent=1).encode()


def _in_json(value: object) -> object:
    return value if value is None or isinstance(value, int | str) else str(value)

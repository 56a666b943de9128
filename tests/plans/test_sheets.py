"""A file is read as the spreadsheet shows it, whatever program saved it, and a bad one gets a Swedish answer."""

import datetime
import io
import json
import zipfile
from decimal import Decimal

import openpyxl
import pytest
import xlsxwriter

from plans import sheets
from plans.sheets import FileRefused, SheetColumn, read, write
from tests.tables import workbook

SWEDISH = "Namn;Värde\r\nÅstorp;1\r\nÖrkelljunga;2\r\n"


def rows(sheet) -> list[tuple]:
    return [(row.number, *row.values) for row in sheet.rows]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
def test_swedish_letters_are_read_in_every_encoding_that_excel_writes(encoding):
    sheet = read(SWEDISH.encode(encoding), file_name="fil.csv")
    assert [heading.text for heading in sheet.headings] == ["Namn", "Värde"]
    assert rows(sheet) == [(2, "Åstorp", "1"), (3, "Örkelljunga", "2")]


@pytest.mark.parametrize("delimiter", [";", ",", "\t"])
def test_semicolon_comma_and_tab_are_told_apart(delimiter):
    sheet = read(f"Namn{delimiter}Värde\nLund{delimiter}1\n".encode(), file_name="fil.CSV")
    assert rows(sheet) == [(2, "Lund", "1")]


def test_empty_rows_are_left_out_and_counted():
    assert rows(read(b"A;B\n\n;\nx;y\n", file_name="f.csv")) == [(4, "x", "y")]
    assert rows(read(workbook(["A", "B"], [], ["x", None], [None, "y"]), file_name="f.xlsx")) == [
        (3, "x", None),
        (4, None, "y"),
    ]


def test_numbers_and_days_of_a_workbook_are_exact():
    data = workbook(["A", "B", "C", "D"], [1234.5, 0.1 + 0.2, 3.0, datetime.datetime(2024, 3, 1)])  # noqa: DTZ001
    assert rows(read(data, file_name="f.xlsx")) == [
        (2, Decimal("1234.5"), Decimal("0.3"), 3, datetime.date(2024, 3, 1))
    ]


def test_a_formula_and_an_error_are_pointed_out_in_their_cells():
    sheet = read(workbook(["A", "B"], ["x", "=1+1"], ["#REF!", "y"]), file_name="f.xlsx")
    assert [(fault.row, fault.index) for fault in sheet.faults] == [(2, 1), (3, 0)]
    assert "formel" in sheet.faults[0].message


def _two_sheets() -> bytes:
    book = openpyxl.Workbook()
    book.active.append(["A"])
    book.create_sheet("Organisationer").append(["B"])
    output = io.BytesIO()
    book.save(output)
    return output.getvalue()


def test_the_sheet_with_the_right_name_is_read_and_otherwise_the_only_one():
    assert read(_two_sheets(), file_name="f.xlsx", wanted="Organisationer").headings[0].text == "B"
    with pytest.raises(FileRefused, match="flera blad: Sheet, Organisationer"):
        read(_two_sheets(), file_name="f.xlsx", wanted="Planer")


def _bomb() -> bytes:
    output = io.BytesIO()
    with zipfile.ZipFile(output, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", b"0" * (sheets.MAX_UNPACKED + 1))
    return output.getvalue()


def _far_row() -> bytes:
    """A workbook whose one row claims to be the billionth."""
    source, output = io.BytesIO(workbook(["A"], ["x"])), io.BytesIO()
    with zipfile.ZipFile(source) as whole, zipfile.ZipFile(output, "w") as changed:
        for name in whole.namelist():
            content = whole.read(name)
            if name == "xl/worksheets/sheet1.xml":
                content = content.replace(b'r="2"', b'r="1000000000"').replace(b'r="A2"', b'r="A1000000000"')
            changed.writestr(name, content)
    return output.getvalue()


@pytest.mark.parametrize(
    ("name", "data", "words"),
    [
        ("fil.xls", b"x", "Spara den som .xlsx"),
        ("fil", b"x", "Spara den som .xlsx"),
        ("fil.pdf", b"%PDF", "Spara den som .xlsx"),
        ("fil.csv", b"", "tom"),
        ("fil.xlsx", b"   ", "tom"),
        ("fil.csv", b";;\n;;", "tom"),
        ("fil.xlsx", workbook(), "tom"),
        ("fil.xlsx", b"Namn;Kod", "går inte att läsa som en arbetsbok"),
        ("fil.xlsx", b"PK\x03\x04skadad", "går inte att läsa som en arbetsbok"),
        ("fil.csv", workbook(["A"]), "ingen text"),
        ("fil.csv", b'A;B\n"x;y\n', "citattecknen"),
        ("fil.csv", b"A\n" + b"x\n" * (sheets.MAX_ROWS + 1), "fler än 20000 rader"),
        ("fil.csv", b"x" * (10 * 1024 * 1024), "10 MB"),
        ("fil.json", b"{", "JSON"),
        ("fil.json", b"{}", "lista"),
        ("fil.json", b"[1]", "lista"),
        ("fil.json", b"[" * 100_000, "JSON"),
        ("fil.json", b'[{"A": NaN}]', "JSON"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_in_swedish(name, data, words):
    with pytest.raises(FileRefused, match=words):
        read(data, file_name=name)


def test_a_workbook_that_unpacks_without_end_is_refused():
    with pytest.raises(FileRefused, match="packas upp"):
        read(_bomb(), file_name="f.xlsx")
    with pytest.raises(FileRefused, match="fler rader än ett kalkylblad"):
        read(_far_row(), file_name="f.xlsx")


def test_what_excel_itself_writes_is_read():
    output = io.BytesIO()
    with xlsxwriter.Workbook(output, {"in_memory": True}) as book:
        sheet = book.add_worksheet("Blad1")
        sheet.write_row(0, 0, ["A", "B"])
        sheet.write_string(1, 0, "rad 1\r\nrad 2")
        sheet.write_boolean(1, 1, True)
    assert rows(read(output.getvalue(), file_name="f.xlsx")) == [(2, "rad 1\nrad 2", True)]


@pytest.mark.parametrize("file_format", sheets.FORMATS)
@pytest.mark.parametrize("words", ["=1+1", "'=1+1", "''-x", "+46", "-5", "@x", 'Å;"ä"\nö', "'citat'"])
def test_a_text_comes_back_as_it_went_out(file_format, words):
    data = write([[words]], columns=[SheetColumn("Text")], name="Blad", file_format=file_format)
    sheet = read(data, file_name=f"f.{file_format}")
    assert rows(sheet)[0][1] == words
    assert sheet.faults == ()


def test_a_text_that_no_cell_can_hold_is_refused_and_not_lost():
    long = "x" * 40_000
    with pytest.raises(FileRefused, match="CSV eller JSON"):
        write([[long]], columns=[SheetColumn("Text")], name="Blad", file_format="xlsx")
    data = write([[long]], columns=[SheetColumn("Text")], name="Blad", file_format="csv")
    assert rows(read(data, file_name="f.csv")) == [(2, long)]


def test_amounts_are_numbers_in_a_workbook_and_have_a_comma_in_csv():
    columns = [SheetColumn("Belopp", sheets.MONEY), SheetColumn("Dag", sheets.DAY)]
    values = [[Decimal("1234.50"), datetime.date(2024, 3, 1)]]
    book = openpyxl.load_workbook(io.BytesIO(write(values, columns=columns, name="B", file_format="xlsx"))).active
    assert (book["A2"].value, book["A2"].data_type, book["A2"].number_format) == (1234.5, "n", "#,##0.00")
    assert (book["B2"].is_date, book["B2"].number_format) == (True, "yyyy-mm-dd")
    assert b"1234,50;2024-03-01" in write(values, columns=columns, name="B", file_format="csv")
    assert json.loads(write(values, columns=columns, name="B", file_format="json")) == [
        {"Belopp": "1234.50", "Dag": "2024-03-01"}
    ]

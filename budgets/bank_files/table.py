"""CSV from a bank or from a spreadsheet: which column is which is told by its heading, in Swedish or English."""

import datetime
import re
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal

from budgets.bank_files.entries import (
    CSV,
    MAX_ENTRIES,
    BankEntry,
    BankFileRefused,
    Ignored,
    ReadFile,
    clipped,
    digest_of,
    joined_reference,
    numbered,
    too_many,
)
from budgets.money import format_kr, parse_amount
from plans.sheets import FileRefused, Heading, SheetRow, read

# Of several columns for the same thing the one named first counts, where it says something.
HEADINGS: Mapping[str, tuple[str, ...]] = {
    "day": (
        "betaldag",
        "bokföringsdag",
        "bokföringsdatum",
        "bokförd",
        "datum",
        "transaktionsdag",
        "transaktionsdatum",
        "valutadag",
        "booking date",
        "payment date",
        "date",
        "value date",
    ),
    "amount": ("belopp", "insatt", "insättning", "summa", "amount", "credit"),
    "reference": (
        "ocr",
        "ocr-nummer",
        "ocrnummer",
        "ocr number",
        "referens",
        "reference",
        "meddelande",
        "message",
        "text",
    ),
    "payer": ("betalare", "avsändare", "inbetalare", "namn", "payer", "sender", "name"),
    "bank_reference": (
        "bankens referens",
        "bankreferens",
        "transaktions-id",
        "transaktionsid",
        "transaktionsnummer",
        "arkivreferens",
        "bank reference",
        "transaction id",
        "id",
    ),
    "currency": ("valuta", "currency"),
}
NAMES = {"day": "betaldag", "amount": "belopp", "reference": "referens"}
_DAY = re.compile(r"([0-9]{4})[-/]?([0-9]{2})[-/]?([0-9]{2})(?:[T ][0-9:.]+)?")
_Columns = Mapping[str, Sequence[int]]


def read_csv(data: bytes, *, name: str, digest: str) -> ReadFile:
    """Read the payments of a CSV file. Raises ``BankFileRefused``, with every fault by row and column."""
    try:
        sheet = read(data, file_name="bankfil.csv")
    except FileRefused as refusal:
        raise BankFileRefused(str(refusal)) from refusal
    if len(sheet.rows) > MAX_ENTRIES:
        raise too_many()
    columns = _columns(sheet.headings)
    entries, ignored, faults = [], [], []
    for row in sheet.rows:
        found = list(_faults(row, columns, sheet.headings))
        if found:
            faults += found
        elif (amount := _amount(row, columns)) < 0:
            ignored.append(Ignored(f"Rad {row.number}", f"{format_kr(-amount)} gick ut"))
        else:
            entries.append(_entry(row, columns, amount))
    if faults:
        raise BankFileRefused(*faults)
    return ReadFile(name, CSV, digest, tuple(numbered(entries)), tuple(ignored))


def _columns(headings: Sequence[Heading]) -> _Columns:
    """Return the places of each thing's columns, the one that counts first."""
    places: dict[str, int] = {}
    for place, heading in enumerate(headings):
        places.setdefault(heading.text.casefold().strip(" *:"), place)
    columns = {thing: [places[name] for name in names if name in places] for thing, names in HEADINGS.items()}
    missing = [NAMES[thing] for thing in NAMES if not columns[thing]]
    if missing:
        found = ", ".join(heading.text for heading in headings if heading.text) or "inga rubriker"
        raise BankFileRefused(
            f"Filens första rad har ingen kolumn för {' och '.join(missing)}. Där står: {found[:300]}. "
            "Döp kolumnerna till Betaldag, Belopp, OCR, Betalare och Bankens referens."
        )
    return columns


def _faults(row: SheetRow, columns: _Columns, headings: Sequence[Heading]) -> Iterator[str]:
    for thing, reading in (("day", _day), ("amount", _amount)):
        try:
            reading(row, columns)
        except ValueError as error:
            heading = headings[columns[thing][0]]
            yield f"Rad {row.number}, kolumn {heading.letter} ({heading.text}): {error}"
    currency = _cell(row, columns["currency"]).upper()
    if currency not in {"", "SEK", "KR"}:
        heading = headings[columns["currency"][0]]
        yield (
            f"Rad {row.number}, kolumn {heading.letter} ({heading.text}): beloppet är i {currency[:10]}. "
            "Bara svenska kronor (SEK) kan läsas in."
        )


def _cell(row: SheetRow, places: Sequence[int]) -> str:
    texts = (str(row.values[place]).strip() for place in places if row.values[place] is not None)
    return next((text for text in texts if text), "")


def _day(row: SheetRow, columns: _Columns) -> datetime.date:
    text = _cell(row, columns["day"])
    if not text:
        raise ValueError("Skriv vilken dag betalningen kom.")
    if match := _DAY.fullmatch(text):
        try:
            return datetime.date(int(match[1]), int(match[2]), int(match[3]))
        except ValueError:
            pass
    raise ValueError(f"”{text[:40]}” är inte en dag. Skriv den som 2024-05-02.")


def _amount(row: SheetRow, columns: _Columns) -> Decimal:
    amount = parse_amount(_cell(row, columns["amount"]).removeprefix("+"))
    if not amount:
        raise ValueError("Beloppet är noll.")
    if abs(amount) >= 10**12:
        raise ValueError("Beloppet är för stort.")
    return amount


def _entry(row: SheetRow, columns: _Columns, amount: Decimal) -> BankEntry:
    day = _day(row, columns)
    reference, payer = clipped(_cell(row, columns["reference"])), clipped(_cell(row, columns["payer"]))
    named = joined_reference([clipped(_cell(row, columns["bank_reference"]))])
    return BankEntry(
        received_on=day,
        amount=amount,
        reference=reference,
        payer=payer,
        bank_reference=named or digest_of(day, amount, reference, payer),
        place=f"Rad {row.number}",
    )

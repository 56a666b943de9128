"""The ledger's vouchers as a SIE 4 file for import (type 4I), the Swedish standard that ledgers read.

Bytes are in code page 437, which the standard calls PC8, with a line for each post and an object list on each row. The
receiver numbers the vouchers: series and number are left empty, as the standard allows in an import file. The standard
is that of Föreningen SIE-Gruppen, "SIE filformat, utgåva 4B".
"""

import datetime
import unicodedata
from collections.abc import Iterable, Iterator
from decimal import Decimal

from budgets.ledger import Ledger, Posting, Voucher

ENCODING = "cp437"
LINE_END = "\r\n"
PROGRAM = "Skånegemensam digitalisering"
PROGRAM_VERSION = "1"
UNKNOWN = "?"
# A backslash would hide the quotation mark after it; the rest are letters that code page 437 has under another form.
_LIKENESSES = str.maketrans(
    {
        "\\": "/",
        "\N{EN DASH}": "-",
        "\N{EM DASH}": "-",
        "\N{MINUS SIGN}": "-",
        "\N{HYPHEN}": "-",
        "\N{NON-BREAKING HYPHEN}": "-",
        "\N{NO-BREAK SPACE}": " ",
        "\N{NARROW NO-BREAK SPACE}": " ",
        "\N{THIN SPACE}": " ",
        "\N{LEFT DOUBLE QUOTATION MARK}": '"',
        "\N{RIGHT DOUBLE QUOTATION MARK}": '"',
        "\N{RIGHT SINGLE QUOTATION MARK}": "'",
        "\N{HORIZONTAL ELLIPSIS}": "...",
        "\N{EURO SIGN}": "EUR",
    }
)


def sie_file(ledger: Ledger, *, made_on: datetime.date) -> bytes:
    """Return the file. A letter that code page 437 lacks becomes a question mark.

    Raises ``ValueError`` where a voucher does not balance.
    """
    lines = [*_head(ledger, made_on)]
    for voucher in ledger.vouchers:
        lines += _voucher(voucher)
    return "".join(f"{line}{LINE_END}" for line in lines).encode(ENCODING)


def _head(ledger: Ledger, made_on: datetime.date) -> Iterator[str]:
    yield "#FLAGGA 0"
    yield f"#PROGRAM {text_of(PROGRAM)} {text_of(PROGRAM_VERSION)}"
    yield "#FORMAT PC8"
    yield f"#GEN {_day(made_on)}"
    yield "#SIETYP 4"
    yield f"#ORGNR {ledger.terms.seller_organisation_number}"
    yield f"#FNAMN {text_of(ledger.terms.seller_name)}"
    used = {posting.account for voucher in ledger.vouchers for posting in voucher.postings}
    for account in sorted(used):
        yield f"#KONTO {account} {text_of(ledger.accounts[account])}"
    for dimension in ledger.dimensions:
        yield f"#DIM {dimension.number} {text_of(dimension.name)}"
    for (number, value), name in sorted(ledger.objects.items()):
        yield f"#OBJEKT {number} {text_of(value)} {text_of(name)}"


def _voucher(voucher: Voucher) -> Iterator[str]:
    if not voucher.is_balanced:
        raise ValueError(f"Verifikationen {voucher.text} går inte ihop.")
    yield f'#VER "" "" {_day(voucher.day)} {text_of(voucher.text)} {_day(voucher.registered_on)}'
    yield "{"
    for posting in voucher.postings:
        yield (
            f"   #TRANS {posting.account} {_objects(posting)} {_amount(posting.amount)} {_day(voucher.day)} "
            + text_of(posting.text)
        )
    yield "}"


def _objects(posting: Posting) -> str:
    return "{" + " ".join(_flat(posting.objects.items())) + "}"


def _flat(objects: Iterable[tuple[int, str]]) -> Iterator[str]:
    for number, value in sorted(objects):
        yield f"{number} {text_of(value)}"


def _amount(amount: Decimal) -> str:
    return f"{amount:.2f}"


def _day(day: datetime.date) -> str:
    return f"{day:%Y%m%d}"


def text_of(text: str) -> str:
    """Return ``text`` as a quoted field in the letters of code page 437, on one line."""
    composed = unicodedata.normalize("NFC", text).translate(_LIKENESSES)
    line = " ".join("".join(letter if letter.isprintable() else " " for letter in composed).split())
    written = "".join(letter if _is_known(letter) else UNKNOWN for letter in line)
    return '"' + written.replace('"', '\\"') + '"'


def _is_known(letter: str) -> bool:
    try:
        letter.encode(ENCODING)
    except UnicodeEncodeError:
        return False
    return True

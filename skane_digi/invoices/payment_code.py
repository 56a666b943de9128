"""The square code that a bank's app reads an invoice's payment from, in the format UsingQR.

The format is free for all and came from a maker of accounting systems (usingqr.se, revision 2 of June 2014). The code
holds one JSON object; an invoice of ours has these keys:

- ``uqr`` 1: the format's version; ``tp`` 1: an invoice
- ``nme``, ``cid``: the seller's name and organisation number, ``232100-0255``
- ``iref``: what the payer gives as reference, our OCR number
- ``idt``, ``ddt``: invoice date and due date, ``20240402``
- ``due``, ``vat``: what is to be paid and the VAT in it, kronor as numbers
- ``pt``, ``acc``: ``BG`` or ``PG`` and its number, ``5165-8300``

It is written in ASCII (``å`` as ``\\u00e5``), so that no reader has to guess how its letters are coded.
"""

import base64
import json
import struct
import zlib
from dataclasses import dataclass

import segno

from budgets.invoice_content import InvoiceContent
from skane_digi.documents.pdf import PICTURE

VERSION, INVOICE_TYPE = 1, 1
BANKGIRO, PLUSGIRO = "BG", "PG"
# A square grows with its text, and the bank takes the payee from the giro number. A longer name is cut.
LONGEST_NAME = 60
LEVEL = "m"
# A reader takes any mask. To try all eight takes longer than to set the whole page's text, and matters for long runs
# of the same sign, which these texts do not have.
MASK = 3
QUIET_ZONE, DOTS = 4, 4
BLACK, WHITE = b"\0", b"\xff"


@dataclass(frozen=True, slots=True)
class PaymentCode:
    """The QR code of ``text``, readable with a seventh of it spoiled (level M)."""

    text: str

    @property
    def matrix(self) -> tuple[bytes, ...]:
        """Rows of modules, 1 where dark, without the quiet zone."""
        code = segno.make_qr(self.text, error=LEVEL, boost_error=False, mask=MASK)
        return tuple(bytes(row) for row in code.matrix)

    @property
    def picture(self) -> str:
        """The code as a PNG in an address of its own, with its quiet zone and some dots to each module."""
        return f"{PICTURE},{base64.b64encode(_png(self.matrix)).decode()}"


def payment_text(content: InvoiceContent) -> str:
    """Return the JSON that the code holds, empty where nothing is to be paid: a draft, a credit, zero, no giro."""
    kind, account = account_of(content)
    if content.is_draft or content.is_credit or not content.totals.payable or not account:
        return ""
    texts = {
        "nme": content.seller.name[:LONGEST_NAME],
        "cid": content.seller.organisation_number,
        "iref": content.ocr,
        "idt": f"{content.issued_on:%Y%m%d}",
        "ddt": f"{content.due_on:%Y%m%d}",
        "pt": kind,
        "acc": account,
    }
    numbers = {
        "uqr": VERSION,
        "tp": INVOICE_TYPE,
        "due": f"{content.totals.payable:f}",
        "vat": f"{content.totals.vat:f}",
    }
    values = {key: json.dumps(text) for key, text in texts.items()} | numbers
    order = ("uqr", "tp", "nme", "cid", "iref", "idt", "ddt", "due", "vat", "pt", "acc")
    return "{" + ",".join(f'"{key}":{values[key]}' for key in order) + "}"


def account_of(content: InvoiceContent) -> tuple[str, str]:
    """Return ``("BG", "5165-8300")``: the bankgiro before the plusgiro, empty texts where there is neither."""
    seller = content.seller
    if seller.bankgiro:
        return BANKGIRO, seller.bankgiro
    return (PLUSGIRO, seller.plusgiro) if seller.plusgiro else ("", "")


def payment_code(content: InvoiceContent) -> PaymentCode | None:
    """Return the code of ``payment_text``, or nothing where there is none."""
    text = payment_text(content)
    return PaymentCode(text) if text else None


def _png(matrix: tuple[bytes, ...]) -> bytes:
    """Return a PNG in grey scale, eight bits to a dot as PDF takes it."""
    width = (len(matrix) + 2 * QUIET_ZONE) * DOTS
    margin = WHITE * (QUIET_ZONE * DOTS)
    unfiltered = b"\0"
    empty = [unfiltered + WHITE * width] * (QUIET_ZONE * DOTS)
    lines = [*empty]
    for row in matrix:
        dots = b"".join((BLACK if module else WHITE) * DOTS for module in row)
        lines += [unfiltered + margin + dots + margin] * DOTS
    header = struct.pack(">IIBBBBB", width, width, 8, 0, 0, 0, 0)
    chunks = (b"IHDR", header), (b"IDAT", zlib.compress(b"".join(lines + empty), 9)), (b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(*chunk) for chunk in chunks)


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

"""What an invoice says, whole: copied when it is issued, kept as canonical JSON, and what its PDF and XML are made of.

Amounts are kronor as ``Decimal`` with öre and positive, also those of a credit invoice. A draft has no number.
"""

import datetime
import hashlib
from dataclasses import dataclass
from decimal import Decimal

from budgets.money import round_half_up
from plans import dataclass_json
from plans.log import canonical

INVOICE, CREDIT = "invoice", "credit"
OUTSIDE, EXEMPT, STANDARD = "O", "E", "S"
VAT_PERCENT = {OUTSIDE: 0, EXEMPT: 0, STANDARD: 25}


@dataclass(frozen=True, slots=True)
class Seller:
    """Who invoices. ``endpoint`` is filled in: where the terms have none it is the organisation number's ten digits."""

    name: str
    organisation_number: str
    address: str
    postal_code: str
    city: str
    seat: str
    vat_number: str
    has_f_tax: bool
    endpoint_scheme: str
    endpoint: str
    contact_name: str
    contact_phone: str
    contact_email: str
    bankgiro: str
    plusgiro: str


@dataclass(frozen=True, slots=True)
class Buyer:
    """Who is to pay, with its ``code`` (``1285``). ``endpoint`` is filled in as the seller's."""

    code: str
    name: str
    organisation_number: str
    address: str
    postal_code: str
    city: str
    reference: str
    order_reference: str
    email: str
    endpoint_scheme: str
    endpoint: str


@dataclass(frozen=True, slots=True)
class Row:
    """What the buyer pays of a focus area one year, without VAT. The whole of a printed total has no area."""

    position: int
    area: str
    area_slug: str
    year: int
    text: str
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Source:
    """What the invoice rests on: the plan's version, the part of the year, the rule, the key figure and the sum.

    ``calculation`` is the sentence that leads to ``share``, the buyer's share of the whole year; paragraphs are divided
    by an empty line. ``population`` is the buyer's key figure. ``decision`` says when the plan was adopted.
    """

    plan: str
    plan_slug: str
    version: int
    fingerprint: str
    decision: str
    year: int
    period_text: str
    period_starts: datetime.date
    period_ends: datetime.date
    instalment: int
    instalments: int
    basis: str
    rule_name: str
    rule_text: str
    key_name: str
    key_unit: str
    reference_date: datetime.date | None
    population: int
    total: Decimal
    share: Decimal
    calculation: str


@dataclass(frozen=True, slots=True)
class Totals:
    """``net`` is the sum of the rows, ``payable`` what is paid: ``net + vat + rounding``."""

    net: Decimal
    vat: Decimal
    rounding: Decimal
    payable: Decimal


@dataclass(frozen=True, slots=True)
class Corrected:
    """The invoice that a credit invoice corrects, and why."""

    number: str
    issued_on: datetime.date
    reason: str


@dataclass(frozen=True, slots=True)
class InvoiceContent:
    """An invoice or credit invoice. ``number`` and ``ocr`` are empty in a draft.

    ``terms_text`` is ``30 dagar netto``; ``vat_text`` says why there is no VAT where there is none.
    """

    kind: str
    number: str
    ocr: str
    issued_on: datetime.date
    due_on: datetime.date
    collaboration: str
    seller: Seller
    buyer: Buyer
    source: Source
    rows: tuple[Row, ...]
    vat_category: str
    vat_text: str
    totals: Totals
    text: str
    terms_text: str
    late_interest_text: str
    corrects: Corrected | None = None

    @property
    def is_credit(self) -> bool:
        return self.kind == CREDIT

    @property
    def is_draft(self) -> bool:
        return not self.number

    @property
    def vat_percent(self) -> int:
        return VAT_PERCENT[self.vat_category]


def totals_of(rows: tuple[Row, ...], *, vat_category: str, rounds_to_krona: bool) -> Totals:
    """Return what the rows come to: VAT on their sum, rounded half up to öre, and whole kronor where that is wanted."""
    net = sum((row.amount for row in rows), Decimal("0.00"))
    vat = round_half_up(net * VAT_PERCENT[vat_category] / 100, 2)
    payable = round_half_up(net + vat, 0) if rounds_to_krona else net + vat
    return Totals(net, vat, payable - net - vat, round_half_up(payable, 2))


def to_text(content: InvoiceContent) -> str:
    """Return the invoice as canonical JSON, the text that its digest is of."""
    return canonical({"format": 1, "invoice": dataclass_json.write(content, InvoiceContent)})


def from_text(text: str) -> InvoiceContent:
    """Return the invoice that ``text`` was made of. Raises ``plans.dataclass_json.UnreadableJson``."""
    whole = dataclass_json.parse(text)
    if not isinstance(whole, dict) or whole.keys() != {"format", "invoice"} or whole["format"] != 1:
        raise dataclass_json.UnreadableJson("Fakturan är skriven i ett format som inte är känt.")
    return dataclass_json.read(whole["invoice"], InvoiceContent)


def digest_of(text: str) -> str:
    """Return the SHA-256 of an invoice's text."""
    return hashlib.sha256(text.encode()).hexdigest()

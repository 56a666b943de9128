"""An invoice read back from its files: what its XML says as plain values, and what stands in its PDF.

Read by the names of UBL and by the words on the paper; nothing is shared with the code that writes them.
"""

import datetime
import io
import re
from dataclasses import dataclass
from decimal import Decimal

from lxml import etree
from pypdf import PdfReader

_NAMES = {
    "cac": "urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2",
    "cbc": "urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2",
}
# Thousands are divided by a narrow space that does not break; an ordinary one divides an amount from what is before it.
_AMOUNT = re.compile(r"-?[0-9]+(?:[\u00a0\u202f][0-9]{3})*,[0-9]{2}(?![0-9])")


@dataclass(frozen=True)
class ReadParty:
    """A party; what it does not say is empty."""

    name: str
    organisation_number: str
    address: str
    city: str
    postal_code: str
    country: str
    endpoint: str
    endpoint_scheme: str
    vat_number: str
    other_tax: str
    legal_form: str
    contact: tuple[str, str, str]


@dataclass(frozen=True)
class ReadRow:
    """A line. ``text`` is its description, or its name where it has none."""

    position: str
    name: str
    text: str
    quantity: str
    unit: str
    amount: Decimal
    price: Decimal
    starts: datetime.date
    ends: datetime.date
    vat_category: str
    vat_percent: str


@dataclass(frozen=True)
class ReadInvoice:
    """An invoice or credit note as its XML has it; ``accounts`` are the giro numbers by ``SE:BANKGIRO``."""

    kind: str
    type_code: str
    number: str
    issued_on: datetime.date
    due_on: datetime.date | None
    note: str
    currency: str
    buyer_reference: str
    order_reference: str
    starts: datetime.date
    ends: datetime.date
    corrects: str
    corrects_on: datetime.date | None
    seller: ReadParty
    buyer: ReadParty
    accounts: dict[str, str]
    payment_codes: tuple[str, ...]
    references: tuple[str, ...]
    terms: str
    vat: Decimal
    vat_category: str
    vat_percent: str
    vat_code: str
    vat_text: str
    taxable: Decimal
    net: Decimal
    with_vat: Decimal
    rounding: Decimal | None
    payable: Decimal
    rows: tuple[ReadRow, ...]

    @property
    def amounts(self) -> list[Decimal]:
        """Each amount that the invoice states, as often as the paper must at least state it."""
        rounding = [] if self.rounding is None else [self.rounding]
        return [*(row.amount for row in self.rows), self.net, self.vat, *rounding, self.payable]


def read_xml(xml: bytes) -> ReadInvoice:
    root = etree.fromstring(xml)
    kind = etree.QName(root).localname
    line, quantity = ("InvoiceLine", "Invoiced") if kind == "Invoice" else ("CreditNoteLine", "Credited")
    total, subtotal = "cac:LegalMonetaryTotal/cbc:", "cac:TaxTotal/cac:TaxSubtotal/"
    category = f"{subtotal}cac:TaxCategory/cbc:"
    means = _all(root, "cac:PaymentMeans")
    return ReadInvoice(
        kind=kind,
        type_code=_text(root, f"cbc:{kind}TypeCode"),
        number=_text(root, "cbc:ID"),
        issued_on=_day(root, "cbc:IssueDate"),
        due_on=_day(root, "cbc:DueDate"),
        note=_text(root, "cbc:Note"),
        currency=_text(root, "cbc:DocumentCurrencyCode"),
        buyer_reference=_text(root, "cbc:BuyerReference"),
        order_reference=_text(root, "cac:OrderReference/cbc:ID"),
        starts=_day(root, "cac:InvoicePeriod/cbc:StartDate"),
        ends=_day(root, "cac:InvoicePeriod/cbc:EndDate"),
        corrects=_text(root, "cac:BillingReference/cac:InvoiceDocumentReference/cbc:ID"),
        corrects_on=_day(root, "cac:BillingReference/cac:InvoiceDocumentReference/cbc:IssueDate"),
        seller=_party(root, "cac:AccountingSupplierParty/cac:Party"),
        buyer=_party(root, "cac:AccountingCustomerParty/cac:Party"),
        accounts=dict(_account(one) for one in means),
        payment_codes=tuple(_text(one, "cbc:PaymentMeansCode") for one in means),
        references=tuple(_text(one, "cbc:PaymentID") for one in means),
        terms=_text(root, "cac:PaymentTerms/cbc:Note"),
        vat=_amount(root, "cac:TaxTotal/cbc:TaxAmount"),
        vat_category=_text(root, f"{category}ID"),
        vat_percent=_text(root, f"{category}Percent"),
        vat_code=_text(root, f"{category}TaxExemptionReasonCode"),
        vat_text=_text(root, f"{category}TaxExemptionReason"),
        taxable=_amount(root, f"{subtotal}cbc:TaxableAmount"),
        net=_amount(root, f"{total}LineExtensionAmount"),
        with_vat=_amount(root, f"{total}TaxInclusiveAmount"),
        rounding=_amount(root, f"{total}PayableRoundingAmount"),
        payable=_amount(root, f"{total}PayableAmount"),
        rows=tuple(_row(one, quantity) for one in _all(root, f"cac:{line}")),
    )


@dataclass(frozen=True)
class ReadPaper:
    """A PDF: its text as it comes and ``squeezed``, and the files in it by name."""

    text: str
    pages: int
    files: dict[str, bytes]

    @property
    def squeezed(self) -> str:
        return squeeze(self.text)

    @property
    def amounts(self) -> list[Decimal]:
        """All amounts with öre, also those inside sentences."""
        return [_kronor(text) for text in _AMOUNT.findall(self.text.replace("−", "-"))]

    def digits_after(self, label: str) -> set[str]:
        """The digits of each number that stands after ``label``, on its line or the next: of ``Bankgiro 5165-8300``."""
        return {re.sub("[^0-9]", "", number) for number in re.findall(rf"{label}\s*([0-9][0-9 -]*)", self.text)}


def read_pdf(pdf: bytes) -> ReadPaper:
    reader = PdfReader(io.BytesIO(pdf))
    files = {name: content for name, contents in reader.attachments.items() for content in contents}
    return ReadPaper("\n".join(page.extract_text() for page in reader.pages), len(reader.pages), files)


def squeeze(text: str) -> str:
    """Return ``text`` without space of any kind: lines on paper are broken where there is room."""
    return re.sub(r"[\s\u00ad\u200b]+", "", text).replace("−", "-")


def on_paper(amount: Decimal) -> str:
    """Return an amount as it stands on paper, squeezed: ``14109,62``."""
    return f"{amount:.2f}".replace(".", ",")


def _party(root: etree._Element, path: str) -> ReadParty:
    address, legal, contact = f"{path}/cac:PostalAddress", f"{path}/cac:PartyLegalEntity", f"{path}/cac:Contact"
    scheme = f"{path}/cac:PartyTaxScheme[cac:TaxScheme/cbc:ID"
    (endpoint,) = _all(root, f"{path}/cbc:EndpointID")
    return ReadParty(
        name=_text(root, f"{legal}/cbc:RegistrationName"),
        organisation_number=_text(root, f"{legal}/cbc:CompanyID"),
        address=_text(root, f"{address}/cbc:StreetName"),
        city=_text(root, f"{address}/cbc:CityName"),
        postal_code=_text(root, f"{address}/cbc:PostalZone"),
        country=_text(root, f"{address}/cac:Country/cbc:IdentificationCode"),
        endpoint=endpoint.text,
        endpoint_scheme=endpoint.get("schemeID"),
        vat_number=_text(root, f"{scheme}='VAT']/cbc:CompanyID"),
        other_tax=_text(root, f"{scheme}!='VAT']/cbc:CompanyID"),
        legal_form=_text(root, f"{legal}/cbc:CompanyLegalForm"),
        contact=tuple(_text(root, f"{contact}/cbc:{name}") for name in ("Name", "Telephone", "ElectronicMail")),
    )


def _row(line: etree._Element, quantity: str) -> ReadRow:
    (count,) = _all(line, f"cbc:{quantity}Quantity")
    name = _text(line, "cac:Item/cbc:Name")
    return ReadRow(
        position=_text(line, "cbc:ID"),
        name=name,
        text=_text(line, "cac:Item/cbc:Description") or name,
        quantity=count.text,
        unit=count.get("unitCode"),
        amount=_amount(line, "cbc:LineExtensionAmount"),
        price=_amount(line, "cac:Price/cbc:PriceAmount"),
        starts=_day(line, "cac:InvoicePeriod/cbc:StartDate"),
        ends=_day(line, "cac:InvoicePeriod/cbc:EndDate"),
        vat_category=_text(line, "cac:Item/cac:ClassifiedTaxCategory/cbc:ID"),
        vat_percent=_text(line, "cac:Item/cac:ClassifiedTaxCategory/cbc:Percent"),
    )


def _account(means: etree._Element) -> tuple[str, str]:
    account = "cac:PayeeFinancialAccount"
    return _text(means, f"{account}/cac:FinancialInstitutionBranch/cbc:ID"), _text(means, f"{account}/cbc:ID")


def _all(element: etree._Element, path: str) -> list[etree._Element]:
    return element.xpath(path, namespaces=_NAMES)


def _text(element: etree._Element, path: str) -> str:
    """The text of the only element at ``path``, empty where there is none."""
    found = _all(element, path)
    if not found:
        return ""
    (one,) = found
    return one.text or ""


def _day(element: etree._Element, path: str) -> datetime.date | None:
    text = _text(element, path)
    return datetime.date.fromisoformat(text) if text else None


def _amount(element: etree._Element, path: str) -> Decimal | None:
    """Kronor with two decimals. Raises ``ValueError`` for any other form."""
    text = _text(element, path)
    if not text:
        return None
    if not re.fullmatch(r"-?[0-9]+\.[0-9]{2}", text):
        raise ValueError(f"{path}: {text}")
    return Decimal(text)


def _kronor(text: str) -> Decimal:
    return Decimal(re.sub(r"[\u00a0\u202f]", "", text).replace(",", "."))

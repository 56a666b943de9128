"""What stands on an invoice's paper, in words: the template lays it out and computes nothing."""

from dataclasses import dataclass

from budgets.invoice_content import OUTSIDE, InvoiceContent, Row, Source
from budgets.money import format_amount, format_integer, format_kr
from skane_digi.invoices.payment_code import PaymentCode, payment_code

# The seller stands at the foot of the first page, where lines longer or more than these would reach into the text.
LONGEST_FOOT_LINE = 44
LONGEST_FOOT_WORD = 26


@dataclass(frozen=True, slots=True)
class Fact:
    label: str
    value: str


@dataclass(frozen=True, slots=True)
class PaymentBox:
    """``label`` is "Att betala" or "Att kreditera"; ``notes`` are the sentences below; a draft has no ``code``."""

    label: str
    amount: str
    facts: tuple[Fact, ...]
    notes: tuple[str, ...]
    code: PaymentCode | None


@dataclass(frozen=True, slots=True)
class SheetRow:
    text: str
    year: int
    amount: str


@dataclass(frozen=True, slots=True)
class SheetTotal:
    label: str
    amount: str
    is_final: bool = False


@dataclass(frozen=True, slots=True)
class InvoiceSheet:
    """``mark`` is printed at the foot of every page, ``seller`` in columns at the foot of the first.

    ``page_kind`` names the kind of page: ``plain``, ``draft``, and with ``long`` where the seller does not fit there.
    """

    content: InvoiceContent
    heading: str
    mark: str
    page_kind: str
    dated_text: str
    address: tuple[str, ...]
    facts: tuple[Fact, ...]
    box: PaymentBox
    rows: tuple[SheetRow, ...]
    totals: tuple[SheetTotal, ...]
    message: tuple[str, ...]
    calculation: tuple[str, ...]
    basis: tuple[Fact, ...]
    seller: tuple[tuple[str, ...], ...]
    seller_fits: bool

    @property
    def title(self) -> str:
        return f"{self.mark}: {self.content.buyer.name}, {self.content.source.plan}"


def invoice_sheet(content: InvoiceContent) -> InvoiceSheet:
    """Return the sheet of ``content``, from which alone it is made."""
    word = "Kreditfaktura" if content.is_credit else "Faktura"
    foot = _seller_foot(content)
    is_long = _is_long(foot)
    names = (["draft"] if content.is_draft else []) + (["long"] if is_long else [])
    return InvoiceSheet(
        content=content,
        heading=f"Utkast till {word.lower()}" if content.is_draft else word,
        mark=f"Utkast till {word.lower()}" if content.is_draft else f"{word} {content.number}",
        page_kind="-".join(names) or "plain",
        dated_text=content.issued_on.isoformat(),
        address=_address(content),
        facts=_facts(content),
        box=_box(content),
        rows=tuple(_row(row) for row in content.rows),
        totals=_totals(content),
        message=_paragraphs(content.text),
        calculation=_paragraphs(content.source.calculation),
        basis=_basis(content),
        seller=foot,
        seller_fits=not is_long,
    )


def _address(content: InvoiceContent) -> tuple[str, ...]:
    buyer = content.buyer
    return _given(buyer.name, *buyer.address.splitlines(), f"{buyer.postal_code} {buyer.city}".strip())


def _facts(content: InvoiceContent) -> tuple[Fact, ...]:
    buyer, source = content.buyer, content.source
    corrects = content.corrects
    return _stated(
        ("Fakturanummer", content.number),
        ("Fakturadatum", content.issued_on.isoformat()),
        ("Förfallodag", "" if content.is_credit else content.due_on.isoformat()),
        ("Krediterar", f"faktura {corrects.number} av {corrects.issued_on.isoformat()}" if corrects else ""),
        ("OCR-nummer", content.ocr if content.is_credit else ""),
        ("Er referens", buyer.reference),
        ("Er beställning", buyer.order_reference),
        ("Er kod", buyer.code),
        ("Ert org.nr", buyer.organisation_number),
        ("Avser", source.plan),
        ("Period", f"{source.period_text}{_part_of(source)}"),
    )


def _box(content: InvoiceContent) -> PaymentBox:
    seller, corrects = content.seller, content.corrects
    amount = format_kr(content.totals.payable, decimals=2)
    if content.is_credit:
        facts = _stated(
            ("Krediterar faktura", corrects.number if corrects else ""),
            ("Fakturans datum", corrects.issued_on.isoformat() if corrects else ""),
        )
        reason = f"Skäl: {corrects.reason}" if corrects else ""
        return PaymentBox("Att kreditera", amount, facts, _given(reason, "Kreditfakturan ska inte betalas."), None)
    facts = _stated(
        ("Förfallodag", content.due_on.isoformat()),
        ("OCR-nummer", content.ocr),
        ("Bankgiro", seller.bankgiro),
        ("Plusgiro", seller.plusgiro),
    )
    terms = f"Betalningsvillkor: {content.terms_text}." if content.terms_text else ""
    draft = "Det här är ett utkast, inte en faktura. Det ska inte betalas." if content.is_draft else ""
    notes = _given(draft, terms, content.late_interest_text)
    return PaymentBox("Att betala", amount, facts, notes, payment_code(content))


def _row(row: Row) -> SheetRow:
    """The year has a column of its own and is not said twice."""
    text = row.text.removesuffix(f", {row.year}").removesuffix(f" {row.year}")
    return SheetRow(text or row.text, row.year, format_amount(row.amount, decimals=2))


def _totals(content: InvoiceContent) -> tuple[SheetTotal, ...]:
    totals = content.totals
    lines = [SheetTotal("Summa utan moms", format_amount(totals.net, decimals=2))]
    lines.append(SheetTotal(_vat_label(content), format_amount(totals.vat, decimals=2)))
    if totals.rounding:
        lines.append(SheetTotal("Öresutjämning", format_amount(totals.rounding, decimals=2)))
    final = "Att kreditera" if content.is_credit else "Att betala"
    return (*lines, SheetTotal(f"{final}, kr", format_amount(totals.payable, decimals=2), is_final=True))


def _vat_label(content: InvoiceContent) -> str:
    """What is outside the scope of VAT has no rate, not even 0 %."""
    rate = "Moms" if content.vat_category == OUTSIDE else f"Moms {content.vat_percent} %"
    taxed = f" på {format_kr(content.totals.net, decimals=2)}" if content.totals.vat else ""
    return f"{rate}{taxed}: {content.vat_text}" if content.vat_text else f"{rate}{taxed}"


def _basis(content: InvoiceContent) -> tuple[Fact, ...]:
    source = content.source
    key = f"{source.key_name} {format_integer(source.population)} {source.key_unit}".strip()
    day = f" den {source.reference_date.isoformat()}" if source.reference_date else ""
    whole, share = format_kr(source.total), format_kr(source.share, decimals=2)
    period = f"{source.period_starts.isoformat()} – {source.period_ends.isoformat()}"
    part = _part_of(source) or ", hela året"
    return _stated(
        ("Regel", f"{source.rule_name}. {source.rule_text}" if source.rule_name else source.rule_text),
        ("Nyckeltal", f"{key}{day}" if source.key_name and source.population else ""),
        ("Hela året", f"Kostnad att dela {source.year}: {whole}. Er andel: {share}."),
        ("Period", f"{period}{part}"),
        ("Underlag", f"{source.plan}, version {source.version}, fingeravtryck {source.fingerprint}"),
        ("Beslut", source.decision),
    )


def _part_of(source: Source) -> str:
    return f", del {source.instalment} av {source.instalments}" if source.instalments > 1 else ""


def _seller_foot(content: InvoiceContent) -> tuple[tuple[str, ...], ...]:
    seller = content.seller
    city = f"{seller.postal_code} {seller.city}".strip()
    columns = (
        _given(seller.name, *seller.address.splitlines(), city),
        _given(
            f"Org.nr {seller.organisation_number}",
            f"Momsreg.nr {seller.vat_number}" if seller.vat_number else "",
            f"Säte: {seller.seat}" if seller.seat else "",
            "Godkänd för F-skatt" if seller.has_f_tax else "",
        ),
        _given(seller.contact_name, seller.contact_phone, seller.contact_email),
        _given(
            f"Bankgiro {seller.bankgiro}" if seller.bankgiro else "",
            f"Plusgiro {seller.plusgiro}" if seller.plusgiro else "",
        ),
    )
    return tuple(column for column in columns if column)


def _is_long(foot: tuple[tuple[str, ...], ...]) -> bool:
    """Say whether the seller's details need more room than the foot of a page has."""
    lines = [line for column in foot for line in column]
    too_wide = any(len(line) > LONGEST_FOOT_LINE for line in lines)
    return too_wide or any(len(word) > LONGEST_FOOT_WORD for line in lines for word in line.split())


def _paragraphs(text: str) -> tuple[str, ...]:
    return _given(*(line.strip() for line in text.splitlines()))


def _given(*texts: str) -> tuple[str, ...]:
    return tuple(text for text in texts if text)


def _stated(*facts: tuple[str, str]) -> tuple[Fact, ...]:
    return tuple(Fact(label, value) for label, value in facts if value)

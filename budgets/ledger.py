"""The vouchers (verifikationer) of invoices, credit invoices and payments, as rows that balance to the öre.

Accounts are those that the terms say when the vouchers are made. An issued invoice and a recorded payment never change,
so the same period always gives the same vouchers; what is recorded afterwards comes as vouchers of its own.
"""

import datetime
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

from django.db import models

from budgets.models import Invoice, InvoiceRow, InvoicingTerms, LedgerDimension, Payment, Settlement
from plans import sheets
from plans.days import day_of
from plans.models import Collaboration, Organisation

NOTHING = Decimal("0.00")
Source = LedgerDimension.Source


class Kind(models.TextChoices):
    """What a voucher is of, and what may be chosen."""

    INVOICES = "invoices", "fakturor"
    CREDITS = "credits", "kreditfakturor"
    PAYMENTS = "payments", "betalningar"


class LedgerRefused(Exception):
    """The vouchers cannot be made; the text says why in Swedish."""

    def __init__(self, reason: str):
        self.reason = reason
        super().__init__(reason)


@dataclass(frozen=True, slots=True)
class Posting:
    """A row of a voucher: ``amount`` is kronor, above zero for debit and below for credit.

    ``objects`` are the values of the dimensions by number, those that the row has.
    """

    account: str
    amount: Decimal
    text: str
    objects: Mapping[int, str]

    @property
    def debit(self) -> Decimal:
        return max(self.amount, NOTHING)

    @property
    def credit(self) -> Decimal:
        return max(-self.amount, NOTHING)


@dataclass(frozen=True, slots=True)
class Voucher:
    """A voucher. ``document`` is the invoice's number or the bank's name of the payment.

    ``day`` is when it happened, ``registered_on`` when it was recorded.
    """

    kind: Kind
    day: datetime.date
    registered_on: datetime.date
    document: str
    text: str
    postings: tuple[Posting, ...]

    @property
    def is_balanced(self) -> bool:
        return sum((posting.amount for posting in self.postings), NOTHING) == 0

    @property
    def debit(self) -> Decimal:
        return sum((posting.debit for posting in self.postings), NOTHING)


@dataclass(frozen=True, slots=True)
class Ledger:
    """The vouchers of a period, in the order of their days, with what their rows refer to.

    ``accounts`` are names by account, ``objects`` are names by dimension and value.
    """

    terms: InvoicingTerms
    starts: datetime.date
    ends: datetime.date
    vouchers: tuple[Voucher, ...]
    dimensions: tuple[LedgerDimension, ...]
    accounts: Mapping[str, str]
    objects: Mapping[tuple[int, str], str]

    @property
    def debit(self) -> Decimal:
        return sum((voucher.debit for voucher in self.vouchers), NOTHING)

    @property
    def late(self) -> tuple[Voucher, ...]:
        """Those that became known after the period: they are not in a file that was taken as it ended."""
        return tuple(voucher for voucher in self.vouchers if voucher.registered_on > self.ends)

    def sums(self) -> list[tuple[str, str, Decimal, Decimal]]:
        """Return each account with its name, debit and credit."""
        rows = {}
        for posting in (posting for voucher in self.vouchers for posting in voucher.postings):
            debit, credit = rows.get(posting.account, (NOTHING, NOTHING))
            rows[posting.account] = debit + posting.debit, credit + posting.credit
        return [(account, self.accounts[account], *rows[account]) for account in sorted(rows)]


def ledger_of(
    collaboration: Collaboration, starts: datetime.date, ends: datetime.date, *, kinds: Collection[str] = tuple(Kind)
) -> Ledger:
    """Return the vouchers of ``starts`` to ``ends``, both included. Raises ``LedgerRefused``.

    The number of questions to the database does not grow with the vouchers.
    """
    if starts > ends:
        raise LedgerRefused("Perioden slutar innan den börjar.")
    terms = InvoicingTerms.objects.select_related("collaboration").filter(collaboration=collaboration).first()
    if terms is None:
        raise LedgerRefused(f"{collaboration} saknar faktureringsvillkor, så det finns inga konton att bokföra på.")
    dimensions = tuple(terms.dimensions.order_by("number"))
    booking = _Booking(terms, dimensions)
    period = (starts, ends)
    vouchers = [*_invoices(booking, period, kinds)]
    if Kind.PAYMENTS in kinds:
        vouchers += [*_payments(booking, period), *_later_matches(booking, period)]
    order = list(Kind)
    vouchers.sort(key=lambda one: (one.day, order.index(one.kind), one.registered_on))
    return Ledger(terms, starts, ends, tuple(vouchers), dimensions, booking.accounts(), booking.objects)


class _Booking:
    """Makes rows by the terms, and remembers the names of the values that the dimensions have had."""

    def __init__(self, terms: InvoicingTerms, dimensions: tuple[LedgerDimension, ...]):
        self.terms, self.dimensions = terms, dimensions
        self.objects: dict[tuple[int, str], str] = {}

    @property
    def has_organisations(self) -> bool:
        return any(dimension.source == Source.ORGANISATION for dimension in self.dimensions)

    def accounts(self) -> dict[str, str]:
        """Return the names by account; an account that is used for two things has both names."""
        named = (
            (self.terms.receivable_account, "Kundfordringar"),
            (self.terms.revenue_account, "Intäkter från kostnadsdelning"),
            (self.terms.vat_account, "Utgående moms"),
            (self.terms.rounding_account, "Öresutjämning"),
            (self.terms.bank_account, "Inbetalningar"),
        )
        names: dict[str, str] = {}
        for account, name in named:
            names[account] = f"{names[account]}, {name.lower()}" if account in names else name
        return names

    def posting(
        self,
        account: str,
        amount: Decimal,
        text: str,
        *,
        organisation: Organisation | None = None,
        row: InvoiceRow | None = None,
    ) -> Posting:
        objects = {}
        for dimension in self.dimensions:
            value, name = _value(dimension, organisation, row)
            if value:
                objects[dimension.number] = value
                self.objects.setdefault((dimension.number, value), name)
        return Posting(account, amount, text, objects)


def _value(dimension: LedgerDimension, organisation: Organisation | None, row: InvoiceRow | None) -> tuple[str, str]:
    """Return a dimension's value for a row, and its name; nothing where the row has no such thing."""
    if dimension.source == Source.FIXED:
        return dimension.fixed_value, dimension.fixed_value
    if dimension.source == Source.ORGANISATION and organisation:
        return organisation.code, organisation.name
    if dimension.source == Source.AREA and row:
        return row.area_slug, row.area
    if dimension.source == Source.YEAR and row:
        return str(row.year), str(row.year)
    return "", ""


def _invoices(booking: _Booking, period: tuple, kinds: Collection[str]) -> Iterator[Voucher]:
    wanted = {Invoice.Kind.INVOICE: Kind.INVOICES, Invoice.Kind.CREDIT: Kind.CREDITS}
    chosen = [kind for kind, of in wanted.items() if of in kinds]
    found = Invoice.objects.without_content().filter(
        collaboration=booking.terms.collaboration, issued_on__range=period, kind__in=chosen
    )
    for invoice in found.select_related("organisation", "credits").prefetch_related("rows"):
        yield Voucher(
            kind=wanted[invoice.kind],
            day=invoice.issued_on,
            registered_on=day_of(invoice.issued_at),
            document=invoice.number,
            text=_invoice_text(invoice),
            postings=tuple(_invoice_postings(booking, invoice)),
        )


def _invoice_text(invoice: Invoice) -> str:
    said = f"{invoice}, {invoice.organisation.name}"
    return f"{said}, krediterar {invoice.credits.number}" if invoice.is_credit else said


def _invoice_postings(booking: _Booking, invoice: Invoice) -> Iterator[Posting]:
    """The receivable against revenue row by row, VAT and rounding; a credit invoice has the opposite signs."""
    sign, terms, body = -1 if invoice.is_credit else 1, booking.terms, invoice.organisation
    if invoice.payable_amount:
        amount = sign * invoice.payable_amount
        yield booking.posting(terms.receivable_account, amount, str(invoice), organisation=body)
    for row in invoice.rows.all():
        yield booking.posting(terms.revenue_account, -sign * row.amount, row.text, organisation=body, row=row)
    if invoice.vat_amount:
        yield booking.posting(terms.vat_account, -sign * invoice.vat_amount, "Moms", organisation=body)
    if invoice.rounding_amount:
        rounding = -sign * invoice.rounding_amount
        yield booking.posting(terms.rounding_account, rounding, "Öresutjämning", organisation=body)


def _payments(booking: _Booking, period: tuple) -> Iterator[Voucher]:
    """Money to the bank's account from the receivables: of the bodies known at once, and the rest of nobody's yet."""
    found = Payment.objects.filter(collaboration=booking.terms.collaboration, received_on__range=period)
    rows = models.Prefetch("settlements", queryset=_settlements().order_by("pk"))
    for payment in found.select_related("withdraws").order_by("received_on", "pk").prefetch_related(rows):
        at_once = [one for one in payment.settlements.all() if one.settled_at == payment.recorded_at]
        yield Voucher(
            kind=Kind.PAYMENTS,
            day=payment.received_on,
            registered_on=day_of(payment.recorded_at),
            document=payment.bank_reference or payment.key,
            text=_payment_text(payment),
            postings=tuple(_payment_postings(booking, payment, at_once)),
        )


def _payment_text(payment: Payment) -> str:
    who = payment.payer or payment.reference or "okänd betalare"
    if payment.withdraws_id:
        return f"Återtagen betalning {payment.withdraws.received_on}, {who}"
    return f"Återbetalning, {who}" if payment.amount < 0 else f"Inbetalning, {who}"


def _payment_postings(booking: _Booking, payment: Payment, settlements: Iterable[Settlement]) -> Iterator[Posting]:
    yield booking.posting(booking.terms.bank_account, payment.amount, _payment_text(payment))
    rest = payment.amount
    for settlement in settlements:
        rest -= settlement.amount
        yield _receivable(booking, -settlement.amount, settlement.invoice)
    if rest:
        yield _receivable(booking, -rest)


def _later_matches(booking: _Booking, period: tuple) -> Iterator[Voucher]:
    """What was matched later moves between the bodies' receivables, where the ledger tells them apart."""
    if not booking.has_organisations:
        return
    later = _settlements().filter(payment__collaboration=booking.terms.collaboration)
    later = later.exclude(settled_at=models.F("payment__recorded_at")).order_by("settled_at", "pk")
    for one in later.select_related("payment", "invoice__organisation"):
        day = day_of(one.settled_at)
        if not period[0] <= day <= period[1]:
            continue
        yield Voucher(
            kind=Kind.PAYMENTS,
            day=day,
            registered_on=day,
            document=one.key,
            text=f"Avprickning, {one.payment.payer or one.payment.reference or 'okänd betalare'}",
            postings=(_receivable(booking, one.amount), _receivable(booking, -one.amount, one.invoice)),
        )


def _settlements() -> models.QuerySet[Settlement]:
    return Settlement.objects.select_related("invoice__organisation").defer("invoice__content")


def _receivable(booking: _Booking, amount: Decimal, invoice: Invoice | None = None) -> Posting:
    text = str(invoice) if invoice else "Inbetalning utan faktura"
    body = invoice.organisation if invoice else None
    return booking.posting(booking.terms.receivable_account, amount, text, organisation=body)


def ledger_csv(ledger: Ledger) -> bytes:
    """Return the vouchers row by row: UTF-8 with a mark, semicolons, decimal commas, and no cell that is a formula."""
    columns = [
        sheets.SheetColumn("Verifikation", sheets.WHOLE),
        sheets.SheetColumn("Datum", sheets.DAY),
        sheets.SheetColumn("Registrerad", sheets.DAY),
        sheets.SheetColumn("Slag"),
        sheets.SheetColumn("Underlag"),
        sheets.SheetColumn("Verifikationstext"),
        sheets.SheetColumn("Konto"),
        sheets.SheetColumn("Kontonamn"),
        *(sheets.SheetColumn(f"{dimension.number} {dimension.name}") for dimension in ledger.dimensions),
        sheets.SheetColumn("Debet", sheets.MONEY),
        sheets.SheetColumn("Kredit", sheets.MONEY),
        sheets.SheetColumn("Text"),
    ]
    return sheets.write(_csv_rows(ledger), columns=columns, name="Bokföring", file_format="csv")


def _csv_rows(ledger: Ledger) -> Iterator[tuple]:
    for number, voucher in enumerate(ledger.vouchers, 1):
        for posting in voucher.postings:
            yield (
                number,
                voucher.day,
                voucher.registered_on,
                voucher.kind.label,
                voucher.document,
                voucher.text,
                posting.account,
                ledger.accounts[posting.account],
                *(posting.objects.get(dimension.number, "") for dimension in ledger.dimensions),
                posting.debit or None,
                posting.credit or None,
                posting.text,
            )


def file_name(ledger: Ledger, suffix: str) -> str:
    """Return ``bokforing-2024-01-01--2024-03-31.csv``."""
    return f"bokforing-{ledger.starts}--{ledger.ends}.{suffix}"

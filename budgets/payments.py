"""Payments: what has come in, which invoices it pays, and what went back.

Rows are only added. A payment or a match that was wrong is taken back by a row of the opposite amount. Everything here
holds the lock under which invoices are issued and credited, so that the same money never pays twice.
"""

import datetime
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db import transaction
from django.utils import timezone

from budgets.bank_files.entries import clipped
from budgets.invoice_standing import standing_of
from budgets.models import Invoice, InvoicingTerms, Payment, Settlement
from budgets.money import format_kr, to_ore
from plans import log
from plans.days import day_of
from plans.editing import EditRefused
from plans.models import Collaboration, LogEntry

NOTHING = Decimal("0.00")
EARLIEST = datetime.date(2000, 1, 1)
MOST = Decimal(10) ** 12
LONGEST_REMARK = 300
PATH_TO_PLAN = "invoicing__version__plan"


class PaymentRefused(EditRefused):
    """It cannot be done. ``reason`` says why in Swedish, ``field`` what it is about; empty where it is the whole."""

    def __init__(self, reason: str, field: str = ""):
        self.field = field
        super().__init__(reason)


@dataclass(frozen=True, slots=True)
class Part:
    """What of a payment pays an invoice, in kronor; negative for money that goes back."""

    invoice: Invoice
    amount: Decimal


@transaction.atomic
def record_payment(
    *,
    collaboration: Collaboration,
    received_on: datetime.date,
    amount: Decimal,
    payer: str = "",
    reference: str = "",
    bank_reference: str = "",
    remark: str = "",
    parts: Sequence[Part] = (),
    by,
    at: datetime.datetime | None = None,
) -> Payment:
    """Record money that has come in, with the invoices that it pays, and return it. Raises ``PaymentRefused``."""
    lock_money(collaboration)
    at = at or timezone.now()
    _check_amount(amount)
    if amount < 0:
        raise PaymentRefused("Skriv vad som kom in. Pengar som går tillbaka registreras på fakturan.", "amount")
    _check_day(received_on, at, "received_on")
    bank_reference = clipped(bank_reference)
    if bank_reference and collaboration.payments.filter(bank_reference=bank_reference).exists():
        raise PaymentRefused("Betalningen med den referensen från banken är redan registrerad.", "bank_reference")
    payment = Payment(
        collaboration=collaboration,
        received_on=received_on,
        amount=amount,
        payer=clipped(payer),
        reference=clipped(reference),
        bank_reference=bank_reference,
        remark=_remark(remark),
        recorded_by=by,
        recorded_at=at,
    )
    add_payments([payment], by=by, at=at)
    if parts:
        _settle(payment, parts, by=by, at=at)
    return payment


@transaction.atomic
def settle(*, payment: Payment, parts: Sequence[Part], by, at: datetime.datetime | None = None) -> list[Settlement]:
    """Let ``payment`` pay invoices, never with more than its rest. Raises ``PaymentRefused``."""
    lock_money(payment.collaboration)
    if not parts:
        raise PaymentRefused("Välj minst en faktura.", "parts")
    _check_stands(payment)
    return _settle(payment, parts, by=by, at=at or timezone.now())


@transaction.atomic
def unsettle(*, payment: Payment, invoice: Invoice, by, at: datetime.datetime | None = None) -> Settlement:
    """Take back what ``payment`` pays of ``invoice``, so that it can pay another. Raises ``PaymentRefused``."""
    lock_money(payment.collaboration)
    _check_stands(payment)
    held = sum(payment.settlements.filter(invoice=invoice).values_list("amount", flat=True), NOTHING)
    if not held:
        raise PaymentRefused("Betalningen är inte avprickad mot den fakturan.", "invoice")
    if payment.amount < 0:
        raise PaymentRefused("Pengar som gått tillbaka hör till sin faktura. Återta registreringen i stället.")
    if sum(invoice.settlements.values_list("amount", flat=True), NOTHING) < held:
        raise PaymentRefused(f"Av betalningen har pengar gått tillbaka för {invoice}. Återta återbetalningen först.")
    return add_settlements([Settlement(payment=payment, invoice=invoice, amount=-held)], by=by, at=at)[0]


@transaction.atomic
def withdraw_payment(*, payment: Payment, reason: str, by, at: datetime.datetime | None = None) -> Payment:
    """Take back a payment that was recorded wrongly or went back, and all that it pays; return the row that does so.

    That row is of the day on which it is done, so that nothing changes in a month whose books are closed.
    """
    lock_money(payment.collaboration)
    at = at or timezone.now()
    _check_stands(payment)
    remark = _remark(reason)
    if not remark:
        raise PaymentRefused("Skriv varför betalningen återtas.", "reason")
    row = Payment(
        collaboration=payment.collaboration,
        received_on=max(day_of(at), payment.received_on),
        amount=-payment.amount,
        payer=payment.payer,
        reference=payment.reference,
        remark=remark,
        withdraws=payment,
        recorded_by=by,
        recorded_at=at,
    )
    add_payments([row], by=by, at=at)
    held = _held_by_invoice(payment)
    add_settlements(
        [Settlement(payment=row, invoice=invoice, amount=-amount) for invoice, amount in held.items()], by=by, at=at
    )
    return row


@transaction.atomic
def refund(
    *,
    invoice: Invoice,
    amount: Decimal,
    paid_on: datetime.date,
    remark: str = "",
    by,
    at: datetime.datetime | None = None,
) -> Payment:
    """Record that ``amount`` (above zero) of what was paid too much for ``invoice`` has gone back to the payer."""
    lock_money(invoice.collaboration)
    at = at or timezone.now()
    _check_amount(amount)
    if amount < 0:
        raise PaymentRefused("Skriv beloppet utan minustecken.", "amount")
    _check_day(paid_on, at, "paid_on")
    most = standing_of(invoice, day=day_of(at)).to_pay_back
    if amount > most:
        said = f"Högst {format_kr(most)} är att återbetala." if most else "Det finns inget att återbetala."
        raise PaymentRefused(f"{said} Fakturan är {invoice.number}.", "amount")
    payment = Payment(
        collaboration=invoice.collaboration,
        received_on=paid_on,
        amount=-amount,
        payer=clipped(invoice.organisation.name),
        reference=invoice.ocr,
        remark=_remark(remark),
        recorded_by=by,
        recorded_at=at,
    )
    add_payments([payment], by=by, at=at)
    add_settlements([Settlement(payment=payment, invoice=invoice, amount=-amount)], by=by, at=at)
    return payment


def rest_of(payment: Payment) -> Decimal:
    """Return what of the payment pays no invoice yet; nothing of one that has been withdrawn."""
    if is_withdrawn(payment):
        return NOTHING
    return payment.amount - sum(payment.settlements.values_list("amount", flat=True), NOTHING)


def is_withdrawn(payment: Payment) -> bool:
    """Whether the payment has been taken back, or is the row that takes another back."""
    return payment.withdraws_id is not None or Payment.objects.filter(withdraws=payment).exists()


def lock_money(collaboration: Collaboration) -> None:
    """Take the lock under which a collaboration's invoices and payments change, for the rest of the transaction."""
    terms = InvoicingTerms.objects.select_for_update(of=("self",)).filter(collaboration=collaboration)
    if terms.first() is None:
        Collaboration.objects.select_for_update(no_key=True).get(pk=collaboration.pk)


def add_payments(payments: Iterable[Payment], *, by, at: datetime.datetime) -> list[Payment]:
    """Insert and log payments. The caller has checked them, and holds the lock."""
    rows = Payment.objects.bulk_create(payments)
    with log.batch():
        for row in rows:
            after = {"received_on": row.received_on, "amount": row.amount}
            texts = {name: getattr(row, name) for name in ("payer", "reference", "bank_reference", "remark")}
            after |= {name: text for name, text in texts.items() if text}
            if row.withdraws_id:
                after["withdraws"] = row.withdraws.key
            log.record(action=LogEntry.Action.CREATED, subject=row, by=by, at=at, after=after)
    return rows


def add_settlements(settlements: Iterable[Settlement], *, by, at: datetime.datetime | None = None) -> list[Settlement]:
    """Insert and log settlements. The caller has checked them, and holds the lock."""
    rows = list(settlements)
    for row in rows:
        row.settled_by, row.settled_at = by, at or timezone.now()
    rows = Settlement.objects.bulk_create(rows)
    with log.batch():
        for row in rows:
            after = {"payment": str(row.payment), "invoice": row.invoice.number, "amount": row.amount}
            log.record(action=LogEntry.Action.CREATED, subject=row, by=by, at=at, after=after)
    return rows


def _settle(payment: Payment, parts: Sequence[Part], *, by, at: datetime.datetime) -> list[Settlement]:
    if len({part.invoice.pk for part in parts}) != len(parts):
        raise PaymentRefused("Samma faktura står två gånger.", "parts")
    for part in parts:
        _check_part(payment, part)
    total, rest = sum((part.amount for part in parts), NOTHING), rest_of(payment)
    if total > rest:
        raise PaymentRefused(
            f"Beloppen är tillsammans {format_kr(total)}, men av betalningen återstår {format_kr(rest)}.", "parts"
        )
    rows = [Settlement(payment=payment, invoice=part.invoice, amount=part.amount) for part in parts]
    return add_settlements(rows, by=by, at=at)


def _check_part(payment: Payment, part: Part) -> None:
    _check_amount(part.amount, "parts")
    if part.amount < 0:
        raise PaymentRefused("Skriv belopp som är större än noll.", "parts")
    if part.invoice.collaboration_id != payment.collaboration_id:
        raise PaymentRefused(f"{part.invoice} hör till en annan samverkan.", "parts")
    if part.invoice.is_credit:
        raise PaymentRefused(
            f"{part.invoice} är en kreditfaktura. Pricka av mot den faktura som den krediterar.", "parts"
        )


def _check_stands(payment: Payment) -> None:
    if payment.withdraws_id is not None:
        raise PaymentRefused("Raden återtar en annan betalning och kan inte själv ändras.")
    if is_withdrawn(payment):
        raise PaymentRefused("Betalningen är redan återtagen.")


def _check_amount(amount: Decimal, field: str = "amount") -> None:
    try:
        ore = to_ore(amount)
    except ValueError as error:
        raise PaymentRefused("Skriv beloppet i hela ören.", field) from error
    if not ore:
        raise PaymentRefused("Skriv ett belopp som inte är noll.", field)
    if abs(amount) >= MOST:
        raise PaymentRefused("Beloppet är för stort.", field)


def _check_day(day: datetime.date, at: datetime.datetime, field: str) -> None:
    if day > day_of(at):
        raise PaymentRefused("Dagen har inte varit ännu.", field)
    if day < EARLIEST:
        raise PaymentRefused("Dagen är för länge sedan. Se efter årtalet.", field)


def _remark(text: str) -> str:
    line = " ".join(text.replace("\0", " ").split())
    if len(line) > LONGEST_REMARK:
        raise PaymentRefused(f"Skriv högst {LONGEST_REMARK} tecken.", "remark")
    return line


def _held_by_invoice(payment: Payment) -> dict[Invoice, Decimal]:
    held: dict[Invoice, Decimal] = {}
    for row in payment.settlements.select_related(f"invoice__{PATH_TO_PLAN}"):
        held[row.invoice] = held.get(row.invoice, NOTHING) + row.amount
    return {invoice: amount for invoice, amount in held.items() if amount}

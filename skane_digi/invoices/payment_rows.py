"""Payments as they are listed: what is left of each, which invoices it pays, and the word for how it stands."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from django.db import models

from budgets.models import Invoice, Payment
from budgets.money import format_amount
from plans import permissions

NOTHING = Decimal("0.00")


class State(models.TextChoices):
    """How a payment stands. Those that wait for somebody come first."""

    WAITING = "waiting", "utan faktura"
    IN_PART = "in-part", "delvis avprickad"
    SETTLED = "settled", "avprickad"
    WENT_BACK = "went-back", "återbetalning"
    WITHDRAWN = "withdrawn", "återtagen"
    WITHDRAWS = "withdraws", "återtar en annan"


WAITS = frozenset({State.WAITING, State.IN_PART})
MARKS = {State.WAITING: "waiting", State.IN_PART: "part-paid", State.SETTLED: "paid"}


@dataclass(frozen=True, slots=True)
class PaidInvoice:
    """An invoice that a payment pays, and how much of it."""

    invoice: Invoice
    amount: Decimal

    @property
    def amount_text(self) -> str:
        return format_amount(self.amount, decimals=2)


@dataclass(frozen=True, slots=True)
class PaymentRow:
    """A payment in the list. ``rest`` is what of it pays no invoice, in kronor."""

    payment: Payment
    state: State
    rest: Decimal
    paid: tuple[PaidInvoice, ...]

    @property
    def waits(self) -> bool:
        return self.state in WAITS

    @property
    def mark(self) -> str:
        """The look of the state, of those that invoices have too."""
        return MARKS.get(self.state, "credited")

    @property
    def amount_text(self) -> str:
        return format_amount(self.payment.amount, decimals=2)

    @property
    def rest_text(self) -> str:
        return format_amount(self.rest, decimals=2)

    @property
    def searched(self) -> str:
        """What a reader may look for, in small letters."""
        payment = self.payment
        texts = [payment.payer, payment.reference, payment.bank_reference, payment.remark, str(payment.received_on)]
        texts += [str(payment.amount), str(payment.amount).replace(".", ",")]
        texts += [f"{one.invoice.number} {one.invoice.organisation.name}" for one in self.paid]
        return " ".join(texts).casefold()


def visible_payments(user) -> models.QuerySet[Payment]:
    """Return the payments that ``user`` may see, with what a row asks for; a fixed number of questions."""
    rows = Payment.objects.filter(permissions.rows_to_write(user, permissions.READS_DRAFTS))
    invoices = Invoice.objects.without_content().select_related("organisation")
    return rows.select_related("withdrawn_by", "bank_file").prefetch_related(
        "settlements", models.Prefetch("settlements__invoice", queryset=invoices)
    )


def rows_of(payments: Iterable[Payment]) -> list[PaymentRow]:
    """Return a row for each of the payments, in their order."""
    return [_row(payment) for payment in payments]


def _row(payment: Payment) -> PaymentRow:
    held: dict[Invoice, Decimal] = {}
    for settlement in payment.settlements.all():
        held[settlement.invoice] = held.get(settlement.invoice, NOTHING) + settlement.amount
    state = _state(payment, held)
    rest = payment.amount - sum(held.values(), NOTHING) if state in WAITS else NOTHING
    return PaymentRow(payment, state, rest, tuple(PaidInvoice(one, amount) for one, amount in held.items() if amount))


def _state(payment: Payment, held: dict[Invoice, Decimal]) -> State:
    if payment.withdraws_id:
        return State.WITHDRAWS
    if hasattr(payment, "withdrawn_by"):
        return State.WITHDRAWN
    if payment.amount < 0:
        return State.WENT_BACK
    paid = sum(held.values(), NOTHING)
    if paid == payment.amount:
        return State.SETTLED
    return State.IN_PART if paid else State.WAITING

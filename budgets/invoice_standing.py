"""How an invoice stands: what has been credited and paid of it, what is left, and the word for it.

Which invoices have been sent is known where they are sent, so their ids are given. Payments count whenever they came
in; ``day`` only tells what is late.
"""

import datetime
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from django.db import models

from budgets.models import Invoice, Settlement
from budgets.models.invoice import is_overdue
from plans.models import Collaboration

NOTHING = Decimal("0.00")


class Status(models.TextChoices):
    """The word for how an invoice stands, in the order that they are listed. A draft has no row, and so no standing."""

    DRAFT = "draft", "utkast"
    ISSUED = "issued", "utställd"
    SENT = "sent", "skickad"
    OVERDUE = "overdue", "förfallen"
    PART_PAID = "part-paid", "delbetald"
    PAID = "paid", "betald"
    CREDITED = "credited", "krediterad"


@dataclass(frozen=True, slots=True)
class Standing:
    """``credited``, ``paid`` and ``left`` are kronor, and together with the sign of ``left`` the invoice's amount.

    ``left`` is negative where more has been paid than is owed. A credit invoice is counted on the invoice that it
    corrects: by itself nothing is left of it, and it is never late. ``paid_on`` is the day of the latest payment.
    """

    invoice: Invoice
    credited: Decimal
    paid: Decimal
    left: Decimal
    status: Status
    days_late: int
    paid_on: datetime.date | None = None

    @property
    def to_pay_back(self) -> Decimal:
        """What the buyer is to have back, *att återbetala*."""
        return max(-self.left, NOTHING)

    @property
    def is_late(self) -> bool:
        return self.days_late > 0


@dataclass(slots=True)
class _Sums:
    credited: Decimal = NOTHING
    credited_net: Decimal = NOTHING
    paid: Decimal = NOTHING
    paid_on: datetime.date | None = None


def standings(
    invoices: Iterable[Invoice], *, day: datetime.date, sent: Collection[int] | Mapping[int, object] = ()
) -> list[Standing]:
    """Return how each of ``invoices`` stands on ``day``, in their order, with three questions to the database.

    ``sent`` are the ids of those that have been sent.
    """
    listed = list(invoices)
    sums = _sums_of([invoice.pk for invoice in listed])
    return [_standing(invoice, sums[invoice.pk], day, invoice.pk in sent) for invoice in listed]


def standing_of(invoice: Invoice, *, day: datetime.date, is_sent: bool = False) -> Standing:
    """Return how one invoice stands."""
    return standings([invoice], day=day, sent={invoice.pk} if is_sent else ())[0]


def to_remind(
    collaboration: Collaboration,
    day: datetime.date,
    *,
    sent: Collection[int] | Mapping[int, object],
    reminded: Collection[int] | Mapping[int, object] = (),
) -> list[Standing]:
    """Return the invoices that may be reminded of: sent, past their last day, and with something left to pay.

    ``reminded`` are the ids of those that have been reminded of lately, and are left alone.
    """
    late = Invoice.objects.without_content().originals().filter(collaboration=collaboration, due_on__lt=day)
    found = standings(late.select_related("organisation", "invoicing"), day=day, sent=sent)
    return [one for one in found if one.is_late and one.invoice.pk in sent and one.invoice.pk not in reminded]


def _sums_of(ids: list[int]) -> dict[int, _Sums]:
    # Summed here: SQLite adds in binary fractions.
    sums = {pk: _Sums() for pk in ids}
    credit_invoices = Invoice.objects.credit_invoices().filter(credits__in=ids).order_by()
    for pk, payable, net in credit_invoices.values_list("credits_id", "payable_amount", "net_amount"):
        sums[pk].credited += payable
        sums[pk].credited_net += net
    settlements = Settlement.objects.filter(invoice__in=ids).order_by()
    for pk, amount, received_on in settlements.values_list("invoice_id", "amount", "payment__received_on"):
        one = sums[pk]
        one.paid += amount
        one.paid_on = max(one.paid_on or received_on, received_on)
    return sums


def _standing(invoice: Invoice, sums: _Sums, day: datetime.date, is_sent: bool) -> Standing:
    if invoice.is_credit:
        return Standing(invoice, NOTHING, NOTHING, NOTHING, Status.SENT if is_sent else Status.ISSUED, 0)
    is_credited = sums.credited_net >= invoice.net_amount
    left = invoice.payable_amount - sums.credited - sums.paid
    late = (day - invoice.due_on).days if left > 0 and is_overdue(invoice.due_on, day) else 0
    return Standing(
        invoice=invoice,
        credited=sums.credited,
        paid=sums.paid,
        left=left,
        status=_status(is_credited=is_credited, left=left, paid=sums.paid, is_late=late > 0, is_sent=is_sent),
        days_late=late,
        paid_on=sums.paid_on if sums.paid else None,
    )


def _status(*, is_credited: bool, left: Decimal, paid: Decimal, is_late: bool, is_sent: bool) -> Status:
    """The first that holds: credited whole, nothing left, late, paid in part, sent, and else issued."""
    if is_credited:
        return Status.CREDITED
    if left <= 0:
        return Status.PAID
    if is_late:
        return Status.OVERDUE
    if paid > 0:
        return Status.PART_PAID
    return Status.SENT if is_sent else Status.ISSUED

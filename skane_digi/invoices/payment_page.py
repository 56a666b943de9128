"""A payment as a page: what it is, which invoices it pays, and the open ones that it could pay."""

import datetime
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from django.forms import BoundField

from budgets.invoice_standing import Standing, standings
from budgets.models import Invoice, Payment
from budgets.money import format_amount, format_kr
from budgets.payments import PATH_TO_PLAN, is_withdrawn
from plans import permissions
from plans.days import day_of
from skane_digi.invoices.payment_forms import SettleForm
from skane_digi.invoices.payment_rows import PaymentRow, State, rows_of, visible_payments


@dataclass(frozen=True, slots=True)
class OpenRow:
    """An open invoice that the payment could pay. ``is_same``: what is left of it is what is left of the payment."""

    standing: Standing
    field: BoundField
    is_same: bool

    @property
    def invoice(self) -> Invoice:
        return self.standing.invoice

    @property
    def left_text(self) -> str:
        return format_amount(self.standing.left, decimals=2)


@dataclass(frozen=True, slots=True)
class PaymentPage:
    """``form`` and ``open_rows`` are there where the reader may settle something."""

    row: PaymentRow
    amount_text: str
    rest_text: str
    form: SettleForm | None
    open_rows: tuple[OpenRow, ...]
    may_write: bool
    may_withdraw: bool

    @property
    def payment(self) -> Payment:
        return self.row.payment

    @property
    def heading(self) -> str:
        """What kind of payment it is."""
        if self.row.state == State.WITHDRAWS:
            return "Återtagande"
        return "Återbetalning" if self.payment.amount < 0 else "Betalning"

    @property
    def title(self) -> str:
        return f"{self.heading} {self.payment.received_on}"

    @property
    def withdrawal(self) -> Payment | None:
        """The row that takes this one back."""
        return self.payment.withdrawn_by if self.row.state == State.WITHDRAWN else None

    @property
    def recorded_text(self) -> str:
        """When it was recorded, and by whom."""
        day, by = day_of(self.payment.recorded_at), self.payment.recorded_by
        return f"{day} av {by.get_full_name() or by.get_username()}" if by else str(day)

    @property
    def may_take_off(self) -> bool:
        """Whether what the payment pays may be taken off an invoice, so that it can pay another."""
        return self.may_withdraw and self.payment.amount > 0


def payment_page(payment: Payment, user, *, day: datetime.date, data=None) -> PaymentPage:
    """Return the page as ``user`` sees it; ``data`` is what they have posted."""
    (row,) = rows_of(visible_payments(user).select_related("withdraws", "recorded_by").filter(pk=payment.pk))
    may_write = permissions.can_issue_invoices(user, payment.collaboration)
    settles = may_write and row.waits
    found = _open(payment, row.rest, day) if settles else []
    form = SettleForm(data, payment=payment, open_invoices=found) if settles else None
    return PaymentPage(
        row=row,
        amount_text=format_kr(payment.amount, decimals=2),
        rest_text=format_kr(row.rest, decimals=2),
        form=form,
        open_rows=tuple(_open_rows(form, found, row.rest)) if form else (),
        may_write=may_write,
        may_withdraw=may_write and not is_withdrawn(payment),
    )


def _open(payment: Payment, rest: Decimal, day: datetime.date) -> list[Standing]:
    """Return the invoices with something left: those of the same amount first, then the oldest."""
    originals = Invoice.objects.without_content().originals().filter(collaboration=payment.collaboration)
    found = standings(originals.select_related("organisation", PATH_TO_PLAN), day=day)
    left = [one for one in found if one.left > 0]
    return sorted(left, key=lambda one: (one.left != rest, one.invoice.due_on, one.invoice.sequence))


def _open_rows(form: SettleForm, found: list[Standing], rest: Decimal) -> Iterator[OpenRow]:
    for standing in found:
        yield OpenRow(standing, form[f"belopp-{standing.invoice.key}"], standing.left == rest)

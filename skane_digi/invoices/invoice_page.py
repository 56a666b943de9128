"""An invoice as a page: what it says, how it stands, what has happened to it, and what can be done."""

import datetime
from collections.abc import Iterator
from dataclasses import dataclass

from django.utils import timezone

from budgets.invoice_content import InvoiceContent, from_text
from budgets.invoice_standing import Standing, Status, standing_of
from budgets.models import Invoice
from budgets.money import format_kr
from plans import permissions
from plans.days import day_of
from skane_digi.invoices.invoice_events import Event, events_of
from skane_digi.invoices.list_page import Figure
from skane_digi.invoices.sent import reminded_at, sent_at
from skane_digi.invoices.sheet import InvoiceSheet, invoice_sheet


@dataclass(frozen=True, slots=True)
class InvoicePage:
    """``sees_all``: the reader works in SGD. ``may_issue``: they send, credit and record payments here.

    ``sheet`` is what the invoice itself says, in the words of its PDF. ``shows_version``: they may read its plan.
    """

    invoice: Invoice
    content: InvoiceContent
    sheet: InvoiceSheet
    standing: Standing
    standing_text: str
    figures: tuple[Figure, ...]
    to_pay_text: str
    events: tuple[Event, ...]
    sees_all: bool
    may_issue: bool
    is_sent: bool
    shows_version: bool

    @property
    def can_credit(self) -> bool:
        return self.may_issue and not self.invoice.is_credit and self.standing.status != Status.CREDITED

    @property
    def can_remind(self) -> bool:
        return self.may_issue and self.standing.is_late and self.is_sent

    @property
    def can_take_payment(self) -> bool:
        return self.may_issue and not self.invoice.is_credit

    @property
    def can_pay_back(self) -> bool:
        return self.may_issue and self.standing.to_pay_back > 0

    @property
    def unclear(self) -> tuple[Event, ...]:
        """The letters of which only a human can tell whether they arrived."""
        return tuple(event for event in self.events if event.unclear)

    @property
    def title(self) -> str:
        return f"{self.invoice.get_kind_display().capitalize()} {self.invoice.number}"


def invoice_page(invoice: Invoice, user, *, day: datetime.date, at: datetime.datetime | None = None) -> InvoicePage:
    """Return the page as ``user`` may see it on ``day``; ``invoice`` is one that they may see."""
    content = from_text(invoice.content)
    sent = sent_at([invoice.pk]).get(invoice.pk)
    standing = standing_of(invoice, day=day, is_sent=sent is not None)
    sees_all = permissions.can_view_all_invoices(user, invoice.collaboration)
    return InvoicePage(
        invoice=invoice,
        content=content,
        sheet=invoice_sheet(content),
        standing=standing,
        standing_text=_standing_text(standing, reminded_at([invoice.pk]).get(invoice.pk)),
        figures=tuple(_figures(standing)),
        to_pay_text=format_kr(standing.left, decimals=2) if standing.left > 0 else "",
        events=events_of(invoice, shows_people=sees_all, at=at or timezone.now()),
        sees_all=sees_all,
        may_issue=permissions.can_issue_invoices(user, invoice.collaboration),
        is_sent=sent is not None,
        shows_version=permissions.can_view_plan(user, invoice.invoicing.version.plan),
    )


def _figures(standing: Standing) -> Iterator[Figure]:
    invoice = standing.invoice
    yield Figure("Krediterat" if invoice.is_credit else "Fakturerat", format_kr(invoice.payable_amount, decimals=2))
    if invoice.is_credit:
        return
    if standing.credited:
        yield Figure("Krediterat", format_kr(standing.credited, decimals=2))
    yield Figure("Betalt", format_kr(standing.paid, decimals=2))
    if standing.to_pay_back:
        yield Figure("Att återbetala", format_kr(standing.to_pay_back, decimals=2))
    else:
        yield Figure("Kvar att betala", format_kr(standing.left, decimals=2))


def _standing_text(standing: Standing, reminded: datetime.datetime | None) -> str:
    words = []
    if standing.is_late:
        words.append("En dag försenad." if standing.days_late == 1 else f"{standing.days_late} dagar försenad.")
    if reminded and standing.left > 0:
        words.append(f"Senaste påminnelsen skickades {day_of(reminded)}.")
    if standing.paid_on:
        words.append(f"Senaste betalningen kom {standing.paid_on:%Y-%m-%d}.")
    return " ".join(words)

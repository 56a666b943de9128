"""The invoices that a reader may see, each with how it stands: as many questions for one as for a thousand."""

import datetime
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import QuerySet

from budgets.invoice_standing import Standing, Status, standings
from budgets.models import Invoice
from budgets.money import format_amount
from plans import permissions
from plans.models import Organisation
from skane_digi.invoices.sent import reminded_at, sent_at

_STATUSES = list(Status)


@dataclass(frozen=True, slots=True)
class ListRow:
    """An invoice and how it stands; the amount of a credit invoice is negative. ``can_remind``: it is late and sent."""

    standing: Standing
    sent_at: datetime.datetime | None
    reminded_at: datetime.datetime | None

    @property
    def invoice(self) -> Invoice:
        return self.standing.invoice

    @property
    def organisation(self) -> Organisation:
        return self.invoice.organisation

    @property
    def amount(self) -> Decimal:
        return -self.invoice.payable_amount if self.invoice.is_credit else self.invoice.payable_amount

    @property
    def amount_text(self) -> str:
        return format_amount(self.amount, decimals=2)

    @property
    def left_text(self) -> str:
        return "" if self.invoice.is_credit else format_amount(self.standing.left, decimals=2)

    @property
    def period_text(self) -> str:
        return self.invoice.invoicing.period_text

    @property
    def period_value(self) -> str:
        """The period so that periods come in the order of time, a whole year before its parts."""
        first, last = self.invoice.invoicing.months
        return f"{self.invoice.invoicing.year}-{first:02d}-{12 - last:02d}"

    @property
    def corrects(self) -> str:
        """The number of the invoice that a credit invoice corrects."""
        return self.invoice.credits.number if self.invoice.is_credit else ""

    @property
    def status_place(self) -> int:
        """Where its status comes among the others; credit invoices come last."""
        return len(_STATUSES) if self.invoice.is_credit else _STATUSES.index(self.standing.status)

    @property
    def can_remind(self) -> bool:
        return self.standing.is_late and self.sent_at is not None

    @property
    def searched(self) -> str:
        """What free text is looked for in."""
        invoice, organisation = self.invoice, self.organisation
        names = (organisation.name, organisation.short_name, organisation.code)
        return " ".join((invoice.number, invoice.ocr, *names)).casefold()


def visible(user) -> QuerySet[Invoice]:
    """Return the invoices that ``user`` may see, without what is large."""
    rows = Invoice.objects.without_content().filter(permissions.visible_invoices(user))
    large = ("credits__content", "invoicing__text")
    return rows.select_related("organisation", "invoicing", "credits").defer("content", *large)


def rows_of(invoices: QuerySet[Invoice], *, day: datetime.date) -> list[ListRow]:
    """Return how each of ``invoices`` stands on ``day``."""
    listed = list(invoices)
    ids = [invoice.pk for invoice in listed]
    sent, reminded = sent_at(ids), reminded_at(ids)
    return [
        ListRow(standing, sent.get(standing.invoice.pk), reminded.get(standing.invoice.pk))
        for standing in standings(listed, day=day, sent=sent)
    ]

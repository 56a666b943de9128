"""What an economist sees before a round is mailed: who gets it where, who lacks an address, who has got it."""

import datetime
from dataclasses import dataclass

from django.conf import settings
from django.utils import timezone

from budgets.models import Invoice, Invoicing
from budgets.money import format_kr
from skane_digi.invoices.archive import waits_for_files
from skane_digi.invoices.batches import Kind, unfinished
from skane_digi.invoices.occasions import State, is_reminder, state_of
from skane_digi.invoices.sending import addresses_of
from skane_digi.models import InvoiceBatch, InvoiceSending


@dataclass(frozen=True, slots=True)
class Letter:
    """An invoice and its letter: ``sending`` is the last one that went or was to go, ``state`` what became of it."""

    invoice: Invoice
    address: str
    sending: InvoiceSending | None
    state: State | None

    @property
    def amount_text(self) -> str:
        return format_kr(self.invoice.payable_amount, decimals=2)


@dataclass(frozen=True, slots=True)
class SendPage:
    """The round's letters by what is to be done with them. ``going_on`` is the work that sends them at the moment."""

    invoicing: Invoicing
    ready: tuple[Letter, ...]
    without_address: tuple[Letter, ...]
    unclear: tuple[Letter, ...]
    under_way: tuple[Letter, ...]
    sent: tuple[Letter, ...]
    going_on: InvoiceBatch | None
    without_files: int
    sender: str

    @property
    def total(self) -> int:
        return sum(map(len, (self.ready, self.without_address, self.unclear, self.under_way, self.sent)))


def send_page(invoicing: Invoicing, *, at: datetime.datetime | None = None) -> SendPage:
    """Return the page, with as many questions to the database however many invoices there are."""
    letters = _letters(invoicing, at=at or timezone.now())
    waiting = [letter for letter in letters if letter.state in (None, State.REFUSED, State.LOST)]
    return SendPage(
        invoicing=invoicing,
        ready=tuple(letter for letter in waiting if letter.address),
        without_address=tuple(letter for letter in waiting if not letter.address),
        unclear=_with_state(letters, State.CUT_OFF),
        under_way=_with_state(letters, State.UNDER_WAY),
        sent=_with_state(letters, State.SENT),
        going_on=unfinished(Kind.SEND, invoicing),
        without_files=waits_for_files(invoicing),
        sender=settings.DEFAULT_FROM_EMAIL,
    )


def _letters(invoicing: Invoicing, *, at: datetime.datetime) -> list[Letter]:
    invoices = list(invoicing.invoices.select_related("organisation").order_by("sequence"))
    addresses = addresses_of(invoices)
    last = {}
    for sending in InvoiceSending.objects.filter(invoice__in=invoices).order_by("pk"):
        if not is_reminder(sending):
            last[sending.invoice_id] = sending
    return [_letter(invoice, addresses[invoice.pk], last.get(invoice.pk), at) for invoice in invoices]


def _letter(invoice: Invoice, address: str, sending: InvoiceSending | None, at: datetime.datetime) -> Letter:
    return Letter(invoice, address, sending, state_of(sending, at=at) if sending else None)


def _with_state(letters: list[Letter], state: State) -> tuple[Letter, ...]:
    return tuple(letter for letter in letters if letter.state == state)

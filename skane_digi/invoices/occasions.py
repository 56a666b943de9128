"""When an invoice may go out, and for the how-manieth time: what its sendings so far say. No mail is sent here.

The invoice itself goes on the occasion ``original`` and after that, when somebody asks, on ``again-1``, ``again-2``;
reminders of payment go on ``reminder-1``, ``reminder-2``. A letter that the mail server said no to did not go, and is
tried again on its own occasion. One that was cut off may have arrived: nothing more goes until a human has said.
"""

import datetime
import enum
from collections.abc import Sequence

from budgets.models import Invoice
from skane_digi.mail_server import UNDER_WAY
from skane_digi.models import InvoiceSending

ORIGINAL, AGAIN, REMINDER = "original", "again", "reminder"
JUST_NOW = datetime.timedelta(minutes=1)


class SendRefused(Exception):
    """The invoice cannot be sent. ``reason`` is a Swedish sentence."""

    def __init__(self, reason: str):
        self.reason = reason
        super().__init__(reason)


class HasGone(Exception):
    """There is nothing left to do: the letter has gone. ``sending`` says when."""

    def __init__(self, sending: InvoiceSending):
        self.sending = sending
        super().__init__(str(sending))


class State(enum.StrEnum):
    """What became of a sending. ``UNDER_WAY`` and ``CUT_OFF`` look the same in the database but for their age."""

    SENT = "sent"
    REFUSED = "refused"
    LOST = "lost"
    UNDER_WAY = "under-way"
    CUT_OFF = "cut-off"


def state_of(sending: InvoiceSending, *, at: datetime.datetime) -> State:
    if sending.sent_at:
        return State.SENT
    if sending.fault:
        return State.REFUSED
    if sending.outcome == InvoiceSending.Outcome.LOST:
        return State.LOST
    return State.UNDER_WAY if sending.claimed_at > at - UNDER_WAY else State.CUT_OFF


def next_sending(invoice: Invoice, *, again: bool = False, at: datetime.datetime) -> InvoiceSending:
    """Return the row of the letter with the invoice that is next: a new one, or one that was refused.

    ``again`` is that a human wants it to go once more. Raises ``HasGone`` and ``SendRefused``.
    """
    rows = [row for row in _rows(invoice) if not is_reminder(row)]
    if refused := _refused_last(rows, at):
        return refused
    if rows and rows[-1].sent_at:
        if not again:
            raise HasGone(rows[-1])
        if rows[-1].claimed_at > at - JUST_NOW:
            raise SendRefused(f"{invoice} skickades alldeles nyss. Vänta en minut om den ska gå en gång till.")
    return InvoiceSending(invoice=invoice, occasion=f"{AGAIN}-{len(rows)}" if rows else ORIGINAL, claimed_at=at)


def next_reminder(invoice: Invoice, *, since: datetime.datetime, at: datetime.datetime) -> InvoiceSending:
    """Return the row of the next reminder of the invoice, as ``next_sending``.

    Raises ``HasGone`` where one has gone ``since``: whoever takes up the work of another does not remind anew.
    """
    rows = [row for row in _rows(invoice) if is_reminder(row)]
    if refused := _refused_last(rows, at):
        return refused
    if rows and rows[-1].sent_at and rows[-1].claimed_at >= since:
        raise HasGone(rows[-1])
    return InvoiceSending(invoice=invoice, occasion=f"{REMINDER}-{len(rows) + 1}", claimed_at=at)


def is_reminder(sending: InvoiceSending) -> bool:
    return sending.occasion.startswith(f"{REMINDER}-")


def _rows(invoice: Invoice) -> list[InvoiceSending]:
    return list(InvoiceSending.objects.filter(invoice=invoice).order_by("pk"))


def _refused_last(rows: Sequence[InvoiceSending], at: datetime.datetime) -> InvoiceSending | None:
    """Return the last row where the mail server said no. Raises ``SendRefused`` where one may have arrived."""
    states = [state_of(row, at=at) for row in rows]
    if State.UNDER_WAY in states:
        raise SendRefused("Brevet kan vara på väg just nu. Har det inte gått om tio minuter: svara på fakturans sida.")
    if State.CUT_OFF in states:
        raise SendRefused(
            "Sändningen bröts, och ingen vet om brevet kom fram. Fråga mottagaren och svara på fakturans sida; först "
            "då kan fakturan skickas igen."
        )
    return rows[-1] if states and states[-1] == State.REFUSED else None

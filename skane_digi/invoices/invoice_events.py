"""What has happened to an invoice, in the order of time: its files, letters, reminders, payments, credit invoices."""

import datetime
from collections.abc import Iterator
from dataclasses import dataclass

from django.urls import reverse

from budgets.models import Invoice, InvoiceDocument, Settlement
from budgets.money import format_kr
from skane_digi.invoices.occasions import ORIGINAL, State, is_reminder, state_of
from skane_digi.models import InvoiceBatchItem, InvoiceSending


@dataclass(frozen=True, slots=True)
class Event:
    """``at`` is when it was done, ``day`` the day that it is of where that is another, such as a payment's.

    ``who`` and ``detail`` are empty where they are not the reader's to see. ``digests`` are the name and the SHA-256 of
    each file. ``unclear`` is the key of a letter of which only a human can tell whether it arrived.
    """

    at: datetime.datetime
    text: str
    who: str = ""
    detail: str = ""
    day: datetime.date | None = None
    digests: tuple[tuple[str, str], ...] = ()
    url: str = ""
    unclear: str = ""
    is_fault: bool = False


def events_of(invoice: Invoice, *, shows_people: bool, at: datetime.datetime) -> tuple[Event, ...]:
    """Return what has happened, the first thing first. ``shows_people``: to those who work in SGD.

    A body learns when its invoice was sent and paid, not of letters that did not go or of who did what.
    """
    found = [*_issued(invoice), *_files(invoice), *_sendings(invoice, shows_people, at)]
    found += [*_payments(invoice, shows_people), *_credits(invoice)]
    if shows_people:
        found += _faults(invoice)
    ordered = sorted(found, key=lambda event: event.at)
    return tuple(ordered) if shows_people else tuple(_without_people(ordered))


def _without_people(events: list[Event]) -> Iterator[Event]:
    for event in events:
        yield Event(event.at, event.text, day=event.day, digests=event.digests, url=event.url)


def _issued(invoice: Invoice) -> Iterator[Event]:
    kind = invoice.get_kind_display().capitalize()
    yield Event(invoice.issued_at, f"{kind} {invoice.number} ställdes ut", invoice.issued_by_name, invoice.reason)


def _files(invoice: Invoice) -> Iterator[Event]:
    kept = InvoiceDocument.objects.filter(invoice=invoice).values_list("made_at", "pdf_digest", "xml_digest")
    for made_at, pdf, xml in kept:
        yield Event(made_at, "Filerna gjordes", digests=(("PDF", pdf), ("XML", xml)))


def _faults(invoice: Invoice) -> Iterator[Event]:
    items = InvoiceBatchItem.objects.filter(invoice=invoice, done_at__isnull=True).exclude(fault="")
    for item in items.select_related("batch"):
        text = f"Gick inte: {item.batch.get_kind_display()}"
        yield Event(item.claimed_at or item.batch.ordered_at, text, detail=item.fault, is_fault=True)


def _sendings(invoice: Invoice, shows_people: bool, at: datetime.datetime) -> Iterator[Event]:
    for sending in InvoiceSending.objects.filter(invoice=invoice).select_related("ordered_by").order_by("pk"):
        state = state_of(sending, at=at)
        if shows_people or state == State.SENT:
            yield Event(
                at=sending.sent_at or sending.claimed_at,
                text=_words(sending, invoice, state),
                who=_name(sending.ordered_by),
                detail=". ".join(text for text in (sending.fault, sending.remark) if text),
                unclear=sending.key if state == State.CUT_OFF else "",
                is_fault=state in (State.REFUSED, State.LOST, State.CUT_OFF),
            )


def _words(sending: InvoiceSending, invoice: Invoice, state: State) -> str:
    what = _what(sending, invoice)
    if sending.channel == InvoiceSending.Channel.OTHER:
        return f"{what} lämnades på annat sätt än med e-post"
    to = f" till {sending.address}" if sending.address else ""
    return {
        State.SENT: f"{what} skickades{to}",
        State.REFUSED: f"{what}{to} kunde inte skickas",
        State.LOST: f"{what}{to} kom inte fram",
        State.UNDER_WAY: f"{what} är på väg{to}",
        State.CUT_OFF: f"Sändningen{to} bröts: det är oklart om brevet kom fram",
    }[state]


def _what(sending: InvoiceSending, invoice: Invoice) -> str:
    if is_reminder(sending):
        return f"Påminnelse {sending.occasion.rpartition('-')[2]}"
    kind = invoice.get_kind_display().capitalize()
    return f"{kind}n" if sending.occasion == ORIGINAL else f"{kind}n på nytt"


def _payments(invoice: Invoice, shows_people: bool) -> Iterator[Event]:
    settlements = Settlement.objects.filter(invoice=invoice)
    for one in settlements.select_related("payment__bank_file", "settled_by").order_by("pk"):
        payment = one.payment
        payer = f" från {payment.payer}" if payment.payer else ""
        if one.amount > 0:
            text = f"Betalning{payer}: {format_kr(one.amount, decimals=2)}"
        elif payment.withdraws_id:
            text = f"Betalning återtagen: {format_kr(one.amount, decimals=2)}"
        else:
            text = f"Återbetalt: {format_kr(-one.amount, decimals=2)}"
        source = f"Ur bankfilen {payment.bank_file.name}" if payment.bank_file else ""
        detail = ". ".join(words for words in (source, payment.remark) if words)
        url = reverse("invoices:payment", args=[payment.key]) if shows_people else ""
        yield Event(one.settled_at, text, _name(one.settled_by), detail, day=payment.received_on, url=url)


def _credits(invoice: Invoice) -> Iterator[Event]:
    for one in Invoice.objects.without_content().filter(credits=invoice).order_by("sequence"):
        text = f"Krediterad med {format_kr(one.payable_amount, decimals=2)}, kreditfaktura {one.number}"
        url = reverse("invoices:invoice", args=[one.key])
        yield Event(one.issued_at, text, one.issued_by_name, one.reason, url=url)


def _name(person) -> str:
    return (person.get_full_name() or person.get_username()) if person else ""

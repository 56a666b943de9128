"""Sending an invoice or a reminder by e-mail, each letter at most once.

The letter's row is claimed, and the claim committed, before the letter goes to the mail server; what became of it is
written afterwards. A process that dies between the two leaves a row that says neither, and only a human can tell what
happened: see ``resolve_sending``.
"""

import datetime
from collections.abc import Callable, Iterable

from django.core.mail import EmailMessage
from django.db import transaction
from django.utils import timezone

from budgets.invoice_content import from_text
from budgets.invoice_standing import standing_of
from budgets.models import Invoice, InvoiceRecipient
from plans import log, permissions
from plans.days import day_of
from plans.editing import tidy
from plans.models import LogEntry
from skane_digi.invoices.letters import invoice_letter, reminder_letter
from skane_digi.invoices.making import make_document
from skane_digi.invoices.occasions import HasGone, SendRefused, State, next_reminder, next_sending, state_of
from skane_digi.invoices.sent import sent_at
from skane_digi.mail_server import Fate, MailServer, in_one_line
from skane_digi.models import InvoiceSending
from skane_digi.reminders.letters import SiteAddressMissing

NOT_ALLOWED = "Bara den som sköter ekonomin skickar fakturor."
UNANSWERED = (
    "Förbindelsen med e-postservern bröts, och ingen vet om brevet kom fram. Fråga mottagaren och svara på fakturans "
    "sida."
)


def send_invoice(*, invoice: Invoice, by, again: bool = False, at: datetime.datetime | None = None) -> InvoiceSending:
    """Send the invoice by e-mail with its PDF and XML, and return what became of it.

    One that has gone is not sent again unless ``again``. Call it outside a transaction: the claim is committed by
    itself. Raises ``SendRefused``, and then nothing has been sent.
    """
    _require_right(by, invoice)
    with MailServer() as server:
        return hand_over_invoice(invoice=invoice, by=by, server=server, again=again, at=at)


def hand_over_invoice(
    *, invoice: Invoice, by, server: MailServer, again: bool = False, at: datetime.datetime | None = None
) -> InvoiceSending:
    """Send as ``send_invoice`` on a line that is kept open for several, with the right to send asked beforehand."""

    def find(now: datetime.datetime) -> InvoiceSending:
        return next_sending(invoice, again=again, at=now)

    def write(sending: InvoiceSending) -> EmailMessage:
        content = from_text(invoice.content)
        sending.address = sending_address(invoice)
        return invoice_letter(sending, content, make_document(invoice, by=by, at=at))

    return _hand_over(invoice, find, write, by=by, server=server, at=at)


def hand_over_reminder(
    *, invoice: Invoice, since: datetime.datetime, by, server: MailServer, at: datetime.datetime | None = None
) -> InvoiceSending:
    """Remind of an invoice that is late, unless it has been done ``since``; raises and returns as the others."""

    def find(now: datetime.datetime) -> InvoiceSending:
        return next_reminder(invoice, since=since, at=now)

    def write(sending: InvoiceSending) -> EmailMessage:
        standing = standing_of(invoice, day=day_of(at), is_sent=bool(sent_at([invoice.pk])))
        if standing.left <= 0:
            raise SendRefused(f"{invoice} är betald eller krediterad. Ingen påminnelse behövs.")
        sending.address = sending_address(invoice)
        document = make_document(invoice, by=by, at=at)
        return reminder_letter(sending, from_text(invoice.content), document, standing)

    return _hand_over(invoice, find, write, by=by, server=server, at=at)


@transaction.atomic
def resolve_sending(
    *, sending: InvoiceSending, outcome: str, by, remark: str = "", at: datetime.datetime | None = None
) -> InvoiceSending:
    """Write down what a human found out of a letter that was cut off: that it arrived, or that it was lost.

    One that was lost may be sent again, on a new occasion. Raises ``SendRefused`` where its fate is known already, and
    where it may be on its way at this moment.
    """
    at = at or timezone.now()
    _require_right(by, sending.invoice)
    row = InvoiceSending.objects.select_for_update(of=("self",)).select_related("invoice__invoicing__version__plan")
    row = row.get(pk=sending.pk)
    state = state_of(row, at=at)
    if state == State.UNDER_WAY:
        raise SendRefused("Brevet kan vara på väg just nu. Vänta tio minuter från att det skickades.")
    if state != State.CUT_OFF:
        raise SendRefused("Det är redan känt vad som hände med brevet.")
    if outcome not in InvoiceSending.Outcome.values:
        raise SendRefused("Säg om brevet kom fram eller inte.")
    row.outcome, row.remark = outcome, _remark(remark)
    if outcome == InvoiceSending.Outcome.ARRIVED:
        row.sent_at = row.claimed_at
    row.save(update_fields=["outcome", "remark", "sent_at"])
    after = {"outcome": row.outcome, "sent_at": row.sent_at, "remark": row.remark}
    log.record(action=LogEntry.Action.CHANGED, subject=row, by=by, at=at, before={"outcome": ""}, after=after)
    return row


@transaction.atomic
def mark_sent(*, invoice: Invoice, remark: str, by, at: datetime.datetime | None = None) -> InvoiceSending:
    """Write down that the invoice went another way: by one's own Peppol access point, or by post.

    ``remark`` says how. Raises ``SendRefused``.
    """
    at = at or timezone.now()
    _require_right(by, invoice)
    if not _remark(remark):
        raise SendRefused("Skriv hur fakturan skickades, till exempel via Peppol eller med vanlig post.")
    Invoice.objects.select_for_update(no_key=True).only("pk").get(pk=invoice.pk)
    row = next_sending(invoice, again=True, at=at)
    before = _told(row) if row.pk else None
    row.channel, row.remark, row.address = InvoiceSending.Channel.OTHER, _remark(remark), ""
    row.claimed_at, row.sent_at, row.fault, row.ordered_by = at, at, "", by
    row.save()
    _log(row, before, by=by, at=at)
    return row


def fault_of(sending: InvoiceSending | None) -> str:
    """Return why the letter has not gone for certain, in Swedish, and ``""`` where it has or there was none to send."""
    if sending is None or sending.sent_at:
        return ""
    if sending.fault:
        return f"E-postservern tog inte emot brevet till {sending.address}: {sending.fault}"
    return UNANSWERED


def sending_address(invoice: Invoice) -> str:
    """Return where the invoice is mailed: the address that the body has now, or else the one on the invoice.

    Raises ``SendRefused`` where there is none.
    """
    if found := addresses_of([invoice]).get(invoice.pk):
        return found
    raise SendRefused(
        f"{invoice.organisation.name} har ingen e-postadress för fakturor. Skriv in den under Fakturor, Mottagare."
    )


def addresses_of(invoices: Iterable[Invoice]) -> dict[int, str]:
    """Return the address of each invoice by its id, ``""`` where there is none, with one question to the database."""
    invoices = list(invoices)
    recipients = InvoiceRecipient.objects.filter(organisation__in={invoice.organisation_id for invoice in invoices})
    now = dict(recipients.values_list("organisation", "email"))
    return {
        invoice.pk: now.get(invoice.organisation_id) or from_text(invoice.content).buyer.email for invoice in invoices
    }


def _hand_over(
    invoice: Invoice,
    find: Callable[[datetime.datetime], InvoiceSending],
    write: Callable[[InvoiceSending], EmailMessage],
    *,
    by,
    server: MailServer,
    at: datetime.datetime | None,
) -> InvoiceSending:
    """Claim the row that ``find`` finds, send the letter that ``write`` writes and keep what became of it."""
    try:
        sending = find(at or timezone.now())
        # Written before it is claimed, so that a fault of the program leaves nothing claimed.
        letter = write(sending)
        if not server.open():
            raise SendRefused(server.trouble)
        sending = _claim(sending, find, by=by, at=at or timezone.now())
    except HasGone as gone:
        return gone.sending
    except SiteAddressMissing as missing:
        raise SendRefused(str(missing)) from missing
    fate, fault = server.send(letter)
    return _keep(sending, fate, fault, by=by, at=at or timezone.now())


@transaction.atomic(durable=True)
def _claim(
    wanted: InvoiceSending, find: Callable[[datetime.datetime], InvoiceSending], *, by, at: datetime.datetime
) -> InvoiceSending:
    """Return the row, claimed. Raises ``HasGone`` and ``SendRefused`` where another was before."""
    # The invoice's row is the lock that all who send it wait for.
    Invoice.objects.select_for_update(no_key=True).only("pk").get(pk=wanted.invoice_id)
    row = find(at)
    if (row.pk, row.occasion) != (wanted.pk, wanted.occasion):
        raise SendRefused("Någon annan skickar fakturan just nu.")
    before = _told(row) if row.pk else None
    row.claimed_at, row.address, row.fault, row.ordered_by = at, wanted.address, "", by
    row.save()
    _log(row, before, by=by, at=at)
    return row


@transaction.atomic
def _keep(sending: InvoiceSending, fate: Fate, fault: str, *, by, at: datetime.datetime) -> InvoiceSending:
    if fate == Fate.UNKNOWN:
        return sending
    before = _told(sending)
    if fate == Fate.SENT:
        sending.sent_at = at
    else:
        sending.fault = in_one_line(fault)
    sending.save(update_fields=["sent_at", "fault"])
    _log(sending, before, by=by, at=at)
    return sending


def _log(row: InvoiceSending, before: dict | None, *, by, at: datetime.datetime) -> None:
    told = _told(row)
    if before is None:
        log.record(action=LogEntry.Action.CREATED, subject=row, by=by, at=at, after=told)
        return
    changed = [name for name in told if told[name] != before[name]]
    log.record(
        action=LogEntry.Action.CHANGED,
        subject=row,
        by=by,
        at=at,
        before={name: before[name] for name in changed},
        after={name: told[name] for name in changed},
    )


def _told(row: InvoiceSending) -> dict:
    names = ("occasion", "channel", "address", "claimed_at", "sent_at", "fault", "remark")
    return {name: getattr(row, name) for name in names}


def _remark(text: str) -> str:
    return tidy(InvoiceSending._meta.get_field("remark"), text)[:300]


def _require_right(by, invoice: Invoice) -> None:
    if not permissions.can_issue_invoices(by, invoice.collaboration):
        raise SendRefused(NOT_ALLOWED)

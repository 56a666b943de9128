"""Work on many invoices in the background: their files, their letters, their reminders. Several workers may share it.

A worker claims one invoice at a time, and the claim is committed before it begins. What it had claimed when it was
killed is free for another after ``LEASE``, or as soon as somebody takes the batch up because nobody works on it. The
work itself is such that doing it twice does nothing more: see ``making`` and ``sending``.
"""

import datetime
import logging
from collections.abc import Iterable
from contextlib import ExitStack
from dataclasses import dataclass

from django.conf import settings
from django.db import transaction
from django.db.models import Count, Q, QuerySet
from django.utils import timezone
from django_tasks import task

from budgets.invoice_standing import standings
from budgets.models import Invoice, Invoicing
from plans import log, permissions
from plans.days import day_of
from plans.models import LogEntry
from skane_digi.invoices.making import make_document
from skane_digi.invoices.occasions import SendRefused
from skane_digi.invoices.sending import fault_of, hand_over_invoice, hand_over_reminder
from skane_digi.invoices.sent import REMINDER, sent_at
from skane_digi.mail_server import MailServer
from skane_digi.models import InvoiceBatch, InvoiceBatchItem, InvoiceSending

logger = logging.getLogger(__name__)
LEASE = datetime.timedelta(minutes=5)
LEFT_AFTER = datetime.timedelta(seconds=60)
FAULT = "Felet är antecknat i webbplatsens logg. Försök igen."
Kind = InvoiceBatch.Kind


class BatchRefused(Exception):
    """The work cannot be ordered. ``reason`` is a Swedish sentence."""

    def __init__(self, reason: str):
        self.reason = reason
        super().__init__(reason)


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a batch has come. ``faults`` are the items that could not be done, with what is wrong."""

    batch: InvoiceBatch
    done: int
    total: int
    faults: tuple[InvoiceBatchItem, ...]

    @property
    def tried(self) -> int:
        return self.done + len(self.faults)

    @property
    def is_finished(self) -> bool:
        return self.tried == self.total

    @property
    def is_going_on(self) -> bool:
        return not self.is_finished

    @property
    def words(self) -> str:
        return f"{self.done} av {self.total}"


@transaction.atomic
def order_documents(*, invoicing: Invoicing, by, at: datetime.datetime | None = None) -> InvoiceBatch:
    """Order the files of the round's invoices that have none, and return the batch; the one that is going on, if any.

    Raises ``BatchRefused``.
    """
    _lock(invoicing, by)
    if going_on := unfinished(Kind.MAKE, invoicing):
        return going_on
    return _order(Kind.MAKE, invoicing.invoices.filter(document=None), invoicing=invoicing, by=by, at=at)


@transaction.atomic
def order_sending(
    *, by, invoicing: Invoicing, invoices: Iterable[Invoice] | None = None, at: datetime.datetime | None = None
) -> InvoiceBatch:
    """Order that the round's invoices be mailed, or those of ``invoices``: each that has not gone yet.

    One whose letter was cut off waits for a human's answer, and is left out until then.
    Returns the batch that is going on, if any. Raises ``BatchRefused``.
    """
    _lock(invoicing, by)
    if going_on := unfinished(Kind.SEND, invoicing):
        return going_on
    wanted = invoicing.invoices.all()
    if invoices is not None:
        wanted = wanted.filter(pk__in=[invoice.pk for invoice in invoices])
    gone = sent_at(list(wanted.values_list("pk", flat=True)))
    unclear = InvoiceSending.objects.filter(sent_at=None, fault="", outcome="")
    unclear = unclear.exclude(occasion__startswith=REMINDER).values("invoice")
    wanted = wanted.exclude(pk__in=gone).exclude(pk__in=unclear)
    return _order(Kind.SEND, wanted, invoicing=invoicing, by=by, at=at)


@transaction.atomic
def order_reminders(*, invoices: Iterable[Invoice], by, at: datetime.datetime | None = None) -> InvoiceBatch:
    """Order a reminder of each of the invoices that is late and has something left to pay, and return the batch.

    Raises ``BatchRefused`` where there is none, and where one of them is in a batch of reminders that is going on.
    """
    # In order and locked, so that two who remind of the same invoices at once do not both do it.
    keys = [invoice.pk for invoice in invoices]
    listed = list(Invoice.objects.select_for_update(of=("self",), no_key=True).filter(pk__in=keys).order_by("pk"))
    if not all(permissions.can_issue_invoices(by, invoice.collaboration) for invoice in listed):
        raise BatchRefused("Bara den som sköter ekonomin skickar påminnelser.")
    day, sent = day_of(at), sent_at(keys)
    late = [each.invoice for each in standings(listed, day=day, sent=sent) if each.days_late > 0 and each.left > 0]
    late = [invoice for invoice in late if invoice.pk in sent]
    if not late:
        raise BatchRefused("Ingen av fakturorna är skickad, förfallen och obetald.")
    if _waiting().filter(batch__kind=Kind.REMIND, invoice__in=late).exists():
        raise BatchRefused("Påminnelser skickas redan för några av fakturorna. Vänta tills de är klara.")
    rounds = {invoice.invoicing_id for invoice in late}
    invoicing = late[0].invoicing if len(rounds) == 1 else None
    wanted = Invoice.objects.filter(pk__in=[invoice.pk for invoice in late])
    return _order(Kind.REMIND, wanted, invoicing=invoicing, by=by, at=at)


def progress_of(batch: InvoiceBatch) -> Progress:
    """Return how far the batch has come, with two questions to the database."""
    counted = batch.items.aggregate(total=Count("pk"), done=Count("pk", filter=Q(done_at__isnull=False)))
    faults = batch.items.filter(done_at=None).exclude(fault="").select_related("invoice__organisation")
    return Progress(batch, counted["done"], counted["total"], tuple(faults.defer("invoice__content")))


def unfinished(kind: str, invoicing: Invoicing) -> InvoiceBatch | None:
    """Return the round's batch of the kind that has something left to do."""
    return InvoiceBatch.objects.filter(kind=kind, invoicing=invoicing, pk__in=_waiting().values("batch")).first()


def take_up(batch: InvoiceBatch, *, at: datetime.datetime | None = None) -> bool:
    """Go on with a batch that nobody has worked on for a while; return whether it was left."""
    at = at or timezone.now()
    if not _waiting().filter(batch=batch).exists():
        return False
    left = Q(worked_at=None) | Q(worked_at__lt=at - LEFT_AFTER)
    with transaction.atomic():
        # One update, so that of all who ask at the same time only one takes it.
        if not InvoiceBatch.objects.filter(left, pk=batch.pk).update(worked_at=at):
            return False
        _waiting().filter(batch=batch, claimed_at__lt=at - LEFT_AFTER).update(claimed_at=None)
        _enqueue(batch)
    return True


def take_up_all(*, at: datetime.datetime | None = None) -> list[InvoiceBatch]:
    """Go on with every batch that nobody works on, and return them."""
    batches = InvoiceBatch.objects.filter(pk__in=_waiting().values("batch")).order_by("pk")
    return [batch for batch in batches if take_up(batch, at=at)]


@task()
def work_in_background(key: str) -> None:
    """Work on the batch with this key until nothing in it is free."""
    work_on(key)


def work_on(key: str, *, at: datetime.datetime | None = None) -> None:
    """Work on the batch until nothing in it is free. A fault is kept at its invoice, and the rest goes on."""
    batch = InvoiceBatch.objects.filter(key=key).select_related("ordered_by").first()
    if batch is None:
        return
    with ExitStack() as stack:
        server = None if batch.kind == Kind.MAKE else stack.enter_context(MailServer())
        while item := _claim(batch, at=at or timezone.now()):
            _finish(batch, item, _fault_of(batch, item, server, at=at), at=at or timezone.now())


def _fault_of(batch: InvoiceBatch, item: InvoiceBatchItem, server: MailServer | None, *, at) -> str:
    """Do what the batch wants with the invoice; return what went wrong, in Swedish."""
    try:
        return fault_of(_do(batch, item.invoice, server, at=at))
    except SendRefused as refusal:
        return refusal.reason
    except Exception:
        logger.exception("%s i %s gick inte att göra färdig.", item.invoice, batch)
        return FAULT


def _do(batch: InvoiceBatch, invoice: Invoice, server: MailServer | None, *, at) -> InvoiceSending | None:
    by = batch.ordered_by
    if batch.kind == Kind.MAKE:
        make_document(invoice, by=by, at=at)
        return None
    if batch.kind == Kind.SEND:
        return hand_over_invoice(invoice=invoice, by=by, server=server, at=at)
    return hand_over_reminder(invoice=invoice, since=batch.ordered_at, by=by, server=server, at=at)


@transaction.atomic
def _claim(batch: InvoiceBatch, *, at: datetime.datetime) -> InvoiceBatchItem | None:
    """Return an item that is now this worker's, or ``None`` where nothing is free."""
    free = _waiting().filter(Q(claimed_at=None) | Q(claimed_at__lt=at - LEASE), batch=batch)
    # Past those that another is about to claim at this very moment.
    item = free.select_for_update(of=("self",), skip_locked=True).order_by("invoice__sequence").first()
    if item is None:
        return None
    free.filter(pk=item.pk).update(claimed_at=at)
    InvoiceBatch.objects.filter(pk=batch.pk).update(worked_at=at)
    rows = InvoiceBatchItem.objects.select_related("invoice__organisation", "invoice__invoicing__version__plan")
    return rows.get(pk=item.pk)


@transaction.atomic
def _finish(batch: InvoiceBatch, item: InvoiceBatchItem, fault: str, *, at: datetime.datetime) -> None:
    rows = InvoiceBatchItem.objects.filter(pk=item.pk)
    if fault:
        # A worker that was only slow may have done it meanwhile.
        rows.filter(done_at=None).update(fault=" ".join(fault.split())[:500])
    else:
        rows.update(done_at=at, fault="")
    InvoiceBatch.objects.filter(pk=batch.pk).update(worked_at=at)


def _order(
    kind: str, invoices: QuerySet[Invoice], *, invoicing: Invoicing | None, by, at: datetime.datetime | None
) -> InvoiceBatch:
    at, keys = at or timezone.now(), list(invoices.order_by("sequence").values_list("pk", flat=True))
    if not keys:
        made = "Alla fakturor i omgången har sina filer."
        raise BatchRefused(made if kind == Kind.MAKE else "Det finns ingen mer faktura att skicka i omgången.")
    batch = InvoiceBatch.objects.create(kind=kind, invoicing=invoicing, ordered_by=by, ordered_at=at, worked_at=at)
    InvoiceBatchItem.objects.bulk_create(InvoiceBatchItem(batch=batch, invoice_id=key) for key in keys)
    after = {"kind": batch.get_kind_display(), "total": len(keys)}
    log.record(action=LogEntry.Action.CREATED, subject=batch, by=by, at=at, after=after)
    _enqueue(batch, at_most=len(keys))
    return batch


def _enqueue(batch: InvoiceBatch, *, at_most: int | None = None) -> None:
    """Ask for as many workers as there may be, when what has been ordered is safe."""
    workers = min(settings.TASK_WORKERS, at_most or settings.TASK_WORKERS)

    def ask() -> None:
        for _ in range(workers):
            work_in_background.enqueue(batch.key)

    transaction.on_commit(ask)


def _waiting() -> QuerySet[InvoiceBatchItem]:
    return InvoiceBatchItem.objects.filter(done_at=None, fault="")


def _lock(invoicing: Invoicing, by) -> None:
    if not permissions.can_issue_invoices(by, invoicing.version.plan.collaboration):
        raise BatchRefused("Bara den som sköter ekonomin gör och skickar fakturor.")
    Invoicing.objects.select_for_update(of=("self",), no_key=True).only("pk").get(pk=invoicing.pk)

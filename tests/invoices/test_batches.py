"""Work on many invoices: shared by several, taken up after a stop, one fault never in the way of the rest."""

import datetime
import hashlib

import pytest
from django.core import mail
from django.test import override_settings
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from budgets.models import InvoiceDocument
from plans.models import LogEntry
from plans.roles import Role
from skane_digi.invoices import batches, making
from skane_digi.invoices.batches import (
    FAULT,
    LEASE,
    LEFT_AFTER,
    BatchRefused,
    order_documents,
    order_reminders,
    order_sending,
    progress_of,
    take_up,
    take_up_all,
    work_on,
)
from skane_digi.invoices.making import make_document
from skane_digi.models import InvoiceBatch, InvoiceSending
from tests import factories as make
from tests.database_queue import DATABASE_QUEUE, run_worker

pytestmark = pytest.mark.django_db
NOW = datetime.datetime(2024, 6, 3, 9, 30, tzinfo=datetime.UTC)
SECOND = datetime.timedelta(seconds=1)


class StoppedError(BaseException):
    """The process is killed."""


@pytest.fixture
def batch(invoicing, economist) -> InvoiceBatch:
    return order_documents(invoicing=invoicing, by=economist, at=NOW)


def dies_at(monkeypatch, number: int) -> list[str]:
    """Let the process die while it makes the ``number``-th invoice; return the list of those it began."""
    begun, make_one = [], batches.make_document

    def dying(invoice, **options):
        begun.append(invoice.number)
        if len(begun) == number:
            raise StoppedError
        return make_one(invoice, **options)

    monkeypatch.setattr(batches, "make_document", dying)
    return begun


class TestMaking:
    def test_every_invoice_gets_its_files_with_their_checksums(self, invoicing, batch):
        work_on(batch.key)
        documents = InvoiceDocument.objects.select_related("invoice")
        assert [document.invoice.number for document in documents] == ["1001", "1002", "1003", "1004"]
        for document in documents:
            assert hashlib.sha256(bytes(document.pdf)).hexdigest() == document.pdf_digest
            assert hashlib.sha256(bytes(document.xml)).hexdigest() == document.xml_digest
            assert document.invoice.number in bytes(document.pdf).decode()
        progress = progress_of(batch)
        assert (progress.words, progress.is_finished, progress.faults) == ("4 av 4", True, ())

    def test_made_again_they_are_the_same(self, invoicing, batch, monkeypatch):
        first = make_document(invoicing.invoices.first())
        monkeypatch.setattr(making, "invoice_xml", None)
        assert make_document(invoicing.invoices.first()) == first
        assert LogEntry.objects.filter(subject="budgets.invoicedocument").count() == 1

    def test_where_another_was_quicker_theirs_are_kept(self, invoicing, monkeypatch):
        invoice, pdf = invoicing.invoices.first(), making.invoice_pdf

        def overtaken(content, xml):
            monkeypatch.setattr(making, "invoice_pdf", lambda content, xml: b"deras")
            make_document(invoice)
            return pdf(content, xml)

        monkeypatch.setattr(making, "invoice_pdf", overtaken)
        assert bytes(make_document(invoice).pdf) == b"deras"
        assert InvoiceDocument.objects.filter(invoice=invoice).count() == 1

    def test_what_is_made_already_is_not_ordered(self, invoicing, economist):
        make_document(invoicing.invoices.get(number="1002"))
        batch = order_documents(invoicing=invoicing, by=economist)
        assert [item.invoice.number for item in batch.items.all()] == ["1001", "1003", "1004"]
        work_on(batch.key)
        with pytest.raises(BatchRefused, match="har sina filer"):
            order_documents(invoicing=invoicing, by=economist)

    def test_ordered_twice_it_is_the_same_work(self, invoicing, economist, batch):
        assert order_documents(invoicing=invoicing, by=economist) == batch
        assert InvoiceBatch.objects.count() == 1

    def test_an_order_is_logged(self, batch, economist):
        entry = LogEntry.objects.get(subject="skane_digi.invoicebatch")
        assert (entry.actor, entry.after) == (economist, {"kind": "gör filer", "total": 4})
        assert entry.plan_slug == batch.invoicing.version.plan.slug

    @pytest.mark.parametrize("role", [Role.EDITOR, Role.CHAIR, Role.AUDITOR])
    def test_only_the_economist_orders(self, invoicing, role):
        person = make.make_user("annan@prov.example")
        make.make_role(person, role, collaboration=invoicing.version.plan.collaboration)
        for order in (order_documents, order_sending):
            with pytest.raises(BatchRefused, match="ekonomin"):
                order(invoicing=invoicing, by=person)
        with pytest.raises(BatchRefused, match="ekonomin"):
            order_reminders(invoices=list(invoicing.invoices.all()), by=person)


class TestStopped:
    def test_what_was_done_before_a_stop_stays_and_the_rest_is_done_later(self, batch, monkeypatch):
        begun = dies_at(monkeypatch, 3)
        with pytest.raises(StoppedError):
            work_on(batch.key, at=NOW)
        assert progress_of(batch).words == "2 av 4"
        assert progress_of(batch).is_going_on
        work_on(batch.key, at=NOW + LEASE + SECOND)
        assert progress_of(batch).words == "4 av 4"
        assert begun == ["1001", "1002", "1003", "1003", "1004"]

    def test_what_another_has_begun_is_theirs_until_the_lease_is_over(self, batch, monkeypatch):
        dies_at(monkeypatch, 1)
        with pytest.raises(StoppedError):
            work_on(batch.key, at=NOW)
        work_on(batch.key, at=NOW + LEASE - SECOND)
        assert progress_of(batch).words == "3 av 4"
        work_on(batch.key, at=NOW + LEASE + SECOND)
        assert progress_of(batch).is_finished

    def test_taken_up_it_is_free_at_once(self, batch, monkeypatch, django_capture_on_commit_callbacks):
        dies_at(monkeypatch, 4)
        with pytest.raises(StoppedError):
            work_on(batch.key, at=NOW)
        assert not take_up(batch, at=NOW + LEFT_AFTER)
        later = NOW + LEFT_AFTER + SECOND
        with django_capture_on_commit_callbacks(execute=True):
            assert take_up(batch, at=later)
            assert not take_up(batch, at=later)
        assert progress_of(batch).is_finished

    def test_all_that_is_left_is_taken_up_and_nothing_that_is_done(
        self, invoicing, economist, batch, django_capture_on_commit_callbacks
    ):
        work_on(batch.key)
        left = order_sending(invoicing=invoicing, by=economist, at=NOW)
        later = timezone.now() + LEFT_AFTER + SECOND
        with django_capture_on_commit_callbacks(execute=True):
            assert take_up_all(at=later) == [left]
            assert not take_up(batch, at=later)
        assert progress_of(left).is_finished
        assert len(mail.outbox) == 4

    def test_a_batch_that_is_gone_is_passed_over(self, db):
        work_on("borta")


class TestSeveral:
    def test_two_who_share_the_work_never_do_the_same(self, batch, monkeypatch):
        """The second does all it can between the first one's claim and its end."""
        begun, make_one = [], batches.make_document

        def overtaken(invoice, **options):
            begun.append(invoice.number)
            if len(begun) == 1:
                work_on(batch.key)
            return make_one(invoice, **options)

        monkeypatch.setattr(batches, "make_document", overtaken)
        work_on(batch.key)
        assert begun == ["1001", "1002", "1003", "1004"]
        assert progress_of(batch).is_finished

    @pytest.mark.parametrize(("workers", "asked"), [(1, 1), (3, 3), (9, 4)])
    def test_as_many_are_asked_as_there_may_be_and_no_more_than_there_are_invoices(
        self, workers, asked, invoicing, economist, settings, monkeypatch, django_capture_on_commit_callbacks
    ):
        settings.TASK_WORKERS, calls = workers, []
        monkeypatch.setattr(batches, "work_on", calls.append)
        with django_capture_on_commit_callbacks(execute=True):
            batch = order_documents(invoicing=invoicing, by=economist)
            assert calls == []
        assert calls == [batch.key] * asked

    def test_one_that_was_only_slow_takes_its_fault_away(self, batch, monkeypatch):
        """Another took its invoice over and found something wrong; then the slow one was done with it."""
        item = batches._claim(batch, at=NOW)
        batches._finish(batch, item, "Brevet kan vara på väg.", at=NOW)
        batches._finish(batch, item, "", at=NOW)
        item.refresh_from_db()
        assert (item.fault, item.done_at) == ("", NOW)
        batches._finish(batch, item, "Brevet kan vara på väg.", at=NOW)
        item.refresh_from_db()
        assert item.fault == ""


class TestFaults:
    def test_a_fault_is_kept_at_its_invoice_and_the_rest_goes_on(self, batch, monkeypatch, caplog):
        make_one = batches.make_document
        monkeypatch.setattr(
            batches,
            "make_document",
            lambda invoice, **options: 1 // 0 if invoice.number == "1002" else make_one(invoice, **options),
        )
        work_on(batch.key)
        progress = progress_of(batch)
        assert (progress.words, progress.is_finished) == ("3 av 4", True)
        assert [(item.invoice.number, item.fault) for item in progress.faults] == [("1002", FAULT)]
        assert "ZeroDivisionError" in caplog.text

    def test_it_is_not_tried_for_ever_but_can_be_ordered_again(self, invoicing, economist, batch, monkeypatch):
        make_one = batches.make_document
        monkeypatch.setattr(batches, "make_document", lambda invoice, **options: 1 // 0)
        work_on(batch.key)
        assert not take_up(batch, at=timezone.now() + datetime.timedelta(days=1))
        monkeypatch.setattr(batches, "make_document", make_one)
        again = order_documents(invoicing=invoicing, by=economist)
        assert again != batch
        work_on(again.key)
        assert progress_of(again).words == "4 av 4"

    def test_a_server_out_of_reach_is_called_once_and_said_at_every_invoice(self, invoicing, economist, server):
        server.is_down = True
        batch = order_sending(invoicing=invoicing, by=economist)
        work_on(batch.key)
        progress = progress_of(batch)
        assert len(progress.faults) == 4
        assert all("går inte att nå" in item.fault for item in progress.faults)
        assert server.opened == 1
        assert not InvoiceSending.objects.exists()


class TestReminders:
    def test_only_those_that_are_sent_late_and_unpaid_are_reminded(self, invoicing, economist):
        first, second, *_ = invoicing.invoices.all()
        InvoiceSending.objects.create(invoice=first, occasion="original", sent_at=NOW)
        batch = order_reminders(invoices=[first, second], by=economist, at=NOW)
        assert [item.invoice for item in batch.items.all()] == [first]
        work_on(batch.key, at=NOW)
        assert [letter.subject for letter in mail.outbox] == [
            "Betalningspåminnelse: faktura 1001 från Region Skåne förföll 2024-05-02"
        ]

    def test_nothing_late_is_refused(self, invoicing, economist):
        with pytest.raises(BatchRefused, match="förfallen och obetald"):
            order_reminders(invoices=list(invoicing.invoices.all()), by=economist, at=NOW)

    def test_two_orders_at_once_remind_once(self, invoicing, economist):
        invoice = invoicing.invoices.first()
        InvoiceSending.objects.create(invoice=invoice, occasion="original", sent_at=NOW)
        order_reminders(invoices=[invoice], by=economist, at=NOW)
        with pytest.raises(BatchRefused, match="skickas redan"):
            order_reminders(invoices=[invoice], by=economist, at=NOW)


class TestTheQueueInTheDatabase:
    """TASK_QUEUE=database: the task is a row that any worker takes."""

    @pytest.fixture(autouse=True)
    def _queue(self):
        with override_settings(TASKS=DATABASE_QUEUE, TASK_WORKERS=2):
            yield

    def test_a_batch_waits_for_its_workers(self, invoicing, economist, django_capture_on_commit_callbacks):
        with django_capture_on_commit_callbacks(execute=True):
            batch = order_documents(invoicing=invoicing, by=economist)
        assert progress_of(batch).words == "0 av 4"
        assert DBTaskResult.objects.count() == 2
        run_worker()
        assert progress_of(batch).words == "4 av 4"
        assert set(DBTaskResult.objects.values_list("status", flat=True)) == {"SUCCESSFUL"}

    def test_a_task_that_was_lost_with_its_worker_does_no_harm(
        self, invoicing, economist, django_capture_on_commit_callbacks
    ):
        """A killed worker's task stays RUNNING for ever."""
        with django_capture_on_commit_callbacks(execute=True):
            batch = order_documents(invoicing=invoicing, by=economist)
        DBTaskResult.objects.update(status="RUNNING")
        run_worker()
        assert progress_of(batch).words == "0 av 4"
        with django_capture_on_commit_callbacks(execute=True):
            take_up(batch, at=timezone.now() + LEFT_AFTER + SECOND)
        run_worker()
        assert progress_of(batch).words == "4 av 4"
        assert DBTaskResult.objects.filter(status="RUNNING").count() == 2

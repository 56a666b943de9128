"""SHOW: two who press at once, on PostgreSQL where both may write: one series of numbers, one file, one mail each."""

import threading
from collections import Counter
from collections.abc import Callable
from functools import partial

import pytest
from django.core import mail
from django.db import connection, connections
from django.utils import timezone

from budgets.invoice_issuing import issue_round
from budgets.models import Invoice, InvoiceDocument
from plans.roles import Role
from skane_digi.invoices.batches import BatchRefused, order_documents, order_sending, work_on
from skane_digi.invoices.making import make_document
from skane_digi.invoices.occasions import SendRefused
from skane_digi.invoices.sending import send_invoice
from skane_digi.models import InvoiceBatch, InvoiceSending
from tests import factories as make
from tests import invoice_factories as bill

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite låter bara en skriva åt gången"),
]
SECONDS = 60


@pytest.fixture
def version(real_plans, quick_files):
    return bill.make_real_version()


@pytest.fixture
def economists(version) -> list:
    people = [make.make_user(f"ekonom-{number}@prov.example") for number in (1, 2)]
    for person in people:
        make.make_role(person, Role.ECONOMIST, collaboration=version.plan.collaboration)
    return people


def at_once(*jobs: Callable[[], object]) -> list[object]:
    """Let each job begin in a thread of its own at the same moment; return what they returned or raised."""
    ready, answers = threading.Barrier(len(jobs)), [None] * len(jobs)

    def do(place: int, job: Callable[[], object]) -> None:
        try:
            connection.ensure_connection()
            ready.wait(SECONDS)
            answers[place] = job()
        except Exception as error:
            answers[place] = error
        finally:
            connections.close_all()

    threads = [threading.Thread(target=do, args=each) for each in enumerate(jobs)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(SECONDS)
    return answers


def sequences() -> list[int]:
    return list(Invoice.objects.order_by("sequence").values_list("sequence", flat=True))


def test_two_who_issue_the_same_round_at_once_issue_34_invoices(version, economists):
    invoicing = bill.make_round(version, year=2023)
    answers = at_once(*[lambda by=by: issue_round(invoicing=invoicing, by=by) for by in economists])
    assert sorted(len(answer) for answer in answers) == [0, 34]
    assert sequences() == list(range(1001, 1035))


def test_four_rounds_issued_at_once_share_one_series(version, economists):
    rounds = [bill.make_round(version, year=2023, instalments=4, instalment=part) for part in (1, 2, 3, 4)]
    answers = at_once(
        *[lambda each=each: issue_round(invoicing=each, by=economists[each.instalment % 2]) for each in rounds]
    )
    assert [len(answer) for answer in answers] == [34] * 4
    assert sequences() == list(range(1001, 1137))
    for issued in answers:
        first = issued[0].sequence
        assert [invoice.sequence for invoice in issued] == list(range(first, first + 34))
    assert len(set(Invoice.objects.values_list("number", flat=True))) == 136


def test_two_workers_who_share_a_batch_make_each_file_and_send_each_letter_once(version, economists):
    invoicing = bill.make_issued_round(version, year=2023)
    for order in (order_documents, order_sending):
        work = partial(work_on, _ordered(order, invoicing, economists[0]).key)
        answers = at_once(work, work)
        assert answers == [None, None]
    assert InvoiceDocument.objects.count() == 34
    numbers = Counter(letter.extra_headers["Message-ID"] for letter in mail.outbox)
    assert len(numbers) == 34
    assert set(numbers.values()) == {1}
    assert InvoiceSending.objects.filter(sent_at__isnull=False).count() == 34


def test_two_who_order_at_once_get_the_same_work(version, economists):
    invoicing = bill.make_issued_round(version, year=2023)
    at_once(*[lambda by=by: order_documents(invoicing=invoicing, by=by) for by in economists])
    assert InvoiceDocument.objects.count() == 34
    answers = at_once(*[lambda by=by: order_sending(invoicing=invoicing, by=by) for by in economists])
    assert any(isinstance(answer, InvoiceBatch) for answer in answers)
    assert all(isinstance(answer, InvoiceBatch | BatchRefused) for answer in answers)
    numbers = Counter(letter.extra_headers["Message-ID"] for letter in mail.outbox)
    assert len(numbers) == 34
    assert set(numbers.values()) == {1}


def test_two_who_send_one_invoice_at_once_send_one_letter(version, economists):
    invoice = bill.make_issued_round(version, year=2023).invoices.first()
    answers = at_once(*[lambda by=by: send_invoice(invoice=invoice, by=by) for by in economists])
    assert len(mail.outbox) == 1
    assert all(isinstance(answer, InvoiceSending | SendRefused) for answer in answers)


def test_two_who_make_the_same_files_keep_one(version):
    invoice = bill.make_issued_round(version, year=2023).invoices.first()
    first, second = at_once(lambda: make_document(invoice), lambda: make_document(invoice))
    assert first.pk == second.pk == InvoiceDocument.objects.get().pk


def _ordered(order, invoicing, by) -> InvoiceBatch:
    """Return the order with none of it done: here its task would be done at once."""
    kind = InvoiceBatch.Kind.MAKE if order is order_documents else InvoiceBatch.Kind.SEND
    batch = InvoiceBatch.objects.create(kind=kind, invoicing=invoicing, ordered_by=by, worked_at=timezone.now())
    for invoice in invoicing.invoices.all():
        batch.items.create(invoice=invoice)
    return batch

"""Locks on PostgreSQL: nobody who issues and nobody else stops each other, and a round is issued as it is by then."""

import datetime
import threading
import time
from collections.abc import Callable

import pytest
from django.db import connection, connections, transaction

from budgets.invoice_issuing import issue_round
from budgets.invoicing_editing import IssueRefused, change_round, locked_terms, remove_round, write_terms
from budgets.models import Invoice, Invoicing
from plans import log
from plans.models import Collaboration, LogEntry
from tests import invoice_factories as bill

SECONDS = 30
on_postgresql = pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite låter bara en skriva åt gången")


def start(job: Callable[[], object]) -> tuple[threading.Thread, list]:
    """Do the job in a thread of its own; the list gets what it raised, or nothing."""
    faults: list[Exception] = []

    def do() -> None:
        try:
            job()
        except Exception as error:
            faults.append(error)
        finally:
            connections.close_all()

    thread = threading.Thread(target=do)
    thread.start()
    time.sleep(1)
    return thread, faults


@on_postgresql
@pytest.mark.django_db(transaction=True)
def test_writing_terms_and_issuing_at_once_is_no_deadlock():
    invoicing = bill.make_round()
    collaboration = invoicing.version.plan.collaboration
    with transaction.atomic():
        Collaboration.objects.select_for_update(no_key=True).get(pk=collaboration.pk)
        thread, faults = start(lambda: issue_round(invoicing=invoicing, by=None))
        write_terms(collaboration=collaboration, values={"contact_phone": "044-1"}, by=None)
    thread.join(SECONDS)
    assert faults == []
    assert Invoice.objects.count() == 4


@on_postgresql
@pytest.mark.django_db(transaction=True)
def test_what_refers_to_the_collaboration_does_not_wait_for_the_terms():
    invoicing = bill.make_round()
    collaboration = invoicing.version.plan.collaboration

    def write_log_and_refer() -> None:
        with transaction.atomic():
            log.record(action=LogEntry.Action.CHANGED, subject=invoicing, by=None)
            with connection.cursor() as cursor:
                cursor.execute("SELECT 1 FROM plans_collaboration WHERE id = %s FOR KEY SHARE", [collaboration.pk])

    with transaction.atomic():
        locked_terms(collaboration)
        thread, faults = start(write_log_and_refer)
        log.record(action=LogEntry.Action.CHANGED, subject=invoicing, by=None)
    thread.join(SECONDS)
    assert faults == []


@pytest.mark.django_db
def test_a_round_that_was_changed_meanwhile_is_issued_as_it_is_by_then():
    held = bill.make_round()
    later = datetime.date(2024, 6, 20)
    change_round(invoicing=Invoicing.objects.get(pk=held.pk), issued_on=held.issued_on, due_on=later, by=None)
    issued = issue_round(invoicing=held, by=None)
    assert {invoice.due_on for invoice in issued} == {later}


@pytest.mark.django_db
def test_a_round_that_was_removed_meanwhile_is_refused():
    held = bill.make_round()
    remove_round(invoicing=Invoicing.objects.get(pk=held.pk), by=None)
    with pytest.raises(IssueRefused, match="borttagen"):
        issue_round(invoicing=held, by=None)

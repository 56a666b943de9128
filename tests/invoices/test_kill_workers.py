"""On PostgreSQL: two workers share a round through the queue in the database, and one of them is killed.

Four rounds, the quarters of the real plan's 2023; one worker is killed while the files are made and one while the
letters go. ``KILL_SEED`` is for the same ones again.
"""

import contextlib
import datetime
import os
import random
import signal
import sys
import time
from collections import Counter

import pytest
from django.db import connection
from django.test import override_settings
from django.utils import timezone

from budgets.invoice_issuing import issue_round
from budgets.models import Invoice, InvoiceDocument
from plans.roles import Role
from skane_digi.invoices.batches import BatchRefused, order_documents, order_sending, progress_of, take_up
from skane_digi.invoices.letters import letter_number
from skane_digi.invoices.sending import resolve_sending
from skane_digi.models import InvoiceBatch, InvoiceSending
from tests import factories as make
from tests import invoice_factories as bill
from tests.database_queue import DATABASE_QUEUE
from tests.invoices.killing import Killable
from tests.invoices.mail_catcher import MailCatcher

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite låter bara en skriva åt gången"),
]
HOUR = datetime.timedelta(hours=1)
SEED = os.environ.get("KILL_SEED", "")
PATIENCE = 120


@pytest.fixture
def catcher():
    catcher = MailCatcher()
    catcher.start()
    yield catcher
    catcher.stop()


@pytest.fixture
def killable(catcher, tmp_path):
    killable = Killable(tmp_path, catcher, DATABASE_URL=_address(), TASK_QUEUE="database", CONN_MAX_AGE="0")
    yield killable
    killable.close()


class Pair:
    """Two workers; the one that is killed is replaced when the other has done all that it can."""

    def __init__(self, killable: Killable, chance: random.Random):
        self.killable, self.chance = killable, chance
        self.pids = [self._begin(), self._begin()]

    def do(self, batch: InvoiceBatch) -> int:
        """Let them do the batch, kill one on the way, and have it taken up; return how much was done by then."""
        target = self.chance.randrange(1, 30)
        _wait(lambda: progress_of(batch).tried >= target)
        time.sleep(self.chance.uniform(0, 0.1))
        killed = progress_of(batch).tried
        self._kill(self.chance.randrange(2))
        self.finish(batch)
        self.pids.append(self._begin())
        return killed

    def finish(self, batch: InvoiceBatch) -> None:
        _wait(lambda: progress_of(batch).tried >= progress_of(batch).total - 1)
        take_up(batch, at=timezone.now() + HOUR)
        _wait(lambda: progress_of(batch).is_finished)

    def end(self) -> None:
        while self.pids:
            self._kill(0)

    def _begin(self) -> int:
        return self.killable.begin("work", connection.settings_dict["NAME"])

    def _kill(self, place: int) -> None:
        pid = self.pids.pop(place)
        os.kill(pid, signal.SIGKILL)
        assert self.killable.end(pid) == -signal.SIGKILL


def test_two_workers_one_of_them_killed_make_34_invoices_files_and_mails_a_quarter(killable, catcher, real_plans):
    seed = SEED or str(random.SystemRandom().randrange(10**9))
    chance, places = random.Random(seed), []
    version = bill.make_real_version()
    economist = make.make_user("ekonom@prov.example")
    make.make_role(economist, Role.ECONOMIST, collaboration=version.plan.collaboration)
    pair = Pair(killable, chance)
    with override_settings(TASKS=DATABASE_QUEUE, TASK_WORKERS=2):
        for quarter in (1, 2, 3, 4):
            invoicing = bill.make_round(version, year=2023, instalments=4, instalment=quarter)
            issue_round(invoicing=invoicing, by=economist)
            for order in (order_documents, order_sending):
                places.append(pair.do(order(invoicing=invoicing, by=economist)))
            catcher.settle()
            received = Counter(number.strip("<>").partition(".")[0] for number in catcher.numbers)
            assert set(received.values()) == {1}
            _answer_for_the_cut_off(economist, catcher.numbers)
            # Refused where nothing had been cut off.
            with contextlib.suppress(BatchRefused):
                pair.finish(order_sending(invoicing=invoicing, by=economist))
    pair.end()
    catcher.settle()
    sys.stdout.write(f"KILL_SEED={seed}, dödad efter: {places}\n")
    assert list(Invoice.objects.values_list("sequence", flat=True).order_by("sequence")) == list(range(1001, 1137))
    assert InvoiceDocument.objects.count() == 136
    received = Counter(number.strip("<>").partition(".")[0] for number in catcher.numbers)
    assert received == Counter(Invoice.objects.values_list("key", flat=True))
    assert not InvoiceSending.objects.filter(sent_at=None, outcome="").exists()


def _answer_for_the_cut_off(economist, received: list[str]) -> None:
    for row in InvoiceSending.objects.filter(sent_at=None, fault="", outcome="").select_related("invoice"):
        outcome = "arrived" if letter_number(row).replace("127.0.0.1", "plan.example.org") in received else "lost"
        resolve_sending(sending=row, outcome=outcome, by=economist, at=timezone.now() + HOUR)


def _address() -> str:
    told = connection.settings_dict
    who = f"{told['USER']}:{told['PASSWORD']}@" if told["PASSWORD"] else f"{told['USER']}@"
    return f"postgres://{who}{told['HOST']}:{told['PORT']}/{told['NAME']}"


def _wait(done) -> None:
    until = time.monotonic() + PATIENCE
    while not done():
        assert time.monotonic() < until, "arbetarna blir inte klara"
        time.sleep(0.02)

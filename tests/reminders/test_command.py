"""The command that a scheduler runs, and two that run at once."""

import datetime
import io
import json
import smtplib
import threading

import pytest
from django.core import mail
from django.core.mail.backends import locmem
from django.core.management import CommandError, call_command
from django.db import connection, connections

from plans.models import ReminderLetter
from plans.roles import Role
from skane_digi.reminders.sending import send_due_reminders
from tests import conversation_factories as talk
from tests import decision_factories as decide
from tests.reminders.conftest import WEEK_BEFORE

pytestmark = pytest.mark.django_db


def run(*arguments, on: datetime.date = WEEK_BEFORE) -> str:
    out = io.StringIO()
    call_command("send_reminders", *arguments, f"--on={on}", stdout=out)
    return out.getvalue()


@pytest.fixture
def refusing(monkeypatch):
    def refuse(self, messages):
        raise smtplib.SMTPDataError(554, b"nej")

    monkeypatch.setattr(locmem.EmailBackend, "send_messages", refuse)


@pytest.fixture
def claimed(version, registrar) -> ReminderLetter:
    """A letter of a process that died a day ago."""
    return ReminderLetter.objects.create(
        version=version,
        organisation=registrar.role_assignments.get().organisation,
        person=registrar,
        occasion="7@261201",
        address=registrar.email,
        claimed_at=decide.noon(datetime.date(2026, 1, 1)),
    )


def test_it_sends_what_is_due_and_says_so(version, registrar):
    said = run()
    assert said == f"{version.plan.slug}, version 1: Alby kommun, {registrar.email}, 7 dagar före 2026-12-01: skickat\n"
    assert len(mail.outbox) == 1
    assert run() == "Inga påminnelser att skicka 2026-11-24.\n"


def test_tried_out_it_says_what_would_go_and_sends_nothing(version, registrar):
    assert "skulle skickas" in run("--dry-run")
    assert json.loads(run("--dry-run", "--format=json"))["letters"] == [
        {
            "key": None,
            "plan": version.plan.slug,
            "version": 1,
            "code": "9101",
            "organisation": "Alby kommun",
            "address": registrar.email,
            "occasion": "7 dagar före 2026-12-01",
            "fate": "due",
            "fault": "",
        }
    ]
    assert not mail.outbox
    assert not ReminderLetter.objects.exists()


def test_its_exit_status_is_1_when_a_letter_failed(version, registrar, refusing):
    out = io.StringIO()
    with pytest.raises(SystemExit) as stopped:
        call_command("send_reminders", on=WEEK_BEFORE, format="json", stdout=out)
    assert stopped.value.code == 1
    (letter,) = json.loads(out.getvalue())["letters"]
    assert (letter["fate"], letter["key"]) == ("refused", ReminderLetter.objects.get().key)
    assert "554" in letter["fault"]


def test_a_letter_of_unknown_fate_is_listed_and_can_be_sent_again(claimed):
    said = run()
    assert "Ingen vet om dessa brev har skickats" in said
    assert f"{claimed.key}  {claimed.version.plan.slug}, version 1: Alby kommun" in said
    assert [letter["key"] for letter in json.loads(run("--format=json"))["unknown"]] == [claimed.key]
    assert not mail.outbox
    assert "skickat" in run("--retry", claimed.key)
    assert len(mail.outbox) == 1
    assert "Ingen vet" not in run()


def test_what_cannot_be_done_is_said_in_swedish(version, registrar, settings):
    with pytest.raises(CommandError, match="inget datum"):
        call_command("send_reminders", "--on=i dag", stdout=io.StringIO())
    with pytest.raises(CommandError, match="ingen påminnelse"):
        run("--retry", "x")
    settings.SITE_URL = ""
    with pytest.raises(CommandError, match="SITE_URL saknas"):
        run()


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite i minnet är en enda anslutning")
def test_two_that_run_at_the_same_moment_send_each_letter_once(version):
    for code in ("91", "9101", "9102", "9103"):
        for _ in range(5):
            talk.make_person(Role.READER, version.plan, code=code)
    start, runs = threading.Barrier(3), []

    def send() -> None:
        try:
            start.wait()
            runs.append(send_due_reminders(on=WEEK_BEFORE))
        finally:
            connections.close_all()

    senders = [threading.Thread(target=send) for _ in range(3)]
    for sender in senders:
        sender.start()
    for sender in senders:
        sender.join()
    addresses = [message.to[0] for message in mail.outbox]
    assert len(addresses) == len(set(addresses)) == 20
    assert sum(len(sending.tried) for sending in runs) == 20
    assert not ReminderLetter.objects.filter(sent_at=None).exists()

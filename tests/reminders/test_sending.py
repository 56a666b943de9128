"""Each letter goes once, whoever sends and whatever breaks."""

import datetime
import smtplib

import pytest
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend
from django.db import transaction

from plans.models import DecisionRound, LogEntry, ReminderLetter
from skane_digi.reminders import sending as sending_module
from skane_digi.reminders.choosing import choose_letters
from skane_digi.reminders.due import due_rounds
from skane_digi.reminders.letters import SiteAddressMissing
from skane_digi.reminders.sending import RetryRefused, of_unknown_fate, send_again, send_due_reminders
from tests import decision_factories as decide
from tests.reminders.conftest import WANTED_ON, WEEK_BEFORE

pytestmark = pytest.mark.django_db
DAY = datetime.timedelta(days=1)
NOON = decide.noon(WEEK_BEFORE)
HOUR = datetime.timedelta(hours=1)


class Server(EmailBackend):
    """A mail server that does with a letter what ``answers`` says for its address."""

    answers: dict = {}
    is_down = False
    is_cut = True

    def open(self):
        if self.is_down:
            raise ConnectionRefusedError("nej")
        self.is_cut = False

    def send_messages(self, messages):
        (message,) = messages
        if self.is_cut:
            raise smtplib.SMTPServerDisconnected("please run connect() first")
        if error := self.answers.get(message.to[0]):
            self.is_cut = isinstance(error, smtplib.SMTPServerDisconnected)
            raise error
        return super().send_messages(messages)


@pytest.fixture
def server(settings, monkeypatch):
    settings.EMAIL_BACKEND = f"{__name__}.Server"
    monkeypatch.setattr(Server, "answers", {})
    monkeypatch.setattr(Server, "is_down", False)
    return Server


def send(on: datetime.date = WEEK_BEFORE, **options):
    return send_due_reminders(on=on, at=options.pop("at", decide.noon(on)), **options)


def fates(sending) -> list[str]:
    return [str(one.fate) for one in sending.tried]


def addresses() -> list[str]:
    return [letter.to[0] for letter in mail.outbox]


def refused(person) -> smtplib.SMTPRecipientsRefused:
    return smtplib.SMTPRecipientsRefused({person.email: (550, b"finns inte")})


class TestOnce:
    def test_a_letter_goes_to_each_and_is_written_down(self, version, registrar, reader):
        sending = send()
        assert addresses() == [registrar.email, reader.email]
        assert not sending.has_failed
        letter = ReminderLetter.objects.get(person=registrar)
        assert (letter.version, letter.organisation.code, letter.occasion) == (version, "9101", "7@261201")
        assert (letter.address, letter.claimed_at, letter.sent_at, letter.fault) == (registrar.email, NOON, NOON, "")

    def test_run_again_nothing_more_goes(self, version, registrar, reader):
        send()
        assert send().tried == []
        assert send(WEEK_BEFORE + DAY).tried == []
        assert len(mail.outbox) == 2

    def test_each_occasion_brings_one_letter(self, version, registrar):
        day = WANTED_ON - 45 * DAY
        while day <= WANTED_ON + 30 * DAY:
            send(day)
            day += DAY
        codes = [letter.occasion.partition("@")[0] for letter in ReminderLetter.objects.order_by("claimed_at")]
        assert codes == ["30", "7", "1", "+1", "+2", "+3", "+4"]

    def test_when_it_has_not_run_for_some_days_what_is_due_goes_once(self, version, registrar):
        send(WANTED_ON - 4 * DAY)
        assert [letter.occasion for letter in ReminderLetter.objects.all()] == ["7@261201"]

    def test_when_the_wanted_day_is_moved_the_reminders_begin_anew(self, version, registrar):
        send()
        DecisionRound.objects.update(wanted_on=WANTED_ON + 20 * DAY)
        assert fates(send()) == ["sent"]
        assert fates(send()) == []

    def test_two_at_once_do_not_both_send(self, version, registrar, reader, monkeypatch):
        """The other one runs whole between this one's look and its first claim."""

        def look_then_be_overtaken(**options):
            found = list(due_rounds(**options))
            monkeypatch.setattr(sending_module, "due_rounds", due_rounds)
            assert fates(send()) == ["sent", "sent"]
            return found

        monkeypatch.setattr(sending_module, "due_rounds", look_then_be_overtaken)
        assert send().tried == []
        assert len(mail.outbox) == 2

    def test_two_at_once_do_not_both_try_a_refused_letter_again(self, version, registrar, server, monkeypatch):
        server.answers = {registrar.email: refused(registrar)}
        send()
        server.answers = {}

        def look_then_be_overtaken(**options):
            found = list(due_rounds(**options))
            monkeypatch.setattr(sending_module, "due_rounds", due_rounds)
            assert fates(send(at=NOON + HOUR)) == ["sent"]
            return found

        monkeypatch.setattr(sending_module, "due_rounds", look_then_be_overtaken)
        assert send(at=NOON + HOUR).tried == []
        assert len(mail.outbox) == 1

    @pytest.mark.django_db(transaction=True)
    def test_a_claim_that_would_be_undone_with_an_outer_transaction_is_not_made(self, version, registrar):
        with pytest.raises(RuntimeError, match="durable"), transaction.atomic():
            send()
        assert mail.outbox == []


class TestFaults:
    def test_one_refused_letter_does_not_stop_the_others(self, version, registrar, reader, server):
        server.answers = {registrar.email: refused(registrar)}
        sending = send()
        assert fates(sending) == ["refused", "sent"]
        assert sending.has_failed
        assert addresses() == [reader.email]
        letter = ReminderLetter.objects.get(person=registrar)
        assert letter.sent_at is None
        assert "finns inte" in letter.fault

    @pytest.mark.parametrize("error", [smtplib.SMTPDataError(554, b"nej"), ValueError("Invalid address")])
    def test_a_refused_letter_is_tried_again_while_its_occasion_is_due(self, version, registrar, server, error):
        server.answers = {registrar.email: error}
        send()
        server.answers = {}
        assert fates(send(WEEK_BEFORE + DAY)) == ["sent"]
        letter = ReminderLetter.objects.get()
        assert (letter.fault, letter.sent_at) == ("", NOON + DAY)
        assert send(WEEK_BEFORE + DAY).tried == []

    @pytest.mark.parametrize("error", [smtplib.SMTPServerDisconnected("tyst"), TimeoutError("tyst")])
    def test_a_letter_whose_line_was_cut_may_have_gone_and_is_not_sent_again(self, version, registrar, server, error):
        server.answers = {registrar.email: error}
        assert fates(send()) == ["unknown"]
        server.answers = {}
        assert send().tried == []
        assert mail.outbox == []

    def test_a_line_that_was_cut_is_opened_anew_for_the_next_letter(self, version, registrar, reader, server):
        server.answers = {registrar.email: smtplib.SMTPServerDisconnected("tyst")}
        assert fates(send()) == ["unknown", "sent"]
        assert addresses() == [reader.email]

    def test_a_server_out_of_reach_claims_nothing_so_that_the_next_run_sends(self, version, registrar, server):
        server.is_down = True
        sending = send()
        assert "går inte att nå" in sending.trouble
        assert sending.has_failed
        assert not ReminderLetter.objects.exists()
        server.is_down = False
        assert fates(send()) == ["sent"]

    def test_with_nothing_to_send_the_server_is_not_even_called(self, version, server):
        server.is_down = True
        assert not send().has_failed

    def test_a_fault_of_the_program_leaves_nothing_claimed(self, version, registrar, monkeypatch):
        monkeypatch.setattr(sending_module, "message_of", lambda *args, **options: 1 // 0)
        with pytest.raises(ZeroDivisionError):
            send()
        assert not ReminderLetter.objects.exists()

    def test_without_the_sites_own_address_nothing_is_sent(self, version, registrar, settings):
        for address in ("", "plan.example.se"):
            settings.SITE_URL = address
            with pytest.raises(SiteAddressMissing):
                send()
        assert not ReminderLetter.objects.exists()


class TestUnknownFate:
    @pytest.fixture
    def killed(self, version, registrar, server):
        """The letter of a process that died while it was being sent."""
        server.answers = {registrar.email: KeyboardInterrupt()}
        with pytest.raises(KeyboardInterrupt):
            send()
        server.answers = {}
        return ReminderLetter.objects.get()

    def test_it_is_listed_and_not_sent_again_by_itself(self, killed):
        assert send(WEEK_BEFORE + DAY).tried == []
        assert list(of_unknown_fate(at=NOON + HOUR)) == [killed]

    def test_a_letter_that_may_be_under_way_at_this_moment_is_not_listed(self, killed):
        assert not of_unknown_fate(at=NOON + HOUR / 60)
        with pytest.raises(RetryRefused, match="på väg just nu"):
            send_again(key=killed.key, on=WEEK_BEFORE, at=NOON + HOUR / 60)

    def test_a_later_letter_makes_it_needless(self, killed):
        assert fates(send(WANTED_ON)) == ["sent"]
        assert not of_unknown_fate(at=NOON + 30 * DAY)

    def test_it_is_not_listed_when_the_round_is_over(self, killed):
        DecisionRound.objects.update(state=DecisionRound.State.RETURNED)
        assert not of_unknown_fate(at=NOON + HOUR)

    def test_a_human_can_send_it_again_once(self, killed, registrar):
        sending = send_again(key=killed.key, on=WEEK_BEFORE, at=NOON + HOUR)
        assert fates(sending) == ["sent"]
        assert addresses() == [registrar.email]
        killed.refresh_from_db()
        assert killed.sent_at == NOON + HOUR
        with pytest.raises(RetryRefused, match="redan skickats"):
            send_again(key=killed.key, on=WEEK_BEFORE, at=NOON + HOUR)

    def test_it_is_not_sent_again_to_one_who_has_answered_or_said_no(self, killed, version, registrar):
        choose_letters(person=registrar, wants_reminders=False, by=registrar)
        with pytest.raises(RetryRefused, match="får personen inga"):
            send_again(key=killed.key, on=WEEK_BEFORE, at=NOON + HOUR)
        choose_letters(person=registrar, wants_reminders=True, by=registrar)
        decide.make_decision(version, "9101")
        with pytest.raises(RetryRefused, match="har svarat"):
            send_again(key=killed.key, on=WEEK_BEFORE, at=NOON + HOUR)
        DecisionRound.objects.update(state=DecisionRound.State.RETURNED)
        with pytest.raises(RetryRefused, match="väntar inte längre"):
            send_again(key=killed.key, on=WEEK_BEFORE, at=NOON + HOUR)

    def test_a_key_that_nobody_has_is_told(self, db):
        with pytest.raises(RetryRefused, match="ingen påminnelse"):
            send_again(key="x", on=WEEK_BEFORE)


def test_the_plans_log_says_once_that_they_went_and_who_asked(version, registrar, reader, chair):
    send(by=chair)
    entry = LogEntry.objects.get()
    assert (entry.actor, entry.plan_slug, entry.subject) == (chair, version.plan.slug, "plans.decisionround")
    assert entry.after == {"påminnelser": 2, "tillfälle": "7 dagar före 2026-12-01"}
    send(by=chair)
    assert LogEntry.objects.count() == 1

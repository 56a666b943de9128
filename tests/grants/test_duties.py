"""Reports that are owed stand in the calendar and are reminded of, each letter once, until they are given."""

import datetime
import io
import json
import smtplib

import pytest
from django.core import mail
from django.core.mail.backends import locmem
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction
from django.urls import reverse
from icalendar import Calendar

from budgets.grant_editing import change_duty, mark_duty, remove_duty
from budgets.grant_rows import GrantRefused, bases_of
from budgets.models import GrantDuty
from plans.models import LetterChoice, LogEntry, RoleAssignment
from plans.roles import Role
from skane_digi.models import GrantLetter
from skane_digi.reminders import duty_sending
from skane_digi.reminders.due_duties import due_duties
from skane_digi.reminders.duty_sending import duty_letters_of_unknown_fate, send_duty_reminders
from skane_digi.reminders.own_feed import own_feed, owner_of, sign_feed
from tests import decision_factories as decide
from tests import factories as make
from tests.budgets import grant_world as grants

pytestmark = pytest.mark.django_db
DUE_ON = datetime.date(2031, 3, 31)
WEEK_BEFORE = datetime.date(2031, 3, 24)
DAY = datetime.timedelta(days=1)


@pytest.fixture
def writer(db):
    person = make.make_user("ekonom@prov.example", first_name="Emil")
    make.make_role(person, Role.ECONOMIST)
    return person


@pytest.fixture
def duty(writer) -> GrantDuty:
    agreement = grants.make_agreement(slug="provbidrag", name="Provbidraget", responsible="Ekonomichefen")
    return grants.make_duty(agreement, due_on=DUE_ON)


def send(on: datetime.date = WEEK_BEFORE):
    return send_duty_reminders(on=on, at=decide.noon(on))


def occasions() -> list[str]:
    return list(GrantLetter.objects.order_by("pk").values_list("occasion", flat=True))


class TestWhen:
    def test_30_7_and_1_days_before_and_weekly_after_until_it_is_done(self, duty):
        day = DUE_ON - 40 * DAY
        while day <= DUE_ON + 22 * DAY:
            send(day)
            day += DAY
        assert occasions() == [f"{code}@310331" for code in ("30", "7", "1", "+1", "+2", "+3")]
        mark_duty(duty=duty, done_on=DUE_ON, by=None)
        assert not send(DUE_ON + 29 * DAY).tried
        mark_duty(duty=duty, done_on=None, by=None)
        assert len(send(DUE_ON + 29 * DAY).tried) == 1

    def test_each_letter_goes_once_and_is_written_down_and_logged(self, duty, writer):
        assert len(send().tried) == 1
        assert not send().tried
        letter = GrantLetter.objects.get()
        assert (letter.duty, letter.person, letter.address) == (duty, writer, writer.email)
        assert letter.sent_at == decide.noon(WEEK_BEFORE)
        entry = LogEntry.objects.first()
        assert (entry.subject, entry.after) == (
            "budgets.grantduty",
            {"påminnelser": 1, "tillfälle": "7 dagar före 2031-03-31"},
        )

    def test_when_the_day_is_moved_they_begin_anew(self, duty):
        send()
        moved = {"due_on": DUE_ON + DAY}
        change_duty(duty=duty, values=moved, bases=bases_of(duty, moved), by=None)
        send(WEEK_BEFORE + DAY)
        assert occasions() == ["7@310331", "7@310401"]

    def test_history_is_not_reminded_of(self, duty):
        assert send(DUE_ON + 699 * DAY).tried
        GrantLetter.objects.all().delete()
        assert not send(DUE_ON + 700 * DAY).tried


class TestToWhom:
    def test_those_who_write_the_budgets_of_its_collaboration_once_each(self, duty, writer):
        for role in Role.values:
            person = make.make_user(f"{role}@annan.example")
            organisation = make.make_organisation("9101") if role == Role.REGISTRAR else None
            make.make_role(person, role, organisation=organisation)
        make.make_role(writer, Role.EDITOR)
        stranger = make.make_user("fjarran@prov.example")
        make.make_role(stranger, Role.ECONOMIST, collaboration=make.make_collaboration("annan"))
        send()
        expected = {f"{role}@annan.example" for role in ("administrator", "editor", "chair", "economist")}
        assert {message.to[0] for message in mail.outbox} == expected | {writer.email}
        assert len(mail.outbox) == 5

    @pytest.mark.parametrize("how", ["turned off", "inactive", "no address", "no role"])
    def test_not_one_who(self, how, duty, writer):
        if how == "turned off":
            LetterChoice.objects.create(person=writer, wants_reminders=False)
        elif how == "no role":
            RoleAssignment.objects.all().delete()
        else:
            writer.is_active, writer.email = how != "inactive", "" if how == "no address" else writer.email
            writer.save()
        assert not send().tried

    def test_queries_do_not_grow_with_the_duties(self, duty, django_assert_max_num_queries):
        def queries() -> int:
            with django_assert_max_num_queries(30) as captured:
                assert list(due_duties(on=WEEK_BEFORE))
            return len(captured)

        before = queries()
        for _ in range(4):
            grants.make_duty(due_on=DUE_ON)
        assert queries() == before


class TestTheLetter:
    def test_says_what_is_owed_to_whom_when_and_where_it_is_noted(self, duty):
        send()
        (message,) = mail.outbox
        assert message.subject == ("Påminnelse: Slutredovisning ska redovisas senast 2031-03-31 (Provbidraget 2030)")
        assert message.body.startswith("Hej Emil,\n\nSlutredovisning ska lämnas till Socialstyrelsen senast 2031-03-31")
        for part in (
            "om 7 dagar.",
            "Statsbidrag: Provbidraget 2030, Staten",
            "Ansvarig: Ekonomichefen",
            "http://127.0.0.1:8000/statsbidrag/provbidrag/redigera/#redovisning",
            "(din roll: Ekonom)",
            "/brev/av/",
        ):
            assert part in message.body
        assert message.extra_headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"

    def test_after_the_day_it_is_said_that_it_has_passed(self, duty):
        send(DUE_ON + 8 * DAY)
        assert "skulle lämnas till Socialstyrelsen senast 2031-03-31, för 8 dagar sedan." in mail.outbox[0].body

    def test_a_name_with_line_breaks_makes_no_second_header(self, duty):
        GrantDuty.objects.filter(pk=duty.pk).update(name="Slut\nBcc: alla@prov.example")
        send()
        assert "\n" not in mail.outbox[0].subject


class TestOnce:
    def test_the_database_lets_one_letter_in(self, duty, writer):
        """grant_letter_once_per_occasion"""
        row = {"duty": duty, "person": writer, "occasion": "7@310331", "address": writer.email}
        GrantLetter.objects.create(**row)
        with pytest.raises(IntegrityError, match=r"grant_letter_once_per_occasion|duty_id"), transaction.atomic():
            GrantLetter.objects.create(**row)

    def test_another_run_that_came_first_keeps_its_letter(self, duty, monkeypatch):
        overtaken = list(due_duties(on=WEEK_BEFORE))
        send()
        monkeypatch.setattr(duty_sending, "due_duties", lambda on: iter(overtaken))
        assert not send().tried
        assert len(mail.outbox) == 1

    def test_what_the_server_refuses_is_tried_again(self, duty, monkeypatch):
        def refuse(self, messages):
            raise smtplib.SMTPDataError(554, b"nej")

        with monkeypatch.context() as patched:
            patched.setattr(locmem.EmailBackend, "send_messages", refuse)
            assert send().has_failed
        assert "554" in GrantLetter.objects.get().fault
        assert not send(WEEK_BEFORE + DAY).has_failed
        assert GrantLetter.objects.get().sent_at

    def test_one_of_unknown_fate_is_told_and_sent_again_only_by_a_human(self, duty, writer):
        letter = GrantLetter.objects.create(
            duty=duty,
            person=writer,
            occasion="7@310331",
            address=writer.email,
            claimed_at=decide.noon(datetime.date(2026, 1, 1)),
        )
        assert not send().tried
        assert list(duty_letters_of_unknown_fate()) == [letter]
        assert "skickat" in run("--retry", letter.key)
        assert not duty_letters_of_unknown_fate()
        with pytest.raises(CommandError, match="har redan skickats"):
            run("--retry", letter.key)
        GrantLetter.objects.update(sent_at=None, claimed_at=decide.noon(datetime.date(2026, 1, 1)))
        mark_duty(duty=duty, done_on=DUE_ON, by=None)
        with pytest.raises(CommandError, match="är redovisad"):
            run("--retry", letter.key)

    def test_a_duty_that_letters_have_gone_about_is_not_removed(self, duty):
        send()
        with pytest.raises(GrantRefused, match="påminnelser om återrapportering"):
            remove_duty(duty=duty, by=None)


def run(*arguments) -> str:
    out = io.StringIO()
    call_command("send_reminders", *arguments, f"--on={WEEK_BEFORE}", stdout=out)
    return out.getvalue()


class TestTheCommand:
    def test_it_sends_and_says_so(self, duty, writer):
        assert run() == f"provbidrag: Slutredovisning, {writer.email}, 7 dagar före 2031-03-31: skickat\n"
        assert run() == "Inga påminnelser att skicka 2031-03-24.\n"

    def test_tried_out_it_sends_nothing(self, duty, writer):
        (letter,) = json.loads(run("--dry-run", "--format=json"))["duty_letters"]
        assert letter == {
            "key": None,
            "grant": "provbidrag",
            "duty": "Slutredovisning",
            "due_on": "2031-03-31",
            "address": writer.email,
            "occasion": "7 dagar före 2031-03-31",
            "fate": "due",
            "fault": "",
        }
        assert not GrantLetter.objects.exists()


class TestTheCalendar:
    def events(self, client, address: str) -> dict[str, dict]:
        answer = client.get(address)
        assert answer.status_code == 200
        return {str(event["uid"]): event for event in Calendar.from_ical(answer.content).walk("VEVENT")}

    def test_a_reader_who_is_signed_in_sees_the_duties_and_others_do_not(self, duty, client):
        address, uid = reverse("reminders:calendar"), f"redovisning-{duty.key}"
        assert uid not in self.events(client, address)
        reader = make.make_user("lasare@prov.example")
        make.make_role(reader, Role.READER)
        client.force_login(reader)
        event = self.events(client, address)[uid]
        assert event["dtstart"].dt == DUE_ON
        assert event["summary"] == "Redovisas senast: Slutredovisning (Provbidraget 2030)"
        assert "Socialstyrelsen" in event["description"]
        assert client.get(address)["Cache-Control"] == "private, no-cache"
        client.force_login(make.make_user("annan@prov.example"))
        assert uid not in self.events(client, address)

    def test_a_persons_own_address_needs_no_sign_in_and_shows_what_they_may_see_now(self, duty, writer, client):
        address, uid = reverse("reminders:own-calendar", args=[sign_feed(writer)]), f"redovisning-{duty.key}"
        assert uid in self.events(client, address)
        RoleAssignment.objects.filter(person=writer).delete()
        assert uid not in self.events(client, address)

    @pytest.mark.parametrize("how", ["another password", "closed account", "forged", "nonsense"])
    def test_an_address_that_has_ended_is_not_found(self, how, writer, client):
        signed = sign_feed(writer)
        if how == "another password":
            writer.set_password("en helt annan fras")
            writer.save()
        elif how == "closed account":
            writer.is_active = False
            writer.save()
        else:
            signed = f"{writer.pk}.0123456789abcdef:{signed.partition(':')[2]}" if how == "forged" else "hej"
        assert owner_of(signed) is None
        assert client.get(reverse("reminders:own-calendar", args=[signed])).status_code == 404

    def test_a_moved_day_keeps_its_identity_and_gets_a_higher_number(self, duty, writer):
        def date():
            return next(date for date in own_feed(writer).dates if date.uid == f"redovisning-{duty.key}")

        first = date()
        for on in (DUE_ON + DAY, DUE_ON + 2 * DAY):
            duty.refresh_from_db()
            change_duty(duty=duty, values={"due_on": on}, bases=bases_of(duty, ["due_on"]), by=None)
        moved = date()
        assert (moved.on, moved.uid) == (DUE_ON + 2 * DAY, first.uid)
        assert (first.sequence, moved.sequence) == (0, 2)
        assert moved.written_at > first.written_at
        mark_duty(duty=duty, done_on=DUE_ON, by=None)
        assert date().title.startswith("Redovisad:")

    def test_that_letters_went_is_no_change_of_the_date(self, duty, writer):
        before = own_feed(writer)
        send()
        assert own_feed(writer) == before

    def test_ones_own_page_tells_the_address(self, writer, client):
        client.force_login(writer)
        text = client.get(reverse("reminders:letters")).content.decode()
        assert reverse("reminders:own-calendar", args=[sign_feed(writer)]) in text
        assert "ett statsbidrag ska redovisas" in text
        client.force_login(make.make_user("annan@prov.example"))
        assert reverse("reminders:calendar") in client.get(reverse("reminders:letters")).content.decode()

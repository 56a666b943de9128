"""What a reminder says, and the address in it that turns reminders off."""

import datetime
from email import message_from_bytes
from email.policy import default
from urllib.parse import urlsplit

import pytest
from django.core import mail
from django.urls import reverse
from django.utils import timezone

from plans.models import Decision, LetterChoice, LogEntry, Plan, ReminderLetter
from skane_digi.reminders.choosing import LASTS, choose_letters, person_of, sign
from skane_digi.reminders.sending import send_due_reminders
from tests import decision_factories as decide
from tests import factories as make
from tests.reminders.conftest import WANTED_ON, WEEK_BEFORE

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _site(settings):
    settings.SITE_URL = "https://plan.example.se/"
    settings.OPERATOR = "Region Skåne"


def letter_on(day: datetime.date = WEEK_BEFORE):
    """Return the one letter that goes on the day, as a mail program reads it."""
    send_due_reminders(on=day)
    (message,) = mail.outbox
    return message_from_bytes(message.message().as_bytes(), policy=default)


def words(letter) -> str:
    return letter.get_content()


def test_a_letter_names_plan_version_fingerprint_day_and_address_in_the_register(version, registrar):
    letter = letter_on()
    assert (
        letter["Subject"].strip() == "Påminnelse: beslut om Handlingsplan 2030 önskas senast 2026-12-01 (Alby kommun)"
    )
    assert letter["To"] == registrar.email
    assert words(letter).startswith("Hej Rakel,\n\nAlby kommun har inte registrerat något beslut")
    assert "Beslut önskas senast 2026-12-01, om 7 dagar." in words(letter)
    assert f"version 1 med fingeravtrycket {version.fingerprint}" in words(letter)
    link = reverse("decisions:organisation", args=[version.plan.slug, "9101"])
    assert f"\nhttps://plan.example.se{link}\n" in words(letter)
    assert "för att du är registrator för Alby kommun" in words(letter)
    assert "Region Skåne" in words(letter)


def test_after_the_wanted_day_it_says_how_long_ago_it_was(version, registrar):
    letter = letter_on(WANTED_ON + datetime.timedelta(days=8))
    assert "önskades senast 2026-12-01" in letter["Subject"]
    assert "Beslut önskades senast 2026-12-01, för 8 dagar sedan." in words(letter)


@pytest.mark.parametrize(
    ("outcome", "stage", "said"),
    [
        (Decision.Outcome.TABLED, Decision.Stage.DECIDES, "har bordlagt ärendet om Handlingsplan 2030."),
        (Decision.Outcome.RETURNED, Decision.Stage.DECIDES, "har återremitterat ärendet om Handlingsplan 2030."),
        (Decision.Outcome.ADOPTED, Decision.Stage.PREPARES, "har registrerat hur ärendet bereds"),
    ],
)
def test_it_says_how_far_the_organisation_has_come(version, registrar, outcome, stage, said):
    decide.make_decision(version, "9101", outcome, stage=stage)
    assert f"Alby kommun {said}" in words(letter_on())


def test_a_title_with_line_breaks_or_marks_stays_a_title(version, registrar):
    Plan.objects.update(title="Plan\r\nBcc: annan@prov.example {0} & <b>")
    letter = letter_on()
    assert letter["Bcc"] is None
    assert "{0} & <b>" in words(letter)


def test_its_number_is_the_rows_own(version, registrar):
    letter = letter_on()
    assert letter["Message-ID"] == f"<{ReminderLetter.objects.get().key}@plan.example.se>"
    assert letter["Auto-Submitted"] == "auto-generated"


class TestTurningOff:
    def test_one_click_in_a_mail_program_turns_them_off_without_a_sign_in_or_a_cookie(self, version, registrar, client):
        """RFC 8058: a POST of List-Unsubscribe=One-Click to the address in List-Unsubscribe, and no redirect."""
        letter = letter_on()
        assert letter["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
        address = letter["List-Unsubscribe"].strip(" <>")
        assert address.startswith("https://plan.example.se/brev/av/")
        assert address in words(letter)
        client.handler.enforce_csrf_checks = True
        answer = client.post(urlsplit(address).path, {"List-Unsubscribe": "One-Click"})
        assert answer.status_code == 200
        assert LetterChoice.objects.get(person=registrar).wants_reminders is False

    def test_the_link_asks_first_and_changes_nothing_until_it_is_posted(self, registrar, client):
        address = reverse("reminders:unsubscribe", args=[sign(registrar, on=timezone.localdate())])
        page = client.get(address).content.decode()
        assert "Stäng av påminnelserna?" in page
        assert registrar.email in page
        assert not LetterChoice.objects.exists()
        for _ in range(2):
            assert "Påminnelserna är avstängda" in client.post(address).content.decode()
        assert "Påminnelserna är avstängda" in client.get(address).content.decode()
        entry = LogEntry.objects.get()
        assert (entry.actor, entry.subject) == (None, "plans.letterchoice")
        assert entry.after == {"wants_reminders": False, "genom": "länken i ett brev"}

    def test_a_signature_holds_for_a_year_and_for_one_person(self, registrar, reader):
        signed = sign(registrar, on=WEEK_BEFORE)
        assert person_of(signed, on=WEEK_BEFORE + LASTS) == registrar
        assert person_of(signed, on=WEEK_BEFORE + LASTS + datetime.timedelta(days=1)) is None
        other = signed.replace(f"{registrar.pk}.", f"{reader.pk}.", 1)
        assert person_of(other, on=WEEK_BEFORE) is None

    @pytest.mark.parametrize("method", ["get", "post"])
    def test_a_bad_or_an_old_address_is_not_there(self, registrar, client, method):
        today = timezone.localdate()
        old = sign(registrar, on=today - LASTS - datetime.timedelta(days=1))
        good = sign(registrar, on=today)
        for signed in ("x", "1.20260101:x", f"{good}x", old):
            answer = getattr(client, method)(reverse("reminders:unsubscribe", args=[signed]))
            assert answer.status_code == 404, signed
        assert not LetterChoice.objects.exists()


class TestTheirOwnPage:
    ADDRESS = "/konto/brev/"

    def test_a_person_turns_them_off_and_on_and_the_log_says_so(self, registrar, client):
        client.force_login(registrar)
        assert "checked" in client.get(self.ADDRESS).content.decode()
        off = client.post(self.ADDRESS, {}, follow=True)
        assert "Påminnelserna är av." in off.content.decode()
        assert "checked" not in off.content.decode()
        on = client.post(self.ADDRESS, {"wants_reminders": "on"}, follow=True)
        assert "Påminnelserna är på." in on.content.decode()
        changes = LogEntry.objects.order_by("number").values_list("actor", "before", "after")
        assert list(changes) == [
            (registrar.pk, {"wants_reminders": True}, {"wants_reminders": False}),
            (registrar.pk, {"wants_reminders": False}, {"wants_reminders": True}),
        ]

    def test_it_names_the_organisations_that_one_speaks_for(self, registrar, chair, client):
        client.force_login(registrar)
        assert "tills Alby kommun har beslutat" in client.get(self.ADDRESS).content.decode()
        client.force_login(chair)
        assert "ett statsbidrag ska redovisas" in client.get(self.ADDRESS).content.decode()
        client.force_login(make.make_user("tom@prov.example"))
        assert "Du har ingen sådan roll nu" in client.get(self.ADDRESS).content.decode()

    def test_it_is_reached_from_the_account(self, registrar, client):
        client.force_login(registrar)
        assert f'href="{self.ADDRESS}"' in client.get(reverse("accounts:account")).content.decode()

    def test_what_is_so_already_is_not_logged(self, registrar):
        assert not choose_letters(person=registrar, wants_reminders=True, by=registrar)
        assert choose_letters(person=registrar, wants_reminders=False, by=registrar)
        assert not choose_letters(person=registrar, wants_reminders=False, by=registrar)
        assert LogEntry.objects.count() == 1

"""The calendar feeds: what is public in one, what the reader may see of a plan in the other."""

import datetime

import icalendar
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from plans.lifecycle import set_wanted_on
from plans.log import canonical
from plans.models import Decision, DecisionRound, Plan, PlanStep
from plans.referring import extend_referral
from plans.roles import Role
from skane_digi.documents.build import build_plan_document
from skane_digi.reminders.dates import public_feed
from skane_digi.reminders.ical import as_ical
from skane_digi.versions.canonical import document_json
from tests import conversation_factories as talk
from tests import decision_factories as decide
from tests import factories as make
from tests.reminders.conftest import WANTED_ON

pytestmark = pytest.mark.django_db
DAY = datetime.timedelta(days=1)
PUBLIC = "/kalender.ics"
Outcome, Status = Decision.Outcome, Plan.Status


def read(client, address: str = PUBLIC) -> icalendar.Calendar:
    """Return the feed as a calendar program reads it, after checking its form line by line (RFC 5545)."""
    answer = client.get(address)
    assert answer.status_code == 200
    assert answer["Content-Type"] == "text/calendar; charset=utf-8"
    assert answer.content.endswith(b"\r\n")
    for line in answer.content.split(b"\r\n"):
        assert len(line) <= 75
        assert b"\n" not in line
    calendar = icalendar.Calendar.from_ical(answer.content)
    assert not calendar.errors
    assert all(not event.errors for event in calendar.walk("VEVENT"))
    return calendar


def events(client, address: str = PUBLIC) -> dict[str, icalendar.Event]:
    found = {str(event["uid"]): event for event in read(client, address).walk("VEVENT")}
    assert len(found) == len(read(client, address).walk("VEVENT"))
    return found


def titles(client, address: str = PUBLIC) -> set[str]:
    return {str(event["summary"]) for event in events(client, address).values()}


def of_plan(plan: Plan) -> str:
    return reverse("reminders:plan-calendar", args=[plan.slug])


def adopt(version, on: datetime.date = WANTED_ON) -> PlanStep:
    DecisionRound.objects.filter(version=version).update(state="adopted")
    Plan.objects.filter(pk=version.plan_id).update(status=Status.ADOPTED)
    return PlanStep.objects.create(
        plan=version.plan,
        version=version,
        kind=PlanStep.Kind.ADOPT,
        status_before="deciding",
        status_after="adopted",
        taken_on=on,
        taken_by_name="Systemet",
        taken_at=decide.noon(on),
    )


@pytest.fixture
def adopted(version):
    decide.make_decision(version, "9101", decided_on=datetime.date(2026, 10, 5), paragraph="§ 45")
    decide.make_decision(version, "91", Outcome.CONDITIONAL, decided_on=datetime.date(2026, 10, 6))
    decide.make_decision(version, "9102", Outcome.ADOPTED, stage="prepares")
    adopt(version)
    return version


class TestForm:
    def test_a_wanted_day_is_an_event_of_one_whole_day_with_words_and_a_link(self, version, client):
        (event,) = events(client).values()
        assert (event["dtstart"].dt, event["dtend"].dt) == (WANTED_ON, WANTED_ON + DAY)
        assert str(event["summary"]) == "Beslut önskas senast: Handlingsplan 2030"
        link = f"http://testserver{reverse('versions:page', args=[version.plan.slug, 1])}"
        assert version.fingerprint in event["description"]
        assert str(event["description"]).endswith(f"\n\n{link}")
        assert str(event["url"]) == link
        assert str(event["transp"]) == "TRANSPARENT"

    def test_the_calendar_says_what_it_is(self, version, client):
        calendar = read(client)
        assert (str(calendar["version"]), str(calendar["method"])) == ("2.0", "PUBLISH")
        assert str(calendar["prodid"]) == "-//Skanegemensam digitalisering//Handlingsplaner//SV"
        assert str(calendar["x-wr-calname"]) == "Handlingsplaner"
        assert str(read(client, of_plan(version.plan))["x-wr-calname"]) == "Handlingsplan 2030"

    def test_commas_semicolons_line_breaks_and_long_titles_come_back_as_written(self, version, client):
        title = "Å, ä; och ö\\ " + "mycket långt " * 12
        Plan.objects.update(title=f"{title}\r\nEND:VCALENDAR\x07")
        assert titles(client) == {f"Beslut önskas senast: {' '.join(title.split())} END:VCALENDAR"}

    def test_an_empty_calendar_is_a_calendar(self, client):
        Plan.objects.update(status=Status.DRAFT)
        assert events(client) == {}

    def test_the_same_rows_give_the_same_bytes(self, adopted, client):
        """DTSTAMP and SEQUENCE come from the rows, never from the clock."""
        first = as_ical(public_feed(), address=str)
        assert as_ical(public_feed(), address=str) == first

    def test_a_reader_who_has_it_already_is_told_so(self, version, client):
        answer = client.get(PUBLIC)
        again = client.get(PUBLIC, headers={"If-None-Match": answer["ETag"]})
        assert (again.status_code, again.content) == (304, b"")
        DecisionRound.objects.update(wanted_on=WANTED_ON + DAY)
        changed = client.get(PUBLIC, headers={"If-None-Match": answer["ETag"]})
        assert changed.status_code == 200

    def test_what_a_signed_in_reader_sees_is_kept_by_nobody_else(self, version, chair, client):
        assert "public" in client.get(PUBLIC)["Cache-Control"]
        client.force_login(chair)
        assert "private" in client.get(of_plan(version.plan))["Cache-Control"]


class TestChanges:
    def test_a_wanted_day_that_is_moved_is_the_same_event_with_a_higher_sequence(self, version, chair, client):
        ((uid, before),) = events(client).items()
        assert (before["sequence"], before["dtstamp"].dt) == (0, version.frozen_at)
        at = decide.noon(datetime.date(2026, 11, 1))
        for days in (7, 3):
            set_wanted_on(plan=version.plan, wanted_on=WANTED_ON + days * DAY, by=chair, at=at)
        after = events(client)[uid]
        assert (after["sequence"], after["dtstamp"].dt) == (2, at)
        assert after["dtstart"].dt == WANTED_ON + 3 * DAY

    def test_a_corrected_decision_is_the_same_event(self, adopted, client):
        first = Decision.objects.get(organisation__code="9101")
        uid = f"beslut-{first.key}"
        assert events(client)[uid]["sequence"] == 0
        decide.make_decision(
            adopted, "9101", decided_on=datetime.date(2026, 10, 7), replaces=first, correction_reason="Fel dag."
        )
        event = events(client)[uid]
        assert (event["sequence"], event["dtstart"].dt) == (1, datetime.date(2026, 10, 7))

    def test_a_decision_that_was_recorded_by_mistake_is_gone(self, adopted, client):
        first = Decision.objects.get(organisation__code="9101")
        decide.make_decision(
            adopted, "9101", Outcome.WITHDRAWN, decided_on=None, replaces=first, correction_reason="Fel organisation."
        )
        assert not [title for title in titles(client) if "Alby" in title]

    def test_a_plan_adopted_twice_has_the_day_of_the_last(self, adopted, client):
        uid = f"faststalld-{adopted.key}"
        assert events(client)[uid]["sequence"] == 0
        adopt(adopted, on=WANTED_ON + DAY)
        assert (events(client)[uid]["sequence"], events(client)[uid]["dtstart"].dt) == (1, WANTED_ON + DAY)


class TestWhoSeesWhat:
    def test_an_adopted_plan_has_the_days_of_its_decisions_and_of_its_adoption(self, adopted, client):
        assert titles(client) == {
            "Alby kommun: antagen (Handlingsplan 2030)",
            "Region Prov: antagen med villkor (Handlingsplan 2030)",
            "Handlingsplan 2030 fastställd",
        }
        found = {str(event["summary"]): event for event in events(client).values()}
        alby = found["Alby kommun: antagen (Handlingsplan 2030)"]
        assert "Kommunfullmäktige beslutade om Handlingsplan 2030, version 1: antagen, § 45." in alby["description"]

    def test_decisions_are_not_told_to_outsiders_while_others_are_awaited(self, version, registrar, client):
        decide.make_decision(version, "9101")
        wanted, decided = "Beslut önskas senast: Handlingsplan 2030", "Alby kommun: antagen (Handlingsplan 2030)"
        assert titles(client, of_plan(version.plan)) == {wanted}
        client.force_login(registrar)
        assert titles(client, of_plan(version.plan)) == {wanted, decided}
        assert titles(client) == {wanted}

    @pytest.mark.parametrize("status", [Status.DRAFT, Status.REFERRAL])
    def test_a_draft_is_in_no_feed_of_an_outsider(self, version, client, status):
        DecisionRound.objects.update(state="returned")
        Plan.objects.update(status=status)
        assert events(client) == {}
        assert client.get(of_plan(version.plan)).status_code == 404

    def test_referrals_are_for_the_collaboration_and_their_extension_is_the_same_event(self, client):
        plan = talk.make_draft()
        referral = talk.make_referral(plan)
        assert client.get(of_plan(plan)).status_code == 404
        client.force_login(talk.make_person(Role.READER, plan, code="9101"))
        uid = f"remiss-{referral.key}"
        assert events(client, of_plan(plan))[uid]["dtstart"].dt == talk.DUE_ON
        extend_referral(referral=referral, due_on=talk.DUE_ON + DAY, by=referral.opened_by, at=talk.OPENED_AT + DAY)
        event = events(client, of_plan(plan))[uid]
        assert (event["dtstart"].dt, event["sequence"]) == (talk.DUE_ON + DAY, 1)
        Plan.objects.filter(pk=plan.pk).update(status=Status.SUBMITTED)
        client.logout()
        assert events(client, of_plan(plan)) == {}

    def test_a_plan_under_revision_is_read_as_it_was_adopted(self, adopted, chair, client):
        """The live rows of a draft are never shown to the public."""
        plan = adopted.plan
        content = {"format": 1, "plan": plan.slug, "number": 2, "allocation": "", "members": []}
        content["document"] = document_json(build_plan_document(plan))
        DecisionRound.objects.update(state="replaced")
        second = decide.make_version(plan, status=Status.ADOPTED, content=canonical(content))
        adopt(second, on=WANTED_ON + 30 * DAY)
        Plan.objects.filter(pk=plan.pk).update(status=Status.DRAFT, title="Hemlig ny titel")
        for address in (PUBLIC, of_plan(plan)):
            assert "Handlingsplan 2030 fastställd" in titles(client, address)
            assert "Hemlig" not in client.get(address).content.decode()
        client.force_login(chair)
        assert "Hemlig ny titel fastställd" in titles(client, of_plan(plan))
        assert "Hemlig" not in client.get(PUBLIC).content.decode()

    def test_a_round_that_rests_on_earlier_decisions_wants_none(self, version, client):
        DecisionRound.objects.update(needs_all=False, consents_from=version)
        assert events(client) == {}


def test_queries_do_not_grow_with_plans_or_decisions(adopted, client):
    def ask() -> int:
        with CaptureQueriesContext(connection) as asked:
            client.get(PUBLIC)
        return len(asked)

    waiting = make.make_plan(collaboration=adopted.plan.collaboration)
    decide.make_version(waiting, wanted_on=WANTED_ON)
    few = ask()
    for _ in range(3):
        plan = make.make_plan(collaboration=adopted.plan.collaboration)
        other = decide.make_version(plan)
        for code in ("91", "9101", "9102", "9103"):
            decide.make_decision(other, code)
        adopt(other)
        decide.make_version(make.make_plan(collaboration=plan.collaboration), wanted_on=WANTED_ON)
    assert ask() == few

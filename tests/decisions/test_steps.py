"""The page of steps: where the plan is, what can be done next, and each step's form, taken once and for good."""

import datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from plans.days import day_of
from plans.models import Plan, PlanStep
from plans.roles import Role
from skane_digi.decisions.step_forms import FORMS
from skane_digi.decisions.step_page import step_page
from skane_digi.decisions.step_taking import TAKING
from skane_digi.decisions.step_way import Mark
from tests import conversation_factories as talk
from tests import decision_factories as decide
from tests import factories as make
from tests.decisions import rounds
from tests.decisions.rounds import page_of, sign_in, told

pytestmark = pytest.mark.django_db
Status = Plan.Status
YESTERDAY = day_of() - datetime.timedelta(days=1)


@pytest.fixture
def version():
    return rounds.make_readable_version(status=Status.SUBMITTED)


@pytest.fixture
def chair(client, version):
    return sign_in(client, Role.CHAIR, version)


def steps_address(plan: Plan) -> str:
    return reverse("decisions:steps", args=[plan.slug])


def step_address(plan: Plan, kind: str) -> str:
    return reverse("decisions:step", args=[plan.slug, kind])


def status_of(plan: Plan) -> str:
    return Plan.objects.get(pk=plan.pk).status


def by_body(plan: Plan, **fields) -> dict:
    return {"body": make.make_body("ctb", collaboration=plan.collaboration).pk, "taken_on": YESTERDAY, **fields}


def marks(plan: Plan) -> dict[str, str]:
    return {stop.status: stop.mark for stop in step_page(Plan.objects.get(pk=plan.pk), None).stops}


def test_every_step_has_a_form_and_a_function():
    assert FORMS.keys() == TAKING.keys()
    assert {*PlanStep.Kind.values, "wanted"} - FORMS.keys() == {"adopt", "unsettle"}


class TestTheWay:
    def test_is_shown_whole_with_where_the_plan_is(self, client, version, chair):
        page = page_of(client.get(steps_address(version.plan)))
        for status in Status:
            assert status.label in page
        assert page.count('aria-current="step"') == 1
        assert marks(version.plan)[Status.SUBMITTED] == Mark.HERE
        assert marks(version.plan)[Status.PREPARED] == Mark.AHEAD

    def test_tells_which_body_took_each_step_when_and_who_recorded_it(self, client, version, chair):
        values = by_body(version.plan, paragraph="§ 7", case_number="CTB 3", comment="Utan ändring.")
        client.post(step_address(version.plan, "prepare"), values)
        page = page_of(client.get(steps_address(version.plan)))
        for word in ("av Ctb", YESTERDAY.isoformat(), "§ 7", "CTB 3", "Utan ändring.", "Registrerat av Rakel"):
            assert word in page
        assert marks(version.plan)[Status.PREPARED] == Mark.HERE

    def test_keeps_names_and_comments_from_the_public(self, client):
        adopted = rounds.make_readable_version(status=Status.ADOPTED)
        sign_in(client, Role.CHAIR, adopted)
        client.post(step_address(adopted.plan, "close"), {"comment": "Allt är gjort."})
        client.logout()
        page = page_of(client.get(steps_address(adopted.plan)))
        assert "Avslutad" in page
        assert "Allt är gjort." not in page
        assert "Rakel" not in page

    def test_begins_anew_when_the_plan_is_sent_back(self, client, version, chair):
        client.post(step_address(version.plan, "prepare"), by_body(version.plan))
        client.post(step_address(version.plan, "return"), {"reason": "Siffrorna ska ses över."})
        assert marks(version.plan)[Status.DRAFT] == Mark.HERE
        assert marks(version.plan)[Status.PREPARED] == Mark.AHEAD
        page = page_of(client.get(steps_address(version.plan)))
        assert page.count("Siffrorna ska ses över.") == 2  # at its stop and in the history
        assert page.count("<strong>Behandlad</strong>") == 1  # in the history alone

    def test_of_a_plan_sent_on_paper_says_so(self):
        plan = make.make_shared_plan(1000, status=Status.DECIDING)
        assert marks(plan)[Status.RECOMMENDED] == Mark.ON_PAPER
        assert marks(plan)[Status.DECIDING] == Mark.HERE

    def test_tells_of_the_referral(self, client):
        plan = talk.make_draft()
        talk.make_referral(plan)
        assert marks(plan)[Status.REFERRAL] == Mark.HERE
        client.force_login(talk.make_person(Role.CHAIR, plan))
        page = page_of(client.get(steps_address(plan)))
        assert "Öppnad 2030-03-01, svar senast 2030-03-31." in page
        assert "Planen är ute på remiss." in page


class TestWhatCanBeDone:
    def test_is_offered_to_those_who_lead_the_plan_alone(self, client, version, chair):
        button = f'href="{step_address(version.plan, "prepare")}"'
        page = page_of(client.get(steps_address(version.plan)))
        assert button in page
        assert "Planen är behandlad av det beredande organet" in page
        assert "Steget tas av ordföranden i SGD eller en administratör, när organet har beslutat." in page
        sign_in(client, Role.AUDITOR, version)
        page = page_of(client.get(steps_address(version.plan)))
        assert button not in page
        assert "Planen är behandlad av det beredande organet" in page

    def test_says_before_it_is_done_what_it_will_do_to_this_plan(self, client, version, chair):
        plan = version.plan
        Plan.objects.filter(pk=plan.pk).update(status=Status.DECIDING)
        decide.make_decision(version, "9101")
        page = page_of(client.get(step_address(plan, "return")))
        assert "Planen blir ett utkast igen." in page
        assert "1 registrerat beslut räknas då inte längre." in page

    def test_says_how_many_are_asked(self, client, version, chair):
        Plan.objects.filter(pk=version.plan_id).update(status=Status.RECOMMENDED)
        assert "4 huvudmän får frågan." in page_of(client.get(step_address(version.plan, "send")))

    @pytest.mark.parametrize("kind", FORMS)
    def test_from_a_state_that_does_not_allow_it_is_nothing(self, client, version, chair, kind):
        """Every form in a state that it is not taken from: it says so, and a POST is refused and changes nothing."""
        if kind in ("prepare", "return"):
            Plan.objects.filter(pk=version.plan_id).update(status=Status.CLOSED)
        before = status_of(version.plan)
        assert "Steget kan inte tas nu" in page_of(client.get(step_address(version.plan, kind)))
        values = by_body(version.plan, reason="Skäl.", comment="Text.", status="deciding", wanted_on="2999-01-01")
        answer = client.post(step_address(version.plan, kind), values)
        if kind != "wanted":  # the day may be moved as long as the round is open; it is only offered later
            assert (answer.status_code, status_of(version.plan)) == (422, before)
            assert "Steget är inte taget" in page_of(answer)
            assert not PlanStep.objects.filter(plan=version.plan).exists()


class TestAPlanWithFaults:
    """Issue 4: it is impossible to freeze a plan whose printed figures disagree: the reasons are listed with links."""

    @pytest.fixture
    def faulty(self, client) -> Plan:
        plan = make.make_shared_plan(1000)
        make.make_printed(plan, "year_total", 900)
        area = make.make_area(plan, "Halvfärdigt", slug="halvfardigt")
        make.make_lineage(plan, "new", successor=area)
        client.force_login(talk.make_person(Role.CHAIR, plan))
        return plan

    def test_has_no_button_but_the_reasons_with_links(self, client, faulty):
        page = page_of(client.get(steps_address(faulty)))
        assert f'href="{step_address(faulty, "submit")}"' not in page
        assert "Steget kan inte tas än." in page
        assert "Halvfärdigt saknar bakgrund." in page
        assert f'href="{reverse("workspace:area", args=[faulty.slug, "halvfardigt"])}"' in page
        assert f'href="{reverse("workspace:budget", args=[faulty.slug])}"' in page

    def test_has_no_form(self, client, faulty):
        page = page_of(client.get(step_address(faulty, "submit")))
        assert 'name="reason"' not in page
        assert "Halvfärdigt saknar bakgrund." in page

    def test_is_refused_and_what_was_typed_stays(self, client, faulty):
        answer = client.post(step_address(faulty, "submit"), {"reason": "Färdig, tror jag."})
        assert (answer.status_code, faulty.versions.count(), status_of(faulty)) == (422, 0, Status.DRAFT)
        assert "Planen kan inte frysas." in page_of(answer)
        assert "Färdig, tror jag." in page_of(answer)


class TestTakingAStep:
    @pytest.mark.parametrize(
        ("values", "fault"),
        [
            ({"taken_on": YESTERDAY}, "Välj vilket organ som har beslutat."),
            ({"taken_on": "2999-01-01"}, "Ange dagen för organets beslut."),
            ({"taken_on": ""}, "Välj en dag."),
        ],
    )
    def test_asks_which_body_and_when_and_keeps_what_was_typed(self, client, version, chair, values, fault):
        if values["taken_on"] != YESTERDAY:
            values = by_body(version.plan) | values
        answer = client.post(step_address(version.plan, "prepare"), {**values, "comment": "Mödosamt skrivet."})
        assert (answer.status_code, status_of(version.plan)) == (422, Status.SUBMITTED)
        assert fault in page_of(answer)
        assert "Mödosamt skrivet." in page_of(answer)

    def test_a_body_of_another_collaboration_is_not_offered(self, client, version, chair):
        foreign = make.make_body("annat", collaboration=make.make_collaboration("annan"))
        assert (
            client.post(step_address(version.plan, "prepare"), {"body": foreign.pk, "taken_on": YESTERDAY}).status_code
            == 422
        )

    def test_the_body_that_took_it_last_is_chosen_beforehand(self, client, version, chair):
        values = by_body(version.plan)
        client.post(step_address(version.plan, "prepare"), values)
        later = rounds.make_readable_version(status=Status.SUBMITTED)
        page = page_of(client.get(step_address(later.plan, "prepare")))
        assert f'<option value="{values["body"]}" selected>' in page

    def test_a_double_click_takes_one_step(self, client, version, chair):
        values = by_body(version.plan, seen=0)
        answers = [client.post(step_address(version.plan, "prepare"), values, follow=True) for _ in range(2)]
        assert PlanStep.objects.filter(plan=version.plan).count() == 1
        assert told(answers[0]) == told(answers[1])

    def test_a_step_taken_by_somebody_else_meanwhile_is_told_before_the_next_try(self, client, version, chair):
        client.post(step_address(version.plan, "prepare"), by_body(version.plan, seen=0))
        sign_in(client, Role.ADMINISTRATOR, version)
        values = {"reason": "Siffrorna ska ses över.", "seen": 0}
        answer = client.post(step_address(version.plan, "return"), values)
        assert "Rakel Registrator har tagit ett steg sedan du öppnade sidan: behandlad." in page_of(answer)
        assert status_of(version.plan) == Status.PREPARED
        client.post(step_address(version.plan, "return"), {**values, "seen": 1})
        assert status_of(version.plan) == Status.DRAFT

    def test_the_wanted_day_is_moved_while_the_members_decide(self, client, version, chair):
        Plan.objects.filter(pk=version.plan_id).update(status=Status.DECIDING)
        answer = client.post(step_address(version.plan, "wanted"), {"wanted_on": "2999-06-30"}, follow=True)
        assert told(answer) == ["Beslut önskas senast 2999-06-30."]
        version.round.refresh_from_db()
        assert version.round.wanted_on == datetime.date(2999, 6, 30)
        assert client.post(step_address(version.plan, "wanted"), {"wanted_on": "2020-01-01"}).status_code == 422


def queries_of(client, address: str) -> int:
    with CaptureQueriesContext(connection) as asked:
        client.get(address)
    return len(asked)


def test_the_pages_queries_do_not_grow_with_what_has_been_done(client, version, chair):
    client.post(step_address(version.plan, "prepare"), by_body(version.plan), follow=True)
    decide.make_condition(decide.make_decision(version, "9101", "conditional"), "region")
    before = queries_of(client, steps_address(version.plan))
    client.post(step_address(version.plan, "recommend"), by_body(version.plan), follow=True)
    for code in rounds.ALL:
        decide.make_decision(version, code)
    assert queries_of(client, steps_address(version.plan)) == before


def test_the_public_is_led_to_no_version_that_was_sent_back(client, db):
    """What one may not see answers 404, and no page leads there."""
    returned = rounds.make_readable_version(status=Plan.Status.DRAFT, state="returned")
    plan = returned.plan
    PlanStep.objects.create(
        plan=plan, version=returned, kind="return", status_before="deciding", status_after="draft", taken_by_name="O"
    )
    rounds.make_readable_version(plan, status=Plan.Status.ADOPTED)
    address = reverse("versions:page", args=[plan.slug, 1])
    assert address not in client.get(reverse("decisions:steps", args=[plan.slug])).content.decode()
    rounds.sign_in(client, Role.READER, returned)
    assert address in client.get(reverse("decisions:steps", args=[plan.slug])).content.decode()

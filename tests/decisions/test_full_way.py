"""One plan all the way by its pages, with real frozen versions; and plans that were sent on paper."""

import datetime

import pytest
from django.urls import reverse

from plans.days import day_of
from plans.models import Plan, PlanVersion
from plans.roles import Role
from skane_digi.workflows import printed_faults
from tests import conversation_factories as talk
from tests import decision_factories as decide
from tests import factories as make
from tests.decisions.rounds import ALL, page_of, told

pytestmark = pytest.mark.django_db
Status = Plan.Status
YESTERDAY = day_of() - datetime.timedelta(days=1)


def address(plan: Plan, kind: str) -> str:
    return reverse("decisions:step", args=[plan.slug, kind])


def take(client, plan: Plan, kind: str, **values) -> str:
    """Take a step by its form, and return what was said and where the plan came."""
    values = {"seen": plan.steps.count(), **values}
    answer = client.post(address(plan, kind), values, follow=True)
    assert answer.status_code == 200, page_of(answer)
    plan.refresh_from_db()
    return told(answer)[0]


def by_body(plan: Plan, **fields) -> dict:
    return {"body": make.make_body("cso", collaboration=plan.collaboration).pk, "taken_on": YESTERDAY, **fields}


def decide_all(plan: Plan, version: PlanVersion, chair) -> None:
    for code in ALL[:-1]:
        decide.make_decision(version, code)
    organisation = reverse("decisions:record", args=[plan.slug, ALL[-1]])
    today = day_of().isoformat()
    values = {"outcome": "adopted", "stage": "decides", "instance": "Kommunfullmäktige", "decided_on": today}
    assert told(chair.post(organisation, values, follow=True))[1] == "4 av 4: planen är fastställd."
    plan.refresh_from_db()


@pytest.fixture
def plan(client) -> Plan:
    plan = make.make_shared_plan(1000)
    client.force_login(talk.make_person(Role.CHAIR, plan))
    return plan


def adopt(client, plan: Plan) -> PlanVersion:
    assert take(client, plan, "submit", reason="Färdig i SGD.").startswith(f"{plan} är fryst som version 1")
    assert plan.status == Status.SUBMITTED
    take(client, plan, "prepare", **by_body(plan))
    take(client, plan, "recommend", **by_body(plan))
    said = take(client, plan, "send", wanted_on="2999-06-30")
    assert said == "Planen är sänd till 4 huvudmän, som nu kan registrera sina beslut."
    version = plan.versions.get()
    decide_all(plan, version, client)
    assert plan.status == Status.ADOPTED
    return version


def revise(client, plan: Plan, amount: int) -> None:
    take(client, plan, "reopen", reason="Budgeten ändras.")
    assert plan.status == Status.DRAFT
    plan.focus_areas.get().budget_lines.update(amount=amount)
    take(client, plan, "submit", reason="Ändrad.")
    take(client, plan, "prepare", **by_body(plan))


def test_a_plan_goes_all_the_way_and_is_closed(client, plan):
    """Issue 4: utkast → för beslut → behandlad → rekommenderad → beslut hos 34 → fastställd → avslutad."""
    adopt(client, plan)
    assert take(client, plan, "close") == "Planen är avslutad."
    assert plan.status == Status.CLOSED


def test_a_revision_that_costs_no_more_may_rest_on_the_decisions_taken(client, plan):
    adopt(client, plan)
    revise(client, plan, 900)
    page = page_of(client.get(address(plan, "recommend")))
    assert "Nej, den vilar på besluten om version 1 och blir fastställd genast." in page
    assert client.post(address(plan, "recommend"), by_body(plan)).status_code == 422  # the choice has to be made
    said = take(client, plan, "recommend", **by_body(plan, needs_all="vilar"))
    assert said == "Version 2 är fastställd. Den vilar på besluten om version 1."
    assert plan.status == Status.ADOPTED


def test_a_revision_that_costs_more_goes_back_to_all(client, plan):
    """Issue 4: any increase of the year's shared total always does."""
    adopt(client, plan)
    revise(client, plan, 1100)
    page = page_of(client.get(address(plan, "recommend")))
    assert "Budgeten växer, så ändringen går tillbaka till alla huvudmän." in page
    assert "Den gemensamma kostnaden 2030 ökar från" in page
    assert 'name="needs_all"' not in page
    take(client, plan, "recommend", **by_body(plan, needs_all="vilar"))
    assert plan.status == Status.RECOMMENDED
    assert plan.versions.get(number=2).round.needs_all


def test_the_public_reads_the_standing_title_and_nothing_of_the_draft(client, plan):
    """Live rows of a draft are never shown to the public, and what it lacks is not either."""
    adopt(client, plan)
    title = plan.title
    take(client, plan, "reopen", reason="Hemligt skäl.")
    Plan.objects.filter(pk=plan.pk).update(title="Hemlig titel")
    plan.focus_areas.update(background="")
    client.logout()
    page = page_of(client.get(reverse("decisions:steps", args=[plan.slug])))
    assert title in page
    assert "Hemlig" not in page
    assert "saknar bakgrund" not in page


class TestAsPrinted:
    """Issue 4: recorded as printed, frozen with its faults listed, each acknowledged with a reason."""

    @pytest.fixture
    def printed(self, client, plan_2024) -> Plan:
        Plan.objects.filter(pk=plan_2024.pk).update(status=Status.DECIDING)
        client.force_login(talk.make_person(Role.CHAIR, plan_2024))
        plan_2024.refresh_from_db()
        return plan_2024

    def test_is_offered_first_and_lists_every_fault(self, client, printed):
        steps = page_of(client.get(reverse("decisions:steps", args=[printed.slug])))
        assert f'href="{address(printed, "record")}"' in steps
        assert f'href="{address(printed, "return")}"' not in steps.partition("Härnäst")[2].partition("Gör det först")[0]
        page = page_of(client.get(address(printed, "record")))
        faults = printed_faults(printed)
        assert len(faults) > 1
        assert page.count("Eget skäl") == len(faults)

    def test_each_fault_needs_its_own_reason_or_that_of_all(self, client, printed):
        form = client.get(address(printed, "record")).context["form"]
        first, *rest = form.faults
        values = {"status": "deciding", "reason": "Ur originalet.", first: "Tryckt så."}
        answer = client.post(address(printed, "record"), values)
        assert page_of(answer).count("Skriv varför felet får stå kvar, eller ge samma skäl för alla.") == 2 * len(rest)
        assert "Tryckt så." in page_of(answer)
        take(client, printed, "record", **values, same_reason="Stod så från början.")
        reasons = [fault.reason for fault in printed.versions.get().faults.order_by("position")]
        assert reasons == ["Tryckt så.", *["Stod så från början."] * len(rest)]
        assert printed.status == Status.DECIDING

    def test_a_plan_that_is_adopted_is_recorded_as_that_alone(self, client, printed):
        Plan.objects.filter(pk=printed.pk).update(status=Status.ADOPTED)
        values = {"status": "deciding", "reason": "Ur originalet.", "same_reason": "Tryckt så."}
        assert client.post(address(printed, "record"), values).status_code == 422
        take(client, printed, "record", **{**values, "status": "adopted"})
        assert printed.status == Status.ADOPTED

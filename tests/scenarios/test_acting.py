"""Sharing, removing, and turning a scenario into the draft, from their pages."""

import pytest

from budgets.models import BudgetLine, RuleUse, Scenario
from budgets.scenario_editing import keep_scenario
from budgets.scenarios import Changes, DroppedLine, OtherRule
from plans.models import Plan
from tests import factories as make
from tests.scenarios.conftest import address, line_of, soup_of, words

pytestmark = pytest.mark.django_db


def seen_on(client, path: str) -> str:
    return soup_of(client.get(path)).select_one("[name=seen]")["value"]


def test_it_is_shared_and_not(at_desk, scenario):
    at_desk.post(address("share", scenario), {"delas": "1"})
    assert Scenario.objects.get().is_shared
    at_desk.post(address("share", scenario), {"delas": "0"})
    assert not Scenario.objects.get().is_shared
    assert at_desk.get(address("share", scenario)).status_code == 405


def test_it_is_removed_after_a_question(at_desk, scenario):
    assert "Ta bort Mer pengar?" in words(soup_of(at_desk.get(address("remove", scenario))))
    assert Scenario.objects.exists()
    at_desk.post(address("remove", scenario))
    assert not Scenario.objects.exists()


def test_the_draft_is_changed_as_the_list_says(at_desk, plan, scenario):
    path = address("introduce", scenario)
    page = words(soup_of(at_desk.get(path)).main)
    assert "1 200 → 1 800 kr." in page
    answer = at_desk.post(path, {"seen": seen_on(at_desk, path)})
    assert answer.status_code == 302
    assert line_of(plan).amount == 1800
    assert "Infört i utkastet" in words(soup_of(at_desk.get(address("scenario", scenario))))


def test_what_is_in_the_draft_already_and_cannot_be_worked_out_again_says_so(at_desk, plan, economist):
    changes = Changes(dropped=(DroppedLine(line_of(plan).key),))
    scenario = keep_scenario(plan=plan, year=2030, name="Utan", changes=changes, by=economist)
    path = address("introduce", scenario)
    assert at_desk.post(path, {"seen": seen_on(at_desk, path)}).status_code == 302
    page = words(soup_of(at_desk.get(address("scenario", scenario))))
    assert "Det går inte att räkna ut" in page
    assert "Scenariot är redan infört i utkastet." in page


def test_a_list_that_is_old_is_shown_anew(at_desk, plan, scenario):
    path = address("introduce", scenario)
    seen = seen_on(at_desk, path)
    BudgetLine.objects.filter(pk=line_of(plan).pk).update(amount=1300)
    answer = at_desk.post(path, {"seen": seen})
    assert answer.status_code == 422
    assert "1 300 → 1 800 kr." in words(soup_of(answer))
    assert line_of(plan).amount == 1300
    assert at_desk.post(path, {"seen": soup_of(answer).select_one("[name=seen]")["value"]}).status_code == 302


def test_a_plan_that_is_sent_says_why_not(at_desk, plan, scenario):
    Plan.objects.filter(pk=plan.pk).update(status=Plan.Status.SUBMITTED)
    path = address("introduce", scenario)
    assert "är skickad för beslut" in words(soup_of(at_desk.get(path)))
    assert at_desk.post(path, {"seen": "x"}).status_code == 422
    assert not soup_of(at_desk.get(address("scenario", scenario))).select(f"a[href='{path}']")


def test_a_rule_of_its_own_asks_for_the_decision(at_desk, plan, economist):
    make.make_rule({"region": 30, "kommuner": 70}, slug="tung", name="Tung regel")
    area = plan.focus_areas.order_by("position")[0]
    changes = Changes(rules=(OtherRule("tung", area=area.slug),))
    scenario = keep_scenario(plan=plan, year=2030, name="Tung", changes=changes, by=economist)
    path = address("introduce", scenario)
    data = {"seen": seen_on(at_desk, path), "decided_by": "SGD"}
    answer = at_desk.post(path, data)
    assert answer.status_code == 422
    assert "Skriv varför området eller posten fördelas på annat sätt." in words(soup_of(answer))
    assert soup_of(answer).select_one("[name=decided_by]")["value"] == "SGD"
    data |= {"reason": "Kommunerna använder den mest.", "decided_on": "2030-03-01"}
    assert at_desk.post(path, data).status_code == 302
    assert RuleUse.objects.get().focus_area == area

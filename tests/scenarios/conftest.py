"""A draft with two lines in the small world, those who work on it, and a scenario of the economist's."""

from decimal import Decimal

import pytest
from bs4 import BeautifulSoup
from django.test import Client
from django.urls import reverse

from budgets.models import BudgetLine, Scenario
from budgets.scenario_editing import keep_scenario
from budgets.scenarios import ChangedAmount, Changes
from plans.models import Plan
from plans.roles import Role
from tests import factories as make


@pytest.fixture
def plan(db) -> Plan:
    """1 200 kr and 600 kr, shared by the region and by 10, 20 and 30 inhabitants."""
    return make.make_shared_plan(1200, 600)


@pytest.fixture
def economist(plan):
    user = make.make_user("ekonom@prov.example", first_name="Emil", last_name="Ekonom")
    make.make_role(user, Role.ECONOMIST)
    return user


@pytest.fixture
def editor(plan):
    user = make.make_user("redaktor@prov.example")
    make.make_role(user, Role.EDITOR)
    return user


@pytest.fixture
def auditor(plan):
    user = make.make_user("revisor@prov.example")
    make.make_role(user, Role.AUDITOR)
    return user


@pytest.fixture
def at_desk(economist) -> Client:
    return client_of(economist)


@pytest.fixture
def scenario(plan, economist) -> Scenario:
    """1 800 kr in place of 1 200."""
    changes = Changes(amounts=(ChangedAmount(line_of(plan).key, Decimal(1800)),))
    return keep_scenario(plan=plan, year=2030, name="Mer pengar", changes=changes, by=economist)


def client_of(user) -> Client:
    client = Client()
    client.force_login(user)
    return client


def line_of(plan: Plan, place: int = 0) -> BudgetLine:
    return plan.focus_areas.order_by("position")[place].budget_lines.get(year=2030)


def attempt(plan: Plan) -> str:
    return reverse("scenarios:attempt", args=[plan.slug, 2030])


def address(name: str, scenario: Scenario) -> str:
    return reverse(f"scenarios:{name}", args=[scenario.plan.slug, scenario.key])


def soup_of(answer) -> BeautifulSoup:
    return BeautifulSoup(answer.content, "html5lib")


def filled_in(client: Client, path: str, **changed) -> dict[str, str]:
    """What the page's form would send, with some of it changed."""
    form = soup_of(client.get(path)).select_one("form.change-form")
    data = {}
    for field in form.select("input[name], select[name], textarea[name]"):
        if field.name == "select":
            chosen = field.select_one("option[selected]") or field.select_one("option")
            data[field["name"]] = chosen["value"]
        elif field.get("type") in ("checkbox", "radio"):
            if field.has_attr("checked"):
                data[field["name"]] = field.get("value", "on")
        else:
            data[field["name"]] = field.text if field.name == "textarea" else field.get("value", "")
    return data | changed


def words(node) -> str:
    """What a reader reads in the node, with single spaces."""
    return " ".join(node.get_text(" ").split())

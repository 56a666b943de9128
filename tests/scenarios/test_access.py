"""Every address of the scenarios × who asks × whether the scenario is shared. One that is not listed here fails."""

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from budgets.models import Scenario
from budgets.scenario_editing import keep_scenario
from budgets.scenarios import Changes
from plans.models import Organisation, Plan
from plans.roles import Role
from tests import factories as make
from tests.portal.conftest import people  # noqa: F401 the same accounts, one per role

pytestmark = pytest.mark.django_db

EVERYONE = ("anonymous", "roleless", "stranger", "superuser", *Role.values)
WRITERS = {"superuser", "administrator", "chair", "editor", "economist"}
VIEWERS = WRITERS | {"auditor"}

# Each address, and who gets an answer to a GET: of the economist's own scenario, and of one that is shared.
PAGES = {
    "list": (VIEWERS, VIEWERS),
    "attempt": (VIEWERS, VIEWERS),
    "scenario": ({"economist"}, VIEWERS),
    "introduce": ({"economist"}, WRITERS),
    "remove": ({"economist"}, WRITERS),
    "history": (set(EVERYONE), set(EVERYONE)),
}
POSTED = {
    "attempt": (VIEWERS, VIEWERS),
    "scenario": ({"economist"}, VIEWERS),
    "introduce": ({"economist"}, WRITERS),
    "share": ({"economist"}, WRITERS),
}


@pytest.fixture
def plan(plan_2024) -> Plan:
    plan = make.make_plan("prov-2031", years=(2031,), collaboration=plan_2024.collaboration)
    make.make_area(plan, "Området", slug="omradet")
    return plan


@pytest.fixture
def clients(people) -> dict[str, Client]:  # noqa: F811
    found = {who: Client() for who in EVERYONE}
    for who, client in found.items():
        if who != "anonymous":
            client.force_login(people[who])
    return found


def kept(plan: Plan, people, *, is_shared: bool) -> Scenario:  # noqa: F811
    scenario = keep_scenario(plan=plan, year=2031, name="Prov", changes=Changes(), by=people["economist"])
    Scenario.objects.update(is_shared=is_shared)
    return scenario


def address_of(name: str, scenario: Scenario) -> str:
    args = {
        "list": [scenario.plan.slug],
        "attempt": [scenario.plan.slug, 2031],
        "history": [Organisation.objects.get(code="1285").slug],
    }
    return reverse(f"scenarios:{name}", args=args.get(name, [scenario.plan.slug, scenario.key]))


def refused(who: str) -> int:
    """What you may not see is not there; one who is not signed in is asked to sign in."""
    return 302 if who == "anonymous" else 404


def test_every_address_is_listed():
    """DESIGN: every URL listed in a test with who may open it."""
    resolvers = [pattern for pattern in get_resolver().url_patterns if isinstance(pattern, URLResolver)]
    scenarios = next(pattern for pattern in resolvers if pattern.app_name == "scenarios")
    names = {pattern.name for pattern in scenarios.url_patterns if isinstance(pattern, URLPattern)}
    assert names == {*PAGES, *POSTED}


@pytest.mark.parametrize("is_shared", [False, True])
def test_every_page_by_role(is_shared, clients, plan, people):  # noqa: F811
    scenario = kept(plan, people, is_shared=is_shared)
    for name, allowed in PAGES.items():
        address = address_of(name, scenario)
        expected = {who: 200 if who in allowed[is_shared] else refused(who) for who in EVERYONE}
        assert {who: client.get(address).status_code for who, client in clients.items()} == expected, name


@pytest.mark.parametrize("is_shared", [False, True])
def test_every_change_by_role(is_shared, clients, plan, people):  # noqa: F811
    """Those who may are answered: by a page, with what is wrong or by being sent on. The others find nothing."""
    scenario = kept(plan, people, is_shared=is_shared)
    for name, allowed in POSTED.items():
        address = address_of(name, scenario)
        data = {"delas": "1" if is_shared else "0"}
        for who, client in clients.items():
            answer = client.post(address, data)
            is_answered = answer.status_code in (200, 302, 422) and not answer.get("Location", "").startswith("/konto/")
            assert is_answered == (who in allowed[is_shared]), (name, who)
            assert is_answered or answer.status_code == refused(who), (name, who)


@pytest.mark.parametrize("is_shared", [False, True])
def test_removal_by_role(is_shared, clients, plan, people):  # noqa: F811
    allowed = PAGES["remove"][is_shared]
    for who, client in clients.items():
        Scenario.objects.all().delete()
        scenario = kept(plan, people, is_shared=is_shared)
        client.post(address_of("remove", scenario))
        assert Scenario.objects.exists() == (who not in allowed), who


def test_those_who_only_try_cannot_save(clients, plan, people):  # noqa: F811
    scenario = kept(plan, people, is_shared=True)
    for name in ("attempt", "scenario"):
        for who in EVERYONE:
            data = {"spara": "1", "namn": f"Av {who}"}
            status = clients[who].post(address_of(name, scenario), data).status_code
            assert status == (404 if who == "auditor" else refused(who) if who not in VIEWERS else status)
    assert not Scenario.objects.filter(name="Av auditor").exists()


def test_a_scenario_is_found_under_its_own_plan_only(clients, plan, people):  # noqa: F811
    scenario = kept(plan, people, is_shared=True)
    other = make.make_plan("prov-2032", years=(2032,), collaboration=plan.collaboration)
    wrong = reverse("scenarios:scenario", args=[other.slug, scenario.key])
    assert clients["economist"].get(wrong).status_code == 404

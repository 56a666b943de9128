"""Every address of the decisions × who asks × what state the plan is in. One that is not listed here fails."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from plans.models import DecisionRound, Plan
from plans.roles import Role
from tests import decision_factories as decide
from tests import factories as make
from tests.decisions.rounds import make_readable_version
from tests.portal.conftest import people  # noqa: F401 the same accounts, one per role

pytestmark = pytest.mark.django_db
Status, State = Plan.Status, DecisionRound.State

EVERYONE = ("anonymous", "roleless", "stranger", "superuser", *Role.values)
LEADERS = {"superuser", "administrator", "chair"}
WRITERS = LEADERS | {"editor"}
DRAFT_READERS = WRITERS | {"economist", "auditor"}
MEMBERS = DRAFT_READERS | {"registrar", "reader"}
# The registrar is Eslöv's, and so is the decision that is asked for.
ESLOV, LUND = "1285", "1281"

# What the plan is, and which version it has: none, or one whose round is in this state.
STATES: dict[str, tuple[str, str]] = {
    "a draft": (Status.DRAFT, ""),
    "in referral": (Status.REFERRAL, ""),
    "sent on paper": (Status.DECIDING, ""),
    "decided on paper": (Status.ADOPTED, ""),
    "submitted": (Status.SUBMITTED, State.OPEN),
    "prepared": (Status.PREPARED, State.OPEN),
    "recommended": (Status.RECOMMENDED, State.OPEN),
    "deciding": (Status.DECIDING, State.OPEN),
    "adopted": (Status.ADOPTED, State.ADOPTED),
    "closed": (Status.CLOSED, State.ADOPTED),
    "sent back": (Status.DRAFT, State.RETURNED),
    "sent back, in referral": (Status.REFERRAL, State.RETURNED),
    "under revision": (Status.DRAFT, State.ADOPTED),
    "under revision, in referral": (Status.REFERRAL, State.ADOPTED),
}


def is_for_everyone(state: str) -> bool:
    """Whether the plan's decisions are public: it is or has been adopted."""
    status, round_state = STATES[state]
    return status in Plan.DECIDED_STATUSES or round_state == State.ADOPTED


def followers(state: str) -> set[str]:
    """Who may see the steps: a draft never sent is only for those who may read drafts."""
    status, round_state = STATES[state]
    if is_for_everyone(state):
        return set(EVERYONE)
    return MEMBERS if round_state or status != Status.DRAFT else DRAFT_READERS


def with_version(who: set[str]) -> Callable[[str], set[str]]:
    return lambda state: who if STATES[state][1] else set()


def always(who: set[str]) -> Callable[[str], set[str]]:
    return lambda state: who


# Each address and who gets an answer to a GET.
PAGES = {
    "board": followers,
    "organisation": followers,
    "export": followers,
    "record": with_version(WRITERS | {"registrar"}),
    "extract": with_version(MEMBERS),
    "steps": followers,
    "step": always(LEADERS),
}
POSTED = {
    "record": with_version(WRITERS | {"registrar"}),
    "find-condition": with_version(LEADERS),
    "step": always(LEADERS),
}


def put_in(state: str, plan_2024) -> Plan:
    status, round_state = STATES[state]
    plan = make.make_plan("prov-2031", years=(2031,), collaboration=plan_2024.collaboration)
    make.make_area(plan, "Området", slug="omradet")
    if round_state:
        version = make_readable_version(plan, status=status, state=round_state)
        decision = decide.make_decision(version, ESLOV, "conditional")
        decide.make_condition(decision, "free_text", text="Om avtalet förlängs.")
        decide.make_extract(decision)
    Plan.objects.filter(pk=plan.pk).update(status=status)
    return plan


def address_of(name: str, plan: Plan, code: str = ESLOV) -> str:
    version = plan.versions.first()
    decision = version.decisions.get() if version else None
    more = {
        "record": [code],
        "organisation": [code],
        "export": ["xlsx"],
        "extract": [decision.key if decision else "finns-inte"],
        "find-condition": [decision.conditions.get().key if decision else "finns-inte"],
        "step": ["return"],
    }
    return reverse(f"decisions:{name}", args=[plan.slug, *more.get(name, [])])


@pytest.fixture
def clients(people) -> dict[str, Client]:  # noqa: F811
    """A browser of each person's own."""
    found = {who: Client() for who in EVERYONE}
    for who, client in found.items():
        if who != "anonymous":
            client.force_login(people[who])
    return found


def refused(who: str) -> int:
    """What you may not see is not there; one who is not signed in is asked to sign in."""
    return 302 if who == "anonymous" else 404


def test_every_address_is_listed():
    """DESIGN: every URL listed in a test with who may open it."""
    resolvers = [pattern for pattern in get_resolver().url_patterns if isinstance(pattern, URLResolver)]
    decisions = next(pattern for pattern in resolvers if pattern.app_name == "decisions")
    names = {pattern.name for pattern in decisions.url_patterns if isinstance(pattern, URLPattern)}
    assert names == {*PAGES, *POSTED}


@pytest.mark.parametrize("state", STATES)
def test_every_page_by_role(state, clients, plan_2024):
    plan = put_in(state, plan_2024)
    for name, allowed in PAGES.items():
        address = address_of(name, plan)
        is_there = name != "export" or STATES[state][1]  # without a version there is no list to hand out
        found = 200 if is_there else 404
        expected = {who: found if who in allowed(state) else refused(who) for who in EVERYONE}
        assert {who: client.get(address).status_code for who, client in clients.items()} == expected, name


@pytest.mark.parametrize("state", STATES)
def test_every_change_by_role(state, clients, plan_2024):
    """An empty form is refused in words to those who may, and not found by the others."""
    plan = put_in(state, plan_2024)
    for name, allowed in POSTED.items():
        address = address_of(name, plan)
        expected = {who: 422 if who in allowed(state) else refused(who) for who in EVERYONE}
        assert {who: client.post(address).status_code for who, client in clients.items()} == expected, name


@pytest.mark.parametrize("name", ["board", "organisation", "export", "extract", "steps"])
def test_what_is_only_read_takes_no_post(name, client, people, plan_2024):  # noqa: F811
    client.force_login(people["superuser"])
    assert client.post(address_of(name, put_in("deciding", plan_2024))).status_code == 405


def test_a_condition_is_not_found_met_by_following_a_link(client, people, plan_2024):  # noqa: F811
    client.force_login(people["superuser"])
    assert client.get(address_of("find-condition", put_in("deciding", plan_2024))).status_code == 405


def test_a_registrar_records_for_their_own_organisation_alone(clients, plan_2024):
    """Registrar or SGD records for one organisation."""
    address = address_of("record", put_in("deciding", plan_2024), LUND)
    assert {who for who, client in clients.items() if client.get(address).status_code == 200} == WRITERS


@pytest.mark.parametrize("code", ["91", "9999", "12 OR 1"])
def test_nothing_is_recorded_for_who_is_not_to_decide(code, client, people, plan_2024):  # noqa: F811
    """Another region, no organisation at all, and what is no code."""
    make.make_organisation("91", "Region Prov")
    client.force_login(people["superuser"])
    plan = put_in("deciding", plan_2024)
    assert client.get(f"/planer/{plan.slug}/beslut/{code}/registrera/").status_code == 404


def test_rows_of_another_plan_are_not_found(client, people, plan_2024):  # noqa: F811
    plan = put_in("deciding", plan_2024)
    foreign = decide.make_decision(make_readable_version(), "9101", "conditional")
    condition = decide.make_condition(foreign, "free_text", text="Om.")
    client.force_login(people["superuser"])
    find = reverse("decisions:find-condition", args=[plan.slug, condition.key])
    assert client.post(find, {"is_met": "ja", "reason": "Så är det."}).status_code == 404
    corrected = f"{address_of('record', plan)}?rattar={foreign.key}"
    assert client.get(corrected).status_code == 404


def test_a_step_that_there_is_not_is_not_found(client, people, plan_2024):  # noqa: F811
    plan = put_in("deciding", plan_2024)
    client.force_login(people["superuser"])
    for kind in ("adopt", "unsettle", "nothing"):
        address = reverse("decisions:step", args=[plan.slug, kind])
        assert (client.get(address).status_code, client.post(address).status_code) == (404, 404), kind

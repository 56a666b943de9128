"""Every address of the rules × who asks × what state the plan is in. One that is not listed here fails."""

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from budgets.models import AllocationRule, RuleUse
from budgets.rule_use_editing import use_rule
from plans.models import Plan
from plans.roles import Role
from tests import factories as make
from tests.cost_rules.conftest import use_terms
from tests.portal.conftest import people  # noqa: F401 the same accounts, one per role

pytestmark = pytest.mark.django_db
Status = Plan.Status

EVERYONE = ("anonymous", "roleless", "stranger", "superuser", *Role.values)
COMPOSERS = {"superuser", "administrator", "editor", "chair", "economist"}
DRAFT_READERS = COMPOSERS | {"auditor"}
MEMBERS = DRAFT_READERS | {"registrar", "reader"}
STATES = {
    Status.DRAFT: (DRAFT_READERS, COMPOSERS),
    Status.REFERRAL: (MEMBERS, COMPOSERS),
    Status.DECIDING: (set(EVERYONE), set()),
    Status.ADOPTED: (set(EVERYONE), set()),
}
# Each address of rules, and who gets an answer to a GET and to an empty POST.
RULES = {
    "rules": (MEMBERS | {"stranger"}, None),
    "new": (COMPOSERS, COMPOSERS),
    "rule": (MEMBERS, None),
    "change": (COMPOSERS, COMPOSERS),
    "succeed": (COMPOSERS, COMPOSERS),
    "default": (None, COMPOSERS),
    "delete": (None, COMPOSERS),
}
# Each address of a plan: whether it is for readers or writers, and whether it takes a POST.
PLANS = {
    "plan": ("read", False),
    "add-use": ("write", True),
    "change-use": ("write", True),
    "delete-use": ("", True),
    "year": ("write", True),
    "figures": ("write", True),
}
UNCHANGED = {"figures"}  # nothing chosen is what holds already
REDIRECTS = {"default", "delete", "delete-use"}


@pytest.fixture
def clients(people) -> dict[str, Client]:  # noqa: F811
    """A browser of each person's own."""
    found = {who: Client() for who in EVERYONE}
    for who, client in found.items():
        if who != "anonymous":
            client.force_login(people[who])
    return found


@pytest.fixture
def plan(plan_2024, people) -> Plan:  # noqa: F811
    """A draft of the real collaboration with a deviation of its only area."""
    plan = make.make_plan("prov-2031", years=(2031,), collaboration=plan_2024.collaboration)
    area = make.make_area(plan, "Området", slug="omradet")
    basis = plan_2024.years.get().cost_basis
    make.make_cost_basis(plan, 2031, figure_set=basis.figure_set, rule=basis.rule)
    rule = make.make_rule({"region-skane": 3, "kommunerna": 7}, collaboration=plan.collaboration, slug="prov")
    use_rule(place=area, terms=use_terms(rule), by=people["superuser"])
    return plan


def address_of(name: str, plan: Plan) -> str:
    slug = plan.collaboration.slug
    use = plan.focus_areas.get().rule_uses.get()
    arguments = {
        "rules": [],
        "new": [slug],
        "plan": [plan.slug],
        "add-use": [plan.slug],
        "change-use": [plan.slug, use.key],
        "delete-use": [plan.slug, use.key],
        "year": [plan.slug, 2031],
        "figures": [plan.slug, 2031, "folkmangd"],
    }
    return reverse(f"cost_rules:{name}", args=arguments.get(name, [slug, "prov"]))


def test_every_address_is_listed():
    """DESIGN: every URL listed in a test with who may open it."""
    resolvers = [pattern for pattern in get_resolver().url_patterns if isinstance(pattern, URLResolver)]
    own = next(pattern for pattern in resolvers if pattern.app_name == "cost_rules")
    assert {pattern.name for pattern in own.url_patterns if isinstance(pattern, URLPattern)} == {*RULES, *PLANS}


@pytest.mark.parametrize("name", RULES)
def test_every_address_of_a_rule_by_role(name, clients, plan):
    readers, writers = RULES[name]
    address = address_of(name, plan)
    if readers is None:
        assert clients["superuser"].get(address).status_code == 405
    else:
        expected = {who: 200 if who in readers else 404 for who in EVERYONE}
        assert {who: client.get(address).status_code for who, client in clients.items()} == expected
    if writers is None:
        assert clients["superuser"].post(address).status_code == 405
        return
    for who, client in clients.items():
        status = client.post(address).status_code
        assert status == ((302 if name in REDIRECTS else 422) if who in writers else 404), who
        if name == "delete":
            assert AllocationRule.objects.filter(slug="prov").exists(), "it is used"


@pytest.mark.parametrize("state", STATES)
def test_every_address_of_a_plan_by_role_and_state(state, clients, plan):
    """House: what one may not see answers 404, also for POST; writes need a role."""
    addresses = {name: address_of(name, plan) for name in PLANS}
    Plan.objects.filter(pk=plan.pk).update(status=state)
    readers, writers = STATES[state]
    for name, (kind, takes_post) in PLANS.items():
        allowed = {"read": readers, "write": writers, "": set()}[kind]
        if kind:
            expected = {who: 200 if who in allowed else 404 for who in EVERYONE}
            assert {who: client.get(addresses[name]).status_code for who, client in clients.items()} == expected, name
        if takes_post and name not in REDIRECTS:
            answer = 302 if name in UNCHANGED else 422
            expected = {who: answer if who in writers else 404 for who in EVERYONE}
            assert {who: client.post(addresses[name]).status_code for who, client in clients.items()} == expected, name


@pytest.mark.parametrize("state", STATES)
def test_who_may_remove_a_deviation(state, clients, plan):
    address = address_of("delete-use", plan)
    Plan.objects.filter(pk=plan.pk).update(status=state)
    use = plan.focus_areas.get().rule_uses.get()
    for who, client in clients.items():
        may = who in STATES[state][1]
        assert client.post(address).status_code == (302 if may else 404), who
        assert RuleUse.objects.filter(pk=use.pk).exists() is not may, who
        if may:
            use.save(force_insert=True)


def test_what_is_another_plans_or_nowhere_is_not_found(client, people, plan, plan_2024):  # noqa: F811
    client.force_login(people["superuser"])
    key = plan.focus_areas.get().rule_uses.get().key
    other = make.make_plan("prov-2032", years=(2032,), collaboration=plan.collaboration)
    slug = plan.collaboration.slug
    for address in (
        f"/planer/{other.slug}/kostnadsregler/avvikelser/{key}/",
        f"/planer/{plan.slug}/kostnadsregler/2030/",
        f"/planer/{plan.slug}/kostnadsregler/{10**30}/",
        f"/planer/{plan.slug}/kostnadsregler/2031/finns-inte/",
        f"/planer/{other.slug}/kostnadsregler/2032/folkmangd/",
        f"/kostnadsregler/{slug}/finns-inte/",
        "/kostnadsregler/finns-inte/ny/",
    ):
        assert client.get(address).status_code == 404, address


def test_readers_see_no_buttons(clients, plan):
    for who in EVERYONE:
        for name in ("rules", "rule", "plan"):
            answer = clients[who].get(address_of(name, plan))
            if answer.status_code == 200:
                main = answer.content.decode().partition("<main")[2].partition("</main>")[0]
                may = who in COMPOSERS or (who == "stranger" and name == "rules")
                writes = ("/ny/", "/andra/", "/ersatt/", "/forval/", "/ta-bort/", 'method="post"')
                assert any(text in main for text in writes) is may, (who, name)

"""Every address of the versions × who asks × what state the version is in. One that is not listed here fails."""

import pytest
from django.urls import URLResolver, get_resolver, reverse

from plans.models import DecisionRound, Organisation, Plan
from plans.roles import Role
from tests import factories as make
from tests.portal.conftest import people  # noqa: F401 the same accounts, one per role
from tests.versions.revised import freeze

pytestmark = pytest.mark.django_db
EVERYONE = ("anonymous", "roleless", "stranger", "superuser", *Role.values)
DRAFT_READERS = {"superuser", "administrator", "editor", "chair", "economist", "auditor"}
MEMBERS = DRAFT_READERS | {"registrar", "reader"}
ALL = set(EVERYONE)
State, Status = DecisionRound.State, Plan.Status

# The state of the plan and of its one version, with who may read the version and who may read the plan.
STATES = {
    "sent": (Status.SUBMITTED, State.OPEN, ALL, ALL),
    "prepared": (Status.PREPARED, State.OPEN, ALL, ALL),
    "recommended": (Status.RECOMMENDED, State.OPEN, ALL, ALL),
    "deciding": (Status.DECIDING, State.OPEN, ALL, ALL),
    "adopted": (Status.ADOPTED, State.ADOPTED, ALL, ALL),
    "closed": (Status.CLOSED, State.ADOPTED, ALL, ALL),
    "revised": (Status.DRAFT, State.ADOPTED, ALL, DRAFT_READERS),
    "revised, out for referral": (Status.REFERRAL, State.ADOPTED, ALL, MEMBERS),
    "sent back": (Status.DRAFT, State.RETURNED, MEMBERS, DRAFT_READERS),
    "sent back, out for referral": (Status.REFERRAL, State.RETURNED, MEMBERS, MEMBERS),
}
# What each address answers: by the version, by either the version or the plan, or with the draft itself.
OF_VERSION = {"page", "pdf", "content", "comparison"}
OF_EITHER = {"list"}
OF_DRAFT = {"revision"}
OPEN = {"verify"}


def address_of(name: str, plan) -> str:
    args = [] if name in OPEN else [plan.slug, 1] if name in OF_VERSION else [plan.slug]
    return reverse(f"versions:{name}", args=args)


def _clients(client, accounts):
    for who in EVERYONE:
        client.logout()
        if who != "anonymous":
            client.force_login(accounts[who])
        yield who


@pytest.fixture
def plan(plan_2024, monkeypatch) -> Plan:
    """A plan in the real collaboration, with one version."""
    plan = make.make_plan("utkast-2031", years=(2031,), collaboration=plan_2024.collaboration)
    make.make_area(plan, "Området", slug="omradet")
    freeze(plan, monkeypatch)
    assert Organisation.objects.filter(code="1285").exists()
    return plan


def test_every_address_of_the_versions_is_listed():
    """DESIGN: every URL listed in a test with who may open it."""
    resolvers = [pattern for pattern in get_resolver().url_patterns if isinstance(pattern, URLResolver)]
    versions = next(pattern for pattern in resolvers if pattern.app_name == "versions")
    assert {pattern.name for pattern in versions.url_patterns} == OF_VERSION | OF_EITHER | OF_DRAFT | OPEN


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("name", sorted(OF_VERSION | OF_EITHER | OF_DRAFT | OPEN))
def test_every_address_by_role_and_state(name, state, client, people, plan):  # noqa: F811
    """What you may not see answers 404."""
    status, of_round, reads_version, reads_plan = STATES[state]
    Plan.objects.filter(pk=plan.pk).update(status=status)
    DecisionRound.objects.filter(plan=plan).update(state=of_round)
    answers = {who: client.get(address_of(name, plan)).status_code for who in _clients(client, people)}
    allowed = {
        **dict.fromkeys(OF_VERSION, reads_version),
        **dict.fromkeys(OF_EITHER, reads_version | reads_plan),
        **dict.fromkeys(OF_DRAFT, reads_plan),
        **dict.fromkeys(OPEN, ALL),
    }[name]
    found = 302 if name in OF_DRAFT and status in Plan.PUBLIC_STATUSES else 200
    assert answers == {who: found if who in allowed else 404 for who in EVERYONE}


@pytest.mark.parametrize("name", sorted(OF_VERSION | OF_EITHER | OF_DRAFT))
def test_nothing_is_changed_by_posting(name, client, people, plan):  # noqa: F811
    client.force_login(people["superuser"])
    assert client.post(address_of(name, plan)).status_code == 405


def test_a_number_or_a_plan_that_is_not_there_is_not_found(client, people, plan):  # noqa: F811
    client.force_login(people["superuser"])
    for name in OF_VERSION:
        assert client.get(reverse(f"versions:{name}", args=[plan.slug, 2])).status_code == 404
        assert client.get(reverse(f"versions:{name}", args=["finns-inte", 1])).status_code == 404
    for name in OF_EITHER | OF_DRAFT:
        assert client.get(reverse(f"versions:{name}", args=["finns-inte"])).status_code == 404


def test_a_draft_without_versions_is_no_address_for_those_who_may_not_see_it(client, people, plan_2024):  # noqa: F811
    draft = make.make_plan("utkast-2032", years=(2032,), collaboration=plan_2024.collaboration)
    answers = {who: client.get(address_of("list", draft)).status_code for who in _clients(client, people)}
    assert answers == {who: 200 if who in DRAFT_READERS else 404 for who in EVERYONE}

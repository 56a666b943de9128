"""Every address of the reminders and the calendar × who asks. One that is not listed here fails."""

import itertools

import pytest
from django.urls import URLResolver, get_resolver, reverse
from django.utils import timezone

from plans.models import LetterChoice, Plan
from plans.roles import Role
from skane_digi.reminders.choosing import sign
from skane_digi.reminders.own_feed import sign_feed
from tests import decision_factories as decide
from tests import factories as make
from tests.portal.conftest import people  # noqa: F401 the same accounts, one per role

pytestmark = pytest.mark.django_db
EVERYONE = ("anonymous", "roleless", "stranger", "superuser", *Role.values)
OPEN, SIGNED_IN, BY_PLAN, BY_SIGNATURE = "alla", "den som är inloggad", "följer planen", "den som har länken"
ACCESS = {
    "calendar": OPEN,
    "plan-calendar": BY_PLAN,
    "own-calendar": BY_SIGNATURE,
    "letters": SIGNED_IN,
    "unsubscribe": BY_SIGNATURE,
}
READS_DRAFTS = {"superuser", "administrator", "editor", "chair", "economist", "auditor"}
READS_REFERRALS = READS_DRAFTS | {"registrar", "reader"}


@pytest.fixture
def plan(plan_2024) -> Plan:
    return make.make_plan("utkast-2031", years=(2031,), collaboration=plan_2024.collaboration)


def address_of(name: str, plan: Plan, people: dict) -> str:  # noqa: F811
    args = {
        "plan-calendar": [plan.slug],
        "own-calendar": [sign_feed(people["reader"])],
        "unsubscribe": [sign(people["registrar"], on=timezone.localdate())],
    }
    return reverse(f"reminders:{name}", args=args.get(name, []))


def answers(client, people, address: str, method: str = "get") -> dict[str, int]:  # noqa: F811
    found = {}
    for who in EVERYONE:
        client.logout()
        if who != "anonymous":
            client.force_login(people[who])
        found[who] = getattr(client, method)(address).status_code
    return found


def test_every_address_is_listed():
    """DESIGN: every URL listed in a test with who may open it."""
    resolvers = [pattern for pattern in get_resolver().url_patterns if isinstance(pattern, URLResolver)]
    own = next(pattern for pattern in resolvers if pattern.app_name == "reminders")
    assert {pattern.name for pattern in own.url_patterns} == set(ACCESS)


@pytest.mark.parametrize("name", [name for name, access in ACCESS.items() if access in (OPEN, BY_SIGNATURE)])
def test_what_is_open_answers_everyone(name, client, people, plan):  # noqa: F811
    assert answers(client, people, address_of(name, plan, people)) == dict.fromkeys(EVERYONE, 200)


def test_ones_own_letters_ask_for_a_sign_in_and_are_ones_own(client, people, plan):  # noqa: F811
    address = address_of("letters", plan, people)
    expected = {who: 302 if who == "anonymous" else 200 for who in EVERYONE}
    assert answers(client, people, address) == expected
    assert answers(client, people, address, "post") == dict.fromkeys(EVERYONE, 302)
    choosers = LetterChoice.objects.filter(wants_reminders=False).values_list("person", flat=True)
    assert set(choosers) == {person.pk for person in people.values()}


def test_the_signed_address_is_the_persons_whoever_opens_it(client, people, plan):  # noqa: F811
    address = address_of("unsubscribe", plan, people)
    assert answers(client, people, address, "post") == dict.fromkeys(EVERYONE, 200)
    assert LetterChoice.objects.get().person == people["registrar"]


@pytest.mark.parametrize("status", Plan.Status.values)
def test_a_plans_calendar_by_role_and_state(status, client, people, plan):  # noqa: F811
    """A draft is for those who work on it, a referral for its collaboration, and what has been sent for everyone."""
    Plan.objects.filter(pk=plan.pk).update(status=status)
    allowed = {"draft": READS_DRAFTS, "referral": READS_REFERRALS}.get(status, set(EVERYONE))
    expected = {who: 200 if who in allowed else 404 for who in EVERYONE}
    assert answers(client, people, address_of("plan-calendar", plan, people)) == expected


@pytest.mark.parametrize("state", ["open", "returned"])
def test_a_draft_that_has_been_out_but_not_adopted_stays_closed(state, client, people, plan):  # noqa: F811
    decide.make_version(plan, status=Plan.Status.DRAFT, state=state)
    expected = {who: 200 if who in READS_DRAFTS else 404 for who in EVERYONE}
    assert answers(client, people, address_of("plan-calendar", plan, people)) == expected


@pytest.mark.parametrize(
    ("name", "method"), list(itertools.product(["calendar", "plan-calendar", "own-calendar"], ["post", "put"]))
)
def test_a_feed_takes_nothing_but_a_question(name, method, client, people, plan):  # noqa: F811
    assert getattr(client, method)(address_of(name, plan, people)).status_code == 405


def test_ones_own_choice_is_not_made_by_another_site(client, people, plan):  # noqa: F811
    client.handler.enforce_csrf_checks = True
    client.force_login(people["registrar"])
    assert client.post(address_of("letters", plan, people)).status_code == 403

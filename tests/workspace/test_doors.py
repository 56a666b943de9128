"""Every address of the workspace × who asks × what state the plan is in. One that is not listed here fails."""

import pytest
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from plans.models import Plan
from plans.roles import Role
from tests.workspace.access import ANSWERS_TO_POST, PAGES, POSTED, SHOWN, address_of

pytestmark = pytest.mark.django_db
EVERYONE = ("anonymous", "roleless", "stranger", "superuser", *Role.values)


def _names(patterns) -> set[str]:
    names = set()
    for pattern in patterns:
        names |= {pattern.name} if isinstance(pattern, URLPattern) else _names(pattern.url_patterns)
    return names


def _clients(client, people):
    for who in EVERYONE:
        client.logout()
        if who != "anonymous":
            client.force_login(people[who])
        yield who


def test_every_address_of_the_workspace_is_listed():
    """DESIGN: every URL listed in a test with who may open it."""
    resolvers = [pattern for pattern in get_resolver().url_patterns if isinstance(pattern, URLResolver)]
    workspace = next(pattern for pattern in resolvers if pattern.app_name == "workspace")
    assert _names(workspace.url_patterns) == {*PAGES, *POSTED}


@pytest.mark.parametrize("name", PAGES)
def test_every_page_by_role(name, client, people, draft):
    """What you may not see answers 404; one who is not signed in is asked to sign in."""
    address = address_of(name, draft)
    answers = {who: client.get(address).status_code for who in _clients(client, people)}
    allowed = PAGES[name]
    assert answers == {who: 302 if who == "anonymous" else 200 if who in allowed else 404 for who in EVERYONE}


@pytest.mark.parametrize("name", POSTED)
def test_every_change_by_role(name, client, people, draft):
    """Who may not make a change is told that there is no such address, before anything else is looked at."""
    address = address_of(name, draft)
    answers = {who: client.post(address).status_code for who in _clients(client, people)}
    for who, status in answers.items():
        if who == "anonymous":
            assert status == 302, who
        elif who in POSTED[name]:
            assert status in ANSWERS_TO_POST, (who, status)
        else:
            assert status == 404, who


@pytest.mark.parametrize("name", POSTED)
def test_a_change_is_never_made_by_following_a_link(name, client, people, draft):
    client.force_login(people["superuser"])
    assert client.get(address_of(name, draft)).status_code == (200 if name in SHOWN else 405)


LOCKED = [status for status in Plan.Status.values if status in Plan.PUBLIC_STATUSES]


@pytest.mark.parametrize("status", LOCKED)
def test_a_plan_sent_for_decision_is_written_by_nobody(status, client, people, draft):
    """Issued and decided things cannot be changed or deleted, only superseded."""
    goal = draft.focus_areas.get().goals.first()
    Plan.objects.filter(pk=draft.pk).update(status=status)
    client.force_login(people["superuser"])
    assert client.get(reverse("workspace:plan", args=[draft.slug]), follow=True).redirect_chain == [
        (draft.get_absolute_url(), 302)
    ]
    address = reverse("workspace:field", args=[draft.slug, "goal", goal.pk, "text"])
    answer = client.post(address, {"value": "Nytt.", "base": "x"}, headers={"HX-Request": "true"})
    assert answer.status_code == 422
    assert "skickad för beslut" in answer.content.decode()
    goal.refresh_from_db()
    assert goal.text == "Första målet."


def test_a_field_asked_for_without_a_session_is_answered_in_place(client, draft):
    """A draft stays in the browser: the page is not replaced by a sign-in page."""
    goal = draft.focus_areas.get().goals.first()
    address = reverse("workspace:field", args=[draft.slug, "goal", goal.pk, "text"])
    answer = client.post(address, {"value": "Nytt.", "base": "abc"}, headers={"HX-Request": "true"})
    assert answer.status_code == 401
    assert 'name="base" value="abc"' in answer.content.decode()
    assert "inte längre inloggad" in answer.content.decode()


def test_rows_of_another_plan_are_not_found(client, people, draft, plan_2022_2023):
    client.force_login(people["superuser"])
    foreign = plan_2022_2023.focus_areas.first().goals.first()
    address = reverse("workspace:field", args=[draft.slug, "goal", foreign.pk, "text"])
    assert client.post(address, {"value": "Nytt.", "base": "x"}).status_code == 404
    for kind, name in (("goal", "position"), ("user", "email"), ("plan", "status"), ("focusarea", "slug")):
        address = reverse("workspace:field", args=[draft.slug, kind, 1, name])
        assert client.post(address, {"value": "x", "base": "x"}).status_code == 404, (kind, name)

"""Every URL of the site × who asks × what state the plan is in. An address that is not listed here fails."""

import itertools

import pytest
from django.urls import URLResolver, get_resolver, reverse

from tests import factories

OPEN, BY_PLAN, STARTS_PLAN = "öppen för alla", "följer planens läge", "den som får börja en plan"

ACCESS = {
    "start": (OPEN, {}),
    "plan-list": (OPEN, {}),
    "plan": (BY_PLAN, {}),
    "focus-area": (BY_PLAN, {"area_slug": True}),
    "budget": (BY_PLAN, {}),
    "costs": (BY_PLAN, {"year": True}),
    "map": (BY_PLAN, {"year": True}),
    "comparison": (BY_PLAN, {}),
    "plan-pdf": (BY_PLAN, {}),
    "start-plan": (STARTS_PLAN, {}),
    "organisation-list": (OPEN, {}),
    "organisation": (OPEN, {"slug": "eslov"}),
    "search": (OPEN, {}),
    "accessibility": (OPEN, {}),
    "health": (OPEN, {}),
}
READERS = ("anonymous", "draft_reader", "superuser")
BY_PLAN_NAMES = [name for name, (access, _) in ACCESS.items() if access == BY_PLAN]
READ_NAMES = [name for name, (access, _) in ACCESS.items() if access != STARTS_PLAN]
OPEN_NAMES = [name for name, (access, _) in ACCESS.items() if access == OPEN]


def _sign_in(client, request, reader) -> None:
    if reader != "anonymous":
        client.force_login(request.getfixturevalue(reader))


def _address(name: str, plan) -> str:
    kwargs = {"slug": plan.slug}
    wanted = ACCESS[name][1]
    if "area_slug" in wanted:
        kwargs["area_slug"] = plan.focus_areas.first().slug
    if "year" in wanted:
        kwargs["year"] = plan.years.first().year
    return reverse(f"portal:{name}", kwargs=kwargs)


def test_every_address_outside_the_administration_is_listed_here():
    """DESIGN: every URL listed in a test with who may open it."""
    top = get_resolver().url_patterns
    namespaces = {pattern.app_name: pattern for pattern in top if isinstance(pattern, URLResolver)}
    assert set(namespaces) == {"portal", "admin"}
    assert not [pattern for pattern in top if not isinstance(pattern, URLResolver)]
    assert {pattern.name for pattern in namespaces["portal"].url_patterns} == set(ACCESS)


@pytest.mark.parametrize(("name", "reader"), list(itertools.product(OPEN_NAMES, READERS)))
def test_open_pages_answer_everyone(name, reader, client, request, real_plans):
    _sign_in(client, request, reader)
    assert client.get(reverse(f"portal:{name}", kwargs=ACCESS[name][1])).status_code == 200


@pytest.mark.parametrize(("name", "reader"), list(itertools.product(BY_PLAN_NAMES, READERS)))
def test_a_plan_sent_for_decision_is_open_to_everyone(name, reader, client, request, plan_2024):
    _sign_in(client, request, reader)
    assert client.get(_address(name, plan_2024)).status_code == 200


@pytest.mark.parametrize(("name", "reader"), list(itertools.product(BY_PLAN_NAMES, READERS)))
def test_a_draft_does_not_exist_for_those_who_may_not_see_it(name, reader, client, request, draft):
    """DESIGN: what you may not see answers 404."""
    _sign_in(client, request, reader)
    assert client.get(_address(name, draft)).status_code == (404 if reader == "anonymous" else 200)


@pytest.mark.parametrize("reader", READERS)
def test_lists_and_search_show_a_draft_only_to_those_who_may_see_it(reader, client, request, draft):
    _sign_in(client, request, reader)
    may_see = reader != "anonymous"
    for address in (reverse("portal:start"), reverse("portal:plan-list")):
        assert (draft.title in client.get(address).content.decode()) is may_see
    found = client.get(reverse("portal:search"), {"q": "lönnmord"}).content.decode()
    assert ("Hemligt område" in found) is may_see


def test_a_page_links_to_the_successor_of_an_area_only_when_its_plan_may_be_seen(client, superuser, draft, plan_2024):
    area = plan_2024.focus_areas.first()
    successor = draft.focus_areas.first()
    factories.make_lineage(draft, "continued", predecessor=area, successor=successor)
    assert successor.get_absolute_url() not in client.get(area.get_absolute_url()).content.decode()
    client.force_login(superuser)
    assert successor.get_absolute_url() in client.get(area.get_absolute_url()).content.decode()


@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize("reader", READERS)
def test_a_plan_is_started_by_those_who_may_and_the_page_does_not_exist_for_others(
    reader, method, client, request, plan_2024, draft
):
    _sign_in(client, request, reader)
    for plan in (plan_2024, draft):
        status = getattr(client, method)(reverse("portal:start-plan", args=[plan.slug])).status_code
        assert status == (200 if reader == "superuser" else 404)


@pytest.mark.parametrize("name", READ_NAMES)
def test_no_page_takes_anything_but_a_question(name, client, plan_2024):
    """Pages are read; nothing is changed by them."""
    access, kwargs = ACCESS[name]
    address = _address(name, plan_2024) if access == BY_PLAN else reverse(f"portal:{name}", kwargs=kwargs)
    assert client.post(address).status_code == 405


def test_a_year_that_the_plan_is_not_for_does_not_exist(client, plan_2024):
    assert client.get(reverse("portal:costs", args=[plan_2024.slug, 2023])).status_code == 404
    assert client.get(reverse("portal:map", args=[plan_2024.slug, 2023])).status_code == 404


def test_an_organisation_outside_the_collaboration_has_no_page(client, real_plans):
    outsider = factories.make_organisation("9999", "Utanför")
    assert client.get(outsider.get_absolute_url()).status_code == 404

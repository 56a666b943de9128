"""Every address where grants are read × who asks. One that is not listed here fails."""

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from plans.roles import Role
from tests.grants import rows
from tests.portal.conftest import people  # noqa: F401 the same accounts, one per role

pytestmark = pytest.mark.django_db

EVERYONE = ("anonymous", "roleless", "stranger", "superuser", *Role.values)
READERS = {"superuser", *Role.values}
GRANT, RECEIVER = "god-och-nara-vard-2023", "region-jamtland-harjedalen"
# Each address, and who gets an answer. The list is for whoever takes part in any collaboration.
PAGES = {
    "list": ([], READERS | {"stranger"}),
    "agreement": ([GRANT], READERS),
    "outcome": ([GRANT, RECEIVER], READERS),
}


@pytest.fixture
def clients(people) -> dict[str, Client]:  # noqa: F811
    found = {who: Client() for who in EVERYONE}
    for who, client in found.items():
        if who != "anonymous":
            client.force_login(people[who])
    return found


def test_every_address_is_listed():
    """DESIGN: every URL listed in a test with who may open it. Those where grants are written have their own test."""
    resolvers = [pattern for pattern in get_resolver().url_patterns if isinstance(pattern, URLResolver)]
    grants = next(pattern for pattern in resolvers if pattern.app_name == "grants")
    names = {pattern.name for pattern in grants.url_patterns if isinstance(pattern, URLPattern)}
    assert names == PAGES.keys()


@pytest.mark.parametrize("name", PAGES)
def test_every_page_by_role(name, clients):
    arguments, allowed = PAGES[name]
    address = reverse(f"grants:{name}", args=arguments)
    expected = {who: 200 if who in allowed else 404 for who in EVERYONE}
    assert {who: client.get(address).status_code for who, client in clients.items()} == expected


@pytest.mark.parametrize("name", PAGES)
def test_what_is_only_read_takes_no_post(name, clients):
    arguments, _ = PAGES[name]
    assert clients["superuser"].post(reverse(f"grants:{name}", args=arguments)).status_code == 405


def test_one_who_takes_part_elsewhere_sees_only_the_grants_there(clients):
    rows.make_agreement("deras", name="Deras eget")
    text = clients["stranger"].get(reverse("grants:list")).content.decode()
    assert "Deras eget" in text
    assert "God och nära vård" not in text


@pytest.mark.parametrize("address", ["/statsbidrag/finns-inte/", f"/statsbidrag/{GRANT}/mottagare/stockholm/"])
def test_what_is_not_there_answers_404(address, clients):
    """Stockholm has been given nothing here, and is no member."""
    assert clients["superuser"].get(address).status_code == 404

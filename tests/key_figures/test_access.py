"""Every address of key figures × who asks. One that is not listed here fails."""

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from budgets.models import AllocationKey, KeyFigure, KeyFigureSet
from plans.roles import Role
from tests.portal.conftest import people  # noqa: F401 the same accounts, one per role

pytestmark = pytest.mark.django_db

EVERYONE = ("anonymous", "roleless", "stranger", "superuser", *Role.values)
WRITERS = {"superuser", "administrator", "editor", "chair", "economist", "stranger"}  # the stranger edits elsewhere
READERS = WRITERS | {"auditor", "registrar", "reader"}
# Each address, and who gets an answer to a GET and to an empty POST, which is refused in words. None: not taken.
ADDRESSES = {
    "list": (READERS, None, []),
    "key": (READERS, None, ["folkmangd"]),
    "day": (READERS, None, ["folkmangd", "12", "2022-12-31"]),
    "fetch": (WRITERS, WRITERS, []),
    "upload": (WRITERS, WRITERS, []),
    "new": (WRITERS, WRITERS, []),
    "store": (None, WRITERS, []),
}


@pytest.fixture
def clients(people) -> dict[str, Client]:  # noqa: F811
    """A browser of each person's own."""
    found = {who: Client() for who in EVERYONE}
    for who, client in found.items():
        if who != "anonymous":
            client.force_login(people[who])
    return found


def test_every_address_is_listed():
    """DESIGN: every URL listed in a test with who may open it."""
    resolvers = [pattern for pattern in get_resolver().url_patterns if isinstance(pattern, URLResolver)]
    own = next(pattern for pattern in resolvers if pattern.app_name == "key_figures")
    assert {pattern.name for pattern in own.url_patterns if isinstance(pattern, URLPattern)} == ADDRESSES.keys()


@pytest.mark.parametrize("name", ADDRESSES)
def test_every_address_by_role(name, clients):
    """What one may not see answers 404, also for POST; writes need a role."""
    readers, writers, arguments = ADDRESSES[name]
    address = reverse(f"key_figures:{name}", args=arguments)
    before = [AllocationKey.objects.count(), KeyFigureSet.objects.count(), KeyFigure.objects.count()]
    for allowed, method, answer in ((readers, "get", 200), (writers, "post", 422)):
        if allowed is None:
            assert getattr(clients["superuser"], method)(address).status_code == 405
            continue
        expected = {who: answer if who in allowed else 404 for who in EVERYONE}
        assert {who: getattr(client, method)(address).status_code for who, client in clients.items()} == expected
    assert [AllocationKey.objects.count(), KeyFigureSet.objects.count(), KeyFigure.objects.count()] == before


@pytest.mark.parametrize(
    "address",
    [
        "/nyckeltal/finns-inte/",
        "/nyckeltal/folkmangd/12/2022-12-30/",
        "/nyckeltal/folkmangd/13/2022-12-31/",
        "/nyckeltal/folkmangd/12/20221231/",
        "/nyckeltal/folkmangd/12/i-gar/",
        "/nyckeltal/vfu-veckor/12/2022-12-31/",
    ],
)
def test_what_there_is_not_is_not_found(address, clients):
    assert clients["superuser"].get(address).status_code == 404


def test_only_writers_are_shown_the_way_to_bring_figures_in(clients):
    for name, arguments in (("list", []), ("key", ["folkmangd"])):
        address = reverse(f"key_figures:{name}", args=arguments)
        shown = {who for who in READERS if "/nyckeltal/hamta/" in clients[who].get(address).content.decode()}
        assert shown == WRITERS

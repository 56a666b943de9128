"""Every address where grants are written × who asks. One that is not listed here fails."""

import pytest
from django.test import Client
from django.urls import reverse

from plans.roles import Role
from skane_digi.grants.edit_parts import KINDS
from skane_digi.grants.editing_urls import urlpatterns
from tests.budgets import grant_world as grants
from tests.portal.conftest import people  # noqa: F401 the same accounts, one per role

pytestmark = pytest.mark.django_db

EVERYONE = ("anonymous", "roleless", "stranger", "superuser", *Role.values)
WRITERS = {"superuser", "administrator", "editor", "chair", "economist"}
GRANT = "god-och-nara-vard-2023"
AREA, AMOUNT, SHARE = "nara-vard", "gnv-2023-nara-vard-regioner", "gnv-2023-23-nara-vard-regioner"
DUTY, RECEIVER = "gnv-2023-slutredovisning", "region-jamtland-harjedalen"
PAGES = {
    "new": [],
    "edit": [GRANT],
    "edit-facts": [GRANT],
    "edit-receiver": [GRANT, RECEIVER],
    "new-part": [GRANT, "insats"],
    "edit-part": [GRANT, "belopp", AMOUNT],
    "remove-part": [GRANT, "omrade", AREA],
    "fund": [GRANT, SHARE],
}
# What comes of an empty form: refused in words, or nothing to refuse.
POSTED = {
    "new": 422,
    "edit-facts": 422,
    "new-part": 422,
    "edit-part": 422,
    "remove-part": 422,
    "fund": 302,
    "mark-duty": 302,
}
ARGUMENTS = {**PAGES, "mark-duty": [GRANT, DUTY]}


@pytest.fixture
def clients(people) -> dict[str, Client]:  # noqa: F811
    found = {who: Client() for who in EVERYONE}
    for who, client in found.items():
        if who != "anonymous":
            client.force_login(people[who])
    return found


def address_of(name: str) -> str:
    return reverse(f"grants:{name}", args=ARGUMENTS[name])


def allowed(name: str) -> set[str]:
    """Who writes grants in any collaboration may lay up one there."""
    return WRITERS | {"stranger"} if name == "new" else WRITERS


def test_every_address_is_listed():
    """DESIGN: every URL listed in a test with who may open it."""
    assert {pattern.name for pattern in urlpatterns} == {*PAGES, *POSTED}


@pytest.mark.parametrize("name", PAGES)
def test_every_page_by_role(name, clients):
    expected = {who: 200 if who in allowed(name) else 404 for who in EVERYONE}
    assert {who: client.get(address_of(name)).status_code for who, client in clients.items()} == expected


@pytest.mark.parametrize("name", POSTED)
def test_every_change_by_role(name, clients):
    expected = {who: POSTED[name] if who in allowed(name) else 404 for who in EVERYONE}
    assert {who: client.post(address_of(name)).status_code for who, client in clients.items()} == expected


@pytest.mark.parametrize("name", ["edit", "edit-receiver"])
def test_what_is_only_read_takes_no_post(name, clients):
    assert clients["superuser"].post(address_of(name)).status_code == 405


def test_a_report_is_not_marked_by_following_a_link(clients):
    assert clients["superuser"].get(address_of("mark-duty")).status_code == 405


@pytest.mark.parametrize("kind", KINDS)
def test_rows_of_another_grant_are_not_found(kind, clients):
    area = grants.make_grant_area(grants.make_agreement(slug="annat-bidrag"))
    share = grants.make_share(grants.make_amount(area))
    foreign = {
        "omrade": area.slug,
        "belopp": share.grant_amount.key,
        "tilldelning": share.key,
        "villkor": grants.make_condition(area.agreement).key,
        "redovisning": grants.make_duty(area.agreement).key,
        "insats": grants.make_measure(area).key,
    }
    for name in ("edit-part", "remove-part"):
        own = reverse(f"grants:{name}", args=["annat-bidrag", kind, foreign[kind]])
        wrong = reverse(f"grants:{name}", args=[GRANT, kind, foreign[kind]])
        assert [clients["superuser"].get(address).status_code for address in (own, wrong)] == [200, 404]
    assert clients["superuser"].get(reverse("grants:fund", args=[GRANT, share.key])).status_code == 404
    marked = reverse("grants:mark-duty", args=[GRANT, foreign["redovisning"]])
    assert clients["superuser"].post(marked).status_code == 404


@pytest.mark.parametrize(
    "address",
    [
        "/statsbidrag/finns-inte/redigera/",
        f"/statsbidrag/{GRANT}/redigera/ny/konto/",
        f"/statsbidrag/{GRANT}/redigera/konto/x/",
        f"/statsbidrag/{GRANT}/redigera/omrade/finns-inte/",
        f"/statsbidrag/{GRANT}/redigera/mottagare/stockholm/",
    ],
)
def test_what_is_not_there_answers_404(address, clients):
    assert clients["superuser"].get(address).status_code == 404

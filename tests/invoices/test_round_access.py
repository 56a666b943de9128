"""Every address of the rounds, the terms and the recipients × who asks. One that is not listed here fails."""

import pytest
from django.urls import reverse

from plans.models import Organisation
from plans.roles import Role
from skane_digi.invoices.round_urls import urlpatterns
from skane_digi.invoices.views import rounds
from tests import invoice_factories as bill
from tests.invoices.round_people import EVERYONE, ISSUERS, OF_SGD, make_clients

pytestmark = pytest.mark.django_db

MEMBERS = {Role.REGISTRAR, Role.READER, "neighbour"}
ISSUERS_ANYWHERE = {*ISSUERS, "stranger"}
WRITERS_OF_9101 = {*ISSUERS, Role.REGISTRAR}
# Who is let in, for each address.
PAGES = {
    "rounds": {*OF_SGD, "stranger"},
    "new-round": ISSUERS_ANYWHERE,
    "round": OF_SGD,
    "change-round": ISSUERS,
    "remove-round": ISSUERS,
    "issue": ISSUERS,
    "draft": OF_SGD,
    "draft-pdf": OF_SGD,
    "terms": ISSUERS,
    "recipients": {*OF_SGD, *MEMBERS, "stranger"},
    "recipient": WRITERS_OF_9101,
}
# What comes of an empty form from those who are let in.
POSTED = {"new-round": 422, "change-round": 422, "remove-round": 302, "issue": 422, "terms": 422, "recipient": 422}
READ_ONLY = ("rounds", "round", "draft", "draft-pdf", "recipients")


@pytest.fixture
def invoicing(db):
    return bill.make_round()


@pytest.fixture
def clients(invoicing, monkeypatch):
    monkeypatch.setattr(rounds, "invoice_pdf", lambda content, xml: b"%PDF")
    return make_clients(invoicing.version.plan.collaboration)


def address_of(name: str, invoicing) -> str:
    body = Organisation.objects.get(code="9101").slug
    arguments = {
        "rounds": [],
        "new-round": [],
        "draft": [invoicing.key, body],
        "draft-pdf": [invoicing.key, body],
        "terms": [invoicing.version.plan.collaboration.slug],
        "recipients": [],
        "recipient": [body],
    }
    return reverse(f"invoices:{name}", args=arguments.get(name, [invoicing.key]))


def refusal(who: str) -> int:
    """Without an account one is asked to sign in; others are told that there is no such page."""
    return 302 if who == "anonymous" else 404


def test_every_address_is_listed():
    """DESIGN: every URL listed in a test with who may open it."""
    assert {pattern.name for pattern in urlpatterns} == set(PAGES) == {*READ_ONLY, *POSTED}


@pytest.mark.parametrize("name", PAGES)
def test_every_page_by_role(name, clients, invoicing):
    expected = {who: 200 if who in PAGES[name] else refusal(who) for who in EVERYONE}
    if name == "rounds":  # a member goes on to their own invoices
        expected |= dict.fromkeys(MEMBERS, 302)

    address = address_of(name, invoicing)

    assert {who: client.get(address).status_code for who, client in clients.items()} == expected


@pytest.mark.parametrize("name", POSTED)
def test_every_change_by_role(name, clients, invoicing):
    address = address_of(name, invoicing)
    for who, client in clients.items():
        if name == "remove-round" and who in ISSUERS:
            continue  # the first of them removes it
        assert client.post(address).status_code == (POSTED[name] if who in PAGES[name] else refusal(who)), who
    if name == "remove-round":
        assert clients["economist"].post(address).status_code == 302
        assert clients["superuser"].post(address).status_code == 404


@pytest.mark.parametrize("name", READ_ONLY)
def test_what_is_only_read_takes_no_post(name, clients, invoicing):
    assert clients["superuser"].post(address_of(name, invoicing)).status_code == 405


@pytest.mark.parametrize("name", PAGES)
def test_without_an_account_one_comes_back_after_signing_in(name, clients, invoicing):
    address = address_of(name, invoicing)

    answer = clients["anonymous"].get(address)

    assert answer.url == f"{reverse('account_login')}?next={address}"
    assert "no-store" in answer["Cache-Control"]


def test_a_member_is_sent_to_their_own_invoices(clients):
    assert clients["registrar"].get(reverse("invoices:rounds")).url == reverse("invoices:list")


def test_one_of_another_collaboration_sees_nothing_of_this_one(clients, invoicing):
    for name in ("rounds", "new-round", "recipients"):
        page = clients["stranger"].get(address_of(name, invoicing)).content.decode()
        assert invoicing.version.plan.title not in page
        assert Organisation.objects.get(code="9101").name not in page


def test_a_registrar_reads_only_their_own_bodys_address(clients, invoicing):
    page = clients["registrar"].get(reverse("invoices:recipients")).content.decode()

    assert "faktura-9101@example.org" in page
    assert "faktura-9102@example.org" not in page


def test_an_auditor_reads_but_gets_nothing_to_press(clients, invoicing):
    page = clients["auditor"].get(address_of("round", invoicing)).content.decode()

    assert "Utkasten" in page
    assert "Ställ ut" not in page
    assert reverse("invoices:change-round", args=[invoicing.key]) not in page


@pytest.mark.parametrize("name", ["round", "draft", "issue", "recipient"])
def test_what_does_not_exist_is_not_found(name, clients, invoicing):
    arguments = {"draft": [invoicing.key, "ingen"], "recipient": ["ingen"]}.get(name, ["ingen"])
    assert clients["superuser"].get(reverse(f"invoices:{name}", args=arguments)).status_code == 404

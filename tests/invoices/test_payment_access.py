"""Every address of the payments and the bookkeeping × who asks. One that is not listed here fails."""

import pytest
from django.urls import reverse

from plans.roles import Role
from skane_digi.invoices.payment_urls import urlpatterns
from tests.budgets.payment_world import issued, pay
from tests.invoices.round_people import EVERYONE, ISSUERS, OF_SGD, make_clients

pytestmark = pytest.mark.django_db

ISSUERS_ANYWHERE = {*ISSUERS, "stranger"}
PAGES = {
    "payments": {*OF_SGD, "stranger"},
    "new-payment": ISSUERS_ANYWHERE,
    "bank-file": ISSUERS_ANYWHERE,
    "store-bank-file": ISSUERS_ANYWHERE,
    "payment": OF_SGD,
    "settle-payment": ISSUERS,
    "unsettle-payment": ISSUERS,
    "withdraw-payment": ISSUERS,
    "refund": ISSUERS,
    "ledger": {*OF_SGD, "stranger"},
    "ledger-file": {*OF_SGD, "stranger"},
}
# What comes of a form without what it asks for, from those who are let in.
POSTED = {
    "new-payment": 422,
    "bank-file": 422,
    "store-bank-file": 422,
    "settle-payment": 422,
    "unsettle-payment": 302,
    "withdraw-payment": 422,
    "refund": 422,
}
ONLY_POSTED = {"store-bank-file", "settle-payment", "unsettle-payment"}
# Without a period there is no file, and one is sent back to choose it.
SHOWN = {"ledger-file": 302}


@pytest.fixture
def invoices(db):
    return issued()


@pytest.fixture
def payment(invoices):
    return pay(invoices["9101"], "250", of="300")


@pytest.fixture
def clients(payment):
    return make_clients(payment.collaboration)


def address_of(name: str, payment) -> str:
    arguments = {name: [payment.key] for name in PAGES if name.endswith("payment") and name != "new-payment"}
    arguments |= {"refund": [payment.settlements.first().invoice.key], "ledger-file": ["csv"]}
    return reverse(f"invoices:{name}", args=arguments.get(name, []))


def refusal(who: str) -> int:
    return 302 if who == "anonymous" else 404


def test_every_address_is_listed():
    """DESIGN: every URL listed in a test with who may open it."""
    assert {pattern.name for pattern in urlpatterns} == set(PAGES)


@pytest.mark.parametrize("name", [name for name in PAGES if name not in ONLY_POSTED])
def test_a_page_is_there_for_those_who_may_read_it_only(name, clients, payment):
    found = {who: clients[who].get(address_of(name, payment)).status_code for who in EVERYONE}
    assert found == {who: SHOWN.get(name, 200) if who in PAGES[name] else refusal(who) for who in EVERYONE}


@pytest.mark.parametrize("name", POSTED)
def test_nothing_is_taken_from_those_who_may_not_write(name, clients, payment):
    said = {"faktura": payment.settlements.first().invoice.key} if name == "unsettle-payment" else {}
    found = {who: clients[who].post(address_of(name, payment), said).status_code for who in EVERYONE}
    assert found == {who: POSTED[name] if who in PAGES[name] else refusal(who) for who in EVERYONE}


@pytest.mark.parametrize("name", ["payments", "payment", "ledger", "ledger-file"])
def test_what_is_only_shown_takes_nothing(name, clients, payment):
    assert clients[Role.ECONOMIST].post(address_of(name, payment)).status_code == 405


@pytest.mark.parametrize("name", sorted(ONLY_POSTED))
def test_what_is_only_posted_shows_nothing(name, clients, payment):
    assert clients[Role.ECONOMIST].get(address_of(name, payment)).status_code == 405


def test_one_from_elsewhere_sees_no_payment_and_no_sum(clients, payment):
    page = clients["stranger"].get(reverse("invoices:payments")).content.decode()
    assert payment.key not in page
    assert "Ingen betalning är registrerad" in page


def test_what_does_not_exist_is_not_found(clients, payment):
    economist = clients[Role.ECONOMIST]
    assert economist.get(reverse("invoices:payment", args=["finns-inte"])).status_code == 404
    assert economist.get(reverse("invoices:ledger-file", args=["pdf"])).status_code == 404
    address = reverse("invoices:unsettle-payment", args=[payment.key])
    assert economist.post(address, {"faktura": "finns-inte"}).status_code == 404

"""Who may follow up invoices: every role × every address, and never another body's invoice."""

import pytest

from tests import invoice_factories as invoices
from tests.invoices.following import EVERYONE, READS_ALL, at, due_round, invoice_of, sign_in, words_of

pytestmark = pytest.mark.django_db
ISSUES = {"administrator", "economist"}
OWN = {"registrar", "reader"}
# Who gets each address; of one's own body's invoice also its people do. A reader of none reads no body's.
ACCESS = {
    "list": {*READS_ALL, *OWN, "reader of none"},
    "list-export": {*READS_ALL, *OWN, "reader of none"},
    "invoice": {*READS_ALL, *OWN},
    "pdf": {*READS_ALL, *OWN},
    "xml": {*READS_ALL, *OWN},
    "credit": ISSUES,
    "credit-round": ISSUES,
    "sums": set(READS_ALL),
    "sums-export": set(READS_ALL),
    "areas-export": set(READS_ALL),
}
WRITING = ("credit", "credit-round")


@pytest.fixture
def invoicing(db, quick_files):
    return due_round()


def address(name: str, invoicing, code: str = "9101") -> str:
    if name in ("invoice", "pdf", "xml", "credit"):
        return at(name, invoice_of(invoicing, code).key)
    if name == "credit-round":
        return at(name, invoicing.key)
    return at(name, "csv") if name.endswith("export") else at(name)


@pytest.mark.parametrize("who", EVERYONE)
def test_each_address_is_for_those_who_may(who, client, invoicing):
    sign_in(client, who)
    for name, allowed in ACCESS.items():
        expected = 302 if who == "anonymous" else 200 if who in allowed else 404
        assert client.get(address(name, invoicing)).status_code == expected, name


def test_without_an_account_one_is_asked_to_sign_in_and_comes_back(client, invoicing):
    where = address("invoice", invoicing)
    assert client.get(where).url.endswith(f"?next={where}")


@pytest.mark.parametrize("who", sorted(OWN))
@pytest.mark.parametrize("name", ["invoice", "pdf", "xml", "credit"])
def test_another_bodys_invoice_is_not_there(who, name, client, invoicing):
    """Issue 6: a body sees its own invoices only."""
    sign_in(client, who, "9101")
    assert client.get(address(name, invoicing, "9102")).status_code == 404


@pytest.mark.parametrize("who", sorted(OWN))
def test_the_list_and_its_file_hold_ones_own_only(who, client, invoicing):
    sign_in(client, who, "9101")
    own, other = invoice_of(invoicing, "9101"), invoice_of(invoicing, "9102")
    for where in (at("list"), at("list-export", "csv"), f"{at('list-export', 'csv')}?organisation=organisation-9102"):
        text = client.get(where).content.decode()
        assert other.ocr not in text, where
        assert other.key not in text, where
        assert other.organisation.name not in text, where
    assert own.ocr in client.get(at("list-export", "csv")).content.decode()


@pytest.mark.parametrize("name", WRITING)
@pytest.mark.parametrize("who", [who for who in EVERYONE if who not in ISSUES])
def test_only_the_economist_credits(who, name, client, invoicing):
    sign_in(client, who)
    sent = {"extent": "hela", "reason": "Fel.", "issued_on": "2024-05-01", "seen": "0", "gor": "stall-ut"}
    response = client.post(address(name, invoicing), sent)
    assert response.status_code == (302 if who == "anonymous" else 404)
    assert not invoicing.invoices.credit_invoices().exists()


@pytest.mark.parametrize("name", [name for name in ACCESS if name not in WRITING])
def test_reading_takes_no_post(name, client, invoicing):
    sign_in(client, "economist")
    assert client.post(address(name, invoicing)).status_code == 405


@pytest.mark.parametrize("name", ["invoice", "pdf", "xml", "credit", "credit-round"])
def test_what_is_not_there_is_not_there(name, client, invoicing):
    sign_in(client, "economist")
    assert client.get(at(name, "finns-inte")).status_code == 404


@pytest.mark.parametrize("name", ["list-export", "sums-export", "areas-export"])
def test_a_file_of_another_kind_is_not_there(name, client, invoicing):
    sign_in(client, "economist")
    assert client.get(at(name, "exe")).status_code == 404


@pytest.mark.parametrize("who", ["anonymous", "roleless", "reader of none", "reader", "registrar", "economist"])
def test_an_organisations_page_has_a_door_for_those_who_may_read_its_invoices(who, client, invoicing):
    sign_in(client, who, "9101")
    shown = {}
    for code in ("9101", "9102"):
        page = client.get(f"/organisationer/organisation-{code}/").content.decode()
        shown[code] = f"{at('list')}?organisation=organisation-{code}" in page
    assert shown == {"9101": who in ("reader", "registrar", "economist"), "9102": who == "economist"}


def test_a_draft_is_not_told_of_to_a_body(client, db):
    invoices.make_round()
    sign_in(client, "reader")
    assert "tkast" not in words_of(client.get(at("list")))

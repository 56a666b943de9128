"""The terms: written in Swedish one understands, with every fault at its field, and a series that stays."""

import pytest
from django.urls import reverse

from budgets.models import InvoicingTerms
from plans.models import LogEntry
from tests import factories as make
from tests import invoice_factories as bill
from tests.invoices.round_people import faults_at, seen_on, sign_in_economist, soup_of, words

pytestmark = pytest.mark.django_db


@pytest.fixture
def collaboration(db):
    return make.make_collaboration()


@pytest.fixture
def address(client, collaboration):
    sign_in_economist(client, collaboration)
    return reverse("invoices:terms", args=[collaboration.slug])


def typed(*dimensions: tuple, **fields) -> dict:
    """What the form sends: right terms unless ``fields`` say otherwise, and the rows of ``dimensions``."""
    values = {
        "seller_name": "Region Skåne",
        "seller_organisation_number": "232100-0255",
        "seller_address": "Provvägen 1",
        "seller_postal_code": "291 00",
        "seller_city": "Kristianstad",
        "endpoint_scheme": "0007",
        "vat_category": "O",
        "vat_text": "Kostnadsdelning utanför momsens tillämpningsområde.",
        "bankgiro": "5165-8300",
        "due_days": "30",
        "late_interest_text": "Dröjsmålsränta enligt räntelagen.",
        "first_number": "1001",
        "receivable_account": "1510",
        "revenue_account": "3990",
        "vat_account": "2610",
        "rounding_account": "3740",
        "bank_account": "1930",
        "dimension-TOTAL_FORMS": str(len(dimensions)),
        "dimension-INITIAL_FORMS": "0",
    }
    for place, row in enumerate(dimensions):
        names = ("number", "name", "source", "fixed_value")
        values |= {f"dimension-{place}-{name}": value for name, value in zip(names, row, strict=True)}
    return {**values, **fields}


def test_they_are_written_and_logged(client, address, collaboration):
    answer = client.post(address, typed(("1", "Kostnadsställe", "fixed", "4410"), ("", "", "fixed", "")))

    terms = InvoicingTerms.objects.get(collaboration=collaboration)
    assert answer.url == reverse("invoices:rounds")
    assert (terms.seller_name, terms.bankgiro, terms.due_days) == ("Region Skåne", "5165-8300", 30)
    assert [str(row) for row in terms.dimensions.all()] == ["1 Kostnadsställe"]
    assert LogEntry.objects.filter(action=LogEntry.Action.CREATED).count() == 2


@pytest.mark.parametrize(
    ("fields", "name", "text"),
    [
        ({"seller_name": ""}, "seller_name", "vem som fakturerar"),
        ({"seller_organisation_number": "232100-0256"}, "seller_organisation_number", "Kontrollsiffran"),
        ({"seller_postal_code": "29"}, "seller_postal_code", "fem siffror"),
        ({"bankgiro": "5165-8301"}, "bankgiro", "Kontrollsiffran"),
        ({"bankgiro": ""}, "bankgiro", "bankgiro eller plusgiro"),
        ({"plusgiro": "12-4"}, "plusgiro", "Kontrollsiffran"),
        ({"due_days": "0"}, "due_days", "1"),
        ({"due_days": "en månad"}, "due_days", "heltal"),
        ({"vat_category": "S"}, "vat_number", "momsregistreringsnumret"),
        ({"vat_category": "E", "vat_text": "", "vat_number": "SE232100025501"}, "vat_text", "bestämmelse"),
        ({"vat_number": "232100"}, "vat_number", "SE och tolv siffror"),
        ({"vat_category": "X"}, "vat_category", ""),
        ({"number_prefix": "sgd"}, "number_prefix", "A–Z"),
        ({"first_number": "0"}, "first_number", "1"),
        ({"revenue_account": "39"}, "revenue_account", "siffror"),
        ({"contact_email": "faktura"}, "contact_email", "e-post"),
        ({"endpoint": "å"}, "endpoint", "E-adressen"),
    ],
)
def test_what_is_not_right_is_said_at_its_field(client, address, fields, name, text):
    answer = client.post(address, typed(**fields))

    soup = soup_of(answer)
    assert answer.status_code == 422
    assert faults_at(soup, name)
    assert text in faults_at(soup, name)
    assert soup.select_one(f".findings a[href='#id_{name}']")
    assert not InvoicingTerms.objects.exists()


def test_what_was_typed_stays(client, address):
    soup = soup_of(client.post(address, typed(("1", "Projekt", "fixed", ""), seller_city="Malmö", bankgiro="1")))

    assert soup.select_one("[name=seller_city]")["value"] == "Malmö"
    assert soup.select_one("[name=dimension-0-name]")["value"] == "Projekt"
    assert "fasta värdet" in faults_at(soup, "dimension-0-fixed_value")


def test_a_dimension_stands_once(client, address):
    answer = client.post(address, typed(("6", "Projekt", "year", ""), ("6", "Annat", "area", "")))

    assert answer.status_code == 422
    assert "finns redan" in faults_at(soup_of(answer), "dimension-1-number")


def test_an_emptied_dimension_goes_away(client, address, collaboration):
    client.post(address, typed(("1", "Kostnadsställe", "organisation", ""), ("6", "Projekt", "year", "")))

    left = typed(("", "", "fixed", ""), ("6", "Projekt", "year", ""), seen=seen_on(client, address))
    client.post(address, {**left, "dimension-INITIAL_FORMS": "2"})

    terms = InvoicingTerms.objects.get(collaboration=collaboration)
    assert [row.number for row in terms.dimensions.all()] == [6]


def test_each_way_to_treat_vat_says_what_it_leads_to(client, address):
    choice = soup_of(client.get(address)).select_one(".vat-choice")

    said = [words(node) for node in choice.select(".field__help")]
    assert ["kategori O" in said[0], "kategori E" in said[1], "kategori S" in said[2]] == [True] * 3
    assert "fjärdedel större" in said[2]


def test_the_number_series_stays_when_it_is_in_use(client, quick_files):
    invoicing = bill.make_issued_round()
    collaboration = invoicing.version.plan.collaboration
    sign_in_economist(client, collaboration)
    address = reverse("invoices:terms", args=[collaboration.slug])

    shown = soup_of(client.get(address))
    seen = seen_on(client, address)
    client.post(address, typed(first_number="5000", number_prefix="X", seller_city="Lund", seen=seen))

    terms = InvoicingTerms.objects.get()
    assert shown.select_one("[name=first_number]").has_attr("disabled")
    assert (terms.first_number, terms.number_prefix, terms.seller_city) == (1001, "", "Lund")


def test_one_who_was_reviewing_a_round_comes_back_to_it(client, address, collaboration):
    invoicing = bill.make_round(is_ready=False)

    answer = client.post(f"{address}?omgang={invoicing.key}", typed())
    astray = client.post(f"{address}?omgang=//annan.example", typed(seen=seen_on(client, address)))

    assert answer.url == reverse("invoices:round", args=[invoicing.key])
    assert astray.url == reverse("invoices:rounds")


def test_what_another_has_written_meanwhile_is_not_overwritten_unseen(client, address, collaboration):
    client.post(address, typed())
    first = seen_on(client, address)
    client.post(address, typed(seller_city="Lund", seen=first))

    late = client.post(address, typed(seller_city="Malmö", seen=first))

    assert late.status_code == 422
    assert "har sparat andra uppgifter under tiden" in late.text
    assert soup_of(late).select_one("[name=seller_city]")["value"] == "Malmö"
    assert InvoicingTerms.objects.get().seller_city == "Lund"
    again = soup_of(late).select_one("input[name=seen]")["value"]
    client.post(address, typed(seller_city="Malmö", seen=again))
    assert InvoicingTerms.objects.get().seller_city == "Malmö"


def test_a_changed_dimension_is_a_change_of_the_terms(client, address, collaboration):
    client.post(address, typed(("1", "Kostnadsställe", "fixed", "4410")))
    first = seen_on(client, address)
    client.post(address, typed(("1", "Kostnadsställe", "fixed", "4411"), seen=first))

    late = client.post(address, typed(("1", "Kostnadsställe", "fixed", "4412"), seen=first))

    assert late.status_code == 422

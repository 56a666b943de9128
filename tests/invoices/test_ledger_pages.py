"""The page of the bookkeeping: a period is chosen, its sums are shown, and it is taken as a file."""

from decimal import Decimal

import pytest
from django.urls import reverse

from tests import factories as make
from tests.budgets.payment_world import issued, pay
from tests.budgets.sie_reading import read_sie
from tests.invoices.round_people import faults_at, sign_in_economist, soup_of, words

pytestmark = pytest.mark.django_db
YEAR = {"fran": "2024-01-01", "till": "2024-12-31"}


@pytest.fixture
def invoices(db):
    return issued()


@pytest.fixture
def economist(client, invoices):
    return sign_in_economist(client, invoices["91"].collaboration)


def page(client, query=None):
    answer = client.get(reverse("invoices:ledger"), query or {})
    return answer.status_code, soup_of(answer)


def test_the_page_begins_by_asking_for_a_period(client, economist):
    status, soup = page(client)
    assert status == 200
    assert not soup.select(".ledger-sums")
    assert len(soup.select(".ledger-form [type=checkbox][checked]")) == 3


def test_a_period_shows_its_sums_by_account_and_both_files(client, economist, invoices):
    pay(invoices["9101"], "250")
    status, soup = page(client, YEAR)
    assert status == 200
    assert [words(row).replace("\u202f", " ") for row in soup.select(".ledger-sums tbody tr")] == [
        "1510 Kundfordringar 3 000,00 250,00",
        "1930 Inbetalningar 250,00 0,00",
        "3990 Intäkter från kostnadsdelning 0,00 3 000,00",
        "Summa 3 250,00 3 250,00",
    ]
    assert "4 fakturor, 1 betalning." in words(soup)
    for link in soup.select(".ledger-files a"):
        assert client.get(link["href"]).status_code == 200


def test_the_kinds_that_are_ticked_are_those_taken(client, economist, invoices):
    pay(invoices["9101"], "250")
    _, soup = page(client, {**YEAR, "slag": "payments"})
    assert "1 betalning." in words(soup)
    assert len(soup.select(".ledger-form [type=checkbox][checked]")) == 1


def test_the_sie_file_reads_back_and_is_named_after_the_period(client, economist, invoices):
    answer = client.get(reverse("invoices:ledger-file", args=["sie"]), YEAR)
    assert 'filename="bokforing-2024-01-01--2024-12-31.si"' in answer.headers["Content-Disposition"]
    file = read_sie(answer.content)
    assert sum(row.amount for one in file.vouchers for row in one.rows if row.account == "1510") == Decimal(3000)


def test_the_csv_file_is_for_a_spreadsheet(client, economist):
    answer = client.get(reverse("invoices:ledger-file", args=["csv"]), YEAR)
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert answer.content.startswith(b"\xef\xbb\xbfVerifikation;Datum;")


@pytest.mark.parametrize(
    ("query", "name", "said"),
    [
        ({"fran": "2024-02-01", "till": "2024-01-01"}, "till", "slutar innan den börjar"),
        ({"fran": "igår", "till": "2024-01-01"}, "fran", "2024-03-01"),
        ({"fran": "0001-01-01", "till": "2024-01-01"}, "fran", "årtalet"),
        ({"fran": "", "till": ""}, "fran", "Välj en dag"),
        ({**YEAR, "slag": "trams"}, "slag", "Välj ett av"),
    ],
)
def test_a_period_that_is_none_is_said_at_its_field(client, economist, query, name, said):
    status, soup = page(client, query)
    assert status == 422
    assert said in faults_at(soup, name)
    assert client.get(reverse("invoices:ledger-file", args=["csv"]), query).status_code == 302


def test_nothing_in_a_period_is_said(client, economist):
    _, soup = page(client, {"fran": "2020-01-01", "till": "2020-12-31"})
    assert "Inget att bokföra i perioden." in words(soup)


def test_without_terms_there_is_nothing_to_choose(client, db):
    sign_in_economist(client, make.make_collaboration("utan-villkor"))
    assert page(client)[0] == 200
    assert page(client, YEAR)[0] == 422

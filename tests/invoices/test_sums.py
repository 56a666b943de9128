"""What has been invoiced, credited and paid, by organisation and year and by focus area."""

import datetime
from decimal import Decimal

import pytest

from budgets.invoice_crediting import credit_invoice
from plans import sheets
from tests import invoice_factories as invoices
from tests.invoices.following import FAR_AWAY, at, due_round, invoice_of, pay, sign_in, soup_of

pytestmark = pytest.mark.django_db
MAY = datetime.date(2024, 5, 1)


@pytest.fixture
def rounds(client):
    """Two years: 3 000 kr of 2030, all late, and 4 000 kr of 2031, not yet due. Alby has paid and been credited."""
    first = due_round()
    version = invoices.make_adopted_version(4000, years=(2031,))
    second = invoices.make_issued_round(version, due_on=FAR_AWAY)
    alby = invoice_of(first, "9101")
    pay(alby, "100.10")
    credit_invoice(invoice=alby, amounts={1: Decimal("20.05")}, reason="Fel.", issued_on=MAY, by=None)
    sign_in(client, "auditor")
    return first, second


def tables_of(client, query: str = "") -> list[dict[str, list[str]]]:
    """The two tables, by organisation and by area: each row's figures by its name, with ordinary spaces."""
    response = client.get(f"{at('sums')}{query}")
    assert response.status_code == 200
    found = []
    for table in soup_of(response).select(".invoice-sums-table"):
        rows = table.select("tbody tr")
        found.append({row.th.get_text(): [td.get_text().replace("\u202f", " ") for td in row("td")] for row in rows})
    return found


class TestOrganisations:
    def test_the_newest_year_comes_first(self, client, rounds):
        organisations, _ = tables_of(client)
        assert organisations["Summa"] == ["4 000,00", "0,00", "0,00", "4 000,00", "0,00"]

    def test_a_year_tells_what_each_has_been_invoiced_credited_paid_and_owes(self, client, rounds):
        organisations, _ = tables_of(client, "?ar=2030")
        assert organisations["Alby kommun"] == ["250,00", "20,05", "100,10", "129,85", "129,85"]
        assert organisations["Åkarp kommun"] == ["750,00", "0,00", "0,00", "750,00", "750,00"]
        assert organisations["Summa"] == ["3 000,00", "20,05", "100,10", "2 879,85", "2 879,85"]

    def test_all_years_are_summed(self, client, rounds):
        organisations, _ = tables_of(client, "?ar=alla")
        assert organisations["Summa"] == ["7 000,00", "20,05", "100,10", "6 879,85", "2 879,85"]

    def test_the_region_comes_first_and_then_the_alphabet(self, client, rounds):
        organisations, _ = tables_of(client)
        assert list(organisations) == ["Region Prov", "Alby kommun", "Björnå kommun", "Åkarp kommun", "Summa"]

    def test_what_is_paid_too_much_is_negative_and_not_late(self, client, rounds):
        pay(invoice_of(rounds[0], "9102"), "600.00")
        organisations, _ = tables_of(client, "?ar=2030")
        assert organisations["Björnå kommun"] == ["500,00", "0,00", "600,00", "−100,00", "0,00"]

    def test_amounts_are_exact_where_binary_fractions_are_not(self, client, rounds):
        for _ in range(30):
            pay(invoice_of(rounds[1], "91"), "0.10")
        organisations, _ = tables_of(client, "?ar=2031")
        assert organisations["Region Prov"][2] == "3,00"

    @pytest.mark.parametrize("query", ["?ar=2029", "?ar=skräp", "?ar="])
    def test_a_year_that_is_unknown_is_the_newest(self, client, rounds, query):
        assert tables_of(client, query) == tables_of(client)


class TestAreas:
    def test_an_area_tells_what_was_invoiced_and_credited_of_it(self, client, rounds):
        first = rounds[0].invoices.originals().first().rows.get(position=1)
        _, areas = tables_of(client, "?ar=2030")
        assert areas[first.area] == ["1 000,00", "20,05", "979,95"]
        assert areas["Summa"] == ["3 000,00", "20,05", "2 979,95"]


class TestFiles:
    def read(self, client, name: str, query: str = "") -> list[dict]:
        found = sheets.read(client.get(f"{at(name, 'xlsx')}{query}").content, file_name="fil.xlsx")
        headings = [heading.text for heading in found.headings]
        return [dict(zip(headings, row.values, strict=True)) for row in found.rows]

    def test_each_organisation_and_year_has_a_row(self, client, rounds):
        rows = self.read(client, "sums-export")
        assert len(rows) == 8
        alby = next(row for row in rows if row["Organisation"] == "Alby kommun" and row["År"] == 2030)
        amounts = [alby[f"{name}, kr"] for name in ("Fakturerat", "Krediterat", "Betalt", "Kvar", "Förfallet")]
        assert amounts == [250, Decimal("20.05"), Decimal("100.1"), Decimal("129.85"), Decimal("129.85")]

    def test_a_year_can_be_asked_for(self, client, rounds):
        assert {row["År"] for row in self.read(client, "sums-export", "?ar=2031")} == {2031}
        assert {row["År"] for row in self.read(client, "areas-export", "?ar=2030")} == {2030}

    def test_areas_have_their_sums(self, client, rounds):
        rows = self.read(client, "areas-export", "?ar=2030")
        assert sum(Decimal(row["Fakturerat utan moms, kr"]) for row in rows) == 3000
        assert sum(Decimal(row["Krediterat utan moms, kr"]) for row in rows) == Decimal("20.05")
        assert sum(Decimal(row["Netto utan moms, kr"]) for row in rows) == Decimal("2979.95")


def test_before_anything_is_issued_the_page_says_so(client, db):
    sign_in(client, "economist")
    assert "Ingen faktura är utställd än." in client.get(at("sums")).content.decode()

"""The list of invoices: status words, filters, sums, order, pages and the file."""

import datetime
from decimal import Decimal

import pytest

from budgets.invoice_crediting import credit_invoice
from plans import sheets
from skane_digi.invoices import list_page as list_module
from tests import factories as make
from tests import invoice_factories as invoices
from tests.invoices.following import (
    SHARES,
    at,
    coming_round,
    due_round,
    invoice_of,
    pay,
    send,
    sign_in,
    soup_of,
    words_of,
)

pytestmark = pytest.mark.django_db
MAY = datetime.date(2024, 5, 1)


def credit(invoice, amounts=None):
    return credit_invoice(invoice=invoice, amounts=amounts, reason="Fel belopp.", issued_on=MAY, by=None)


def rows_of(response) -> dict[str, list[str]]:
    """The cells of each row by the invoice's number, with ordinary spaces."""
    found = {}
    for row in soup_of(response).select("[data-sort-rows] tr"):
        cells = [" ".join(cell.get_text(" ").replace("\u202f", " ").split()) for cell in row.select("th, td")]
        found[row.select_one("a").get_text()] = cells
    return found


def numbers_of(response) -> list[str]:
    return list(rows_of(response))


def show(client, query: str = ""):
    response = client.get(f"{at('list')}{query}")
    assert response.status_code == 200
    return response


class TestStatus:
    @pytest.fixture
    def economist(self, client):
        return sign_in(client, "economist")

    def word(self, client, invoice) -> str:
        return soup_of(show(client, f"?q={invoice.number}")).select_one("[data-sort-rows] .invoice-status").get_text()

    def test_an_invoice_is_issued_until_it_is_sent(self, client, db):
        invoice = invoice_of(coming_round())
        sign_in(client, "economist")
        assert self.word(client, invoice) == "utställd"
        send(invoice)
        assert self.word(client, invoice) == "skickad"

    @pytest.mark.parametrize(
        "fields",
        [
            {"sent_at": None, "outcome": "arrived"},
            {"sent_at": None, "channel": "other"},
        ],
    )
    def test_one_that_arrived_or_went_another_way_is_sent(self, client, db, fields):
        invoice = invoice_of(coming_round())
        send(invoice, **fields)
        sign_in(client, "economist")
        assert self.word(client, invoice) == "skickad"

    @pytest.mark.parametrize(
        "fields",
        [
            {"sent_at": None},
            {"sent_at": None, "fault": "Okänd mottagare."},
            {"sent_at": None, "outcome": "lost"},
            {"occasion": "reminder-1", "sent_at": None},
        ],
    )
    def test_one_that_did_not_arrive_is_not_sent(self, client, db, fields):
        invoice = invoice_of(coming_round())
        send(invoice, **fields)
        sign_in(client, "economist")
        assert self.word(client, invoice) == "utställd"

    def test_one_past_its_last_day_is_overdue(self, client, db):
        invoice = invoice_of(due_round())
        sign_in(client, "economist")
        assert self.word(client, invoice) == "förfallen"

    def test_one_paid_in_part_is_that_until_all_is_paid(self, client, db):
        invoice = invoice_of(coming_round())
        sign_in(client, "economist")
        pay(invoice, "100.00")
        assert self.word(client, invoice) == "delbetald"
        pay(invoice, "150.00")
        assert self.word(client, invoice) == "betald"

    def test_one_credited_whole_is_credited(self, client, db):
        invoice = invoice_of(due_round())
        sign_in(client, "economist")
        credited = credit(invoice)
        assert rows_of(show(client))[invoice.number][-1] == "krediterad"
        assert self.word(client, credited) == "kreditfaktura"


class TestRows:
    def test_a_row_tells_whose_when_and_how_much_is_left(self, client, db):
        invoice = invoice_of(due_round())
        pay(invoice, "100.00")
        sign_in(client, "economist")
        cells = rows_of(show(client))[invoice.number]
        assert cells[1:7] == ["Alby kommun", "2030", "2024-04-02", "2024-05-02", "250,00", "150,00"]
        assert int(cells[7]) > 500

    def test_a_credit_invoice_is_negative_and_tells_what_it_credits(self, client, db):
        invoice = invoice_of(due_round())
        credited = credit(invoice, {1: Decimal("50.00")})
        sign_in(client, "economist")
        cells = rows_of(show(client))[credited.number]
        assert f"krediterar {invoice.number}" in cells[0]
        assert cells[5:8] == ["−50,00", "", ""]

    def test_a_body_gets_no_column_of_whose_it_is_and_no_reminders(self, client, db):
        invoice = invoice_of(due_round())
        send(invoice)
        sign_in(client, "registrar")
        page = soup_of(show(client))
        assert [head.get_text() for head in page.select("thead th")] == [
            "Nummer",
            "Period",
            "Fakturadatum",
            "Förfaller",
            "Belopp, kr",
            "Kvar, kr",
            "Dagar försenad",
            "Läge",
        ]
        assert not page.select("[name=invoice], [name=organisation], [name=omgang], form[method=post]")

    def test_rounds_that_nothing_is_issued_of_are_linked_at_the_top(self, client, db):
        drafts, issued = invoices.make_round(), due_round()
        sign_in(client, "auditor")
        links = [link["href"] for link in soup_of(show(client)).select(".draft-rounds a")]
        assert links == [at("round", drafts.key)]
        assert at("round", issued.key) not in links

    def test_another_collaborations_rounds_are_not_told_of(self, client, db):
        invoices.make_round()
        user = make.make_user("annan@uppfoljning.example")
        make.make_role(user, "economist", collaboration=make.make_collaboration("annan"))
        client.force_login(user)
        assert not soup_of(show(client)).select(".draft-rounds")
        assert "Ingen faktura är utställd än." in words_of(show(client))

    def test_only_those_that_are_sent_and_late_can_be_reminded_of(self, client, db):
        late, unsent, paid = (invoice_of(due_round(), code) for code in ("9101", "9102", "9103"))
        for invoice in (late, paid):
            send(invoice)
        pay(paid)
        sign_in(client, "economist")
        form = soup_of(show(client)).select_one(f"form[action='{at('remind')}']")
        assert [box["value"] for box in form.select("[name=invoice]")] == [late.key]
        assert not form.select("[checked]")
        assert unsent.key not in [box["value"] for box in form.select("[name=invoice]")]

    def test_all_late_ones_are_chosen_where_they_were_asked_for(self, client, db):
        invoice = invoice_of(due_round())
        send(invoice)
        sign_in(client, "economist")
        boxes = soup_of(show(client, "?lage=overdue")).select("[name=invoice]")
        assert [box.get("checked") for box in boxes] == [""]

    def test_an_auditor_reads_and_reminds_of_nothing(self, client, db):
        send(invoice_of(due_round()))
        sign_in(client, "auditor")
        assert not soup_of(show(client)).select("form[method=post]")


class TestFilters:
    @pytest.fixture
    def rounds(self, client):
        first = invoices.make_issued_round()
        version = invoices.make_adopted_version(4000, years=(2031,))
        second = invoices.make_issued_round(version, due_on=datetime.date(2999, 1, 31))
        sign_in(client, "economist")
        return first, second

    @pytest.mark.parametrize(
        ("query", "count"),
        [
            ("", 8),
            ("?ar=2030", 4),
            ("?ar=2029", 0),
            ("?ar=skräp", 8),
            ("?organisation=organisation-9101", 2),
            ("?lage=overdue", 4),
            ("?lage=issued", 4),
            ("?lage=obetalda", 8),
            ("?lage=kreditfakturor", 0),
            ("?lage=skräp", 8),
            ("?q=alby", 2),
            ("?q=Åkarp", 2),
            ("?q=1001", 1),
            ("?q=saknas", 0),
            ("?ar=2031&organisation=organisation-9101&lage=issued&q=alby", 1),
        ],
    )
    def test_each_filter_leaves_what_it_says(self, client, rounds, query, count):
        assert len(numbers_of(show(client, query))) == count

    def test_a_round_is_a_filter(self, client, rounds):
        first = rounds[0]
        numbers = set(first.invoices.values_list("number", flat=True))
        assert set(numbers_of(show(client, f"?omgang={first.key}"))) == numbers

    def test_ocr_is_found(self, client, rounds):
        invoice = invoice_of(rounds[1], "9103")
        assert numbers_of(show(client, f"?q={invoice.ocr}")) == [invoice.number]

    def test_what_was_asked_for_stays_in_the_form_and_in_the_links(self, client, rounds):
        page = soup_of(show(client, "?ar=2030&lage=overdue&q=alby&ordna=belopp&riktning=fallande"))
        assert page.select_one("#ar option[selected]")["value"] == "2030"
        assert page.select_one("#lage option[selected]")["value"] == "overdue"
        assert page.select_one("#sok")["value"] == "alby"
        assert page.select_one("[name=ordna]")["value"] == "belopp"
        for link in page.select(".sort-link, .list-files a"):
            assert "ar=2030" in link["href"]
            assert "lage=overdue" in link["href"]
            assert "q=alby" in link["href"]

    def test_the_sums_are_of_what_is_shown(self, client, rounds):
        pay(invoice_of(rounds[0], "9101"), "100.00")
        credit(invoice_of(rounds[0], "9102"), {1: Decimal("40.00")})
        page = soup_of(show(client, "?ar=2030"))
        figures = [dd.get_text().replace("\u202f", " ").replace("\xa0", " ") for dd in page.select(".invoice-sums dd")]
        assert figures == ["3 000,00 kr", "40,00 kr", "100,00 kr", "2 860,00 kr", "2 860,00 kr"]
        total = [cell.get_text().replace("\u202f", " ").replace("\xa0", " ") for cell in page.select(".total .figure")]
        assert total[:2] == ["2 960,00 kr", "2 860,00 kr"]


class TestOrder:
    @pytest.mark.parametrize(
        ("query", "codes"),
        [
            ("", ["9103", "9102", "9101", "91"]),
            ("?ordna=nummer", ["91", "9101", "9102", "9103"]),
            ("?ordna=belopp", ["9101", "9102", "9103", "91"]),
            ("?ordna=belopp&riktning=fallande", ["91", "9103", "9102", "9101"]),
            ("?ordna=organisation&riktning=fallande", ["9103", "91", "9102", "9101"]),
        ],
    )
    def test_the_server_sorts_as_asked(self, client, db, query, codes):
        invoicing = due_round()
        sign_in(client, "economist")
        by_code = {code: invoice_of(invoicing, code).number for code in SHARES}
        assert numbers_of(show(client, query)) == [by_code[code] for code in codes]

    def test_a_head_tells_how_the_table_is_sorted(self, client, db):
        due_round()
        sign_in(client, "economist")
        heads = soup_of(show(client, "?ordna=kvar&riktning=fallande")).select("th[aria-sort]")
        assert [(head.get_text(), head["aria-sort"]) for head in heads] == [("Kvar, kr", "descending")]

    def test_parts_of_a_year_come_in_their_order(self, client, db):
        version = invoices.make_adopted_version()
        for part in (2, 1):
            invoices.make_issued_round(version, instalments=2, instalment=part)
        sign_in(client, "registrar")
        page = show(client, "?ordna=period")
        assert [cells[1] for cells in rows_of(page).values()] == ["första halvåret 2030", "andra halvåret 2030"]


class TestPages:
    @pytest.fixture(autouse=True)
    def _few_on_a_page(self, monkeypatch):
        monkeypatch.setattr(list_module, "ON_A_PAGE", 3)

    def test_many_are_shown_on_several_pages_with_the_sums_of_all(self, client, db):
        due_round()
        sign_in(client, "economist")
        first, second = show(client), show(client, "?sida=2")
        assert len(numbers_of(first)) == 3
        assert len(numbers_of(second)) == 1
        assert not set(numbers_of(first)) & set(numbers_of(second))
        for page in (first, second):
            assert "3 000,00 kr" in words_of(page)
            assert not soup_of(page).select("[data-sort-table]"), "a browser would sort one page of several"

    def test_a_page_beyond_the_last_is_the_last(self, client, db):
        due_round()
        sign_in(client, "economist")
        assert numbers_of(show(client, "?sida=99")) == numbers_of(show(client, "?sida=2"))


def test_questions_do_not_grow_with_the_invoices(client, db, django_assert_max_num_queries):
    sign_in(client, "economist")

    def add() -> None:
        for invoice in due_round().invoices.all():
            send(invoice)
            pay(invoice, "1.00")
        credit(invoice, {1: Decimal("5.00")})

    def questions(where: str) -> int:
        with django_assert_max_num_queries(40) as captured:
            assert client.get(where).status_code == 200
        return len(captured)

    add()
    before = [questions(where) for where in (at("list"), at("list-export", "csv"), at("sums"))]
    add()
    add()
    assert [questions(where) for where in (at("list"), at("list-export", "csv"), at("sums"))] == before


class TestFile:
    def read(self, client, query: str = "", file_format: str = "csv"):
        response = client.get(f"{at('list-export', file_format)}{query}")
        assert response.status_code == 200
        found = sheets.read(response.content, file_name=f"fakturor.{file_format}")
        headings = [heading.text for heading in found.headings]
        return response, [dict(zip(headings, row.values, strict=True)) for row in found.rows]

    @pytest.mark.parametrize("file_format", ["csv", "xlsx"])
    def test_the_file_read_back_says_what_the_list_does(self, client, db, file_format):
        invoice = invoice_of(due_round())
        pay(invoice, "99.50")
        credited = credit(invoice, {1: Decimal("10.25")})
        sign_in(client, "economist")
        response, rows = self.read(client, "?ordna=nummer&organisation=organisation-9101", file_format)
        first, second = rows
        assert str(first["Nummer"]) == invoice.number
        assert str(first["OCR-nummer"]) == invoice.ocr
        amounts = [first[name] for name in ("Belopp, kr", "Krediterat, kr", "Betalt, kr", "Kvar, kr")]
        assert [Decimal(str(amount).replace(",", ".")) for amount in amounts] == [
            Decimal("250.00"),
            Decimal("10.25"),
            Decimal("99.50"),
            Decimal("140.25"),
        ]
        assert first["Läge"] == "förfallen"
        assert first["Organisation"] == "Alby kommun"
        assert str(second["Nummer"]) == credited.number
        assert str(second["Krediterar"]) == invoice.number
        assert Decimal(str(second["Belopp, kr"]).replace(",", ".")) == Decimal("-10.25")
        assert f'filename="fakturor.{file_format}"' in response["Content-Disposition"]

    def test_csv_is_what_a_spreadsheet_in_swedish_opens(self, client, db):
        due_round()
        sign_in(client, "economist")
        content = self.read(client)[0].content
        assert content.startswith(b"\xef\xbb\xbf")
        assert b"Nummer;Slag;OCR-nummer" in content.splitlines()[0]

    @pytest.mark.parametrize("begins", ["=", "+", "-", "@", "\t"])
    def test_no_cell_becomes_a_formula(self, client, db, begins):
        invoice = invoice_of(due_round())
        credit_invoice(invoice=invoice, reason=f"x{begins}1", issued_on=MAY, by=None)
        organisation = invoice.organisation
        organisation.name = f"{begins}HYPERLINK(1)"
        organisation.save()
        sign_in(client, "economist")
        text = self.read(client)[0].content.decode()
        assert f";{begins}HYPERLINK" not in text

    def test_it_is_not_cut_into_pages(self, client, db, monkeypatch):
        monkeypatch.setattr(list_module, "ON_A_PAGE", 1)
        due_round()
        sign_in(client, "economist")
        assert len(self.read(client)[1]) == 4

    def test_a_body_gets_its_own_and_not_who_did_what(self, client, db):
        due_round()
        sign_in(client, "reader")
        rows = self.read(client)[1]
        assert len(rows) == 1
        assert not {"Utställd av", "Organisation", "Skickad"} & rows[0].keys()

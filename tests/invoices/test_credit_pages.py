"""Crediting on the pages: the form and its faults, the preview through the same code, and issuing once."""

from decimal import Decimal

import pytest

from budgets.models import Invoice
from skane_digi.invoices import credit_page
from skane_digi.models import InvoiceBatch
from tests.invoices.following import at, invoice_of, sign_in, soup_of, words_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("quick_files")]
WHOLE = {"extent": "hela", "reason": "Fel mottagare.", "issued_on": "2024-05-01", "seen": "0"}
PART = {**WHOLE, "extent": "del"}


@pytest.fixture
def invoice(invoicing, client):
    """Alby's invoice: 83,33 kr of the first area and 166,67 kr of the second."""
    sign_in(client, "economist")
    return invoice_of(invoicing)


def look(client, where: str, **fields):
    return client.post(where, {**WHOLE, "gor": "visa", **fields})


def issue(client, where: str, **fields):
    return client.post(where, {**WHOLE, "gor": "stall-ut", **fields})


def faults_of(response) -> dict[str, str]:
    """The faults at each field, by the field's id."""
    found = {}
    for box in soup_of(response).select("[id$=_error]"):
        found[box["id"].removesuffix("_error")] = " ".join(box.get_text(" ").split()).replace("\xa0", " ")
    return found


class TestForm:
    def test_it_tells_what_is_left_of_each_row(self, client, invoice):
        issue(client, at("credit", invoice.key), extent="del", **{"belopp-0": "33,33"})
        page = soup_of(client.get(at("credit", invoice.key)))
        left = [row.select("td")[1].get_text() for row in page.select(".credit-parts tbody tr")]
        amounts = [row.amount for row in invoice.rows.order_by("position")]
        assert left == [str(amounts[0] - Decimal("33.33")).replace(".", ","), str(amounts[1]).replace(".", ",")]
        assert page.select_one("[name=seen]")["value"] == "1"

    def test_a_row_that_is_credited_has_no_field(self, client, invoice):
        amount = str(invoice.rows.get(position=1).amount)
        issue(client, at("credit", invoice.key), extent="del", **{"belopp-0": amount})
        page = soup_of(client.get(at("credit", invoice.key)))
        assert not page.select("[name=belopp-0]")
        assert page.select("[name=belopp-1]")

    def test_one_credited_whole_offers_nothing(self, client, invoice):
        issue(client, at("credit", invoice.key))
        page = client.get(at("credit", invoice.key))
        assert "Hela fakturan är redan krediterad." in words_of(page)
        assert not soup_of(page).select("form.credit-form")

    def test_a_credit_invoice_is_not_credited(self, client, invoice):
        issue(client, at("credit", invoice.key))
        credited = invoice.credit_invoices.get()
        assert client.get(at("credit", credited.key)).status_code == 404
        assert issue(client, at("credit", credited.key)).status_code == 404


class TestFaults:
    @pytest.mark.parametrize(
        ("fields", "field", "text"),
        [
            ({"reason": ""}, "id_reason", "Skriv varför det krediteras."),
            ({"reason": "x" * 2001}, "id_reason", "Skälet kan ha högst 2000 tecken."),
            ({"issued_on": ""}, "id_issued_on", "Välj en dag."),
            ({"issued_on": "i går"}, "id_issued_on", "Skriv dagen som 2024-03-01."),
            ({"issued_on": "2024-04-01"}, "id_issued_on", "En kreditfaktura ställs ut tidigast samma dag"),
            ({"extent": ""}, "id_extent", "Välj vad som ska krediteras."),
            ({"extent": "annat"}, "id_extent", "Välj ett av alternativen."),
            ({"extent": "del"}, "id_extent", "Skriv minst ett belopp"),
            ({"extent": "del", "belopp-0": "0"}, "id_extent", "Skriv minst ett belopp"),
            ({"extent": "del", "belopp-1": "100000"}, "id_belopp-1", "är kvar att kreditera."),
            ({"extent": "del", "belopp-0": "-5"}, "id_belopp-0", "inte är mindre än noll"),
            ({"extent": "del", "belopp-0": "mycket"}, "id_belopp-0", "är inte ett belopp"),
            ({"extent": "del", "belopp-0": "1,005"}, "id_belopp-0", "högst två decimaler"),
        ],
    )
    @pytest.mark.parametrize("press", [look, issue])
    def test_each_is_told_at_its_field_and_nothing_is_issued(self, client, invoice, press, fields, field, text):
        response = press(client, at("credit", invoice.key), **fields)
        assert response.status_code == 422
        assert text in faults_of(response)[field]
        assert f"#{field}" in [link["href"] for link in soup_of(response).select(".findings a")]
        assert not Invoice.objects.credit_invoices().exists()

    def test_what_was_typed_is_kept(self, client, invoice):
        fields = {"extent": "del", "belopp-0": "99 999", "reason": "Därför."}
        page = soup_of(look(client, at("credit", invoice.key), **fields))
        assert page.select_one("[name=belopp-0]")["value"] == "99 999"
        assert page.select_one("[name=reason]").get_text().strip() == "Därför."


class TestPreview:
    def test_it_shows_what_would_be_issued_and_issues_nothing(self, client, invoice):
        response = look(client, at("credit", invoice.key), extent="del", **{"belopp-0": "50,00", "belopp-1": "7,5"})
        assert response.status_code == 200
        text = words_of(response)
        for part in ("Utkast till kreditfaktura", "57,50 kr", "Fel mottagare.", f"Krediterar faktura {invoice.number}"):
            assert part in text, part
        assert not Invoice.objects.credit_invoices().exists()

    def test_what_it_shows_is_what_is_issued(self, client, invoice):
        where, fields = at("credit", invoice.key), {"extent": "del", "belopp-1": "12,34"}
        hidden = soup_of(look(client, where, **fields)).select(".credit-confirm input[type=hidden]")
        sent = {field["name"]: field.get("value", "") for field in hidden}
        response = client.post(where, {**sent, "gor": "stall-ut"})
        credited = invoice.credit_invoices.get()
        assert response.url == at("invoice", credited.key)
        assert (credited.payable_amount, credited.reason) == (Decimal("12.34"), "Fel mottagare.")
        assert [(row.position, row.amount) for row in credited.rows.all()] == [(2, Decimal("12.34"))]

    def test_one_goes_back_to_change_it(self, client, invoice):
        sent = {**PART, "gor": "andra", "belopp-0": "5"}
        page = soup_of(client.post(at("credit", invoice.key), sent))
        assert page.select_one("[name=belopp-0]")["value"] == "5"
        assert page.select("form.credit-form")


class TestIssuing:
    def test_the_whole_is_credited_and_its_files_are_ordered(self, client, invoice):
        response = issue(client, at("credit", invoice.key))
        credited = invoice.credit_invoices.get()
        assert response.url == at("invoice", credited.key)
        assert credited.payable_amount == invoice.payable_amount
        assert InvoiceBatch.objects.filter(kind="make", items__invoice=credited).exists()

    def test_one_sent_twice_credits_once(self, client, invoice):
        where, fields = at("credit", invoice.key), {"extent": "del", "belopp-0": "10"}
        assert issue(client, where, **fields).status_code == 302
        again = issue(client, where, **fields)
        assert again.status_code == 409
        assert "Det har ställts ut en kreditfaktura sedan du öppnade sidan" in words_of(again)
        assert invoice.credit_invoices.count() == 1
        assert soup_of(again).select_one("[name=seen]")["value"] == "1", "the next try follows on what has been told"

    def test_the_count_is_taken_under_the_lock(self, client, invoice, monkeypatch):
        """Two who press at once: the one that waited for the lock finds that the other has credited."""
        where, fields = at("credit", invoice.key), {"extent": "del", "belopp-0": "10"}
        lock = credit_page.locked_terms

        def lock_after_another(collaboration):
            monkeypatch.setattr(credit_page, "locked_terms", lock)
            assert issue(client, where, **fields).status_code == 302
            return lock(collaboration)

        monkeypatch.setattr(credit_page, "locked_terms", lock_after_another)
        assert issue(client, where, **fields).status_code == 409
        # The other's was made inside this one's transaction here, and went back with it.
        assert invoice.credit_invoices.count() == 0

    @pytest.mark.parametrize("seen", ["", "x", "1"])
    def test_without_the_right_count_nothing_is_credited(self, client, invoice, seen):
        assert issue(client, at("credit", invoice.key), seen=seen).status_code == 409
        assert not Invoice.objects.credit_invoices().exists()


class TestRound:
    @pytest.fixture
    def where(self, invoice) -> str:
        return at("credit-round", invoice.invoicing.key)

    def test_a_preview_tells_each_bodys_part_by_the_shares_it_was_invoiced_by(self, client, where):
        page = soup_of(look(client, where, extent="del", **{"belopp-0": "60"}))
        rows = [[cell.get_text() for cell in row("td")] for row in page.select(".credit-previews tbody tr")]
        assert [row[1:] for row in rows] == [[part, part] for part in ("30,00", "5,00", "10,00", "15,00", "60,00")]
        assert not Invoice.objects.credit_invoices().exists()

    def test_issuing_credits_every_body(self, client, where, invoice):
        response = issue(client, where, extent="del", **{"belopp-1": "600"})
        assert response.url == at("round", invoice.invoicing.key)
        credited = {each.organisation.code: each.payable_amount for each in Invoice.objects.credit_invoices()}
        assert credited == {"91": 300, "9101": 50, "9102": 100, "9103": 150}

    def test_the_whole_leaves_nothing(self, client, where):
        assert issue(client, where).status_code == 302
        assert "Det finns inget kvar att kreditera i omgången." in words_of(client.get(where))

    def test_more_than_is_left_is_told_at_the_area(self, client, where):
        response = look(client, where, extent="del", **{"belopp-1": "2000,01"})
        assert response.status_code == 422
        assert "000,00 kr är kvar att kreditera." in faults_of(response)["id_belopp-1"]

    def test_a_body_with_too_little_left_is_told_of_at_the_area(self, client, where, invoice):
        issue(client, at("credit", invoice.key))
        response = look(client, where, seen="1", extent="del", **{"belopp-0": "600"})
        assert response.status_code == 422
        assert "Alby kommun har" in faults_of(response)["id_belopp-0"]

    def test_one_sent_twice_credits_once(self, client, where):
        fields = {"extent": "del", "belopp-0": "60"}
        assert issue(client, where, **fields).status_code == 302
        assert issue(client, where, **fields).status_code == 409
        assert Invoice.objects.credit_invoices().count() == 4


@pytest.mark.parametrize("name", ["credit", "credit-round"])
def test_a_round_without_terms_is_refused_in_words(client, invoice, name, monkeypatch):
    """The collaboration's terms are the lock; they cannot be missing where invoices are, but a fault says so."""

    def refuse(collaboration):
        raise credit_page.IssueRefused("Samverkan saknar faktureringsvillkor.")

    monkeypatch.setattr(credit_page, "locked_terms", refuse)
    key = invoice.key if name == "credit" else invoice.invoicing.key
    response = issue(client, at(name, key))
    assert response.status_code == 422
    assert "Samverkan saknar faktureringsvillkor." in words_of(response)

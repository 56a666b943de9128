"""An invoice's page: what it says, how it stands, what has happened, and what each may do with it."""

import datetime
from decimal import Decimal

import pytest
from django.utils import timezone

from budgets.invoice_crediting import credit_invoice
from skane_digi.invoices.making import make_document
from skane_digi.models import InvoiceBatch, InvoiceBatchItem
from tests import invoice_factories as invoices
from tests.invoices.following import (
    at,
    coming_round,
    due_round,
    invoice_of,
    make_user_with,
    pay,
    send,
    sign_in,
    soup_of,
    words_of,
)

pytestmark = pytest.mark.django_db
MAY = datetime.date(2024, 5, 1)


def page_of(client, invoice):
    response = client.get(at("invoice", invoice.key))
    assert response.status_code == 200
    return response


def figures_of(response) -> dict[str, str]:
    pairs = soup_of(response).select(".invoice-sums > div")
    return {pair.dt.get_text(): pair.dd.get_text().replace("\u202f", " ").replace("\xa0", " ") for pair in pairs}


def events_of(response) -> list[str]:
    return [" ".join(li.get_text(" ").split()) for li in soup_of(response).select(".timeline__event")]


class TestWhatItSays:
    def test_the_sheet_has_rows_totals_giro_and_calculation(self, client, db):
        invoice = invoice_of(due_round())
        sign_in(client, "economist")
        sheet = soup_of(page_of(client, invoice)).select_one("article.sheet").get_text(" ")
        for text in (invoice.ocr, "5165-8300", "Region Skåne", "Alby kommun", "Att betala", "Så är beloppet räknat"):
            assert text in sheet
        for row in invoice.rows.all():
            assert row.area in sheet

    def test_it_leads_to_the_version_the_round_and_the_organisation(self, client, db):
        invoicing = due_round()
        invoice, version = invoice_of(invoicing), invoicing.version
        sign_in(client, "economist")
        links = {link["href"] for link in soup_of(page_of(client, invoice)).select(".page-head a")}
        assert at("round", invoicing.key) in links
        assert f"/organisationer/{invoice.organisation.slug}/" in links
        assert f"/planer/{version.plan.slug}/versioner/{version.number}/" in links

    def test_figures_tell_what_is_paid_credited_and_left(self, client, db):
        invoice = invoice_of(due_round())
        pay(invoice, "100.00")
        credit_invoice(invoice=invoice, amounts={1: Decimal("30.00")}, reason="Fel.", issued_on=MAY, by=None)
        sign_in(client, "auditor")
        assert figures_of(page_of(client, invoice)) == {
            "Fakturerat": "250,00 kr",
            "Krediterat": "30,00 kr",
            "Betalt": "100,00 kr",
            "Kvar att betala": "120,00 kr",
        }

    def test_what_is_paid_too_much_is_to_be_paid_back(self, client, db):
        invoice = invoice_of(due_round())
        pay(invoice, "300.00")
        sign_in(client, "economist")
        page = page_of(client, invoice)
        assert figures_of(page)["Att återbetala"] == "50,00 kr"
        assert at("refund", invoice.key) in page.content.decode()

    def test_a_credit_invoice_leads_to_what_it_credits(self, client, db):
        invoice = invoice_of(due_round())
        credited = credit_invoice(invoice=invoice, reason="Fel mottagare.", issued_on=MAY, by=None)
        sign_in(client, "registrar")
        page = page_of(client, credited)
        assert f"Krediterar faktura {invoice.number}" in words_of(page)
        assert at("invoice", invoice.key) in page.content.decode()
        assert figures_of(page) == {"Krediterat": "250,00 kr"}


class TestTimeline:
    @pytest.fixture
    def invoice(self, db, quick_files):
        """An invoice that nearly everything has happened to."""
        economist = make_user_with("economist")
        invoice = invoice_of(invoices.make_issued_round(by=economist, at=timezone.now()))
        make_document(invoice, by=economist)
        send(invoice, sent_at=timezone.now(), ordered_by=economist)
        send(invoice, "again-1", sent_at=None, fault="550 Okänd mottagare")
        send(invoice, "reminder-1", sent_at=timezone.now(), ordered_by=economist)
        pay(invoice, "100.00")
        credit_invoice(invoice=invoice, amounts={1: Decimal("30.00")}, reason="Färre.", issued_on=MAY, by=economist)
        batch = InvoiceBatch.objects.create(kind="make")
        InvoiceBatchItem.objects.create(batch=batch, invoice=invoice, fault="Skrivaren är trasig.")
        return invoice

    def test_it_tells_sgd_what_happened_and_who_did_it(self, client, invoice):
        sign_in(client, "auditor")
        text = " ".join(events_of(page_of(client, invoice))).replace("\u202f", " ").replace("\xa0", " ")
        for part in (
            f"Faktura {invoice.number} ställdes ut Uppe Economist",
            f"SHA-256: {invoice.document.pdf_digest}",
            f"SHA-256: {invoice.document.xml_digest}",
            "Fakturan skickades till faktura@example.org Uppe Economist",
            "Fakturan på nytt till faktura@example.org kunde inte skickas 550 Okänd mottagare",
            "Påminnelse 1 skickades",
            "Betalning från Alby kommun: 100,00 kr",
            "Krediterad med 30,00 kr, kreditfaktura",
            "Färre.",
            "Skrivaren är trasig.",
        ):
            assert part in text, part

    def test_a_body_learns_what_happened_but_not_who_did_it_or_what_went_wrong(self, client, invoice):
        sign_in(client, "reader")
        text = " ".join(events_of(page_of(client, invoice)))
        for part in ("ställdes ut", "skickades", "Påminnelse 1", "Betalning från Alby kommun", "Krediterad med"):
            assert part in text, part
        for part in ("Economist", "550", "Skrivaren", "kunde inte"):
            assert part not in text, part
        assert "/betalningar/" not in page_of(client, invoice).content.decode()

    def test_a_payment_is_told_of_on_its_own_day(self, client, db):
        invoice = invoice_of(due_round())
        pay(invoice, received_on=datetime.date(2024, 4, 18))
        sign_in(client, "auditor")
        assert [event for event in events_of(page_of(client, invoice)) if event.startswith("2024-04-18 Betalning")]

    def test_money_back_and_a_payment_withdrawn_are_told_of(self, client, db):
        invoice = invoice_of(due_round())
        paid = pay(invoice, "250.00")
        pay(invoice, "-250.00", withdraws=paid.payment)
        pay(invoice, "-10.00")
        sign_in(client, "auditor")
        text = " ".join(events_of(page_of(client, invoice))).replace("\xa0", " ")
        assert "Betalning återtagen: −250,00 kr" in text
        assert "Återbetalt: 10,00 kr" in text


class TestWhatCanBeDone:
    def actions(self, client, invoice) -> set[str]:
        section = soup_of(page_of(client, invoice)).select_one(".invoice-do")
        if section is None:
            return set()
        return {one.get_text() for one in section.select("a.button, button")}

    def test_the_economist_sends_credits_and_records_payments(self, client, db):
        invoice = invoice_of(coming_round())
        sign_in(client, "economist")
        assert self.actions(client, invoice) == {
            "Registrera en betalning",
            "Kreditera",
            "Skicka med e-post",
            "Anteckna som skickad",
        }
        send(invoice)
        assert "Skicka igen med e-post" in self.actions(client, invoice)
        page = page_of(client, invoice).content.decode()
        assert f"{at('new-payment')}?faktura={invoice.key}" in page
        assert 'name="again" value="1"' in page

    def test_a_late_one_is_reminded_of(self, client, db):
        invoice = invoice_of(due_round())
        sign_in(client, "economist")
        assert "Skicka påminnelse" not in self.actions(client, invoice)
        send(invoice)
        assert "Skicka påminnelse" in self.actions(client, invoice)

    def test_a_letter_whose_fate_is_unknown_is_judged_before_anything_more_is_sent(self, client, db):
        invoice = invoice_of(coming_round())
        sending = send(invoice, sent_at=None)
        sign_in(client, "economist")
        page = soup_of(page_of(client, invoice))
        form = page.select_one(f"form[action='{at('resolve-sending', sending.key)}']")
        assert {button["value"] for button in form.select("button[name=outcome]")} == {"arrived", "lost"}
        assert not page.select(
            f"form[action='{at('send', invoice.key)}'], form[action='{at('mark-sent', invoice.key)}']"
        )

    def test_one_credited_whole_is_not_credited_again(self, client, db):
        invoice = invoice_of(due_round())
        credit_invoice(invoice=invoice, reason="Fel.", issued_on=MAY, by=None)
        sign_in(client, "economist")
        assert "Kreditera" not in self.actions(client, invoice)

    def test_a_credit_invoice_is_sent_and_nothing_else(self, client, db):
        credited = credit_invoice(invoice=invoice_of(due_round()), reason="Fel.", issued_on=MAY, by=None)
        sign_in(client, "economist")
        assert self.actions(client, credited) == {"Skicka med e-post", "Anteckna som skickad"}

    @pytest.mark.parametrize("who", ["auditor", "chair", "editor", "registrar", "reader"])
    def test_others_do_nothing(self, client, db, who):
        invoice = invoice_of(due_round())
        send(invoice)
        sign_in(client, who)
        assert not soup_of(page_of(client, invoice)).select("main form, .invoice-do")

    def test_a_body_is_told_what_to_pay_to_whom_and_when(self, client, db):
        invoice = invoice_of(due_round())
        pay(invoice, "50.00")
        sign_in(client, "registrar")
        text = soup_of(page_of(client, invoice)).select_one(".to-pay").get_text().replace("\xa0", " ")
        wanted = f"Betala 200,00 kr senast 2024-05-02 till bankgiro 5165-8300 med OCR-nummer {invoice.ocr}."
        assert " ".join(text.split()) == wanted
        pay(invoice, "200.00")
        assert not soup_of(page_of(client, invoice)).select(".to-pay")


def test_questions_do_not_grow_with_what_has_happened(client, db, django_assert_max_num_queries):
    invoice = invoice_of(due_round())
    economist = sign_in(client, "economist")

    def add(first: int) -> None:
        for number in range(first, first + 3):
            pay(invoice, "1.00")
            send(invoice, f"reminder-{number}", ordered_by=economist)
            batch = InvoiceBatch.objects.create(kind="make")
            InvoiceBatchItem.objects.create(batch=batch, invoice=invoice, fault="Fel.")
            credit_invoice(invoice=invoice, amounts={1: Decimal("1.00")}, reason="Fel.", issued_on=MAY, by=economist)

    def questions() -> int:
        with django_assert_max_num_queries(40) as captured:
            page_of(client, invoice)
        return len(captured)

    add(1)
    before = questions()
    add(10)
    assert questions() == before

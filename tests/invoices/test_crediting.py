"""Credit invoices: in whole or part, of one invoice or of a round, and never more than was invoiced."""

import datetime
import threading
from dataclasses import replace
from decimal import Decimal

import pytest
from django.db import connection, connections

from budgets import invoice_crediting
from budgets.invoice_content import from_text, totals_of
from budgets.invoice_crediting import (
    CreditRefused,
    areas_to_credit,
    credit_invoice,
    credit_preview,
    credit_round,
    left_to_credit,
    round_credit_preview,
)
from budgets.invoice_issuing import issue_round
from budgets.invoicing_editing import locked_terms, write_recipient, write_terms
from budgets.models import Invoice, InvoiceRow, Invoicing, InvoicingTerms
from budgets.money import plain
from plans.models import LogEntry
from tests import factories as make
from tests import invoice_factories as invoices
from tests.doc_tables import ore, table

pytestmark = pytest.mark.django_db
A_DAY = datetime.date(2024, 5, 17)


def credit(invoice: Invoice, amounts=None, *, reason: str = "Fel belopp.", issued_on=A_DAY, by=None) -> Invoice:
    return credit_invoice(invoice=invoice, amounts=amounts, reason=reason, issued_on=issued_on, by=by)


def credit_areas(invoicing: Invoicing, amounts=None, *, reason: str = "Lägre kostnad.", issued_on=A_DAY):
    return credit_round(invoicing=invoicing, amounts=amounts, reason=reason, issued_on=issued_on, by=None)


def refusal_of(invoice: Invoice, amounts=None, **fields) -> CreditRefused:
    before = Invoice.objects.count()
    with pytest.raises(CreditRefused) as refusal:
        credit(invoice, amounts, **fields)
    assert Invoice.objects.count() == before
    return refusal.value


def make_round(*amounts, **terms) -> Invoicing:
    """An issued round of the small world's four bodies with an area for each amount, on the ``terms``."""
    version = invoices.make_adopted_version(*amounts)
    invoices.make_terms(version.plan.collaboration, **terms)
    invoices.make_recipients(version.plan.collaboration)
    return invoices.make_issued_round(version, is_ready=False)


def invoice_of(invoicing: Invoicing, code: str = "9101") -> Invoice:
    return invoicing.invoices.get(organisation__code=code, kind="invoice")


def slugs_of(invoicing: Invoicing) -> list[str]:
    return [area.area_slug for area in areas_to_credit(invoicing)]


class TestWholeInvoice:
    def test_it_mirrors_the_invoice_and_refers_to_it(self):
        invoice = invoices.make_invoice()
        credited = credit(invoice, reason="  Fel \n referens. ")

        said, was = from_text(credited.content), from_text(invoice.content)
        assert (credited.kind, credited.credits, credited.number) == ("credit", invoice, "1005")
        assert credited.payable_amount == invoice.payable_amount == 250
        assert said.is_credit
        assert (said.seller, said.buyer, said.rows) == (was.seller, was.buyer, was.rows)
        assert replace(said.source, calculation=was.source.calculation) == was.source
        assert (said.corrects.number, said.corrects.issued_on) == ("1002", invoices.ISSUED_ON)
        assert credited.reason == said.corrects.reason == "Fel referens."
        assert said.issued_on == said.due_on == A_DAY
        assert (said.terms_text, said.late_interest_text) == ("Räknas av mot faktura 1002.", "")

    def test_seller_and_buyer_are_those_of_the_invoice_however_they_are_now(self):
        invoice = invoices.make_invoice()
        write_recipient(organisation=invoice.organisation, values={"address": "Nya gatan 9"}, by=None)
        write_terms(collaboration=invoice.collaboration, values={"seller_name": "Annan"}, by=None)

        said = from_text(credit(Invoice.objects.get(pk=invoice.pk)).content)

        assert said.seller.name == "Region Skåne"
        assert said.buyer.address.startswith("Provgatan")

    def test_it_is_logged(self):
        user = make.make_user("ekonom@example.org")
        credited = credit(invoices.make_invoice(), by=user)
        entry = LogEntry.objects.order_by("number").last()
        assert (entry.action, entry.after["number"]) == (LogEntry.Action.CREATED, credited.number)
        assert (entry.after["credits"], entry.after["reason"]) == ("1002", "Fel belopp.")

    def test_twice_is_refused(self):
        invoice = invoices.make_invoice()
        credit(invoice)
        assert refusal_of(invoice).reason == "Det finns inget kvar att kreditera."

    def test_a_credit_invoice_is_not_credited(self):
        credited = credit(invoices.make_invoice())
        assert "krediteras inte" in refusal_of(credited).reason

    @pytest.mark.parametrize("reason", ["", " \n "])
    def test_it_needs_a_reason(self, reason):
        refusal = refusal_of(invoices.make_invoice(), reason=reason)
        assert (refusal.reason, refusal.field) == ("Skriv varför fakturan krediteras.", "reason")

    def test_the_reason_is_no_essay(self):
        assert refusal_of(invoices.make_invoice(), reason="x" * 2001).field == "reason"

    def test_it_is_not_older_than_the_invoice(self):
        invoice = invoices.make_invoice()
        refusal = refusal_of(invoice, issued_on=invoices.ISSUED_ON - datetime.timedelta(days=1))
        assert refusal.field == "issued_on"
        assert "1002 är från 2024-04-02" in refusal.reason
        assert credit(invoice, issued_on=invoices.ISSUED_ON)


class TestPartOfAnInvoice:
    def test_only_the_rows_with_an_amount_are_credited_under_their_positions(self):
        invoice = invoices.make_invoice()
        credited = credit(invoice, {1: Decimal(0), 2: Decimal("66.60")})

        row = credited.rows.get()
        assert (row.position, row.amount) == (2, Decimal("66.60"))
        assert row.text == invoice.rows.get(position=2).text
        assert left_to_credit(invoice) == {1: Decimal("83.33"), 2: Decimal("100.07")}

    def test_the_rest_is_what_is_left(self):
        invoice = invoices.make_invoice()
        credit(invoice, {2: Decimal("66.60")})
        rest = credit(invoice)
        assert {row.position: row.amount for row in rest.rows.all()} == {1: Decimal("83.33"), 2: Decimal("100.07")}
        assert (rest.attempt, left_to_credit(invoice)) == (2, {1: 0, 2: 0})

    def test_a_row_is_never_credited_more_than_is_left(self):
        invoice = invoices.make_invoice()
        credit(invoice, {1: Decimal("80.00")})
        refusal = refusal_of(invoice, {1: Decimal("3.34")})
        assert (refusal.field, refusal.place) == ("amounts", 1)
        assert "är 3,33\N{NO-BREAK SPACE}kr kvar att kreditera" in refusal.reason
        assert credit(invoice, {1: Decimal("3.33")})

    @pytest.mark.parametrize("amounts", [{}, {1: Decimal(0)}])
    def test_nothing_is_not_credited(self, amounts):
        refusal = refusal_of(invoices.make_invoice(), amounts)
        assert refusal.reason == "Skriv hur mycket som ska krediteras."

    @pytest.mark.parametrize("amount", [Decimal("-1"), Decimal("0.001"), Decimal("NaN")])
    def test_an_amount_is_whole_ore_and_not_negative(self, amount):
        refusal = refusal_of(invoices.make_invoice(), {1: amount})
        assert (refusal.field, refusal.place) == ("amounts", 1)

    def test_a_row_that_is_not_there_is_refused(self):
        assert refusal_of(invoices.make_invoice(), {7: Decimal(1)}).place == 7


class TestVatAndRounding:
    def test_the_worked_example(self):
        """Docs: fakturabelopp.md, Moms och öresutjämning: 99,90 kr is one body's half of 199,80 kr."""
        _, *rows = table("fakturabelopp.md", "Moms och öresutjämning")
        *parts, whole = (ore(cells[1:]) for cells in rows)
        invoicing = make_round("199.80", vat_category="S", vat_number="SE232100025501", rounds_to_krona=True)
        invoice = invoice_of(invoicing, "91")

        found = [credit(invoice, {1: Decimal(net) / 100}) for net, *_ in parts]

        assert [amounts_of(each) for each in found] == parts
        assert amounts_of(invoice) == whole == [sum(column) for column in zip(*parts, strict=True)]

    @pytest.mark.parametrize("rounds_to_krona", [True, False])
    @pytest.mark.parametrize("category", ["O", "E", "S"])
    def test_a_whole_credit_is_what_the_invoice_came_to_also_when_the_terms_have_changed(
        self, category, rounds_to_krona
    ):
        invoicing = make_round(
            "1000.03", "77.77", vat_category=category, vat_number="SE232100025501", rounds_to_krona=rounds_to_krona
        )
        InvoicingTerms.objects.update(vat_category="O", vat_text="Ny.", rounds_to_krona=not rounds_to_krona)
        for invoice in invoicing.invoices.all():
            credited = credit(invoice)
            assert amounts_of(credited) == amounts_of(invoice)
            said, was = from_text(credited.content), from_text(invoice.content)
            assert (said.vat_category, said.vat_text, said.totals) == (category, was.vat_text, was.totals)

    def test_many_small_credits_come_to_no_more_than_the_invoice(self):
        """Two öre have half an öre of VAT. Rounded up each time it would soon be more than all of the invoice's."""
        invoicing = make_round("0.80", vat_category="S", vat_number="SE232100025501")
        invoice = invoice_of(invoicing, "91")
        found = [credit(invoice, {1: Decimal("0.02")}) for _ in range(20)]
        assert sum(each.vat_amount for each in found) == invoice.vat_amount == Decimal("0.10")
        assert {each.vat_amount for each in found} == {Decimal("0.00"), Decimal("0.01")}

    def test_the_first_part_is_what_an_invoice_of_it_would_be(self):
        invoicing = make_round("199.80", vat_category="S", vat_number="SE232100025501", rounds_to_krona=True)
        said = credit_preview(
            invoice=invoice_of(invoicing, "91"), amounts={1: Decimal("33.30")}, reason="Fel.", issued_on=A_DAY
        ).content
        assert said.totals == totals_of(said.rows, vat_category="S", rounds_to_krona=True)


def amounts_of(invoice: Invoice) -> list[int]:
    fields = (invoice.net_amount, invoice.vat_amount, invoice.rounding_amount, invoice.payable_amount)
    return [int(amount * 100) for amount in fields]


class TestRound:
    def test_all_that_is_left_of_everyone(self):
        invoicing = make_round(1000, 2000)
        credit(invoice_of(invoicing), {1: Decimal(10)})
        credited = credit_areas(invoicing)
        assert [each.organisation.code for each in credited] == ["91", "9101", "9102", "9103"]
        assert [each.sequence for each in credited] == [1006, 1007, 1008, 1009]
        assert [each.net_amount for each in credited] == [1500, 240, 500, 750]
        assert all(area.left == 0 for area in areas_to_credit(invoicing))

    def test_one_who_has_nothing_left_is_left_out(self):
        invoicing = make_round(1000, 2000)
        credit(invoice_of(invoicing))
        assert len(credit_areas(invoicing)) == 3
        with pytest.raises(CreditRefused, match="inget kvar"):
            credit_areas(invoicing)

    def test_an_amount_of_an_area_is_split_as_it_was_invoiced_to_the_ore(self):
        invoicing = make_round(1000, 2000)
        first, second = slugs_of(invoicing)
        credited = credit_areas(invoicing, {first: Decimal("100.01"), second: Decimal("0.00")})
        assert [each.net_amount for each in credited] == [
            Decimal("50.01"),
            Decimal("8.33"),
            Decimal("16.67"),
            Decimal("25.00"),
        ]
        assert {row.area_slug for each in credited for row in each.rows.all()} == {first}

    def test_credits_in_turn_end_at_nothing_without_an_ore_too_much(self):
        """Half an öre of each half would be rounded up twice, and the second half be more than is left."""
        invoicing = make_round("1000.01", 2000)
        first, _ = slugs_of(invoicing)
        for amount in ("333.33", "333.33", "333.35"):
            assert sum(each.net_amount for each in credit_areas(invoicing, {first: Decimal(amount)})) == Decimal(amount)
        assert [area.left for area in areas_to_credit(invoicing)] == [0, 2000]

    def test_the_areas_say_what_was_invoiced_and_what_is_left(self):
        invoicing = make_round(1000, 2000)
        first, second = slugs_of(invoicing)
        credit_areas(invoicing, {second: Decimal(500)})
        assert [(area.area_slug, area.invoiced, area.left) for area in areas_to_credit(invoicing)] == [
            (first, 1000, 1000),
            (second, 2000, 1500),
        ]

    def test_more_than_is_left_of_an_area_is_refused(self):
        invoicing = make_round(1000, 2000)
        first, _ = slugs_of(invoicing)
        credit_areas(invoicing, {first: Decimal(600)})
        with pytest.raises(CreditRefused, match="400,00.kr kvar att kreditera") as refusal:
            credit_areas(invoicing, {first: Decimal("400.01")})
        assert (refusal.value.field, refusal.value.place) == ("amounts", first)

    def test_a_body_with_less_left_than_its_share_is_named_and_nobody_is_credited(self):
        invoicing = make_round(1000, 2000)
        invoice, (first, _) = invoice_of(invoicing), slugs_of(invoicing)
        credit(invoice, {1: Decimal("80.00")})
        with pytest.raises(CreditRefused) as refusal:
            credit_areas(invoicing, {first: Decimal(100)})
        assert refusal.value.reason.replace("\N{NO-BREAK SPACE}", " ").startswith(
            f"{invoice.organisation.name} har 3,33 kr kvar att kreditera av"
        )
        assert "8,34" in refusal.value.reason
        assert Invoice.objects.credit_invoices().count() == 1
        assert len(credit_areas(invoicing, {first: Decimal(30)})) == 4

    def test_an_unknown_area_and_nothing_are_refused(self):
        invoicing = make_round(1000, 2000)
        for amounts in ({"okand": Decimal(1)}, {}, {slugs_of(invoicing)[0]: Decimal(0)}):
            with pytest.raises(CreditRefused):
                credit_areas(invoicing, amounts)

    def test_a_replaced_invoice_counts_as_the_one_that_replaced_it(self):
        invoicing = make_round(1000, 2000)
        credit(invoice_of(invoicing))
        issue_round(invoicing=invoicing, by=None)
        assert [area.left for area in areas_to_credit(invoicing)] == [1000, 2000]
        credited = credit_areas(invoicing, {slugs_of(invoicing)[0]: Decimal(600)})
        assert [each.credits.number for each in credited] == ["1001", "1006", "1003", "1004"]
        assert [each.net_amount for each in credited] == [300, 50, 100, 150]

    def test_a_round_without_invoices_has_nothing_to_credit(self):
        invoicing = invoices.make_round()
        assert areas_to_credit(invoicing) == ()
        with pytest.raises(CreditRefused, match="inget kvar"):
            credit_areas(invoicing)

    def test_a_year_of_34_is_credited_exactly_and_in_few_questions(self, django_assert_max_num_queries):
        invoicing = invoices.make_issued_round(invoices.make_real_version(), year=2023)
        areas = areas_to_credit(invoicing)
        amounts = {area.area_slug: (area.invoiced / 3).quantize(Decimal("0.01")) for area in areas}
        with django_assert_max_num_queries(30):
            credited = credit_areas(invoicing, amounts)
        assert len(credited) == 34
        for slug, amount in amounts.items():
            rows = InvoiceRow.objects.filter(invoice__in=credited, area_slug=slug)
            assert sum(row.amount for row in rows) == amount
        for each in credited:
            share = each.credits.net_amount * sum(amounts.values()) / sum(area.invoiced for area in areas)
            assert abs(each.net_amount - share) < Decimal("0.05")


class TestPreview:
    def test_it_is_what_is_then_issued_and_stores_nothing(self):
        invoicing = make_round(1000, 2000)
        amounts, wish = {slugs_of(invoicing)[0]: Decimal(90)}, {"reason": "Fel.", "issued_on": A_DAY}
        drafts = round_credit_preview(invoicing=invoicing, amounts=amounts, **wish)
        assert not Invoice.objects.credit_invoices().exists()
        assert all(draft.content.is_draft for draft in drafts)
        issued = credit_areas(invoicing, amounts, reason="Fel.")
        assert [draft.content.rows for draft in drafts] == [from_text(each.content).rows for each in issued]
        assert [draft.content.totals for draft in drafts] == [from_text(each.content).totals for each in issued]

    def test_one_of_an_invoice_stores_nothing_and_refuses_the_same(self):
        invoice = invoices.make_invoice()
        draft = credit_preview(invoice=invoice, reason="Fel.", issued_on=A_DAY)
        assert (draft.credits, draft.content.totals.payable, draft.content.number) == (invoice, 250, "")
        with pytest.raises(CreditRefused):
            credit_preview(invoice=invoice, reason="", issued_on=A_DAY)
        assert Invoice.objects.count() == 4


class TestTwoAtOnce:
    def test_what_is_left_is_read_once_the_lock_is_held(self, monkeypatch):
        """Another credits while this one waits for the lock."""
        invoicing = make_round(1000, 2000)
        invoice, others = invoice_of(invoicing), [Decimal("80.00")]

        def wait_for(collaboration):
            if others:
                credit(invoice, {1: others.pop()})
            return locked_terms(collaboration)

        monkeypatch.setattr(invoice_crediting, "locked_terms", wait_for)
        with pytest.raises(CreditRefused, match="3,33.kr kvar"):
            credit(invoice, {1: Decimal("3.34")})
        others.append(Decimal("80.00"))  # the refusal undid the other one too
        assert sum(each.net_amount for each in credit_areas(invoicing)) == 3000 - 80


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor == "sqlite", reason="SQLite's whole database is one lock; see the README")
def test_two_who_credit_at_once_never_credit_the_same_money():
    invoice = invoices.make_invoice()
    start, refusals = threading.Barrier(4), []

    def run() -> None:
        start.wait()
        try:
            credit(Invoice.objects.get(pk=invoice.pk), {2: Decimal(60)})
        except CreditRefused as refusal:
            refusals.append(refusal.reason)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(refusals) == 2
    assert left_to_credit(invoice)[2] == Decimal("46.67")
    assert [each.sequence for each in invoice.credit_invoices.all()] == [1005, 1006]


def test_a_credit_says_how_much_of_the_invoice_it_is():
    invoice = invoices.make_invoice()
    said = {"reason": "Fel.", "issued_on": invoices.ISSUED_ON, "by": None}
    part = credit_invoice(invoice=invoice, amounts={1: Decimal("10.50")}, **said)
    calculation = from_text(part.content).source.calculation
    assert plain(calculation).startswith("Av faktura 1002, 250,00 kr utan moms, krediteras 10,50 kr. ")
    assert from_text(invoice.content).source.calculation in calculation


def test_a_whole_credit_says_that_it_is_the_whole():
    said = {"reason": "Fel.", "issued_on": invoices.ISSUED_ON, "by": None}
    whole = credit_invoice(invoice=invoices.make_invoice(), amounts=None, **said)
    assert from_text(whole.content).source.calculation.startswith("Hela faktura 1002 krediteras. ")

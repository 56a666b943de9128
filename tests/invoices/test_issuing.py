"""Issuing: numbers in order without gaps or doubles, everything copied, and nothing issued twice."""

import datetime
import json
from decimal import Decimal

import pytest
from django.db import transaction

from budgets import invoice_issuing
from budgets.invoice_content import digest_of, from_text
from budgets.invoice_crediting import credit_invoice
from budgets.invoice_issuing import issue_round, next_sequence
from budgets.invoicing_editing import (
    IssueRefused,
    change_round,
    make_round,
    remove_round,
    write_recipient,
    write_terms,
)
from budgets.models import Invoice, InvoiceRecipient, InvoiceRow, Invoicing, InvoicingTerms
from plans.models import DecisionRound, LogEntry, Organisation
from tests import factories as make
from tests import invoice_factories as invoices

pytestmark = pytest.mark.django_db
A_DAY = datetime.date(2030, 2, 1)


@pytest.fixture
def economist():
    return make.make_user("ekonom@example.org", first_name="Eva", last_name="Ekonom")


def test_each_body_gets_an_invoice_with_the_next_number():
    issued = issue_round(invoicing=invoices.make_round(), by=None)

    assert [invoice.number for invoice in issued] == ["1001", "1002", "1003", "1004"]
    assert [invoice.organisation.code for invoice in issued] == ["91", "9101", "9102", "9103"]
    assert [invoice.payable_amount for invoice in issued] == [1500, 250, 500, 750]


def test_pressing_again_issues_nothing():
    invoicing = invoices.make_round()
    issue_round(invoicing=invoicing, by=None)

    assert issue_round(invoicing=invoicing, by=None) == ()
    assert Invoice.objects.count() == 4


def test_what_waited_is_issued_later_with_the_number_that_then_follows():
    invoicing = invoices.make_round()
    InvoiceRecipient.objects.filter(organisation__code="9101").update(reference="")
    issue_round(invoicing=invoicing, by=None)
    write_recipient(organisation=Organisation.objects.get(code="9101"), values={"reference": "ZZ1"}, by=None)

    (late,) = issue_round(invoicing=invoicing, by=None)

    assert (late.organisation.code, late.number) == ("9101", "1004")
    assert from_text(late.content).buyer.reference == "ZZ1"


def test_a_round_that_is_wrong_as_a_whole_issues_nothing():
    invoicing = invoices.make_round()
    InvoicingTerms.objects.update(vat_text="")

    with pytest.raises(IssueRefused, match="Momstexten saknas"):
        issue_round(invoicing=invoicing, by=None)
    assert not Invoice.objects.exists()


def test_the_series_goes_on_from_round_to_round_with_its_letters():
    version = invoices.make_adopted_version()
    terms = invoices.make_terms(version.plan.collaboration, number_prefix="HP", first_number=24001)
    invoices.make_recipients(version.plan.collaboration)
    first, second = (invoices.make_round(version, instalments=2, instalment=part) for part in (1, 2))

    numbers = [invoice.number for each in (first, second) for invoice in issue_round(invoicing=each, by=None)]

    assert numbers == [f"HP{number}" for number in range(24001, 24009)]
    assert next_sequence(terms) == 24009


def test_another_collaboration_has_a_series_of_its_own():
    invoices.make_issued_round()
    other = make.make_collaboration("annan-samverkan")

    assert next_sequence(invoices.make_terms(other)) == 1001


def test_an_ocr_number_has_its_check_digit_and_the_length_where_that_is_wanted():
    invoicing = invoices.make_round()
    assert issue_round(invoicing=invoicing, by=None)[0].ocr == "10017"


def test_an_invoice_keeps_everything_it_said_when_what_it_was_copied_from_changes():
    invoice = invoices.make_invoice()
    before = invoice.content
    write_recipient(organisation=invoice.organisation, values={"address": "Nya gatan 9"}, by=None)
    write_terms(collaboration=invoice.collaboration, values={"seller_name": "Annan"}, by=None)

    invoice = Invoice.objects.get(pk=invoice.pk)

    content = from_text(invoice.content)
    assert invoice.content == before
    assert content.seller.name == "Region Skåne"
    assert content.buyer.address.startswith("Provgatan")
    assert (content.number, content.ocr) == (invoice.number, invoice.ocr)
    assert digest_of(invoice.content) == invoice.content_digest


def test_rows_sum_to_the_invoice_and_all_of_them_to_the_budget():
    invoicing = invoices.make_issued_round(invoices.make_adopted_version("1000.01", "2000.10"))

    for invoice in invoicing.invoices.all():
        assert sum(row.amount for row in invoice.rows.all()) == invoice.net_amount
    assert sum(row.amount for row in InvoiceRow.objects.all()) == Decimal("3000.11")


def test_all_34_are_issued_in_few_questions(django_assert_max_num_queries):
    invoicing = invoices.make_round(invoices.make_real_version(), year=2023)
    with django_assert_max_num_queries(30):
        issued = issue_round(invoicing=invoicing, by=None)
    assert [invoice.sequence for invoice in issued] == list(range(1001, 1035))


def test_a_replacement_after_a_whole_credit_is_the_next_attempt():
    invoicing = invoices.make_issued_round()
    invoice = invoicing.invoices.get(organisation__code="9101")
    credit_invoice(invoice=invoice, amounts=None, reason="Fel referens.", issued_on=invoices.ISSUED_ON, by=None)

    (again,) = issue_round(invoicing=invoicing, by=None)

    assert (again.attempt, again.number) == (2, "1006")


def test_a_failure_half_way_leaves_no_number_used(monkeypatch):
    invoicing = invoices.make_round()
    terms = InvoicingTerms.objects.get()

    def fail(*args, **kwargs):
        raise RuntimeError("strömavbrott")

    monkeypatch.setattr(invoice_issuing, "_log", fail)
    with pytest.raises(RuntimeError), transaction.atomic():
        issue_round(invoicing=invoicing, by=None)

    assert not Invoice.objects.exists()
    assert next_sequence(terms) == 1001


def test_each_invoice_is_in_the_log(economist):
    invoicing = invoices.make_round()
    issue_round(invoicing=invoicing, by=economist)

    entries = LogEntry.objects.filter(subject="budgets.invoice").order_by("number")
    assert [entry.after["number"] for entry in entries] == ["1001", "1002", "1003", "1004"]
    assert {entry.actor_name for entry in entries} == {"Eva Ekonom"}
    assert {entry.plan_slug for entry in entries} == {invoicing.version.plan.slug}


class TestRounds:
    def values(self, version, **fields) -> dict:
        return {"version": version, "year": 2030, "issued_on": A_DAY, "by": None, **fields}

    def test_a_round_is_due_after_the_days_of_the_terms(self):
        version = invoices.make_adopted_version()
        invoices.make_terms(version.plan.collaboration, due_days=20)

        made = make_round(**self.values(version))

        assert made.due_on == datetime.date(2030, 2, 21)
        assert LogEntry.objects.filter(subject="budgets.invoicing", action="created").count() == 1

    def test_a_year_that_the_version_does_not_share_is_refused(self):
        version = invoices.make_adopted_version()
        invoices.make_terms(version.plan.collaboration)
        with pytest.raises(IssueRefused, match="fördelar ingen kostnad för 2031") as refusal:
            make_round(**self.values(version, year=2031))
        assert refusal.value.field == "year"

    def test_a_plan_that_is_not_adopted_is_refused(self):
        version = invoices.make_adopted_version()
        invoices.make_terms(version.plan.collaboration)
        DecisionRound.objects.update(state=DecisionRound.State.OPEN)
        with pytest.raises(IssueRefused, match="inte fastställd"):
            make_round(**self.values(version))

    def test_a_year_goes_on_in_the_way_it_was_begun(self):
        version = invoices.make_adopted_version()
        invoices.make_terms(version.plan.collaboration)
        make_round(**self.values(version, instalments=2, instalment=1))
        with pytest.raises(IssueRefused, match="halvår"):
            make_round(**self.values(version, instalments=4, instalment=2))
        assert make_round(**self.values(version, instalments=2, instalment=2)).instalment == 2

    def test_the_same_part_is_not_made_twice(self):
        version = invoices.make_adopted_version()
        invoices.make_terms(version.plan.collaboration)
        make_round(**self.values(version))
        with pytest.raises(IssueRefused, match="har redan en faktureringsomgång"):
            make_round(**self.values(version))

    @pytest.mark.parametrize(("due_on", "words"), [((2030, 1, 31), "före fakturadatum"), ((2031, 5, 1), "ett år")])
    def test_a_strange_due_date_is_refused(self, due_on, words):
        version = invoices.make_adopted_version()
        invoices.make_terms(version.plan.collaboration)
        with pytest.raises(IssueRefused, match=words) as refusal:
            make_round(**self.values(version, due_on=datetime.date(*due_on)))
        assert refusal.value.field == "due_on"

    def test_a_round_changes_until_something_is_issued(self):
        invoicing = invoices.make_round()
        days = {"issued_on": A_DAY, "due_on": A_DAY}
        change_round(invoicing=invoicing, **days, text="Hej.\n\nTack.", by=None)
        assert Invoicing.objects.get().text == "Hej.\n\nTack."
        issue_round(invoicing=Invoicing.objects.get(), by=None)
        with pytest.raises(IssueRefused, match="ändras inte"):
            change_round(invoicing=invoicing, **days, by=None)

    def test_a_round_is_removed_until_something_is_issued(self):
        invoicing = invoices.make_round()
        other = invoices.make_issued_round(invoicing.version, instalments=2, instalment=2)
        remove_round(invoicing=invoicing, by=None)
        with pytest.raises(IssueRefused, match="kan inte tas bort"):
            remove_round(invoicing=other, by=None)
        assert Invoicing.objects.get() == other


class TestTerms:
    def test_terms_are_written_and_changed_and_logged(self):
        collaboration = make.make_collaboration()
        write_terms(collaboration=collaboration, values=invoices.TERMS, by=None)
        write_terms(collaboration=collaboration, values={"due_days": 20}, by=None)
        write_terms(collaboration=collaboration, values={"due_days": 20}, by=None)

        entries = LogEntry.objects.filter(subject="budgets.invoicingterms").order_by("number")
        assert [entry.action for entry in entries] == ["created", "changed"]
        assert json.dumps(entries[1].after) == '{"due_days": 20}'

    @pytest.mark.parametrize(
        ("values", "field"),
        [
            ({"bankgiro": "5165-8301"}, "bankgiro"),
            ({"bankgiro": "", "plusgiro": ""}, ""),
            ({"vat_category": "S"}, ""),
            ({"seller_organisation_number": "232100-0256"}, "seller_organisation_number"),
            ({"due_days": 0}, "due_days"),
        ],
    )
    def test_what_is_wrong_is_said_with_its_field_and_nothing_is_kept(self, values, field):
        with pytest.raises(IssueRefused) as refusal:
            write_terms(collaboration=make.make_collaboration(), values={**invoices.TERMS, **values}, by=None)
        assert refusal.value.field == field
        assert not InvoicingTerms.objects.exists()

    def test_the_series_lies_fast_when_an_invoice_has_been_issued(self):
        invoice = invoices.make_invoice()
        with pytest.raises(IssueRefused, match="nummerserien ligger fast") as refusal:
            write_terms(collaboration=invoice.collaboration, values={"first_number": 1}, by=None)
        assert refusal.value.field == "first_number"

    def test_dimensions_are_kept_changed_and_removed(self):
        collaboration = make.make_collaboration()
        one = {"number": 1, "name": "Kostnadsställe", "source": "fixed", "fixed_value": "4711"}
        six = {"number": 6, "name": "Projekt", "source": "area", "fixed_value": ""}
        terms = write_terms(collaboration=collaboration, values=invoices.TERMS, dimensions=[one, six], by=None)
        write_terms(collaboration=collaboration, values={}, dimensions=[{**one, "fixed_value": "4712"}], by=None)

        assert [(row.number, row.fixed_value) for row in terms.dimensions.all()] == [(1, "4712")]

    @pytest.mark.parametrize("values", [{"fixed_value": ""}, {"fixed_value": 'a"b'}])
    def test_a_dimension_that_cannot_be_is_refused_by_its_number(self, values):
        one = {"number": 1, "name": "Kostnadsställe", "source": "fixed", "fixed_value": "1", **values}
        with pytest.raises(IssueRefused, match="Dimension 1"):
            write_terms(collaboration=make.make_collaboration(), values=invoices.TERMS, dimensions=[one], by=None)

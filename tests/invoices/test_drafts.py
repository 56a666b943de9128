"""The dry run: what each body would be invoiced, what it sums to, and what is said before anything is sent."""

import datetime
from dataclasses import replace
from decimal import Decimal

import pytest

from budgets.frozen_shares import to_json, years_of
from budgets.invoice_crediting import credit_invoice
from budgets.invoice_drafts import choices_for, drafts_of
from budgets.models import Invoice, InvoiceRecipient, InvoicingTerms
from plans.log import canonical
from plans.models import DecisionRound, Organisation
from tests import factories as make
from tests.decision_factories import make_decision
from tests.decisions.rounds import make_readable_version
from tests.invoice_factories import (
    ISSUED_ON,
    make_adopted_version,
    make_issued_round,
    make_real_version,
    make_recipients,
    make_round,
    make_terms,
)

pytestmark = pytest.mark.django_db


def codes(faults) -> list[str]:
    return [fault.code for fault in faults]


def draft(invoicing, code: str = "9101"):
    return drafts_of(invoicing).draft_of(Organisation.objects.get(code=code))


def change(code: str, **values) -> None:
    InvoiceRecipient.objects.filter(organisation__code=code).update(**values)


def test_a_round_has_a_draft_for_each_member_in_the_order_of_their_codes():
    found = drafts_of(make_round())

    assert [each.organisation.code for each in found.drafts] == ["91", "9101", "9102", "9103"]
    assert [each.status for each in found.drafts] == ["utkast"] * 4
    assert [each.amount for each in found.drafts] == [1500, 250, 500, 750]
    assert found.total == found.ready_total == 3000
    assert found.faults == ()


def test_nothing_is_stored_by_a_dry_run(django_assert_num_queries):
    invoicing = make_round()
    with django_assert_num_queries(11):
        drafts_of(invoicing)
    assert not Invoice.objects.exists()


def test_the_real_year_is_drafted_for_all_34_to_the_ore():
    found = drafts_of(make_round(make_real_version(), year=2023))

    assert len(found.ready) == 34
    assert found.total == sum(area.budget for area in found.areas)
    assert {area.difference for area in found.areas} == {0}
    shares = {year.year: year for year in years_of(found.invoicing.version) if year.basis == "lines"}[2023]
    assert {each.organisation.code: each.amount for each in found.drafts} == {
        member.code: member.amount for member in shares.members
    }


def test_the_parts_of_a_year_are_together_the_year():
    version = make_adopted_version("1000.01", "2000.10")
    rounds = [make_round(version, instalments=4, instalment=part) for part in (1, 2, 3, 4)]

    found = [drafts_of(each) for each in rounds]

    assert sum(each.total for each in found) == Decimal("3000.11")
    for each in found:
        assert [area.difference for area in each.areas] == [0, 0]
    assert found[0].areas[0].earlier == 0
    assert found[3].areas[0].later == 0
    assert found[1].areas[0].earlier == found[0].areas[0].this


def test_an_invoice_has_a_row_for_each_area_with_the_year_and_says_how_the_share_was_made():
    content = draft(make_round()).content

    first = content.rows[0]
    assert [row.amount for row in content.rows] == [Decimal("83.33"), Decimal("166.67")]
    assert (first.year, first.position) == (2030, 1)
    assert first.text == f"{first.area}, 2030"
    assert content.totals.payable == 250
    assert "10 av 60" in content.source.calculation or "10 / 60" in content.source.calculation
    assert content.source.population == 10
    assert content.number == content.ocr == ""


def test_an_instalment_says_which_part_of_the_year_it_is():
    content = draft(make_round(instalments=2, instalment=2)).content

    assert content.rows[0].text.endswith(", andra halvåret 2030")
    assert (content.source.period_starts.month, content.source.period_ends.month) == (7, 12)
    assert "del 2 av 2" in content.source.calculation


def test_the_terms_are_on_the_invoice():
    terms = {"vat_category": "S", "vat_number": "SE232100025501", "vat_text": "", "rounds_to_krona": True}
    version = make_adopted_version("1000.30")
    make_terms(version.plan.collaboration, **terms)
    make_recipients(version.plan.collaboration)

    content = draft(make_round(version)).content

    assert (content.totals.net, content.totals.vat) == (Decimal("83.36"), Decimal("20.84"))
    assert (content.totals.rounding, content.totals.payable) == (Decimal("-0.20"), Decimal(104))
    assert content.seller.endpoint == "2321000255"
    assert content.terms_text == "30 dagar netto"


def test_a_version_that_is_not_adopted_is_not_invoiced():
    version = make_adopted_version()
    DecisionRound.objects.filter(version=version).update(state=DecisionRound.State.REPLACED)

    found = drafts_of(make_round(version))

    assert codes(found.faults) == ["not_adopted"]
    assert found.ready == ()


def test_one_that_has_not_adopted_waits_while_the_others_are_ready():
    version = make_readable_version(make.make_shared_plan(1000), status="adopted")
    for code in ("91", "9101", "9102"):
        make_decision(version, code)

    found = drafts_of(make_round(version))

    assert [each.organisation.code for each in found.waiting] == ["9103"]
    assert codes(found.waiting[0].faults) == ["not_adopted"]
    assert len(found.ready) == 3


def test_a_plan_decided_on_paper_is_said_to_be():
    found = drafts_of(make_round(make_real_version(), year=2023))

    assert "decided_on_paper" in codes(found.faults)
    assert not found.is_blocked


def test_without_terms_no_invoice_is_ready():
    version = make_adopted_version()
    make_recipients(version.plan.collaboration)

    found = drafts_of(make_round(version, is_ready=False))

    assert codes(found.faults) == ["terms"]
    assert [each.status for each in found.drafts] == ["väntar"] * 4
    assert found.total == 3000


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"seller_address": ""}, "seller_address"),
        ({"vat_text": ""}, "vat_text"),
        ({"endpoint": "2321000256"}, "seller_endpoint"),
    ],
)
def test_terms_that_lack_what_an_invoice_must_say_hinder_all(values, code):
    invoicing = make_round()
    InvoicingTerms.objects.update(**values)

    found = drafts_of(invoicing)

    assert codes(found.faults) == [code]
    assert found.is_blocked


def test_terms_without_somebody_to_ask_are_only_said():
    invoicing = make_round()
    InvoicingTerms.objects.update(contact_name="")

    found = drafts_of(invoicing)

    assert codes(found.faults) == ["seller_contact"]
    assert len(found.ready) == 4


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"address": ""}, "address"),
        ({"city": ""}, "address"),
        ({"reference": ""}, "reference"),
        ({"endpoint": "123"}, "endpoint"),
        ({"endpoint": "7362120000998", "endpoint_scheme": "0088"}, "endpoint"),
    ],
)
def test_one_that_lacks_what_an_invoice_needs_waits_for_it(values, code):
    invoicing = make_round()
    change("9101", **values)

    assert codes(draft(invoicing).faults) == [code]
    assert draft(invoicing).is_waiting
    assert draft(invoicing, "9102").can_be_issued


def test_a_right_gln_is_taken():
    invoicing = make_round()
    change("9101", endpoint="7362120000999", endpoint_scheme="0088")

    assert draft(invoicing).faults == ()


def test_without_an_email_the_invoice_is_ready_but_told():
    invoicing = make_round()
    change("9101", email="")

    assert codes(draft(invoicing).faults) == ["email"]
    assert draft(invoicing).can_be_issued


@pytest.mark.parametrize("number", ["", "212000-1174"])
def test_an_organisation_number_that_is_missing_or_fails_its_check_digit_is_found(number):
    invoicing = make_round()
    Organisation.objects.filter(code="9101").update(organisation_number=number)

    assert codes(draft(invoicing).faults) == ["number"]
    assert draft(invoicing).is_waiting


def test_a_body_without_any_recipient_is_told_everything_at_once():
    invoicing = make_round()
    InvoiceRecipient.objects.filter(organisation__code="9101").delete()

    assert codes(draft(invoicing).faults) == ["address", "reference", "email"]


def test_what_has_been_invoiced_is_shown_and_not_drafted_anew():
    invoicing = make_issued_round()

    found = drafts_of(invoicing)

    assert [each.status for each in found.drafts] == ["utställd"] * 4
    assert found.ready == ()
    assert found.total == 3000


def test_what_another_round_has_invoiced_of_the_same_months_is_found():
    version = make_adopted_version()
    make_issued_round(version, instalments=2, instalment=2)
    same, other = (make_round(version, instalments=4, instalment=part) for part in (3, 1))

    assert codes(draft(same).faults) == ["already"]
    assert "1002" in draft(same).faults[0].text
    assert draft(other).faults == ()


def test_an_invoice_that_is_credited_in_full_may_be_replaced():
    invoicing = make_issued_round()
    invoice = invoicing.invoices.get(organisation__code="9101")
    credit_invoice(invoice=invoice, amounts={1: Decimal(1)}, reason="Fel.", issued_on=ISSUED_ON, by=None)
    assert draft(invoicing).is_issued

    credit_invoice(invoice=invoice, amounts=None, reason="Fel.", issued_on=ISSUED_ON, by=None)

    assert draft(invoicing).can_be_issued


def test_shares_that_are_not_the_budget_are_found():
    version = make_adopted_version()
    year = years_of(version)[0]
    wrong = replace(year, lines=(replace(year.lines[0], amount=Decimal("1000.50")), *year.lines[1:]))
    other = make_readable_version(
        make.make_shared_plan(5), status="adopted", allocation=canonical(to_json([wrong])), member_codes=[]
    )

    found = drafts_of(make_round(other))

    assert "sum" in codes(found.faults)
    assert found.areas[0].difference == Decimal("-0.50")


def test_a_year_with_two_totals_says_which_one_is_followed():
    version = make_real_version()
    years = {year.basis: year for year in years_of(version) if year.year == 2023}
    lines = drafts_of(make_round(version, year=2023))
    assert ("two_totals" in codes(lines.faults)) == (len(years) == 2)


def test_the_years_of_adopted_plans_can_be_chosen(plan_2022_2023):
    version = make_real_version()
    make_round(version, year=2023)

    choices = choices_for(plan_2022_2023.collaboration)

    assert (choices[0].version, choices[0].year) == (version, 2023)
    assert len(choices[0].rounds) == 1
    assert choices[0].totals["lines"] > 0


def test_a_date_before_the_last_invoice_is_told():
    version = make_adopted_version()
    make_issued_round(version, instalments=2, instalment=1)
    before = make_round(version, instalments=2, instalment=2, issued_on=ISSUED_ON - datetime.timedelta(days=1))

    found = drafts_of(before)

    assert codes(found.faults) == ["date_order"]
    assert len(found.ready) == 4


def test_an_invoice_that_is_rounded_to_nothing_waits():
    version = make_adopted_version("1.20")
    make_terms(version.plan.collaboration, rounds_to_krona=True)
    make_recipients(version.plan.collaboration)
    invoicing = make_round(version)

    assert codes(draft(invoicing).faults) == ["nothing_payable"]
    assert draft(invoicing).is_waiting
    assert draft(invoicing, "91").can_be_issued


def test_a_year_that_another_plan_has_invoiced_is_told():
    version = make_adopted_version()
    make_issued_round(version)
    other = make_adopted_version()

    found = drafts_of(make_round(other))

    assert "other_plan" in codes(found.faults)
    assert not found.is_blocked

"""What the review of a grant finds, with what severity, and that it finds nothing else."""

import datetime
from decimal import Decimal

import pytest

from budgets.grant_checks import review_grant
from budgets.models import FundingForm
from plans.checks import FAULT, REMARK
from tests import factories as make
from tests.budgets import grant_world as grants

pytestmark = pytest.mark.django_db
DAY = datetime.date(2030, 6, 1)


@pytest.fixture
def share():
    return grants.make_share(grants.make_amount(amount=1000, label="Omställning"), amount=1000)


def found(share, **options) -> list[tuple[str, str]]:
    return [(one.code, one.severity) for one in review_grant(share.grant_amount.area.agreement, day=DAY, **options)]


def text_of(share, code: str) -> str:
    (one,) = [one for one in review_grant(share.grant_amount.area.agreement, day=DAY) if one.code == code]
    return one.text


def test_nothing_where_everything_agrees(share):
    grants.make_funding(share, grants.make_payable_line(), 400)
    grants.make_measure(share.grant_amount.area, 600)
    assert found(share) == []


def test_amounts_that_are_not_the_stated_total(share):
    agreement = share.grant_amount.area.agreement
    agreement.total_amount = Decimal(1500)
    agreement.save()
    assert found(share) == [("grant_sum", FAULT)]
    assert "mindre" in text_of(share, "grant_sum")


def test_shares_that_are_more_than_their_amount(share):
    grants.make_share(share.grant_amount, 1, code="9102")
    assert found(share) == [("grant_shared_too_much", FAULT)]


def test_a_share_that_pays_for_too_much(share):
    grants.make_funding(share, grants.make_payable_line(), 1001)
    assert found(share) == [("grant_share_overcommitted", FAULT), ("grant_overcommitted", FAULT)]


def test_measures_and_lines_that_need_more_than_is_received(share):
    grants.make_funding(share, grants.make_payable_line(), 500)
    grants.make_measure(share.grant_amount.area, 501)
    assert found(share) == [("grant_overcommitted", FAULT)]


def test_measures_that_do_not_sum_to_the_share(share):
    measure = grants.make_measure(share.grant_amount.area, 600)
    assert found(share) == [("grant_measures_sum", REMARK)]
    assert "400" in text_of(share, "grant_measures_sum")
    grants.make_measure(share.grant_amount.area)
    assert text_of(share, "grant_measures_sum").startswith("1 insats saknar belopp.")
    measure.amount = Decimal(1000)
    measure.save()
    assert found(share) == []


def test_measures_that_take_of_what_is_reserved(share):
    """The reserved amounts may not be used for anything else but are part of the sum."""
    reserved = grants.make_amount(share.grant_amount.area, 300, label="Karriärtjänster", is_reserved=True)
    grants.make_share(reserved, 300)
    measure = grants.make_measure(share.grant_amount.area, 1300)
    assert found(share) == [("grant_reserved", REMARK)]
    measure.amount = Decimal(1000)
    measure.save()
    grants.make_measure(share.grant_amount.area, 300, purpose="Löner till karriärtjänster")
    assert found(share) == []


def test_reserved_money_on_a_line_of_another_name(share):
    reserved = grants.make_amount(share.grant_amount.area, 300, label="Karriärtjänster", is_reserved=True)
    line = grants.make_payable_line(label="Karriärtjänster")
    grants.make_funding(grants.make_share(reserved, 300), line, 300)
    assert found(share) == []
    line.label = "Sensorer"
    line.save()
    assert found(share) == [("grant_reserved", FAULT)]


def test_a_line_that_is_paid_more_than_it_costs_with_another_grants_money(share):
    line = grants.make_payable_line(900)
    grants.make_funding(share, line, 500)
    assert found(share) == []
    grants.make_funding(grants.make_share(), line, 401)
    assert found(share) == [("grant_line_overfunded", FAULT)]


def test_a_line_whose_form_is_shared_by_now(share):
    grants.make_funding(share, grants.make_payable_line(), 500)
    FundingForm.objects.filter(slug="annan").update(is_shared=True)
    assert found(share) == [("grant_line_shared", FAULT)]


def test_a_line_of_another_year_is_remarked(share):
    plan = make.make_plan(years=(2031,))
    grants.make_funding(share, grants.make_payable_line(plan=plan, year=2031), 500)
    assert found(share) == [("grant_other_year", REMARK)]


def test_a_new_measure_without_a_financing_afterwards(share):
    area = share.grant_amount.area
    measure = grants.make_measure(area, 1000, is_new=True)
    assert found(share) == [("grant_unfinanced", FAULT)]
    measure.amount = None
    measure.save()
    assert ("grant_unfinanced", REMARK) in found(share)
    measure.financing_after = "Ordinarie ram."
    measure.save()
    assert "grant_unfinanced" not in dict(found(share))


def test_an_investment_above_the_years_depreciation(share):
    grants.make_measure(share.grant_amount.area, 1000, investment_cost=Decimal(4995), depreciation_years=5)
    assert found(share) == [("grant_depreciation", FAULT)]
    assert "årets avskrivning" in text_of(share, "grant_depreciation")


def test_a_duty_that_is_overdue(share):
    agreement = share.grant_amount.area.agreement
    duty = grants.make_duty(agreement, due_on=DAY)
    assert found(share) == []
    duty.due_on = DAY - datetime.timedelta(days=1)
    duty.save()
    assert found(share) == [("grant_duty_overdue", FAULT)]
    duty.done_on = DAY
    duty.save()
    assert found(share) == []


def test_of_one_organisation_the_others_are_left_out(share):
    grants.make_measure(share.grant_amount.area, 1, code="9102")
    assert found(share) == [("grant_overcommitted", FAULT)]
    assert found(share, organisation=share.organisation) == []


def test_queries_do_not_grow_with_the_rows(share, django_assert_max_num_queries):
    def queries() -> int:
        with django_assert_max_num_queries(30) as captured:
            review_grant(share.grant_amount.area.agreement, day=DAY)
        return len(captured)

    grants.make_funding(share, grants.make_payable_line(), 1)
    grants.make_measure(share.grant_amount.area, 1)
    before = queries()
    for code in ("9102", "9103"):
        area = grants.make_grant_area(share.grant_amount.area.agreement)
        other = grants.make_share(grants.make_amount(area), 100, code=code)
        grants.make_funding(other, grants.make_payable_line(), 1)
        grants.make_measure(area, 1, code=code)
        grants.make_duty(area.agreement)
    assert queries() == before

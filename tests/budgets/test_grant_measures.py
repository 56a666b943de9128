"""A measure is charged with what its organisation has, and on the grant's conditions."""

import datetime
from decimal import Decimal

import pytest

from budgets.grant_measure_editing import MEASURE_FIELDS, change_measure, create_measure, remove_measure
from budgets.grant_rows import GrantRefused, bases_of
from budgets.models import GrantMeasure
from plans.models import LogEntry
from tests.budgets import grant_world as grants

pytestmark = pytest.mark.django_db


@pytest.fixture
def area():
    share = grants.make_share(amount=1000)
    return share.grant_amount.area


def create(area, amount=None, **values) -> GrantMeasure:
    kronor = None if amount is None else Decimal(amount)
    values = {"measure": "En insats", "amount": kronor, **values}
    return create_measure(area=area, organisation=grants.receiver(), values=values, by=None)


def change(measure: GrantMeasure, **values) -> GrantMeasure:
    return change_measure(measure=measure, values=values, bases=bases_of(measure, MEASURE_FIELDS), by=None)


def refusal_of(function, *arguments, **options) -> GrantRefused:
    with pytest.raises(GrantRefused) as caught:
        function(*arguments, **options)
    return caught.value


def test_measures_together_take_no_more_than_the_organisation_receives(area):
    create(area, 600)
    assert "1" in refusal_of(create, area, "400.01").reason
    assert create(area, 400).position == 2
    assert LogEntry.objects.first().after["measure"] == "En insats"


def test_one_without_an_amount_needs_no_share(area):
    other = grants.make_grant_area(area.agreement)
    assert create(other).amount is None
    assert refusal_of(create, other, 1).field == "amount"


def test_an_amount_is_raised_only_as_far_as_there_is_money(area):
    measure = create(area, 600)
    grants.make_funding(area.amounts.get().shares.get(), grants.make_payable_line(), 300)
    refusal_of(change, measure, amount=Decimal(701))
    assert change(measure, amount=Decimal(700)).amount == 700


def test_words_can_be_mended_also_where_others_have_taken_too_much(area):
    measure = create(area, 600)
    grants.make_measure(area, 900)
    assert change(measure, goal="Ett mål").goal == "Ett mål"
    measure.refresh_from_db()
    assert change(measure, amount=Decimal(500)).amount == 500


def test_a_new_measure_that_costs_says_how_it_is_paid_afterwards(area):
    refusal = refusal_of(create, area, 100, is_new=True)
    assert refusal.field == "financing_after"
    measure = create(area, is_new=True)
    assert refusal_of(change, measure, amount=Decimal(1)).field == "financing_after"
    measure.refresh_from_db()
    assert change(measure, amount=Decimal(1), financing_after="Ordinarie ram.").amount == 1


def test_an_investment_is_charged_with_the_years_depreciation_and_no_more(area):
    """Only the current year's depreciation may be charged to the object."""
    investment = {
        "investment_cost": Decimal(3000),
        "depreciation_years": 5,
        "in_use_from": datetime.date(grants.YEAR, 7, 1),
    }
    refusal = refusal_of(create, area, "300.01", **investment)
    assert refusal.field == "amount"
    assert "6 / 12 månader" in refusal.reason
    measure = create(area, 300, **investment)
    assert refusal_of(change, measure, depreciation_years=6).field == "amount"


def test_cost_and_life_are_given_together(area):
    assert "hur många år" in refusal_of(create, area, investment_cost=Decimal(100)).reason


def test_a_measure_that_is_removed_frees_its_money(area):
    measure = create(area, 1000)
    remove_measure(measure=measure, by=None)
    assert create(area, 1000)
    assert "borttagen" in refusal_of(remove_measure, measure=measure, by=None).reason

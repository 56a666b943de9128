"""From the database to the engine: who shares, by which figures, and what is refused."""

import datetime
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from budgets.allocation import AllocationError
from budgets.shares import PlanAllocation, load_year, load_years, share_year
from plans.models import Membership, Plan
from tests import factories as make

pytestmark = pytest.mark.django_db


def allocate_plan(plan: Plan, year: int, **options) -> PlanAllocation:
    return share_year(load_year(plan, year), **options)


def amounts(shared) -> dict[str, Decimal]:
    return {member.code: shared.amount(member.code) for member in shared.members}


def test_the_default_rule_is_half_by_party_and_by_population_within():
    """1:1 between the Region and the municipalities, by population within them."""
    shared = allocate_plan(make.make_shared_plan(1200), 2030)
    assert amounts(shared) == {"91": 600, "9101": 100, "9102": 200, "9103": 300}
    assert shared.exact("9101") == 100
    assert shared.fractions == {
        "91": Fraction(1, 2),
        "9101": Fraction(1, 12),
        "9102": Fraction(1, 6),
        "9103": Fraction(1, 4),
    }


def test_a_region_stands_for_the_population_of_its_municipalities():
    shared = allocate_plan(make.make_shared_plan(1200), 2030)
    region = shared.member_by_code["91"]
    assert (region.population, region.is_whole_area, shared.parts_total) == (60, True, 60)


def test_a_region_stands_for_its_own_county_only_when_the_set_is_national():
    plan = make.make_shared_plan(1200)
    national = make.make_figure_set({"9101": 10, "9102": 20, "9103": 30, "9999": 5000}, region_code="00")
    shared = allocate_plan(plan, 2030, figure_set=national)
    assert (shared.member_by_code["91"].population, shared.parts_total) == (60, 60)
    assert amounts(shared) == {"91": 600, "9101": 100, "9102": 200, "9103": 300}


def test_a_national_total_is_not_the_members_population():
    plan = make.make_shared_plan(1200)
    values = {"9101": 10, "9102": 20, "9103": 30, "9999": 5000}
    national = make.make_figure_set(values, region_code="00", stated_total=5061)
    shared = allocate_plan(plan, 2030, figure_set=national)
    assert (shared.stated_total, shared.rate_population) == (None, 60)


def test_the_rate_uses_the_stated_total_and_the_shares_the_parts():
    """DESIGN section 5: shares use the parts; the printed rate uses the stated total where there is one."""
    plan = make.make_shared_plan(1200)
    stated = make.make_figure_set(on=datetime.date(2029, 6, 30), stated_total=75)
    shared = allocate_plan(plan, 2030, figure_set=stated)
    assert shared.rate == Decimal("800.00")  # 1 200 kr over 2 × 75
    assert amounts(shared)["9101"] == 100  # 600 × 10 / 60


def test_borrowed_parts_are_those_of_the_other_day():
    plan = make.make_shared_plan(1200)
    lender = make.make_figure_set({"9101": 1, "9102": 1, "9103": 1}, on=datetime.date(2028, 12, 31))
    borrower = make.make_figure_set({}, on=datetime.date(2028, 11, 30), parts_from=lender, remark="Lånade delar.")
    assert amounts(allocate_plan(plan, 2030, figure_set=borrower))["9101"] == 200


def test_missing_key_figures_are_named_and_never_zero():
    plan = make.make_shared_plan(1200)
    plan.years.get().cost_basis.figure_set.figures.filter(organisation__code__in=["9101", "9103"]).delete()
    with pytest.raises(AllocationError, match="saknar värde för Alby, Åkarp"):
        allocate_plan(plan, 2030)


def test_only_members_of_the_first_of_january_share_the_year():
    plan = make.make_shared_plan(1200, years=(2030, 2031))
    make.make_line(plan.focus_areas.get(), 1200, year=2031)
    make.make_cost_basis(plan, 2031)
    Membership.objects.filter(organisation__code="9103").update(left_on=datetime.date(2030, 12, 31))
    assert amounts(allocate_plan(plan, 2030))["9103"] == 300
    assert amounts(allocate_plan(plan, 2031)) == {"91": 600, "9101": 200, "9102": 400}


LAST_DAY, FIRST_DAY, SECOND_DAY = datetime.date(2029, 12, 31), datetime.date(2030, 1, 1), datetime.date(2030, 1, 2)


@pytest.mark.parametrize(
    ("joined_on", "left_on", "shares"),
    [
        (None, None, True),
        (None, LAST_DAY, False),
        (None, FIRST_DAY, True),
        (LAST_DAY, None, True),
        (LAST_DAY, LAST_DAY, False),
        (LAST_DAY, FIRST_DAY, True),
        (FIRST_DAY, None, True),
        (FIRST_DAY, FIRST_DAY, True),
        (SECOND_DAY, None, False),
    ],
)
def test_those_who_are_members_on_the_first_day_of_a_year_share_it(joined_on, left_on, shares):
    plan = make.make_shared_plan(1200)
    Membership.objects.filter(organisation__code="9103").update(joined_on=joined_on, left_on=left_on)
    (basis,) = load_years([plan])
    assert ("9103" in {row.organisation.code for row in basis.memberships}) is shares


def test_only_shared_forms_of_the_plans_own_year_are_shared():
    plan = make.make_shared_plan(1200)
    area = plan.focus_areas.get()
    make.make_line(area, 5000, form="annan")
    make.make_line(area, 7000, year=2029)
    make.make_line(area, None, label="Utan uppgift", note=make.make_note(plan))
    assert allocate_plan(plan, 2030).total == 1200


def test_a_given_total_is_shared_instead_of_the_lines():
    shared = allocate_plan(make.make_shared_plan(1200), 2030, total=Decimal("100.01"))
    assert (shared.total, shared.lines_total) == (Decimal("100.01"), 1200)
    assert sum(amounts(shared).values()) == Decimal("100.01")


def test_whole_kronor_sum_to_the_whole_kronor():
    shared = allocate_plan(make.make_shared_plan(1000), 2030, unit="kr")
    assert amounts(shared) == {"91": 500, "9101": 83, "9102": 167, "9103": 250}


@pytest.mark.parametrize(
    ("total", "unit", "reason"),
    [
        ("0.005", "ore", "inte ett helt antal öre"),
        ("100.50", "kr", "inte ett helt antal kronor"),
        ("-1", "ore", "mindre än noll"),
        ("1", "dollar", "Enheten dollar finns inte"),
    ],
)
def test_amounts_that_cannot_be_shared_are_refused(total, unit, reason):
    plan = make.make_shared_plan(1200)
    with pytest.raises(AllocationError, match=reason):
        allocate_plan(plan, 2030, total=Decimal(total), unit=unit)


def test_a_line_with_ore_is_named_when_whole_kronor_are_asked_for():
    plan = make.make_shared_plan("0.50", "0.50")
    with pytest.raises(AllocationError, match=plan.focus_areas.first().name):
        allocate_plan(plan, 2030, unit="kr")


def test_a_year_outside_the_plan_is_refused_with_the_plans_years():
    plan = make.make_plan(years=(2030, 2031))
    with pytest.raises(AllocationError, match="har inte verksamhetsåret 2024. Planens år: 2030, 2031"):
        allocate_plan(plan, 2024)


def test_the_default_rule_holds_where_the_year_names_none():
    plan = make.make_plan()
    make.make_members()
    make.make_rule(is_default=True)
    shared = allocate_plan(plan, 2030, figure_set=make.make_figure_set(), total=Decimal(1200))
    assert amounts(shared)["91"] == 600


def test_a_collaboration_without_members_is_refused():
    plan = make.make_plan()
    make.make_rule(is_default=True)
    with pytest.raises(AllocationError, match="har inga medlemmar den 1 januari 2030"):
        allocate_plan(plan, 2030, figure_set=make.make_figure_set())


def test_a_rule_without_a_members_party_is_refused():
    plan = make.make_plan()
    make.make_line(make.make_area(plan), 100)
    make.make_cost_basis(plan, rule=make.make_rule({"kommuner": 1}))
    with pytest.raises(AllocationError, match="saknar vikt"):
        allocate_plan(plan, 2030)


def test_queries_do_not_grow_with_plans_lines_or_figures(django_assert_max_num_queries):
    make.make_shared_plan(100)
    with django_assert_max_num_queries(14) as few:
        load_years(Plan.objects.filter(collaboration__slug="provsamverkan"))
    for year in range(2031, 2041):
        make.make_shared_plan(100, 200, 300, years=(year,))
    with django_assert_max_num_queries(len(few)):
        assert len(load_years(Plan.objects.filter(collaboration__slug="provsamverkan"))) == 11


class SharesAlwaysClose(TestCase):
    @settings(max_examples=25, deadline=None)
    @given(
        ore=st.lists(st.integers(0, 10**9), min_size=1, max_size=4),
        people=st.lists(st.integers(1, 10**6), min_size=3, max_size=3),
        weights=st.tuples(st.integers(1, 9), st.integers(1, 9)),
    )
    def test_lines_and_organisations_sum_to_what_is_shared(self, ore, people, weights):
        """Shares always sum to what they share, whatever the lines, populations and weights."""
        plan = make.make_plan()
        for amount in ore:
            make.make_line(make.make_area(plan), Decimal(amount) / 100)
        figures = make.make_figure_set(dict(zip(make.MUNICIPALITIES, people, strict=True)))
        rule = make.make_rule({"region": weights[0], "kommuner": weights[1]})
        make.make_cost_basis(plan, figure_set=figures, rule=rule)
        shared = allocate_plan(plan, 2030)
        assert sum(amounts(shared).values()) == Decimal(sum(ore)) / 100
        for line in shared.lines:
            assert sum(shared.cell_amount(line, member.code) for member in shared.members) == line.amount
        for member in shared.members:
            assert sum(shared.cell_amount(line, member.code) for line in shared.lines) == shared.amount(member.code)
            assert abs(Fraction(shared.amount(member.code)) - shared.exact(member.code)) < Fraction(1, 100)

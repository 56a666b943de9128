"""What a new plan's costs are shared by: the rules that hold then, the newest figures, and the deviations that last."""

import datetime

import pytest

from budgets.models import AllocationRule, BudgetLine, CostBasis, FigureChoice, GrantFunding, RuleUse, Scenario
from plans.models import Plan
from plans.rollover_choices import ENDED, RENAMED, AreaChoice
from skane_digi.workflows import start_next_plan
from tests import cost_factories as cost
from tests import factories as make

pytestmark = pytest.mark.django_db
NEW_YEARS_EVE_2030 = datetime.date(2030, 12, 31)
NEW_YEARS_DAY_2031 = datetime.date(2031, 1, 1)


def day(year: int, month: int = 12, day_of_month: int = 31) -> datetime.date:
    return datetime.date(year, month, day_of_month)


def start(plan: Plan, *years: int, **wishes) -> Plan:
    return start_next_plan(plan=plan, years=years or (2031,), by=None, **wishes).plan


def basis_of(plan: Plan, year: int = 2031) -> CostBasis:
    return CostBasis.objects.get(plan_year__plan=plan, plan_year__year=year)


@pytest.fixture
def plan():
    return make.make_shared_plan(1000)


@pytest.fixture
def area(plan):
    return plan.focus_areas.get()


@pytest.fixture
def basis(plan):
    return plan.years.get().cost_basis


class TestChosenFigures:
    def choice(self, basis, later, earlier=None) -> FigureChoice:
        """The years' own choice: of one key, figures of ``later`` and, for an increase, of ``earlier``."""
        self.key = cost.make_measure_key()
        earlier_set = cost.make_figures(self.key, on=earlier) if earlier else None
        return cost.make_figure_choice(basis, figure_set=cost.make_figures(self.key, on=later), earlier_set=earlier_set)

    def days_in(self, plan: Plan, year: int = 2031) -> tuple:
        row = basis_of(plan, year).figure_choices.get(allocation_key=self.key)
        return row.figure_set.reference_date, row.earlier_set and row.earlier_set.reference_date

    def test_the_newest_of_the_same_day_follow_for_every_year(self, plan, basis):
        self.choice(basis, day(2029, 8))
        for on in (day(2030, 8), day(2030, 6, 30), day(2031, 8)):
            cost.make_figures(self.key, on=on)
        new = start(plan, 2031, 2032)
        assert [self.days_in(new, year) for year in (2031, 2032)] == [(day(2030, 8), None)] * 2

    def test_those_of_a_years_end_are_not_out_when_the_next_year_begins(self, plan, basis):
        self.choice(basis, day(2028))
        for on in (day(2029), day(2030)):
            cost.make_figures(self.key, on=on)
        assert self.days_in(start(plan)) == (day(2029), None)

    @pytest.mark.parametrize("fields", [{"values": {}}, {"region_code": "92"}, {"quality": "printed"}], ids=str)
    def test_sets_without_figures_printed_ones_and_those_of_other_regions_are_passed_over(self, plan, basis, fields):
        self.choice(basis, day(2028))
        cost.make_figures(self.key, on=day(2029), **fields)
        assert self.days_in(start(plan)) == (day(2028), None)

    def test_an_increase_keeps_its_length(self, plan, basis):
        self.choice(basis, day(2028), day(2026))
        for year in (2027, 2029):
            cost.make_figures(self.key, on=day(year))
        assert self.days_in(start(plan)) == (day(2029), day(2027))

    def test_an_increase_whose_first_day_is_not_known_stays(self, plan, basis):
        self.choice(basis, day(2028), day(2025))
        cost.make_figures(self.key, on=day(2029))
        assert self.days_in(start(plan)) == (day(2028), day(2025))

    def test_an_increase_moves_as_far_as_both_days_are_known(self, plan, basis):
        self.choice(basis, day(2027), day(2026))
        cost.make_figures(self.key, on=day(2029))
        new = start(plan)
        assert self.days_in(new) == (day(2027), day(2026))
        cost.make_figures(self.key, on=day(2028))
        assert self.days_in(start(plan, slug="igen")) == (day(2029), day(2028))


class TestDeviations:
    def test_those_of_an_area_follow_to_the_new_area_with_their_decision(self, plan, area):
        use = cost.make_rule_use(area, decision_reference="SGD 2029:15", valid_to=day(2033))
        new = start(plan)
        copy = RuleUse.objects.of_plan(new).get()
        assert copy.focus_area == new.focus_areas.get()
        told = ("rule", "reason", "decided_on", "decided_by", "decision_reference", "valid_from", "valid_to")
        assert [getattr(copy, name) for name in told] == [getattr(use, name) for name in told]
        assert copy.key != use.key
        assert RuleUse.objects.of_plan(plan).get() == use

    @pytest.mark.parametrize(
        ("valid_to", "follows"),
        [(None, True), (NEW_YEARS_DAY_2031, True), (NEW_YEARS_EVE_2030, False)],
    )
    def test_those_that_end_before_the_new_year_stay(self, plan, area, valid_to, follows):
        cost.make_rule_use(area, valid_to=valid_to)
        assert RuleUse.objects.of_plan(start(plan)).exists() is follows

    def test_those_of_a_budget_line_stay_with_the_line(self, plan, area):
        cost.make_rule_use(area.budget_lines.get())
        new = start(plan)
        assert not RuleUse.objects.of_plan(new).exists()
        assert not BudgetLine.objects.of_plan(new).exists()

    def test_that_of_a_renamed_area_follows_and_that_of_an_ended_one_does_not(self, plan, area):
        other = make.make_complete_area(plan)
        cost.make_rule_use(area)
        cost.make_rule_use(other)
        choices = {area.slug: AreaChoice(ENDED, reason="Klart."), other.slug: AreaChoice(RENAMED, name="Nytt namn")}
        new = start(plan, choices=choices)
        assert RuleUse.objects.of_plan(new).get().focus_area.name == "Nytt namn"

    def test_queries_do_not_grow_with_them(self, django_assert_max_num_queries):
        def grown(slug: str, count: int) -> Plan:
            plan = make.make_shared_plan(*[100] * count, slug=slug)
            key = cost.make_measure_key()
            for area in plan.focus_areas.all():
                cost.make_rule_use(area)
            for number in range(count):
                own = cost.make_measure_key() if number else key
                cost.make_figure_choice(plan.years.get().cost_basis, own)
            return plan

        small, large = grown("liten", 2), grown("stor", 9)
        with django_assert_max_num_queries(80) as few:
            start(small, slug="liten-2031")
        with django_assert_max_num_queries(len(few)):
            start(large, slug="stor-2031")


class TestSuccessors:
    def succeed(self, rule: AllocationRule, valid_from: datetime.date, **fields) -> AllocationRule:
        AllocationRule.objects.filter(pk=rule.pk).update(valid_to=valid_from - datetime.timedelta(days=1))
        return make.make_rule(collaboration=rule.collaboration, replaces=rule, valid_from=valid_from, **fields)

    def test_the_rule_of_the_years_is_the_one_that_has_replaced_it(self, plan, basis):
        last = self.succeed(self.succeed(basis.rule, day(2029, 1, 1)), NEW_YEARS_DAY_2031)
        assert basis_of(start(plan)).rule == last

    def test_each_year_has_the_one_that_holds_when_it_begins(self, plan, basis):
        later = self.succeed(basis.rule, day(2032, 1, 1))
        new = start(plan, 2031, 2032)
        assert [basis_of(new, year).rule for year in (2031, 2032)] == [basis.rule, later]

    def test_one_that_holds_later_does_not_take_over_yet(self, plan, basis):
        self.succeed(basis.rule, day(2031, 1, 2))
        assert basis_of(start(plan)).rule == basis.rule

    def test_one_by_another_measure_is_left_for_hand_since_the_years_figures_are_not_of_it(self, plan, basis):
        self.succeed(basis.rule, NEW_YEARS_DAY_2031, allocation_key=cost.make_measure_key())
        assert basis_of(start(plan)).rule == basis.rule
        weighted = self.succeed(make.make_rule(), NEW_YEARS_DAY_2031, allocation_key=cost.make_weighted_key())
        CostBasis.objects.filter(pk=basis.pk).update(rule=weighted.replaces)
        assert basis_of(start(plan, slug="vagd")).rule == weighted

    def test_that_of_a_deviation_takes_over_too(self, plan, area):
        use = cost.make_rule_use(area)
        later = self.succeed(use.rule, NEW_YEARS_DAY_2031)
        assert RuleUse.objects.of_plan(start(plan)).get().rule == later

    def test_rules_that_replace_each_other_in_a_ring_end_the_search(self, plan, basis):
        other = make.make_rule(collaboration=plan.collaboration, replaces=basis.rule)
        AllocationRule.objects.filter(pk=basis.rule_id).update(replaces=other)
        assert basis_of(start(plan)).rule == other


def test_scenarios_and_what_grants_pay_stay_in_the_old_plan(plan, area):
    cost.make_scenario(plan)
    cost.make_grant_funding(make.make_line(area, 100, form="annan"))
    new = start(plan)
    assert not Scenario.objects.filter(plan=new).exists()
    assert not GrantFunding.objects.filter(budget_line__focus_area__plan=new).exists()

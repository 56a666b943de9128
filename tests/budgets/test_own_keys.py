"""A year's own key, where it is something other than the population of one chosen day."""

import datetime
from fractions import Fraction

import pytest
from django.core.management import call_command

from budgets.checks import review_budget
from budgets.cost_tables import cost_table
from budgets.frozen_shares import check_frozen, frozen_years
from budgets.models import AllocationRule, FigureChoice
from budgets.scenario_editing import draft_steps, put_in_draft
from budgets.scenarios import Changes, OtherDay, apply_changes, to_json
from budgets.shares import load_year, share_year
from plans.checks import FAULT
from plans.models import Organisation
from plans.roles import Role
from skane_digi.papers.costs import costs_of
from tests import cost_factories as cost
from tests import factories as make

pytestmark = pytest.mark.django_db


def shared_plan(rule=None, *, figure_set=None):
    plan = make.make_plan()
    make.make_members(plan.collaboration)
    make.make_line(make.make_complete_area(plan), "1500.01")
    basis = make.make_cost_basis(plan, rule=rule, figure_set=figure_set or make.make_figure_set())
    return plan, basis


def test_equal_parts_are_never_told_as_inhabitants():
    plan, _ = shared_plan(cost.make_rule(allocation_key=cost.make_equal_key()))
    years = frozen_years(plan)
    (told,) = costs_of(years, make.make_organisation("9101"))
    said = " ".join([*told.sentences, *told.calculations])
    assert "efter folkmängd" not in said
    assert "i lika delar" in said
    assert check_frozen(years) == ()


def test_a_weighted_key_with_decimals_is_frozen_whole():
    nurses = cost.make_figures(cost.make_measure_key(), {"9101": 3, "9102": 5, "9103": 7})
    key = cost.make_weighted_key({make.make_key(): 1, nurses.allocation_key: "4.55"})
    plan, basis = shared_plan(cost.make_rule(allocation_key=key))
    cost.make_figure_choice(basis, figure_set=nurses)
    years = frozen_years(plan)
    assert years[0].members and check_frozen(years) == ()
    assert {figures.key_name for figures in years[0].figures} == {"Folkmängd", nurses.allocation_key.name}


def test_the_day_that_is_shown_is_the_day_that_is_shared_by():
    plan, basis = shared_plan()
    other = make.make_figure_set({"9101": 30, "9102": 20, "9103": 10}, on=datetime.date(2028, 12, 31))
    cost.make_figure_choice(basis, figure_set=other)
    assert cost_table(plan, 2030).population.date_text == "2028-12-31"
    years = frozen_years(plan)
    (told,) = costs_of(years, Organisation.objects.get(code="9101"))
    assert "30 av deras 60 invånare, räknat per den 2028-12-31" in " ".join(told.sentences)
    assert years[0].reference_date == other.reference_date


class TestIntroducedScenario:
    """What is put in the draft is shared as the scenario was."""

    @pytest.fixture
    def editor(self):
        person = make.make_user("redaktor@example.se")
        make.make_role(person, Role.EDITOR)
        return person

    def introduced(self, plan, changes, editor):
        wished = share_year(apply_changes(load_year(plan, 2030), changes))
        scenario = cost.make_scenario(plan, made_by=editor, changes=to_json(changes))
        put_in_draft(scenario=scenario, seen=draft_steps(scenario).digest, by=editor)
        done = share_year(load_year(plan, 2030))
        assert [done.amount(code) for code in wished.member_by_code] == [
            wished.amount(code) for code in wished.member_by_code
        ]

    def test_a_deviation_keeps_its_figures_when_the_year_gets_a_rule_with_another_key(self, editor):
        plan, basis = shared_plan()
        nurses = cost.make_figures(cost.make_measure_key(), {"9101": 3, "9102": 5, "9103": 7})
        cost.make_figure_choice(basis, figure_set=nurses)
        make.make_line(make.make_complete_area(plan), 700)
        cost.make_rule_use(plan.focus_areas.last())
        rule = cost.make_rule(allocation_key=nurses.allocation_key, name="Efter sjuksköterskor")
        self.introduced(plan, Changes(rule=rule.slug), editor)

    def test_an_own_day_that_was_chosen_before_gives_way(self, editor):
        plan, basis = shared_plan()
        first = make.make_figure_set({"9101": 30, "9102": 20, "9103": 10}, on=datetime.date(2028, 12, 31))
        last = make.make_figure_set({"9101": 5, "9102": 5, "9103": 50}, on=datetime.date(2027, 12, 31))
        cost.make_figure_choice(basis, figure_set=first)
        self.introduced(plan, Changes(figures=(OtherDay("provtal", "91", last.reference_date),)), editor)
        assert FigureChoice.objects.get(cost_basis=basis).figure_set == last


@pytest.mark.parametrize("is_deviation", [False, True])
def test_a_rule_that_has_ended_when_the_year_begins_hinders_a_freeze(is_deviation):
    plan, basis = shared_plan()
    rule = basis.rule
    if is_deviation:
        rule = cost.make_rule({"region": 30, "kommuner": 70}, name="30:70")
        cost.make_rule_use(plan.focus_areas.get(), rule)
    assert "rule_not_valid" not in {finding.code for finding in review_budget(plan)}
    AllocationRule.objects.filter(pk=rule.pk).update(valid_to=datetime.date(2029, 12, 31))
    (finding,) = (one for one in review_budget(plan) if one.code == "rule_not_valid")
    assert finding.severity == FAULT
    assert finding.text == f"{rule} gäller till och med 2029-12-31, men 2030 fördelas efter den."


def test_a_total_may_be_off_by_a_krona_for_each_table_that_is_rounded_by_itself():
    plan, _ = shared_plan()
    plan.focus_areas.get().budget_lines.update(amount=399)
    make.make_line(make.make_complete_area(plan), 2019)
    first, last = plan.focus_areas.order_by("position")
    cost.make_rule_use(first, cost.make_rule(rounding="kr"))
    cost.make_rule_use(last, cost.make_rule(base=2692, rounding="kr"))
    (year,) = frozen_years(plan)
    assert Fraction(year.member("91").amount) - year.member("91").exact == 1, "two halves rounded up"
    assert check_frozen((year,)) == ()


def test_the_command_names_what_is_shared_by_another_rule(capsys):
    plan, _ = shared_plan()
    cost.make_rule_use(plan.focus_areas.get())
    call_command("allocate", plan.slug, "--year", "2030")
    assert f"Avvikelse: {plan.focus_areas.get()} efter 30:70" in capsys.readouterr().out

"""What goes with a budget line or an area that is removed, and what keeps it."""

import pytest

from budgets.models import RuleUse
from plans.deletion import delete_row, restore
from plans.editing import EditRefused
from plans.places import area_of, plan_of
from skane_digi.workspace.removal import DELETION
from tests import cost_factories as cost
from tests import factories as make

pytestmark = pytest.mark.django_db


@pytest.fixture
def area():
    return make.make_complete_area(make.make_plan())


def delete(row):
    return delete_row(row, declaration=DELETION, by=None)


def test_a_lines_deviation_goes_with_the_line_and_comes_back_with_it(area):
    line = make.make_line(area)
    use = cost.make_rule_use(line)
    before = RuleUse.objects.values().get()
    entry = delete(line)
    assert not RuleUse.objects.exists()
    restore(entry, by=None)
    assert RuleUse.objects.values().get() == before
    assert RuleUse.objects.get().budget_line == use.budget_line


def test_an_area_takes_its_own_deviations_and_those_of_its_lines(area):
    cost.make_rule_use(area)
    cost.make_rule_use(make.make_line(area))
    other = cost.make_rule_use(make.make_area(area.plan))
    entry = delete(area)
    assert list(RuleUse.objects.all()) == [other]
    restore(entry, by=None)
    assert RuleUse.objects.of_plan(area.plan).count() == 3


def test_a_rule_that_an_area_is_shared_by_stays_when_the_area_goes(area):
    rule = cost.make_rule_use(area).rule
    delete(area)
    rule.refresh_from_db()
    assert rule.party_weights.count() == 2


def test_a_line_that_a_grant_pays_for_stays_and_so_does_its_area(area):
    funding = cost.make_grant_funding(make.make_line(area, 100, form="annan"))
    for row in (funding.budget_line, area):
        with pytest.raises(EditRefused, match="Ett statsbidrag betalar budgetposten"):
            delete(row)
    assert area.budget_lines.count() == 1
    funding.delete()
    delete(area)


def test_what_belongs_to_a_plan_is_found_there_and_a_grant_belongs_to_none(area):
    plan = area.plan
    make.make_members(plan.collaboration)
    cost.make_cost_rows(plan)
    basis = plan.years.get().cost_basis
    choice = basis.figure_choices.get()
    line = area.budget_lines.get(label="Bidrag")
    funding = line.grant_fundings.get()
    uses = list(RuleUse.objects.of_plan(plan))
    assert len(uses) == 2
    for row in (basis, choice, funding, *uses, plan.scenarios.get()):
        assert plan_of(row) == plan, row
    assert [area_of(row) for row in (funding, *uses)] == [area] * 3
    assert (area_of(basis), area_of(choice)) == (None, None)
    share = funding.share
    agreement = share.grant_amount.area.agreement
    of_grant = [agreement, *agreement.areas.all(), share.grant_amount, share, *agreement.conditions.all()]
    for row in (*of_grant, *agreement.duties.all(), uses[0].rule, *uses[0].rule.limits.all(), basis.figure_set):
        assert plan_of(row) is None, row

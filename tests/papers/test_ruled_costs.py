"""What the papers say of a year that is shared by more than one rule."""

import datetime

import pytest

from budgets.frozen_shares import frozen_years
from plans.models import Organisation
from skane_digi.papers.costs import costs_of
from tests import factories as make
from tests.cost_factories import LEFT_OUT, make_rule, make_rule_use

pytestmark = pytest.mark.django_db


@pytest.fixture
def years():
    plan = make.make_shared_plan(1200, 1000)
    rule = make_rule(
        {"region": 30, "kommuner": 70}, collaboration=plan.collaboration, name="30:70", limits={"9102": LEFT_OUT}
    )
    make_rule_use(plan.focus_areas.last(), rule, valid_from=datetime.date(2030, 1, 1))
    return frozen_years(plan)


def test_each_rule_and_its_share_is_a_paragraph_of_its_own(years):
    (cost,) = costs_of(years, Organisation.objects.get(code="9101"))
    assert cost.sentences == ("Den gemensamma kostnaden 2030 är 2\u202f200\u00a0kr enligt budgetposterna.",)
    _, deviation, first, second, together = cost.calculations
    assert "fördelas i stället så här" in deviation
    assert first.startswith("Så blir andelen för Alby kommun: Enligt regeln")
    assert "30 av 100" in second or "70 av 100" in second
    assert together.startswith("Tillsammans ")


def test_one_that_a_rule_leaves_out_is_told_so(years):
    (cost,) = costs_of(years, Organisation.objects.get(code="9102"))
    assert any("ingår inte i regeln ”30:70”" in said for said in cost.calculations)

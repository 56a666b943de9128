"""When a revision costs more: by what the organisations were told, whether by the lines or by a printed total."""

from decimal import Decimal
from types import SimpleNamespace

import pytest

from budgets.cost_tables import LINES, PRINTED
from budgets.frozen_shares import FrozenYear, frozen_years, to_json
from budgets.models import BudgetLine
from plans.log import canonical
from skane_digi.workflows import increases
from tests import factories as make
from tests.cost_factories import make_rule_use


def version(**totals: int) -> SimpleNamespace:
    years = [FrozenYear(2030, basis, Decimal(total), "kr") for basis, total in totals.items()]
    return SimpleNamespace(allocation=canonical(to_json(years)))


def test_only_a_larger_sum_is_an_increase():
    before = version(**{LINES: 1000})
    assert not increases(before, version(**{LINES: 1000}))
    assert not increases(before, version(**{LINES: 999}))
    (grown,) = increases(before, version(**{LINES: 1001}))
    assert " ".join(grown.split()) == "Den gemensamma kostnaden 2030 ökar från 1 000 kr till 1 001 kr."


def test_a_year_that_is_new_is_an_increase():
    assert increases(version(), version(**{LINES: 1}))


def test_what_was_printed_smaller_than_the_lines_is_what_the_organisations_approved():
    """Their papers asked them for a share of the printed total: the lines' larger sum is more than that."""
    printed_less = version(**{LINES: 1000, PRINTED: 800})
    assert increases(printed_less, version(**{LINES: 1000}))
    assert not increases(printed_less, version(**{LINES: 800}))


def test_what_was_printed_larger_gives_no_room_beyond_the_lines():
    assert increases(version(**{LINES: 1000, PRINTED: 1200}), version(**{LINES: 1100}))


@pytest.mark.django_db
def test_a_rule_that_moves_cost_to_others_goes_back_to_all_though_the_sum_is_the_same():
    plan = make.make_shared_plan(1000, 500)
    before = frozen(plan)
    assert not increases(before, frozen(plan))
    BudgetLine.objects.filter(focus_area__plan=plan, amount=500).update(amount=400)
    assert not increases(before, frozen(plan)), "everyone pays less"
    BudgetLine.objects.filter(focus_area__plan=plan, amount=400).update(amount=500)
    make_rule_use(plan.focus_areas.first())
    (raised,) = increases(before, frozen(plan))
    assert raised == "Andelen 2030 ökar för 3 huvudmän."


@pytest.mark.django_db
def test_a_share_that_is_an_ore_larger_by_rounding_alone_raises_nobody():
    plan = make.make_shared_plan("1000.01", "500.01")
    before = frozen(plan)
    for line in BudgetLine.objects.filter(focus_area__plan=plan):
        line.amount += Decimal("0.01") if line.amount < 1000 else Decimal("-0.01")
        line.save()
    assert not increases(before, frozen(plan))


def frozen(plan) -> SimpleNamespace:
    return SimpleNamespace(allocation=canonical(to_json(frozen_years(plan))))

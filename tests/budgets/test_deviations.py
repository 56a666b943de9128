"""A year whose lines are shared by different rules: what holds where, what is refused, and what is frozen of it."""

import datetime
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from budgets.allocation import AllocationError
from budgets.frozen_shares import LINES, PRINTED, check_frozen, from_json, frozen_years, to_json
from budgets.models import (
    AllocationKey,
    BudgetLine,
    FigureChoice,
    KeyComponent,
    KeyFigure,
    KeyFigureSet,
    PartyWeight,
    RuleLimit,
    RuleUse,
)
from budgets.shares import load_year, load_years, share_year
from plans.models import FocusArea, Plan
from tests import factories as make

pytestmark = pytest.mark.django_db

MUNICIPALITIES = ("9101", "9102", "9103")
DECISION = {
    "reason": "Kommunerna använder tjänsten mest.",
    "decided_on": datetime.date(2029, 5, 2),
    "decided_by": "SGD",
}


def use(rule, *, area=None, line=None, valid_from: int = 2030, valid_to: int | None = None) -> RuleUse:
    return RuleUse.objects.create(
        rule=rule,
        focus_area=area,
        budget_line=line,
        valid_from=datetime.date(valid_from, 1, 1),
        valid_to=None if valid_to is None else datetime.date(valid_to, 12, 31),
        **DECISION,
    )


def equal_key() -> AllocationKey:
    return AllocationKey.objects.create(slug="lika", name="Lika delar", unit="organisation", kind="equal")


def measure(slug: str, values: dict[str, int], on: datetime.date = datetime.date(2029, 6, 30)) -> KeyFigureSet:
    key, _ = AllocationKey.objects.get_or_create(slug=slug, defaults={"name": slug.capitalize(), "unit": "st"})
    figures = KeyFigureSet.objects.create(
        allocation_key=key, region_code="91", region_name="Provlän", reference_date=on, source="Prov"
    )
    for code, value in values.items():
        KeyFigure.objects.create(figure_set=figures, organisation=make.make_organisation(code), value=value)
    return figures


def areas(plan: Plan) -> list[FocusArea]:
    return list(plan.focus_areas.order_by("position", "pk"))


def shared(plan: Plan):
    return share_year(load_year(plan, 2030))


def cells(one, place: int) -> dict[str, Decimal]:
    line = one.lines[place]
    return {member.code: one.cell_amount(line, member.code) for member in one.members}


def test_an_area_has_a_rule_of_its_own():
    """Issue 5: a rule is attached to a collaboration (default), an area or a line."""
    plan = make.make_shared_plan(1200, 1000)
    use(make.make_rule({"region": 30, "kommuner": 70}), area=areas(plan)[1])
    found = shared(plan)
    assert cells(found, 0) == {"91": 600, "9101": 100, "9102": 200, "9103": 300}
    assert cells(found, 1)["91"] == 300
    assert found.amount("91") == 900
    assert sum(found.amount(member.code) for member in found.members) == 2200


def test_a_line_goes_before_its_area():
    plan = make.make_shared_plan(1000)
    area = areas(plan)[0]
    use(make.make_rule({"region": 30, "kommuner": 70}), area=area)
    use(make.make_rule({"region": 100, "kommuner": 0}), line=BudgetLine.objects.get(focus_area=area))
    assert shared(plan).amount("91") == 1000


def test_a_deviation_holds_for_the_years_of_its_dates():
    plan = make.make_shared_plan(1000, years=(2030, 2031))
    area = areas(plan)[0]
    make.make_line(area, 1000, year=2031)
    make.make_cost_basis(plan, 2031, figure_set=plan.years.get(year=2030).cost_basis.figure_set)
    use(make.make_rule({"region": 30, "kommuner": 70}), area=area, valid_from=2031, valid_to=2031)
    assert share_year(load_year(plan, 2030)).amount("91") == 500
    assert share_year(load_year(plan, 2031)).amount("91") == 300


def test_of_two_that_hold_the_later_decides():
    plan = make.make_shared_plan(1000)
    area = areas(plan)[0]
    use(make.make_rule({"region": 20, "kommuner": 80}), area=area, valid_from=2030)
    use(make.make_rule({"region": 30, "kommuner": 70}), area=area, valid_from=2029)
    assert shared(plan).amount("91") == 200


def test_a_party_has_a_key_of_its_own():
    plan = make.make_shared_plan(1200)
    rule = make.make_rule()
    PartyWeight.objects.filter(rule=rule, party__slug="kommuner").update(allocation_key=equal_key())
    use(rule, area=areas(plan)[0])
    assert cells(shared(plan), 0) == {"91": 600, "9101": 200, "9102": 200, "9103": 200}


def test_a_base_amount_a_rebate_a_cap_and_one_left_out():
    plan = make.make_shared_plan(1200)
    rule = make.make_rule(base_amount=Decimal(50))
    use(rule, area=areas(plan)[0])
    assert cells(shared(plan), 0) == {"91": 600, "9101": 125, "9102": 200, "9103": 275}  # 50 + 450 × 1/6, 2/6, 3/6
    limit = RuleLimit.objects.create(rule=rule, organisation=make.make_organisation("9101"), is_left_out=True)
    assert cells(shared(plan), 0) == {"91": 600, "9101": 0, "9102": 250, "9103": 350}  # 50 + 500 × 2/5, 3/5
    limit.is_left_out, limit.cap = False, Decimal(25)
    limit.save()
    assert cells(shared(plan), 0)["9101"] == 25
    limit.delete()
    type(rule).objects.update(base_amount=None, rebate_above=20, rebate_percent=50)
    assert cells(shared(plan), 0) == {
        "91": 600,
        "9101": Decimal("109.09"),  # 600 × 10 / 55
        "9102": Decimal("218.18"),
        "9103": Decimal("272.73"),  # 20 + 10 / 2 = 25
    }


def test_a_base_amount_is_paid_once_a_year_however_many_lines_it_is_for():
    plan = make.make_shared_plan(600, 600)
    rule = make.make_rule(base_amount=Decimal(50))
    for area in areas(plan):
        use(rule, area=area)
    assert shared(plan).amount("9101") == 125
    assert cells(shared(plan), 0)["9101"] == Decimal("62.50")


def test_whole_kronor():
    plan = make.make_shared_plan(1000)
    use(make.make_rule(rounding="kr"), area=areas(plan)[0])
    assert all(amount == int(amount) for amount in cells(shared(plan), 0).values())
    assert sum(cells(shared(plan), 0).values()) == 1000


def test_a_measure_needs_a_chosen_day_and_names_the_key():
    plan = make.make_shared_plan(1200)
    nurses = measure("sjuksköterskor", {"9101": 3, "9102": 3, "9103": 6})
    use(make.make_rule(allocation_key=nurses.allocation_key), area=areas(plan)[0])
    with pytest.raises(AllocationError, match="Nyckeln Sjuksköterskor saknar vald dag för 2030"):
        shared(plan)
    FigureChoice.objects.create(
        cost_basis=plan.years.get().cost_basis, allocation_key=nurses.allocation_key, figure_set=nurses
    )
    assert cells(shared(plan), 0) == {"91": 600, "9101": 150, "9102": 150, "9103": 300}


def test_a_missing_value_is_a_named_fault_and_not_a_zero():
    plan = make.make_shared_plan(1200)
    nurses = measure("sjuksköterskor", {"9101": 3, "9103": 6})
    use(make.make_rule(allocation_key=nurses.allocation_key), area=areas(plan)[0])
    FigureChoice.objects.create(
        cost_basis=plan.years.get().cost_basis, allocation_key=nurses.allocation_key, figure_set=nurses
    )
    with pytest.raises(AllocationError, match="Nyckeltalen Sjuksköterskor .* saknar värde för Björnå"):
        shared(plan)


def test_a_weighted_key_and_an_increase():
    plan = make.make_shared_plan(1200)
    basis = plan.years.get().cost_basis
    rural, sparse = (
        measure("landsbygd", {"9101": 4, "9102": 0, "9103": 2}),
        measure("glest", {"9101": 1, "9102": 1, "9103": 0}),
    )
    weighted = AllocationKey.objects.create(slug="vagd", name="Vägd landsbygd", unit="vägda invånare", kind="weighted")
    for figures, weight in ((rural, 1), (sparse, 4)):
        KeyComponent.objects.create(allocation_key=weighted, part=figures.allocation_key, weight=weight)
        FigureChoice.objects.create(cost_basis=basis, allocation_key=figures.allocation_key, figure_set=figures)
    rule_use = use(make.make_rule(allocation_key=weighted), area=areas(plan)[0])
    # 4 + 4, 0 + 4, 2 + 0 of 14
    assert cells(shared(plan), 0)["9103"] == Decimal("85.71")
    weeks = measure("veckor", {"9101": 10, "9102": 9, "9103": 30})
    before = measure("veckor", {"9101": 5, "9102": 10, "9103": 20}, on=datetime.date(2028, 6, 30))
    grown = AllocationKey.objects.create(
        slug="okning", name="Ökning", unit="veckor", kind="increase", measured_by=weeks.allocation_key
    )
    rule_use.rule = make.make_rule(allocation_key=grown)
    rule_use.save()
    choice = FigureChoice.objects.create(cost_basis=basis, allocation_key=weeks.allocation_key, figure_set=weeks)
    with pytest.raises(AllocationError, match="saknar dag att räkna ökningen från"):
        shared(plan)
    choice.earlier_set = before
    choice.save()
    assert cells(shared(plan), 0) == {"91": 600, "9101": 200, "9102": 0, "9103": 400}


def test_queries_do_not_grow_with_deviations(django_assert_max_num_queries):
    plan = make.make_shared_plan(*[1000] * 6)
    for number, area in enumerate(areas(plan)):
        use(make.make_rule({"region": number, "kommuner": 10}), area=area)
    with django_assert_max_num_queries(22):
        [share_year(basis) for basis in load_years([plan])]


class TestFrozen:
    def _plan(self) -> Plan:
        plan = make.make_shared_plan(1200, 1000)
        rule = make.make_rule({"region": 30, "kommuner": 70}, base_amount=Decimal(20), name="30:70 med grundbelopp")
        RuleLimit.objects.create(rule=rule, organisation=make.make_organisation("9102"), cap=Decimal(100))
        use(rule, area=areas(plan)[1])
        return plan

    def test_a_mixed_year_reads_back_and_can_be_worked_out_again(self):
        years = frozen_years(self._plan())
        assert from_json(to_json(years)) == years
        assert check_frozen(years) == ()
        assert [rule.name for rule in years[0].rules] == ["Lika mellan parterna", "30:70 med grundbelopp"]
        assert years[0].rule_of(years[0].lines[1]).base == 20

    def test_each_rule_is_explained_in_a_paragraph_of_its_own_and_then_summed(self):
        (year,) = frozen_years(self._plan())
        first, second, last = year.member("9101").calculation.split("\n\n")
        assert first.startswith("Enligt regeln ”Lika mellan parterna”")
        assert second.startswith("Enligt regeln ”30:70 med grundbelopp”")
        assert last.startswith("Tillsammans ")

    def test_it_says_who_allowed_the_deviation(self):
        (year,) = frozen_years(self._plan())
        assert "Beslut: SGD 2029-05-02." in year.lines[1].decision
        own, deviation = year.rule_text.split("\n\n")
        assert "fördelas i stället så här" not in own
        assert "fördelas i stället så här" in deviation

    def test_its_name_says_that_not_every_line_goes_by_the_rule(self):
        (year,) = frozen_years(self._plan())
        assert year.rule_name == "Lika mellan parterna, utom en post med en annan regel"

    def test_a_plain_year_keeps_no_rules_beside_its_members(self):
        (year,) = frozen_years(make.make_shared_plan(1200))
        assert (year.rules, year.figures, year.lines[0].rule) == ((), (), "")

    @pytest.mark.parametrize("change", ["base", "caps", "parties", "members"])
    def test_a_changed_rule_is_found(self, change):
        (year,) = frozen_years(self._plan())
        own, other = year.rules
        changed = {
            "base": {"base": Decimal(21)},
            "caps": {"caps": ()},
            "parties": {"parties": tuple(replace(party, weight=50) for party in other.parties)},
            "members": {"members": tuple(replace(one, weight=one.weight + 1) for one in other.members)},
        }[change]
        assert check_frozen((replace(year, rules=(own, replace(other, **changed))),))

    def test_a_printed_total_is_shared_by_the_years_own_rule(self):
        plan = self._plan()
        make.make_printed(plan, "year_total", 3000)
        years = frozen_years(plan)
        assert [year.basis for year in years] == [LINES, PRINTED]
        assert years[1].member("91").amount == 1500
        assert check_frozen(years) == ()


class TestMixedRules(TestCase):
    @settings(max_examples=25)
    @given(
        amounts=st.lists(st.integers(0, 10**7), min_size=1, max_size=4),
        rules=st.lists(
            st.tuples(st.integers(1, 9), st.integers(1, 9), st.integers(0, 5000), st.booleans()), max_size=4
        ),
    )
    def test_every_year_closes_in_both_directions(self, amounts, rules):
        plan = make.make_shared_plan(*[Decimal(amount) for amount in amounts])
        for area, (region, others, base, in_kronor) in zip(areas(plan), rules, strict=False):
            rule = make.make_rule(
                {"region": region, "kommuner": others}, base_amount=Decimal(base), rounding="kr" if in_kronor else "ore"
            )
            use(rule, area=area)
        found = shared(plan)
        for line in found.lines:
            assert sum(found.cell_amount(line, member.code) for member in found.members) == line.amount
        for member in found.members:
            row = [found.cell_amount(line, member.code) for line in found.lines]
            assert sum(row) == found.amount(member.code)
            assert all(amount >= 0 for amount in row)
        assert check_frozen(frozen_years(plan)) == ()

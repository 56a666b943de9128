"""What changes do to a year and to what each organisation pays."""

import datetime
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from budgets.frozen_shares import frozen_years
from budgets.frozen_shares import to_json as frozen_to_json
from budgets.models import KeyFigure, RuleUse
from budgets.scenario_effect import Against, available, effect, effect_of
from budgets.scenario_text import changes_from, texts_of
from budgets.scenario_words import Names, in_words
from budgets.scenarios import (
    AddedLine,
    ChangedAmount,
    Changes,
    DroppedLine,
    Joining,
    OtherDay,
    OtherRule,
    ScenarioRefused,
    apply_changes,
    changes_of,
    to_json,
)
from budgets.shares import share_year
from budgets.year_basis import load_year
from plans.dataclass_json import UnreadableJson
from plans.log import canonical
from plans.models import DecisionRound, Plan
from tests import decision_factories as decide
from tests import factories as make

pytestmark = pytest.mark.django_db

DAY = datetime.date(2029, 12, 31)
LATER = datetime.date(2030, 6, 30)


def line_of(plan: Plan, place: int = 0):
    return plan.focus_areas.order_by("position")[place].budget_lines.get(year=2030)


def amounts(one) -> dict[str, Decimal]:
    return {member.code: member.change.after for member in one.members}


def sums_hold(one) -> None:
    """What holds of every effect: the members' amounts and changes are those of the whole, line by line too."""
    assert sum(member.change.after for member in one.members) == one.total.after
    if one.comparison:
        assert sum(member.change.before for member in one.members) == one.total.before
        assert sum(member.change.difference for member in one.members) == one.total.difference
    for member in one.members:
        cells = one.cells(member.code)
        assert sum((cell.after or Decimal(0)) for cell in cells) == member.change.after
        if one.has_lines_before:
            assert sum((cell.before or Decimal(0)) for cell in cells) == member.change.before


def test_an_empty_scenario_changes_nothing():
    plan = make.make_shared_plan(1000, 501)
    basis = load_year(plan, 2030)
    assert apply_changes(basis, Changes()) is basis
    found = effect(plan, 2030, Changes())
    assert {member.change.difference for member in found.members} == {Decimal(0)}
    assert found.paying_more == found.paying_less == ()
    sums_hold(found)


def test_another_amount_is_shared_and_compared_with_the_draft():
    """Half is the region's; 10, 20 and 30 of 60 inhabitants share the other half."""
    plan = make.make_shared_plan(1200, 600)
    changes = Changes(amounts=(ChangedAmount(line_of(plan).key, Decimal(1800)),))
    found = effect(plan, 2030, changes)
    assert amounts(found) == {"91": 1200, "9101": 200, "9102": 400, "9103": 600}
    assert found.member("9103").change.difference == Decimal(150)
    assert found.member("9103").change.percent == Decimal("33.33")
    assert found.words == "Jämfört med utkastet som det är nu."
    assert [line.difference for line in found.lines()] == [600, 0]
    sums_hold(found)


def test_a_line_is_dropped_and_another_added_after_its_area():
    plan = make.make_shared_plan(1200, 600)
    first = plan.focus_areas.order_by("position")[0]
    changes = Changes(
        dropped=(DroppedLine(line_of(plan, 1).key),), added=(AddedLine(first.slug, "Ny del", Decimal(240)),)
    )
    found = effect(plan, 2030, changes)
    assert [(line.key, line.label) for line in found.shared.lines] == [(line_of(plan).key, ""), ("ny.1", "Ny del")]
    assert found.total.difference == Decimal(-360)
    assert [(line.before, line.after) for line in found.lines()] == [(1200, 1200), (None, 240), (600, None)]
    sums_hold(found)


def test_the_figures_of_another_day():
    plan = make.make_shared_plan(1200)
    make.make_figure_set({"9101": 30, "9102": 20, "9103": 10}, on=LATER)
    found = effect(plan, 2030, Changes(figures=(OtherDay("provtal", "91", LATER),)))
    assert amounts(found) == {"91": 600, "9101": 300, "9102": 200, "9103": 100}
    sums_hold(found)


def test_another_rule_for_the_year():
    plan = make.make_shared_plan(1000)
    rule = make.make_rule({"region": 30, "kommuner": 70}, slug="tung")
    found = effect(plan, 2030, Changes(rule=rule.slug))
    assert amounts(found)["91"] == 300
    sums_hold(found)


def test_another_rule_for_an_area_or_a_line():
    """A line's own rule goes before its area's, and what is tried before what holds."""
    plan = make.make_shared_plan(1000, 1000)
    first, second = plan.focus_areas.order_by("position")
    make.make_rule({"region": 30, "kommuner": 70}, slug="tung")
    make.make_rule({"region": 90, "kommuner": 10}, slug="regionens")
    key = line_of(plan).key
    rules = (OtherRule("tung", area=first.slug), OtherRule("regionens", area=second.slug))
    basis = apply_changes(load_year(plan, 2030), Changes(rules=rules))
    assert {deviation.rule.slug for deviation in basis.deviations.values()} == {"tung", "regionens"}
    both = Changes(rules=(*rules, OtherRule("regionens", line=key)))
    assert apply_changes(load_year(plan, 2030), both).deviations[key].rule.slug == "regionens"
    assert amounts(effect(plan, 2030, Changes(rules=rules)))["91"] == 300 + 900
    sums_hold(effect(plan, 2030, both))


def test_a_new_line_follows_its_areas_deviation_unless_it_has_a_rule_of_its_own():
    plan = make.make_shared_plan(1000)
    area = plan.focus_areas.get()
    held = make.make_rule({"region": 30, "kommuner": 70}, slug="tung")
    make.make_rule({"region": 90, "kommuner": 10}, slug="regionens")
    decision = {"reason": "Skäl.", "decided_on": DAY, "decided_by": "SGD", "valid_from": datetime.date(2030, 1, 1)}
    RuleUse.objects.create(rule=held, focus_area=area, **decision)
    added = (AddedLine(area.slug, "Ett", Decimal(10)), AddedLine(area.slug, "Två", Decimal(10), rule="regionens"))
    basis = apply_changes(load_year(plan, 2030), Changes(added=added))
    assert basis.deviations["ny.1"].rule.slug == "tung"
    assert basis.deviations["ny.2"].rule.slug == "regionens"


def test_a_line_with_a_deviation_of_its_own_keeps_it_when_its_area_gets_another_rule():
    plan = make.make_shared_plan(1000)
    area, line = plan.focus_areas.get(), line_of(plan)
    held = make.make_rule({"region": 30, "kommuner": 70}, slug="tung")
    make.make_rule({"region": 90, "kommuner": 10}, slug="regionens")
    decision = {"reason": "Skäl.", "decided_on": DAY, "decided_by": "SGD", "valid_from": datetime.date(2030, 1, 1)}
    RuleUse.objects.create(rule=held, budget_line=line, **decision)
    basis = apply_changes(load_year(plan, 2030), Changes(rules=(OtherRule("regionens", area=area.slug),)))
    assert basis.deviations[line.key].rule.slug == "tung"


def test_a_member_leaves_and_the_others_carry_its_part():
    plan = make.make_shared_plan(1200)
    found = effect(plan, 2030, Changes(leaving=("9103",)))
    assert amounts(found) == {"91": 600, "9101": 200, "9102": 400, "9103": 0}
    assert found.member("9103").leaves
    assert found.total.difference == 0
    sums_hold(found)


def test_one_from_outside_joins_by_its_figures_of_the_same_day():
    """An organisation in another region has its figures in that region's set."""
    plan = make.make_shared_plan(1200)
    make.make_organisation("9201", "Utby")
    make.make_figure_set({"9201": 60}, region_code="92")
    found = effect(plan, 2030, Changes(joining=(Joining("9201", "kommuner"),)))
    assert amounts(found) == {"91": 600, "9101": 50, "9102": 100, "9103": 150, "9201": 300}
    assert found.member("9201").joins
    sums_hold(found)


def test_two_regions_share_by_what_their_municipalities_are_together():
    plan = make.make_shared_plan(1200)
    make.make_organisation("92", "Region Ut")
    make.make_organisation("9201", "Utby")
    make.make_figure_set({"9201": 20}, region_code="92")
    found = effect(plan, 2030, Changes(joining=(Joining("92", "region"),)))
    assert (amounts(found)["91"], amounts(found)["92"]) == (450, 150)
    sums_hold(found)


def test_everything_that_is_no_more_is_named_at_once():
    plan = make.make_shared_plan(1000)
    changes = Changes(
        amounts=(ChangedAmount("borta", Decimal(1), "Journal: Drift"),),
        dropped=(DroppedLine("okand"),),
        added=(AddedLine("ingenstans", "Del", Decimal(1)),),
        figures=(OtherDay("provtal", "91", LATER),),
        rule="slopad",
        rules=(OtherRule("tung", line="borta", name="Journal: Drift"),),
        joining=(Joining("9999", "kommuner"), Joining("9101", "kommuner"), Joining("9104", "styrelsen")),
        leaving=("9999",),
    )
    make.make_organisation("9104")
    with pytest.raises(ScenarioRefused) as refused:
        apply_changes(load_year(plan, 2030), changes)
    said = refused.value.reasons
    assert "Posten ”Journal: Drift” finns inte längre bland posterna som fördelas 2030." in said
    assert "Posten okand finns inte längre bland posterna som fördelas 2030." in said
    assert "Kostnadsregeln ”slopad” finns inte längre." in said
    assert "Alby är redan medlem 2030." in said
    assert len(said) == 11


def test_a_new_line_cannot_take_the_name_of_one_that_is_there():
    plan = make.make_shared_plan(1000)
    area = plan.focus_areas.get()
    with pytest.raises(ScenarioRefused, match="har redan en post"):
        apply_changes(load_year(plan, 2030), Changes(added=(AddedLine(area.slug, "", Decimal(1)),)))


def test_an_amount_below_zero_is_refused():
    plan = make.make_shared_plan(1000)
    with pytest.raises(ScenarioRefused, match="mindre än noll"):
        apply_changes(load_year(plan, 2030), Changes(amounts=(ChangedAmount(line_of(plan).key, Decimal(-1)),)))


def adopted(plan: Plan) -> None:
    """Freeze the plan as it is in a version that stands."""
    text = canonical(frozen_to_json(frozen_years(plan)))
    decide.make_version(plan, status=Plan.Status.ADOPTED, state=DecisionRound.State.ADOPTED, allocation=text)


class TestComparison:
    def test_what_is_frozen_goes_before_a_draft_that_is_being_revised(self):
        plan = make.make_shared_plan(1200)
        adopted(plan)
        Plan.objects.filter(pk=plan.pk).update(status=Plan.Status.DRAFT)
        line = line_of(plan)
        type(line).objects.filter(pk=line.pk).update(amount=2400)
        plan.refresh_from_db()
        found = effect(plan, 2030, Changes())
        assert found.words == f"Jämfört med vad som är beslutat för 2030: {plan.title}, version 1."
        assert found.member("91").change.difference == Decimal(600)
        assert effect(plan, 2030, Changes(), against=Against.DRAFT).member("91").change.difference == 0
        assert available(found.basis) == (Against.DECIDED, Against.DRAFT)
        sums_hold(found)

    def test_a_plan_decided_on_paper_is_compared_with_itself(self):
        plan = make.make_shared_plan(1200, status=Plan.Status.ADOPTED)
        found = effect(plan, 2030, Changes(leaving=("9101",)))
        assert found.words == f"Jämfört med vad som är beslutat för 2030: {plan.title}."
        sums_hold(found)

    def test_a_new_year_without_money_is_compared_with_the_last_decided_year(self):
        before = make.make_shared_plan(1200, status=Plan.Status.ADOPTED)
        plan = make.make_plan(years=(2031,))
        area = make.make_complete_area(plan)
        make.make_cost_basis(plan, 2031)
        found = effect(plan, 2031, Changes(added=(AddedLine(area.slug, "", Decimal(2400)),)))
        assert found.words == f"Jämfört med det senaste beslutade året, 2030: {before.title}."
        assert found.member("91").change.before == 600
        assert found.total.percent == 100
        assert not found.has_lines_before
        sums_hold(found)

    def test_without_anything_before_it_says_so(self):
        plan = make.make_plan(years=(2031,))
        area = make.make_complete_area(plan)
        make.make_cost_basis(plan, 2031)
        found = effect(plan, 2031, Changes(added=(AddedLine(area.slug, "", Decimal(2400)),)))
        assert found.words == "Det finns inget beslutat att jämföra med."
        assert found.total.difference is None
        sums_hold(found)


class TestWriting:
    def test_changes_are_json_and_read_back(self):
        changes = every_kind("nyckel", "omrade")
        assert changes_of(to_json(changes)) == changes
        assert to_json(Changes()) == {}
        assert changes_of({}) == Changes()

    def test_what_is_not_changes_is_refused(self):
        with pytest.raises(UnreadableJson):
            changes_of({"belopp": []})
        with pytest.raises(UnreadableJson):
            changes_of({"amounts": [{"key": "a", "amount": 1.5, "name": ""}]})

    def test_an_address_says_the_same(self):
        plan = make.make_shared_plan(1000)
        basis = load_year(plan, 2030)
        changes = every_kind(line_of(plan).key, plan.focus_areas.get().slug)
        texts: dict[str, list[str]] = {}
        for kind, text in texts_of(changes):
            texts.setdefault(kind, []).append(text)
        read = changes_from(basis, texts)
        assert texts_of(read) == texts_of(changes)
        assert read.added == changes.added

    @pytest.mark.parametrize(
        ("kind", "text"),
        [
            ("belopp", "nyckel"),
            ("belopp", "nyckel="),
            ("belopp", "nyckel=mycket"),
            ("ny", "omrade"),
            ("dag", "folkmangd"),
            ("dag", "folkmangd@igår"),
            ("regler", "omrade"),
            ("med", "1380"),
        ],
    )
    def test_what_cannot_be_read_is_named(self, kind, text):
        with pytest.raises(ScenarioRefused):
            changes_from(load_year(make.make_shared_plan(1000), 2030), {kind: [text]})

    def test_every_change_is_told_in_words(self):
        plan = make.make_shared_plan(1000)
        area = plan.focus_areas.get()
        make.make_rule(slug="tung", name="Tung regel")
        changes = every_kind(line_of(plan).key, area.slug)
        found = in_words(load_year(plan, 2030), changes, Names.of(plan, [changes]))
        assert [text.replace("\N{NARROW NO-BREAK SPACE}", " ") for text in found.lines] == [
            f"{area.name}: 1 000 → 25,50\N{NO-BREAK SPACE}kr.",
            f"{area.name} tas bort (1 000\N{NO-BREAK SPACE}kr).",
            f"Ny post i {area.name}: Ny: del, 300\N{NO-BREAK SPACE}kr, som delas efter regeln Tung regel.",
        ]
        assert found.sharing == (
            "Folkmängd den 2030-06-30 i stället för 2029-12-31, ökningen räknad från 2029-12-31.",
            "Året delas efter regeln Tung regel i stället för Lika mellan parterna.",
            f"{area.name} delas efter regeln Tung regel.",
        )
        assert found.members == ("Alby kommun lämnar.", "Björnå kommun går med i parten Kommuner.")


def every_kind(key: str, area: str) -> Changes:
    return Changes(
        amounts=(ChangedAmount(key, Decimal("25.50")),),
        dropped=(DroppedLine(key),),
        added=(AddedLine(area, "Ny: del", Decimal(300), "tung"),),
        figures=(OtherDay("provtal", "91", LATER, DAY),),
        rule="tung",
        rules=(OtherRule("tung", area=area),),
        joining=(Joining("9102", "kommuner"),),
        leaving=("9101",),
    )


def test_queries_do_not_grow_with_the_changes(django_assert_num_queries, django_assert_max_num_queries):
    plan = make.make_shared_plan(*[1000] * 3)
    few = Changes(amounts=(ChangedAmount(line_of(plan).key, Decimal(1)),), leaving=("9101",))
    many = Changes(amounts=tuple(ChangedAmount(line_of(plan, n).key, Decimal(n)) for n in range(3)), leaving=("9101",))
    with django_assert_max_num_queries(40) as captured:
        effect(plan, 2030, few)
    with django_assert_num_queries(len(captured)):
        effect(plan, 2030, many)


class TestAnyChanges(TestCase):
    @settings(max_examples=25)
    @given(
        now=st.lists(st.integers(0, 10**8), min_size=1, max_size=3),
        wished=st.lists(st.integers(0, 10**8), min_size=3, max_size=3),
        dropped=st.sets(st.integers(0, 2)),
        added=st.lists(st.integers(0, 10**8), max_size=2),
        leaving=st.sets(st.sampled_from(["9101", "9102"])),
        population=st.integers(1, 10**6),
    )
    def test_sums_hold_whatever_is_changed(self, now, wished, dropped, added, leaving, population):
        """DESIGN section 5: exact, in whole öre, and the members' parts are the whole."""
        plan = make.make_shared_plan(*[Decimal(ore) / 100 for ore in now])
        figures = load_year(plan, 2030).figure_set
        KeyFigure.objects.filter(figure_set=figures, organisation__code="9103").update(value=population)
        lines = [line_of(plan, place) for place in range(len(now))]
        area = plan.focus_areas.order_by("position")[0]
        changes = Changes(
            amounts=tuple(
                ChangedAmount(line.key, Decimal(wished[place]) / 100)
                for place, line in enumerate(lines)
                if place not in dropped
            ),
            dropped=tuple(DroppedLine(line.key) for place, line in enumerate(lines) if place in dropped),
            added=tuple(AddedLine(area.slug, f"Del {n}", Decimal(ore) / 100) for n, ore in enumerate(added)),
            leaving=tuple(sorted(leaving)),
        )
        sums_hold(effect_of(load_year(plan, 2030), changes))
        again = share_year(apply_changes(load_year(plan, 2030), changes))
        assert amounts(effect(plan, 2030, changes))["9103"] == again.amount("9103")

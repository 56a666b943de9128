"""Where a rule holds: deviations with their decision and dates, and the days whose figures a year is shared by."""

import dataclasses
import datetime

import pytest

from budgets.models import BudgetLine, FigureChoice, KeyFigureSet, RuleUse
from budgets.rule_editing import RuleChangedMeanwhile, RuleRefused
from budgets.rule_use_editing import (
    UseTerms,
    change_use,
    choice_digest,
    choose_figures,
    end_use,
    remove_use,
    use_digest,
    use_rule,
)
from plans.deletion import restore
from plans.editing import EditRefused, PlanIsLocked
from plans.models import FocusArea, LogEntry, Plan
from tests import factories as make
from tests.cost_rules.conftest import colleague, composer, measure, use_terms  # noqa: F401 the same people

pytestmark = pytest.mark.django_db
DAY = datetime.date


@pytest.fixture
def plan(db) -> Plan:
    """Two areas to share 1200 and 1000 in 2030, and nothing yet in 2031."""
    return make.make_shared_plan(1200, 1000, years=(2030, 2031))


def area_of(plan: Plan) -> FocusArea:
    return plan.focus_areas.order_by("pk").first()


def test_an_area_gets_a_rule_of_its_own(plan, composer):  # noqa: F811
    terms = use_terms(reason="  Ett   skäl. ")
    use = use_rule(place=area_of(plan), terms=terms, by=composer)
    assert (use.rule, use.focus_area, use.reason) == (terms.rule, area_of(plan), "Ett skäl.")
    entry = LogEntry.objects.first()
    assert (entry.action, entry.plan_slug) == ("created", plan.slug)
    assert entry.after["rule"] == "Trettio sjuttio"


def test_a_line_gets_a_rule_of_its_own(plan, composer):  # noqa: F811
    line = BudgetLine.objects.filter(focus_area__plan=plan).first()
    use = use_rule(place=line, terms=use_terms(), by=composer)
    assert use.place == line


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"reason": " "}, "reason"),
        ({"decided_by": ""}, "decided_by"),
        ({"decided_on": None}, "decided_on"),
        ({"valid_from": None}, "valid_from"),
        ({"valid_to": DAY(2029, 12, 31)}, "valid_to"),
        ({"valid_from": DAY(2031, 1, 2)}, "valid_from"),
        ({"valid_from": DAY(2029, 1, 1), "valid_to": DAY(2029, 12, 31)}, "valid_from"),
    ],
)
def test_what_is_missing_or_never_holds_is_refused_at_its_field(fields, field, plan, composer):  # noqa: F811
    with pytest.raises(RuleRefused) as refusal:
        use_rule(place=area_of(plan), terms=use_terms(**fields), by=composer)
    assert refusal.value.field == field
    assert not RuleUse.objects.exists()


def test_a_lines_deviation_holds_in_the_lines_year(plan, composer):  # noqa: F811
    line = BudgetLine.objects.filter(focus_area__plan=plan).first()
    with pytest.raises(RuleRefused, match="2030-01-01"):
        use_rule(place=line, terms=use_terms(valid_from=DAY(2031, 1, 1)), by=composer)


def test_a_rule_holds_only_within_its_own_days(plan, composer):  # noqa: F811
    rule = make.make_rule(valid_from=DAY(2030, 1, 1), valid_to=DAY(2030, 12, 31))
    for dates, field in (
        ({"valid_from": DAY(2029, 12, 1)}, "valid_from"),
        ({"valid_to": None}, "valid_to"),
        ({"valid_to": DAY(2031, 1, 1)}, "valid_to"),
    ):
        with pytest.raises(RuleRefused) as refusal:
            use_rule(place=area_of(plan), terms=use_terms(rule, **dates), by=composer)
        assert refusal.value.field == field
    assert use_rule(place=area_of(plan), terms=use_terms(rule, valid_to=DAY(2030, 12, 31)), by=composer)


def test_two_deviations_of_a_place_do_not_overlap(plan, composer):  # noqa: F811
    first = use_rule(place=area_of(plan), terms=use_terms(valid_to=DAY(2030, 12, 31)), by=composer)
    for dates in ({}, {"valid_from": DAY(2030, 12, 31)}, {"valid_from": DAY(2029, 1, 1), "valid_to": DAY(2030, 1, 1)}):
        with pytest.raises(RuleRefused, match="har redan en avvikelse från 2030-01-01 till och med 2030-12-31"):
            use_rule(place=area_of(plan), terms=use_terms(**dates), by=composer)
    second = use_rule(place=area_of(plan), terms=use_terms(valid_from=DAY(2031, 1, 1)), by=composer)
    with pytest.raises(RuleRefused):
        change_use(use=first, terms=use_terms(first.rule), seen=use_digest(first), by=composer)
    other = plan.focus_areas.order_by("pk").last()
    assert use_rule(place=other, terms=use_terms(second.rule), by=composer), "another place is another thing"


def test_nothing_is_written_in_a_plan_that_has_been_sent(plan, composer):  # noqa: F811
    use = use_rule(place=area_of(plan), terms=use_terms(), by=composer)
    Plan.objects.filter(pk=plan.pk).update(status=Plan.Status.DECIDING)
    terms = use_terms(use.rule)
    key, figures = make.make_key(), KeyFigureSet.objects.get(region_code="91", allocation_key=make.make_key())
    for change in (
        lambda: use_rule(place=area_of(plan), terms=terms, by=composer),
        lambda: change_use(use=use, terms=terms, seen="", by=composer),
        lambda: end_use(use=use, valid_to=DAY(2030, 12, 31), by=composer),
        lambda: remove_use(use=use, by=composer),
        lambda: choose_figures(plan=plan, year=2030, allocation_key=key, figure_set=figures, seen="", by=composer),
    ):
        with pytest.raises(PlanIsLocked):
            change()


def test_a_deviation_is_changed_and_the_log_says_what(plan, composer):  # noqa: F811
    use = use_rule(place=area_of(plan), terms=use_terms(), by=composer)
    wished = use_terms(use.rule, reason="Annat skäl.")
    changed = change_use(use=use, terms=wished, seen=use_digest(use), by=composer)
    assert changed.reason == "Annat skäl."
    entry = LogEntry.objects.first()
    assert (entry.before, entry.after) == (
        {"reason": "Kommunerna använder tjänsten mest."},
        {"reason": "Annat skäl."},
    )


def test_a_colleagues_change_of_a_deviation_is_told(plan, composer, colleague):  # noqa: F811
    use = use_rule(place=area_of(plan), terms=use_terms(), by=composer)
    seen = use_digest(use)
    change_use(use=use, terms=use_terms(use.rule, reason="Kollegans."), seen=seen, by=colleague)
    with pytest.raises(RuleChangedMeanwhile, match="Karin Kollega") as collision:
        change_use(use=use, terms=use_terms(use.rule, reason="Mitt."), seen=seen, by=composer)
    assert collision.value.row.reason == "Kollegans."
    change_use(use=use, terms=use_terms(use.rule, reason="Mitt."), seen=collision.value.seen, by=composer)
    assert RuleUse.objects.get().reason == "Mitt."


def test_a_deviation_is_ended_from_a_day(plan, composer):  # noqa: F811
    use = use_rule(place=area_of(plan), terms=use_terms(), by=composer)
    with pytest.raises(RuleRefused, match="Ta bort den i stället"):
        end_use(use=use, valid_to=DAY(2029, 12, 31), by=composer)
    assert end_use(use=use, valid_to=DAY(2030, 12, 31), by=composer).valid_to == DAY(2030, 12, 31)
    assert LogEntry.objects.first().after == {"valid_to": "2030-12-31"}


@pytest.mark.parametrize("kind", ["area", "line"])
def test_a_removed_deviation_can_be_put_back(kind, plan, composer):  # noqa: F811
    place = area_of(plan) if kind == "area" else BudgetLine.objects.filter(focus_area__plan=plan).first()
    use = use_rule(place=place, terms=use_terms(), by=composer)
    entry = remove_use(use=use, by=composer)
    assert not RuleUse.objects.exists()
    assert restore(entry, by=composer) == RuleUse.objects.get() == use
    with pytest.raises(EditRefused):
        remove_use(use=RuleUse(pk=0, focus_area=area_of(plan)), by=composer)


def test_a_year_gets_the_figures_of_one_more_key(plan, composer):  # noqa: F811
    nurses = measure("sjukskoterskor", {"9101": 1, "9102": 2, "9103": 3})
    choose = {"plan": plan, "year": 2030, "allocation_key": nurses.allocation_key, "by": composer}
    choice = choose_figures(**choose, figure_set=nurses, seen=choice_digest(None))
    assert choice.figure_set == nurses
    later = measure("sjukskoterskor", {"9101": 1, "9102": 2, "9103": 4}, DAY(2029, 12, 31))
    with pytest.raises(RuleChangedMeanwhile):
        choose_figures(**choose, figure_set=later, seen=choice_digest(None))
    changed = choose_figures(**choose, figure_set=later, earlier_set=nurses, seen=choice_digest(choice))
    assert (changed.figure_set, changed.earlier_set) == (later, nurses)
    assert [entry.action for entry in LogEntry.objects.filter(subject="budgets.figurechoice")] == ["changed", "created"]
    assert choose_figures(**choose, figure_set=None, seen=choice_digest(changed)) is None
    assert not FigureChoice.objects.exists()


def test_figures_of_the_wrong_key_or_day_are_refused(plan, composer):  # noqa: F811
    nurses = measure("sjukskoterskor", {"9101": 1})
    later = measure("sjukskoterskor", {"9101": 1}, DAY(2029, 12, 31))
    people = KeyFigureSet.objects.get(region_code="91", allocation_key=make.make_key())
    choose = {"plan": plan, "year": 2030, "allocation_key": nurses.allocation_key, "seen": choice_digest(None)}
    for sets, field in (
        ((people, None), "figure_set"),
        ((later, people), "earlier_set"),
        ((nurses, later), "earlier_set"),
    ):
        with pytest.raises(RuleRefused) as refusal:
            choose_figures(**choose, figure_set=sets[0], earlier_set=sets[1], by=composer)
        assert refusal.value.field == field
    with pytest.raises(EditRefused, match="Välj först regel och nyckeltal för 2031"):
        choose_figures(**{**choose, "year": 2031}, figure_set=nurses, by=composer)


def test_the_terms_name_every_field_that_is_kept():
    names = {field.name for field in dataclasses.fields(UseTerms)}
    kept = {field.name for field in RuleUse._meta.concrete_fields}
    assert kept - names == {"id", "key", "focus_area", "budget_line"}

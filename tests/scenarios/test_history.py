"""What an organisation has paid over the years, and why it changed."""

import datetime
from decimal import Decimal

import pytest
from django.urls import reverse

from budgets.frozen_shares import frozen_years
from budgets.frozen_shares import to_json as frozen_to_json
from budgets.models import BudgetLine, KeyFigure
from budgets.organisation_history import organisation_history
from plans.log import canonical
from plans.models import DecisionRound, Organisation, Plan
from tests import decision_factories as decide
from tests import factories as make
from tests.scenarios.conftest import client_of, soup_of, words

pytestmark = pytest.mark.django_db
Status = Plan.Status


@pytest.fixture
def akarp(db) -> Organisation:
    make.make_members()
    return Organisation.objects.get(code="9103")


def plan_of(year: int, amount: int, population: dict[str, int], status: str = Status.ADOPTED) -> Plan:
    plan = make.make_plan(f"prov-{year}", years=(year,), status=status)
    make.make_line(make.make_complete_area(plan), amount, year=year)
    figures = make.make_figure_set(population, on=datetime.date(year - 1, 12, 31))
    rule = plan.collaboration.allocation_rules.first() or make.make_rule()
    make.make_cost_basis(plan, year, figure_set=figures, rule=rule)
    return plan


def frozen(plan: Plan) -> None:
    text = canonical(frozen_to_json(frozen_years(plan)))
    decide.make_version(plan, status=Status.ADOPTED, state=DecisionRound.State.ADOPTED, allocation=text)


def page_of(client, organisation: Organisation) -> str:
    return words(soup_of(client.get(reverse("scenarios:history", args=[organisation.slug]))).main)


OLD = {"9101": 10, "9102": 20, "9103": 30}
NEW = {"9101": 10, "9102": 10, "9103": 40}


def test_a_change_is_divided_into_population_and_budget(akarp):
    """1 200 kr by 30 of 60 is 300 kr; 2 400 kr by 40 of 60 is 800 kr, and by 30 of 60 it would have been 600 kr."""
    plan_of(2030, 1200, OLD)
    plan_of(2031, 2400, NEW)
    first, second = organisation_history(akarp)
    assert (first.amount, first.change) == (300, None)
    assert (second.amount, second.change, second.figures_part, second.rest) == (800, 500, 200, 300)
    assert second.only_budget
    assert second.before == 2030


def test_the_parts_are_the_change_to_the_ore(akarp):
    plan_of(2030, 1001, {"9101": 7, "9102": 11, "9103": 13})
    plan_of(2031, 997, {"9101": 17, "9102": 19, "9103": 3})
    for code in ("91", "9101", "9102", "9103"):
        year = organisation_history(Organisation.objects.get(code=code))[1]
        assert year.figures_part + year.rest == year.change


def test_another_rule_is_told_with_the_budgets_part(akarp):
    plan_of(2030, 1200, OLD)
    plan = plan_of(2031, 1200, OLD)
    basis = plan.years.get().cost_basis
    basis.rule = make.make_rule({"region": 30, "kommuner": 70})
    basis.save()
    year = organisation_history(akarp)[1]
    assert (year.figures_part, year.rest, year.only_budget) == (0, 120, False)


def test_figures_that_lack_a_member_are_told(akarp):
    plan_of(2030, 1200, OLD)
    plan_of(2031, 2400, NEW)
    KeyFigure.objects.filter(figure_set__reference_date=datetime.date(2029, 12, 31)).delete()
    assert len(organisation_history(akarp)) == 1


def test_a_frozen_version_goes_before_the_draft_that_revises_it(akarp, client):
    plan = plan_of(2030, 1200, OLD)
    frozen(plan)
    Plan.objects.filter(pk=plan.pk).update(status=Status.DRAFT)
    BudgetLine.objects.update(amount=2400)
    (year,) = organisation_history(akarp)
    assert (year.amount, year.version, year.is_draft) == (300, 1, False)
    both = organisation_history(akarp, lambda plan: True)
    assert [(one.amount, one.is_draft) for one in both] == [(300, False), (600, True)]
    assert "600,00" not in page_of(client, akarp)


def test_frozen_years_are_divided_where_the_basis_still_gives_them(akarp):
    frozen(plan_of(2030, 1200, OLD))
    frozen(plan_of(2031, 2400, NEW))
    assert [year.figures_part for year in organisation_history(akarp)] == [None, 200]
    KeyFigure.objects.filter(figure_set__reference_date=datetime.date(2030, 12, 31), organisation=akarp).update(value=1)
    year = organisation_history(akarp)[1]
    assert (year.amount, year.change, year.figures_part) == (800, 500, None)
    assert year.why_whole == "Underlaget har ändrats sedan planen frystes, så förändringen delas inte upp."


def test_drafts_are_for_those_who_may_see_them(akarp, client):
    plan_of(2030, 1200, OLD)
    plan_of(2031, 2400, NEW, status=Status.DRAFT)
    assert "2031" not in page_of(client, akarp)
    economist = make.make_user("ekonom@prov.example")
    make.make_role(economist, "economist")
    said = page_of(client_of(economist), akarp)
    assert "Handlingsplan prov-2031 , utkast" in said
    assert (
        "2031: 500,00 kr mer än 2030: 200,00 kr mer genom ändrad folkmängd och 300,00 kr mer genom ändrad budget."
        in said
    )


def test_a_change_is_counted_from_what_is_decided_never_from_a_draft(akarp):
    plan_of(2030, 1200, OLD)
    plan_of(2031, 9000, OLD, status=Status.DRAFT)
    plan_of(2032, 1800, OLD)
    years = organisation_history(akarp, lambda plan: True)
    assert [(year.year, year.before, year.change) for year in years] == [
        (2030, None, None),
        (2031, 2030, 1950),
        (2032, 2030, 150),
    ]


def test_a_plan_that_is_sent_but_not_decided_is_not_history(akarp, client):
    plan_of(2030, 1200, OLD)
    plan_of(2031, 2400, NEW, status=Status.DECIDING)
    assert "2031" not in page_of(client, akarp)


def test_one_without_decided_years_says_what_will_be_here(akarp, client):
    assert "Här visas organisationens kostnad år för år" in page_of(client, akarp)


def test_the_bars_are_in_scale(akarp, client):
    plan_of(2030, 1200, OLD)
    plan_of(2031, 2400, OLD)
    page = soup_of(client.get(reverse("scenarios:history", args=[akarp.slug])))
    assert [bar["width"] for bar in page.select("rect.bar")] == ["500", "1000"]


def test_queries_do_not_grow_with_the_years(akarp, django_assert_max_num_queries, django_assert_num_queries):
    for year in (2030, 2031):
        frozen(plan_of(year, 1200, OLD))
    with django_assert_max_num_queries(30) as captured:
        organisation_history(akarp)
    for year in (2032, 2033, 2034):
        frozen(plan_of(year, 1200, OLD))
    with django_assert_num_queries(len(captured)):
        assert len(organisation_history(akarp)) == 5


def test_nobody_pays_by_floats(akarp):
    plan_of(2030, 1200, OLD)
    assert all(isinstance(year.amount, Decimal) for year in organisation_history(akarp))

"""The document tree says what the database says."""

import dataclasses
import datetime
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from budgets.models import BudgetLine
from plans.models import Activity, Plan
from plans.richtext import plain_text
from skane_digi.documents.build import build_area, build_plan_document
from skane_digi.documents.richtext import to_html
from tests import factories


def words_of(rich) -> str:
    return " ".join(plain_text(to_html(rich)).split())


@pytest.mark.parametrize("slug", ["2024", "2022-2023"])
def test_every_text_of_the_database_is_in_the_tree_in_its_order(real_plans, slug):
    plan = Plan.objects.get(slug=slug)
    document = build_plan_document(plan)

    assert (document.title, document.subtitle, document.years_text) == (plan.title, plan.subtitle, plan.years_text)
    assert [section.heading for section in document.sections_before + document.sections_after] == [
        section.heading for section in plan.sections.order_by("-place", "position")
    ]
    for section in document.sections_before:
        assert words_of(section.text) == plain_text(plan.sections.get(slug=section.slug).text)
    rows = list(plan.focus_areas.order_by("position"))
    assert [area.title for area in document.areas] == [row.title for row in rows]
    for area, row in zip(document.areas, rows, strict=True):
        assert words_of(area.background) == plain_text(row.background)
        assert words_of(area.purpose) == plain_text(row.purpose)
        assert list(area.goals) == [goal.text for goal in row.goals.all()]
        assert [
            (period.heading, words_of(period.introduction), words_of(period.no_activities_reason))
            for period in area.periods
        ] == [
            (period.heading, plain_text(period.introduction), plain_text(period.no_activities_reason))
            for period in row.periods.all()
        ]
        for period, period_row in zip(area.periods, row.periods.all(), strict=True):
            top = Activity.objects.top_level().filter(period=period_row)
            assert [(node.text, list(node.sub_activities)) for node in period.activities] == [
                (activity.text, [part.text for part in activity.sub_activities.all()]) for activity in top
            ]
        assert [
            (line.year, line.funding_form, line.label, line.amount) for year in area.economy for line in year.lines
        ] == [
            (line.year, line.funding_form.name, line.label, line.amount)
            for line in BudgetLine.objects.filter(focus_area=row, year__in=plan.years.values("year"))
        ]
        assert [(year.year, words_of(year.text)) for year in area.economy if year.text] == [
            (statement.year, plain_text(statement.text)) for statement in row.budget_statements.all()
        ]
        assert [(entry.body, entry.on_behalf_of) for entry in area.responsible] == [
            (entry.body.name, entry.on_behalf_of.name if entry.on_behalf_of else "")
            for entry in row.responsibilities.all()
        ]
    assert [matter.name for matter in document.watched] == [matter.name for matter in plan.watched_matters.all()]


def test_the_2024_plan_keeps_what_is_printed_beside_what_is_computed(document_2024):
    assert [area.abbreviation for area in document_2024.areas] == ["NPÖ", "SDK", "", "", "", "", ""]
    year = document_2024.budget.year(2024)
    assert (year.total.computed, year.total.printed, year.total.disagrees) == (
        Decimal(1_750_000),
        Decimal(2_100_000),
        True,
    )
    (cost,) = document_2024.costs
    assert (cost.table.total, cost.by_printed.total) == (Decimal(1_750_000), Decimal(2_100_000))
    assert (cost.table.rate.computed, cost.table.rate.printed) == (Decimal("61.87"), Decimal("74.24"))
    assert (cost.population.computed, cost.population.printed) == (Decimal(1_414_324), Decimal(1_414_324))
    assert cost.total_text == "1\u202f750\u202f000,00"
    names = [row.name for row, _ in cost.rows]
    assert names[:2] == ["Region Skåne", "Bjuvs kommun"]
    assert names[-4:] == ["Åstorps kommun", "Ängelholms kommun", "Örkelljunga kommun", "Östra Göinge kommun"]
    assert len(names) == 34
    eslov = next(printed for row, printed in cost.rows if row.short_name == "Eslöv")
    assert eslov.amount == Decimal("25762.17")
    deviations = next(area for area in document_2024.areas if area.slug.startswith("avvikelse"))
    assert deviations.economy[0].year == 2024
    assert deviations.economy[0].printed_heading_disagrees
    assert [ended.sentence for ended in document_2024.ended_areas] == ["Säkra videomöten avslutas"]
    assert {area.origins[0].sentence for area in document_2024.areas} >= {
        "Nytt insatsområde",
        "Fortsätter från Handlingsplan 2022–2023",
        "Fortsätter från Handlingsplan 2022–2023, då under namnet Avvikelsehantering / Händelseanalys",
    }


def test_the_2022_2023_plan_shares_one_year_and_agrees_with_itself(document_2022_2023):
    (cost,) = document_2022_2023.costs
    assert (cost.year, cost.by_printed, cost.table.disagrees) == (2023, None, False)
    assert cost.population.computed == Decimal(1_400_973)
    mina_planer = next(area for area in document_2022_2023.areas if area.name == "Mina Planer")
    assert [line.amount for line in mina_planer.economy[1].lines if line.label] == [Decimal(600_000), Decimal(500_000)]


@pytest.mark.parametrize(
    ("status", "banner"),
    [
        ("draft", "UTKAST"),
        ("referral", "REMISS"),
        ("submitted", "FÖR BESLUT"),
        ("prepared", "FÖR BESLUT"),
        ("recommended", "FÖR BESLUT"),
        ("adopted", "BESLUTAD"),
        ("closed", "BESLUTAD"),
    ],
)
def test_the_cover_says_what_the_text_may_be_taken_for(db, status, banner):
    assert build_plan_document(factories.make_plan(status=status)).banner == banner


def test_the_tree_is_frozen_all_through(document_2024):
    def walk(node):
        if dataclasses.is_dataclass(node):
            assert node.__dataclass_params__.frozen, type(node)
            for field in dataclasses.fields(node):
                walk(getattr(node, field.name))
        elif isinstance(node, tuple):
            for item in node:
                walk(item)
        else:
            assert isinstance(node, str | int | bool | Decimal | datetime.date | None.__class__) or hasattr(
                node, "numerator"
            ), type(node)

    walk(document_2024)
    hash(document_2024)


def test_building_twice_gives_the_same_tree(plan_2024):
    assert build_plan_document(plan_2024) == build_plan_document(plan_2024)


def test_an_area_by_itself_is_the_area_of_the_plan(plan_2024, document_2024):
    row = plan_2024.focus_areas.get(slug=document_2024.areas[2].slug)
    assert build_area(row) == document_2024.areas[2]


def test_the_number_of_queries_does_not_grow_with_the_plan(db):
    def queries(areas: int) -> int:
        plan = factories.make_plan(years=(2030,))
        for _ in range(areas):
            area = factories.make_complete_area(plan)
            factories.make_goal(area)
            period = factories.make_period(area, 2031, None)
            factories.make_activity(period, parent=factories.make_activity(period))
            factories.make_line(area)
            factories.make_statement(area)
            factories.make_section(plan)
        with CaptureQueriesContext(connection) as captured:
            build_plan_document(plan)
        return len(captured)

    assert queries(2) == queries(9) < 40

"""What a draft still lacks, area by area: text from plans, money from budgets."""

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from budgets.completeness import missing_budget
from plans.models import FocusArea, Plan
from skane_digi.completeness import completeness, contradictions
from tests import factories as make

pytestmark = pytest.mark.django_db


def lacks(plan: Plan) -> dict[str, list[str]]:
    found = completeness(Plan.objects.with_content().get(pk=plan.pk))
    return {area.slug: [finding.code for finding in area.missing] for area in found}


@pytest.fixture
def draft() -> Plan:
    return make.make_plan("utkast", years=(2030,))


def test_an_empty_area_lacks_everything_in_the_order_of_the_plan(draft):
    make.make_area(draft, slug="tomt")
    assert lacks(draft) == {
        "tomt": [
            "area_without_background",
            "area_without_purpose",
            "area_without_goals",
            "area_without_activities",
            "area_without_responsible",
            "area_without_budget",
        ]
    }


def test_a_complete_area_lacks_nothing(draft):
    area = make.make_complete_area(draft)
    make.make_line(area)
    assert lacks(draft) == {area.slug: []}


@pytest.mark.parametrize("field", ["background", "purpose"])
def test_text_without_words_is_missing(draft, field):
    area = make.make_complete_area(draft)
    make.make_line(area)
    FocusArea.objects.filter(pk=area.pk).update(**{field: "<p> <br></p>"})
    assert lacks(draft) == {area.slug: [f"area_without_{field}"]}


def test_a_stated_reason_stands_for_activities(draft):
    area = make.make_complete_area(draft)
    make.make_line(area)
    make.make_period(area, 2031, 2031)
    assert lacks(draft) == {area.slug: ["period_without_activities"]}
    (found,) = completeness(Plan.objects.with_content().get(pk=draft.pk))
    assert found.texts == ("Verksamhetsåret 2031 saknar aktiviteter och skäl till att de saknas.",)
    area.periods.filter(start_year=2031).update(no_activities_reason="<p>Avvaktar.</p>")
    assert lacks(draft) == {area.slug: []}


@pytest.mark.parametrize("stated", ["amount", "zero", "no figure", "text"])
def test_an_amount_a_zero_a_note_or_a_text_is_a_budget(draft, stated):
    """DESIGN: an amount, zero, or no figure with a note are three different things; none of them is nothing."""
    area = make.make_complete_area(draft)
    if stated == "text":
        make.make_statement(area)
    else:
        note = make.make_note(draft) if stated == "no figure" else None
        make.make_line(area, {"amount": 100, "zero": 0, "no figure": None}[stated], note=note)
    assert lacks(draft) == {area.slug: []}


def test_each_activity_year_needs_its_own_budget():
    plan = make.make_plan(years=(2030, 2031))
    area = make.make_complete_area(plan)
    make.make_line(area, year=2030)
    (finding,) = missing_budget(Plan.objects.with_content().get(pk=plan.pk))
    assert finding.text == f"{area.title} saknar budget för 2031 och skäl till att den saknas."


def test_a_plan_without_areas_or_years_lacks_them(db):
    assert lacks(make.make_plan(years=())) == {"": ["plan_without_years", "plan_without_areas"]}


@pytest.mark.parametrize("slug", ["2024", "2022-2023"])
def test_the_real_plans_lack_nothing(real_plans, slug):
    assert not any(lacks(Plan.objects.get(slug=slug)).values())


def test_what_is_missing_is_not_also_among_what_does_not_agree(draft):
    make.make_area(draft)
    codes = {finding.code for finding in contradictions(Plan.objects.with_content().get(pk=draft.pk))}
    assert "area_without_origin" in codes
    assert not {code for code in codes if code.startswith("area_without")} - {"area_without_origin"}


def test_queries_do_not_grow_with_areas(draft):
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            completeness(Plan.objects.with_content().get(pk=draft.pk))
        return len(captured)

    make.make_line(make.make_complete_area(draft))
    before = queries()
    for _ in range(5):
        make.make_line(make.make_complete_area(draft))
    assert queries() == before


def check(slug: str, *options: str) -> tuple[str, int]:
    out = StringIO()
    try:
        call_command("check_plan", slug, *options, stdout=out)
    except SystemExit as end:
        return out.getvalue(), end.code
    return out.getvalue(), 0


def test_check_plan_names_what_is_missing_and_ends_with_status_1(draft):
    area = make.make_area(draft, "Tomt område", slug="tomt")
    text, status = check("utkast")
    assert status == 1
    assert "Tomt område:\n  - Saknar bakgrund.\n" in text
    assert "  - Saknar övergripande mål." in text
    assert text.endswith("6 fel.\n")
    answer = json.loads(check("utkast", "--format", "json")[0])
    assert (answer["plan"], answer["status"], answer["faults"]) == ("utkast", "draft", 6)
    assert answer["missing"][0]["area"] == area.slug
    assert answer["missing"][0]["missing"][2] == {
        "code": "area_without_goals",
        "text": "Tomt område saknar övergripande mål.",
    }


def test_check_plan_of_a_plan_that_agrees_ends_with_status_0(real_plans):
    text, status = check("2022-2023")
    assert status == 0
    assert text.endswith("Inga fel.\n")
    assert "Bra att veta" in text


def test_check_plan_tells_of_figures_that_do_not_agree(real_plans):
    text, status = check("2024")
    assert status == 1
    assert "2 100 000 kr" in text


def test_check_plan_says_which_plans_there_are(real_plans):
    with pytest.raises(CommandError, match="De som finns: 2024, 2022-2023"):
        check("2099")

"""Two documents side by side: the words give both texts back, and the kronor add up."""

import json
from dataclasses import replace
from decimal import Decimal
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from budgets.models import BudgetLine
from budgets.money import plain
from plans.models import Activity, FocusArea, Goal, Plan
from skane_digi.documents.build import build_plan_document
from skane_digi.versions.comparison import compare_documents
from tests import factories as make
from tests.versions.revised import a_plan, adopt, freeze, revise, send_back


@pytest.fixture
def before(db):
    return build_plan_document(a_plan(slug="plan-2030"))


@pytest.fixture
def plan(before) -> Plan:
    return Plan.objects.get(slug="plan-2030")


def compared(before, plan):
    return compare_documents(before, build_plan_document(plan))


def test_nothing_differs_between_a_document_and_itself(before, plan):
    found = compared(before, plan)
    assert not found.is_changed
    assert found.summary == "2 oförändrade"
    assert found.changed_areas == found.changed_sections == ()


@pytest.mark.parametrize("slug", ["2024", "2022-2023"])
def test_nothing_differs_between_a_real_plan_and_itself(slug, real_plans):
    document = build_plan_document(Plan.objects.get(slug=slug))
    assert not compare_documents(document, document).is_changed
    decided = replace(document, status="adopted", is_decided=True)
    assert not compare_documents(document, decided).is_changed


def test_the_marked_words_give_both_texts_back(before, plan):
    revise(plan)
    area = compared(before, plan).areas[0]
    (item,) = next(part for part in area.parts if part.key == "background").items
    assert item.change.text_before == "Här står ordet igelkott."
    assert item.change.text_after == "Här står ordet vessla i stället."


def test_an_area_that_is_new_renamed_or_gone_is_said_to_be(before, plan):
    first, second = plan.focus_areas.order_by("position")
    FocusArea.objects.filter(pk=first.pk).update(name="Nya namnet")
    FocusArea.objects.filter(pk=second.pk).update(slug="ett-annat")
    found = compared(before, plan)
    assert [(area.kind, area.kind_text) for area in found.areas] == [
        ("renamed", "byter namn"),
        ("new", "nytt"),
        ("ended", "utgår"),
    ]
    assert found.areas[0].title_before == "Första området"
    assert found.summary == "1 nytt, 1 byter namn, 1 utgår"


def _change_goal(area):
    Goal.objects.filter(focus_area=area).update(text="Ett helt annat mål.")


def _add_activity(area):
    make.make_activity(area.periods.first(), "En aktivitet till.")


def _reword_activity(area):
    Activity.objects.filter(period__focus_area=area).update(text="En aktivitet i veckan.")


def _move_activity(area):
    area.periods.update(start_year=2031, end_year=2032)


def _add_body(area):
    make.make_responsibility(area, make.make_body("namnd"))


def _embolden(area):
    FocusArea.objects.filter(pk=area.pk).update(purpose="<p><strong>Syfte.</strong></p>")


@pytest.mark.parametrize(
    ("change", "part"),
    [
        (_change_goal, "goals"),
        (_add_activity, "activities"),
        (_reword_activity, "activities"),
        (_add_body, "responsible"),
        (_embolden, "purpose"),
    ],
)
def test_a_change_is_found_in_its_part_and_nowhere_else(change, part, before, plan):
    change(plan.focus_areas.order_by("position").first())
    found = compared(before, plan)
    assert [area.title for area in found.changed_areas] == ["Första området"]
    assert [one.key for one in found.changed_areas[0].changed_parts] == [part]
    assert not found.has_changed_money


def test_an_activity_in_other_years_says_both(before, plan):
    _move_activity(plan.focus_areas.order_by("position").first())
    part = next(part for part in compared(before, plan).areas[0].parts if part.key == "activities")
    assert "→" in part.items[0].label


def test_new_words_on_money_are_found(before, plan):
    area = plan.focus_areas.order_by("position").first()
    make.make_statement(area, text="<p>Pengarna räcker.</p>")
    (part,) = compared(before, plan).areas[0].changed_parts
    assert (part.key, part.items[0].label) == ("economy", "Verksamhetsåret 2030")


def test_title_sections_notes_and_watched_matters_are_compared(before, plan):
    Plan.objects.filter(pk=plan.pk).update(subtitle="En undertitel")
    plan.sections.update(text="<p>Planen inleds på nytt.</p>")
    make.make_note(plan, text="En not till budgeten.")
    make.make_watched_matter(plan)
    assert {part.key for part in compared(before, plan).changed_sections} == {"title", "inledning", "notes", "watched"}


def test_the_money_of_each_area_and_each_year_is_set_side_by_side(before, plan):
    revise(plan)
    (year,) = compared(before, plan).money
    (form,) = year.forms
    rows = [(row.name, row.before, row.after, plain(row.difference_text), plain(row.percent_text)) for row in form.rows]
    assert rows == [
        ("Omdöpta området", 1000, 1300, "+300", "+30 %"),
        ("Andra området", 2000, 2000, "0", "0 %"),
    ]
    assert (year.shared.before, year.shared.after, plain(year.shared.percent_text)) == (3000, 3300, "+10 %")


def test_money_that_is_not_shared_does_not_raise_what_is_shared(before, plan):
    make.make_line(plan.focus_areas.first(), 900, form="annan")
    found = compared(before, plan)
    (year,) = found.money
    assert (year.total.after, year.shared.after) == (3900, 3000)
    assert found.increases == ()
    assert [form.name for form in year.forms if form.total.is_changed] == ["Annan"]


def test_parts_of_divided_money_are_shown_where_they_have_changed(before, plan):
    area = plan.focus_areas.order_by("position").first()
    BudgetLine.objects.filter(focus_area=area).update(amount=600, label="Ena delen")
    make.make_line(area, 400, label="Andra delen")
    (form,) = compared(before, plan).money[0].forms
    assert [(row.name, row.after, row.is_part) for row in form.rows[:3]] == [
        ("Första området", 1000, False),
        ("Ena delen", 600, True),
        ("Andra delen", 400, True),
    ]
    assert form.total.after == 3000


def test_what_each_organisation_pays_adds_up_on_both_sides(before, plan):
    revise(plan)
    (year,) = compared(before, plan).organisations
    assert [row.name for row in year.rows] == ["Region Prov", "Alby kommun", "Björnå kommun", "Åkarp kommun"]
    for side in ("before", "after", "difference"):
        assert sum(getattr(row, side) for row in year.rows) == getattr(year.total, side)
    region = year.rows[0]
    assert (region.before, region.after, region.difference) == (1500, 1650, 150)
    assert plain(year.rows[1].difference_text) == "+25,00"


def test_all_34_pay_their_part_of_a_change_in_a_real_plan(plan_2024):
    document = build_plan_document(plan_2024)
    BudgetLine.objects.filter(focus_area__plan=plan_2024, year=2024, amount=500_000).update(amount=850_000)
    found = compare_documents(document, build_plan_document(plan_2024))
    (year,) = found.organisations
    assert len(year.rows) == 34
    assert (year.total.before, year.total.after) == (1_750_000, 2_100_000)
    eslov = next(row for row in year.rows if row.slug == "eslov")
    assert (eslov.before, eslov.after) == (Decimal("21468.47"), Decimal("25762.17"))
    assert (plain(eslov.difference_text), plain(eslov.percent_text)) == ("+4 293,70", "+20 %")
    assert [row.year for row in found.increases] == [2024]
    assert "2 100 000 kr" in plain(found.money[0].printed_before)
    assert found.money[0].printed_after == ""


def test_a_decrease_is_no_increase(before, plan):
    BudgetLine.objects.filter(focus_area__plan=plan, amount=1000).update(amount=0)
    assert compared(before, plan).increases == ()
    assert plain(compared(before, plan).money[0].shared.difference_text) == "−1 000"


def test_a_change_too_small_for_a_tenth_of_a_percent_says_so(before, plan):
    BudgetLine.objects.filter(focus_area__plan=plan, amount=2000).update(amount=Decimal("2000.10"))
    assert plain(compared(before, plan).money[0].shared.percent_text) == "+under 0,1 %"


def answer(*args) -> str:
    out = StringIO()
    call_command("compare_versions", *args, stdout=out)
    return out.getvalue()


def test_the_command_compares_the_draft_with_the_standing_version(plan, monkeypatch):
    adopt(plan, monkeypatch)
    revise(plan)
    text = answer("plan-2030")
    assert text.startswith("Nyskriven plan: utkastet jämförd med version 1\n")
    for expected in (
        "Delas av huvudmännen 2030: 3 000 → 3 300, +300 (+10 %)",
        "Region Prov: 1 500,00 → 1 650,00, +150,00 (+10 %)",
        "[-igelkott-]{+vessla i stället+}",
        "Hette Första området.",
    ):
        assert expected in text


def test_the_command_answers_with_data(plan, monkeypatch):
    adopt(plan, monkeypatch)
    adopt(revise(plan), monkeypatch)
    data = json.loads(answer("plan-2030", "--format", "json"))
    assert (data["before"], data["after"], data["is_changed"]) == (1, 2, True)
    assert data["budget"][0]["shared"]["difference"] == "300.00"
    assert [row["difference"] for row in data["organisations"][0]["rows"]] == ["150.00", "25.00", "50.00", "75.00"]
    backwards = json.loads(answer("plan-2030", "--before", "2", "--after", "1", "--format", "json"))
    assert backwards["budget"][0]["shared"]["difference"] == "-300.00"


def test_the_command_compares_a_draft_sent_back_with_what_was_sent(plan, monkeypatch):
    send_back(freeze(plan, monkeypatch))
    assert "Inget skiljer dem åt." in answer("plan-2030")


def test_the_command_says_what_cannot_be_compared(plan, monkeypatch):
    with pytest.raises(CommandError, match="har ingen version än"):
        answer("plan-2030")
    freeze(plan, monkeypatch)
    with pytest.raises(CommandError, match="ingen version före version 1"):
        answer("plan-2030")
    with pytest.raises(CommandError, match="Det finns ingen version 7. De som finns: 1"):
        answer("plan-2030", "--before", "7")

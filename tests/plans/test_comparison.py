"""Two plans side by side: the real ones, and lineages that the real ones do not have."""

from collections import Counter

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from plans.comparison import PlanComparison, compare_plans
from plans.descent import Descent
from plans.models import Plan
from plans.richtext import TextBlock, text_blocks
from plans.text_comparison import text_after, text_before
from tests import factories as make

pytestmark = pytest.mark.django_db


def compare(before: str, after: str) -> PlanComparison:
    old, new = (Plan.objects.with_content().get(slug=slug) for slug in (before, after))
    return compare_plans(old, new, Descent.of_collaboration(new.collaboration_id))


@pytest.fixture
def real(real_plans) -> PlanComparison:
    return compare("2022-2023", "2024")


def _area(comparison: PlanComparison, slug: str):
    return next(area for area in comparison.areas if area.slug == slug)


def _fates(comparison: PlanComparison, area: str, part: str) -> list[tuple[str, str]]:
    return [(item.kind.value, item.shown.text) for item in _area(comparison, area).part(part).items]


def test_the_real_areas_are_new_continued_renamed_and_ended(real):
    assert [(area.kind, area.title) for area in real.areas] == [
        ("continued", "Nationell Patientöversikt (NPÖ)"),
        ("continued", "Säker Digital Kommunikation (SDK)"),
        ("continued", "Mina Planer"),
        ("continued", "Beslutsstöd"),
        ("renamed", "Avvikelsehantering"),
        ("new", "Digitala hjälpmedel"),
        ("new", "Diagnos och Behandling"),
        ("ended", "Säkra videomöten"),
    ]
    assert real.summary == "2 nya, 4 fortsätter, 1 byter namn, 1 avslutas"
    assert _area(real, "avvikelsehantering").titles_before == ("Avvikelsehantering / Händelseanalys",)
    assert _area(real, "sakra-videomoten").reason == "En lösning väntas finnas att tillgå inför 2024."
    assert all(area.is_stated for area in real.areas)


def test_the_goals_of_npo_are_rewritten_one_by_one(real):
    goals = _area(real, "npo").part("goals")
    assert [item.kind.value for item in goals.items] == ["changed"] * 3
    assert goals.summary == "3 ändrade"
    second = goals.items[1].change
    assert second.text_before == (
        "Alla vårdaktörer som anslutits till NPÖ som producenter gör samtliga relevanta informationsmängder "
        "tillgängliga."
    )
    assert [(run.kind.value, run.text) for run in second.runs] == [
        ("removed", "Alla vårdaktörer som anslutits"),
        ("added", "Varje ansluten vårdaktör som producerar"),
        ("kept", " till NPÖ"),
        ("removed", " som producenter"),
        ("kept", " gör samtliga relevanta informationsmängder tillgängliga."),
    ]


def test_the_activities_of_npo_are_followed_from_period_to_period(real):
    activities = _area(real, "npo").part("activities")
    assert activities.summary == "1 ny, 4 ändrade, 6 finns inte kvar"
    by_text = {item.shown.text: item for item in activities.items}
    joined = by_text["Verka för att samtliga kommunala vårdaktörer i egen regi ansluts som konsumenter."]
    assert joined.change.text_before == "Samtliga kommunala vårdaktörer i egen regi ansluts som konsumenter."
    assert joined.label == "Verksamhetsåren 2022–2023 → Verksamhetsåret 2024"
    assert by_text["Tjänsten används mer överlag."].kind == "removed"
    added = [item.shown.text for item in activities.items if item.kind == "added"]
    assert len(added) == 1
    assert added[0].startswith("Få till stånd en samverkan")


def test_the_other_areas_goals_and_activities_have_the_fates_they_should(real):
    counts = {
        (area.slug, key): {kind.value: number for kind, number in area.part(key).counts.items()}
        for area in real.areas
        for key in ("goals", "activities")
        if area.part(key)
    }
    assert counts == {
        ("npo", "goals"): {"changed": 3},
        ("npo", "activities"): {"added": 1, "changed": 4, "removed": 6},
        ("sdk", "goals"): {"changed": 1},
        ("sdk", "activities"): {"removed": 5, "added": 7},
        ("mina-planer", "goals"): {"changed": 2, "removed": 2, "added": 2},
        ("mina-planer", "activities"): {"changed": 2, "removed": 12, "added": 7},
        ("beslutsstod", "goals"): {"changed": 1},
        ("beslutsstod", "activities"): {"removed": 2},
        ("avvikelsehantering", "goals"): {"changed": 1},
        ("avvikelsehantering", "activities"): {"removed": 3},
        ("digitala-hjalpmedel", "goals"): {"added": 1},
        ("digitala-hjalpmedel", "activities"): {"added": 2},
        ("diagnos-och-behandling", "goals"): {"added": 1},
        ("diagnos-och-behandling", "activities"): {"added": 1},
        ("sakra-videomoten", "goals"): {"removed": 1},
        ("sakra-videomoten", "activities"): {"removed": 2},
    }


def test_the_responsible_body_changes_by_name_not_by_words(real):
    assert _fates(real, "npo", "responsible") == [
        ("removed", "Skånegemensam digitalisering, på uppdrag av Central Tjänstemannaberedning"),
        ("added", "Skånegemensam samverkansgrupp digitalisering, på uppdrag av Central Tjänstemannaberedning"),
    ]


def test_a_new_paragraph_of_the_background_is_found(real):
    background = _area(real, "npo").part("background")
    assert [item.kind.value for item in background.items] == ["changed", "changed", "changed", "added"]
    assert background.items[-1].shown.text.startswith("När Region Skåne under 2025 inför SDV")


def test_every_real_text_comes_back_from_its_marks(real):
    """Nothing of either plan is lost or invented by the comparison."""
    for after, side, undo in ((False, "before", text_before), (True, "after", text_after)):
        plan = real.after if after else real.before
        expected = Counter(
            text
            for area in plan.focus_areas.all()
            for text in (
                *(goal.text for goal in area.goals.all()),
                *(activity.text for period in area.periods.all() for activity in period.activities.all()),
            )
        )
        found = Counter(
            undo(item.change.runs)
            for area in real.areas
            for key in ("goals", "activities")
            if area.part(key)
            for item in area.part(key).items
            if getattr(item, side)
        )
        assert found == expected


def test_sub_activities_follow_the_activity_they_divide(real):
    items = [item for item in _area(real, "sdk").part("activities").items if item.after]
    assert [item.after.is_sub for item in items] == [False, True, True, True, False, False, False]


def test_the_comparison_itself_asks_the_database_nothing(real_plans):
    old, new = (Plan.objects.with_content().get(slug=slug) for slug in ("2022-2023", "2024"))
    descent = Descent.of_collaboration(new.collaboration_id)
    with CaptureQueriesContext(connection) as captured:
        comparison = compare_plans(old, new, descent)
        assert comparison.summary
        assert [item.label for area in comparison.areas for part in area.parts for item in part.items]
    assert len(captured) == 0


@pytest.fixture
def three_plans(db):
    return [make.make_plan(f"p{year}", years=(year,)) for year in (2030, 2031, 2032)]


@pytest.mark.parametrize(("between", "kinds"), [("Nya", ("renamed", "continued")), ("Gamla", ("continued", "renamed"))])
def test_an_area_is_followed_over_a_plan_between(three_plans, between, kinds):
    first, second, third = three_plans
    old, middle, new = make.make_area(first, "Gamla"), make.make_area(second, between), make.make_area(third, "Nya")
    make.make_lineage(second, kinds[0], predecessor=old, successor=middle)
    make.make_lineage(third, kinds[1], predecessor=middle, successor=new)
    gone = make.make_area(first, "Slut")
    make.make_lineage(second, "ended", predecessor=gone)
    descent = Descent.of_collaboration(third.collaboration_id)
    assert descent.plans_before(third) == {first.pk, second.pk}
    assert descent.plans_before(first) == set()
    found = compare("p2030", "p2032")
    assert [(area.kind, area.title, area.titles_before) for area in found.areas] == [
        ("renamed", "Nya", ("Gamla",)),
        ("ended", "Slut", ()),
    ]
    assert [area.kind for area in compare("p2031", "p2032").areas] == [kinds[1]]


def test_an_area_that_ends_in_a_later_plan_has_ended_for_its_reason(three_plans):
    first, second, third = three_plans
    old, middle = make.make_area(first, "Möten"), make.make_area(second, "Möten")
    make.make_lineage(second, "continued", predecessor=old, successor=middle)
    ended = make.make_lineage(third, "ended", predecessor=middle)
    type(ended).objects.filter(pk=ended.pk).update(reason="Klart.")
    (area,) = compare("p2030", "p2032").areas
    assert (area.kind, area.reason, area.is_stated) == ("ended", "Klart.", True)


def test_split_and_merged_areas_name_each_other(three_plans):
    first, second, _ = three_plans
    one, two = make.make_area(first, "Ett"), make.make_area(first, "Två")
    left, right = make.make_area(second, "Vänster"), make.make_area(second, "Höger")
    make.make_goal(one, "Mål ett.")
    make.make_goal(two, "Mål två.")
    for before, after in ((one, left), (one, right), (two, right)):
        make.make_lineage(second, "renamed", predecessor=before, successor=after)
    found = compare("p2030", "p2031")
    assert [(area.title, area.shared_with, area.titles_before) for area in found.areas] == [
        ("Vänster", ("Höger",), ("Ett",)),
        ("Höger", ("Vänster",), ("Ett", "Två")),
    ]
    assert len(found.areas[1].part("goals").items) == 2


def test_what_no_plan_states_is_said_to_be_unstated(three_plans):
    first, second, _ = three_plans
    make.make_area(first, "Försvunnet")
    make.make_area(second, "Uppdykande")
    stated = make.make_area(second, "Nytt")
    make.make_lineage(second, "new", successor=stated)
    found = compare("p2030", "p2031")
    assert [(area.title, area.kind, area.is_stated) for area in found.areas] == [
        ("Uppdykande", "new", False),
        ("Nytt", "new", True),
        ("Försvunnet", "ended", False),
    ]


def test_a_lineage_that_goes_in_a_circle_ends(three_plans):
    first, second, third = three_plans
    one, two = make.make_area(first), make.make_area(second)
    make.make_lineage(second, "continued", predecessor=one, successor=two)
    make.make_lineage(first, "continued", predecessor=two, successor=one)
    descent = Descent.of_collaboration(third.collaboration_id)
    assert descent.plans_before(second) == {first.pk}
    assert descent.forerunners(two.pk, third) == ({}, False)
    assert descent.ending(two.pk) is None


def test_a_change_of_emphasis_alone_is_a_change_without_words(three_plans):
    first, second, _ = three_plans
    old = make.make_area(first, "Samma", background="<p>En text.</p>")
    new = make.make_area(second, "Samma", background="<p>En <em>text</em>.</p>")
    make.make_lineage(second, "continued", predecessor=old, successor=new)
    (area,) = compare("p2030", "p2031").areas
    (item,) = area.part("background").items
    assert (item.kind.value, item.has_new_markup) == ("kept", True)
    assert area.part("background").summary == "annan utformning"
    assert area.is_changed


def test_sections_are_compared_by_their_address(three_plans):
    first, second, _ = three_plans
    make.make_section(first, slug="inledning", heading="Inledning", text="<p>Första stycket om vården.</p>")
    make.make_section(first, slug="borta", heading="Borta", text="<p>Slut.</p>")
    make.make_section(
        second, slug="inledning", heading="Inledande", text="<p>Första stycket om omsorgen.</p><p>Nytt.</p>"
    )
    found = compare("p2030", "p2031").sections
    assert [(part.name, part.summary) for part in found] == [
        ("Inledande", "1 nytt, 1 ändrat"),
        ("Borta", "1 finns inte kvar"),
    ]


def test_text_blocks_keep_words_forms_and_marks():
    html = "<h3>Rubrik</h3><p>Ett <em>viktigt</em><br>ord &amp; fler</p><ul><li>en<ul><li>under</li></ul></li></ul>löst"
    assert text_blocks(html) == (
        TextBlock("h3", "Rubrik"),
        TextBlock("p", "Ett viktigt ord & fler", ("4<em >", "11</em>")),
        TextBlock("li", "en"),
        TextBlock("li", "under"),
        TextBlock("p", "löst"),
    )
    assert text_blocks("") == text_blocks("<p> </p>") == ()

"""Both real plans as the documents have them: counted and read by hand from the originals."""

import csv
import datetime
import json
import unicodedata
from pathlib import Path

import pytest
from django.apps import apps
from django.core import serializers
from django.core.management import CommandError, call_command

from budgets.models import FigureChoice, GrantFunding, RuleLimit, RuleSeal, RuleUse, Scenario
from plans.models import (
    Activity,
    ActivityPeriod,
    AreaLineage,
    Body,
    Collaboration,
    Comment,
    CommentThread,
    FocusArea,
    LogEntry,
    LogHead,
    Membership,
    Organisation,
    Plan,
    PlanSection,
    Referral,
    ReferralAnswer,
    Responsibility,
    RoleAssignment,
)
from plans.richtext import plain_text, sanitise
from skane_digi import demo
from skane_digi.management.commands import build_reference_fixtures as reference
from tests.decision_factories import DECISION_MODELS
from tests.invoice_rows import SETTINGS_MODELS, WRITTEN_MODELS

pytestmark = pytest.mark.django_db

OPEN = None
# area: (goals, {(from, to): (activities, sub-activities)})
CONTENT = {
    "2022-2023": {
        "npo": (3, {(2022, 2023): (5, 0), (2024, 2024): (3, 0), (2025, OPEN): (2, 0)}),
        "sdk": (1, {(2022, 2023): (4, 0), (2024, OPEN): (1, 0)}),
        "mina-planer": (4, {(2022, 2023): (11, 0), (2024, 2024): (2, 0), (2025, OPEN): (1, 0)}),
        "beslutsstod": (1, {(2022, 2023): (2, 0), (2024, OPEN): (0, 0)}),
        "avvikelsehantering-handelseanalys": (1, {(2022, 2023): (3, 0), (2024, OPEN): (0, 0)}),
        "sakra-videomoten": (1, {(2022, 2023): (2, 0)}),
    },
    "2024": {
        "npo": (3, {(2024, 2024): (5, 0)}),
        "sdk": (1, {(2024, 2024): (4, 3)}),
        "mina-planer": (4, {(2024, 2024): (9, 0)}),
        "beslutsstod": (1, {(2024, 2024): (0, 0)}),
        "avvikelsehantering": (1, {(2024, 2024): (0, 0)}),
        "digitala-hjalpmedel": (1, {(2024, 2024): (2, 0)}),
        "diagnos-och-behandling": (1, {(2024, 2024): (1, 0)}),
    },
}
AREAS = {
    "2022-2023": [
        ("Nationell Patientöversikt (NPÖ)", "Nationell patientöversikt"),
        ("Säker Digital Kommunikation (SDK)", "Säker digital kommunikation"),
        ("Mina Planer", "Mina planer"),
        ("Beslutsstöd", "Beslutsstöd"),
        ("Avvikelsehantering / Händelseanalys", "Avvikelsehantering/händelseanalys"),
        ("Säkra videomöten", "Säkra videomöten"),
    ],
    "2024": [
        ("Nationell Patientöversikt (NPÖ)", "Nationell patientöversikt"),
        ("Säker Digital Kommunikation (SDK)", "Säker digital kommunikation"),
        ("Mina Planer", "Mina planer"),
        ("Beslutsstöd", "Beslutsstöd"),
        ("Avvikelsehantering", "Avvikelsehantering"),
        ("Digitala hjälpmedel", "Digitala hjälpmedel"),
        ("Diagnos och Behandling", "Diagnos och behandling"),
    ],
}
SGD = "Skånegemensam samverkansgrupp digitalisering"
EARLIER_SGD = "Skånegemensam digitalisering"
AIDS = "Regional samverkansgrupp för hjälpmedel"


@pytest.mark.parametrize("slug", CONTENT)
def test_every_area_has_its_goals_periods_and_activities(real_plans, slug):
    found = {}
    for area in FocusArea.objects.filter(plan__slug=slug):
        periods = {}
        for period in area.periods.all():
            main = period.activities.filter(parent=None).count()
            periods[period.start_year, period.end_year] = (main, period.activities.exclude(parent=None).count())
        found[area.slug] = (area.goals.count(), periods)
    assert found == CONTENT[slug]


@pytest.mark.parametrize("slug", AREAS)
def test_areas_stand_in_the_printed_order_under_their_printed_names(real_plans, slug):
    areas = FocusArea.objects.filter(plan__slug=slug)
    assert [(area.title, area.name_in_tables) for area in areas] == AREAS[slug]


def test_plans_have_their_titles_years_dates_and_states(plan_2024, plan_2022_2023):
    assert (plan_2024.title, plan_2024.years_text, plan_2024.dated_on) == (
        "Handlingsplan 2024",
        "2024",
        datetime.date(2023, 2, 13),
    )
    assert plan_2024.status == Plan.Status.SUBMITTED
    assert (plan_2022_2023.title, plan_2022_2023.years_text) == ("Handlingsplan 2022–2023", "2022–2023")
    assert plan_2022_2023.dated_on == datetime.date(2022, 3, 1)
    assert "odaterat" in plan_2022_2023.date_note
    assert plan_2022_2023.is_decided


def test_sections_stand_before_the_areas(real_plans):
    headings = PlanSection.objects.filter(place=PlanSection.Place.BEFORE_AREAS).values_list("plan__slug", "heading")
    assert sorted(headings) == [
        ("2022-2023", "Handlingsplan för 2022–2023"),
        ("2022-2023", "Inledning"),
        ("2024", "Handlingsplan för 2024"),
        ("2024", "Inledning"),
    ]
    assert PlanSection.objects.count() == 4


def test_what_the_2024_plan_says_of_its_own_number_of_areas_is_kept(plan_2024):
    """It says six areas where it has seven, and three new ones where it names two."""
    introduction, about = (plain_text(section.text) for section in plan_2024.sections.all())
    assert "inom sex insatsområden" in introduction
    assert "tre insatsområden: ”Digitala hjälpmedel” och ”Diagnos och behandling”" in introduction
    assert about.startswith("Handlingsplanens sex insatsområden")
    assert plan_2024.focus_areas.count() == 7


@pytest.mark.parametrize(
    ("plan", "area", "expected"),
    [
        *[("2022-2023", area, [EARLIER_SGD]) for area in CONTENT["2022-2023"]],
        *[("2024", area, [SGD]) for area in list(CONTENT["2024"])[:5]],
        ("2024", "digitala-hjalpmedel", [SGD, AIDS]),
        ("2024", "diagnos-och-behandling", [EARLIER_SGD]),
    ],
)
def test_each_area_names_who_answers_for_it_on_whose_behalf(real_plans, plan, area, expected):
    rows = Responsibility.objects.filter(focus_area__plan__slug=plan, focus_area__slug=area)
    assert [row.body.name for row in rows] == expected
    assert {row.on_behalf_of.name for row in rows} == {"Central Tjänstemannaberedning"}


def test_lineage_says_what_is_new_continued_renamed_and_ended(real_plans):
    first = AreaLineage.objects.filter(plan__slug="2022-2023")
    assert [row.kind for row in first] == ["new"] * 6
    rows = {
        (row.kind, row.predecessor and row.predecessor.slug, row.successor and row.successor.slug)
        for row in AreaLineage.objects.filter(plan__slug="2024")
    }
    assert rows == {
        ("continued", "npo", "npo"),
        ("continued", "sdk", "sdk"),
        ("continued", "mina-planer", "mina-planer"),
        ("continued", "beslutsstod", "beslutsstod"),
        ("renamed", "avvikelsehantering-handelseanalys", "avvikelsehantering"),
        ("new", None, "digitala-hjalpmedel"),
        ("new", None, "diagnos-och-behandling"),
        ("ended", "sakra-videomoten", None),
    }
    assert "inför 2024" in AreaLineage.objects.get(kind="ended").reason


def test_every_area_has_its_origin_in_its_own_plan(real_plans):
    for area in FocusArea.objects.all():
        assert area.origins.filter(plan=area.plan).count() == 1


def test_a_period_without_activities_says_why(real_plans):
    """Four periods have none: two in each plan. Only they give a reason."""
    empty = {period.key for period in ActivityPeriod.objects.filter(activities=None)}
    assert empty == {
        "2022-2023-beslutsstod-p-2024-och-framat",
        "2022-2023-avvikelsehantering-handelseanalys-p-2024-och-framat",
        "2024-beslutsstod-p-2024",
        "2024-avvikelsehantering-p-2024",
    }
    assert {period.key for period in ActivityPeriod.objects.exclude(no_activities_reason="")} == empty


def test_the_sdk_activity_is_divided_in_three(plan_2024):
    parts = Activity.objects.get(key="2024-sdk-a1").sub_activities.all()
    assert [part.key for part in parts] == ["2024-sdk-a1-1", "2024-sdk-a1-2", "2024-sdk-a1-3"]
    for part, word in zip(parts, ["läget", "nyttokalkyler", "seminarier"], strict=True):
        assert word in part.text


def test_the_group_watches_the_personal_part_of_1177(plan_2024, plan_2022_2023):
    (matter,) = plan_2024.watched_matters.all()
    assert matter.name == "Ineras modernisering av den personliga delen av 1177"
    assert not plan_2022_2023.watched_matters.exists()


@pytest.mark.parametrize(
    ("area", "words"),
    [
        (("2024", "npo"), ["Inera AB", "2025", "SDV", "barnhälsovården", "konsument", "producent"]),
        (("2024", "sdk"), ["SKR", "ersätta faxen", "Digg", "2023", "pilotprojekt"]),
        (("2024", "mina-planer"), ["SVU", "SIP"]),
        (("2024", "beslutsstod"), ["ViSam", "Riskprofilering", "Hösten 2022", "tacka nej", "avsiktsförklaring"]),
        (("2024", "avvikelsehantering"), ["enligt lag", "Nära vård"]),
        (("2024", "digitala-hjalpmedel"), ["Socialstyrelsens termbank", "HSL", "SoL", "LSS", "Nära vård", "fiber"]),
        (("2024", "diagnos-och-behandling"), ["Dermicus Wounds", "svårläkta sår", "33"]),
        (("2022-2023", "sdk"), ["S2i2", "2021–2022", "samtliga|alla 33 kommuner"]),
        (("2022-2023", "beslutsstod"), ["VISAM", "Riskprofilering", "evidensbaserat"]),
        (("2022-2023", "sakra-videomoten"), ["Inera AB", "Pandemin", "34"]),
    ],
)
def test_running_text_keeps_the_names_and_figures_of_the_original(real_plans, area, words):
    found = FocusArea.objects.get_by_natural_key(*area)
    text = plain_text(found.background) + " " + plain_text(found.purpose)
    assert [word for word in words if not any(choice in text for choice in word.split("|"))] == []


def test_sub_headings_stand_where_the_original_has_them(real_plans):
    headings = {
        (area.plan.slug, area.slug): area.purpose.count("<h3>")
        for area in FocusArea.objects.all()
        if "<h" in area.background + area.purpose
    }
    assert headings == {("2022-2023", "beslutsstod"): 2, ("2024", "beslutsstod"): 1}


def test_rich_text_is_stored_as_the_fixture_has_it(real_plans):
    """Nothing is lost to the sanitiser on the way in."""
    for path in demo.fixture_paths():
        for row in json.loads(path.read_text(encoding="utf-8")):
            for name, value in row["fields"].items():
                field = apps.get_model(row["model"])._meta.get_field(name)
                if type(field).__name__ == "RichTextField":
                    assert sanitise(value) == value, row


def test_the_collaboration_has_34_members_in_two_parties(real_plans):
    collaboration = Collaboration.objects.get(slug="skanegemensam-digitalisering")
    members = Membership.objects.filter(collaboration=collaboration)
    assert members.filter(party__slug="region-skane").count() == 1
    assert members.filter(party__slug="kommunerna").count() == 33
    assert set(members.filter(party__slug="kommunerna").values_list("organisation__county", flat=True)) == {"Skåne län"}
    assert Body.objects.filter(collaboration=collaboration).count() == 5


def test_organisations_are_sweden_s_municipalities_and_region_skane(real_plans):
    assert Organisation.objects.filter(kind="municipality").count() == 290
    assert set(Organisation.objects.filter(kind="region").values_list("code", flat=True)) == {"12", "23"}
    malmo = Organisation.objects.get(code="1280")
    assert (malmo.name, malmo.short_name, malmo.slug) == ("Malmö stad", "Malmö", "malmo")
    assert (malmo.organisation_number, malmo.website, malmo.county) == ("212000-1124", "malmo.se", "Skåne län")
    assert Organisation.objects.get(slug="ostra-goinge").name == "Östra Göinge kommun"
    assert Organisation.objects.get(code="2584").organisation_number == ""


def test_no_two_municipalities_share_an_address(real_plans):
    """Habo and Håbo fold to the same letters."""
    assert set(Organisation.objects.filter(code__in=["0305", "0643"]).values_list("slug", flat=True)) == {
        "habo-0305",
        "habo-0643",
    }


def test_sub_regions_known_by_elimination_only_are_not_confirmed(real_plans):
    unsure = Organisation.objects.exclude(sub_region="").filter(is_sub_region_confirmed=False)
    assert {row.short_name for row in unsure} == {"Bromölla", "Hörby", "Osby", "Simrishamn", "Ystad"}
    assert Organisation.objects.exclude(sub_region="").count() == 33


def test_every_municipality_of_skane_has_a_tile_of_its_own(real_plans):
    tiles = list(Organisation.objects.exclude(tile_column=None).values_list("tile_column", "tile_row"))
    assert len(tiles) == len(set(tiles)) == 33


@pytest.mark.parametrize("name", reference.BUILT)
def test_reference_fixtures_are_what_the_command_builds(name):
    committed = (reference.FOLDER / name).read_text(encoding="utf-8")
    assert reference.as_json(reference.BUILT[name]()) == committed


def test_the_command_writes_what_a_changed_table_says_and_check_refuses_before_that(tmp_path, monkeypatch):
    (tmp_path / "reference").mkdir()
    for source in reference.REFERENCE.glob("*.csv"):
        (tmp_path / "reference" / source.name).write_bytes(source.read_bytes())
    monkeypatch.setattr(reference, "FOLDER", tmp_path)
    monkeypatch.setattr(reference, "REFERENCE", tmp_path / "reference")
    call_command("build_reference_fixtures", verbosity=0)
    table = tmp_path / "reference" / "organisations.csv"
    table.write_text(table.read_text(encoding="utf-8").replace("eslov.se", "eslov.example"), encoding="utf-8")
    with pytest.raises(CommandError, match="01_organisations"):
        call_command("build_reference_fixtures", check=True)
    call_command("build_reference_fixtures", verbosity=0)
    assert "eslov.example" in (tmp_path / "01_organisations.json").read_text(encoding="utf-8")
    call_command("build_reference_fixtures", check=True)


def test_a_table_whose_sum_is_not_its_parts_is_refused(tmp_path, monkeypatch):
    table = (reference.REFERENCE / "population_skane.csv").read_text(encoding="utf-8")
    (tmp_path / "population_skane.csv").write_text(table.replace(",1414324,", ",1414325,"), encoding="utf-8")
    monkeypatch.setattr(reference, "REFERENCE", tmp_path)
    with pytest.raises(CommandError, match="2022-12-31"):
        reference.population()


WRITTEN = {LogEntry, LogHead, RoleAssignment, CommentThread, Comment, Referral, ReferralAnswer} | DECISION_MODELS
# Where a body takes its invoices is no fact of the documents.
WRITTEN |= {RuleSeal, Scenario} | WRITTEN_MODELS | SETTINGS_MODELS
# Neither plan is shared by other than the default rule, and the grant of 2023 pays for no line of theirs.
NOT_IN_THE_DOCUMENTS = {RuleLimit, RuleUse, FigureChoice, GrantFunding}


def content_models() -> list:
    """Every model that fixtures carry. The log, comments, versions and decisions are written, never loaded."""
    models = [*apps.get_app_config("plans").get_models(), *apps.get_app_config("budgets").get_models()]
    return [model for model in models if model not in WRITTEN | NOT_IN_THE_DOCUMENTS]


def test_every_row_is_valid(real_plans):
    for model in content_models():
        assert model.objects.exists(), model
        for row in model.objects.all():
            row.full_clean()


def test_fixtures_name_no_database_id(real_plans):
    for path in demo.fixture_paths():
        assert all(set(row) == {"model", "fields"} for row in json.loads(path.read_text(encoding="utf-8"))), path


def dump() -> list[dict]:
    models = content_models()
    rows = [row for model in models for row in model.objects.order_by("pk")]
    text = serializers.serialize("json", rows, use_natural_primary_keys=True, use_natural_foreign_keys=True)
    return json.loads(text)


def as_lines(rows: list[dict]) -> list[str]:
    return sorted(json.dumps(row, sort_keys=True, ensure_ascii=False) for row in rows)


def test_what_is_dumped_by_natural_key_loads_to_the_same(real_plans, tmp_path):
    before = dump()
    path = tmp_path / "dump.json"
    path.write_text(json.dumps(before), encoding="utf-8")
    call_command("loaddata", str(path), verbosity=0)
    assert as_lines(dump()) == as_lines(before)


def test_the_database_holds_the_fixtures_rows_and_no_others(real_plans):
    loaded = [row for path in demo.fixture_paths() for row in json.loads(path.read_text(encoding="utf-8"))]
    dumped = dump()
    assert len(loaded) == len(dumped)
    fields = {name for row in dumped for name in row["fields"] if row["model"] == "plans.activity"}
    assert fields == {"key", "period", "parent", "text", "position"}


def test_files_are_in_composed_unicode_and_without_stray_characters():
    for path in [*demo.fixture_paths(), *Path(reference.REFERENCE).glob("*.csv")]:
        text = path.read_text(encoding="utf-8")
        assert unicodedata.is_normalized("NFC", text), path
        assert not set(text) & {"\u00ad", "\ufffd", "\u200b", "\t"}, path


def test_population_table_for_the_tests_is_complete():
    with (reference.REFERENCE / "population_skane.csv").open(encoding="utf-8", newline="") as file:
        days = {row["datum"] for row in csv.DictReader(file)}
    assert len(days) == 9

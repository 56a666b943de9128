"""Master data comes back from a file as it went out, and whatever is wrong in a file is said with its place."""

import csv
import io
import json

import openpyxl
import pytest
from django.contrib import admin
from django.contrib.auth import get_user_model

from plans.exchange_admin import ExchangeAdmin
from plans.exporting import export_rows
from plans.import_outcome import CHANGED, NEW, UNCHANGED
from plans.importing import import_sheet
from plans.models import Activity, FocusArea, Goal, LogEntry, Membership, Organisation, Plan, RoleAssignment
from plans.sheets import FORMATS, read
from plans.write_rules import RowRules
from tests import cost_factories as cost
from tests import factories as make
from tests.invoice_rows import make_settings_rows
from tests.tables import import_rows, table_of

pytestmark = pytest.mark.django_db

# What is issued and paid only goes out: tests/budgets/test_invoice_admin.py.
MODELS = [
    model
    for model, model_admin in admin.site._registry.items()
    if isinstance(model_admin, ExchangeAdmin) and model_admin.is_importable
]
every_model = pytest.mark.parametrize("model", MODELS, ids=[model._meta.label_lower for model in MODELS])


def resource_of(model, **options):
    model_admin = admin.site._registry[model]
    return model_admin.resource(rules=RowRules(model_admin), **options)


def contents(model) -> list[dict]:
    return list(model.objects.order_by("pk").values())


@pytest.fixture
def world(real_plans):
    """Both real plans, which are sent, a draft beside them, and accounts with roles."""
    draft = make.make_plan("utkast")
    area = make.make_complete_area(draft)
    cost.make_cost_rows(draft)
    make_settings_rows()
    make.make_activity(area.periods.first(), parent=area.periods.first().activities.first())
    giver = make.make_user("bo@prov.example")
    make.make_role(make.make_user("anna@prov.example"), "editor")
    make.make_role(make.make_user("rut@prov.example"), "registrar", organisation=make.make_members()[0].organisation)
    RoleAssignment.objects.update(granted_by=giver)
    return draft


@every_model
@pytest.mark.parametrize("file_format", FORMATS)
def test_what_is_exported_and_imported_again_changes_nothing(model, file_format, world):
    """Round trip, on both real plans: nothing is new or changed, and nothing is refused for being locked."""
    before = contents(model)
    content = export_rows(model.objects.all(), resource=resource_of(model), file_format=file_format)
    outcome = import_sheet(read(content, file_name=f"fil.{file_format}"), resource=resource_of(model))
    assert outcome.faults == ()
    assert outcome.count(UNCHANGED) == len(outcome.rows) == len(before) > 0
    assert contents(model) == before
    assert not LogEntry.objects.exists()


@every_model
def test_no_column_is_a_database_id(model):
    headings = [column.heading for column in resource_of(model).columns]
    assert len(headings) == len(set(headings))
    assert not {"Id", "ID", "pk"} & set(headings)
    assert {name.rpartition("__")[2] for name in resource_of(model).fields}.isdisjoint({"id", "pk"})


@every_model
def test_every_field_of_a_row_is_in_its_file(model):
    """A field that a file leaves out would be lost without a word."""
    left_out = {"id", "password", "is_superuser", "is_staff", "date_joined"}
    if model is RoleAssignment:
        left_out.add("key")  # person, role, collaboration and organisation name it
    fields = {field.name for field in model._meta.concrete_fields} - left_out
    assert fields <= set(resource_of(model).fields)


def test_the_number_of_queries_of_an_export_does_not_grow_with_rows(world, django_assert_num_queries):
    with django_assert_num_queries(1):
        export_rows(Activity.objects.all(), resource=resource_of(Activity), file_format="csv")


class TestImport:
    def test_a_row_is_found_by_its_natural_key_and_only_what_differs_is_changed(self, world):
        eslov = Organisation.objects.get(code="1285")
        outcome = import_rows(Organisation, ["Läns- eller kommunkod", "Webbplats"], ["1285", "eslov.example"])
        assert [row.state for row in outcome.rows] == [CHANGED]
        assert [(c.column, c.before, c.after) for c in outcome.rows[0].cells if c.is_changed] == [
            ("Webbplats", eslov.website, "eslov.example")
        ]
        after = Organisation.objects.get(pk=eslov.pk)
        assert (after.website, after.name) == ("eslov.example", eslov.name)

    def test_a_dry_run_says_the_same_and_changes_nothing(self, world):
        headings, row = ["Läns- eller kommunkod", "Webbplats"], ["1285", "eslov.example"]
        before = contents(Organisation)
        tried = import_rows(Organisation, headings, row, is_dry_run=True)
        assert not tried.is_saved
        assert contents(Organisation) == before
        assert not LogEntry.objects.exists()
        done = import_rows(Organisation, headings, row)
        assert done.is_saved
        assert done.digest == tried.digest

    def test_one_fault_keeps_every_row_out(self, world):
        before = contents(Organisation)
        outcome = import_rows(
            Organisation, ["Läns- eller kommunkod", "Webbplats"], ["1285", "eslov.example"], ["12850", "x"]
        )
        assert not outcome.is_saved
        assert contents(Organisation) == before
        assert not LogEntry.objects.exists()

    def test_a_fault_names_sheet_row_and_column_and_how_to_mend_it(self, world):
        headings = ["Läns- eller kommunkod", "Namn", "Organisationsnummer"]
        outcome = import_rows(
            Organisation,
            headings,
            ["1285", "Eslövs kommun", "212000-1173"],
            [],
            ["1233", "Vellinge kommun", "212000-1107"],
        )
        (fault,) = outcome.faults
        assert (fault.sheet, fault.row, fault.letter, fault.column) == ("Organisationer", 4, "C", "Organisationsnummer")
        assert str(fault) == (
            "Blad Organisationer, rad 4, kolumn C (Organisationsnummer): Kontrollsiffran, den sista, stämmer inte med "
            "de andra siffrorna. Se efter om någon siffra är fel."
        )

    def test_every_fault_of_a_row_is_told_at_once(self, world):
        headings = ["Handlingsplan", "Insatsområde", "Mål", "Ordning"]
        outcome = import_rows(Goal, headings, ["utkast", "finns-inte", "", "tolv"])
        assert [(fault.column, fault.row) for fault in outcome.faults] == [
            ("Insatsområde", 2),
            ("Ordning", 2),
            ("Mål", 2),
        ]
        assert "”finns-inte” finns inte bland insatsområden där Handlingsplan utkast" in outcome.faults[0].message

    def test_the_column_that_names_nothing_is_the_one_that_is_pointed_out(self, world):
        headings = ["Handlingsplan", "Insatsområde", "Mål"]
        outcome = import_rows(Goal, headings, ["finns-inte", "digital-tillganglighet", "Nytt"])
        assert [fault.column for fault in outcome.faults] == ["Handlingsplan"]

    def test_a_new_row_gets_a_key_and_is_logged_with_who_and_what(self, world):
        person = make.make_user("eva@prov.example")
        area = world.focus_areas.get()
        outcome = import_rows(
            Goal, ["Handlingsplan", "Insatsområde", "Mål"], ["utkast", area.slug, "Nytt mål"], by=person
        )
        assert outcome.count(NEW) == 1
        goal = Goal.objects.get(text="Nytt mål")
        entry = LogEntry.objects.get()
        assert (entry.actor, entry.action, entry.subject, entry.plan_slug) == (
            person,
            "created",
            "plans.goal",
            "utkast",
        )
        assert entry.after["text"] == "Nytt mål"
        assert goal.key in entry.subject_key

    def test_a_change_is_logged_with_before_and_after_of_what_differs(self, world):
        goal = Goal.objects.get(focus_area__plan=world)
        import_rows(Goal, ["Nyckel", "Mål"], [goal.key, "Ändrat"])
        entry = LogEntry.objects.get()
        assert (entry.actor_name, entry.before, entry.after) == ("Systemet", {"text": goal.text}, {"text": "Ändrat"})

    def test_rows_may_point_to_rows_before_them_in_the_file(self, world):
        period = world.focus_areas.get().periods.first()
        place = ["utkast", period.focus_area.slug, period.start_year, period.end_year]
        headings = ["Handlingsplan", "Insatsområde", "Från år", "Till år", "Del av", "Aktivitet", "Nyckel"]
        outcome = import_rows(
            Activity, headings, [*place, None, "Hel", "hel-aktivitet"], [*place, "hel-aktivitet", "Del", None]
        )
        assert outcome.faults == ()
        assert Activity.objects.get(text="Del").parent.text == "Hel"

    def test_running_text_is_cleaned_before_it_is_shown_and_saved(self, world):
        area = world.focus_areas.get()
        hostile = '<p onclick="x()">Text<script>alert(1)</script></p>'
        outcome = import_rows(
            FocusArea, ["Handlingsplan", "Kortnamn i adresser", "Bakgrund"], ["utkast", area.slug, hostile]
        )
        assert [cell.after for cell in outcome.rows[0].cells if cell.column == "Bakgrund"] == ["<p>Text</p>"]
        area.refresh_from_db()
        assert area.background == "<p>Text</p>"

    def test_a_choice_is_read_by_its_word(self, world):
        headings = ["Läns- eller kommunkod", "Slag"]
        assert import_rows(Organisation, headings, ["1285", "Kommun"]).count(UNCHANGED) == 1
        (fault,) = import_rows(Organisation, headings, ["1285", "landsting"]).faults
        assert fault.message == "Välj ett av: region, kommun."


class TestWhatIsLocked:
    def test_a_row_of_a_sent_plan_is_neither_changed_nor_added(self, world):
        goal = Goal.objects.filter(focus_area__plan__slug="2024").first()
        before = contents(Goal)
        changed = import_rows(Goal, ["Nyckel", "Mål"], [goal.key, "Ändrat"])
        added = import_rows(Goal, ["Handlingsplan", "Insatsområde", "Mål"], ["2024", goal.focus_area.slug, "Insmuglat"])
        moved = import_rows(
            Goal,
            ["Nyckel", "Handlingsplan", "Insatsområde"],
            [Goal.objects.get(focus_area__plan=world).key, "2024", goal.focus_area.slug],
        )
        for outcome in (changed, added, moved):
            assert "skickad för beslut" in outcome.faults[0].message
            assert not outcome.is_saved
        assert contents(Goal) == before

    def test_a_status_is_a_decision_and_no_cell(self, world):
        outcome = import_rows(Plan, ["Kortnamn i adresser", "Läge"], ["utkast", "Fastställd"])
        assert "ändras inte här" in outcome.faults[0].message
        assert outcome.faults[0].column == "Läge"
        new = import_rows(
            Plan, ["Samverkan", "Kortnamn i adresser", "Titel", "Läge"], ["provsamverkan", "ny", "Ny", "Fastställd"]
        )
        assert [fault.column for fault in new.faults] == ["Läge"]
        assert Plan.objects.get(slug="utkast").status == Plan.Status.DRAFT

    def test_who_shares_the_cost_of_a_sent_plan_stays(self, world):
        member = Membership.objects.filter(organisation__code="1285").get()
        outcome = import_rows(
            Membership, ["Samverkan", "Organisation", "Med från"], [member.collaboration.slug, "1285", "2031-01-01"]
        )
        assert "skickad för beslut" in outcome.faults[0].message


class TestTheFile:
    HEADINGS = ("Läns- eller kommunkod", "Webbplats")

    def test_an_unknown_a_doubled_and_a_missing_column_are_named(self, world):
        outcome = import_rows(Organisation, ["Kod", "Webbplats", "webbplats"], ["1285", "x", "y"])
        assert [(fault.column, fault.letter) for fault in outcome.faults] == [
            ("Kod", "A"),
            ("Webbplats", "C"),
            ("Läns- eller kommunkod", ""),
        ]
        assert all(fault.row is None for fault in outcome.faults)

    def test_values_without_a_heading_are_pointed_out(self, world):
        (fault,) = import_rows(Organisation, [*self.HEADINGS, None], ["1285", "x", "y"]).faults
        assert (fault.letter, fault.column) == ("C", "")

    def test_half_of_what_names_a_row_is_not_enough(self, world):
        (fault,) = import_rows(Goal, ["Insatsområde", "Mål"], ["a", "b"]).faults
        assert fault.column == "Handlingsplan"

    def test_the_same_row_twice_is_pointed_out(self, world):
        outcome = import_rows(Organisation, self.HEADINGS, ["1285", "x"], [], ["1285", "y"])
        assert [(fault.row, fault.message) for fault in outcome.faults] == [
            (4, "Raden finns redan på rad 2 i filen. Ta bort en av dem.")
        ]

    def test_a_heading_alone_is_no_import(self, world):
        assert "inga rader" in import_rows(Organisation, self.HEADINGS).faults[0].message

    def test_columns_that_are_not_in_the_file_are_named_and_left_alone(self, world):
        outcome = import_rows(Organisation, self.HEADINGS, ["1285", "x"])
        assert "Namn" in outcome.left_alone
        assert "Webbplats" not in outcome.left_alone


class TestExport:
    def test_text_is_text_numbers_are_numbers_and_no_cell_is_a_formula(self, world):
        wicked = ["=1+1", "+46", "-x", "@SUM(A1)", "\tx", "Vanlig"]
        area = world.focus_areas.get()
        for position, words in enumerate(wicked, 1):
            Goal.objects.create(focus_area=area, text=words, position=position)
        rows = Goal.objects.filter(text__in=wicked).order_by("position")
        sheet = openpyxl.load_workbook(io.BytesIO(_export(rows, "xlsx"))).active
        assert sheet.title == "Övergripande mål"
        cells = [(row[2].value, row[2].data_type, row[3].value) for row in sheet.iter_rows(min_row=2)]
        assert cells == [(words.strip(), "s", position) for position, words in enumerate(wicked, 1)]
        lines = list(csv.reader(io.StringIO(_export(rows, "csv").decode("utf-8-sig")), delimiter=";"))
        assert [line[2] for line in lines[1:]] == ["'=1+1", "'+46", "'-x", "'@SUM(A1)", "x", "Vanlig"]
        assert [item["Mål"] for item in json.loads(_export(rows, "json"))] == [words.strip() for words in wicked]

    def test_a_code_keeps_its_leading_zero(self, world):
        rows = Organisation.objects.filter(code="0114")
        sheet = openpyxl.load_workbook(io.BytesIO(_export(rows, "xlsx"))).active
        assert (sheet["A2"].value, sheet["A2"].number_format) == ("0114", "@")

    def test_no_password_is_ever_exported(self, world):
        content = _export(get_user_model().objects.all(), "csv").decode("utf-8-sig")
        assert "anna@prov.example" in content
        assert "md5$" not in content
        assert "password" not in table_of(get_user_model())


def _export(rows, file_format: str) -> bytes:
    return export_rows(rows, resource=resource_of(rows.model), file_format=file_format)

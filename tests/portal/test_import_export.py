"""The pages and the commands of import and export: preview, confirm, all or nothing, and who may do which."""

import io
import json

import openpyxl
import pytest
from django.contrib import admin
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.urls import reverse

from plans.exchange_admin import ExchangeAdmin
from plans.models import FocusArea, Goal, LogEntry, Organisation, Party, Plan, RoleAssignment
from plans.roles import Role
from tests import factories as make
from tests.tables import workbook

pytestmark = pytest.mark.django_db

MODELS = [
    model
    for model, model_admin in admin.site._registry.items()
    if isinstance(model_admin, ExchangeAdmin) and model_admin.is_importable
]
HEADINGS = ["Läns- eller kommunkod", "Webbplats"]


def address(model, page: str) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}")


def upload(client, model, *rows, name: str = "fil.xlsx", data: bytes | None = None):
    content = workbook(*rows) if data is None else data
    return client.post(address(model, "import"), {"file": SimpleUploadedFile(name, content)})


def confirm(client, model, page, **changes):
    data = {"token": page.context["token"], "digest": page.context["outcome"].digest, **changes}
    return client.post(address(model, "import"), data)


@pytest.fixture
def organisations():
    return [make.make_organisation("9101", website="alby.example"), make.make_organisation("9102")]


def signed_in(client, role: str, **where):
    person = make.make_user(f"{role}@prov.example")
    make.make_role(person, role, **where)
    client.force_login(person)
    return person


@pytest.mark.parametrize("model", MODELS, ids=[model._meta.label_lower for model in MODELS])
def test_every_import_and_export_page_opens_and_is_linked_from_the_list(model, admin_client):
    listed = admin_client.get(address(model, "changelist")).content.decode()
    assert f'href="{address(model, "import")}"' in listed
    assert f'href="{address(model, "export")}"' in listed
    assert admin_client.get(address(model, "import")).status_code == 200
    assert admin_client.get(address(model, "export")).status_code == 200
    assert admin_client.get(address(model, "export"), {"filformat": "csv", "mall": "1"}).status_code == 200


class TestExportPage:
    def test_the_file_has_the_rows_that_the_list_shows(self, organisations, admin_client):
        answer = admin_client.get(address(Organisation, "export"), {"q": "alby", "filformat": "xlsx"})
        assert answer["Content-Disposition"] == 'attachment; filename="organisationer.xlsx"'
        sheet = openpyxl.load_workbook(io.BytesIO(answer.content)).active
        assert [row[0].value for row in sheet.iter_rows(min_row=2)] == ["9101"]

    def test_the_template_has_headings_only(self, organisations, admin_client):
        answer = admin_client.get(address(Organisation, "export"), {"filformat": "xlsx", "mall": "1"})
        assert openpyxl.load_workbook(io.BytesIO(answer.content)).active.max_row == 1

    def test_chosen_rows_are_exported_from_the_list(self, organisations, admin_client):
        action = {"action": "export_selected", "_selected_action": [organisations[1].pk]}
        answer = admin_client.post(address(Organisation, "changelist"), action)
        sheet = openpyxl.load_workbook(io.BytesIO(answer.content)).active
        assert [row[0].value for row in sheet.iter_rows(min_row=2)] == ["9102"]

    def test_a_draft_of_another_collaboration_is_not_in_the_file(self, client):
        signed_in(client, Role.EDITOR)
        own = make.make_plan("eget")
        other = make.make_plan("annans", collaboration=make.make_collaboration("annan"))
        answer = client.get(address(Plan, "export"), {"filformat": "csv"}).content.decode("utf-8-sig")
        assert own.slug in answer
        assert other.slug not in answer

    def test_a_forged_filter_gets_an_answer(self, admin_client):
        assert admin_client.get(address(Plan, "export"), {"nej__id": "1", "filformat": "csv"}).status_code in (302, 400)


class TestImportPage:
    def test_a_preview_shows_every_row_and_saves_nothing(self, organisations, admin_client):
        rows = (["9101", "ny.example"], ["9102", None], ["9103", "x.example"])
        page = upload(admin_client, Organisation, HEADINGS, *rows)
        assert [row.state for row in page.context["rows"]] == ["changed", "unchanged", "faulty"]
        text = page.content.decode()
        assert "<del>" in text
        assert "alby.example" in text
        assert "ny.example" in text
        assert page.context["token"] == ""
        assert not Organisation.objects.filter(website="ny.example").exists()
        assert not LogEntry.objects.exists()

    def test_what_was_previewed_is_read_in_when_it_is_confirmed(self, organisations, admin_client, admin_user):
        page = upload(admin_client, Organisation, HEADINGS, ["9101", "ny.example"])
        assert Organisation.objects.get(code="9101").website == "alby.example"
        answer = confirm(admin_client, Organisation, page)
        assert answer.url == address(Organisation, "changelist")
        assert Organisation.objects.get(code="9101").website == "ny.example"
        entry = LogEntry.objects.get()
        assert (entry.actor, entry.before, entry.after) == (
            admin_user,
            {"website": "alby.example"},
            {"website": "ny.example"},
        )

    def test_a_row_that_has_changed_meanwhile_is_previewed_again(self, organisations, admin_client):
        page = upload(admin_client, Organisation, HEADINGS, ["9101", "ny.example"])
        Organisation.objects.filter(code="9101").update(website="annan.example")
        again = confirm(admin_client, Organisation, page)
        assert "har ändrats sedan du granskade" in again.content.decode()
        assert Organisation.objects.get(code="9101").website == "annan.example"
        confirm(admin_client, Organisation, again)
        assert Organisation.objects.get(code="9101").website == "ny.example"

    def test_a_file_is_read_in_once_and_by_whoever_chose_it(self, organisations, admin_client, client):
        page = upload(admin_client, Organisation, HEADINGS, ["9101", "ny.example"])
        signed_in(client, Role.ADMINISTRATOR)
        assert confirm(client, Organisation, page).url == address(Organisation, "import")
        assert Organisation.objects.get(code="9101").website == "alby.example"
        confirm(admin_client, Organisation, page)
        assert confirm(admin_client, Organisation, page).url == address(Organisation, "import")

    def test_a_file_that_says_what_stands_there_has_nothing_to_confirm(self, organisations, admin_client):
        page = upload(admin_client, Organisation, HEADINGS, ["9101", "alby.example"])
        assert "inget att spara" in page.content.decode()
        assert page.context["token"] == ""

    @pytest.mark.parametrize(
        ("name", "data", "words"),
        [
            ("fil.pdf", b"%PDF-1.7", "av ett slag som inte kan läsas"),
            ("fil.xlsx", b"", "Filen är tom"),
            ("fil.xlsx", b"PK skadad", "går inte att läsa som en arbetsbok"),
            ("fil.csv", b"x" * (10 * 1024 * 1024), "högst 5 MB går att läsa in"),
            ("fil.csv", b"Kod\n1\n", "känns inte igen"),
            ("fil.xlsx", workbook(HEADINGS, ["9101", "=1+1"]), "innehåller en formel"),
            ("fil.csv", "Läns- eller kommunkod;Webbplats\n9101;å\0".encode(), "UTF-8 eller Windows-1252"),
        ],
        ids=["slag", "tom", "skadad", "stor", "kolumn", "formel", "nolltecken"],
    )
    def test_a_bad_file_gets_an_answer_in_swedish(self, organisations, admin_client, name, data, words):
        page = upload(admin_client, Organisation, name=name, data=data)
        assert page.status_code == 200
        assert words in page.content.decode()

    def test_no_file_at_all_gets_an_answer(self, admin_client):
        page = admin_client.post(address(Organisation, "import"))
        assert page.status_code == 200
        assert "file" in page.context["form"].errors

    def test_markup_in_a_cell_is_text_on_the_page(self, organisations, admin_client):
        page = upload(admin_client, Organisation, HEADINGS, ["9101", "<script>alert(1)</script>"])
        assert "<script>alert(1)" not in page.content.decode()

    def test_many_rows_are_counted_and_the_first_shown(self, admin_client):
        headings = ["Samverkan", "Kortnamn", "Namn"]
        slug = make.make_collaboration().slug
        page = upload(admin_client, Party, headings, *([slug, f"p{number}", "Part"] for number in range(400)))
        assert page.context["outcome"].count("new") == 400
        assert (len(page.context["rows"]), page.context["hidden_rows"]) == (300, 100)
        confirm(admin_client, Party, page)
        assert Party.objects.filter(slug__startswith="p").count() >= 400
        assert LogEntry.objects.count() == 400


class TestWhoMay:
    GOAL = ("Handlingsplan", "Insatsområde", "Mål")

    def test_who_may_not_write_is_offered_no_import(self, client):
        signed_in(client, Role.AUDITOR)
        assert client.get(address(Goal, "import")).status_code == 403
        assert b"Importera" not in client.get(address(Goal, "changelist")).content
        assert client.get(address(Goal, "export")).status_code == 200

    @pytest.mark.parametrize("role", [Role.REGISTRAR, Role.READER])
    def test_who_may_not_enter_is_told_that_there_is_no_such_page(self, client, role):
        organisation = make.make_members()[1].organisation
        signed_in(client, role, organisation=organisation)
        assert client.get(address(Goal, "import")).status_code == 302
        assert client.get(address(Goal, "import"), follow=True).status_code == 404
        assert client.get(address(Goal, "export"), follow=True).status_code == 404

    def test_an_editor_writes_in_drafts_of_the_own_collaboration_only(self, client):
        signed_in(client, Role.EDITOR)
        own = make.make_area(make.make_plan("eget"), slug="a")
        other = make.make_area(make.make_plan("annans", collaboration=make.make_collaboration("annan")), slug="a")
        kept = make.make_goal(other, "Står kvar")
        refused = upload(client, Goal, self.GOAL, ["annans", "a", "Nytt"])
        assert "Du har ingen roll som får skriva" in refused.content.decode()
        changed = upload(client, Goal, ["Nyckel", "Mål"], [kept.key, "Ändrat"])
        assert "Du har ingen roll som får skriva" in changed.content.decode()
        confirm(client, Goal, upload(client, Goal, self.GOAL, ["eget", "a", "Nytt"]))
        assert [goal.text for goal in own.goals.all()] == ["Nytt"]
        assert [goal.text for goal in other.goals.all()] == ["Står kvar"]

    def test_an_editor_neither_adds_nor_changes_organisations(self, organisations, client):
        signed_in(client, Role.EDITOR)
        assert client.get(address(Organisation, "import")).status_code == 403
        assert upload(client, Organisation, HEADINGS, ["9101", "x"]).status_code == 403

    def test_a_role_is_given_by_import_in_the_own_collaboration_only(self, client):
        giver = signed_in(client, Role.ADMINISTRATOR)
        make.make_user("ny@prov.example")
        make.make_collaboration("annan")
        headings = ["Konto", "Roll", "Samverkan", "Organisation"]
        row = ["ny@prov.example", "Ekonom"]
        refused = upload(client, RoleAssignment, headings, [*row, "annan", None])
        assert "Du har ingen roll som får skriva" in refused.content.decode()
        confirm(client, RoleAssignment, upload(client, RoleAssignment, headings, [*row, "provsamverkan", None]))
        given = RoleAssignment.objects.get(person__username="ny@prov.example")
        assert (given.role, given.granted_by) == (Role.ECONOMIST, giver)

    def test_no_account_is_made_by_import(self, admin_client):
        page = upload(admin_client, type(make.make_user("a@prov.example")), ["Användarnamn"], ["ny@prov.example"])
        assert "Du får inte lägga till" in page.content.decode()


class TestCommands:
    def test_export_and_import_are_each_others_reverse(self, organisations, tmp_path):
        for file_format in ("xlsx", "csv", "json"):
            path = tmp_path / f"organisationer.{file_format}"
            call_command("export_data", "organisation", output=str(path), stdout=io.StringIO())
            out = io.StringIO()
            call_command("import_data", "plans.organisation", str(path), format="json", stdout=out)
            answer = json.loads(out.getvalue())
            assert answer["saved"]
            assert answer["counts"] == {
                "new": 0,
                "changed": 0,
                "unchanged": Organisation.objects.count(),
                "faulty": 0,
            }

    def _file(self, tmp_path, *rows) -> str:
        path = tmp_path / "fil.xlsx"
        path.write_bytes(workbook(HEADINGS, *rows))
        return str(path)

    def test_a_dry_run_changes_nothing(self, organisations, tmp_path):
        out = io.StringIO()
        call_command("import_data", "organisation", self._file(tmp_path, ["9101", "ny"]), dry_run=True, stdout=out)
        assert out.getvalue() == "Provat, inget är ändrat. Nya rader: 0, ändrade: 1, oförändrade: 0.\n"
        assert Organisation.objects.get(code="9101").website == "alby.example"

    def test_faults_are_listed_and_the_exit_status_is_1(self, organisations, tmp_path):
        out = io.StringIO()
        path = self._file(tmp_path, ["9101", "ny"], ["9101", "igen"])
        with pytest.raises(SystemExit) as stopped:
            call_command("import_data", "organisation", path, format="json", stdout=out)
        assert stopped.value.code == 1
        (fault,) = json.loads(out.getvalue())["faults"]
        assert (fault["sheet"], fault["row"]) == ("Blad1", 3)
        with pytest.raises(SystemExit):
            call_command("import_data", "organisation", path, stdout=out)
        assert "Blad Blad1, rad 3: Raden finns redan på rad 2" in out.getvalue()
        assert Organisation.objects.get(code="9101").website == "alby.example"

    def test_the_account_that_imports_is_in_the_log_and_bound_by_its_roles(self, organisations, tmp_path):
        editor = make.make_user("red@prov.example")
        make.make_role(editor, Role.EDITOR)
        path = self._file(tmp_path, ["9101", "ny"])
        with pytest.raises(SystemExit):
            call_command("import_data", "organisation", path, user="red@prov.example", stdout=io.StringIO())
        make.make_role(editor, Role.ADMINISTRATOR)
        call_command("import_data", "organisation", path, user="red@prov.example", stdout=io.StringIO())
        assert LogEntry.objects.get().actor == editor

    def test_locks_hold_for_the_system_too(self, tmp_path):
        area = make.make_area(make.make_plan("skickad", status=Plan.Status.SUBMITTED), slug="a")
        path = tmp_path / "fil.csv"
        path.write_text("Handlingsplan;Kortnamn i adresser;Namn\nskickad;a;Ändrat\n", encoding="utf-8")
        with pytest.raises(SystemExit):
            call_command("import_data", "focusarea", str(path), stdout=io.StringIO())
        assert FocusArea.objects.get(pk=area.pk).name == area.name

    @pytest.mark.parametrize(
        ("arguments", "words"),
        [
            (("import_data", "finnsinte", "fil.csv"), "De som finns: activity"),
            (("import_data", "organisation", "/finns/inte.csv"), "kunde inte läsas"),
            (("export_data", "finnsinte", "--output", "f.csv"), "De som finns: activity"),
            (("export_data", "organisation", "--output", "f.pdf"), ".xlsx, .csv eller .json"),
            (("export_data", "organisation", "--output", "/finns/inte.csv"), "kunde inte skrivas"),
        ],
    )
    def test_what_cannot_be_done_is_said_in_swedish(self, arguments, words):
        with pytest.raises(CommandError, match=words):
            call_command(*arguments)

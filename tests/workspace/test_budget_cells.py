"""The budget's cells by their addresses: saved, refused in place, collided, divided, removed and taken back."""

import json
import re
from decimal import Decimal

import pytest
from bs4 import BeautifulSoup
from django.urls import reverse

from budgets import editing
from budgets.models import BudgetLine, BudgetStatement, CostBasis
from plans.deletion import DECLARATION, delete_row
from plans.editing import value_digest
from plans.models import Plan
from plans.roles import Role
from skane_digi.workspace.budget_cells import part_digest
from tests import factories as make

HTMX = {"HX-Request": "true"}


@pytest.fixture
def plan(db):
    plan = make.make_shared_plan(1000, 2000)
    make.make_funding_form("annan")
    make.make_note(plan, "*", "Täcks av statsbidrag.")
    return plan


@pytest.fixture
def area(plan):
    return plan.focus_areas.first()


@pytest.fixture
def economist(client, plan):
    user = make.make_user("ekonom@prov.example", first_name="Emil", last_name="Ek")
    make.make_role(user, Role.ECONOMIST)
    client.force_login(user)
    return user


def cell_at(area, form: str = "sgd", part: str = "") -> str:
    name = "workspace:budget-part-cell" if part else "workspace:budget-cell"
    return reverse(name, args=[area.plan.slug, area.pk, 2030, form, *([part_digest(part)] if part else [])])


def bases_of(line: BudgetLine | None) -> dict[str, str]:
    return {f"base-{name}": value_digest(line or BudgetLine(), name) for name in editing.CELL}


def save(client, area, amount: str, *, form: str = "sgd", note="", part: str = "", bases=None, htmx=True, **more):
    line = area.budget_lines.filter(funding_form__slug=form, label=part).first()
    sent = {"amount": amount, "note": note, **(bases or bases_of(line)), **more}
    return client.post(cell_at(area, form, part), sent, headers=HTMX if htmx else {})


def post(client, name: str, *args, htmx=True, **sent):
    return client.post(reverse(f"workspace:{name}", args=args), sent, headers=HTMX if htmx else {})


def soup_of(response) -> BeautifulSoup:
    return BeautifulSoup(response.content, "html.parser")


@pytest.mark.usefixtures("economist")
class TestSaving:
    def test_a_cell_says_when_it_was_saved_and_that_the_plan_has_changed(self, client, area):
        response = save(client, area, "1 150 000,50")
        assert response.status_code == 200
        assert re.search(r"Sparat \d\d:\d\d", response.content.decode())
        assert response.headers["HX-Trigger"] == "plan-changed"
        line = area.budget_lines.get()
        assert line.amount == Decimal("1150000.50")
        assert {field["name"]: field["value"] for field in soup_of(response).select("input")} == bases_of(line)

    def test_nothing_new_is_saved_without_a_word_to_others(self, client, area):
        response = save(client, area, "1000")
        assert response.status_code == 200
        assert "HX-Trigger" not in response.headers

    def test_a_blank_cell_becomes_a_line_with_tools_of_its_own(self, client, area):
        response = save(client, area, "0", form="annan")
        line = area.budget_lines.get(funding_form__slug="annan")
        assert line.amount == 0
        tools = soup_of(response).select_one(f"#poster-{area.pk}[hx-swap-oob]")
        assert tools.select_one(f'form[action$="/ta-bort/{line.pk}/"]')

    def test_a_blank_cell_left_blank_makes_nothing(self, client, area):
        assert save(client, area, " ", form="annan").status_code == 200
        assert area.budget_lines.count() == 1

    @pytest.mark.parametrize(
        ("typed", "sentence"),
        [
            ("", "Välj en not som säger varför posten saknar belopp"),
            ("1 15", "tre siffror i varje grupp"),
            ("tusen", "är inte ett belopp"),
            ("-5", "inte vara negativt"),
        ],
    )
    def test_what_cannot_be_saved_is_told_in_place_and_keeps_the_digests(self, client, area, typed, sentence):
        response = save(client, area, typed)
        assert response.status_code == 422
        soup = soup_of(response)
        assert sentence in soup.select_one("[data-save-state] [role=alert]").text
        assert {field["name"]: field["value"] for field in soup.select("input")} == bases_of(area.budget_lines.get())
        assert area.budget_lines.get().amount == 1000

    def test_no_figure_with_a_note_is_saved(self, client, plan, area):
        note = plan.table_notes.get()
        assert save(client, area, "", note=note.pk).status_code == 200
        line = area.budget_lines.get()
        assert (line.amount, line.note) == (None, note)

    def test_two_in_one_cell_both_see_both_and_the_second_chooses(self, client, area):
        seen = bases_of(area.budget_lines.get())
        save(client, area, "1100", bases=seen)
        response = save(client, area, "1200", bases=seen)
        assert response.status_code == 409
        soup = soup_of(response)
        assert "Emil Ek har också ändrat här" in soup.text
        assert "1100" in soup.text.replace("\u202f", "")
        assert area.budget_lines.get().amount == 1100
        chosen = soup.select_one('button[name="sett"]')["value"]
        assert save(client, area, "1200", bases=seen, sett=chosen).status_code == 200
        assert area.budget_lines.get().amount == 1200

    def test_the_others_amount_can_be_fetched_instead(self, client, area):
        save(client, area, "1100")
        form = soup_of(client.get(cell_at(area), headers=HTMX)).form
        assert form.select_one('[name="amount"]')["value"] == "1\u202f100"

    def test_a_line_that_is_gone_is_told(self, client, area):
        seen = bases_of(area.budget_lines.get())
        area.budget_lines.all().delete()
        response = save(client, area, "5", bases=seen)
        assert response.status_code == 410
        assert not area.budget_lines.exists()

    def test_without_script_the_form_leads_back_to_its_cell(self, client, plan, area):
        page = reverse("workspace:budget", args=[plan.slug])
        response = save(client, area, "7", htmx=False, fran=f"{page}#cell")
        assert (response.status_code, response.headers["Location"]) == (302, f"{page}#cell")
        refused = client.get(save(client, area, "sju", htmx=False, fran=page).headers["Location"])
        assert "är inte ett belopp" in refused.content.decode()
        assert area.budget_lines.get().amount == 7

    @pytest.mark.parametrize("place", [(2031, "sgd"), (2030, "okand")])
    def test_a_place_that_the_plan_has_not_got_answers_404(self, client, plan, area, place):
        address = reverse("workspace:budget-cell", args=[plan.slug, area.pk, *place])
        assert client.get(address).status_code == 404

    def test_another_plans_area_answers_404(self, client, plan):
        other = make.make_area(make.make_plan())
        address = reverse("workspace:budget-cell", args=[plan.slug, other.pk, 2030, "sgd"])
        assert client.post(address, {"amount": "1"}).status_code == 404


@pytest.mark.usefixtures("economist")
class TestParts:
    def test_an_amount_is_divided_and_the_rows_come_back(self, client, plan, area):
        sent = {"kolumn": "2030 sgd", "namn": "Drift", "belopp": "300"}
        response = post(client, "budget-part-add", plan.slug, area.pk, **sent)
        assert response.headers["HX-Retarget"] == f"#omrade-{area.pk}"
        assert response.headers["HX-Trigger"] == "plan-changed"
        assert dict(area.budget_lines.values_list("label", "amount")) == {"": 700, "Drift": 300}
        values = [field["value"] for field in soup_of(response).select('.doc-part-row [name="amount"][value]')]
        assert {"300", "700"} <= set(values)

    def test_a_part_has_a_cell_of_its_own(self, client, area):
        make.make_line(area, 10, label="Drift/stöd 50 %")
        assert save(client, area, "20", part="Drift/stöd 50 %").status_code == 200
        assert area.budget_lines.get(label="Drift/stöd 50 %").amount == 20

    def test_a_part_that_somebody_has_renamed_is_gone(self, client, area):
        make.make_line(area, 10, label="Drift")
        address, seen = cell_at(area, part="Drift"), bases_of(area.budget_lines.get(label="Drift"))
        area.budget_lines.filter(label="Drift").update(label="Stöd")
        assert client.post(address, {"amount": "9", "note": "", **seen}, headers=HTMX).status_code == 410

    def test_a_part_gets_another_name(self, client, plan, area):
        make.make_line(area, 10, label="Drift")
        response = post(client, "budget-part-rename", plan.slug, area.pk, var="Drift", namn="Stöd")
        assert "Delen heter nu Stöd." in response.content.decode()
        assert area.budget_lines.filter(label="Stöd").exists()

    @pytest.mark.parametrize("column", ["2030", "2030 okand"])
    def test_a_column_that_is_none_answers_404(self, client, plan, area, column):
        assert post(client, "budget-part-add", plan.slug, area.pk, kolumn=column, namn="x").status_code == 404

    @pytest.mark.parametrize("column", ["", "x sgd", "²030 sgd"])
    def test_a_column_that_is_not_chosen_is_asked_for(self, client, plan, area, column):
        answer = post(client, "budget-part-add", plan.slug, area.pk, kolumn=column, namn="x")
        assert answer.status_code == 422
        assert "Välj vilket års belopp" in answer.content.decode()

    def test_a_removed_line_can_be_taken_back_at_once(self, client, plan, area):
        line = area.budget_lines.get()
        response = post(client, "budget-line-remove", plan.slug, line.pk)
        assert not area.budget_lines.exists()
        undo = soup_of(response).select_one("#besked button")["hx-post"]
        client.post(undo, headers=HTMX)
        assert area.budget_lines.get().pk == line.pk

    def test_without_script_a_removal_is_offered_back_on_the_page(self, client, plan, area):
        page = reverse("workspace:budget", args=[plan.slug])
        post(client, "budget-line-remove", plan.slug, area.budget_lines.get().pk, htmx=False, fran=page)
        form = soup_of(client.get(page)).select_one("#borttaget form")
        response = client.post(form["action"], {"fran": page})
        assert (response.status_code, response.headers["Location"]) == (302, page)
        assert area.budget_lines.exists()
        assert not soup_of(client.get(page)).select_one("#borttaget")

    def test_texts_are_not_taken_back_here(self, client, plan, area):
        """The economist writes the budget, not the plan."""
        entry = delete_row(area.goals.get(), declaration=DECLARATION, by=None)
        assert post(client, "budget-undo", plan.slug, entry.number).status_code == 404


@pytest.mark.usefixtures("economist")
class TestAround:
    def test_a_basis_is_chosen_and_the_shares_follow(self, client, plan):
        basis = CostBasis.objects.get(plan_year__plan=plan)
        rule = make.make_rule({"region": 3, "kommuner": 1})
        sent = {f"base-{name}": value_digest(basis, name) for name in editing.BASIS}
        response = post(client, "budget-basis", plan.slug, 2030, rule=rule.pk, figure_set=basis.figure_set_id, **sent)
        assert response.status_code == 200
        figures = client.get(reverse("workspace:budget-figures", args=[plan.slug])).content.decode()
        assert "2\u202f250,00" in figures

    def test_a_basis_with_half_of_it_missing_is_refused_in_place(self, client, plan):
        CostBasis.objects.all().delete()
        sent = {f"base-{name}": value_digest(CostBasis(), name) for name in editing.BASIS}
        response = post(client, "budget-basis", plan.slug, 2030, rule="", figure_set="", **sent)
        assert response.status_code == 422
        assert "Välj både regel och nyckeltal" in response.content.decode()

    def test_an_economy_text_is_added_and_removed_on_the_areas_page(self, client, plan, area):
        response = post(client, "budget-statement-add", plan.slug, area.pk, vy="omrade", ar="2030", text="<p>Hej.</p>")
        assert response.headers["HX-Retarget"] == "#ekonomi-poster"
        statement = BudgetStatement.objects.get(focus_area=area)
        assert f"falt-budgetstatement-{statement.pk}-text" in response.content.decode()
        post(client, "budget-statement-remove", plan.slug, statement.pk, vy="omrade")
        assert not BudgetStatement.objects.filter(focus_area=area).exists()

    def test_notes_are_added_marked_placed_moved_and_removed(self, client, plan):
        assert post(client, "budget-note-add", plan.slug, mark="**", text="Ny not.").headers["HX-Refresh"] == "true"
        note = plan.table_notes.get(mark="**")
        mark = post(client, "budget-note-mark", plan.slug, note.pk, mark="1", base=value_digest(note, "mark"))
        assert mark.headers["HX-Refresh"] == "true"
        for place in ("cost_table", "funding_form sgd", "column_foot 2030 annan"):
            post(client, "budget-note-place", plan.slug, note.pk, plats=place)
        assert note.placements.count() == 3
        post(client, "budget-note-unplace", plan.slug, note.placements.first().pk)
        assert note.placements.count() == 2
        post(client, "budget-note-move", plan.slug, note.pk, steg="-1")
        assert plan.table_notes.first() == note
        post(client, "budget-note-remove", plan.slug, note.pk)
        assert not plan.table_notes.filter(pk=note.pk).exists()

    @pytest.mark.parametrize(
        "place", ["", "nagonstans", "column_foot 2030", "funding_form okand", "column_foot ²030 sgd"]
    )
    def test_a_place_that_is_none_is_refused(self, client, plan, place):
        response = post(client, "budget-note-place", plan.slug, plan.table_notes.get().pk, plats=place)
        assert response.status_code == 422

    def test_two_who_change_one_mark_see_both(self, client, plan):
        note = plan.table_notes.get()
        base = value_digest(note, "mark")
        post(client, "budget-note-mark", plan.slug, note.pk, mark="1", base=base)
        assert post(client, "budget-note-mark", plan.slug, note.pk, mark="2", base=base).status_code == 409
        form = client.get(reverse("workspace:budget-note-mark", args=[plan.slug, note.pk]))
        assert soup_of(form).select_one('[name="mark"]')["value"] == "1"

    def test_figures_name_the_state_of_every_cell(self, client, plan, area):
        soup = soup_of(client.get(reverse("workspace:budget-figures", args=[plan.slug])))
        states = json.loads(soup.select_one("#cellernas-lage")["data-cells"])
        assert states[cell_at(area)] == " ".join(bases_of(area.budget_lines.get()).values())
        assert soup.select_one("#summa-2030").text == "3\u202f000"


ADDRESSES = ["budget", "budget-figures"]


class TestDoors:
    @pytest.mark.parametrize("role", Role.values)
    @pytest.mark.parametrize("name", ADDRESSES)
    def test_those_who_write_the_budget_come_in(self, client, plan, name, role):
        user = make.make_user(f"{role}@prov.example")
        make.make_role(user, role, organisation=make.make_organisation() if role == Role.REGISTRAR else None)
        client.force_login(user)
        status = client.get(reverse(f"workspace:{name}", args=[plan.slug])).status_code
        assert status == (200 if role in ("administrator", "editor", "chair", "economist") else 404)

    def test_a_reader_changes_nothing(self, client, plan, area):
        user = make.make_user("revisor@prov.example")
        make.make_role(user, Role.AUDITOR)
        client.force_login(user)
        line = area.budget_lines.get()
        assert save(client, area, "5").status_code == 404
        assert post(client, "budget-line-remove", plan.slug, line.pk).status_code == 404
        assert post(client, "budget-note-add", plan.slug, mark="#", text="x").status_code == 404
        assert area.budget_lines.get().amount == 1000

    def test_a_plan_sent_for_decision_leads_to_the_plan(self, client, economist, plan, area):
        Plan.objects.filter(pk=plan.pk).update(status=Plan.Status.SUBMITTED)
        response = client.get(reverse("workspace:budget", args=[plan.slug]))
        assert response.headers["Location"] == plan.get_absolute_url()
        assert save(client, area, "5").status_code == 422
        assert area.budget_lines.get().amount == 1000

    def test_whoever_is_signed_out_keeps_what_was_typed(self, client, area):
        response = save(client, area, "5")
        assert response.status_code == 401
        assert "inte längre inloggad" in response.content.decode()

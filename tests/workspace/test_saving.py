"""A field written in place: saved with its time, refused with its reason, or both texts shown."""

import pytest
from django.urls import reverse

from plans import deletion
from plans.editing import value_digest
from plans.models import LogEntry, RoleAssignment
from skane_digi.workspace.removal import DELETION
from tests import factories as make

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


def address(row, name: str, plan) -> str:
    return reverse("workspace:field", args=[plan.slug, row._meta.model_name, row.pk, name])


def post(client, row, name: str, plan, value: str, base: str = "", **more):
    data = {"value": value, "base": base or value_digest(row, name), **more}
    return client.post(address(row, name, plan), data, headers=HTMX)


def test_a_save_answers_with_its_time_and_what_to_send_next(client, editor, draft, area):
    answer = post(client, area, "background", draft, "<p>Nytt.</p>")
    area.refresh_from_db()
    assert area.background == "<p>Nytt.</p>"
    entry = LogEntry.objects.get(after__has_key="background")
    assert (entry.actor, entry.before["background"]) == (editor, "<p>Det var en gång.</p>")
    page = answer.content.decode()
    assert f'name="base" value="{value_digest(area, "background")}"' in page
    assert "Sparat " in page
    assert answer["HX-Trigger"] == "plan-changed"


def test_saving_what_is_there_already_changes_and_logs_nothing(client, editor, draft, area):
    answer = post(client, area, "background", draft, "<p>Det var en gång.</p>")
    assert answer.status_code == 200
    assert "HX-Trigger" not in answer
    assert not LogEntry.objects.exists()


def test_running_text_is_cleaned_on_the_way_in(client, editor, draft, area):
    """Rich text limited to what the document can carry, sanitised on the way in."""
    typed = '<p onclick="x()">Ett <script>alert(1)</script><em>ord</em> <table><tr><td>ruta</td></tr></table></p>'
    post(client, area, "background", draft, typed)
    area.refresh_from_db()
    assert "script" not in area.background
    assert "onclick" not in area.background
    assert "<td>" not in area.background
    assert "<em>ord</em>" in area.background
    assert "ruta" in area.background


def test_the_second_of_two_saves_is_shown_both_texts_and_overwrites_nothing(client, people, draft, area):
    """The second save is told who saved what meanwhile, sees both texts side by side, and chooses."""
    base = value_digest(area, "background")
    client.force_login(people["chair"])
    people["chair"].first_name, people["chair"].last_name = "Ofelia", "Ordförande"
    people["chair"].save()
    post(client, area, "background", draft, "<p>Det var en dag.</p>", base)
    client.force_login(people["editor"])
    answer = post(client, area, "background", draft, "<p>Det var en natt.</p>", base)
    assert answer.status_code == 409
    page = answer.content.decode()
    assert "Ofelia Ordförande har också ändrat här" in page
    assert "Det var en <mark>dag</mark>." in page
    assert "Det var en <mark>natt</mark>." in page
    area.refresh_from_db()
    assert area.background == "<p>Det var en dag.</p>"
    assert LogEntry.objects.count() == 1


def test_the_writer_saves_all_the_same_once_the_other_text_has_been_seen(client, editor, draft, area):
    base = value_digest(area, "background")
    post(client, area, "background", draft, "<p>Den andras.</p>", base)
    area.refresh_from_db()
    seen = f"background:{value_digest(area, 'background')}"
    answer = post(client, area, "background", draft, "<p>Min.</p>", base, sett=seen)
    assert answer.status_code == 200
    area.refresh_from_db()
    assert area.background == "<p>Min.</p>"


def test_a_third_text_saved_while_one_chooses_is_not_overwritten_either(client, editor, draft, area):
    base = value_digest(area, "background")
    post(client, area, "background", draft, "<p>Den andras.</p>", base)
    area.refresh_from_db()
    seen = f"background:{value_digest(area, 'background')}"
    post(client, area, "background", draft, "<p>En tredje.</p>")
    assert post(client, area, "background", draft, "<p>Min.</p>", base, sett=seen).status_code == 409


def test_two_who_write_the_same_words_do_not_collide(client, editor, draft, area):
    base = value_digest(area, "background")
    post(client, area, "background", draft, "<p>Samma.</p>", base)
    assert post(client, area, "background", draft, "<p>Samma.</p>", base).status_code == 200


def test_a_text_that_one_has_left_alone_is_not_taken_for_the_newer_one(client, editor, draft, area):
    """Who types and takes it back sends the old text: the answer may not pretend that they have seen the new one."""
    base = value_digest(area, "background")
    post(client, area, "background", draft, "<p>Den andras.</p>", base)
    answer = post(client, area, "background", draft, "<p>Det var en gång.</p>", base)
    assert f'name="base" value="{base}"' in answer.content.decode()
    assert post(client, area, "background", draft, "<p>Det var en gång till.</p>", base).status_code == 409


def test_a_continued_area_that_gets_another_name_is_renamed_and_back_again(client, editor, draft, area, plan_2024):
    area.origins.all().delete()
    before = plan_2024.focus_areas.first()
    make.make_lineage(draft, "continued", predecessor=before, successor=area)
    post(client, area, "name", draft, "Ett nytt namn")
    assert area.origins.get().kind == "renamed"
    area.refresh_from_db()
    post(client, area, "name", draft, before.name)
    assert area.origins.get().kind == "continued"


def test_two_who_write_different_fields_of_a_row_do_not_collide(client, editor, draft, area):
    base = value_digest(area, "purpose")
    post(client, area, "background", draft, "<p>En.</p>")
    assert post(client, area, "purpose", draft, "<p>En annan.</p>", base).status_code == 200


def test_without_script_a_collision_is_a_page_with_both_texts(client, editor, draft, area):
    base = value_digest(area, "background")
    post(client, area, "background", draft, "<p>Den andras.</p>", base)
    answer = client.post(address(area, "background", draft), {"value": "<p>Min.</p>", "base": base})
    assert answer.status_code == 409
    page = answer.content.decode()
    assert "Två har ändrat samma text" in page
    assert "&lt;p&gt;Min.&lt;/p&gt;" in page


def test_without_script_a_save_goes_back_to_the_page(client, editor, draft, area):
    data = {
        "value": "<p>Nytt.</p>",
        "base": value_digest(area, "background"),
        "fran": f"/planer/{draft.slug}/arbetsyta/",
    }
    answer = client.post(address(area, "background", draft), data)
    assert (answer.status_code, answer["Location"]) == (302, f"/planer/{draft.slug}/arbetsyta/")
    data |= {"fran": "https://ont.example/", "base": "x", "value": data["value"]}
    assert client.post(address(area, "background", draft), data)["Location"].startswith("/planer/")


def test_an_empty_goal_is_refused_in_words_and_stays(client, editor, draft, area):
    goal = area.goals.first()
    answer = post(client, goal, "text", draft, "  ")
    assert answer.status_code == 422
    assert "Mål: " in answer.content.decode()
    assert "Det du har skrivit är inte sparat" in answer.content.decode()
    goal.refresh_from_db()
    assert goal.text == "Första målet."


def test_a_text_that_is_too_long_is_refused_in_words(client, editor, draft, area):
    answer = post(client, area, "background", draft, "x" * 60_000)
    assert answer.status_code == 422
    assert "längre än" in answer.content.decode()


def test_null_characters_and_composed_letters_do_no_harm(client, editor, draft, area):
    goal = area.goals.first()
    assert post(client, goal, "text", draft, "A\u030angstro\u0308m\0 nu").status_code == 200
    goal.refresh_from_db()
    assert goal.text == "Ångström nu"


def test_a_row_that_somebody_removed_answers_who_did_it(client, people, draft, area):
    """Nothing typed is lost: the text stays, and one is told why it was not saved."""
    goal = area.goals.first()
    goal.refresh_from_db()
    people["chair"].first_name, people["chair"].last_name = "Ofelia", "Ordförande"
    deletion.delete_row(goal, declaration=DELETION, by=people["chair"])
    client.force_login(people["editor"])
    goal.pk = LogEntry.objects.first().before[LogEntry.ROWS][0]["pk"]
    answer = post(client, goal, "text", draft, "Nytt.")
    assert answer.status_code == 410
    assert "Första målet. togs bort av Ofelia Ordförande" in answer.content.decode()


def test_an_economist_writes_no_text_but_the_economy(client, people, draft, area):
    client.force_login(people["economist"])
    assert post(client, area, "background", draft, "<p>Nytt.</p>").status_code == 404
    statement = make.make_statement(area, 2031)
    assert post(client, statement, "text", draft, "<p>Nytt.</p>").status_code == 200


def test_an_editor_of_another_collaboration_finds_nothing(client, people, draft, area):
    client.force_login(people["stranger"])
    assert post(client, area, "background", draft, "<p>Kapat.</p>").status_code == 404


def test_a_role_taken_back_meanwhile_ends_the_writing(client, editor, draft, area):
    RoleAssignment.objects.filter(person=editor).delete()
    assert post(client, area, "background", draft, "<p>Nytt.</p>").status_code == 404


def test_fetching_a_field_anew_gives_what_is_saved_now(client, editor, draft, area):
    answer = client.get(address(area, "background", draft), headers=HTMX)
    assert "&lt;p&gt;Det var en gång.&lt;/p&gt;" in answer.content.decode()

"""A form of the administration overwrites nothing that somebody has saved since the page was opened."""

import pytest
from bs4 import BeautifulSoup
from django.urls import reverse

from plans.models import Goal, LogEntry
from tests import factories as make

pytestmark = pytest.mark.django_db


@pytest.fixture
def goal() -> Goal:
    return make.make_goal(make.make_area(make.make_plan("utkast"), "Området"), "Första.\nAndra.")


def address(row) -> str:
    return reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_change", args=[row.pk])


def opened(client, row) -> dict[str, str]:
    """Return what the page's form sends back when nothing is changed in it, as a browser writes it."""
    soup = BeautifulSoup(client.get(address(row)).content, "html.parser")
    form = soup.select_one("#content form:has([name=_save])")
    sent = {}
    for field in form.select("input[name], textarea[name], select[name]"):
        if field.name == "textarea":
            sent[field["name"]] = field.text.removeprefix("\n").replace("\n", "\r\n")
        elif field.name == "select":
            chosen = field.select_one("option[selected]")
            sent[field["name"]] = chosen["value"] if chosen else ""
        elif field.get("type") not in ("submit", "checkbox"):
            sent[field["name"]] = field.get("value", "")
    return sent


def test_a_field_that_two_have_changed_is_refused_with_the_others_text(goal, admin_client):
    sent = opened(admin_client, goal)
    Goal.objects.filter(pk=goal.pk).update(text="Den andras.")
    answer = admin_client.post(address(goal), {**sent, "text": "Mitt."})
    assert answer.status_code == 200
    assert "Nu står: ”Den andras.”" in str(answer.context["errors"])
    assert "Mitt." in answer.content.decode()
    goal.refresh_from_db()
    assert goal.text == "Den andras."
    assert not LogEntry.objects.exists()


def test_it_is_saved_all_the_same_once_the_others_text_has_been_seen(goal, admin_client):
    sent = opened(admin_client, goal)
    Goal.objects.filter(pk=goal.pk).update(text="Den andras.")
    answer = admin_client.post(address(goal), {**sent, "text": "Mitt."})
    seen = BeautifulSoup(answer.content, "html.parser").select_one("[name=seen]")["value"]
    assert admin_client.post(address(goal), {**sent, "text": "Mitt.", "seen": seen}).status_code == 302
    goal.refresh_from_db()
    assert goal.text == "Mitt."


def test_a_field_that_one_has_left_alone_keeps_what_another_has_saved(goal, admin_client):
    """The page sends every field, also those that nobody touched on it."""
    sent = opened(admin_client, goal)
    Goal.objects.filter(pk=goal.pk).update(text="Den andras.")
    assert admin_client.post(address(goal), {**sent, "position": "7"}).status_code == 302
    goal.refresh_from_db()
    assert (goal.text, goal.position) == ("Den andras.", 7)
    assert [entry.after for entry in LogEntry.objects.all()] == [{"position": 7}]


def test_rows_shown_on_another_rows_page_are_watched_too(goal, admin_client):
    area = goal.focus_area
    sent = opened(admin_client, area)
    Goal.objects.filter(pk=goal.pk).update(text="Den andras.")
    answer = admin_client.post(address(area), {**sent, "goals-0-text": "Mitt."})
    assert answer.status_code == 200
    goal.refresh_from_db()
    assert goal.text == "Den andras."
    assert admin_client.post(address(area), {**sent, "name": "Nytt namn"}).status_code == 302
    goal.refresh_from_db()
    area.refresh_from_db()
    assert (goal.text, area.name) == ("Den andras.", "Nytt namn")


def test_a_forged_list_of_digests_is_no_fault(goal, admin_client):
    sent = opened(admin_client, goal)
    for seen in ("[1]", "{", "null", '{"text": 7}'):
        assert admin_client.post(address(goal), {**sent, "seen": seen}).status_code in (200, 302)

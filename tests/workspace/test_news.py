"""What colleagues save meanwhile is told to the others' pages."""

import pytest
from django.urls import reverse

from plans import structure
from plans.editing import edit_row, value_digest
from plans.models import Goal
from tests import factories as make

pytestmark = pytest.mark.django_db


def save(row, name: str, value: str, by) -> None:
    edit_row(row, values={name: value}, bases={name: value_digest(row, name)}, by=by)


@pytest.fixture
def ask(client, editor, draft):
    address = reverse("workspace:news", args=[draft.slug])
    return lambda since=None: client.get(address, {} if since is None else {"sedan": since}).json()


def test_a_page_first_learns_where_the_log_ends(ask, draft, area, people):
    assert ask() == {"number": 0, "fields": [], "others": []}
    save(area, "background", "<p>Nytt.</p>", people["chair"])
    assert ask() == {"number": 1, "fields": [], "others": []}


def test_fields_that_others_have_saved_are_named_with_who_and_when(ask, draft, area, people):
    goal = area.goals.first()
    save(area, "background", "<p>Nytt.</p>", people["chair"])
    save(goal, "text", "Nytt.", people["chair"])
    goal.refresh_from_db()
    save(goal, "text", "Nyare.", people["chair"])
    news = ask(0)
    assert news["number"] == 3
    assert [field["form"] for field in news["fields"]] == [
        f"falt-focusarea-{area.pk}-background",
        f"falt-goal-{goal.pk}-text",
    ]
    assert {field["who"] for field in news["fields"]} == {"chair@prov.example"}
    assert ask(3) == {"number": 3, "fields": [], "others": []}


def test_what_one_saved_oneself_is_no_news(ask, draft, area, editor):
    save(area, "background", "<p>Nytt.</p>", editor)
    assert ask(0) == {"number": 1, "fields": [], "others": []}


def test_rows_that_came_went_or_moved_are_told_by_person(ask, draft, area, people):
    structure.add_row(Goal(focus_area=area, text="Ett till."), by=people["chair"])
    structure.move_row(area.goals.first(), steps=1, by=people["chair"])
    assert ask(0)["others"] == ["chair@prov.example"]


def test_another_plans_changes_are_no_news(ask, draft, people):
    other = make.make_area(make.make_plan(collaboration=draft.collaboration))
    save(other, "background", "<p>Nytt.</p>", people["chair"])
    assert ask(0) == {"number": 0, "fields": [], "others": []}

"""Two who write in the same field never overwrite one another unseen, and nothing else is in anybody's way."""

import json
import os
import subprocess
import sys
from decimal import Decimal

import pytest
from django.conf import settings
from django.contrib.auth import get_user_model

from plans.deletion import delete_row
from plans.editing import (
    MAX_CHARACTERS,
    EditCollision,
    EditRefused,
    PlanIsLocked,
    RowIsGone,
    edit_row,
    last_change,
    value_digest,
)
from plans.models import FocusArea, Goal, LogEntry, Plan, Responsibility
from skane_digi.workspace.removal import DELETION
from tests import factories as make
from tests.plans.test_log import _address_of_a_real_database

pytestmark = pytest.mark.django_db


@pytest.fixture
def eva():
    return get_user_model().objects.create_user("eva@prov.example", first_name="Eva", last_name="Ek")


@pytest.fixture
def area():
    return make.make_area(make.make_plan(), "Video", slug="video", background="<p>Ett.</p>")


def save(row, by=None, *, base_row=None, **values):
    seen = base_row or row
    return edit_row(row, values=values, bases={name: value_digest(seen, name) for name in values}, by=by)


def fresh(row):
    return type(row).objects.get(pk=row.pk)


class TestASave:
    def test_is_kept_and_logged_with_who_and_what(self, area, eva):
        edit = save(area, eva, background="<p>Två.</p>")
        assert fresh(area).background == edit.row.background == "<p>Två.</p>"
        entry = LogEntry.objects.get()
        assert (entry, entry.actor, entry.action) == (edit.entry, eva, LogEntry.Action.CHANGED)
        assert (entry.before, entry.after) == ({"background": "<p>Ett.</p>"}, {"background": "<p>Två.</p>"})

    def test_of_what_stands_there_already_changes_and_logs_nothing(self, area):
        assert not save(area, background=" <p>Ett.</p> ").is_changed
        assert not LogEntry.objects.exists()

    def test_touches_only_its_own_field(self, area):
        stale = fresh(area)
        save(area, name="B")
        save(stale, purpose="<p>Syfte.</p>")
        assert (fresh(area).name, fresh(area).purpose) == ("B", "<p>Syfte.</p>")

    def test_logs_a_foreign_key_by_name_and_money_as_text(self, area):
        line = make.make_line(area, 1)
        note = make.make_note(area.plan, "*", "En not.")
        save(line, note=note, amount=Decimal("2.50"))
        entry = LogEntry.objects.get()
        assert entry.before == {"note": None, "amount": "1.00"}
        assert entry.after == {"note": "* En not.", "amount": "2.50"}
        assert not save(fresh(line), note=note.pk, amount=Decimal("2.5")).is_changed

    @pytest.mark.parametrize(
        ("name", "written", "kept"),
        [
            ("name", "  Ett\n namn\0 ", "Ett namn"),
            ("name", "A\u030akarp", "Åkarp"),
            ("background", "<script>x</script><p onclick=a>A\0</p>", "<p>A</p>"),
        ],
    )
    def test_is_tidied(self, area, name, written, kept):
        assert getattr(save(area, **{name: written}).row, name) == kept

    def test_that_is_too_long_is_refused(self, area):
        with pytest.raises(EditRefused, match=f"längre än {MAX_CHARACTERS} tecken"):
            save(area, background="a" * (MAX_CHARACTERS + 1))
        with pytest.raises(EditRefused, match="Namn: "):
            save(area, name="a" * 201)

    def test_that_leaves_a_field_empty_that_may_not_be_is_refused_by_its_name(self, area):
        with pytest.raises(EditRefused, match="^Namn: "):
            save(area, name=" ")
        assert fresh(area).name == "Video"
        assert not LogEntry.objects.exists()

    @pytest.mark.parametrize("status", Plan.Status)
    def test_is_taken_until_the_plan_has_been_sent(self, area, status):
        Plan.objects.filter(pk=area.plan_id).update(status=status)
        if status in (Plan.Status.DRAFT, Plan.Status.REFERRAL):
            assert save(area, name="B").is_changed
        else:
            with pytest.raises(PlanIsLocked):
                save(area, name="B")
            assert fresh(area).name == "Video"

    def test_works_for_the_plan_itself(self, area):
        assert save(area.plan, title="Ny titel").is_changed


class TestACollision:
    def test_shows_both_texts_and_who_saved_the_other_and_changes_nothing(self, area, eva):
        stale = fresh(area)
        save(area, eva, background="<p>Två.</p>")
        with pytest.raises(EditCollision) as collision:
            save(stale, background="<p>Tre.</p>")
        (clash,) = collision.value.clashes
        assert (clash.name, clash.current, clash.wished) == ("background", "<p>Två.</p>", "<p>Tre.</p>")
        assert (collision.value.entry.actor, collision.value.row.background) == (eva, "<p>Två.</p>")
        assert fresh(area).background == "<p>Två.</p>"

    def test_does_not_come_where_both_wrote_the_same(self, area):
        stale = fresh(area)
        save(area, background="<p>Två.</p>")
        assert not save(stale, background="<p>Två.</p>").is_changed

    def test_does_not_come_for_a_field_left_as_it_was_seen(self, area):
        """A form sends all its fields; those that the writer has not touched keep what others have written."""
        stale = fresh(area)
        save(area, background="<p>Två.</p>")
        edit = save(stale, background="<p>Ett.</p>", purpose="<p>Syfte.</p>")
        assert (edit.row.background, edit.row.purpose) == ("<p>Två.</p>", "<p>Syfte.</p>")

    def test_in_one_field_keeps_the_other_unsaved_too(self, area):
        stale = fresh(area)
        save(area, background="<p>Två.</p>")
        with pytest.raises(EditCollision):
            save(stale, background="<p>Tre.</p>", name="B")
        assert fresh(area).name == "Video"

    def test_comes_for_a_change_made_past_the_workspace(self, area):
        stale = fresh(area)
        FocusArea.objects.filter(pk=area.pk).update(background="<p>Utanför.</p>")
        with pytest.raises(EditCollision) as collision:
            save(stale, background="<p>Tre.</p>")
        assert collision.value.entry is None

    def test_tells_no_figure_from_zero(self, area):
        line = make.make_line(area, 0, note=make.make_note(area.plan))
        stale = fresh(line)
        save(line, amount=None)
        with pytest.raises(EditCollision):
            save(stale, amount=Decimal(5))

    def test_names_the_one_who_gave_the_field_its_value_and_not_the_last_to_touch_the_row(self, area, eva):
        save(area, eva, background="<p>Två.</p>")
        save(fresh(area), None, name="B")
        assert last_change(area, ["background"]).actor == eva


class TestARowThatIsGone:
    def test_is_said_to_be_with_who_removed_it(self, area, eva):
        goal = make.make_goal(area)
        delete_row(fresh(goal), declaration=DELETION, by=eva)
        with pytest.raises(RowIsGone) as refusal:
            save(goal, text="B")
        assert refusal.value.entry.actor == eva

    @pytest.mark.parametrize("model", [Goal, Responsibility])
    def test_with_its_area_is_said_to_be_also_when_nothing_of_it_was_read(self, area, model):
        """Somebody removes the area between the moment that the row is read and the moment that it is saved."""
        make.make_goal(area)
        make.make_responsibility(area)
        row = model.objects.get(focus_area=area)
        base = {name: value_digest(row, name) for name in ("position",)}
        delete_row(fresh(area), declaration=DELETION, by=None)
        with pytest.raises(RowIsGone):
            edit_row(row, values={"position": 7}, bases=base, by=None)


class TestDigests:
    def test_are_of_the_content_alone(self, area):
        digest = value_digest(area, "background")
        assert value_digest(fresh(area), "background") == digest
        save(area, name="B")
        assert value_digest(fresh(area), "background") == digest
        save(fresh(area), background="<p>Två.</p>")
        assert value_digest(fresh(area), "background") != digest

    def test_tell_none_from_nothing_and_zero(self, area):
        line = make.make_line(area, 0)
        zero = value_digest(line, "amount")
        line.amount = None
        assert value_digest(line, "amount") not in (zero, value_digest(line, "label"))
        line.amount = Decimal("0.00")
        assert value_digest(line, "amount") == zero


WRITER = """
import json, os, sys
from plans.editing import EditCollision, edit_row
from plans.models import Goal
name, base = os.environ["WRITER"], os.environ["BASE"]
told = []
for goal in Goal.objects.filter(focus_area__slug="video").order_by("pk"):
    try:
        edit_row(goal, values={"text": f"{name} {goal.pk}"}, bases={"text": base}, by=None)
        told.append("saved")
    except EditCollision as collision:
        told.append(collision.clashes[0].current)
print(json.dumps(told))
"""


@pytest.mark.django_db(transaction=True)
def test_of_two_who_save_the_same_field_at_once_one_is_told_what_the_other_saved(tmp_path):
    """Two processes on the engine under test save thirty goals each, in the same order, from the same text."""
    area = make.make_area(make.make_plan(), "Video", slug="video")
    goals = [make.make_goal(area) for _ in range(30)]
    address = _address_of_a_real_database(tmp_path)
    command = [sys.executable, "manage.py", "shell", "-v0", "-c", WRITER]
    shared = {**os.environ, "DEMO": "1", "DATABASE_URL": address, "BASE": value_digest(goals[0], "text")}
    writers = [
        subprocess.Popen(
            command, cwd=settings.BASE_DIR, env={**shared, "WRITER": name}, stdout=subprocess.PIPE, text=True
        )
        for name in ("Eva", "Olle")
    ]
    one, other = (json.loads(writer.communicate(timeout=120)[0]) for writer in writers)
    for goal, eva, olle in zip(goals, one, other, strict=True):
        assert sorted([eva == "saved", olle == "saved"]) == [False, True]
        assert (eva, olle) in ((f"Olle {goal.pk}", "saved"), ("saved", f"Eva {goal.pk}"))

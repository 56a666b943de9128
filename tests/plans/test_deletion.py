"""What is removed goes with its parts, is kept whole in the log, and comes back as it was or not at all."""

import itertools

import pytest
from django.core import serializers
from django.db import connection

from plans.deletion import DECLARATION, Keeps, Part, delete_row, joined, restore
from plans.editing import EditRefused, PlanIsLocked, RowIsGone, edit_row, value_digest
from plans.log_proof import prove_log
from plans.models import (
    Activity,
    ActivityPeriod,
    AreaLineage,
    FocusArea,
    Goal,
    LogEntry,
    Plan,
    PlanSection,
    Responsibility,
    WatchedMatter,
)
from plans.places import plan_of, reference_of
from plans.structure import add_area, end_area
from skane_digi.workspace.removal import DELETION
from tests import factories as make

pytestmark = pytest.mark.django_db
LOCKED = [Plan.Status.SUBMITTED, Plan.Status.PREPARED, Plan.Status.RECOMMENDED, Plan.Status.ADOPTED, Plan.Status.CLOSED]


@pytest.fixture
def area():
    """An area that has something of every kind, and that continues one of the plan before."""
    plan = make.make_plan()
    area = make.make_area(plan, "Video", slug="video", background="<p>Bakgrund.</p>")
    make.make_goal(area, "Ett mål.")
    period = make.make_period(area, introduction="<p>Inledning.</p>")
    activity = make.make_activity(period, "En aktivitet.")
    make.make_activity(period, "En delaktivitet.", parent=activity)
    make.make_activity(make.make_period(area, 2031, None), "En senare aktivitet.")
    make.make_responsibility(area, on_behalf_of=make.make_body("uppdragsgivare"))
    make.make_lineage(plan, "continued", predecessor=make.make_area(), successor=area)
    make.make_line(area, "1000.50")
    make.make_line(area, None, year=2031, note=make.make_note(plan))
    make.make_statement(area)
    return area


def rows_in(plan: Plan) -> list[dict]:
    """Return every row of every kind that may be removed, as the database has it."""
    rows = itertools.chain.from_iterable(model.objects.order_by("pk") for model in DELETION)
    return list(serializers.serialize("python", [row for row in rows if plan_of(row) == plan]))


def delete(row, declaration=DELETION) -> LogEntry:
    return delete_row(row, declaration=declaration, by=None)


def one_of_each(area) -> dict[str, object]:
    return {
        "goal": Goal.objects.get(focus_area=area),
        "period": ActivityPeriod.objects.filter(focus_area=area).first(),
        "activity": Activity.objects.filter(period__focus_area=area, parent=None).first(),
        "sub-activity": Activity.objects.get(period__focus_area=area, parent__isnull=False),
        "responsibility": Responsibility.objects.get(focus_area=area),
        "section": make.make_section(area.plan),
        "matter": make.make_watched_matter(area.plan),
        "line": area.budget_lines.first(),
        "statement": area.budget_statements.get(),
        "note": make.make_note(area.plan, "**"),
        "area": area,
    }


KINDS = ("goal", "period", "activity", "sub-activity", "responsibility", "section", "matter", "line", "statement")
KINDS += ("note", "area")


class TestRemoving:
    def test_takes_the_parts_along_and_leaves_the_rest(self, area):
        other = make.make_complete_area(area.plan)
        delete(area)
        assert {told["pk"] for told in rows_in(area.plan) if told["model"] == "plans.focusarea"} == {other.pk}
        assert Goal.objects.filter(focus_area=other).count() == 1
        assert not Activity.objects.filter(period__focus_area=area.pk).exists()

    def test_keeps_every_row_in_the_log_and_the_log_holds(self, area):
        count = len([told for told in rows_in(area.plan) if told["model"] != "budgets.tablenote"])
        entry = delete(area)
        assert len(entry.before[LogEntry.ROWS]) == count
        assert entry.before["name"] == "Video"
        assert prove_log().holds

    def test_names_each_row_by_the_key_that_the_log_knows_it_by(self, area):
        keys = {reference_of(row)[1] for row in one_of_each(area).values() if row in (*area.goals.all(), area)}
        assert keys <= {told["key"] for told in delete(area).before[LogEntry.ROWS]}

    def test_an_area_that_a_later_plan_builds_on_stays(self, area):
        make.make_lineage(make.make_plan(), "ended", predecessor=area)
        before = rows_in(area.plan)
        with pytest.raises(EditRefused, match="En senare plan bygger vidare på området"):
            delete(area)
        assert rows_in(area.plan) == before
        assert not LogEntry.objects.exists()

    def test_of_what_is_gone_is_refused(self, area):
        goal = area.goals.get()
        delete(Goal.objects.get(pk=goal.pk))
        with pytest.raises(RowIsGone) as refusal:
            delete(goal)
        assert refusal.value.entry.action == LogEntry.Action.DELETED

    def test_of_what_stood_in_something_that_is_gone_is_refused(self, area):
        goal = Goal.objects.get(focus_area=area)
        delete(area)
        with pytest.raises(RowIsGone):
            delete(goal)

    @pytest.mark.parametrize("kind", KINDS)
    def test_works_in_a_draft_and_a_referral_and_not_after(self, area, kind):
        row = one_of_each(area)[kind]
        for status in LOCKED:
            Plan.objects.filter(pk=area.plan_id).update(status=status)
            with pytest.raises(PlanIsLocked):
                delete(row)
        Plan.objects.filter(pk=area.plan_id).update(status=Plan.Status.REFERRAL)
        delete(row)
        assert not type(row).objects.filter(pk=row.pk).exists()


class TestPuttingBack:
    @pytest.mark.parametrize("kind", KINDS)
    def test_gives_every_row_back_as_it_was(self, area, kind):
        """The same ids and keys, so that comments and history find the rows again."""
        row = one_of_each(area)[kind]
        before = rows_in(area.plan)
        entry = delete(row)
        assert rows_in(area.plan) != before
        assert restore(LogEntry.objects.get(pk=entry.pk), by=None) == row
        assert rows_in(area.plan) == before
        assert LogEntry.objects.first().action == LogEntry.Action.RESTORED

    def test_leaves_room_for_new_rows(self, area):
        """On PostgreSQL a row put back with its id must not be in the way of the next id."""
        restore(delete(area), by=None)
        new = [make.make_goal(area), make.make_area(area.plan), make.make_line(area, 1, form="annan")]
        new += [make.make_activity(area.periods.first()), make.make_responsibility(area, make.make_body("ny"))]
        for row in new:
            assert type(row).objects.filter(pk__gte=row.pk).count() == 1

    def test_twice_is_refused(self, area):
        entry = delete(area)
        restore(entry, by=None)
        before = rows_in(area.plan)
        with pytest.raises(EditRefused, match="Redan återställt: ”Video” finns i planen"):
            restore(entry, by=None)
        assert rows_in(area.plan) == before

    def test_from_an_older_removal_is_refused(self, area):
        """The row was put back, changed and removed anew: the older entry would lose what was written since."""
        older = delete(area)
        back = restore(older, by=None)
        edit_row(back, values={"name": "Video 2"}, bases={"name": value_digest(back, "name")}, by=None)
        newer = delete(back)
        with pytest.raises(EditRefused, match="Ångra den senare borttagningen"):
            restore(older, by=None)
        assert restore(newer, by=None).name == "Video 2"

    @pytest.mark.parametrize(
        ("part", "whole", "named"),
        [
            ("goal", "area", "”Video”"),
            ("line", "area", "”Video”"),
            ("activity", "period", "”Verksamhetsåret 2030”"),
            ("sub-activity", "activity", "”En aktivitet.”"),
            ("sub-activity", "area", "”Video”"),
        ],
    )
    def test_of_a_part_whose_whole_is_gone_says_what_to_do_first(self, area, part, whole, named):
        rows = one_of_each(area)
        part_entry = delete(rows[part])
        whole_entry = delete(rows[whole])
        with pytest.raises(EditRefused) as refusal:
            restore(part_entry, by=None)
        reason = f"Det som raden hörde till, {named}, är också borttaget. Återställ det först."
        assert refusal.value.reason == reason
        restore(whole_entry, by=None)
        restore(part_entry, by=None)
        assert type(rows[part]).objects.filter(pk=rows[part].pk).exists()

    def test_of_a_goal_never_puts_it_in_another_area_with_the_same_short_name(self, area):
        goal = area.goals.get()
        entry = delete(goal)
        delete(area)
        make.make_area(area.plan, "En annan", slug="video")
        with pytest.raises(EditRefused, match="är också borttaget"):
            restore(entry, by=None)
        assert not Goal.objects.filter(pk=goal.pk).exists()

    def test_of_a_line_keeps_its_note_when_the_marks_have_been_exchanged(self, area):
        line = area.budget_lines.get(amount=None)
        one, other = line.note, make.make_note(area.plan, "**")
        entry = delete(line)
        for note, mark in ((one, "***"), (other, "*"), (one, "**")):
            note.mark = mark
            note.save()
        assert restore(entry, by=None).note == one

    def test_of_what_points_to_something_that_is_gone_is_refused(self, area):
        line = area.budget_lines.get(amount=None)
        note = line.note
        entry = delete(line)
        note.delete()
        with pytest.raises(EditRefused, match="Det som raden hörde till är också borttaget"):
            restore(entry, by=None)

    def test_of_a_whole_whose_part_points_to_something_that_is_gone_is_refused(self, area):
        body = area.responsibilities.get().body
        entry = delete(area)
        body.delete()
        with pytest.raises(EditRefused, match="Något som raden pekar på är också borttaget"):
            restore(entry, by=None)
        assert not FocusArea.objects.filter(pk=area.pk).exists()

    def test_of_an_area_whose_short_name_is_taken_is_refused(self, area):
        entry = delete(area)
        make.make_area(area.plan, "En annan", slug="video")
        before = rows_in(area.plan)
        with pytest.raises(EditRefused, match="något annat har tagit dess plats eller namn"):
            restore(entry, by=None)
        assert rows_in(area.plan) == before

    def test_of_an_area_works_when_a_new_one_has_been_given_the_same_name(self, area):
        entry = delete(area)
        new = add_area(plan=area.plan, name="Video", by=None)
        assert new.slug == "video-2"
        assert restore(entry, by=None).slug == "video"

    def test_of_a_period_whose_years_are_taken_is_refused(self, area):
        for years in ((2030, 2030), (2031, None)):
            period = area.periods.get(start_year=years[0])
            entry = delete(period)
            make.make_period(area, *years)
            with pytest.raises(EditRefused, match="något annat har tagit dess plats"):
                restore(entry, by=None)

    @pytest.mark.parametrize("status", LOCKED)
    def test_into_a_plan_that_has_been_sent_is_refused(self, area, status):
        entry = delete(area)
        Plan.objects.filter(pk=area.plan_id).update(status=status)
        with pytest.raises(PlanIsLocked):
            restore(entry, by=None)
        assert not FocusArea.objects.filter(pk=area.pk).exists()

    def test_of_anything_but_a_removal_is_refused(self, area):
        entry = edit_row(area, values={"name": "B"}, bases={"name": value_digest(area, "name")}, by=None).entry
        with pytest.raises(EditRefused, match="ingen borttagning som kan ångras"):
            restore(entry, by=None)

    def test_of_an_ended_area_continues_it_again(self, area):
        before = rows_in(area.plan)
        entry = end_area(area, reason="I drift.", declaration=DELETION, by=None)
        step = AreaLineage.objects.get(plan=area.plan)
        assert (step.kind, step.successor, step.reason) == ("ended", None, "I drift.")
        restore(entry, by=None)
        assert rows_in(area.plan) == before
        step.refresh_from_db()
        assert (step.kind, step.successor, step.reason) == ("continued", area, "")
        with pytest.raises(EditRefused, match="Redan återställt"):
            restore(entry, by=None)

    def test_leaves_no_constraint_unchecked(self, area):
        restore(delete(area), by=None)
        connection.check_constraints()


class TestDeclaration:
    def test_names_every_relation_of_every_model_that_may_go(self):
        """A row that points to what is removed, and that is not declared, would stop the removal with no words."""
        for model, declared in DELETION.items():
            relations = {field.name for field in model._meta.get_fields() if field.auto_created and not field.concrete}
            assert set(declared) == relations, model
            assert set(declared.values()) <= {rule for rule in declared.values() if isinstance(rule, Part | Keeps)}

    def test_reaches_no_model_that_is_not_in_it(self):
        for model, declared in DELETION.items():
            for name, rule in declared.items():
                if isinstance(rule, Part):
                    assert model._meta.get_field(name).related_model in DELETION

    def test_of_the_plans_app_is_enough_without_money(self):
        plan = make.make_plan()
        area = make.make_complete_area(plan)
        restore(delete(area, DECLARATION), by=None)
        assert area.goals.count() == 1

    def test_of_two_apps_is_joined_without_changing_either(self):
        both = joined({Goal: {"a": Part()}}, {Goal: {"b": Part()}, Plan: {}})
        assert both == {Goal: {"a": Part(), "b": Part()}, Plan: {}}
        assert {PlanSection, WatchedMatter} <= set(DECLARATION)

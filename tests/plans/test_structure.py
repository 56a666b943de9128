"""Rows are added, ordered, moved, split and ended under one lock, and the log tells each change."""

import pytest

from plans.deletion import delete_row
from plans.editing import EditRefused, PlanIsLocked, RowIsGone
from plans.models import Activity, ActivityPeriod, AreaLineage, FocusArea, Goal, LogEntry, Plan, Responsibility
from plans.structure import (
    add_area,
    add_responsibility,
    add_row,
    add_section,
    end_area,
    move_activity,
    move_row,
    set_period_years,
    siblings_of,
    split_period,
)
from skane_digi.workspace.removal import DELETION
from tests import factories as make

pytestmark = pytest.mark.django_db
Action = LogEntry.Action


@pytest.fixture
def area():
    return make.make_area(make.make_plan(), "Video", slug="video")


@pytest.fixture
def goals(area):
    return [add_row(Goal(focus_area=area, text=f"Mål {number}."), by=None) for number in range(1, 4)]


def continued(area) -> FocusArea:
    before = make.make_area(make.make_plan(), "Video förut")
    make.make_lineage(area.plan, "continued", predecessor=before, successor=area)
    return before


CHANGES = {
    "add": lambda area: add_row(Goal(focus_area=area, text="Ett mål."), by=None),
    "add area": lambda area: add_area(plan=area.plan, name="Nytt", by=None),
    "add section": lambda area: add_section(plan=area.plan, heading="Nytt", place="before", by=None),
    "add responsibility": lambda area: add_responsibility(area=area, body=make.make_body("nytt"), by=None),
    "move": lambda area: move_row(area.goals.first(), steps=1, by=None),
    "move activity": lambda area: move_activity(
        Activity.objects.get(period__focus_area=area), area=make.make_area(area.plan), by=None
    ),
    "years": lambda area: set_period_years(area.periods.get(), start_year=2040, end_year=None, by=None),
    "split": lambda area: split_period(area.periods.get(), year=2031, by=None),
    "end": lambda area: end_area(area, reason="I drift.", declaration=DELETION, by=None),
}


@pytest.mark.parametrize("status", Plan.Status)
@pytest.mark.parametrize("name", CHANGES)
def test_every_change_is_made_and_logged_until_the_plan_has_been_sent(area, goals, name, status):
    make.make_activity(make.make_period(area, 2030, 2032))
    continued(area)
    Plan.objects.filter(pk=area.plan_id).update(status=status)
    before = LogEntry.objects.count()
    if status in (Plan.Status.DRAFT, Plan.Status.REFERRAL):
        CHANGES[name](area)
        assert LogEntry.objects.count() > before
    else:
        with pytest.raises(PlanIsLocked):
            CHANGES[name](area)
        assert LogEntry.objects.count() == before


class TestAdding:
    def test_puts_the_row_last_and_tidies_it(self, area, goals):
        new = add_row(Goal(focus_area=area, text="  Ett \n mål till. "), by=None)
        assert list(siblings_of(new)) == [*goals, new]
        assert new.text == "Ett mål till."
        assert (LogEntry.objects.first().action, LogEntry.objects.first().after) == (Action.CREATED, {"text": new.text})

    def test_without_words_is_refused(self, area):
        with pytest.raises(EditRefused, match="^Mål: "):
            add_row(Goal(focus_area=area, text=" "), by=None)
        for name in (" ", "!?"):
            with pytest.raises(EditRefused, match="minst en bokstav eller siffra"):
                add_area(plan=area.plan, name=name, by=None)
            with pytest.raises(EditRefused, match="minst en bokstav eller siffra"):
                add_section(plan=area.plan, heading=name, place="before", by=None)
        assert not LogEntry.objects.exists()

    def test_to_what_is_gone_is_refused(self, area):
        stale = FocusArea.objects.get(pk=area.pk)
        delete_row(area, declaration=DELETION, by=None)
        with pytest.raises(EditRefused):
            add_row(Goal(focus_area=stale, text="Ett mål."), by=None)

    def test_an_area_states_that_it_is_new_and_gets_an_address_of_its_own(self, area):
        new = add_area(plan=area.plan, name="Video", by=None)
        assert (new.slug, new.origins.get().kind) == ("video-2", AreaLineage.Kind.NEW)
        assert add_area(plan=area.plan, name="Video", by=None).slug == "video-3"

    def test_an_area_never_gets_the_address_of_one_that_has_been_removed(self, area):
        """The address names an area in the log and in comments: the new one has a history of its own."""
        delete_row(area, declaration=DELETION, by=None)
        assert add_area(plan=area.plan, name="Video", by=None).slug == "video-2"
        assert add_area(plan=make.make_plan(), name="Video", by=None).slug == "video"

    def test_a_sub_activity_of_a_sub_activity_or_of_another_period_is_refused(self, area):
        period, other = make.make_period(area), make.make_period(area, 2031, 2031)
        parent = add_row(Activity(period=period, text="Hel."), by=None)
        sub = add_row(Activity(period=period, text="Del.", parent=parent), by=None)
        with pytest.raises(EditRefused, match="kan inte i sin tur delas upp"):
            add_row(Activity(period=period, text="Del av del.", parent=sub), by=None)
        with pytest.raises(EditRefused, match="samma period"):
            add_row(Activity(period=other, text="Del.", parent=parent), by=None)

    def test_a_body_answers_once_and_only_in_its_own_collaboration(self, area):
        body = make.make_body()
        add_responsibility(area=area, body=body, by=None)
        with pytest.raises(EditRefused):
            add_responsibility(area=area, body=body, by=None)
        stranger = make.make_body("annat", collaboration=make.make_collaboration("annan"))
        for bodies in ({"body": stranger}, {"body": make.make_body("eget"), "on_behalf_of": stranger}):
            with pytest.raises(EditRefused, match="hör till en annan samverkan"):
                add_responsibility(area=area, by=None, **bodies)
        with pytest.raises(EditRefused, match="på uppdrag av sig självt"):
            add_responsibility(area=area, body=make.make_body("b"), on_behalf_of=make.make_body("b"), by=None)
        assert Responsibility.objects.filter(focus_area=area).count() == 1


class TestMoving:
    @pytest.mark.parametrize(
        ("which", "how", "order"),
        [
            (0, {"steps": 1}, [1, 0, 2]),
            (2, {"steps": -2}, [2, 0, 1]),
            (0, {"steps": -1}, [0, 1, 2]),
            (0, {"steps": 99}, [1, 2, 0]),
            (2, {"before": 0}, [2, 0, 1]),
            (0, {"before": None, "steps": 0}, [0, 1, 2]),
            (1, {"before": 1}, [0, 1, 2]),
        ],
    )
    def test_gives_the_order_that_was_asked_for(self, area, goals, which, how, order):
        if how.get("before") is not None:
            how = {"before": goals[how["before"]].pk}
        move_row(goals[which], by=None, **how)
        assert list(area.goals.all()) == [goals[place] for place in order]
        moved = LogEntry.objects.filter(action=Action.MOVED)
        assert moved.count() == (order != [0, 1, 2])

    def test_before_nothing_is_last(self, area, goals):
        assert move_row(goals[0], before=0, by=None) == (3, 3)

    def test_is_logged_by_place_counted_from_one(self, area, goals):
        assert move_row(goals[2], steps=-2, by=None) == (1, 3)
        entry = LogEntry.objects.first()
        assert (entry.before, entry.after) == ({"position": 3}, {"position": 1})

    def test_leaves_the_rows_of_other_areas_alone(self, area, goals):
        other = make.make_goal(make.make_area(area.plan))
        move_row(goals[0], steps=2, by=None)
        other.refresh_from_db()
        assert other.position == 0

    def test_of_what_is_gone_is_refused(self, area, goals):
        delete_row(Goal.objects.get(pk=goals[0].pk), declaration=DELETION, by=None)
        with pytest.raises(RowIsGone):
            move_row(goals[0], steps=1, by=None)


class TestMovingAnActivity:
    def test_takes_its_parts_along_to_the_period_of_the_same_years(self, area):
        other = make.make_area(area.plan, "Annat")
        there = make.make_activity(make.make_period(other, 2030, None))
        activity = make.make_activity(make.make_period(area, 2030, None))
        sub = make.make_activity(activity.period, "Del.", parent=activity)
        assert move_activity(activity, area=other, by=None) == there.period
        sub.refresh_from_db()
        assert sub.period == there.period
        assert list(there.period.activities.top_level()) == [there, activity]
        assert LogEntry.objects.first().before == {"period": "Video, 2030 och framåt"}
        assert LogEntry.objects.first().after == {"period": "Annat, 2030 och framåt"}

    def test_makes_the_period_where_there_is_none(self, area):
        other = make.make_area(area.plan)
        period = move_activity(make.make_activity(make.make_period(area)), area=other, by=None)
        assert (period.focus_area, period.start_year, period.end_year) == (other, 2030, 2030)

    def test_where_it_may_not_go_is_refused(self, area):
        activity = make.make_activity(make.make_period(area))
        sub = make.make_activity(activity.period, "Del.", parent=activity)
        with pytest.raises(EditRefused, match="hör till en annan plan"):
            move_activity(activity, area=make.make_area(), by=None)
        with pytest.raises(EditRefused, match="ligger redan i Video"):
            move_activity(activity, area=area, by=None)
        with pytest.raises(EditRefused, match="Flytta hela aktiviteten"):
            move_activity(sub, area=make.make_area(area.plan), by=None)

    def test_to_an_area_that_is_gone_is_refused(self, area):
        activity = make.make_activity(make.make_period(area))
        other = make.make_area(area.plan)
        delete_row(FocusArea.objects.get(pk=other.pk), declaration=DELETION, by=None)
        with pytest.raises(RowIsGone):
            move_activity(activity, area=other, by=None)


class TestPeriods:
    def test_are_split_with_the_chosen_activities_and_their_parts(self, area):
        period = make.make_period(area, 2030, 2033, introduction="<p>Inledning.</p>")
        stays, goes = make.make_activity(period, "Stannar."), make.make_activity(period, "Går.")
        sub = make.make_activity(period, "Del.", parent=goes)
        stranger = make.make_activity(make.make_period(make.make_area(area.plan)))
        new = split_period(period, year=2032, later=[goes.pk, sub.pk, stranger.pk], by=None)
        period.refresh_from_db()
        assert (period.start_year, period.end_year, period.introduction) == (2030, 2031, "<p>Inledning.</p>")
        assert (new.start_year, new.end_year, new.introduction) == (2032, 2033, "")
        assert list(period.activities.all()) == [stays]
        assert set(new.activities.all()) == {goes, sub}
        assert stranger.period.activities.count() == 1
        assert len(set(LogEntry.objects.values_list("at", flat=True))) == 1, "one act, one moment"

    @pytest.mark.parametrize("year", [2030, 2029, 2034])
    def test_are_not_split_outside_their_years(self, area, year):
        with pytest.raises(EditRefused, match="kan delas från och med 2031 till och med 2033"):
            split_period(make.make_period(area, 2030, 2033), year=year, by=None)

    def test_of_a_single_year_are_not_split(self, area):
        with pytest.raises(EditRefused, match="^Verksamhetsåret 2030 är ett enda år och kan inte delas.$"):
            split_period(make.make_period(area, 2030, 2030), year=2031, by=None)

    def test_without_an_end_are_split_at_any_later_plausible_year(self, area):
        with pytest.raises(EditRefused):
            split_period(make.make_period(area, 2030, None), year=9999, by=None)
        assert ActivityPeriod.objects.get(focus_area=area).end_year is None
        assert split_period(area.periods.get(), year=2040, by=None).end_year is None

    def test_are_not_split_into_years_that_another_has(self, area):
        for other in ((2032, 2033), (2030, 2031)):
            period = make.make_period(area, 2030, 2033)
            taken = make.make_period(area, *other)
            with pytest.raises(EditRefused, match="har redan en period för"):
                split_period(period, year=2032, by=None)
            ActivityPeriod.objects.filter(pk__in=[period.pk, taken.pk]).delete()

    def test_get_other_years_unless_another_has_them_or_they_end_before_they_begin(self, area):
        period, other = make.make_period(area, 2030, 2030), make.make_period(area, 2031, None)
        with pytest.raises(EditRefused, match="har redan en period för 2031 och framåt"):
            set_period_years(period, start_year=2031, end_year=None, by=None)
        with pytest.raises(EditRefused, match="sluta innan den börjar"):
            set_period_years(other, start_year=2031, end_year=2030, by=None)
        assert not LogEntry.objects.exists()
        set_period_years(period, start_year=2030, end_year=2032, by=None)
        assert LogEntry.objects.get().after == {"start_year": 2030, "end_year": 2032}
        set_period_years(period, start_year=2030, end_year=2032, by=None)
        assert LogEntry.objects.count() == 1


class TestEndingAnArea:
    def test_takes_it_out_and_says_why_in_the_plan(self, area, goals):
        before = continued(area)
        end_area(area, reason=" I \n drift. ", declaration=DELETION, by=None)
        step = AreaLineage.objects.get(plan=area.plan)
        assert (step.kind, step.predecessor, step.successor, step.reason) == ("ended", before, None, "I drift.")
        assert not FocusArea.objects.filter(pk=area.pk).exists()

    def test_of_a_merger_ends_both_that_it_came_from(self, area):
        continued(area), continued(area)
        end_area(area, reason="I drift.", declaration=DELETION, by=None)
        assert [step.kind for step in AreaLineage.objects.filter(plan=area.plan)] == ["ended", "ended"]

    def test_without_a_reason_is_refused(self, area):
        continued(area)
        with pytest.raises(EditRefused, match="Skriv varför Video avslutas"):
            end_area(area, reason=" ", declaration=DELETION, by=None)

    def test_that_is_new_is_refused(self, area):
        make.make_lineage(area.plan, "new", successor=area)
        with pytest.raises(EditRefused, match="Ta bort det i stället"):
            end_area(area, reason="Fel.", declaration=DELETION, by=None)

    def test_that_a_later_plan_builds_on_is_refused(self, area):
        continued(area)
        make.make_lineage(make.make_plan(), "ended", predecessor=area)
        with pytest.raises(EditRefused, match="En senare plan bygger vidare"):
            end_area(area, reason="I drift.", declaration=DELETION, by=None)
        assert FocusArea.objects.filter(pk=area.pk).exists()

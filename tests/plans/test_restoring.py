"""What the log says can be put back, unless somebody has changed it since, and never something that is not allowed."""

import datetime
from decimal import Decimal

import pytest
from django.contrib.auth import get_user_model

from plans import log
from plans.deletion import delete_row
from plans.editing import EditCollision, EditRefused, PlanIsLocked, edit_row, value_digest
from plans.history import Question, history_page
from plans.history_places import whereabouts_of
from plans.history_words import WORDS
from plans.models import LogEntry, Plan
from plans.restoring import base_of, offers_of, put_back, restore_value, rows_named, undo_move
from plans.structure import add_row, end_area, move_activity, move_row, set_period_years, split_period
from skane_digi.workspace.removal import DELETION
from tests import factories as make

pytestmark = pytest.mark.django_db
AT = datetime.datetime(2030, 3, 1, 12, 0, tzinfo=datetime.UTC)
Action = LogEntry.Action


@pytest.fixture
def eva():
    return get_user_model().objects.create_user("eva@prov.example", first_name="Eva", last_name="Ek")


@pytest.fixture
def area():
    return make.make_area(make.make_plan(), "Video", slug="video", background="<p>Ett.</p>")


def write(row, **values) -> LogEntry:
    bases = {name: value_digest(type(row).objects.get(pk=row.pk), name) for name in values}
    return edit_row(row, values=values, bases=bases, by=None).entry


def bring_back(entry, name, side="before", *, by=None, base=None):
    row, *_ = rows_named([told(entry)]).values()
    return restore_value(entry, name, side=side, base=base_of(row, name) if base is None else base, by=by)


def told(entry):
    plan = Plan.objects.get(slug=entry.plan_slug)
    numbers = {"numbers": (entry.number, entry.number)}
    where = whereabouts_of(plan, DELETION)
    return history_page(plan, Question(**numbers), whereabouts=where, words=WORDS).happenings[0]


def offers(plan) -> list[list[tuple[str, str, str]]]:
    where = whereabouts_of(plan, DELETION)
    happenings = history_page(plan, Question(), whereabouts=where, words=WORDS).happenings
    found = offers_of(happenings, where, rows_named(happenings))
    return [[(one.field, one.side, one.label) for one in found[told.number]] for told in happenings]


class TestAField:
    def test_is_given_what_it_held_before_and_the_log_says_so(self, area, eva):
        entry = write(area, background="<p>Två.</p>")
        edit = bring_back(entry, "background", by=eva)
        area.refresh_from_db()
        assert area.background == "<p>Ett.</p>"
        newest = LogEntry.objects.first()
        assert (newest, newest.action, newest.actor) == (edit.entry, Action.RESTORED, eva)
        assert (newest.before["background"], newest.after["background"]) == ("<p>Två.</p>", "<p>Ett.</p>")

    def test_is_given_what_it_held_after(self, area):
        entry = write(area, background="<p>Två.</p>")
        write(area, background="<p>Tre.</p>")
        bring_back(entry, "background", "after")
        area.refresh_from_db()
        assert area.background == "<p>Två.</p>"

    def test_and_its_restoring_can_be_undone(self, area):
        bring_back(write(area, name="B"), "name")
        bring_back(LogEntry.objects.first(), "name")
        area.refresh_from_db()
        assert area.name == "B"

    def test_that_someone_has_changed_since_collides_and_stays(self, area):
        entry = write(area, background="<p>Två.</p>")
        seen = base_of(area.__class__.objects.get(pk=area.pk), "background")
        write(area, background="<p>Tre.</p>")
        count = LogEntry.objects.count()
        with pytest.raises(EditCollision) as collision:
            bring_back(entry, "background", base=seen)
        (clash,) = collision.value.clashes
        assert (clash.current, clash.wished) == ("<p>Tre.</p>", "<p>Ett.</p>")
        assert LogEntry.objects.count() == count
        assert bring_back(entry, "background").is_changed

    def test_that_says_so_already_is_left_alone(self, area):
        entry = write(area, name="B")
        bring_back(entry, "name")
        assert not bring_back(entry, "name").is_changed

    @pytest.mark.parametrize(
        "status", [status for status in Plan.Status if status not in (Plan.Status.DRAFT, Plan.Status.REFERRAL)]
    )
    def test_of_a_plan_that_has_been_sent_stays(self, area, status):
        entry = write(area, name="B")
        Plan.objects.filter(pk=area.plan_id).update(status=status)
        with pytest.raises(PlanIsLocked):
            bring_back(entry, "name")

    def test_of_a_row_that_is_gone_says_what_to_do_first(self, area):
        goal = make.make_goal(area, "Ett mål.")
        entry = write(goal, text="Ett annat.")
        base = base_of(goal, "text")
        delete_row(goal, declaration=DELETION, by=None)
        with pytest.raises(EditRefused) as refusal:
            restore_value(entry, "text", base=base, by=None)
        assert refusal.value.reason == "Det som ändrades, ”Ett annat.”, är borttaget. Återställ det först."

    def test_that_may_not_be_as_it_was_is_refused_in_words(self, area):
        line = make.make_line(area, None, note=make.make_note(area.plan))
        entry = write(line, amount=Decimal(5))
        write(line, note=None)
        with pytest.raises(EditRefused, match="En post utan belopp behöver en not"):
            bring_back(entry, "amount")

    @pytest.mark.parametrize(
        ("name", "before", "reason"),
        [
            ("slug", {"slug": "a"}, "Kortnamn i adresser kan inte återställas härifrån."),
            ("position", {"position": 1}, "Ordning kan inte återställas härifrån."),
            ("aktiviteter", {"aktiviteter": 1}, "Loggposten talar om något som inte är ett fält"),
            ("origins", {"origins": 1}, "Loggposten talar om något som inte är ett fält"),
            ("purpose", {"name": "A"}, "Loggen säger inte vad som stod före ändringen."),
        ],
    )
    def test_that_is_no_text_of_the_row_is_refused(self, area, name, before, reason):
        entry = log.record(action=Action.CHANGED, subject=area, by=None, before=before, after={})
        with pytest.raises(EditRefused, match=reason.replace(".", r"\.")):
            restore_value(entry, name, base="", by=None)

    def test_of_anything_but_a_change_is_refused(self, area):
        entry = log.record(action=Action.MOVED, subject=area, by=None, before={"name": "A"})
        with pytest.raises(EditRefused, match="ingen ändring av en text"):
            restore_value(entry, "name", base="", by=None)

    def test_of_a_conversation_or_the_plans_status_is_refused(self, area):
        before = {"status": "draft"}
        entry = log.record(action=Action.CHANGED, subject=area.plan, by=None, before=before, after={"status": "x"})
        with pytest.raises(EditRefused, match="Läge kan inte återställas"):
            restore_value(entry, "status", base="", by=None)


class TestValues:
    def test_money_none_and_zero_come_back_exactly(self, area):
        line = make.make_line(area, "1000.50", note=make.make_note(area.plan))
        entries = [write(line, amount=value) for value in (Decimal(0), None, Decimal("2300000"))]
        for entry, value in zip(entries, [Decimal("1000.50"), Decimal(0), None], strict=True):
            bring_back(entry, "amount")
            line.refresh_from_db()
            assert line.amount == value
            assert (line.amount is None) == (value is None)

    def test_a_foreign_key_comes_back_by_the_name_of_its_row(self, area):
        one, other = make.make_note(area.plan, "*", "En."), make.make_note(area.plan, "**", "Två.")
        make.make_note(make.make_plan(), "*", "En.")
        line = make.make_line(area, 1, note=one)
        entry = write(line, note=other)
        bring_back(entry, "note")
        line.refresh_from_db()
        assert line.note == one

    def test_a_foreign_key_comes_back_as_none(self, area):
        line = make.make_line(area, 1)
        entry = write(line, note=make.make_note(area.plan))
        bring_back(entry, "note")
        line.refresh_from_db()
        assert line.note is None

    def test_a_foreign_key_whose_row_is_called_something_else_by_now_is_refused(self, area):
        note = make.make_note(area.plan, "*", "En.")
        line = make.make_line(area, 1, note=note)
        entry = write(line, note=None)
        write(note, text="Två.")
        with pytest.raises(EditRefused, match=r"”\* En.” finns inte längre att välja"):
            bring_back(entry, "note")

    def test_a_foreign_key_whose_name_several_have_is_refused(self, area):
        behalf = make.make_body("uppdragsgivare")
        row = make.make_responsibility(area, on_behalf_of=behalf)
        entry = write(row, on_behalf_of=None)
        other = make.make_body("annan")
        other.name = behalf.name
        other.save()
        with pytest.raises(EditRefused, match="Flera heter ”Uppdragsgivare”"):
            bring_back(entry, "on_behalf_of")

    def test_the_years_of_a_period_come_back_together(self, area):
        period = make.make_period(area, 2030, None)
        entry = set_period_years(period, start_year=2032, end_year=2033, by=None) and LogEntry.objects.first()
        bring_back(entry, "start_year")
        period.refresh_from_db()
        assert (period.start_year, period.end_year) == (2030, None)

    def test_the_years_of_a_period_collide_when_one_of_them_has_been_changed(self, area):
        period = make.make_period(area, 2030, None)
        set_period_years(period, start_year=2032, end_year=2033, by=None)
        entry = LogEntry.objects.first()
        period.refresh_from_db()
        seen = base_of(period, "start_year")
        set_period_years(period, start_year=2032, end_year=2034, by=None)
        with pytest.raises(EditCollision):
            bring_back(entry, "start_year", base=seen)


class TestMoves:
    def test_are_undone(self, area):
        goals = [add_row(make.Goal(focus_area=area, text=f"Mål {number}."), by=None) for number in range(3)]
        move_row(goals[0], steps=2, by=None)
        undo_move(LogEntry.objects.first(), by=None)
        assert list(area.goals.all()) == goals
        assert LogEntry.objects.first().action == Action.MOVED

    def test_are_not_undone_when_the_row_has_moved_since(self, area):
        goals = [add_row(make.Goal(focus_area=area, text=f"Mål {number}."), by=None) for number in range(3)]
        move_row(goals[0], steps=2, by=None)
        entry = LogEntry.objects.first()
        move_row(goals[0], steps=-1, by=None)
        with pytest.raises(EditRefused, match="står nu på plats 2"):
            undo_move(entry, by=None)

    def test_to_another_area_are_undone(self, area):
        activity = make.make_activity(make.make_period(area))
        move_activity(activity, area=make.make_area(area.plan, "Annat"), by=None)
        entry = LogEntry.objects.first()
        undo_move(entry, by=None)
        activity.refresh_from_db()
        assert activity.period.focus_area == area
        with pytest.raises(EditRefused, match="ligger nu i Video, Verksamhetsåret 2030"):
            undo_move(entry, by=None)

    def test_from_a_period_that_is_gone_are_refused(self, area):
        period = make.make_period(area)
        move_activity(make.make_activity(period), area=make.make_area(area.plan, "Annat"), by=None)
        entry = LogEntry.objects.first()
        delete_row(period, declaration=DELETION, by=None)
        with pytest.raises(EditRefused, match="Video, Verksamhetsåret 2030 finns inte längre"):
            undo_move(entry, by=None)

    def test_of_something_else_are_refused(self, area):
        with pytest.raises(EditRefused, match="ingen flytt"):
            undo_move(write(area, name="B"), by=None)


class TestWhatIsOffered:
    def test_the_newest_change_can_be_undone_and_an_older_one_gone_back_to(self, area):
        write(area, background="<p>Två.</p>")
        write(area, background="<p>Tre.</p>", name="B")
        assert offers(area.plan) == [
            [
                ("name", "before", "Återställ det som stod före: namn"),
                ("background", "before", "Återställ det som stod före: bakgrund"),
            ],
            [
                ("background", "before", "Återställ det som stod före"),
                ("background", "after", "Återställ det som stod efter"),
            ],
        ]

    def test_a_removal_once_and_only_the_newest(self, area):
        make.make_lineage(area.plan, "continued", predecessor=make.make_area(), successor=area)
        end_area(area, reason="I drift.", declaration=DELETION, by=None)
        assert offers(area.plan) == [[("", "before", "Ångra avslutet")]]
        put_back(LogEntry.objects.first(), "", by=None)
        assert offers(area.plan) == [[], []]
        delete_row(area, declaration=DELETION, by=None)
        assert offers(area.plan) == [[("", "before", "Ångra borttagningen")], [], []]

    def test_moves_but_not_the_parts_of_a_split(self, area):
        period = make.make_period(area, 2030, 2031)
        activity = make.make_activity(period)
        move_row(make.make_goal(area), before=make.make_goal(area).pk, by=None)
        assert offers(area.plan) == []
        move_row(area.goals.first(), steps=1, by=None)
        split_period(period, year=2031, later=[activity.pk], by=None)
        assert offers(area.plan) == [[], [("position", "before", "Flytta tillbaka")]]

    def test_the_years_of_a_period_once(self, area):
        set_period_years(make.make_period(area), start_year=2031, end_year=2032, by=None)
        assert offers(area.plan) == [[("start_year", "before", "Återställ det som stod före")]]

    def test_nothing_of_a_row_that_is_gone(self, area):
        goal = make.make_goal(area)
        write(goal, text="B")
        delete_row(goal, declaration=DELETION, by=None)
        assert offers(area.plan) == [[("", "before", "Ångra borttagningen")], []]

    def test_rows_are_found_in_as_many_queries_as_there_are_kinds(self, area, django_assert_num_queries):
        for number in range(6):
            write(make.make_goal(area), text=f"B {number}")
            write(make.make_line(area, 1, year=2031 + number), note=make.make_note(area.plan, "*" * (number + 1)))
        where = whereabouts_of(area.plan, DELETION)
        happenings = history_page(area.plan, Question(), whereabouts=where, words=WORDS).happenings
        with django_assert_num_queries(2):
            assert len(offers_of(happenings, where, rows_named(happenings))) == 12

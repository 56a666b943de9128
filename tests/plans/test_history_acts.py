"""What is written in one go is told as one, page by page, in as many queries for a long log as for a short one."""

import datetime
import random

import pytest
from django.contrib.auth import get_user_model

from plans import log
from plans.history_acts import Gatherer, Line
from plans.history_marks import excerpt_of, marked
from plans.models import LogEntry
from plans.structure import set_period_years, split_period
from plans.text_comparison import text_after, text_before
from tests import factories as make
from tests.plans.test_history import later, read, sentences, write

pytestmark = pytest.mark.django_db
Action = LogEntry.Action


@pytest.fixture
def eva():
    return get_user_model().objects.create_user("eva@prov.example", first_name="Eva", last_name="Ek")


@pytest.fixture
def olle():
    return get_user_model().objects.create_user("olle@prov.example", first_name="Olle", last_name="Öst")


@pytest.fixture
def area():
    return make.make_area(make.make_plan("plan-i-historien"), "Säkra videomöten", slug="video")


def many(area, count: int, *, seconds: int = 3600, by=None) -> None:
    """Add ``count`` changes of the area's name, some time apart, by different people in turn if there are several."""
    people = by if isinstance(by, list) else [by]
    with log.batch():
        for number in range(count):
            log.record(
                action=Action.CHANGED,
                subject=area,
                by=people[number % len(people)],
                at=later(0, number * seconds),
                before={"name": f"Namn {number}"},
                after={"name": f"Namn {number + 1}"},
            )


class TestSavesOfOneText:
    def test_are_one_from_the_first_before_to_the_last_after(self, area, eva):
        for number in range(4):
            write(area, eva, later(number * 9), background=f"<p>Utkast {number}.</p>")
        (told,) = read(area.plan).happenings
        assert (told.saves, told.fields[0].before, told.fields[0].after) == (4, "", "Utkast 3.")
        assert (told.began_at, told.at) == (later(0), later(27))

    def test_are_two_after_a_longer_pause(self, area, eva):
        write(area, eva, later(0), background="<p>Ett.</p>")
        write(area, eva, later(10), background="<p>Två.</p>")
        write(area, eva, later(20, 1), background="<p>Tre.</p>")
        assert [told.saves for told in read(area.plan).happenings] == [1, 2]
        assert [told.saves for told in read(area.plan, window=datetime.timedelta(minutes=11)).happenings] == [3]

    def test_are_two_where_someone_else_wrote_between(self, area, eva, olle):
        """The worked example in docs/historik.md."""
        for minute, who in ((0, eva), (9, eva), (18, eva), (20, olle), (21, eva)):
            write(area, who, later(minute), background=f"<p>{minute}.</p>")
        told = read(area.plan).happenings
        assert [(one.who, one.saves) for one in told] == [("Eva Ek", 1), ("Olle Öst", 1), ("Eva Ek", 3)]
        assert (told[2].began_at, told[2].at) == (later(0), later(18))
        assert [one.saves for one in read(area.plan, person=eva.pk).happenings] == [1, 3]

    def test_are_one_where_someone_else_wrote_another_text_between(self, area, eva, olle):
        for number in range(3):
            write(area, eva, later(number), background=f"<p>{number}.</p>")
            write(area, olle, later(number, 30), purpose=f"<p>{number}.</p>")
        assert [(one.who, one.saves) for one in read(area.plan).happenings] == [("Olle Öst", 3), ("Eva Ek", 3)]

    def test_are_told_one_by_one_when_asked_for(self, area, eva):
        for number in range(4):
            write(area, eva, later(number), background=f"<p>Utkast {number}.</p>")
        (told,) = read(area.plan).happenings
        each = read(area.plan, numbers=(told.first, told.number), one_by_one=True).happenings
        assert [one.fields[0].after for one in each] == ["Utkast 3.", "Utkast 2.", "Utkast 1.", "Utkast 0."]

    def test_are_not_joined_over_a_restoring(self, area, eva):
        write(area, eva, later(0), name="Ett")
        write(area, eva, later(1), name="Två")
        log.record(
            action=Action.RESTORED, subject=area, by=eva, at=later(2), before={"name": "Två"}, after={"name": "Ett"}
        )
        write(area, eva, later(3), name="Tre")
        assert [told.saves for told in read(area.plan).happenings] == [1, 1, 2]

    def test_that_end_where_they_began_are_said_to(self, area, eva):
        write(area, eva, later(0), name="Ett")
        write(area, eva, later(20), name="Två")
        write(area, eva, later(21), name="Ett")
        assert read(area.plan).happenings[0].fields[0].is_same


class TestSplitPeriods:
    def test_are_one_act_with_the_moves(self, area, eva):
        period = make.make_period(area, 2030, 2031)
        later_ones = [make.make_activity(period, f"Aktivitet {number}") for number in range(2)]
        make.make_activity(period, "Stannar")
        set_period_years(period, start_year=2029, end_year=2031, by=eva, at=later(0))
        split_period(period, year=2031, later=[row.pk for row in later_ones], by=eva, at=later(1))
        assert sentences(area.plan) == [
            "Delade perioden 2029–2031 i Säkra videomöten: Verksamhetsåret 2031 är en egen period; "
            "2 aktiviteter flyttades dit",
            "Ändrade åren i perioden Verksamhetsåren 2029–2031 i Säkra videomöten",
        ]
        assert len(sentences(area.plan, kind="flyttat")) == 1

    @pytest.mark.parametrize("chunk", [1, 2, 3])
    def test_are_one_act_also_where_what_is_read_at_a_time_ends_in_them(self, area, eva, chunk, monkeypatch):
        period = make.make_period(area, 2030, 2031)
        activity = make.make_activity(period)
        many(area, 3)
        split_period(period, year=2031, later=[activity.pk], by=eva, at=later(60 * 24))
        monkeypatch.setattr("plans.history.FIRST_CHUNK", chunk)
        monkeypatch.setattr("plans.history.NEXT_CHUNK", 1)
        (told,) = read(area.plan, size=1).happenings
        assert told.is_split

    def test_without_a_given_time_are_one_act_too(self, area, eva):
        period = make.make_period(area, 2030, 2031)
        activity = make.make_activity(period)
        split_period(period, year=2031, later=[activity.pk], by=eva)
        (told,) = sentences(area.plan)
        assert told.endswith("; 1 aktivitet flyttades dit")


class TestPages:
    @pytest.mark.parametrize("size", [1, 3, 7, 50])
    @pytest.mark.parametrize("seed", range(4))
    def test_put_together_are_the_whole_whatever_was_written_at_once(self, area, eva, olle, size, seed, monkeypatch):
        """No happening is on two pages, none is cut by the end of a page or of what is read at a time."""
        monkeypatch.setattr("plans.history.FIRST_CHUNK", 5)
        monkeypatch.setattr("plans.history.NEXT_CHUNK", 7)
        dice = random.Random(seed)
        goals = [make.make_goal(area, f"Mål {number}") for number in range(3)]
        seconds = 0
        for number in range(60):
            seconds += dice.choice([5, 60, 400, 700])
            row, who = dice.choice(goals), dice.choice([eva, olle])
            write(row, who, later(0, seconds), text=f"Text {number}")
        whole = read(area.plan, size=1000).happenings
        assert sum(told.saves for told in whole) == 60
        shown, before = [], None
        while True:
            page = read(area.plan, size=size, before=before)
            assert len(page.happenings) == size or page.older is None
            shown += page.happenings
            before = page.older
            if before is None:
                break
        assert shown == list(whole)

    def test_of_a_person_leave_nothing_out(self, area, eva, olle):
        many(area, 30, by=[eva, eva, olle])
        page = read(area.plan, person=olle.pk, size=6)
        rest = read(area.plan, person=olle.pk, size=6, before=page.older)
        assert (len(page.happenings), len(rest.happenings), rest.older) == (6, 4, None)

    def test_before_everything_are_empty(self, area):
        many(area, 2)
        first = LogEntry.objects.order_by("number").first().number
        assert read(area.plan, before=first).happenings == ()

    def test_of_a_thousand_saves_of_one_text_tell_it_as_one(self, area, eva):
        many(area, 1500, seconds=2, by=eva)
        (told,) = read(area.plan).happenings
        assert (told.saves, told.fields[0].before, told.fields[0].after) == (1500, "Namn 0", "Namn 1500")

    def test_take_as_many_queries_for_a_long_log_as_for_a_short(self, area, eva, django_assert_num_queries):
        def make_more(count: int) -> None:
            many(area, count * 100, by=eva)
            for _ in range(count):
                other = make.make_area(area.plan)
                make.make_activity(make.make_period(other))
                make.make_responsibility(other)

        make_more(1)
        with django_assert_num_queries(13):
            assert len(read(area.plan).happenings) == 50
        make_more(12)
        with django_assert_num_queries(13):
            assert len(read(area.plan).happenings) == 50
        older = read(area.plan).older
        with django_assert_num_queries(14):
            assert len(read(area.plan, before=older).happenings) == 50


class TestGatherer:
    def test_an_act_that_may_go_on_is_not_whole(self):
        gatherer = Gatherer(datetime.timedelta(minutes=10))
        lines = [
            Line(9, later(30), 1, Action.CHANGED, "plans.goal", "a", frozenset({"text"})),
            Line(8, later(25), 1, Action.CHANGED, "plans.goal", "b", frozenset({"text"})),
            Line(7, later(16), 1, Action.CHANGED, "plans.goal", "c", frozenset({"text"})),
        ]
        for line in lines:
            gatherer.add(line)
        assert gatherer.is_whole(gatherer.acts[:1], lines[-1])
        assert not gatherer.is_whole(gatherer.acts[:2], lines[-1])


class TestExcerpts:
    LONG = " ".join(f"ord{number}" for number in range(200))

    @pytest.mark.parametrize(
        ("before", "after"),
        [
            ("", "Nytt."),
            ("Borta.", ""),
            (LONG, f"{LONG} och mer"),
            (f"Först {LONG}", LONG),
            (LONG, LONG.replace("ord100 ", "")),
            (LONG, LONG.replace("ord10 ", "tio ").replace("ord190 ", "hundranittio ")),
            ("aa", "a"),
            ("a a a", "a a"),
            ("Helt annat.", LONG),
        ],
    )
    def test_the_whole_gives_both_texts_back(self, before, after):
        change = marked(before, after)
        assert (text_before(change.runs), text_after(change.runs)) == (before, after)
        assert all(len(run.text) < 420 for run in change.excerpt)

    def test_a_short_text_is_shown_whole(self):
        assert not marked("Ett kort mål.", "Ett nytt mål.").is_cut

    def test_a_cut_is_shown_where_it_is(self):
        runs = marked(self.LONG, self.LONG.replace("ord100 ", "hundra ")).runs
        first, *_, last = excerpt_of(runs)
        assert first.text.startswith("… ord")
        assert last.text.endswith(" …")

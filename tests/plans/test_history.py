"""The history says who did what and when, in words, and tells what belongs together as one."""

import datetime
from decimal import Decimal

import pytest
from django.contrib.auth import get_user_model

from budgets.history_words import WORDS as BUDGET_WORDS
from plans import history_words, log
from plans.deletion import delete_row
from plans.editing import edit_row, value_digest
from plans.history import Question, history_page, people_in
from plans.history_places import whereabouts_of
from plans.models import FocusArea, LogEntry
from plans.places import reference_of
from plans.structure import add_row, end_area, move_activity, move_row, split_period
from skane_digi.workspace.removal import DELETION
from tests import factories as make

pytestmark = pytest.mark.django_db
AT = datetime.datetime(2030, 3, 1, 12, 0, tzinfo=datetime.UTC)
WORDS = history_words.WORDS.joined(BUDGET_WORDS)
Action = LogEntry.Action


def later(minutes: int, seconds: int = 0) -> datetime.datetime:
    return AT + datetime.timedelta(minutes=minutes, seconds=seconds)


@pytest.fixture
def eva():
    return get_user_model().objects.create_user("eva@prov.example", first_name="Eva", last_name="Ek")


@pytest.fixture
def olle():
    return get_user_model().objects.create_user("olle@prov.example", first_name="Olle", last_name="Öst")


@pytest.fixture
def area():
    return make.make_area(make.make_plan("plan-i-historien"), "Säkra videomöten", slug="video")


def write(row, by, at, **values):
    bases = {name: value_digest(type(row).objects.get(pk=row.pk), name) for name in values}
    return edit_row(row, values=values, bases=bases, by=by, at=at).entry


def read(plan, **question):
    options = {name: question.pop(name) for name in ("before", "size", "window") if name in question}
    where = whereabouts_of(plan, DELETION)
    return history_page(plan, Question(**question), whereabouts=where, words=WORDS, **options)


def sentences(plan, **question) -> list[str]:
    return [happening.sentence for happening in read(plan, **question).happenings]


class TestSentences:
    def test_each_kind_of_change_is_told_as_it_would_be_said(self, area, eva):
        goal = add_row(make.Goal(focus_area=area, text="Alla ska kunna mötas på bild."), by=eva, at=later(0))
        add_row(make.Goal(focus_area=area, text="Ett mål till."), by=eva, at=later(1))
        write(area, eva, later(2), background="<p>Varför.</p>")
        write(goal, eva, later(3), text="Alla ska mötas på bild.")
        move_row(goal, steps=1, by=eva, at=later(4))
        delete_row(goal, declaration=DELETION, by=eva, at=later(5))
        assert sentences(area.plan) == [
            "Tog bort målet ”Alla ska mötas på bild.” i Säkra videomöten",
            "Flyttade målet ”Alla ska mötas på bild.” från plats 1 till 2 i Säkra videomöten",
            "Ändrade målet ”Alla ska mötas på bild.” i Säkra videomöten",
            "Ändrade bakgrunden i Säkra videomöten",
            "Lade till målet ”Ett mål till.” i Säkra videomöten",
            "Lade till målet ”Alla ska kunna mötas på bild.” i Säkra videomöten",
        ]

    def test_money_is_told_in_kronor_and_no_figure_is_not_zero(self, area, eva):
        line = make.make_line(area, 1000, note=make.make_note(area.plan))
        write(line, eva, later(0), amount=Decimal(0))
        write(line, eva, later(20), amount=None)
        write(line, eva, later(40), amount=Decimal("2300000.5"))
        told = [happening.fields[0] for happening in read(area.plan).happenings]
        spaced = [(change.before.replace("\u202f", " ").replace("\xa0", " "), change.after) for change in told]
        assert [before for before, _ in spaced] == ["ingen uppgift", "0 kr", "1 000 kr"]
        assert told[0].after.replace("\u202f", " ").replace("\xa0", " ") == "2 300 000,50 kr"
        assert (told[0].label, told[0].marked) == ("Belopp", None)
        assert sentences(area.plan)[0] == "Ändrade beloppet i budgetposten för Säkra videomöten 2030 SGD"

    def test_a_foreign_key_is_told_as_the_row_and_nothing_as_a_word(self, area, eva):
        line = make.make_line(area, 1000)
        write(line, eva, AT, note=make.make_note(area.plan, "*", "En not."))
        change = read(area.plan).happenings[0].fields[0]
        assert (change.before, change.after) == ("tomt", "* En not.")

    def test_a_period_without_an_end_is_told_as_such(self, area, eva):
        period = make.make_period(area, 2030, None)
        split_period(period, year=2031, by=eva, at=AT)
        told = read(area.plan).happenings[0].sentence
        assert told == "Delade perioden 2030 och framåt i Säkra videomöten: 2031 och framåt är en egen period"

    def test_an_area_that_is_ended_says_why(self, area, eva):
        old = make.make_area(make.make_plan("plan-fore"), "Video")
        make.make_lineage(area.plan, "continued", predecessor=old, successor=area)
        end_area(area, reason="Tjänsten är i drift.", declaration=DELETION, by=eva, at=AT)
        told = read(area.plan).happenings[0]
        assert told.sentence == "Avslutade området Säkra videomöten: Tjänsten är i drift."
        assert (told.area.slug, told.area.is_gone, told.who) == ("video", True, "Eva Ek")

    def test_a_removal_names_what_went_with_it(self, area, eva):
        period = make.make_period(area)
        parent = make.make_activity(period)
        make.make_activity(period, "En del.", parent=parent)
        make.make_goal(area)
        delete_row(area, declaration=DELETION, by=eva, at=AT)
        assert read(area.plan).happenings[0].parts == "1 övergripande mål, 1 aktivitetsperiod och 2 aktiviteter"

    @pytest.mark.parametrize(
        ("action", "before", "after", "told"),
        [
            ("started", {}, {"påbörjad utifrån": "2029"}, "Påbörjade planen utifrån 2029"),
            ("continued", {"name": "A"}, {"name": "A"}, "Tog med området Säkra videomöten från planen före"),
            ("renamed", {"name": "A"}, {}, "Tog med området A från planen före, nu som Säkra videomöten"),
            ("restored", {}, {"name": "A"}, "Återställde området Säkra videomöten"),
            ("restored", {"name": "A"}, {"name": "B"}, "Återställde namnet i Säkra videomöten"),
            (
                "changed",
                {"name": "A", "background": "", "purpose": ""},
                {"name": "B", "background": "<p>C</p>", "purpose": "<p>D</p>"},
                "Ändrade namnet, bakgrunden och syftet och nyttan i Säkra videomöten",
            ),
            ("changed", {"okänt": 1}, {"okänt": 2}, "Ändrade ”Okänt” i Säkra videomöten"),
        ],
    )
    def test_every_other_action_has_a_sentence(self, area, action, before, after, told):
        log.record(action=action, subject=area, by=None, at=AT, before=before, after=after)
        assert sentences(area.plan) == [told]

    def test_an_entry_about_a_kind_that_is_no_more_is_told_all_the_same(self, area):
        log.record(action=Action.CHANGED, subject=area, by=None, before={"name": "A"}, after={"name": "B"})
        told = history_words.Told("changed", "plans.nothing", "Namnet", "", {"a": 1}, {"a": 2}, ("a",))
        assert history_words.sentence(told, WORDS) == "Ändrade ”A” i raden Namnet"


class TestWords:
    def test_words_that_differ_are_marked_in_plain_text(self, area, eva):
        write(area, eva, later(0), background="<p>Vården <strong>behöver</strong> video.</p><ul><li>Ett</li></ul>")
        write(area, eva, later(20), background="<p>Vården <strong>behöver</strong> bild.</p><ul><li>Ett</li></ul>")
        change = read(area.plan).happenings[0].fields[0]
        assert change.before == "Vården behöver video.\n\nEtt"
        assert [(run.kind, run.text) for run in change.marked.runs] == [
            ("kept", "Vården behöver "),
            ("removed", "video"),
            ("added", "bild"),
            ("kept", ".\n\nEtt"),
        ]

    def test_a_change_of_form_alone_is_said_to_be_one(self, area, eva):
        write(area, eva, later(0), background="<p>Samma ord.</p>")
        write(area, eva, later(20), background="<p><em>Samma ord.</em></p>")
        assert read(area.plan).happenings[0].fields[0].is_same

    def test_only_the_changed_stretch_of_a_long_text_is_shown(self, area, eva):
        words = " ".join(f"ord{number}" for number in range(500))
        write(area, eva, later(0), background=f"<p>{words}</p>")
        write(area, eva, later(20), background=f"<p>{words.replace('ord250 ', 'nytt ')}</p>")
        change = read(area.plan).happenings[0].fields[0].marked
        assert change.is_cut
        assert sum(len(run.text) for run in change.excerpt) < 200
        assert "".join(run.text for run in change.runs if run.kind != "removed") == words.replace("ord250 ", "nytt ")

    @pytest.mark.parametrize(("text", "names"), [("Ett kort mål.", []), ("Ett långt mål. " * 9, ["text"])])
    def test_a_new_row_says_nothing_of_keys_and_not_twice_what_the_sentence_says(self, area, text, names):
        goal = make.make_goal(area, text.strip())
        told = {"key": goal.key, "text": goal.text, "position": 0, "focus_area": str(area)}
        log.record(action=Action.CREATED, subject=goal, by=None, after=told)
        assert [change.name for change in read(area.plan).happenings[0].fields] == names

    def test_of_several_changes_those_that_were_changed_back_are_not_told(self, area, eva):
        write(area, eva, later(0), name="A", abbreviation="B")
        write(area, eva, later(20), name="C", abbreviation="D")
        write(area, eva, later(21), name="A", abbreviation="E")
        assert [change.name for change in read(area.plan).happenings[0].fields] == ["abbreviation"]


class TestWhatIsAskedFor:
    @pytest.fixture
    def written(self, area, eva, olle):
        """A goal and an activity in the area, something in another, something in the plan itself."""
        other = make.make_area(area.plan, "Ett annat", slug="annat")
        goal = make.make_goal(area)
        activity = make.make_activity(make.make_period(area), "Prova.")
        write(goal, eva, later(0), text="Målet.")
        write(activity, olle, later(1), text="Prova mer.")
        write(other, eva, later(60 * 24), name="Ett tredje")
        write(area.plan, olle, later(60 * 48), subtitle="Under")
        return {"other": other, "goal": goal, "activity": activity}

    def test_an_area_is_all_that_is_in_it(self, area, written):
        assert len(sentences(area.plan)) == 4
        assert sentences(area.plan, area="video") == [
            "Ändrade aktiviteten ”Prova mer.” i Säkra videomöten",
            "Ändrade målet ”Målet.” i Säkra videomöten",
        ]
        assert sentences(area.plan, area="annat") == ["Ändrade namnet i Ett tredje"]
        assert sentences(area.plan, area="finns-inte") == []

    def test_an_area_is_also_what_has_been_in_it(self, area, written, eva):
        delete_row(written["goal"], declaration=DELETION, by=eva, at=later(60 * 50))
        assert sentences(area.plan, area="video")[0] == "Tog bort målet ”Målet.” i Säkra videomöten"
        delete_row(area, declaration=DELETION, by=eva, at=later(60 * 51))
        assert sentences(area.plan, area="video") == [
            "Tog bort området Säkra videomöten",
            "Tog bort målet ”Målet.” i Säkra videomöten",
            "Ändrade aktiviteten ”Prova mer.” i Säkra videomöten",
            "Ändrade målet ”Målet.” i Säkra videomöten",
        ]

    def test_what_moved_away_is_told_where_it_was_and_where_it_is(self, area, written, eva):
        move_activity(written["activity"], area=written["other"], by=eva, at=later(60 * 50))
        told = (
            "Flyttade aktiviteten ”Prova mer.” från Säkra videomöten, Verksamhetsåret 2030 "
            "till Ett tredje, Verksamhetsåret 2030"
        )
        assert sentences(area.plan, area="video")[0] == told
        assert sentences(area.plan, area="annat")[0] == told

    def test_a_row_is_what_was_done_with_it_and_with_what_it_is_a_part_of(self, area, written, eva):
        activity, goal = written["activity"], written["goal"]
        row = {"row": reference_of(activity), "row_id": ("plans.activity", activity.pk)}
        delete_row(area, declaration=DELETION, by=eva, at=later(60 * 51))
        assert sentences(area.plan, **row) == [
            "Tog bort området Säkra videomöten",
            "Ändrade aktiviteten ”Prova mer.” i Säkra videomöten",
        ]
        assert len(sentences(area.plan, row=("plans.goal", f'["{goal.key}"]'))) == 1

    def test_a_field_is_the_entries_that_name_it(self, area, written, eva):
        write(area, eva, later(90), name="Video")
        write(area, eva, later(120), purpose="<p>Syfte.</p>")
        row = reference_of(area)
        assert sentences(area.plan, row=row, field="purpose") == ["Ändrade syftet och nyttan i Video"]

    def test_a_person_a_kind_and_days(self, area, written, eva, olle):
        assert len(sentences(area.plan, person=olle.pk)) == 2
        assert sentences(area.plan, person=0) == []
        move_row(make.make_goal(area), before=written["goal"].pk, by=None, at=later(60 * 49))
        assert len(sentences(area.plan, kind="flyttat")) == 1
        assert len(sentences(area.plan, person=0)) == 1
        assert len(sentences(area.plan, kind="andrat")) == 4
        assert len(sentences(area.plan, since=datetime.date(2030, 3, 2))) == 3
        assert len(sentences(area.plan, until=datetime.date(2030, 3, 2))) == 3
        assert people_in(area.plan) == [(eva.pk, "Eva Ek"), (olle.pk, "Olle Öst"), (0, "Systemet")]

    def test_another_plan_is_not_told(self, area, written):
        write(make.make_area(make.make_plan(), "Ett område"), None, AT, name="Nytt namn")
        assert len(sentences(area.plan)) == 4

    def test_every_row_of_an_area_is_placed_by_the_key_that_the_log_uses(self, area):
        period = make.make_period(area)
        rows = [area, make.make_goal(area), period, make.make_responsibility(area), make.make_line(area)]
        rows += [make.make_activity(period), make.make_statement(area), make.make_lineage(area.plan, successor=area)]
        where = whereabouts_of(area.plan, DELETION)
        for row in rows:
            assert where.by_reference[reference_of(row)].slug == "video", row
            assert where.references[row._meta.label_lower, row.pk] == reference_of(row)

    def test_the_title_of_an_area_that_is_gone_is_known(self, area, eva):
        FocusArea.objects.filter(pk=area.pk).update(abbreviation="SVM")
        area.refresh_from_db()
        delete_row(area, declaration=DELETION, by=eva, at=AT)
        place = whereabouts_of(area.plan, DELETION).areas["video"]
        assert (place.title, place.is_gone) == ("Säkra videomöten (SVM)", True)

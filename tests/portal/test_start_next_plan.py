"""Next year's plan from this one, on the real plans: what follows, what does not, and that the old one stays."""

import datetime
import io
import json
from decimal import Decimal

import pytest
from django.apps import apps
from django.core import serializers
from django.core.management import CommandError, call_command

from budgets.models import BudgetLine, BudgetStatement, CostBasis, PrintedFigure
from budgets.tables import budget_table, cost_table
from plans.log_proof import prove_log
from plans.models import Activity, ActivityPeriod, AreaLineage, Goal, LogEntry, Plan, Responsibility
from plans.rollover import place_period
from plans.rollover_choices import ENDED, RENAMED, AreaChoice, RolloverError
from skane_digi.review import review
from skane_digi.workflows import start_next_plan
from tests import factories as make

pytestmark = pytest.mark.django_db
AT = datetime.datetime(2024, 9, 1, 8, 0, tzinfo=datetime.UTC)


def start(plan: Plan, *years: int, by=None, **wishes) -> Plan:
    start_next_plan(plan=plan, years=years, by=by, at=AT, **wishes)
    return Plan.objects.with_content().get(slug=wishes.get("slug") or "-".join(map(str, sorted({years[0], years[-1]}))))


def dump() -> list[str]:
    """Every row of both apps as text, each with all its fields."""
    models = [*apps.get_app_config("plans").get_models(), *apps.get_app_config("budgets").get_models()]
    return [serializers.serialize("json", [row]) for model in models for row in model.objects.order_by("pk")]


def texts(plan: Plan, model, path: str) -> list[tuple]:
    return list(model.objects.filter(**{path: plan}).order_by("pk").values_list("text"))


class TestFrom2024:
    @pytest.fixture
    def plan(self, plan_2024) -> Plan:
        return start(plan_2024, 2025)

    def test_it_is_a_draft_for_2025(self, plan, plan_2024):
        assert (plan.title, plan.slug, plan.years_text, plan.status) == ("Handlingsplan 2025", "2025", "2025", "draft")
        assert (plan.subtitle, plan.dated_on, plan.date_note) == (plan_2024.subtitle, None, "")
        assert plan.collaboration == plan_2024.collaboration

    def test_every_area_follows_with_its_texts_and_place(self, plan, plan_2024):
        fields = ("slug", "name", "abbreviation", "table_name", "position", "background", "purpose")
        assert list(plan.focus_areas.values_list(*fields)) == list(plan_2024.focus_areas.values_list(*fields))
        assert plan.focus_areas.count() == 7

    def test_goals_and_responsible_bodies_follow(self, plan, plan_2024):
        assert texts(plan, Goal, "focus_area__plan") == texts(plan_2024, Goal, "focus_area__plan")
        fields = ("focus_area__slug", "body", "on_behalf_of", "position")
        of_new, of_old = (
            list(Responsibility.objects.filter(focus_area__plan=of).order_by("pk").values_list(*fields))
            for of in (plan, plan_2024)
        )
        assert of_new == of_old
        assert len(of_new) == 8

    def test_sections_and_watched_matters_follow_with_the_year_of_the_heading_changed(self, plan, plan_2024):
        assert [(row.heading, row.slug) for row in plan.sections.all()] == [
            ("Inledning", "inledning"),
            ("Handlingsplan för 2025", "handlingsplan-for-2025"),
        ]
        assert [row.text for row in plan.sections.all()] == [row.text for row in plan_2024.sections.all()]
        assert list(plan.watched_matters.values_list("name", "description", "position")) == list(
            plan_2024.watched_matters.values_list("name", "description", "position")
        )

    def test_every_activity_follows_to_the_new_year_with_its_parts(self, plan, plan_2024):
        fields = ("text", "position", "parent__text", "period__focus_area__slug")
        of_new, of_old = (
            set(Activity.objects.filter(period__focus_area__plan=of).values_list(*fields)) for of in (plan, plan_2024)
        )
        assert of_new == of_old
        assert len(of_new) == 24
        periods = ActivityPeriod.objects.filter(focus_area__plan=plan)
        assert set(periods.values_list("start_year", "end_year")) == {(2025, 2025)}
        assert periods.count() == 7
        parts = Activity.objects.filter(period__focus_area__plan=plan, parent__isnull=False)
        assert parts.count() == 3
        assert all(part.parent.period_id == part.period_id for part in parts)

    def test_introductions_and_reasons_follow(self, plan, plan_2024):
        fields = ("focus_area__slug", "introduction", "no_activities_reason")
        of_new, of_old = (
            set(ActivityPeriod.objects.filter(focus_area__plan=of).values_list(*fields)) for of in (plan, plan_2024)
        )
        assert of_new == of_old

    def test_each_area_says_that_it_continues(self, plan, plan_2024):
        rows = AreaLineage.objects.filter(plan=plan)
        assert [(row.kind, row.predecessor.slug, row.successor.slug) for row in rows] == [
            ("continued", area.slug, area.slug) for area in plan_2024.focus_areas.all()
        ]
        assert {row.predecessor.plan for row in rows} == {plan_2024}

    def test_no_amount_is_made_up_and_2024_stands_as_comparison(self, plan):
        assert not BudgetLine.objects.of_plan(plan).exists()
        assert not BudgetStatement.objects.filter(focus_area__plan=plan).exists()
        assert not PrintedFigure.objects.filter(plan=plan).exists()
        table = budget_table(plan)
        assert [(group.year, group.is_comparison) for group in table.years] == [(2025, False), (2024, True)]
        assert table.year(2025).total.computed is None
        assert table.year(2024).total.computed == Decimal(1_750_000)
        assert table.comparison_source == "Jämförelseåret är hämtat från Handlingsplan 2024."
        shared = next(column for column in table.columns if column.year == 2024 and column.is_shared)
        at = table.columns.index(shared)
        amounts = {row.slug: row.cells[at].amount for row in table.rows}
        assert (amounts["mina-planer"], amounts["beslutsstod"], amounts["avvikelsehantering"]) == (500_000, 0, 400_000)

    def test_the_note_on_a_funding_form_follows_and_those_on_old_figures_do_not(self, plan):
        assert [(note.mark, note.text[:19]) for note in plan.table_notes.all()] == [("*", "Annan finansiering ")]
        assert budget_table(plan).columns[0].marks + budget_table(plan).columns[1].marks == "*"

    def test_the_cost_is_shared_by_the_newest_population_that_exists_when_the_year_begins(self, plan, plan_2024):
        """2024 used 2022-12-31; SCB publishes a year's end in the February after."""
        basis = CostBasis.objects.get(plan_year__plan=plan)
        assert basis.figure_set.reference_date == datetime.date(2023, 12, 31)
        assert basis.rule == CostBasis.objects.get(plan_year__plan=plan_2024).rule
        make.make_line(plan.focus_areas.first(), 2_100_000, year=2025)
        table = cost_table(plan, 2025)
        assert sum(row.amount for row in table.rows) == Decimal(2_100_000)

    def test_the_review_asks_for_nothing_that_followed(self, plan):
        assert {finding.code for finding in review(plan)} <= {"stated_population"}

    def test_the_log_says_who_started_it_and_from_what(self, plan_2024, superuser):
        start(plan_2024, 2025, by=superuser, choices={"sdk": AreaChoice(ENDED, reason="Klart.")})
        entries = list(LogEntry.objects.order_by("number"))
        assert {(entry.actor, entry.at, entry.plan_slug) for entry in entries} == {(superuser, AT, "2025")}
        assert [entry.action for entry in entries] == ["started", "continued", "ended", *["continued"] * 5]
        assert "Påbörjad utifrån: ”2024”" in entries[0].words
        assert entries[2].words == ("Skäl: ”Klart.”",)
        assert prove_log().fault is None


class TestChoices:
    def test_an_area_gets_a_new_name_and_address(self, plan_2024):
        plan = start(plan_2024, 2025, choices={"npo": AreaChoice(RENAMED, name="  Journal för  alla ")})
        area = plan.focus_areas.get(slug="journal-for-alla")
        assert (area.name, area.abbreviation, area.table_name) == ("Journal för alla", "", "")
        assert area.origins.get().kind == "renamed"
        assert area.origins.get().predecessor.slug == "npo"
        assert area.goals.count() == 3

    def test_an_ended_area_stays_behind_with_its_reason_and_its_money_in_the_comparison(self, plan_2024):
        plan = start(plan_2024, 2025, choices={"mina-planer": AreaChoice(ENDED, reason="I drift.")})
        assert not plan.focus_areas.filter(slug="mina-planer").exists()
        row = plan.lineage.get(kind="ended")
        assert (row.predecessor.slug, row.successor, row.reason) == ("mina-planer", None, "I drift.")
        table = budget_table(plan)
        assert table.year(2024).total.computed == Decimal(1_750_000)
        assert [row.name for row in table.rows if row.is_ended] == ["Mina planer (avslutat)"]

    def test_activities_of_the_last_year_can_be_left(self, plan_2024):
        plan = start(plan_2024, 2025, with_unfinished=False)
        assert not ActivityPeriod.objects.filter(focus_area__plan=plan).exists()
        assert {finding.code for finding in review(plan) if finding.is_fault} == {"area_without_activities"}

    def test_years_slug_and_title_are_taken_as_given(self, plan_2024):
        plan = start(plan_2024, 2026, 2025, slug="nasta", title="Plan för två år")
        assert (plan.title, plan.years_text) == ("Plan för två år", "2025–2026")
        assert CostBasis.objects.filter(plan_year__plan=plan).count() == 2
        assert plan.sections.last().heading == "Handlingsplan för 2025–2026"


class TestPeriods:
    @pytest.mark.parametrize(
        ("period", "place"),
        [
            ((2024, 2024), (2025, 2026)),
            ((2023, 2024), (2025, 2026)),
            ((2023, 2023), None),
            ((2024, 2025), (2025, 2025)),
            ((2024, None), (2025, None)),
            ((2025, None), (2025, None)),
            ((2026, 2026), (2026, 2026)),
            ((2027, None), (2027, None)),
        ],
    )
    def test_where_a_period_goes_in_a_plan_for_2025_and_2026(self, period, place):
        row = ActivityPeriod(start_year=period[0], end_year=period[1])
        assert place_period(row, last_year=2024, years=(2025, 2026), with_unfinished=True) == place
        if period in ((2024, 2024), (2023, 2024)):
            assert place_period(row, last_year=2024, years=(2025, 2026), with_unfinished=False) is None

    def test_what_was_planned_for_later_follows_from_2022_2023(self, plan_2022_2023):
        """NPÖ has 5 activities in 2022–2023, 3 planned for 2024 and 2 for 2025 och framåt."""
        plan = start(plan_2022_2023, 2024, slug="prov-2024", with_unfinished=False)
        periods = plan.focus_areas.get(slug="npo").periods.all()
        assert [(row.heading, row.activities.count()) for row in periods] == [
            ("Verksamhetsåret 2024", 3),
            ("2025 och framåt", 2),
        ]

    def test_periods_that_meet_become_one_with_the_older_activities_first(self, plan_2022_2023):
        plan = start(plan_2022_2023, 2024, slug="prov-2024")
        period = plan.focus_areas.get(slug="npo").periods.get(end_year=2024)
        old = [row for row in plan_2022_2023.focus_areas.get(slug="npo").periods.all() if row.end_year]
        expected = [activity.text for row in old for activity in row.activities.all()]
        assert [activity.text for activity in period.activities.all()] == expected
        assert [activity.position for activity in period.activities.all()] == list(range(1, 9))

    def test_a_reason_for_no_activities_goes_when_the_joined_period_has_some(self):
        area = make.make_complete_area(make.make_plan("prov", years=(2030,)))
        make.make_period(area, 2031, 2031, no_activities_reason="<p>Inget än.</p>", introduction="<p>Två.</p>")
        plan = start(area.plan, 2031)
        period = plan.focus_areas.get().periods.get()
        assert (period.no_activities_reason, period.introduction) == ("", "<p>Två.</p>")
        assert period.activities.count() == 1


class TestNothingElseChanges:
    def test_the_old_plans_are_as_they_were(self, plan_2024):
        before = dump()
        start(plan_2024, 2025, choices={"sdk": AreaChoice(ENDED, reason="Klart."), "npo": AreaChoice(RENAMED, "Nytt")})
        after = dump()
        assert set(before) <= set(after)
        assert len(after) > len(before)

    def test_the_same_slug_twice_is_told_in_swedish_and_changes_nothing(self, plan_2024):
        start(plan_2024, 2025)
        before = dump()
        with pytest.raises(RolloverError, match="Det finns redan en handlingsplan med kortnamnet ”2025”"):
            start(plan_2024, 2025)
        assert dump() == before

    @pytest.mark.parametrize(
        ("years", "wishes", "place", "sentence"),
        [
            ([], {}, "years", "minst ett"),
            ([2024], {}, "years", "tidigast 2025"),
            ([2023, 2024, 2025], {}, "years", "tidigast 2025"),
            ([2025, 2027], {}, "years", "utan lucka"),
            ([2201], {}, "years", "mellan 1990 och 2200"),
            (range(2025, 2036), {}, "years", "högst 10 år"),
            ([2025], {"slug": "å/ä"}, "slug", "bara ha bokstäverna"),
            ([2025], {"slug": "a" * 61}, "slug", "60 tecken"),
            ([2025], {"title": "a" * 201}, "title", "200 tecken"),
            ([2025], {"choices": {"finns-inte": AreaChoice()}}, "area:finns-inte:kind", "inget område"),
            ([2025], {"choices": {"sdk": AreaChoice("borta")}}, "area:sdk:kind", "Välj om"),
            ([2025], {"choices": {"sdk": AreaChoice(ENDED, reason=" ")}}, "area:sdk:reason", "Skriv varför"),
            ([2025], {"choices": {"sdk": AreaChoice(RENAMED)}}, "area:sdk:name", "Skriv det nya namnet"),
            ([2025], {"choices": {"sdk": AreaChoice(RENAMED, name="?!")}}, "area:sdk:name", "minst en bokstav"),
            ([2025], {"choices": {"sdk": AreaChoice(RENAMED, name="a" * 201)}}, "area:sdk:name", "200 tecken"),
            ([2025], {"choices": {"sdk": AreaChoice(RENAMED, name="NPÖ")}}, "area:sdk:name", "för likt"),
            (
                [2025],
                {"choices": {"sdk": AreaChoice(RENAMED, name="Säker Digital Kommunikation")}},
                "area:sdk:name",
                "heter redan så",
            ),
        ],
    )
    def test_what_cannot_be_is_told_where_it_is_and_changes_nothing(self, plan_2024, years, wishes, place, sentence):
        before = dump()
        with pytest.raises(RolloverError, match=sentence) as told:
            start_next_plan(plan=plan_2024, years=years, by=None, **wishes)
        assert list(told.value.reasons) == [place]
        assert dump() == before

    def test_everything_that_is_wrong_is_told_at_once(self, plan_2024):
        choices = {"sdk": AreaChoice(ENDED), "npo": AreaChoice(RENAMED)}
        with pytest.raises(RolloverError) as told:
            start_next_plan(plan=plan_2024, years=[2024], choices=choices, by=None)
        assert set(told.value.reasons) == {"years", "area:sdk:reason", "area:npo:name"}

    def test_a_plan_without_years_starts_nothing(self):
        with pytest.raises(RolloverError, match="saknar verksamhetsår"):
            start(make.make_plan(years=()), 2031)

    def test_queries_do_not_grow_with_the_plan(self, django_assert_max_num_queries):
        def grown(slug: str, areas: int, activities: int) -> Plan:
            plan = make.make_plan(slug, years=(2030,))
            for _ in range(areas):
                period = make.make_complete_area(plan).periods.get()
                for _ in range(activities):
                    make.make_activity(period, parent=period.activities.first())
            return plan

        small, large = grown("liten", 2, 2), grown("stor", 12, 6)
        with django_assert_max_num_queries(80) as few:
            start_next_plan(plan=small, years=[2031], slug="liten-2031", by=None)
        with django_assert_max_num_queries(len(few)):
            start_next_plan(plan=large, years=[2031], slug="stor-2031", by=None)


class TestCommand:
    def run(self, *arguments: str) -> str:
        out = io.StringIO()
        call_command("start_plan", *arguments, stdout=out)
        return out.getvalue()

    def test_it_says_what_follows(self, plan_2024, superuser):
        told = self.run(
            "2024", "--year", "2025", "--end", "sdk", "--reason", "I drift.", "--rename", "npo=Journal för alla",
            "--by", superuser.username,
        )  # fmt: skip
        assert "Nationell Patientöversikt (NPÖ): byter namn till Journal för alla, 3 mål, 5 aktiviteter." in told
        assert "Säker Digital Kommunikation (SDK): avslutas. I drift." in told
        assert "Mina Planer: fortsätter, 4 mål, 9 aktiviteter." in told
        assert "Folkmängd Skåne län 2023-12-31" in told
        assert Plan.objects.get(slug="2025").focus_areas.count() == 6
        assert LogEntry.objects.last().actor == superuser

    def test_a_dry_run_says_the_same_and_changes_nothing(self, plan_2024):
        before = dump()
        told = self.run("2024", "--year", "2025", "--dry-run")
        assert told.startswith("Prov, ingenting är ändrat.")
        assert "Mina Planer: fortsätter" in told
        assert dump() == before

    def test_json_carries_the_same(self, plan_2024):
        told = json.loads(self.run("2024", "--year", "2025", "--year", "2026", "--format", "json"))
        assert (told["plan"], told["years"], told["from"]) == ("2025-2026", [2025, 2026], "2024")
        assert len(told["areas"]) == 7
        assert told["cost_bases"][1] == {"year": 2026, "rule": "lika-efter-folkmangd", "figures": "2023-12-31"}

    @pytest.mark.parametrize(
        ("arguments", "sentence"),
        [
            (["2023", "--year", "2025"], "De som finns: 2024, 2022-2023"),
            (["2024", "--year", "2024"], "tidigast 2025"),
            (["2024", "--year", "2025", "--slug", "2024"], "finns redan"),
            (["2024", "--year", "2025", "--end", "sdk"], "behöver ett --reason"),
            (["2024", "--year", "2025", "--rename", "sdk"], "OMRÅDE=NAMN"),
            (["2024", "--year", "2025", "--rename", "sdk=A", "--rename", "sdk=B"], "nämns två gånger"),
            (["2024", "--year", "2025", "--by", "ingen@prov.example"], "Inget konto"),
        ],
    )
    def test_what_is_wrong_is_said(self, plan_2024, arguments, sentence):
        before = dump()
        with pytest.raises(CommandError, match=sentence):
            self.run(*arguments)
        assert dump() == before

    def test_a_person_who_may_not_is_refused(self, plan_2024, draft_reader):
        with pytest.raises(CommandError, match="får inte börja en plan"):
            self.run("2024", "--year", "2025", "--by", draft_reader.username)

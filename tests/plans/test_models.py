"""What the plan tables refuse, how their rows present themselves, and how text and order behave on both engines."""

import datetime

import pytest
from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction

from plans.models import (
    Activity,
    ActivityPeriod,
    AreaLineage,
    Body,
    Comment,
    CommentThread,
    FocusArea,
    LogEntry,
    LogHead,
    Membership,
    Organisation,
    Party,
    Plan,
    PlanSection,
    PlanYear,
    Referral,
    ReferralAnswer,
    Responsibility,
    RoleAssignment,
)
from plans.richtext import plain_text, sanitise
from tests import factories as make
from tests.decision_factories import DECISION_MODELS

pytestmark = pytest.mark.django_db
CONVERSATION = {CommentThread, Comment, Referral, ReferralAnswer}  # tests/plans/test_conversation_models.py


def refuses(row, constraint: str, sentence: str = "") -> None:
    """Assert that the database refuses ``row`` by the named constraint, and the form with a Swedish sentence.

    SQLite names a broken uniqueness by its columns only, so there the name is looked up in the model.
    """
    names = {found.name for found in row._meta.constraints}
    assert constraint in names
    with pytest.raises(ValidationError) as told:
        row.full_clean()
    if sentence:
        assert sentence in str(told.value.messages)
    with pytest.raises(IntegrityError) as refused, transaction.atomic():
        row.save()
    if connection.vendor == "postgresql" or "UNIQUE" not in str(refused.value):
        assert constraint in str(refused.value)


class TestConstraints:
    def test_party_slug_in_collaboration(self):
        party = make.make_party("region")
        refuses(Party(collaboration=party.collaboration, slug="region", name="Dubblett"), "party_slug_in_collaboration")

    def test_body_slug_in_collaboration(self):
        body = make.make_body()
        refuses(Body(collaboration=body.collaboration, slug=body.slug, name="Dubblett"), "body_slug_in_collaboration")

    def test_organisation_number_unique(self):
        make.make_organisation("9101", organisation_number="212000-0001")
        other = Organisation(
            code="9102", kind="municipality", name="B", short_name="B", slug="b", organisation_number="212000-0001"
        )
        refuses(other, "organisation_number_unique")

    def test_organisations_without_number_are_many(self):
        make.make_organisation("9101")
        make.make_organisation("9102")
        assert Organisation.objects.filter(organisation_number="", code__startswith="910").count() == 2

    @pytest.mark.parametrize("tile", [{"tile_column": 1}, {"tile_row": 1}])
    def test_organisation_tile_has_column_and_row(self, tile):
        organisation = Organisation(code="9101", kind="municipality", name="A", short_name="A", slug="a", **tile)
        refuses(organisation, "organisation_tile_has_column_and_row")

    def test_membership_once_per_collaboration(self):
        first = make.make_members()[0]
        again = Membership(collaboration=first.collaboration, organisation=first.organisation, party=first.party)
        refuses(again, "membership_once_per_collaboration")

    def test_membership_ends_after_it_begins(self):
        party = make.make_party()
        membership = Membership(
            collaboration=party.collaboration,
            organisation=make.make_organisation(),
            party=party,
            joined_on=datetime.date(2030, 1, 2),
            left_on=datetime.date(2030, 1, 1),
        )
        refuses(membership, "membership_ends_after_it_begins", "Medlemskapet kan inte sluta innan det börjar.")

    def test_plan_year_once(self):
        refuses(PlanYear(plan=make.make_plan(), year=2030), "plan_year_once")

    @pytest.mark.parametrize("year", [1989, 2201])
    def test_plan_year_plausible(self, year):
        row = PlanYear(plan=make.make_plan(), year=year)
        refuses(row, "plan_year_plausible", "Verksamhetsåret ska ligga mellan 1990 och 2200.")

    def test_plan_status_known(self):
        plan = make.make_plan()
        plan.status = "halvklar"
        refuses(plan, "plan_status_known")

    def test_section_slug_in_plan(self):
        section = make.make_section(make.make_plan())
        refuses(PlanSection(plan=section.plan, heading="Två", slug=section.slug), "section_slug_in_plan")

    def test_focus_area_slug_in_plan(self):
        area = make.make_area()
        refuses(FocusArea(plan=area.plan, slug=area.slug, name="Två"), "focus_area_slug_in_plan")

    @pytest.mark.parametrize(
        ("kind", "has_predecessor", "has_successor"),
        [
            ("new", True, True),
            ("new", False, False),
            ("ended", True, True),
            ("ended", False, True),
            ("continued", True, False),
            ("renamed", False, True),
        ],
    )
    def test_lineage_kind_matches_areas(self, kind, has_predecessor, has_successor):
        old, new = make.make_area(), make.make_area()
        lineage = AreaLineage(
            plan=new.plan,
            kind=kind,
            predecessor=old if has_predecessor else None,
            successor=new if has_successor else None,
        )
        refuses(lineage, "lineage_kind_matches_areas", "Ett nytt område har inget område före sig")

    def test_lineage_once(self):
        old, new = make.make_area(), make.make_area()
        make.make_lineage(new.plan, "continued", predecessor=old, successor=new)
        refuses(AreaLineage(plan=new.plan, kind="renamed", predecessor=old, successor=new), "lineage_once")

    def test_responsible_body_once_per_area(self):
        responsibility = make.make_responsibility(make.make_area())
        again = Responsibility(focus_area=responsibility.focus_area, body=responsibility.body)
        refuses(again, "responsible_body_once_per_area")

    def test_responsibility_not_on_own_behalf(self):
        body = make.make_body()
        own = Responsibility(focus_area=make.make_area(), body=body, on_behalf_of=body)
        refuses(own, "responsibility_not_on_own_behalf", "Ett organ kan inte ansvara på uppdrag av sig självt.")

    def test_period_ends_after_it_begins(self):
        period = ActivityPeriod(focus_area=make.make_area(), start_year=2031, end_year=2030)
        refuses(period, "period_ends_after_it_begins", "Perioden kan inte sluta innan den börjar.")

    def test_period_once_per_area(self):
        period = make.make_period(make.make_area())
        again = ActivityPeriod(focus_area=period.focus_area, start_year=2030, end_year=2030)
        refuses(again, "period_once_per_area")

    def test_open_period_once_per_area(self):
        period = make.make_period(make.make_area(), 2031, None)
        again = ActivityPeriod(focus_area=period.focus_area, start_year=2031)
        refuses(again, "open_period_once_per_area")

    def test_log_has_one_head(self):
        refuses(LogHead(pk=2, number=0, digest="0"), "log_has_one_head")

    def test_plans_roleassignment_of_organisation(self):
        person = make.make_user("rakel@prov.example")
        row = RoleAssignment(person=person, role="registrar", collaboration=make.make_collaboration())
        refuses(row, "plans_roleassignment_of_organisation", "hör till en organisation")

    def test_plans_roleassignment_of_collaboration(self):
        members = make.make_members()
        person, organisation = make.make_user("rakel@prov.example"), members[1].organisation
        row = RoleAssignment(
            person=person, role="editor", collaboration=members[1].collaboration, organisation=organisation
        )
        refuses(row, "plans_roleassignment_of_collaboration", "gäller hela samverkan")

    def test_role_once_in_collaboration(self):
        given = make.make_role(make.make_user("rakel@prov.example"), "editor")
        again = RoleAssignment(person=given.person, role="editor", collaboration=given.collaboration)
        refuses(again, "role_once_in_collaboration", "redan rollen")

    def test_role_once_for_organisation(self):
        member = make.make_members()[1]
        fields = {"collaboration": member.collaboration, "organisation": member.organisation}
        given = make.make_role(make.make_user("rakel@prov.example"), "registrar", **fields)
        refuses(
            RoleAssignment(person=given.person, role="registrar", **fields),
            "role_once_for_organisation",
            "redan rollen",
        )

    def test_every_constraint_of_the_app_has_a_test_here(self):
        """A new constraint comes with a test named after it. Comments and decisions have modules of their own."""
        models = set(apps.get_app_config("plans").get_models()) - CONVERSATION - DECISION_MODELS
        names = {found.name for model in models for found in model._meta.constraints}
        assert names == {name.removeprefix("test_") for name in dir(self)} & names


class TestClean:
    @pytest.mark.parametrize("code", ["1", "123", "12345", "ab", ""])
    def test_an_organisations_code_is_two_or_four_digits(self, code):
        organisation = Organisation(code=code, kind="region", name="A", short_name="A", slug="a")
        with pytest.raises(ValidationError) as told:
            organisation.full_clean()
        assert "code" in told.value.message_dict

    def test_an_organisation_number_is_written_with_a_hyphen(self):
        organisation = make.make_organisation("9101", organisation_number="2120001173")
        with pytest.raises(ValidationError, match="Skriv organisationsnumret som tio siffror med bindestreck"):
            organisation.full_clean()

    def test_lineage_leads_from_an_earlier_plan_to_this_one(self):
        old, new = make.make_area(), make.make_area()
        with pytest.raises(ValidationError, match="Området ska höra till den här planen"):
            AreaLineage(plan=old.plan, kind="continued", predecessor=new, successor=new).full_clean()
        with pytest.raises(ValidationError, match="Området ska höra till en tidigare plan"):
            AreaLineage(plan=old.plan, kind="ended", predecessor=old).full_clean()

    def test_a_sub_activity_is_not_divided_again(self):
        top = make.make_activity(make.make_period(make.make_area()))
        sub = make.make_activity(top.period, parent=top)
        with pytest.raises(ValidationError, match="kan inte i sin tur delas upp"):
            Activity(period=top.period, parent=sub, text="Djupare.").full_clean()

    def test_a_sub_activity_lies_in_the_period_of_its_activity(self):
        area = make.make_area()
        top, later = make.make_activity(make.make_period(area)), make.make_period(area, 2031, None)
        with pytest.raises(ValidationError, match="ligger i samma period som sin aktivitet"):
            Activity(period=later, parent=top, text="Senare.").full_clean()


class TestPresentation:
    @pytest.mark.parametrize(
        ("start", "end", "heading"),
        [
            (2024, 2024, "Verksamhetsåret 2024"),
            (2022, 2023, "Verksamhetsåren 2022–2023"),
            (2025, None, "2025 och framåt"),
        ],
    )
    def test_period_headings(self, start, end, heading):
        period = ActivityPeriod(start_year=start, end_year=end)
        assert (period.heading, str(period)) == (heading, heading)

    def test_periods_come_in_order_with_the_open_one_last(self):
        area = make.make_area()
        for start, end in ((2031, None), (2030, None), (2030, 2031), (2030, 2030)):
            make.make_period(area, start, end)
        assert [(period.start_year, period.end_year) for period in area.periods.all()] == [
            (2030, 2030),
            (2030, 2031),
            (2030, None),
            (2031, None),
        ]

    @pytest.mark.parametrize(("years", "text"), [((), ""), ((2024,), "2024"), ((2023, 2022), "2022–2023")])
    def test_years_of_a_plan_as_text(self, years, text):
        assert make.make_plan(years=years).years_text == text

    def test_rows_are_called_what_they_are(self):
        plan = make.make_plan("prov", title="Handlingsplan prov")
        area = make.make_area(plan, "Säker kommunikation", abbreviation="SK")
        other = make.make_area(make.make_plan(), "Faxen")
        period = make.make_period(area)
        body, owner = make.make_body("styrgrupp"), make.make_body("beredning")
        party = make.make_party("kommuner")
        assert str(plan) == "Handlingsplan prov"
        assert str(plan.years.get()) == "prov: 2030"
        assert str(plan.collaboration) == "Samverkan provsamverkan"
        assert (str(party), str(body)) == ("Kommuner", "Styrgrupp")
        assert str(make.make_membership(make.make_organisation(), party)) == "Alby kommun i Samverkan provsamverkan"
        assert str(area) == "Säker kommunikation (SK)"
        assert area.name_in_tables == "Säker kommunikation"
        assert str(make.make_section(plan, heading="Inledning")) == "Inledning"
        assert str(make.make_watched_matter(plan, "1177")) == "1177"
        assert str(make.make_goal(area, "Alla med.")) == "Alla med."
        assert str(make.make_activity(period, "Börja.")) == "Börja."
        assert str(make.make_responsibility(area, body, on_behalf_of=owner)) == "Styrgrupp, på uppdrag av Beredning"
        assert str(make.make_responsibility(other, body)) == "Styrgrupp"
        lineage = make.make_lineage(plan, "renamed", predecessor=other, successor=area)
        assert str(lineage) == "Faxen → Säker kommunikation (SK) (byter namn)"

    def test_a_plan_is_locked_from_the_moment_it_is_sent_for_decision(self):
        locked = {status: Plan(status=status).is_locked for status in Plan.Status}
        assert [status.value for status, is_locked in locked.items() if not is_locked] == ["draft", "referral"]
        assert [status.value for status in Plan.Status if Plan(status=status).is_decided] == ["adopted", "closed"]


class TestRichText:
    DIRTY = '<p onclick="x()">Hej <script>alert(1)</script><b>där</b></p><img src="http://x.se/a.png">'
    CLEAN = "<p>Hej där</p>"

    @pytest.fixture
    def section(self):
        return make.make_section(make.make_plan())

    def stored(self, section) -> str:
        return PlanSection.objects.get(pk=section.pk).text

    def test_save_cleans_the_row_in_memory_and_in_the_database(self, section):
        section.text = self.DIRTY
        section.save()
        assert section.text == self.stored(section) == self.CLEAN

    def test_update_cleans(self, section):
        PlanSection.objects.filter(pk=section.pk).update(text=self.DIRTY)
        assert self.stored(section) == self.CLEAN

    def test_bulk_create_cleans(self, section):
        PlanSection.objects.bulk_create([PlanSection(plan=section.plan, heading="B", slug="b", text=self.DIRTY)])
        assert PlanSection.objects.get(plan=section.plan, slug="b").text == self.CLEAN

    def test_bulk_update_cleans(self, section):
        section.text = self.DIRTY
        PlanSection.objects.bulk_update([section], ["text"])
        assert self.stored(section) == self.CLEAN

    def test_update_or_create_cleans(self, section):
        PlanSection.objects.update_or_create(pk=section.pk, defaults={"text": self.DIRTY})
        assert self.stored(section) == self.CLEAN

    @pytest.mark.parametrize(
        ("html", "clean"),
        [
            ('<a href="javascript:alert(1)">x</a>', '<a rel="noopener">x</a>'),
            ('<a href="https://x.se" style="color:red">x</a>', '<a href="https://x.se" rel="noopener">x</a>'),
            ('<h1>Stor</h1><h3 class="a">Mellan</h3>', "Stor<h3>Mellan</h3>"),
            ("<ul><li>ett<ol><li>två</li></ol></li></ul>", "<ul><li>ett<ol><li>två</li></ol></li></ul>"),
            ("<style>p{}</style><svg><p>x</p></svg>", "<p>x</p>"),
            ("  <p>å ä ö &amp; &lt;</p>  ", "<p>å ä ö &amp; &lt;</p>"),
        ],
    )
    def test_only_the_subset_is_kept(self, html, clean):
        assert sanitise(html) == clean
        assert sanitise(clean) == clean

    def test_hostile_depth_loses_its_elements_and_keeps_its_words(self):
        deep = "<p>före</p>" + "<ul><li>" * 5_000 + "ord" + "</li></ul>" * 5_000
        assert sanitise(deep).split() == ["<p>före</p>", "ord"]

    def test_many_elements_side_by_side_are_no_depth(self):
        wide = "<p>rad<br>rad</p>" * 500 + "<ul>" + "<li>punkt</li>" * 500 + "</ul>"
        assert sanitise(wide) == wide

    def test_plain_text_keeps_words_apart(self):
        html = "<h3>Ett</h3><p>två &amp; tre</p><ul><li>fyra</li><li>fem<br>sex</li></ul>"
        assert plain_text(html) == "Ett två & tre fyra fem sex"


class TestNaturalKeys:
    def test_every_model_finds_its_rows_by_natural_key(self):
        plan = make.make_shared_plan(100)
        area = plan.focus_areas.get()
        make.make_section(plan)
        make.make_watched_matter(plan)
        make.make_role(make.make_user("rakel@prov.example"), "editor")
        for model in (
            set(apps.get_app_config("plans").get_models()) - {LogEntry, LogHead} - CONVERSATION - DECISION_MODELS
        ):
            row = model.objects.order_by("-pk")[0]
            assert model.objects.get_by_natural_key(*row.natural_key()) == row
        assert area.natural_key() == (plan.slug, area.slug)

    def test_rows_without_a_name_get_different_keys(self):
        area = make.make_area()
        keys = {make.make_goal(area).key, make.make_goal(area).key}
        assert len(keys) == 2
        assert all(len(key) == 32 for key in keys)


class TestMembership:
    def test_active_members_are_those_of_the_day(self):
        party = make.make_party()
        dates = {
            "9101": {},
            "9102": {"joined_on": datetime.date(2030, 1, 1)},
            "9103": {"left_on": datetime.date(2029, 12, 31)},
        }
        for code, limits in dates.items():
            make.make_membership(make.make_organisation(code), party, **limits)
        members = party.collaboration.memberships.with_organisation()

        def active_on(day: datetime.date) -> list[str]:
            return [member.organisation.code for member in members if member.is_active_on(day)]

        assert active_on(datetime.date(2029, 12, 31)) == ["9101", "9103"]
        assert active_on(datetime.date(2030, 1, 1)) == ["9101", "9102"]

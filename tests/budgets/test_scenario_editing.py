"""Keeping scenarios, sharing them and turning one into the draft."""

import datetime
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from budgets.models import AllocationKey, BudgetLine, CostBasis, FigureChoice, KeyFigureSet, RuleUse, Scenario
from budgets.scenario_editing import (
    RuleDecision,
    change_scenario,
    draft_steps,
    keep_scenario,
    put_in_draft,
    read_scenario,
    remove_scenario,
    scenario_digest,
    share_scenario,
)
from budgets.scenario_effect import effect
from budgets.scenarios import (
    AddedLine,
    ChangedAmount,
    Changes,
    DroppedLine,
    Joining,
    OtherDay,
    OtherRule,
    ScenarioRefused,
)
from budgets.shares import share_year
from budgets.year_basis import load_year
from plans.editing import EditRefused
from plans.models import LogEntry, Plan
from plans.roles import Role
from tests import factories as make

pytestmark = pytest.mark.django_db
LATER = datetime.date(2030, 6, 30)
DECISION = RuleDecision(reason="Kommunerna använder den mest.", decided_on=LATER, decided_by="SGD")


@pytest.fixture
def plan(db) -> Plan:
    return make.make_shared_plan(1200, 600)


@pytest.fixture
def economist(plan):
    user = make.make_user("ekonom@prov.example")
    make.make_role(user, Role.ECONOMIST)
    return user


@pytest.fixture
def editor(plan):
    user = make.make_user("redaktor@prov.example")
    make.make_role(user, Role.EDITOR)
    return user


def line_of(plan: Plan, place: int = 0) -> BudgetLine:
    return plan.focus_areas.order_by("position")[place].budget_lines.get(year=2030)


def kept(plan: Plan, by, changes: Changes | None = None, name: str = "Mer pengar") -> Scenario:
    changes = changes or Changes(amounts=(ChangedAmount(line_of(plan).key, Decimal(1800)),))
    return keep_scenario(plan=plan, year=2030, name=name, changes=changes, by=by)


def introduced(scenario: Scenario, by, **more):
    return put_in_draft(scenario=scenario, seen=draft_steps(scenario).digest, by=by, **more)


def test_what_is_kept_is_the_makers_own_until_it_is_shared(plan, economist, editor):
    scenario = kept(plan, economist)
    assert (scenario.made_by, scenario.is_shared, scenario.applied_at) == (economist, False, None)
    with pytest.raises(ScenarioRefused, match="någon annans"):
        share_scenario(scenario=scenario, is_shared=True, by=editor)
    share_scenario(scenario=scenario, is_shared=True, by=economist)
    with pytest.raises(ScenarioRefused, match="Den som har gjort"):
        share_scenario(scenario=scenario, is_shared=False, by=editor)
    assert [entry.after for entry in LogEntry.objects.order_by("number")] == [
        {"name": "Mer pengar", "year": 2030},
        {"is_shared": True},
    ]


def test_scenario_name_in_plan(plan, economist):
    """A plan has one scenario of each name; said in words first, and by the database all the same."""
    scenario = kept(plan, economist)
    with pytest.raises(ScenarioRefused, match="redan ett scenario med det namnet") as refused:
        kept(plan, economist, name="  Mer   pengar ")
    assert refused.value.field == "name"
    twin = Scenario(plan=plan, year=2030, name="Mer pengar", made_at=scenario.made_at, changed_at=scenario.made_at)
    with pytest.raises(ValidationError, match="redan ett scenario med det namnet"):
        twin.validate_constraints()
    with pytest.raises(IntegrityError, match="scenario_name_in_plan|budgets_scenario"), transaction.atomic():
        twin.save()
    assert kept(make.make_shared_plan(1), economist).name == scenario.name


def test_a_name_is_needed_and_the_year_must_be_the_plans(plan, economist):
    with pytest.raises(ScenarioRefused, match="Skriv vad scenariot heter"):
        kept(plan, economist, name=" ")
    with pytest.raises(ScenarioRefused, match="har inte verksamhetsåret 2050"):
        keep_scenario(plan=plan, year=2050, name="Fel", changes=Changes(), by=economist)
    assert not LogEntry.objects.exists()


def test_those_who_do_not_work_with_the_budget_keep_nothing(plan):
    auditor = make.make_user("revisor@prov.example")
    make.make_role(auditor, Role.AUDITOR)
    with pytest.raises(ScenarioRefused):
        kept(plan, auditor)


def test_a_change_follows_on_what_was_seen(plan, economist):
    scenario = kept(plan, economist)
    seen = scenario_digest(scenario)
    told = {"name": "Mindre pengar", "changes": Changes(leaving=("9101",))}
    changed = change_scenario(scenario=scenario, seen=seen, by=economist, **told)
    assert read_scenario(changed) == told["changes"]
    with pytest.raises(ScenarioRefused, match="har ändrats medan"):
        change_scenario(scenario=scenario, seen=seen, by=economist, **told)
    entries = LogEntry.objects.count()
    change_scenario(scenario=scenario, seen=scenario_digest(changed), by=economist, **told)
    assert LogEntry.objects.count() == entries


def test_the_log_says_of_one_that_is_not_shared_no_more_than_its_name(plan, economist):
    scenario = kept(plan, economist)
    changed = change_scenario(
        scenario=scenario,
        name="Hemligt",
        description="Tanke",
        changes=Changes(leaving=("9101",)),
        seen=scenario_digest(scenario),
        by=economist,
    )
    assert LogEntry.objects.first().after == {"name": "Hemligt"}
    share_scenario(scenario=changed, is_shared=True, by=economist)
    entry = remove_scenario(scenario=changed, by=economist)
    assert entry.before["changes"] == {"leaving": ["9101"]}
    assert not Scenario.objects.exists()


def test_a_scenario_that_cannot_be_read_says_so(plan, economist):
    scenario = kept(plan, economist)
    scenario.changes = {"belopp": 1}
    with pytest.raises(ScenarioRefused, match="kan inte läsas"):
        read_scenario(scenario)


class TestInDraft:
    def test_amounts_lines_rule_and_days_are_those_of_the_scenario(self, plan, economist):
        """The draft then shares exactly what the scenario showed."""
        area = plan.focus_areas.order_by("position")[0]
        make.make_figure_set({"9101": 30, "9102": 20, "9103": 10}, on=LATER)
        make.make_rule({"region": 30, "kommuner": 70}, slug="tung")
        changes = Changes(
            amounts=(ChangedAmount(line_of(plan).key, Decimal(1800)),),
            dropped=(DroppedLine(line_of(plan, 1).key),),
            added=(AddedLine(area.slug, "Ny del", Decimal("240.50")),),
            figures=(OtherDay("provtal", "91", LATER),),
            rule="tung",
        )
        shown = effect(plan, 2030, changes)
        scenario = kept(plan, economist, changes)
        steps = introduced(scenario, economist)
        assert len(steps.done) == 5
        shared = share_year(load_year(plan, 2030))
        assert {m.code: shared.amount(m.code) for m in shared.members} == {
            m.code: m.change.after for m in shown.members
        }
        assert CostBasis.objects.get(plan_year__plan=plan).rule.slug == "tung"
        scenario.refresh_from_db()
        assert scenario.applied_at is not None

    def test_days_of_other_keys_are_chosen_for_the_year(self, plan, economist):
        """A deviation may use a key that the year's own rule does not."""
        nurses = AllocationKey.objects.create(slug="skoterskor", name="Sjuksköterskor", unit="personer")
        for day, values in ((LATER, (5, 2, 1)), (datetime.date(2029, 6, 30), (1, 1, 1))):
            figures = make.make_figure_set(dict(zip(("9101", "9102", "9103"), values, strict=True)), on=day)
            KeyFigureSet.objects.filter(pk=figures.pk).update(allocation_key=nurses)
        make.make_rule(slug="skoterskeregeln", allocation_key=nurses)
        area = plan.focus_areas.order_by("position")[0]
        changes = Changes(
            rules=(OtherRule("skoterskeregeln", area=area.slug),), figures=(OtherDay("skoterskor", "91", LATER),)
        )
        shown = effect(plan, 2030, changes)
        assert shown.member("9101").change.after == 375 + 50
        introduced(kept(plan, economist, changes), economist, decision=DECISION)
        shared = share_year(load_year(plan, 2030))
        assert [shared.amount(one.code) for one in shown.members] == [one.change.after for one in shown.members]
        assert FigureChoice.objects.get().figure_set.reference_date == LATER

    def test_all_is_logged_together(self, plan, economist):
        scenario = kept(plan, economist)
        before = LogEntry.objects.count()
        introduced(scenario, economist)
        new = list(LogEntry.objects.order_by("number"))[before:]
        assert [entry.subject for entry in new] == ["budgets.budgetline", "budgets.scenario"]
        assert new[0].after == {"amount": "1800.00"}

    def test_members_are_named_and_left_out(self, plan, economist):
        changes = Changes(
            amounts=(ChangedAmount(line_of(plan).key, Decimal(1800)),),
            joining=(Joining("9201", "kommuner"),),
            leaving=("9101",),
        )
        make.make_organisation("9201", "Utby")
        make.make_figure_set({"9201": 60}, region_code="92")
        scenario = kept(plan, economist, changes)
        steps = introduced(scenario, economist)
        assert steps.left_out == ("Alby kommun lämnar.", "Utby kommun går med i parten Kommuner.")
        assert plan.collaboration.memberships.count() == 4
        with pytest.raises(ScenarioRefused, match="ändrar inget i utkastet"):
            draft_steps(kept(plan, economist, Changes(leaving=("9101",)), name="Bara medlemmar"))

    def test_a_rule_of_its_own_needs_a_decision(self, plan, economist):
        make.make_rule({"region": 30, "kommuner": 70}, slug="tung")
        area = plan.focus_areas.order_by("position")[0]
        changes = Changes(
            rules=(OtherRule("tung", area=area.slug),), added=(AddedLine(area.slug, "Ny", Decimal(10), "tung"),)
        )
        scenario = kept(plan, economist, changes)
        assert draft_steps(scenario).needs_decision
        with pytest.raises(ScenarioRefused, match="Ange beslutet"):
            introduced(scenario, economist)
        introduced(scenario, economist, decision=DECISION)
        assert {(use.focus_area or use.budget_line.focus_area, use.reason) for use in RuleUse.objects.all()} == {
            (area, DECISION.reason)
        }
        assert RuleUse.objects.count() == 2

    def test_a_place_with_a_deviation_already_is_named_beforehand(self, plan, economist):
        rule = make.make_rule({"region": 30, "kommuner": 70}, slug="tung")
        area = plan.focus_areas.order_by("position")[0]
        held = {"reason": "Skäl.", "decided_on": LATER, "decided_by": "SGD", "valid_from": datetime.date(2030, 1, 1)}
        RuleUse.objects.create(rule=rule, focus_area=area, **held)
        scenario = kept(plan, economist, Changes(rules=(OtherRule("tung", area=area.slug),)))
        with pytest.raises(ScenarioRefused, match="har redan en avvikelse"):
            draft_steps(scenario)

    def test_what_was_shown_is_what_is_done(self, plan, economist):
        scenario = kept(plan, economist)
        seen = draft_steps(scenario).digest
        BudgetLine.objects.filter(pk=line_of(plan).pk).update(amount=1300)
        with pytest.raises(ScenarioRefused, match="Läs den nya listan"):
            put_in_draft(scenario=scenario, seen=seen, by=economist)

    def test_a_line_removed_meanwhile_stops_it(self, plan, economist):
        scenario = kept(plan, economist)
        seen = draft_steps(scenario).digest
        line_of(plan).delete()
        with pytest.raises(ScenarioRefused, match="finns inte längre"):
            put_in_draft(scenario=scenario, seen=seen, by=economist)

    def test_a_plan_that_is_sent_is_not_touched(self, plan, economist):
        scenario = kept(plan, economist)
        seen = draft_steps(scenario).digest
        Plan.objects.filter(pk=plan.pk).update(status=Plan.Status.SUBMITTED)
        with pytest.raises(EditRefused):
            put_in_draft(scenario=scenario, seen=seen, by=economist)
        assert line_of(plan).amount == 1200

    def test_nothing_is_done_when_something_cannot_be(self, plan, economist):
        """One transaction: the year's rule cannot use the days that were chosen, so the amount stays too."""
        area = plan.focus_areas.order_by("position")[0]
        changes = Changes(
            amounts=(ChangedAmount(line_of(plan).key, Decimal(1800)),), added=(AddedLine(area.slug, "Ny", Decimal(1)),)
        )
        scenario = kept(plan, economist, changes)
        seen = draft_steps(scenario).digest
        make.make_funding_form("sgd")
        plan.collaboration.funding_forms.filter(slug="sgd").update(is_shared=False)
        with pytest.raises(EditRefused):
            put_in_draft(scenario=scenario, seen=seen, by=economist)
        assert line_of(plan).amount == 1200

    def test_an_auditor_does_not(self, plan, economist):
        scenario = kept(plan, economist)
        share_scenario(scenario=scenario, is_shared=True, by=economist)
        auditor = make.make_user("revisor@prov.example")
        make.make_role(auditor, Role.AUDITOR)
        with pytest.raises(ScenarioRefused, match="skriver i budgeten"):
            put_in_draft(scenario=scenario, seen="", by=auditor)

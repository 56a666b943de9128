"""Who is reminded: those who speak for an organisation that has not answered, as long as they want it."""

import datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from plans.models import Decision, DecisionRound, Plan
from plans.roles import Role
from skane_digi.reminders.choosing import choose_letters
from skane_digi.reminders.due import due_rounds
from tests import conversation_factories as talk
from tests import decision_factories as decide
from tests import factories as make
from tests.reminders.conftest import WANTED_ON, WEEK_BEFORE

pytestmark = pytest.mark.django_db
Outcome, Stage, Status = Decision.Outcome, Decision.Stage, Plan.Status


def due(on: datetime.date = WEEK_BEFORE, plan: Plan | None = None) -> list[tuple[str, str]]:
    """Return the code and the address of each letter that is due."""
    rounds = due_rounds(on=on, plan=plan)
    return [(letter.entry.organisation.code, letter.person.email) for one in rounds for letter in one.letters]


def test_registrars_and_readers_of_a_member_are_reminded_and_nobody_else(version, registrar, reader, chair):
    talk.make_person(Role.READER, version.plan)
    assert due() == [("9101", registrar.email), ("9102", reader.email)]


def test_one_who_is_both_registrar_and_reader_gets_one_letter_as_registrar(version, reader):
    organisation = reader.role_assignments.get().organisation
    make.make_role(reader, Role.REGISTRAR, collaboration=version.plan.collaboration, organisation=organisation)
    (only,) = due_rounds(on=WEEK_BEFORE)
    assert [letter.role for letter in only.letters] == [Role.REGISTRAR]


def test_one_who_speaks_for_two_members_gets_a_letter_about_each(version, reader):
    other = make.make_organisation("9103")
    make.make_role(reader, Role.READER, collaboration=version.plan.collaboration, organisation=other)
    assert due() == [("9102", reader.email), ("9103", reader.email)]


def test_an_account_that_is_shut_off_or_has_no_address_gets_none(version, registrar, reader):
    registrar.is_active = False
    registrar.save()
    reader.email = ""
    reader.save()
    assert due() == []


def test_one_who_has_turned_them_off_gets_none_until_they_turn_them_on(version, registrar):
    choose_letters(person=registrar, wants_reminders=False, by=registrar)
    assert due() == []
    choose_letters(person=registrar, wants_reminders=True, by=registrar)
    assert due() == [("9101", registrar.email)]


@pytest.mark.parametrize(
    ("outcome", "stage", "is_reminded"),
    [
        (Outcome.ADOPTED, Stage.DECIDES, False),
        (Outcome.CONDITIONAL, Stage.DECIDES, False),
        (Outcome.REJECTED, Stage.DECIDES, False),
        (Outcome.TABLED, Stage.DECIDES, True),
        (Outcome.RETURNED, Stage.DECIDES, True),
        (Outcome.ADOPTED, Stage.PROPOSES, True),
        (Outcome.ADOPTED, Stage.PREPARES, True),
    ],
)
def test_an_answer_ends_the_reminders_and_a_postponement_does_not(version, registrar, outcome, stage, is_reminded):
    decision = decide.make_decision(version, "9101", outcome, stage=stage)
    if outcome == Outcome.CONDITIONAL:
        decide.make_condition(decision, "all_municipalities")
    assert bool(due()) is is_reminded


@pytest.mark.parametrize("status", [status for status in Status.values if status != Status.DECIDING])
def test_nobody_is_reminded_before_the_plan_is_sent_to_the_members_or_after(version, registrar, status):
    Plan.objects.filter(pk=version.plan_id).update(status=status)
    assert due() == []


@pytest.mark.parametrize("state", [state for state in DecisionRound.State.values if state != "open"])
def test_nobody_is_reminded_in_a_round_that_is_over(version, registrar, state):
    DecisionRound.objects.update(state=state)
    assert due() == []


def test_nobody_is_reminded_where_no_day_is_wanted_or_the_members_are_not_asked(version, registrar):
    DecisionRound.objects.update(wanted_on=None)
    assert due() == []
    DecisionRound.objects.update(wanted_on=WANTED_ON, needs_all=False, consents_from=version)
    assert due() == []


def test_nothing_is_due_more_than_thirty_days_before(version, registrar):
    assert due(WANTED_ON - datetime.timedelta(days=31)) == []
    assert due(WANTED_ON - datetime.timedelta(days=30)) != []


def test_a_member_of_another_collaboration_is_not_written_to(version, registrar):
    elsewhere = make.make_collaboration("annan")
    stranger = make.make_user("annan@prov.example")
    make.make_role(stranger, Role.REGISTRAR, collaboration=elsewhere, organisation=make.make_organisation("9102"))
    assert due() == [("9101", registrar.email)]


def test_one_plan_can_be_asked_for(version, registrar):
    other = make.make_plan(collaboration=make.make_collaboration("annan"))
    assert due(plan=other) == []
    assert due(plan=version.plan) == [("9101", registrar.email)]


def test_queries_do_not_grow_with_people_or_decisions(version, registrar):
    decision = decide.make_decision(version, "9103", Outcome.CONDITIONAL)
    decide.make_condition(decision, "named", "91")
    with CaptureQueriesContext(connection) as few:
        assert len(due()) == 1
    for code in ("91", "9102"):
        for _ in range(5):
            talk.make_person(Role.READER, version.plan, code=code)
    decide.make_condition(decide.make_decision(version, "9102", Outcome.TABLED), "free_text", text="Efter valet.")
    with CaptureQueriesContext(connection) as many:
        assert len(due()) == 11
    assert len(many) <= len(few)

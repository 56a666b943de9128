"""A plan's way to a decision as its history tells it."""

import datetime

import pytest

from budgets.history_words import WORDS as BUDGET_WORDS
from plans import lifecycle
from plans.deciding import Wish, find_condition, record_decision
from plans.decision_words import STATES, decision_sentence
from plans.history import Happening, Question, history_page
from plans.history_places import whereabouts_of
from plans.history_words import WORDS, in_words
from plans.models import Decision, DecisionCondition, DecisionRound, Organisation, Plan, PlanStep
from plans.restoring import offers_of, rows_named
from plans.roles import Role
from plans.steps import FrozenFiles
from skane_digi.reminders.sending import send_due_reminders
from skane_digi.workspace.removal import DELETION
from tests import conversation_factories as talk
from tests import decision_factories as decide
from tests import factories as make

pytestmark = pytest.mark.django_db
CODES = ("91", "9101", "9102", "9103")
FIRST = datetime.date(2026, 10, 1)
WANTED_ON = datetime.date(2026, 12, 1)


def at(days: int) -> datetime.datetime:
    return decide.noon(FIRST + datetime.timedelta(days=days))


def files(number: int) -> FrozenFiles:
    return FrozenFiles("{}", f"{number:064x}", "[]", "a" * 64, decide.A_PDF, "b" * 64, CODES)


@pytest.fixture
def plan() -> Plan:
    """A plan that has gone all the way, been adopted, opened for revision and sent out anew."""
    plan = make.make_shared_plan(1000, title="Handlingsplan 2030")
    body = make.make_body("ctb")
    chair = talk.make_person(Role.CHAIR, plan, first_name="Ofelia", last_name="Ordförande")
    talk.make_person(Role.REGISTRAR, plan, code="9103")
    said = {"body": body, "paragraph": "§ 12"}
    version = lifecycle.submit(plan=plan, number=1, files=files(1), reason="Klar att besluta om.", by=chair, at=at(0))
    lifecycle.prepare(plan=plan, taken_on=FIRST, by=chair, at=at(1), **said)
    lifecycle.recommend(plan=plan, taken_on=FIRST, comment="Enhälligt.", by=chair, at=at(2), **said)
    lifecycle.send_to_members(plan=plan, wanted_on=WANTED_ON, by=chair, at=at(3))
    lifecycle.set_wanted_on(plan=plan, wanted_on=WANTED_ON + datetime.timedelta(days=7), by=chair, at=at(4))

    def record(code: str, day: int, outcome: str = "adopted", **fields) -> Decision:
        return record_decision(
            version=version,
            organisation=Organisation.objects.get(code=code),
            outcome=outcome,
            decided_on=at(day).date(),
            by=chair,
            at=at(day),
            **{"instance": "Kommunfullmäktige", **fields},
        )

    wishes = [Wish("all_municipalities"), Wish("free_text", "Om pengarna räcker.")]
    conditional = record("91", 5, "conditional", conditions=wishes, instance="Regionfullmäktige", paragraph="§ 45")
    record("9101", 6, stage="proposes", instance="Kommunstyrelsen")
    wrong = record("9101", 7, "rejected")
    record("9101", 8, replaces=wrong, correction_reason="Fel utfall.")
    mistaken = record("9103", 8, "tabled")
    record("9103", 9, "withdrawn", replaces=mistaken, correction_reason="Fel organisation.", instance="Nämnden")
    send_due_reminders(on=WANTED_ON, at=at(10), by=chair)
    for code in ("9102", "9103"):
        record(code, 11)
    condition = DecisionCondition.objects.get(decision=conditional, kind="free_text")
    find_condition(condition=condition, is_met=True, reason="De räcker.", by=chair, at=at(12))
    find_condition(condition=condition, is_met=False, reason="De räcker inte.", by=chair, at=at(13))
    find_condition(condition=condition, is_met=True, reason="De räcker.", by=chair, at=at(14))
    lifecycle.reopen(plan=plan, reason="Nya kostnader.", by=chair, at=at(15))
    lifecycle.submit(plan=plan, number=2, files=files(2), reason="Omräknad.", by=chair, at=at(16))
    lifecycle.prepare(plan=plan, taken_on=FIRST, by=chair, at=at(17), **said)
    lifecycle.recommend(plan=plan, taken_on=FIRST, needs_all=False, by=chair, at=at(18), **said)
    lifecycle.close(plan=plan, comment="Genomförd.", by=chair, at=at(19))
    return plan


def told(plan: Plan) -> list[Happening]:
    page = history_page(
        plan, Question(), whereabouts=whereabouts_of(plan, DELETION), words=WORDS.joined(BUDGET_WORDS), size=200
    )
    return list(reversed(page.happenings))


def test_every_step_and_decision_is_told_in_words_that_can_be_read_aloud(plan):
    sentences = [one.sentence for one in told(plan) if one.sentence != "Ändrade läget i planen"]
    assert sentences == [
        "Frös version 1, med fingeravtrycket 0000 0000 0000 0000",
        "Sände planen för beslut",
        "Registrerade att Ctb har behandlat planen",
        "Registrerade att Ctb rekommenderar planen",
        "Bestämde att besluten önskas senast 2026-12-01",
        "Sände planen till huvudmännen",
        "Flyttade dagen då besluten önskas, från 2026-12-01 till 2026-12-08",
        "Registrerade att Regionfullmäktige i Region Prov har beslutat: antagen med villkor",
        "Registrerade att Kommunstyrelsen i Alby kommun föreslår: antagen",
        "Registrerade att Kommunfullmäktige i Alby kommun har beslutat: avslag",
        "Rättade beslutet av Kommunfullmäktige i Alby kommun, från avslag till antagen",
        "Registrerade att Kommunfullmäktige i Åkarp kommun har beslutat: bordlagd",
        "Lät registreringen av beslutet av Kommunfullmäktige i Åkarp kommun utgå",
        "Skickade 1 påminnelse om beslut",
        "Registrerade att Kommunfullmäktige i Björnå kommun har beslutat: antagen",
        "Registrerade att Kommunfullmäktige i Åkarp kommun har beslutat: antagen",
        "Bedömde att villkoret ”Om pengarna räcker.” är uppfyllt",
        "Version 1 blev fastställd",
        "Planen blev fastställd",
        "Bedömde att villkoret ”Om pengarna räcker.” inte är uppfyllt",
        "Version 1 väntar åter på beslut",
        "Planen är inte längre fastställd",
        "Bedömde att villkoret ”Om pengarna räcker.” är uppfyllt",
        "Version 1 blev fastställd",
        "Planen blev fastställd",
        "Öppnade planen för revidering",
        "Frös version 2, med fingeravtrycket 0000 0000 0000 0000",
        "Sände planen för beslut",
        "Registrerade att Ctb har behandlat planen",
        "Registrerade att Ctb rekommenderar planen",
        "Lät version 2 vila på besluten om Handlingsplan 2030, version 1",
        "Version 1 blev ersatt av en senare",
        "Version 2 blev fastställd",
        "Planen blev fastställd",
        "Avslutade planen",
    ]


def test_what_the_sentence_says_is_not_told_again_and_the_rest_is(plan):
    fields = {one.sentence: {change.label: change.after for change in one.fields} for one in told(plan)}
    assert fields["Registrerade att Regionfullmäktige i Region Prov har beslutat: antagen med villkor"] == {
        "Utfall": "Antagen med villkor",
        "Beslutsdag": "2026-10-06",
        "Paragraf": "§ 45",
        "Villkor": "alla kommuner antar, annat villkor: Om pengarna räcker.",
    }
    assert fields["Bedömde att villkoret ”Om pengarna räcker.” inte är uppfyllt"] == {"Skäl": "De räcker inte."}
    assert fields["Frös version 1, med fingeravtrycket 0000 0000 0000 0000"] == {"Skäl": "Klar att besluta om."}


def test_a_version_given_as_printed_and_a_plan_sent_back_have_words_too():
    printed = {"number": 1, "kind": "återgiven som tryckt", "content_digest": "3f2a9c1e77b041d2ff"}
    assert decision_sentence("plans.planversion", "", {}, printed) == (
        "Återgav version 1 som tryckt, med fingeravtrycket 3f2a 9c1e 77b0 41d2"
    )
    assert decision_sentence("plans.planstep", "", {}, {"kind": "Återförvisad"}) == "Återförvisade planen"
    assert decision_sentence(
        "plans.decisionround", "A, version 12: x", {"state": "pågår"}, {"state": "återförvisad"}
    ) == ("Version 12 blev återförvisad")
    corrected = {"outcome": "Antagen", "instance": "Fullmäktige", "stage": "beslutar"}
    assert decision_sentence(
        "plans.decision", "Alby kommun, Fullmäktige: Antagen", {"outcome": "Antagen"}, corrected
    ) == ("Rättade beslutet av Fullmäktige i Alby kommun")


def test_a_list_of_sentences_is_read_as_sentences_and_one_of_words_with_commas():
    assert in_words("plans.planversion", "fel", ["Det ena.", "Det andra."], WORDS) == "Det ena. Det andra."
    assert in_words("plans.decision", "villkor", ["det ena", "det andra."], WORDS) == "det ena, det andra."


@pytest.mark.parametrize("kind", PlanStep.Kind)
def test_every_kind_of_step_has_its_words(kind):
    assert decision_sentence("plans.planstep", "", {}, {"kind": kind.label, "body": "CTB"})


@pytest.mark.parametrize("state", DecisionRound.State)
def test_every_state_of_a_round_has_its_words(state):
    said = decision_sentence("plans.decisionround", "Plan, version 1: x", {}, {"state": state.label})
    assert said == f"Version 1 {STATES[state.label]}"


def test_nothing_of_it_is_offered_to_be_put_back_when_the_plan_is_open_again(plan):
    """Decided things are only superseded. Whoever writes the plan does not move a round's day or its state."""
    Plan.objects.filter(pk=plan.pk).update(status=Plan.Status.DRAFT)
    happenings = told(plan)
    offered = offers_of(happenings, whereabouts_of(plan, DELETION), rows_named(happenings))
    assert not any(offered.values())

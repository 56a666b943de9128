"""Recording decisions: who may, what is asked, and that a record is superseded and never changed."""

import datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from plans import deciding, lifecycle
from plans.deciding import DecisionRefused, Wish, find_condition, record_decision
from plans.models import Decision, DecisionCondition, LogEntry, Organisation, Plan, ProtocolExtract
from plans.register import Standing, register_of
from plans.roles import Role
from tests import decision_factories as decide
from tests import factories as make

pytestmark = pytest.mark.django_db
DAY = datetime.date(2026, 11, 2)
AT = decide.noon(DAY)


@pytest.fixture
def version():
    return decide.make_version()


@pytest.fixture
def chair(version):
    person = make.make_user("ofelia@prov.example", first_name="Ofelia", last_name="Ordförande")
    make.make_role(person, Role.CHAIR)
    return person


@pytest.fixture
def registrar(version):
    person = make.make_user("rakel@prov.example")
    make.make_role(person, Role.REGISTRAR, organisation=organisation("9101"))
    return person


def organisation(code: str) -> Organisation:
    return Organisation.objects.get(code=code)


def record(version, by, code: str = "9101", outcome: str = "adopted", **fields) -> Decision:
    values = {"instance": "Kommunfullmäktige", "decided_on": DAY, "at": AT, **fields}
    return record_decision(version=version, organisation=organisation(code), outcome=outcome, by=by, **values)


def refused(version, by, **fields) -> DecisionRefused:
    rows = Decision.objects.count(), DecisionCondition.objects.count(), LogEntry.objects.count()
    with pytest.raises(DecisionRefused) as told:
        record(version, by, **fields)
    assert (Decision.objects.count(), DecisionCondition.objects.count(), LogEntry.objects.count()) == rows
    return told.value


def test_a_registrar_records_for_their_own_organisation_only(version, registrar):
    decision = record(version, registrar, paragraph=" § 45 ", case_number="KS 2026/12", comment="Enhälligt.\r\n")
    assert (decision.paragraph, decision.comment, decision.recorded_by) == ("§ 45", "Enhälligt.", registrar)
    assert "registrator eller av SGD" in refused(version, registrar, code="9102").reason


@pytest.mark.parametrize("role", [*Role.values, "roleless"])
def test_sgd_records_for_everyone_and_nobody_else_does(role, version):
    person = make.make_user("nagon@prov.example")
    if role != "roleless":
        make.make_role(person, role, organisation=organisation("9103") if role == Role.REGISTRAR else None)
    if role in (Role.ADMINISTRATOR, Role.EDITOR, Role.CHAIR):
        assert record(version, person).recorded_by == person
    else:
        refused(version, person)


def test_only_those_who_are_to_decide_do(version, chair):
    make.make_organisation("9109")
    assert "ska inte besluta" in refused(version, chair, code="9109").reason


@pytest.mark.parametrize(
    ("fields", "field", "words"),
    [
        ({"outcome": "kanske"}, "outcome", "beslutat"),
        ({"stage": "drömmer"}, "stage", "instansen"),
        ({"instance": "  "}, "instance", "vilken instans"),
        ({"instance": "K" * 121}, "instance", "120 tecken"),
        ({"decided_on": None}, "decided_on", "vilken dag"),
        ({"decided_on": DAY + datetime.timedelta(1)}, "decided_on", "efter i dag"),
        ({"decided_on": decide.FROZEN_ON - datetime.timedelta(1)}, "decided_on", "frystes 2026-09-01"),
        ({"outcome": "withdrawn"}, "outcome", "Bara en rättelse"),
        ({"outcome": "conditional"}, "conditions", "vilka villkor"),
        ({"conditions": [Wish("region")]}, "conditions", "antaget med villkor"),
        ({"outcome": "conditional", "conditions": [Wish("annat")]}, "conditions", "slag av villkor"),
        ({"outcome": "conditional", "conditions": [Wish("free_text", " ")]}, "conditions", "ordalydelse"),
        ({"outcome": "conditional", "conditions": [Wish("named")]}, "conditions", "vilka organisationer"),
        ({"outcome": "conditional", "conditions": [Wish("named", "", ("9101",))]}, "conditions", "sig själv"),
        ({"outcome": "conditional", "conditions": [Wish("named", "", ("1285",))]}, "conditions", "1285"),
        ({"outcome": "conditional", "conditions": [Wish("region")] * 11}, "conditions", "högst 10"),
        ({"extract": ("a.pdf", b"<html>")}, "extract", "inte en hel PDF"),
        ({"extract": ("a.pdf", b"%PDF-1.7 avbruten")}, "extract", "inte en hel PDF"),
    ],
)
def test_what_is_wrong_is_said_at_its_field_and_nothing_is_recorded(fields, field, words, version, chair):
    told = refused(version, chair, **fields)
    assert told.field == field
    assert words in told.reason


def test_a_day_may_be_unknown_only_in_a_version_given_as_printed(chair, version):
    version = decide.make_version(make.make_shared_plan(1), kind="as_printed")
    assert record(version, chair, decided_on=None).decided_on is None
    assert record(version, chair, decided_on=datetime.date(2022, 4, 5)).decided_on.year == 2022


@pytest.mark.parametrize("status", [status for status in Plan.Status.values if status not in ("deciding", "adopted")])
def test_decisions_are_recorded_once_the_plan_has_been_sent_to_the_members(status, version, chair):
    Plan.objects.filter(pk=version.plan_id).update(status=status)
    assert "sänts till huvudmännen" in refused(version, chair).reason


def test_decisions_about_an_older_version_are_not_added_to(version, chair):
    version.round.state = "returned"
    version.round.save()
    decide.make_version(version.plan)
    assert "inte planens senaste version" in refused(version, chair).reason


def test_a_version_that_rests_on_an_earlier_one_takes_no_decisions(version, chair):
    version.round.state = "replaced"
    version.round.save()
    later = decide.make_version(version.plan, "adopted", needs_all=False, consents_from=version)
    assert "vilar på besluten" in refused(later, chair).reason


class TestCorrections:
    def test_a_correction_supersedes_and_the_first_stays_readable(self, version, chair):
        first = record(version, chair, outcome="rejected")
        second = record(version, chair, replaces=first, correction_reason="Fel ruta kryssad.")
        entry = register_of(version).entry_of(first.organisation)
        assert (entry.decision, entry.superseded) == (second, (first,))
        entry = LogEntry.objects.filter(subject="plans.decision").first()
        assert (entry.before["outcome"], entry.after["outcome"]) == ("Avslag", "Antagen")

    def test_it_has_a_reason(self, version, chair):
        first = record(version, chair)
        assert refused(version, chair, replaces=first).field == "correction_reason"

    def test_two_corrections_of_the_same_record_are_refused(self, version, chair):
        first = record(version, chair)
        record(version, chair, replaces=first, correction_reason="Fel.")
        assert "redan rättat" in refused(version, chair, replaces=first, correction_reason="Fel igen.").reason

    def test_it_belongs_to_the_same_organisation(self, version, chair):
        first = record(version, chair)
        told = refused(version, chair, code="9102", replaces=first, correction_reason="Fel.")
        assert "en annan organisation" in told.reason

    def test_a_record_can_lapse_and_is_then_not_corrected(self, version, chair):
        first = record(version, chair)
        gone = record(
            version, chair, outcome="withdrawn", decided_on=None, replaces=first, correction_reason="Fel kommun."
        )
        assert register_of(version).entry_of(first.organisation).standing == Standing.NONE
        assert "har utgått" in refused(version, chair, replaces=gone, correction_reason="Ändå.").reason

    def test_a_registrar_corrects_what_sgd_recorded_for_them(self, version, chair, registrar):
        first = record(version, chair)
        assert record(version, registrar, replaces=first, correction_reason="Fel dag.").replaces == first


class TestExtracts:
    def test_a_protocol_extract_is_kept_with_its_digest(self, version, chair):
        decision = record(version, chair, extract=("C:\\fil\\Protokoll § 45.PDF", decide.A_PDF))
        extract = decision.extract
        assert (extract.name, bytes(extract.content), extract.size) == (
            "Protokoll § 45.pdf",
            decide.A_PDF,
            len(decide.A_PDF),
        )

    def test_one_that_is_too_large_is_refused(self, version, chair, monkeypatch):
        monkeypatch.setattr(deciding, "LARGEST_EXTRACT", 10)
        assert refused(version, chair, extract=("a.pdf", decide.A_PDF)).field == "extract"

    def test_it_follows_a_correction_unless_another_is_given(self, version, chair):
        first = record(version, chair, extract=("a.pdf", decide.A_PDF))
        second = record(version, chair, replaces=first, correction_reason="Fel dag.")
        assert bytes(second.extract.content) == decide.A_PDF
        third = record(
            version, chair, replaces=second, correction_reason="Fel fil.", extract=("b.pdf", decide.A_PDF + b"\n")
        )
        assert third.extract.name == "b.pdf"
        record(version, chair, outcome="withdrawn", replaces=third, correction_reason="Utgår.")
        assert ProtocolExtract.objects.count() == 3


class TestConditions:
    def test_they_are_recorded_and_worked_out(self, version, chair):
        wishes = [Wish("named", "", ("9102", "9102", "91")), Wish("free_text", " Om budgeten\nbeviljas. ")]
        decision = record(version, chair, outcome="conditional", conditions=wishes)
        named, words = decision.conditions.all()
        assert sorted(one.code for one in named.organisations.all()) == ["91", "9102"]
        assert words.text == "Om budgeten\nbeviljas."

    def test_the_chair_finds_words_met_with_a_reason(self, version, chair, registrar):
        decision = record(version, chair, outcome="conditional", conditions=[Wish("free_text", "Om.")])
        condition = decision.conditions.get()
        with pytest.raises(DecisionRefused, match="Ordföranden"):
            find_condition(condition=condition, is_met=True, reason="Så.", by=registrar, at=AT)
        with pytest.raises(DecisionRefused, match="grundas på"):
            find_condition(condition=condition, is_met=True, reason=" ", by=chair, at=AT)
        find_condition(condition=condition, is_met=True, reason="KF § 3.", by=chair, at=AT)
        assert register_of(version).entry_of(decision.organisation).has_adopted

    def test_what_the_register_works_out_is_not_ticked(self, version, chair):
        decision = record(version, chair, outcome="conditional", conditions=[Wish("region")])
        with pytest.raises(DecisionRefused, match="räknar själv"):
            find_condition(condition=decision.conditions.get(), is_met=True, reason="Så.", by=chair, at=AT)

    def test_a_condition_of_a_superseded_decision_is_not_ticked(self, version, chair):
        decision = record(version, chair, outcome="conditional", conditions=[Wish("free_text", "Om.")])
        record(version, chair, replaces=decision, correction_reason="Utan villkor.")
        with pytest.raises(DecisionRefused, match="är rättat"):
            find_condition(condition=decision.conditions.get(), is_met=True, reason="Så.", by=chair, at=AT)

    def test_the_last_finding_adopts_the_plan(self, version, chair):
        wishes = [Wish("free_text", "Om budgeten beviljas.")]
        decision = record(version, chair, outcome="conditional", conditions=wishes)
        for code in ("91", "9102", "9103"):
            record(version, chair, code)
        assert Plan.objects.get(pk=version.plan_id).status == Plan.Status.DECIDING
        find_condition(condition=decision.conditions.get(), is_met=True, reason="KF § 3.", by=chair, at=AT)
        assert Plan.objects.get(pk=version.plan_id).status == Plan.Status.ADOPTED
        find_condition(condition=decision.conditions.get(), is_met=False, reason="Upphävt.", by=chair, at=AT)
        assert Plan.objects.get(pk=version.plan_id).status == Plan.Status.DECIDING


def test_the_last_decision_adopts_the_plan_in_the_same_breath(version, registrar, chair):
    for code in ("91", "9102", "9103"):
        record(version, chair, code)
    assert lifecycle.standing_version(version.plan) is None
    record(version, registrar)
    assert lifecycle.standing_version(version.plan) == version


def test_characters_that_no_file_can_carry_are_left_out(version, chair):
    """A decision never changes: one such character would be in every extract of the register for ever."""
    decision = record(version, chair, instance="Kommun\x01\ufffe fullmäktige", comment="Enhälligt\x0b.\x1f\n\tTvå.")
    assert (decision.instance, decision.comment) == ("Kommun fullmäktige", "Enhälligt.\n\tTvå.")
    assert refused(version, chair, instance="\x07").field == "instance"


def test_no_decision_loads_what_is_frozen_or_another_extract(version, chair):
    """A version's PDF and an extract are megabytes each; recording asks for neither."""
    first = record(version, chair, extract=("protokoll.pdf", decide.A_PDF))
    with CaptureQueriesContext(connection) as queries:
        record(version, chair, "9102")
        lifecycle.settle(version, by=chair, at=AT)
    read = " ".join(query["sql"] for query in queries if query["sql"].startswith("SELECT"))
    assert first.extract
    for name in ("planversion", "protocolextract"):
        assert f'"plans_{name}"."content"' not in read
    assert '"plans_planversion"."pdf"' not in read


def test_a_mistyped_year_is_refused_also_on_paper(chair, version):
    printed = decide.make_version(kind="as_printed")
    assert refused(printed, chair, decided_on=datetime.date(24, 3, 1)).field == "decided_on"

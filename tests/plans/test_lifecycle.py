"""The steps of a plan: every kind from every state by every role, and what each does."""

import datetime

import pytest

from plans import lifecycle
from plans.models import DecisionRound, LogEntry, Plan, PlanStep
from plans.roles import Role
from plans.steps import STEPS, Fault, FrozenFiles, StepRefused, steps_from
from tests import decision_factories as decide
from tests import factories as make

pytestmark = pytest.mark.django_db
Status, Kind, State = Plan.Status, PlanStep.Kind, DecisionRound.State
DAY = datetime.date(2026, 11, 2)
AT = decide.noon(DAY)


def files(number: int = 1, codes: tuple[str, ...] = ("91", "9101", "9102", "9103")) -> FrozenFiles:
    return FrozenFiles("{}", f"{number:064x}", "[]", "a" * 64, decide.A_PDF, "b" * 64, codes)


@pytest.fixture
def plan() -> Plan:
    plan = make.make_shared_plan(1000)
    make.make_body("ctb")
    return plan


@pytest.fixture
def chair(plan):
    person = make.make_user("ofelia@prov.example", first_name="Ofelia", last_name="Ordförande")
    make.make_role(person, Role.CHAIR)
    return person


def body(plan: Plan):
    return plan.collaboration.bodies.first()


def do(kind: str, plan: Plan, by):
    """Take the step as simply as it can be taken."""
    acts = {
        Kind.SUBMIT: lambda: lifecycle.submit(
            plan=plan,
            number=lifecycle.next_number(plan),
            files=files(lifecycle.next_number(plan)),
            reason="Klar.",
            by=by,
            at=AT,
        ),
        Kind.PREPARE: lambda: lifecycle.prepare(plan=plan, body=body(plan), taken_on=DAY, by=by, at=AT),
        Kind.RECOMMEND: lambda: lifecycle.recommend(plan=plan, body=body(plan), taken_on=DAY, by=by, at=AT),
        Kind.SEND: lambda: lifecycle.send_to_members(plan=plan, by=by, at=AT),
        Kind.RETURN: lambda: lifecycle.return_to_draft(plan=plan, reason="Skrivs om.", by=by, at=AT),
        Kind.REOPEN: lambda: lifecycle.reopen(plan=plan, reason="Nya kostnader.", by=by, at=AT),
        Kind.CLOSE: lambda: lifecycle.close(plan=plan, by=by, at=AT),
    }
    return acts[kind]()


def put_in(plan: Plan, status: str) -> None:
    """Put the plan in a state with what belongs to it."""
    if status in (Status.DRAFT, Status.REFERRAL):
        Plan.objects.filter(pk=plan.pk).update(status=status)
    else:
        decide.make_version(plan, status)
    plan.refresh_from_db()


def test_the_way_is_the_one_that_is_described(plan):
    """Issue 4: utkast → för beslut → behandlad → rekommenderad → beslut hos 34 → fastställd → avslutad."""
    way = {step.kind: ([source.value for source in step.sources], step.target.value) for step in STEPS}
    assert way == {
        "submit": (["draft"], "submitted"),
        "prepare": (["submitted"], "prepared"),
        "recommend": (["prepared"], "recommended"),
        "send": (["recommended"], "deciding"),
        "return": (["submitted", "prepared", "recommended", "deciding"], "draft"),
        "reopen": (["adopted"], "draft"),
        "close": (["adopted"], "closed"),
    }
    assert [step.kind.value for step in steps_from(plan)] == ["submit"]


@pytest.mark.parametrize("status", Status.values)
@pytest.mark.parametrize("step", STEPS, ids=lambda step: step.kind.value)
def test_a_step_is_taken_from_its_states_and_no_other(step, status, plan, chair):
    put_in(plan, status)
    if status in step.sources:
        do(step.kind, plan, chair)
        plan.refresh_from_db()
        assert plan.status == step.target
        taken = plan.steps.get(kind=step.kind)
        assert (taken.status_before, taken.status_after, taken.taken_by_name) == (
            status,
            step.target,
            "Ofelia Ordförande",
        )
        assert LogEntry.objects.filter(plan_slug=plan.slug, subject="plans.planstep").exists()
    else:
        with pytest.raises(StepRefused, match="nu i läget"):
            do(step.kind, plan, chair)
        plan.refresh_from_db()
        assert (plan.status, plan.steps.count()) == (status, 0)


@pytest.mark.parametrize("role", [*Role.values, "roleless", "stranger"])
@pytest.mark.parametrize("step", STEPS, ids=lambda step: step.kind.value)
def test_no_lower_role_takes_a_step(step, role, plan):
    """Issue 4: each step says who may take it."""
    put_in(plan, step.sources[0])
    person = make.make_user("nagon@prov.example")
    if role == "stranger":
        make.make_role(person, Role.ADMINISTRATOR, collaboration=make.make_collaboration("annan"))
    elif role != "roleless":
        organisation = plan.collaboration.memberships.first().organisation if role == Role.REGISTRAR else None
        make.make_role(person, role, organisation=organisation)
    if role in (Role.CHAIR, Role.ADMINISTRATOR):
        do(step.kind, plan, person)
    else:
        with pytest.raises(StepRefused, match="Ordföranden"):
            do(step.kind, plan, person)
        assert not plan.steps.exists()


def test_submitting_freezes_a_numbered_version_with_who_when_and_why(plan, chair):
    version = do(Kind.SUBMIT, plan, chair)
    assert (version.number, version.frozen_by, version.frozen_at, version.reason) == (1, chair, AT, "Klar.")
    assert (version.round.state, version.member_codes) == (State.OPEN, ["91", "9101", "9102", "9103"])
    assert lifecycle.current_version(plan) == version


def test_a_version_needs_a_reason_and_somebody_to_decide(plan, chair):
    with pytest.raises(StepRefused, match="varför") as refused:
        lifecycle.submit(plan=plan, number=1, files=files(), reason="  ", by=chair, at=AT)
    assert refused.value.field == "reason"
    with pytest.raises(StepRefused, match="inga medlemmar"):
        lifecycle.submit(plan=plan, number=1, files=files(codes=()), reason="Klar.", by=chair, at=AT)


def test_two_who_freeze_at_once_make_one_version(plan, chair):
    with pytest.raises(StepRefused, match="samtidigt"):
        lifecycle.submit(plan=plan, number=2, files=files(), reason="Klar.", by=chair, at=AT)


@pytest.mark.parametrize("kind", [Kind.PREPARE, Kind.RECOMMEND])
def test_a_body_of_the_collaboration_decides_on_a_day_that_has_been(kind, plan, chair):
    put_in(plan, Status.SUBMITTED if kind == Kind.PREPARE else Status.PREPARED)
    act = lifecycle.prepare if kind == Kind.PREPARE else lifecycle.recommend
    stranger = make.make_body(collaboration=make.make_collaboration("annan"))
    for fields, field in (
        ({"body": None, "taken_on": DAY}, "body"),
        ({"body": stranger, "taken_on": DAY}, "body"),
        ({"body": body(plan), "taken_on": None}, "taken_on"),
        ({"body": body(plan), "taken_on": DAY + datetime.timedelta(1)}, "taken_on"),
    ):
        with pytest.raises(StepRefused) as refused:
            act(plan=plan, by=chair, at=AT, **fields)
        assert refused.value.field == field
    step = act(plan=plan, body=body(plan), taken_on=DAY, paragraph=" § 12 ", case_number="2026-1", by=chair, at=AT)
    assert (step.body, step.taken_on, step.paragraph, step.case_number) == (body(plan), DAY, "§ 12", "2026-1")


def test_sending_back_makes_a_draft_and_keeps_the_version_as_sent_back(plan, chair):
    version = decide.make_version(plan)
    do(Kind.RETURN, plan, chair)
    version.round.refresh_from_db()
    assert version.round.state == State.RETURNED
    plan.refresh_from_db()
    assert not plan.is_locked
    later = do(Kind.SUBMIT, plan, chair)
    assert (later.number, later.replaces) == (2, None)


def test_the_wanted_day_lies_ahead(plan, chair):
    decide.make_version(plan, Status.RECOMMENDED)
    with pytest.raises(StepRefused) as refused:
        lifecycle.send_to_members(plan=plan, wanted_on=DAY, by=chair, at=AT)
    assert refused.value.field == "wanted_on"
    later = DAY + datetime.timedelta(30)
    lifecycle.send_to_members(plan=plan, wanted_on=later, by=chair, at=AT)
    assert DecisionRound.objects.get().wanted_on == later
    lifecycle.set_wanted_on(plan=plan, wanted_on=later + datetime.timedelta(7), by=chair, at=AT)
    assert DecisionRound.objects.get().wanted_on == later + datetime.timedelta(7)


class TestSettling:
    def test_the_last_decision_adopts_and_a_correction_takes_it_back(self, plan, chair):
        version = decide.make_version(plan)
        for code in version.member_codes:
            lifecycle.settle(version, by=chair, at=AT)
            assert Plan.objects.get(pk=plan.pk).status == Status.DECIDING
            last = decide.make_decision(version, code)
        lifecycle.settle(version, by=chair, at=AT)
        assert Plan.objects.get(pk=plan.pk).status == Status.ADOPTED
        assert lifecycle.standing_version(plan) == version
        decide.make_decision(version, last.organisation, "rejected", replaces=last, correction_reason="Fel.")
        lifecycle.settle(version, by=chair, at=AT)
        assert Plan.objects.get(pk=plan.pk).status == Status.DECIDING
        assert [step.kind for step in plan.steps.all()] == ["adopt", "unsettle"]

    def test_nothing_is_adopted_before_it_has_been_sent_to_the_members(self, plan, chair):
        version = decide.make_version(plan, Status.RECOMMENDED)
        for code in version.member_codes:
            decide.make_decision(version, code)
        lifecycle.settle(version, by=chair, at=AT)
        assert Plan.objects.get(pk=plan.pk).status == Status.RECOMMENDED

    def test_a_closed_plan_stays_closed(self, plan, chair):
        version = decide.make_version(plan, Status.CLOSED)
        lifecycle.settle(version, by=chair, at=AT)
        assert Plan.objects.get(pk=plan.pk).status == Status.CLOSED


class TestRevision:
    @pytest.fixture
    def standing(self, plan, chair):
        """An adopted version, and its plan reopened."""
        version = decide.make_version(plan, Status.ADOPTED)
        for code in version.member_codes:
            decide.make_decision(version, code)
        do(Kind.REOPEN, plan, chair)
        return version

    def test_the_older_version_stands_until_the_new_one_is_adopted(self, standing, plan, chair):
        assert lifecycle.standing_version(plan) == standing
        later = do(Kind.SUBMIT, plan, chair)
        assert later.replaces == standing
        for kind in (Kind.PREPARE, Kind.RECOMMEND, Kind.SEND):
            do(kind, plan, chair)
            assert lifecycle.standing_version(plan) == standing
        for code in later.member_codes:
            decide.make_decision(later, code)
        lifecycle.settle(later, by=chair, at=AT)
        assert lifecycle.standing_version(plan) == later
        standing.round.refresh_from_db()
        assert standing.round.state == State.REPLACED

    def test_where_the_adoption_is_taken_back_the_older_one_stands_again(self, standing, plan, chair):
        self.test_the_older_version_stands_until_the_new_one_is_adopted(standing, plan, chair)
        later = lifecycle.current_version(plan)
        last = later.decisions.last()
        decide.make_decision(later, last.organisation, "rejected", replaces=last, correction_reason="Fel.")
        lifecycle.settle(later, by=chair, at=AT)
        assert lifecycle.standing_version(plan) == standing

    def test_a_small_revision_may_rest_on_the_decisions_there_are(self, standing, plan, chair):
        """CSO decides whether the change goes back to the 34."""
        do(Kind.SUBMIT, plan, chair)
        do(Kind.PREPARE, plan, chair)
        lifecycle.recommend(plan=plan, body=body(plan), taken_on=DAY, needs_all=False, by=chair, at=AT)
        later = lifecycle.current_version(plan)
        assert (later.round.state, later.round.consents_from) == (State.ADOPTED, standing)
        assert Plan.objects.get(pk=plan.pk).status == Status.ADOPTED
        do(Kind.REOPEN, plan, chair)
        do(Kind.SUBMIT, plan, chair)
        do(Kind.PREPARE, plan, chair)
        lifecycle.recommend(plan=plan, body=body(plan), taken_on=DAY, needs_all=False, by=chair, at=AT)
        assert lifecycle.current_version(plan).round.consents_from == standing

    def test_one_that_has_to_go_to_all_does(self, standing, plan, chair):
        do(Kind.SUBMIT, plan, chair)
        do(Kind.PREPARE, plan, chair)
        with pytest.raises(StepRefused, match="Budgeten ökar") as refused:
            lifecycle.recommend(
                plan=plan,
                body=body(plan),
                taken_on=DAY,
                needs_all=False,
                must_go_to_all="Budgeten ökar.",
                by=chair,
                at=AT,
            )
        assert refused.value.field == "needs_all"
        assert Plan.objects.get(pk=plan.pk).status == Status.PREPARED

    def test_one_with_other_members_goes_to_all(self, standing, plan, chair):
        lifecycle.submit(plan=plan, number=2, files=files(2, ("91", "9101")), reason="Färre.", by=chair, at=AT)
        do(Kind.PREPARE, plan, chair)
        with pytest.raises(StepRefused, match="9102, 9103"):
            lifecycle.recommend(plan=plan, body=body(plan), taken_on=DAY, needs_all=False, by=chair, at=AT)

    def test_a_first_version_rests_on_nothing(self, plan, chair):
        decide.make_version(plan, Status.PREPARED)
        with pytest.raises(StepRefused, match="revidering av en fastställd"):
            lifecycle.recommend(plan=plan, body=body(plan), taken_on=DAY, needs_all=False, by=chair, at=AT)


class TestAsPrinted:
    def record(self, plan, chair, status=Status.DECIDING, reason="Tryckt så."):
        faults = [Fault("rate", "Den tryckta kostnaden är fel.", "Kostnad", reason)]
        return lifecycle.record_as_printed(
            plan=plan, files=files(), faults=faults, status=status, reason="Ur protokollet.", by=chair, at=AT
        )

    @pytest.mark.parametrize(("status", "state"), [(Status.DECIDING, State.OPEN), (Status.ADOPTED, State.ADOPTED)])
    def test_a_plan_sent_on_paper_is_kept_with_its_faults_and_a_reason_for_each(self, status, state, plan, chair):
        Plan.objects.filter(pk=plan.pk).update(status=Status.SUBMITTED)
        version = self.record(plan, chair, status)
        assert (version.is_as_printed, version.round.state) == (True, state)
        assert [(fault.text, fault.reason) for fault in version.faults.all()] == [
            ("Den tryckta kostnaden är fel.", "Tryckt så.")
        ]
        assert Plan.objects.get(pk=plan.pk).status == status

    def test_no_fault_stands_without_a_reason(self, plan, chair):
        Plan.objects.filter(pk=plan.pk).update(status=Status.SUBMITTED)
        with pytest.raises(StepRefused, match="varför felet får stå kvar"):
            self.record(plan, chair, reason=" ")
        assert not plan.versions.exists()

    def test_a_draft_is_not_recorded_as_printed_and_nothing_is_recorded_twice(self, plan, chair):
        with pytest.raises(StepRefused, match="saknar version"):
            self.record(plan, chair)
        decide.make_version(plan)
        with pytest.raises(StepRefused, match="saknar version"):
            self.record(plan, chair)

    def test_what_was_adopted_on_paper_stays_adopted_without_the_decisions_here(self, plan, chair):
        Plan.objects.filter(pk=plan.pk).update(status=Status.ADOPTED)
        version = self.record(plan, chair, Status.ADOPTED)
        lifecycle.settle(version, by=chair, at=AT)
        assert Plan.objects.get(pk=plan.pk).status == Status.ADOPTED

    def test_what_the_bodies_decided_before_is_added_without_a_change_of_state(self, plan, chair):
        said = {"plan": plan, "body": body(plan), "taken_on": datetime.date(2022, 3, 1), "by": chair, "at": AT}
        with pytest.raises(StepRefused, match="återgiven som tryckt"):
            lifecycle.add_past_step(kind=Kind.RECOMMEND, **said)
        Plan.objects.filter(pk=plan.pk).update(status=Status.ADOPTED)
        self.record(plan, chair, Status.ADOPTED)
        step = lifecycle.add_past_step(kind=Kind.RECOMMEND, **said)
        assert (step.body, step.taken_on, step.status_before, step.status_after) == (
            body(plan),
            datetime.date(2022, 3, 1),
            "adopted",
            "adopted",
        )
        with pytest.raises(StepRefused, match="beredde planen"):
            lifecycle.add_past_step(kind=Kind.ADOPT, **said)

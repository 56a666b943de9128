"""A plan's way to a decision: the functions that take it one step further, each in one transaction and in the log.

Everything here takes the plan's lock first. Adoption is no step that somebody takes: ``settle`` adopts the version when
its register is complete, and takes that back when a correction makes it incomplete again.
"""

import datetime
from collections.abc import Sequence

from django.db import models, transaction
from django.utils import timezone

from plans import log, permissions, steps
from plans.days import day_of
from plans.models import Body, DecisionRound, LogEntry, Plan, PlanStep, PlanVersion, VersionFault
from plans.register import register_of
from plans.steps import STEPS, Fault, FrozenFiles, Step, StepRefused, allowed, locked, steps_from

__all__ = ["STEPS", "Fault", "FrozenFiles", "Step", "StepRefused", "steps_from"]

Status, Kind, State = Plan.Status, PlanStep.Kind, DecisionRound.State


def current_version(plan: Plan) -> PlanVersion | None:
    """Return the plan's latest version, without its large fields."""
    return plan.versions.without_files().select_related("plan", "round", "replaces").order_by("number").last()


def standing_version(plan: Plan) -> PlanVersion | None:
    """Return the version that is adopted, without its large fields."""
    return plan.versions.standing().without_files().select_related("plan", "round", "replaces").first()


def next_number(plan: Plan) -> int:
    return (plan.versions.aggregate(newest=models.Max("number"))["newest"] or 0) + 1


@transaction.atomic
def submit(
    *, plan: Plan, number: int, files: FrozenFiles, reason: str, wanted_on=None, by, at: datetime.datetime
) -> PlanVersion:
    """Freeze the plan as version ``number`` and return it. What must hold in the figures is checked by the caller."""
    plan = locked(plan)
    step = allowed(plan, Kind.SUBMIT, by)
    reason = steps.text(reason, "reason", "Skriv varför planen fryses.")
    if not files.member_codes:
        raise StepRefused(f"{plan.collaboration} har inga medlemmar under planens år, så ingen kan besluta om den.")
    if wanted_on:
        steps.must_be_later(wanted_on, day_of(at))
    version = _create(plan, number, files, reason, PlanVersion.Kind.FROZEN, by=by, at=at)
    round_ = DecisionRound.objects.create(version=version, plan=plan, wanted_on=wanted_on)
    with log.batch():
        _record_version(version, round_, by=by, at=at)
        steps.take(plan, step.kind, step.target, version=version, comment=reason, by=by, at=at)
    return version


@transaction.atomic
def record_as_printed(
    *, plan: Plan, files: FrozenFiles, faults: Sequence[Fault], status: str, reason: str, by, at: datetime.datetime
) -> PlanVersion:
    """Keep a plan that was sent or decided on paper as its version 1, with every fault acknowledged; return it."""
    plan = locked(plan)
    if not permissions.can_take_steps(by, plan):
        raise StepRefused("Ordföranden i SGD återger en plan som tryckt.")
    if not plan.is_locked or plan.versions.exists():
        raise StepRefused("Bara en plan som är sänd eller beslutad och saknar version återges som tryckt.")
    if status not in (Status.DECIDING, Status.ADOPTED):
        raise StepRefused("Välj om planen väntar på huvudmännens beslut eller är fastställd.", "status")
    if plan.is_decided and status != Status.ADOPTED:
        raise StepRefused(f"{plan} är fastställd och kan inte gå tillbaka till beslut.", "status")
    reason = steps.text(reason, "reason", "Skriv varifrån uppgifterna kommer.")
    for fault in faults:
        if not fault.reason.strip():
            raise StepRefused(f"Skriv varför felet får stå kvar: {fault.text}", "acknowledgements")
    version = _create(plan, 1, files, reason, PlanVersion.Kind.AS_PRINTED, by=by, at=at)
    VersionFault.objects.bulk_create(
        VersionFault(
            version=version, code=fault.code, text=fault.text, where=fault.where, position=position, reason=fault.reason
        )
        for position, fault in enumerate(faults, start=1)
    )
    state = State.ADOPTED if status == Status.ADOPTED else State.OPEN
    round_ = DecisionRound.objects.create(version=version, plan=plan, state=state)
    with log.batch():
        _record_version(version, round_, by=by, at=at, **{"godtagna fel": [fault.text for fault in faults]})
        target = Status.CLOSED if plan.status == Status.CLOSED else status
        steps.take(plan, Kind.RECORD, target, version=version, comment=reason, by=by, at=at)
    return version


@transaction.atomic
def add_past_step(
    *,
    plan: Plan,
    kind: str,
    body: Body,
    taken_on: datetime.date,
    paragraph: str = "",
    case_number: str = "",
    comment: str = "",
    by,
    at: datetime.datetime | None = None,
) -> PlanStep:
    """Add what a body decided before a plan given as printed was kept here, and return the step; no state changes."""
    at = at or timezone.now()
    plan = locked(plan)
    if not permissions.can_take_steps(by, plan):
        raise StepRefused("Ordföranden i SGD lägger till organens beslut.")
    version = current_version(plan)
    if version is None or not version.is_as_printed:
        raise StepRefused("Tidigare beslut läggs bara till för en plan som är återgiven som tryckt.")
    if kind not in (Kind.PREPARE, Kind.RECOMMEND):
        raise StepRefused("Välj om organet beredde planen eller rekommenderade den.", "kind")
    said = steps.said_by(plan, body, taken_on, paragraph, case_number, comment, at)
    return steps.take(plan, kind, plan.status, version=version, by=by, at=at, **said)


@transaction.atomic
def prepare(
    *,
    plan: Plan,
    body: Body,
    taken_on: datetime.date,
    paragraph: str = "",
    case_number: str = "",
    comment: str = "",
    by,
    at: datetime.datetime | None = None,
) -> PlanStep:
    """Record that a body has treated the plan, and return the step."""
    at = at or timezone.now()
    plan = locked(plan)
    step = allowed(plan, Kind.PREPARE, by)
    said = steps.said_by(plan, body, taken_on, paragraph, case_number, comment, at)
    return steps.take(plan, step.kind, step.target, version=steps.open_round(plan).version, by=by, at=at, **said)


@transaction.atomic
def recommend(
    *,
    plan: Plan,
    body: Body,
    taken_on: datetime.date,
    paragraph: str = "",
    case_number: str = "",
    comment: str = "",
    needs_all: bool = True,
    must_go_to_all: str = "",
    by,
    at: datetime.datetime | None = None,
) -> PlanStep:
    """Record that a body recommends the plan, and return the step.

    A revision with ``needs_all`` false rests on the decisions about the version it replaces and is adopted at once.
    ``must_go_to_all`` is a Swedish reason why it may not, empty where it may.
    """
    at = at or timezone.now()
    plan = locked(plan)
    step = allowed(plan, Kind.RECOMMEND, by)
    round_ = steps.open_round(plan)
    said = steps.said_by(plan, body, taken_on, paragraph, case_number, comment, at)
    if not needs_all:
        _may_rest(round_.version, must_go_to_all)
    with log.batch():
        taken = steps.take(plan, step.kind, step.target, version=round_.version, by=by, at=at, **said)
        if not needs_all:
            standing = round_.version.replaces
            round_.needs_all = False
            round_.consents_from = standing.round.consents_from or standing
            round_.save(update_fields=["needs_all", "consents_from"])
            log.record(
                action=LogEntry.Action.CHANGED,
                subject=round_,
                by=by,
                at=at,
                before={"needs_all": True, "consents_from": None},
                after={"needs_all": False, "consents_from": round_.consents_from},
            )
            steps.adopt(plan, round_, by=by, at=at)
    return taken


@transaction.atomic
def send_to_members(
    *,
    plan: Plan,
    wanted_on: datetime.date | None = None,
    comment: str = "",
    by,
    at: datetime.datetime | None = None,
) -> PlanStep:
    """Ask the members to decide, before ``wanted_on`` where it is given, and return the step."""
    at = at or timezone.now()
    plan = locked(plan)
    step = allowed(plan, Kind.SEND, by)
    round_ = steps.open_round(plan)
    with log.batch():
        if wanted_on and wanted_on != round_.wanted_on:
            steps.set_wanted_on(round_, wanted_on, by=by, at=at)
        comment = steps.text(comment, "comment")
        return steps.take(plan, step.kind, step.target, version=round_.version, comment=comment, by=by, at=at)


@transaction.atomic
def set_wanted_on(*, plan: Plan, wanted_on: datetime.date, by, at: datetime.datetime | None = None) -> DecisionRound:
    """Move the day before which decisions are wanted, and return the round."""
    at = at or timezone.now()
    plan = locked(plan)
    if not permissions.can_take_steps(by, plan):
        raise StepRefused("Ordföranden i SGD bestämmer dagen.")
    round_ = steps.open_round(plan)
    steps.set_wanted_on(round_, wanted_on, by=by, at=at)
    return round_


@transaction.atomic
def return_to_draft(
    *,
    plan: Plan,
    reason: str,
    body: Body | None = None,
    taken_on: datetime.date | None = None,
    paragraph: str = "",
    by,
    at: datetime.datetime | None = None,
) -> PlanStep:
    """Send the plan back to be rewritten, for a reason, and return the step. Its version stays as sent back."""
    at = at or timezone.now()
    plan = locked(plan)
    step = allowed(plan, Kind.RETURN, by)
    reason = steps.text(reason, "reason", "Skriv varför planen återförvisas.")
    if body or taken_on:
        said = steps.said_by(plan, body, taken_on, paragraph, "", reason, at)
    else:
        said = {"comment": reason, "paragraph": steps.line(paragraph, 40, "paragraph")}
    round_ = steps.open_round(plan)
    with log.batch():
        steps.set_state(round_, State.RETURNED, by=by, at=at)
        return steps.take(plan, step.kind, step.target, version=round_.version, by=by, at=at, **said)


@transaction.atomic
def reopen(*, plan: Plan, reason: str, by, at: datetime.datetime | None = None) -> PlanStep:
    """Open an adopted plan for revision, for a reason, and return the step. The adopted version goes on standing."""
    at = at or timezone.now()
    plan = locked(plan)
    step = allowed(plan, Kind.REOPEN, by)
    version = standing_version(plan)
    if version is None:
        raise StepRefused(f"{plan} har ingen fryst version att revidera. Återge planen som tryckt först.")
    reason = steps.text(reason, "reason", "Skriv varför planen revideras.")
    return steps.take(plan, step.kind, step.target, version=version, comment=reason, by=by, at=at)


@transaction.atomic
def close(*, plan: Plan, comment: str = "", by, at: datetime.datetime | None = None) -> PlanStep:
    """End an adopted plan, and return the step."""
    at = at or timezone.now()
    plan = locked(plan)
    step = allowed(plan, Kind.CLOSE, by)
    comment = steps.text(comment, "comment")
    return steps.take(plan, step.kind, step.target, version=standing_version(plan), comment=comment, by=by, at=at)


@transaction.atomic
def settle(version: PlanVersion, *, by, at: datetime.datetime | None = None) -> None:
    """Adopt the version when its register is complete, and take the adoption back when it is so no longer.

    A version that was adopted on paper stays adopted: its decisions may be recorded or not.
    """
    at = at or timezone.now()
    plan = locked(version.plan)
    round_ = DecisionRound.objects.select_for_update(of=("self",)).with_version().get(version=version.pk)
    is_complete = register_of(version).is_complete
    if plan.status == Status.DECIDING and round_.is_open and is_complete:
        steps.adopt(plan, round_, by=by, at=at)
    elif plan.status == Status.ADOPTED and round_.state == State.ADOPTED and not is_complete:
        if version.steps.filter(kind=Kind.RECORD, status_after=Status.ADOPTED).exists():
            return
        with log.batch():
            steps.set_state(round_, State.OPEN, by=by, at=at)
            steps.take(plan, Kind.UNSETTLE, Status.DECIDING, version=version, by=by, at=at)
            replaced = DecisionRound.objects.filter(version=version.replaces_id, state=State.REPLACED).first()
            if replaced:
                steps.set_state(replaced, State.ADOPTED, by=by, at=at)


def _create(plan: Plan, number: int, files: FrozenFiles, reason: str, kind: str, *, by, at) -> PlanVersion:
    if number != next_number(plan):
        raise StepRefused("Någon annan har fryst planen samtidigt. Ladda om sidan.")
    newest = LogEntry.objects.aggregate(number=models.Max("number"))["number"] or 0
    standing = standing_version(plan)
    return PlanVersion.objects.create(
        plan=plan,
        number=number,
        kind=kind,
        content=files.content,
        content_digest=files.content_digest,
        allocation=files.allocation,
        allocation_digest=files.allocation_digest,
        pdf=files.pdf,
        pdf_digest=files.pdf_digest,
        member_codes=list(files.member_codes),
        reason=reason,
        replaces=standing,
        log_number=newest,
        frozen_by=by,
        frozen_by_name=steps.name_of(by),
        frozen_at=at,
    )


def _record_version(version: PlanVersion, round_: DecisionRound, *, by, at, **more) -> None:
    after = {
        "number": version.number,
        "kind": version.get_kind_display(),
        "reason": version.reason,
        "content_digest": version.content_digest,
        "allocation_digest": version.allocation_digest,
        "pdf_digest": version.pdf_digest,
        "wanted_on": round_.wanted_on,
    }
    log.record(action=LogEntry.Action.CREATED, subject=version, by=by, at=at, after=after | more)


def _may_rest(version: PlanVersion, must_go_to_all: str) -> None:
    standing = version.replaces
    if standing is None or standing.round.state != State.ADOPTED:
        raise StepRefused("Bara en revidering av en fastställd plan kan vila på tidigare beslut.", "needs_all")
    if missing := set(version.member_codes) ^ set(standing.member_codes):
        codes = ", ".join(sorted(missing))
        raise StepRefused(f"Medlemmarna är inte desamma som för version {standing.number} ({codes}).", "needs_all")
    if must_go_to_all:
        raise StepRefused(must_go_to_all, "needs_all")

"""The steps of a plan's way to a decision: what each does, from which state, and the row that tells of it."""

import datetime
import re
import unicodedata
from dataclasses import dataclass

from plans import log, permissions
from plans.days import day_of
from plans.models import Body, DecisionRound, LogEntry, Plan, PlanStep, PlanVersion

Status, Kind, State = Plan.Status, PlanStep.Kind, DecisionRound.State
LONGEST_TEXT = 5_000
# What XML, and so a Word file or a sheet, cannot carry, and other control characters.
_UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")


class StepRefused(Exception):
    """The step cannot be taken. ``reason`` is a Swedish sentence; ``field`` names the value it is about, if any."""

    def __init__(self, reason: str, field: str = ""):
        self.reason, self.field = reason, field
        super().__init__(reason)


@dataclass(frozen=True, slots=True)
class Step:
    """A step that somebody takes. ``effect`` says in Swedish what it does; ``needs_body`` that a body decides it."""

    kind: PlanStep.Kind
    sources: tuple[Plan.Status, ...]
    target: Plan.Status
    title: str
    effect: str
    needs_body: bool = False


STEPS = (
    Step(
        Kind.SUBMIT,
        (Status.DRAFT,),
        Status.SUBMITTED,
        "Sänd planen för beslut",
        "Planens text, budget, kostnadsfördelning och PDF fryses som en ny version med nummer och kontrollsumma. "
        "Planen blir offentlig, och ingen kan ändra i den längre.",
    ),
    Step(
        Kind.PREPARE,
        (Status.SUBMITTED,),
        Status.PREPARED,
        "Registrera beredningen",
        "Planen är behandlad av det beredande organet och kan gå vidare till det organ som rekommenderar.",
        needs_body=True,
    ),
    Step(
        Kind.RECOMMEND,
        (Status.PREPARED,),
        Status.RECOMMENDED,
        "Registrera rekommendationen",
        "Planen är rekommenderad huvudmännen och kan sändas till dem. En revidering som inte går till alla på nytt "
        "blir i stället fastställd genast.",
        needs_body=True,
    ),
    Step(
        Kind.SEND,
        (Status.RECOMMENDED,),
        Status.DECIDING,
        "Sänd till huvudmännen",
        "Huvudmännens registratorer kan registrera beslut, och den som inte har svarat får påminnelser inför dagen.",
    ),
    Step(
        Kind.RETURN,
        (Status.SUBMITTED, Status.PREPARED, Status.RECOMMENDED, Status.DECIDING),
        Status.DRAFT,
        "Återförvisa planen",
        "Planen blir ett utkast igen. Versionen står kvar som återförvisad, och besluten om den räknas inte längre.",
    ),
    Step(
        Kind.REOPEN,
        (Status.ADOPTED,),
        Status.DRAFT,
        "Öppna för revidering",
        "Planen blir ett utkast som kan ändras. Den fastställda versionen gäller tills en ny är fastställd.",
    ),
    Step(
        Kind.CLOSE,
        (Status.ADOPTED,),
        Status.CLOSED,
        "Avsluta planen",
        "Planen är genomförd. Den kan varken revideras eller få fler beslut.",
    ),
)
STEP_BY_KIND = {step.kind: step for step in STEPS}


def steps_from(plan: Plan) -> tuple[Step, ...]:
    """Return the steps that can be taken from the state the plan is in."""
    return tuple(step for step in STEPS if plan.status in step.sources)


@dataclass(frozen=True, slots=True)
class FrozenFiles:
    """What is frozen, made by those who know money and documents; see ``PlanVersion`` for each."""

    content: str
    content_digest: str
    allocation: str
    allocation_digest: str
    pdf: bytes
    pdf_digest: str
    member_codes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Fault:
    """A fault in a document sent on paper, with the reason to let it stand."""

    code: str
    text: str
    where: str
    reason: str


def locked(plan: Plan) -> Plan:
    """Lock and return the plan for the rest of the transaction. Everything that changes one takes this lock first."""
    return Plan.objects.select_for_update(of=("self",)).select_related("collaboration").get(pk=plan.pk)


def allowed(plan: Plan, kind: PlanStep.Kind, by) -> Step:
    """Return the step where ``by`` may take it from the plan's state. Raises ``StepRefused``."""
    step = STEP_BY_KIND[kind]
    if not permissions.can_take_steps(by, plan):
        raise StepRefused(f"Ordföranden i SGD tar steget: {step.title.lower()}.")
    if plan.status not in step.sources:
        wanted = " eller ".join(f"”{status.label}”" for status in step.sources)
        now = plan.get_status_display()
        raise StepRefused(f"Steget tas från läget {wanted}. {plan} är nu i läget ”{now}”.")
    return step


def open_round(plan: Plan) -> DecisionRound:
    """Return the plan's round that is under way, locked. Raises ``StepRefused`` where none is."""
    rounds = DecisionRound.objects.select_for_update(of=("self",)).with_version()
    round_ = rounds.filter(plan=plan, state=State.OPEN).first()
    if round_ is None:
        raise StepRefused(f"{plan} har ingen fryst version. Återge planen som tryckt först.")
    return round_


def take(
    plan: Plan, kind: PlanStep.Kind, target: str, *, version: PlanVersion | None, by, at: datetime.datetime, **said
) -> PlanStep:
    """Move the plan to ``target``, write the step down and return it; ``said`` are the step's other fields."""
    before, plan.status = plan.status, target
    plan.save(update_fields=["status"])
    step = PlanStep.objects.create(
        plan=plan,
        version=version,
        kind=kind,
        status_before=before,
        status_after=target,
        taken_by=by,
        taken_by_name=name_of(by),
        taken_at=at,
        **said,
    )
    after = {name: value for name, value in said.items() if value}
    after |= {"kind": step.get_kind_display(), "version": str(version) if version else ""}
    with log.batch():
        log.record(action=LogEntry.Action.CREATED, subject=step, by=by, at=at, after=after)
        if before != target:
            log.record(
                action=LogEntry.Action.CHANGED,
                subject=plan,
                by=by,
                at=at,
                before={"status": Status(before).label},
                after={"status": Status(target).label},
            )
    return step


def adopt(plan: Plan, round_: DecisionRound, *, by, at: datetime.datetime) -> PlanStep:
    """Let the round's version stand from now on, in place of the one that stood."""
    with log.batch():
        for standing in DecisionRound.objects.filter(plan=plan, state=State.ADOPTED):
            set_state(standing, State.REPLACED, by=by, at=at)
        set_state(round_, State.ADOPTED, by=by, at=at)
        return take(plan, Kind.ADOPT, Status.ADOPTED, version=round_.version, taken_on=day_of(at), by=by, at=at)


def set_state(round_: DecisionRound, state: str, *, by, at: datetime.datetime) -> None:
    before = {"state": round_.get_state_display()}
    round_.state = state
    round_.save(update_fields=["state"])
    after = {"state": round_.get_state_display()}
    log.record(action=LogEntry.Action.CHANGED, subject=round_, by=by, at=at, before=before, after=after)


def set_wanted_on(round_: DecisionRound, wanted_on: datetime.date, *, by, at: datetime.datetime) -> None:
    must_be_later(wanted_on, day_of(at))
    before, round_.wanted_on = round_.wanted_on, wanted_on
    round_.save(update_fields=["wanted_on"])
    log.record(
        action=LogEntry.Action.CHANGED,
        subject=round_,
        by=by,
        at=at,
        before={"wanted_on": before},
        after={"wanted_on": wanted_on},
    )


def said_by(
    plan: Plan,
    body: Body | None,
    taken_on: datetime.date | None,
    paragraph: str,
    case_number: str,
    comment: str,
    at: datetime.datetime,
) -> dict:
    """Return what a body has decided, as the step's fields. Raises ``StepRefused``."""
    if body is None or body.collaboration_id != plan.collaboration_id:
        raise StepRefused("Välj vilket organ som har beslutat.", "body")
    if taken_on is None or taken_on > day_of(at):
        raise StepRefused("Ange dagen för organets beslut. Den kan inte ligga efter i dag.", "taken_on")
    return {
        "body": body,
        "taken_on": taken_on,
        "paragraph": line(paragraph, 40, "paragraph"),
        "case_number": line(case_number, 60, "case_number"),
        "comment": text(comment, "comment"),
    }


def text(value: str, field: str, missing: str = "") -> str:
    """Return running text as it is kept. Raises ``StepRefused``, with ``missing`` where it may not be empty and is."""
    tidy = _UNWRITABLE.sub("", unicodedata.normalize("NFC", value).replace("\r\n", "\n").replace("\r", "\n")).strip()
    if not tidy and missing:
        raise StepRefused(missing, field)
    if len(tidy) > LONGEST_TEXT:
        raise StepRefused(f"Texten är längre än {LONGEST_TEXT} tecken. Korta den.", field)
    return tidy


def line(value: str, longest: int, field: str) -> str:
    tidy = " ".join(_UNWRITABLE.sub("", " ".join(unicodedata.normalize("NFC", value).split())).split())
    if len(tidy) > longest:
        raise StepRefused(f"Skriv högst {longest} tecken.", field)
    return tidy


def must_be_later(day: datetime.date, today: datetime.date) -> None:
    if day <= today:
        raise StepRefused("Dagen då besluten önskas ska ligga efter i dag.", "wanted_on")


def name_of(person) -> str:
    """Return the person's name as a row keeps it, also when the account is gone; the system's own without a person."""
    return log.name_of(person)

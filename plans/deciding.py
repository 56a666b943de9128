"""Recording what the members decide. A record is never changed: a correction is a new one that replaces it."""

import datetime
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePath

from django.db import transaction
from django.utils import timezone

from plans import log, permissions
from plans.days import day_of
from plans.lifecycle import current_version, settle
from plans.models import (
    ConditionFinding,
    Decision,
    DecisionCondition,
    LogEntry,
    Organisation,
    Plan,
    PlanVersion,
    ProtocolExtract,
)
from plans.steps import StepRefused, line, locked, name_of, text
from plans.years import FIRST

LARGEST_EXTRACT = 10 * 1024 * 1024
MOST_CONDITIONS = 10
TAKES_DECISIONS = (Plan.Status.DECIDING, Plan.Status.ADOPTED)
_END_OF_PDF = 2048
Outcome, Stage, Kind = Decision.Outcome, Decision.Stage, DecisionCondition.Kind


class DecisionRefused(StepRefused):
    """The decision cannot be recorded. ``reason`` is a Swedish sentence; ``field`` names the value it is about."""


@dataclass(frozen=True, slots=True)
class Wish:
    """A condition to record. ``organisation_codes`` are those that have to adopt, for the kind ``named``."""

    kind: str
    text: str = ""
    organisation_codes: tuple[str, ...] = ()


@transaction.atomic
def record_decision(
    *,
    version: PlanVersion,
    organisation: Organisation,
    outcome: str,
    instance: str,
    stage: str = Stage.DECIDES,
    decided_on: datetime.date | None = None,
    paragraph: str = "",
    case_number: str = "",
    comment: str = "",
    conditions: Sequence[Wish] = (),
    extract: tuple[str, bytes] | None = None,
    replaces: Decision | None = None,
    correction_reason: str = "",
    by,
    at: datetime.datetime | None = None,
) -> Decision:
    """Record what an instance of ``organisation`` has decided about ``version``, and return it.

    ``extract`` is the file name and bytes of the protocol extract. ``replaces`` is the record that this one corrects,
    for ``correction_reason``; its extract follows where no other is given. The version is adopted when this was the
    last decision needed. Raises ``DecisionRefused``, and then nothing is changed.
    """
    at = at or timezone.now()
    plan = locked(version.plan)
    version = _open_version(plan, version)
    if not permissions.can_record_decision(by, version, organisation):
        raise DecisionRefused(_why_not(version, organisation))
    replaces = _correctable(replaces, version, organisation)
    try:
        values = {
            "stage": stage,
            "outcome": outcome,
            "instance": line(instance, 120, "instance"),
            "decided_on": decided_on,
            "paragraph": line(paragraph, 40, "paragraph"),
            "case_number": line(case_number, 60, "case_number"),
            "comment": text(comment, "comment"),
            "correction_reason": text(correction_reason, "correction_reason"),
        }
    except StepRefused as refused:
        raise DecisionRefused(refused.reason, refused.field) from refused
    _check(version, values, replaces, at)
    wishes = _checked_conditions(version, organisation, outcome, conditions)
    name, content = _extract_for(extract, replaces, outcome)
    decision = Decision.objects.create(
        version=version,
        organisation=organisation,
        replaces=replaces,
        recorded_by=by,
        recorded_by_name=name_of(by),
        recorded_at=at,
        **values,
    )
    for position, (wish, named) in enumerate(wishes, start=1):
        condition = DecisionCondition.objects.create(
            decision=decision, kind=wish.kind, text=wish.text, position=position
        )
        condition.organisations.set(named)
    if content:
        ProtocolExtract.objects.create(
            decision=decision, name=name, content=content, size=len(content), digest=hashlib.sha256(content).hexdigest()
        )
    with log.batch():
        _record(decision, wishes, name if content else "", by=by, at=at)
        settle(version, by=by, at=at)
    return decision


@transaction.atomic
def find_condition(
    *, condition: DecisionCondition, is_met: bool, reason: str, by, at: datetime.datetime | None = None
) -> ConditionFinding:
    """Say whether a condition in words is met, for a reason, and return the finding; the last one counts."""
    at = at or timezone.now()
    plan = locked(condition.decision.version.plan)
    version = _open_version(plan, condition.decision.version)
    if not permissions.can_find_conditions(by, plan):
        raise DecisionRefused("Ordföranden i SGD bedömer villkoren.")
    if condition.kind != Kind.FREE_TEXT:
        raise DecisionRefused("Registret räknar självt ut om villkoret är uppfyllt.")
    if hasattr(condition.decision, "replaced_by"):
        raise DecisionRefused("Beslutet är rättat, och villkoret räknas inte längre.")
    try:
        reason = text(reason, "reason", "Skriv vad bedömningen grundas på.")
    except StepRefused as refused:
        raise DecisionRefused(refused.reason, refused.field) from refused
    finding = ConditionFinding.objects.create(
        condition=condition, is_met=is_met, reason=reason, found_by=by, found_by_name=name_of(by), found_at=at
    )
    after = {"condition": condition.text, "is_met": is_met, "reason": reason}
    with log.batch():
        log.record(action=LogEntry.Action.CREATED, subject=finding, by=by, at=at, after=after)
        settle(version, by=by, at=at)
    return finding


def _open_version(plan: Plan, version: PlanVersion) -> PlanVersion:
    current = current_version(plan)
    if current is None or current.pk != version.pk:
        raise DecisionRefused(f"{version} är inte planens senaste version. Besluten om den ändras inte.")
    if plan.status not in TAKES_DECISIONS:
        raise DecisionRefused(
            f"Beslut registreras när planen har sänts till huvudmännen. {plan} är nu i läget "
            f"”{plan.get_status_display()}”."
        )
    if not current.round.needs_all:
        raise DecisionRefused(f"{version} vilar på besluten om en tidigare version, och de ändras inte.")
    return current


def _correctable(replaces: Decision | None, version: PlanVersion, organisation: Organisation) -> Decision | None:
    if replaces is None:
        return None
    if (replaces.version_id, replaces.organisation_id) != (version.pk, organisation.pk):
        raise DecisionRefused("Beslutet som ska rättas gäller en annan organisation eller version.")
    if Decision.objects.filter(replaces=replaces).exists():
        raise DecisionRefused("Någon har redan rättat beslutet. Öppna det på nytt och rätta det som gäller nu.")
    if replaces.outcome == Outcome.WITHDRAWN:
        raise DecisionRefused("Registreringen har utgått. Registrera ett nytt beslut i stället.")
    return replaces


def _check(version: PlanVersion, values: dict, replaces: Decision | None, at: datetime.datetime) -> None:
    if values["stage"] not in Stage.values:
        raise DecisionRefused("Välj vad instansen gör.", "stage")
    if values["outcome"] not in Outcome.values:
        raise DecisionRefused("Välj vad instansen har beslutat.", "outcome")
    if not values["instance"]:
        raise DecisionRefused("Ange vilken instans som har beslutat, till exempel Kommunstyrelsen.", "instance")
    if replaces and not values["correction_reason"]:
        raise DecisionRefused("Skriv varför beslutet rättas.", "correction_reason")
    if not replaces:
        values["correction_reason"] = ""
        if values["outcome"] == Outcome.WITHDRAWN:
            raise DecisionRefused("Bara en rättelse kan låta ett registrerat beslut utgå.", "outcome")
    day = values["decided_on"]
    if day is None:
        if not version.is_as_printed and values["outcome"] != Outcome.WITHDRAWN:
            raise DecisionRefused("Ange vilken dag beslutet fattades.", "decided_on")
        return
    if day > day_of(at):
        raise DecisionRefused("Beslutsdagen kan inte ligga efter i dag.", "decided_on")
    if day.year < FIRST:
        raise DecisionRefused(f"Skriv beslutsdagens årtal med fyra siffror, tidigast {FIRST}.", "decided_on")
    if not version.is_as_printed and day < day_of(version.frozen_at):
        first = day_of(version.frozen_at)
        raise DecisionRefused(f"Versionen frystes {first}, så beslutet om den kan inte vara äldre.", "decided_on")


def _checked_conditions(
    version: PlanVersion, organisation: Organisation, outcome: str, wishes: Sequence[Wish]
) -> list[tuple[Wish, list[Organisation]]]:
    if outcome == Outcome.CONDITIONAL and not wishes:
        raise DecisionRefused("Ange vilka villkor beslutet har, eller välj Antagen.", "conditions")
    if outcome != Outcome.CONDITIONAL and wishes:
        raise DecisionRefused("Bara ett beslut som är antaget med villkor har villkor.", "conditions")
    if len(wishes) > MOST_CONDITIONS:
        raise DecisionRefused(f"Ett beslut kan ha högst {MOST_CONDITIONS} villkor.", "conditions")
    codes = {code for wish in wishes for code in wish.organisation_codes}
    known = {one.code: one for one in Organisation.objects.filter(code__in=codes & set(version.member_codes))}
    return [_checked_wish(wish, organisation, known) for wish in wishes]


def _checked_wish(wish: Wish, organisation: Organisation, known: dict) -> tuple[Wish, list[Organisation]]:
    if wish.kind not in Kind.values:
        raise DecisionRefused("Välj vilket slag av villkor det är.", "conditions")
    try:
        said = text(wish.text, "conditions")
    except StepRefused as refused:
        raise DecisionRefused(refused.reason, refused.field) from refused
    if wish.kind == Kind.FREE_TEXT and not said:
        raise DecisionRefused("Skriv villkorets ordalydelse.", "conditions")
    codes = tuple(dict.fromkeys(wish.organisation_codes)) if wish.kind == Kind.NAMED else ()
    if wish.kind == Kind.NAMED and not codes:
        raise DecisionRefused("Välj vilka organisationer som ska anta.", "conditions")
    if unknown := [code for code in codes if code not in known]:
        raise DecisionRefused(f"{', '.join(unknown)} ska inte besluta om planen.", "conditions")
    if organisation.code in codes:
        raise DecisionRefused(f"{organisation} kan inte ha sig själv som villkor.", "conditions")
    return Wish(wish.kind, said, codes), [known[code] for code in codes]


def _extract_for(extract: tuple[str, bytes] | None, replaces: Decision | None, outcome: str) -> tuple[str, bytes]:
    if extract is None:
        kept = getattr(replaces, "extract", None) if replaces and outcome != Outcome.WITHDRAWN else None
        return (kept.name, bytes(kept.content)) if kept else ("", b"")
    name, content = extract
    if len(content) > LARGEST_EXTRACT:
        largest = LARGEST_EXTRACT // (1024 * 1024)
        raise DecisionRefused(f"Protokollsutdraget är större än {largest} MB. Lägg in ett mindre.", "extract")
    if not content.startswith(b"%PDF-") or b"%%EOF" not in content[-_END_OF_PDF:]:
        raise DecisionRefused(
            "Protokollsutdraget är inte en hel PDF-fil. Spara det som PDF och försök igen.", "extract"
        )
    stem = " ".join(
        "".join(letter for letter in PurePath(name.replace("\\", "/")).name if letter.isprintable()).split()
    )
    stem = stem.removesuffix(".pdf").removesuffix(".PDF")[:150].strip(". ") or "protokollsutdrag"
    return f"{stem}.pdf", content


def _record(decision: Decision, wishes, extract_name: str, *, by, at: datetime.datetime) -> None:
    replaced = decision.replaces
    after = {
        "outcome": decision.get_outcome_display(),
        "stage": decision.get_stage_display(),
        "instance": decision.instance,
        "decided_on": decision.decided_on,
        "paragraph": decision.paragraph,
        "case_number": decision.case_number,
        "comment": decision.comment,
        "correction_reason": decision.correction_reason,
        "villkor": [_in_words(wish, named) for wish, named in wishes],
        "protokollsutdrag": extract_name,
    }
    log.record(
        action=LogEntry.Action.CREATED,
        subject=decision,
        by=by,
        at=at,
        before={"outcome": replaced.get_outcome_display(), "instance": replaced.instance} if replaced else {},
        after={name: value for name, value in after.items() if value},
    )


def _in_words(wish: Wish, named: list[Organisation]) -> str:
    said = [Kind(wish.kind).label, ", ".join(one.name for one in named), wish.text]
    return ": ".join(part for part in said if part)


def _why_not(version: PlanVersion, organisation: Organisation) -> str:
    if organisation.code not in version.member_codes:
        return f"{organisation} ska inte besluta om {version}."
    return f"Beslut för {organisation} registreras av organisationens registrator eller av SGD."

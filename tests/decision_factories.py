"""Versions and decisions for tests, without setting a PDF: what is frozen is small and made up."""

import datetime
import hashlib
from itertools import count

from django.utils import timezone

from plans.log import canonical
from plans.models import (
    ConditionFinding,
    Decision,
    DecisionCondition,
    DecisionRound,
    LetterChoice,
    Organisation,
    PaperText,
    Plan,
    PlanStep,
    PlanVersion,
    ProtocolExtract,
    ReminderLetter,
    VersionFault,
)
from tests import factories

# The rows that are written on the way to a decision, never loaded.
DECISION_MODELS = {
    ConditionFinding,
    Decision,
    DecisionCondition,
    DecisionRound,
    LetterChoice,
    PaperText,
    PlanStep,
    PlanVersion,
    ProtocolExtract,
    ReminderLetter,
    VersionFault,
}
_serial = count(1)
FROZEN_ON = datetime.date(2026, 9, 1)
A_PDF = b"%PDF-1.7\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"


def noon(day: datetime.date) -> datetime.datetime:
    return datetime.datetime.combine(day, datetime.time(12), tzinfo=timezone.get_default_timezone())


def make_version(plan: Plan | None = None, status: str = Plan.Status.DECIDING, *, state: str = "", **fields):
    """Make the plan's next version, out for decision unless told otherwise, and put the plan in ``status``.

    All of the collaboration's members are to decide. ``wanted_on``, ``needs_all``, ``consents_from`` are the round's.
    """
    plan = plan or factories.make_shared_plan(1000)
    of_round = {name: fields.pop(name) for name in ("wanted_on", "needs_all", "consents_from") if name in fields}
    number = fields.pop("number", plan.versions.count() + 1)
    content = canonical({"format": 1, "plan": plan.slug, "number": number, "document": {}, "serial": next(_serial)})
    pdf = fields.pop("pdf", A_PDF)
    codes = plan.collaboration.memberships.values_list("organisation__code", flat=True)
    values = {
        "content": content,
        "content_digest": hashlib.sha256(content.encode()).hexdigest(),
        "allocation": "[]",
        "allocation_digest": hashlib.sha256(b"[]").hexdigest(),
        "pdf": pdf,
        "pdf_digest": hashlib.sha256(bytes(pdf)).hexdigest(),
        "member_codes": sorted(codes),
        "reason": "Klar att besluta om.",
        "frozen_by_name": "Ofelia Ordförande",
        "frozen_at": noon(FROZEN_ON),
        **fields,
    }
    version = PlanVersion.objects.create(plan=plan, number=number, **values)
    is_adopted = status in (Plan.Status.ADOPTED, Plan.Status.CLOSED)
    state = state or (DecisionRound.State.ADOPTED if is_adopted else DecisionRound.State.OPEN)
    DecisionRound.objects.create(version=version, plan=plan, state=state, **of_round)
    Plan.objects.filter(pk=plan.pk).update(status=status)
    plan.status = status
    return version


def make_decision(version: PlanVersion, organisation: Organisation | str, outcome: str = "adopted", **fields):
    """Make a decision of an organisation or its code, past all rules; ``recorded_at`` is in the order they are made."""
    if isinstance(organisation, str):
        organisation = Organisation.objects.get(code=organisation)
    values = {
        "instance": "Kommunfullmäktige",
        "decided_on": FROZEN_ON + datetime.timedelta(days=30),
        "recorded_by_name": "Rakel Registrator",
        "recorded_at": noon(FROZEN_ON) + datetime.timedelta(days=31, seconds=next(_serial)),
        **fields,
    }
    return Decision.objects.create(version=version, organisation=organisation, outcome=outcome, **values)


def make_condition(decision: Decision, kind: str = "all_municipalities", *codes: str, text: str = ""):
    condition = DecisionCondition.objects.create(
        decision=decision, kind=kind, text=text, position=decision.conditions.count() + 1
    )
    condition.organisations.set(Organisation.objects.filter(code__in=codes))
    return condition


def make_extract(decision: Decision, content: bytes = A_PDF, name: str = "protokoll.pdf") -> ProtocolExtract:
    digest = hashlib.sha256(content).hexdigest()
    return ProtocolExtract.objects.create(
        decision=decision, name=name, content=content, size=len(content), digest=digest
    )

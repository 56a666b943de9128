"""What the log's entries about versions, steps and decisions say in Swedish. No database.

The log holds choices in the words that a reader sees, ``Antagen med villkor``, and so they are known here.
"""

import re
from collections.abc import Callable, Mapping

from plans.models import Decision, DecisionRound, PlanStep, PlanVersion
from plans.models.version import fingerprint_of

Step, Stage, State = PlanStep.Kind, Decision.Stage, DecisionRound.State

# What the sentence says already, and the page need not tell once more. The log holds the digests in full.
TOLD = {
    ("plans.planversion", "number"),
    ("plans.planversion", "kind"),
    ("plans.planversion", "content_digest"),
    ("plans.planversion", "allocation_digest"),
    ("plans.planversion", "pdf_digest"),
    ("plans.planstep", "kind"),
    ("plans.decision", "stage"),
    ("plans.decision", "instance"),
    ("plans.conditionfinding", "condition"),
    ("plans.conditionfinding", "is_met"),
}
STEPS = {
    Step.SUBMIT.label: "Sände planen för beslut",
    Step.RECORD.label: "Återgav planen som tryckt",
    Step.PREPARE.label: "Registrerade att {body} har behandlat planen",
    Step.RECOMMEND.label: "Registrerade att {body} rekommenderar planen",
    Step.SEND.label: "Sände planen till huvudmännen",
    Step.ADOPT.label: "Planen blev fastställd",
    Step.UNSETTLE.label: "Planen är inte längre fastställd",
    Step.RETURN.label: "Återförvisade planen",
    Step.REOPEN.label: "Öppnade planen för revidering",
    Step.CLOSE.label: "Avslutade planen",
}
STATES = {
    State.OPEN.label: "väntar åter på beslut",
    State.ADOPTED.label: "blev fastställd",
    State.RETURNED.label: "blev återförvisad",
    State.REPLACED.label: "blev ersatt av en senare",
}
STAGES = {
    Stage.PREPARES.label: ("beredningen", "bereder ärendet"),
    Stage.PROPOSES.label: ("förslaget", "föreslår"),
    Stage.DECIDES.label: ("beslutet", "har beslutat"),
}


def decision_sentence(kind: str, name: str, before: Mapping, after: Mapping) -> str:
    """Return what was done, without its full stop; empty for rows of other kinds and for what has no words here."""
    return SENTENCES[kind](name, before, after) if kind in SENTENCES else ""


def _version(name: str, before: Mapping, after: Mapping) -> str:
    number, known_by = after.get("number"), f"med fingeravtrycket {fingerprint_of(after.get('content_digest', ''))}"
    if after.get("kind") == PlanVersion.Kind.AS_PRINTED.label:
        return f"Återgav version {number} som tryckt, {known_by}"
    return f"Frös version {number}, {known_by}"


def _step(name: str, before: Mapping, after: Mapping) -> str:
    return STEPS.get(after.get("kind"), "").format(body=after.get("body", "organet"))


def _round(name: str, before: Mapping, after: Mapping) -> str:
    version = f"version {(re.findall(r'version ([0-9]+)', name) or ['?'])[-1]}"
    if "påminnelser" in after:
        count = after["påminnelser"]
        return f"Skickade {count} {'påminnelse' if count == 1 else 'påminnelser'} om beslut"
    if "state" in after:
        return f"{version.capitalize()} {STATES.get(after['state'], after['state'])}"
    if "needs_all" in after:
        return f"Lät {version} vila på besluten om {after.get('consents_from')}"
    if "wanted_on" not in after:
        return ""
    if old := before.get("wanted_on"):
        return f"Flyttade dagen då besluten önskas, från {old} till {after['wanted_on']}"
    return f"Bestämde att besluten önskas senast {after['wanted_on']}"


def _decision(name: str, before: Mapping, after: Mapping) -> str:
    """The name is the row's: ``Eslövs kommun, Kommunfullmäktige: Antagen``."""
    organisation, outcome = name.partition(", ")[0], str(after.get("outcome", "")).lower()
    noun, does = STAGES.get(after.get("stage"), STAGES[Stage.DECIDES.label])
    who = f"{after.get('instance')} i {organisation}"
    if not before:
        return f"Registrerade att {who} {does}: {outcome}"
    if after.get("outcome") == Decision.Outcome.WITHDRAWN.label:
        return f"Lät registreringen av {noun} av {before.get('instance')} i {organisation} utgå"
    old = str(before.get("outcome", "")).lower()
    return f"Rättade {noun} av {who}" + (f", från {old} till {outcome}" if old != outcome else "")


def _finding(name: str, before: Mapping, after: Mapping) -> str:
    return f"Bedömde att villkoret ”{after.get('condition')}” {'är' if after.get('is_met') else 'inte är'} uppfyllt"


SENTENCES: Mapping[str, Callable[[str, Mapping, Mapping], str]] = {
    "plans.planversion": _version,
    "plans.planstep": _step,
    "plans.decisionround": _round,
    "plans.decision": _decision,
    "plans.conditionfinding": _finding,
}

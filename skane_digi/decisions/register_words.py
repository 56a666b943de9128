"""What the register says, in the words of a page: how it goes, what remains, and how long there is left."""

import datetime

from plans.models import Decision, DecisionRound
from plans.register import ConditionStatus, Register, Standing

State = DecisionRound.State
DECIDED_STATES = (State.ADOPTED, State.REPLACED)

# Words that fit in a tile of the map.
SHORT = {
    Standing.ADOPTED: "Antagen",
    Standing.WAITING: "Villkor",
    Standing.REJECTED: "Avslag",
    Standing.RETURNED: "Återremiss",
    Standing.TABLED: "Bordlagd",
    Standing.UNDERWAY: "Bereds",
    Standing.NONE: "Inget",
}
REMAINING = {
    Standing.NONE: "har inte svarat",
    Standing.UNDERWAY: "bereder ärendet",
    Standing.WAITING: "väntar på villkor",
    Standing.TABLED: "har bordlagt",
    Standing.RETURNED: "har återremitterat",
    Standing.REJECTED: "har avslagit",
}
NOT_REGISTERED = "Inget registrerat"


def is_adopted_on_paper(register: Register) -> bool:
    """Whether the document says that the version is adopted, while the register lacks decisions."""
    is_decided = register.round.state in DECIDED_STATES
    return is_decided and register.version.is_as_printed and not register.is_complete


def standing_word(standing: Standing, *, on_paper: bool = False) -> str:
    """Return the standing in words. On paper nothing is awaited any more: it is only not known here."""
    if not on_paper:
        return standing.label
    return {Standing.NONE: NOT_REGISTERED, Standing.WAITING: "Antagen med villkor"}.get(standing, standing.label)


def short_word(standing: Standing, *, on_paper: bool = False) -> str:
    return "Okänt" if on_paper and standing == Standing.NONE else SHORT[standing]


def remaining(register: Register) -> str:
    """Return what remains: ``12 har inte svarat, 3 väntar på villkor och 1 har återremitterat.``"""
    counts = register.counts
    parts = [f"{counts[standing]} {words}" for standing, words in REMAINING.items() if counts[standing]]
    if not parts:
        return "Alla villkor är uppfyllda."
    return f"{listed(parts)}."


def days_left(register: Register, day: datetime.date) -> str:
    """Return the wanted day and how far off it is, as of ``day``; empty where none is set."""
    left, wanted_on = register.days_left(day), register.round.wanted_on
    if left is None:
        return ""
    if left == 0:
        return f"{wanted_on.isoformat()}, i dag"
    if left < 0:
        return f"{wanted_on.isoformat()}, för {_days(-left)} sedan"
    return f"{wanted_on.isoformat()}, {_days(left)} kvar"


def condition_sentence(status: ConditionStatus, *, with_reason: bool, on_paper: bool = False) -> str:
    """Return whether the condition is met and what it waits for. A reason may name persons, so it can be left out."""
    if status.needs_finding and status.finding and not with_reason:
        return f"{'Uppfyllt' if status.is_met else 'Inte uppfyllt'} enligt ordförandens bedömning."
    if on_paper and not status.needs_finding and not status.is_met:
        return "Kan inte prövas här: inte alla beslut som villkoret gäller är registrerade."
    return status.sentence


def conditions_in_short(statuses: tuple[ConditionStatus, ...], *, on_paper: bool = False) -> str:
    """Return the conditions' state for a cell: ``Uppfyllt``, ``Väntar på Eslöv och 3 till`` or ``1 av 2 uppfyllda``."""
    if not statuses:
        return ""
    unmet = [status for status in statuses if not status.is_met]
    if not unmet:
        return "Uppfyllt" if len(statuses) == 1 else f"Alla {len(statuses)} uppfyllda"
    count = f"{len(statuses) - len(unmet)} av {len(statuses)} uppfyllda. " if len(statuses) > 1 else ""
    return count + _unmet_in_short(unmet[0], on_paper=on_paper)


def _unmet_in_short(status: ConditionStatus, *, on_paper: bool) -> str:
    if status.needs_finding:
        return "Bedömt som inte uppfyllt" if status.finding else "Väntar på bedömning"
    if on_paper:
        return "Kan inte prövas här"
    if not status.waits_for:
        return "Inte uppfyllt"
    rest = len(status.waits_for) - 1
    return f"Väntar på {status.waits_for[0].short_name}{f' och {rest} till' if rest else ''}"


def said_by(decision: Decision) -> str:
    """Return what an instance said: ``Antagen``, or ``Föreslår: antagen`` of one that does not decide."""
    outcome = decision.get_outcome_display()
    if decision.stage == Decision.Stage.DECIDES:
        return outcome
    stage = decision.get_stage_display()
    return f"{stage[:1].upper()}{stage[1:]}: {outcome.lower()}"


def listed(parts: list[str]) -> str:
    """Return the parts as a list in words: ``a, b och c``."""
    return " och ".join([", ".join(parts[:-1]), parts[-1]] if len(parts) > 1 else parts)


def _days(count: int) -> str:
    return "1 dag" if count == 1 else f"{count} dagar"

"""How a version came to be decided: its steps in a line each, without the names of those who recorded them."""

import datetime
from dataclasses import dataclass

from plans.models import PlanStep
from skane_digi.decisions.register_words import is_adopted_on_paper
from skane_digi.decisions.shown_register import ShownRegister, day_of_step

Kind = PlanStep.Kind


@dataclass(frozen=True, slots=True)
class Event:
    """What was done and when; ``paragraph`` and ``case_number`` are the body's, where a body did it."""

    day: datetime.date
    text: str
    paragraph: str
    case_number: str


def chronicle(shown: ShownRegister) -> tuple[Event, ...]:
    """Return the version's steps in the order that they were taken, which may be long before they were recorded."""
    steps = sorted(shown.steps, key=lambda step: (day_of_step(step), step.taken_at, step.pk))
    return tuple(Event(day_of_step(step), _text(step, shown), step.paragraph, step.case_number) for step in steps)


def _text(step: PlanStep, shown: ShownRegister) -> str:
    body = f" av {step.body.name}" if step.body else ""
    members = f"{shown.register.total} huvudmän"
    match step.kind:
        case Kind.SUBMIT:
            return f"Sänd för beslut som version {shown.number}"
        case Kind.RECORD if is_adopted_on_paper(shown.register):
            return "Återgiven här som tryckt, fastställd på papper"
        case Kind.RECORD:
            return "Återgiven här som tryckt"
        case Kind.SEND:
            return f"Sänd till {members}"
        case Kind.ADOPT if shown.register.rests_on:
            return f"Fastställd, med stöd av besluten om version {shown.register.rests_on.number}"
        case Kind.ADOPT:
            return f"Fastställd av {members}"
    return f"{step.get_kind_display()}{body}"

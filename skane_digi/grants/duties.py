"""The reports that receivers of a grant owe, in words."""

import datetime
from collections.abc import Iterable
from dataclasses import dataclass

from budgets.models import GrantDuty


@dataclass(frozen=True, slots=True)
class DutyRow:
    """A duty and how it stands: done, late or still to come."""

    duty: GrantDuty
    standing: str
    is_late: bool


def duty_row(duty: GrantDuty, day: datetime.date) -> DutyRow:
    """Return how a duty stands on ``day``."""
    if duty.done_on:
        return DutyRow(duty, f"Redovisad {duty.done_on}", is_late=False)
    if duty.due_on < day:
        return DutyRow(duty, "Dagen har passerat, ingen redovisning är noterad", is_late=True)
    return DutyRow(duty, "Återstår", is_late=False)


def duty_rows(duties: Iterable[GrantDuty], day: datetime.date) -> tuple[DutyRow, ...]:
    """Return all duties in the order given."""
    return tuple(duty_row(duty, day) for duty in duties)


def next_duty(duties: Iterable[GrantDuty], day: datetime.date) -> DutyRow | None:
    """Return the first duty that is not done: the next to come, or else the one that is latest overdue."""
    owed = sorted((duty for duty in duties if not duty.done_on), key=lambda duty: duty.due_on)
    coming = [duty for duty in owed if duty.due_on >= day]
    chosen = (coming or owed[-1:])[:1]
    return duty_row(chosen[0], day) if chosen else None

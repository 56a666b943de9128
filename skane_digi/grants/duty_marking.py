"""Saying on a page that a report has been given, which day, or that it has not."""

import datetime
from dataclasses import dataclass

from django.urls import reverse

from budgets.grant_editing import mark_duty
from budgets.grant_rows import GrantRefused
from budgets.models import GrantDuty

UNDO = "angra"
WRONG_DAY = "Skriv dagen som 2024-03-01."


@dataclass(frozen=True, slots=True)
class Marking:
    """What became of it: a sentence of ``news`` or of ``fault``, and where to go next."""

    address: str
    news: str = ""
    fault: str = ""


def mark_from(data, duty: GrantDuty, *, by, day: datetime.date) -> Marking:
    """Mark the duty as a form says. Without a day written it is done on ``day``; a day to come is not a day done."""
    listed = f"{reverse('grants:edit', args=[duty.agreement.slug])}#redovisning"
    own = reverse("grants:edit-part", args=[duty.agreement.slug, "redovisning", duty.key])
    try:
        if data.get("do") == UNDO:
            mark_duty(duty=duty, done_on=None, by=by)
            return Marking(listed, news=f"{duty.name}: noteringen är borttagen. Påminnelserna går igen.")
        told = data.get("done_on", "").strip()
        done_on = datetime.date.fromisoformat(told) if told else day
        if done_on > day:
            return Marking(own, fault="Redovisningen kan inte ha lämnats en dag som inte har varit.")
        mark_duty(duty=duty, done_on=done_on, by=by)
    except GrantRefused as refusal:
        return Marking(own, fault=refusal.reason)
    except ValueError:
        return Marking(own, fault=WRONG_DAY)
    return Marking(listed, news=f"{duty.name}: redovisad den {done_on}.")

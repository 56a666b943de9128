"""Who is to be reminded on a day that a report of a state grant is owed: those who write the budgets."""

import datetime
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from budgets.models import GrantDuty
from plans import permissions
from plans.models import RoleAssignment
from plans.roles import Role
from skane_digi.models import GrantLetter
from skane_digi.reminders.occasions import DAYS_BEFORE, MOST_WEEKS, WEEK, Occasion, occasion_of
from skane_digi.reminders.posting import is_refused


@dataclass(frozen=True, slots=True)
class DutyLetter:
    """A letter to one person about one report. ``refused`` is the same letter when the server would not have it."""

    duty: GrantDuty
    occasion: Occasion
    person: object
    role: Role
    refused: GrantLetter | None = None


@dataclass(frozen=True, slots=True)
class DueDuty:
    """A report that is owed, and the letters about it that are due on a day."""

    duty: GrantDuty
    occasion: Occasion
    letters: tuple[DutyLetter, ...]


def owed_duties():
    """Return the reports that have not been given, by their day."""
    duties = GrantDuty.objects.filter(done_on__isnull=True)
    return duties.select_related("agreement__collaboration", "area").order_by("due_on", "pk")


def due_duties(*, on: datetime.date) -> Iterator[DueDuty]:
    """Yield the reports with letters that are due on the day and have not been claimed, in few queries for all.

    A report that has been owed for longer than ``MOST_WEEKS`` is history: nobody is reminded of it any more.
    """
    soon = on + datetime.timedelta(days=max(DAYS_BEFORE))
    forgotten = on - datetime.timedelta(days=WEEK * (MOST_WEEKS + 1))
    duties = list(owed_duties().filter(due_on__lte=soon, due_on__gt=forgotten))
    writers = _writers({duty.agreement.collaboration_id for duty in duties})
    claimed = {
        (letter.duty_id, letter.person_id, letter.occasion): letter
        for letter in GrantLetter.objects.filter(duty__in=duties)
    }
    for duty in duties:
        occasion = occasion_of(duty.due_on, on)
        letters = []
        for letter in _letters(duty, occasion, writers):
            earlier = claimed.get((duty.pk, letter.person.pk, occasion.key))
            if earlier is None or is_refused(earlier):
                letters.append(replace(letter, refused=earlier))
        if letters:
            yield DueDuty(duty, occasion, tuple(letters))


def letters_about(duty: GrantDuty, occasion: Occasion) -> list[DutyLetter]:
    """Return a letter for each active person who writes the collaboration's budgets and has not said no to them."""
    return _letters(duty, occasion, _writers({duty.agreement.collaboration_id}))


def _letters(duty: GrantDuty, occasion: Occasion, writers: list[RoleAssignment]) -> list[DutyLetter]:
    found: dict[int, DutyLetter] = {}
    for role in writers:
        if role.collaboration_id == duty.agreement.collaboration_id and role.person_id not in found:
            found[role.person_id] = DutyLetter(duty, occasion, role.person, Role(role.role))
    return list(found.values())


def _writers(collaborations: Iterable[int]) -> list[RoleAssignment]:
    roles = RoleAssignment.objects.filter(
        role__in=permissions.WRITES_BUDGETS, collaboration__in=collaborations, person__is_active=True
    )
    roles = roles.exclude(person__email="").exclude(person__letter_choice__wants_reminders=False)
    return list(roles.select_related("person").order_by("person__email", "pk"))

"""Who is to be reminded on a day: those who speak for an organisation whose decision is awaited."""

import datetime
from collections.abc import Iterator
from dataclasses import dataclass, replace

from plans.models import DecisionRound, Plan, PlanVersion, ReminderLetter, RoleAssignment
from plans.register import Entry, register_of
from plans.roles import ROLES_WITH_ORGANISATION, Role
from skane_digi.reminders.occasions import DAYS_BEFORE, Occasion, occasion_of
from skane_digi.reminders.posting import is_refused


@dataclass(frozen=True, slots=True)
class DueLetter:
    """A letter to one person about one organisation. ``refused`` is the same letter when the server would not have it.

    ``role`` is why the person gets it: the registrar's where the person is both registrar and reader.
    """

    round: DecisionRound
    occasion: Occasion
    entry: Entry
    person: object
    role: Role
    refused: ReminderLetter | None = None

    @property
    def version(self) -> PlanVersion:
        return self.round.version


@dataclass(frozen=True, slots=True)
class DueRound:
    """What is due in a decision round on a day."""

    round: DecisionRound
    occasion: Occasion
    letters: tuple[DueLetter, ...]


def awaited_rounds(plan: Plan | None = None):
    """Return the rounds in which the members have been asked to decide before a day, ``plan``'s or all."""
    rounds = DecisionRound.objects.filter(
        state=DecisionRound.State.OPEN, needs_all=True, wanted_on__isnull=False, plan__status=Plan.Status.DECIDING
    )
    rounds = rounds.filter(plan=plan) if plan else rounds
    large = (f"version__{name}" for name in ("content", "allocation", "pdf"))
    return rounds.select_related("plan", "version__plan").defer(*large).order_by("wanted_on", "pk")


def due_rounds(*, on: datetime.date, plan: Plan | None = None) -> Iterator[DueRound]:
    """Yield the rounds with letters that are due on the day and have not been claimed, in few queries for each.

    Only those who have not answered are asked again: no decision at all, only prepared, tabled or returned for more
    work. A rejection is an answer, and so is an adoption whose conditions depend on the others.
    """
    soon = on + datetime.timedelta(days=max(DAYS_BEFORE))
    for round_ in awaited_rounds(plan).filter(wanted_on__lte=soon):
        occasion = occasion_of(round_.wanted_on, on)
        claimed = {
            (letter.organisation_id, letter.person_id): letter
            for letter in ReminderLetter.objects.filter(version=round_.version_id, occasion=occasion.key)
        }
        letters = []
        for letter in letters_in(round_, occasion):
            earlier = claimed.get((letter.entry.organisation.pk, letter.person.pk))
            if earlier is None or is_refused(earlier):
                letters.append(replace(letter, refused=earlier))
        if letters:
            yield DueRound(round_, occasion, tuple(letters))


def letters_in(round_: DecisionRound, occasion: Occasion) -> list[DueLetter]:
    """Return a letter for each active person who speaks for an unanswered organisation and has not said no to them."""
    entries = {entry.organisation.pk: entry for entry in register_of(round_.version).entries if entry.is_unanswered}
    roles = RoleAssignment.objects.filter(
        role__in=ROLES_WITH_ORGANISATION,
        collaboration=round_.plan.collaboration_id,
        organisation__in=entries,
        person__is_active=True,
    )
    roles = roles.exclude(person__email="").exclude(person__letter_choice__wants_reminders=False)
    found = {}
    for role in roles.select_related("person").order_by("organisation__code", "person__email", "pk"):
        key = (role.organisation_id, role.person_id)
        if key not in found or role.role == Role.REGISTRAR:
            entry = entries[role.organisation_id]
            found[key] = DueLetter(round_, occasion, entry, role.person, Role(role.role))
    return list(found.values())

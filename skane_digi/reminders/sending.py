"""Sending the reminders of decisions that are awaited, each at most once; ``skane_digi.reminders.posting`` says how."""

import datetime
from collections.abc import Iterable

from django.db import models, transaction
from django.utils import timezone

from plans import log
from plans.models import DecisionRound, LogEntry, Plan, ReminderLetter
from skane_digi.reminders.due import DueLetter, DueRound, awaited_rounds, due_rounds, letters_in
from skane_digi.reminders.letters import absolute, message_of
from skane_digi.reminders.occasions import Occasion
from skane_digi.reminders.posting import UNDER_WAY, Fate, Post, RetryRefused, Sending, Tried, refuse_retry


def send_due_reminders(
    *, on: datetime.date, by=None, plan: Plan | None = None, at: datetime.datetime | None = None
) -> Sending:
    """Send what is due on the day, in ``plan`` or in all, and return what was done; ``by`` is who asked for it.

    Call it outside a transaction: every claim is committed by itself. A letter that the server refuses does not stop
    the others and is tried again the next time, as long as its occasion is due. Raises ``SiteAddressMissing``.
    """
    absolute("/")
    sending = Sending(on)
    with Post() as post:
        for due_round in due_rounds(on=on, plan=plan):
            if not post.is_open(sending):
                break
            before = len(sending.tried)
            _send_round(post, sending, due_round.letters, at=at)
            _record(due_round, sending.tried[before:], by=by, at=at)
    return sending


def send_again(*, key: str, on: datetime.date, by=None, at: datetime.datetime | None = None) -> Sending:
    """Send one letter again whose fate is unknown, or that was refused, and return what was done.

    Raises ``RetryRefused`` where it has gone or is not to be sent any more, and ``SiteAddressMissing``.
    """
    absolute("/")
    letter = ReminderLetter.objects.filter(key=key).first()
    refuse_retry(letter, key, at=at)
    due_round = _round_with(letter)
    sending = Sending(on)
    with Post() as post:
        if post.is_open(sending):
            _send_round(post, sending, due_round.letters, at=at)
            _record(due_round, sending.tried, by=by, at=at)
    return sending


def of_unknown_fate(*, at: datetime.datetime | None = None) -> models.QuerySet:
    """Return the letters that were claimed and neither sent nor refused, in rounds that are still open.

    Those that a run may be sending at this moment are left out, and those that a later letter has made needless.
    """
    later = ReminderLetter.objects.filter(
        version=models.OuterRef("version"),
        organisation=models.OuterRef("organisation"),
        person=models.OuterRef("person"),
        claimed_at__gt=models.OuterRef("claimed_at"),
        sent_at__isnull=False,
    )
    claimed = ReminderLetter.objects.filter(sent_at=None, fault="", claimed_at__lt=(at or timezone.now()) - UNDER_WAY)
    waiting = claimed.filter(~models.Exists(later), version__round__in=awaited_rounds().order_by())
    return waiting.select_related("organisation", "person", "version__plan").defer(
        "version__content", "version__allocation", "version__pdf"
    )


def _send_round(post: Post, sending: Sending, letters: Iterable[DueLetter], *, at) -> None:
    for due in letters:
        if not post.is_open(sending):
            return
        letter = due.refused or _new_letter(due)
        message = message_of(letter, due, on=sending.on)
        post.deliver(sending, due, letter, message, at=at)


def _new_letter(due: DueLetter) -> ReminderLetter:
    return ReminderLetter(
        version=due.version,
        organisation=due.entry.organisation,
        person=due.person,
        occasion=due.occasion.key,
        address=due.person.email,
    )


def _round_with(letter: ReminderLetter) -> DueRound:
    """Return the letter as due again, alone in its round. Raises ``RetryRefused``."""
    round_: DecisionRound | None = awaited_rounds().filter(version=letter.version_id).first()
    if round_ is None:
        raise RetryRefused(f"Brevet {letter.key} skickas inte: {letter.version} väntar inte längre på beslut.")
    code, _, _ = letter.occasion.partition("@")
    occasion = Occasion(round_.wanted_on, code)
    for due in letters_in(round_, occasion):
        if (due.entry.organisation.pk, due.person.pk) == (letter.organisation_id, letter.person_id):
            again = DueLetter(round_, occasion, due.entry, due.person, due.role, refused=letter)
            return DueRound(round_, occasion, (again,))
    raise RetryRefused(
        f"Brevet {letter.key} skickas inte: {letter.organisation} har svarat, eller så får personen inga påminnelser."
    )


def _record(due_round: DueRound, tried: list[Tried], *, by, at: datetime.datetime | None) -> None:
    """Write in the plan's log that reminders went, once for all of them; each has its own row besides."""
    sent = sum(one.fate == Fate.SENT for one in tried)
    if not sent:
        return
    after = {"påminnelser": sent, "tillfälle": due_round.occasion.words}
    with transaction.atomic():
        log.record(action=LogEntry.Action.CHANGED, subject=due_round.round, by=by, at=at, after=after)

"""Sending the reminders of reports that are owed, each at most once; ``skane_digi.reminders.posting`` says how."""

import datetime
from collections.abc import Iterable

from django.db import models, transaction
from django.utils import timezone

from plans import log
from plans.models import LogEntry
from skane_digi.models import GrantLetter
from skane_digi.reminders.due_duties import DueDuty, DutyLetter, due_duties, letters_about
from skane_digi.reminders.duty_letters import duty_message
from skane_digi.reminders.letters import absolute
from skane_digi.reminders.occasions import Occasion
from skane_digi.reminders.posting import UNDER_WAY, Fate, Post, RetryRefused, Sending, refuse_retry


def send_duty_reminders(*, on: datetime.date, by=None, at: datetime.datetime | None = None) -> Sending:
    """Send the reminders of reports that are due on the day, and return what was done.

    Call it outside a transaction: every claim is committed by itself. Raises ``SiteAddressMissing``.
    """
    absolute("/")
    sending = Sending(on)
    with Post() as post:
        for due in due_duties(on=on):
            if not post.is_open(sending):
                break
            _send(post, sending, due, by=by, at=at)
    return sending


def send_duty_again(*, key: str, on: datetime.date, by=None, at: datetime.datetime | None = None) -> Sending:
    """Send one letter again whose fate is unknown, or that was refused, and return what was done.

    Raises ``RetryRefused`` where it has gone or is not to be sent any more, and ``SiteAddressMissing``.
    """
    absolute("/")
    letter = GrantLetter.objects.select_related("duty__agreement__collaboration", "duty__area").filter(key=key).first()
    refuse_retry(letter, key, at=at)
    due = _due_with(letter)
    sending = Sending(on)
    with Post() as post:
        if post.is_open(sending):
            _send(post, sending, due, by=by, at=at)
    return sending


def duty_letters_of_unknown_fate(*, at: datetime.datetime | None = None) -> models.QuerySet:
    """Return the letters that were claimed and neither sent nor refused, about reports that are still owed.

    Those that a run may be sending at this moment are left out, and those that a later letter has made needless.
    """
    later = GrantLetter.objects.filter(
        duty=models.OuterRef("duty"),
        person=models.OuterRef("person"),
        claimed_at__gt=models.OuterRef("claimed_at"),
        sent_at__isnull=False,
    )
    claimed = GrantLetter.objects.filter(sent_at=None, fault="", claimed_at__lt=(at or timezone.now()) - UNDER_WAY)
    waiting = claimed.filter(~models.Exists(later), duty__done_on__isnull=True)
    return waiting.select_related("duty__agreement", "person").order_by("claimed_at", "pk")


def _send(post: Post, sending: Sending, due: DueDuty, *, by, at: datetime.datetime | None) -> None:
    before = len(sending.tried)
    _send_letters(post, sending, due.letters, at=at)
    sent = sum(one.fate == Fate.SENT for one in sending.tried[before:])
    if sent:
        after = {"påminnelser": sent, "tillfälle": due.occasion.words}
        with transaction.atomic():
            log.record(action=LogEntry.Action.CHANGED, subject=due.duty, by=by, at=at, after=after)


def _send_letters(post: Post, sending: Sending, letters: Iterable[DutyLetter], *, at) -> None:
    for due in letters:
        if not post.is_open(sending):
            return
        fresh = GrantLetter(duty=due.duty, person=due.person, occasion=due.occasion.key, address=due.person.email)
        letter = due.refused or fresh
        post.deliver(sending, due, letter, duty_message(letter, due, on=sending.on), at=at)


def _due_with(letter: GrantLetter) -> DueDuty:
    """Return the letter as due again, alone. Raises ``RetryRefused``."""
    duty = letter.duty
    if duty.done_on:
        raise RetryRefused(f"Brevet {letter.key} skickas inte: {duty.name} är redovisad den {duty.done_on}.")
    code, _, _ = letter.occasion.partition("@")
    occasion = Occasion(duty.due_on, code)
    for due in letters_about(duty, occasion):
        if due.person.pk == letter.person_id:
            again = DutyLetter(duty, occasion, due.person, due.role, refused=letter)
            return DueDuty(duty, occasion, (again,))
    raise RetryRefused(
        f"Brevet {letter.key} skickas inte: personen skriver inte budgeten längre, eller får inga påminnelser."
    )

"""Sending reminders, each at most once.

A letter's row is claimed, and the claim committed, before the letter goes to the mail server. Two who send at once
claim different letters, and a process that dies half-way leaves one row that says neither that it went nor that it was
refused: nobody but a human can tell, so it is never sent again by itself.
"""

import datetime
import enum
import smtplib
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Self

from django.core.mail import EmailMessage, get_connection
from django.db import IntegrityError, models, transaction
from django.utils import timezone

from plans import log
from plans.models import DecisionRound, LogEntry, Plan, ReminderLetter
from skane_digi.reminders.due import DueLetter, DueRound, awaited_rounds, due_rounds, is_refused, letters_in
from skane_digi.reminders.letters import absolute, message_of
from skane_digi.reminders.occasions import Occasion

PATIENCE = 30  # seconds for the mail server to answer
UNDER_WAY = datetime.timedelta(minutes=10)


class RetryRefused(Exception):
    """The letter cannot be sent again. ``reason`` is a Swedish sentence."""

    def __init__(self, reason: str):
        self.reason = reason
        super().__init__(reason)


class Fate(enum.StrEnum):
    """What became of a letter. ``UNKNOWN``: the line was cut, and the server may have taken it or not."""

    SENT = "sent"
    REFUSED = "refused"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Tried:
    """A letter that was handed to the mail server, and how that went."""

    letter: ReminderLetter
    due: DueLetter
    fate: Fate
    fault: str = ""


@dataclass(slots=True)
class Sending:
    """What a run did. ``trouble`` is why it stopped before its end, with the rest of the letters unclaimed."""

    on: datetime.date
    tried: list[Tried] = field(default_factory=list)
    trouble: str = ""

    def with_fate(self, fate: Fate) -> list[Tried]:
        return [one for one in self.tried if one.fate == fate]

    @property
    def has_failed(self) -> bool:
        """Whether a letter that was due has not gone for certain."""
        return bool(self.trouble) or any(one.fate != Fate.SENT for one in self.tried)


def send_due_reminders(
    *, on: datetime.date, by=None, plan: Plan | None = None, at: datetime.datetime | None = None
) -> Sending:
    """Send what is due on the day, in ``plan`` or in all, and return what was done; ``by`` is who asked for it.

    Call it outside a transaction: every claim is committed by itself. A letter that the server refuses does not stop
    the others and is tried again the next time, as long as its occasion is due. Raises ``SiteAddressMissing``.
    """
    absolute("/")
    sending = Sending(on)
    with _Post() as post:
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
    if letter is None:
        raise RetryRefused(f"Det finns ingen påminnelse med nyckeln {key}.")
    if letter.sent_at:
        raise RetryRefused(f"Brevet {key} har redan skickats.")
    if not is_refused(letter) and letter.claimed_at > (at or timezone.now()) - UNDER_WAY:
        raise RetryRefused(f"Brevet {key} kan vara på väg just nu. Försök igen om tio minuter.")
    due_round = _round_with(letter)
    sending = Sending(on)
    with _Post() as post:
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


class _Post:
    """A connection to the mail server that is opened when there is something to send, and anew after a fault."""

    def __init__(self):
        self.connection = get_connection(timeout=PATIENCE)
        self.is_up = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception) -> None:
        self.close()

    def close(self) -> None:
        self.is_up = False
        self.connection.close()

    def is_open(self, sending: Sending) -> bool:
        """Open the connection where it is not, and say in ``sending`` why it could not be."""
        if not self.is_up and not sending.trouble:
            try:
                self.connection.open()
            except (smtplib.SMTPException, OSError) as error:
                sending.trouble = f"E-postservern går inte att nå: {error}"
            else:
                self.is_up = True
        return self.is_up

    def send(self, message: EmailMessage) -> tuple[Fate, str]:
        """Return what became of the letter, and the fault if it did not go."""
        try:
            if self.connection.send_messages([message]):
                return Fate.SENT, ""
            fate, fault = Fate.REFUSED, "E-postservern tog inte emot brevet."
        except (smtplib.SMTPException, OSError, ValueError) as error:
            fate, fault = Fate.REFUSED if _says_no(error) else Fate.UNKNOWN, f"{type(error).__name__}: {error}"
        self.close()
        return fate, fault


def _says_no(error: Exception) -> bool:
    """Whether it is certain that the letter did not go: a server that just falls silent may have taken it."""
    return isinstance(error, smtplib.SMTPException | ValueError) and not isinstance(
        error, smtplib.SMTPServerDisconnected
    )


def _send_round(post: _Post, sending: Sending, letters: Iterable[DueLetter], *, at) -> None:
    for due in letters:
        if not post.is_open(sending):
            return
        letter = due.refused or _new_letter(due)
        message = message_of(letter, due, on=sending.on)
        if _claim(letter, due, at=at or timezone.now()):
            fate, fault = post.send(message)
            _keep(letter, fate, fault, at=at or timezone.now())
            sending.tried.append(Tried(letter, due, fate, fault))


def _new_letter(due: DueLetter) -> ReminderLetter:
    return ReminderLetter(
        version=due.version,
        organisation=due.entry.organisation,
        person=due.person,
        occasion=due.occasion.key,
        address=due.person.email,
    )


def _claim(letter: ReminderLetter, due: DueLetter, *, at: datetime.datetime) -> bool:
    """Return whether the letter is this run's to send, and no other's; it is committed that it is."""
    same = ReminderLetter.objects.filter(pk=letter.pk, sent_at=None, fault=letter.fault, claimed_at=letter.claimed_at)
    letter.claimed_at, letter.fault, letter.address = at, "", due.person.email
    try:
        with transaction.atomic(durable=True):
            if due.refused:
                return same.update(fault="", claimed_at=at, address=letter.address) == 1
            letter.save(force_insert=True)
    except IntegrityError:
        return False
    return True


def _keep(letter: ReminderLetter, fate: Fate, fault: str, *, at: datetime.datetime) -> None:
    if fate == Fate.SENT:
        letter.sent_at = at
    elif fate == Fate.REFUSED:
        letter.fault = " ".join(fault.split())[:300]
    letter.save(update_fields=["sent_at", "fault"])


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

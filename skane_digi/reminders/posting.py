"""Handing letters to the mail server, each at most once.

A letter's row is claimed, and the claim committed, before the letter goes to the mail server. Two who send at once
claim different letters, and a process that dies half-way leaves one row that says neither that it went nor that it was
refused: nobody but a human can tell, so it is never sent again by itself.
"""

import datetime
from dataclasses import dataclass, field
from typing import Protocol

from django.core.mail import EmailMessage
from django.db import IntegrityError, models, transaction
from django.utils import timezone

from skane_digi.mail_server import UNDER_WAY, Fate, MailServer, in_one_line


class RetryRefused(Exception):
    """The letter cannot be sent again. ``reason`` is a Swedish sentence."""

    def __init__(self, reason: str):
        self.reason = reason
        super().__init__(reason)


class Due(Protocol):
    """A letter that is due. ``refused`` is the same letter when the server would not have it."""

    person: object
    refused: models.Model | None


@dataclass(frozen=True, slots=True)
class Tried:
    """A letter that was handed to the mail server, and how that went."""

    letter: models.Model
    due: Due
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


class Post(MailServer):
    """The mail server, with what a run keeps of the letters that it hands over."""

    def is_open(self, sending: Sending) -> bool:
        """Open the connection where it is not, and say in ``sending`` why it could not be."""
        is_up = self.open()
        sending.trouble = self.trouble
        return is_up

    def deliver(
        self, sending: Sending, due: Due, letter: models.Model, message: EmailMessage, *, at: datetime.datetime | None
    ) -> None:
        """Claim the letter's row, send the letter and write down what became of it; nothing where another has it."""
        if _claim(letter, due, at=at or timezone.now()):
            fate, fault = self.send(message)
            _keep(letter, fate, fault, at=at or timezone.now())
            sending.tried.append(Tried(letter, due, fate, fault))


def is_refused(letter: models.Model) -> bool:
    """Whether the letter is known not to have gone: the mail server said so."""
    return letter.sent_at is None and bool(letter.fault)


def refuse_retry(letter: models.Model | None, key: str, *, at: datetime.datetime | None) -> None:
    """Raise ``RetryRefused`` for a letter that there is not, that has gone or that may be going at this moment."""
    if letter is None:
        raise RetryRefused(f"Det finns ingen påminnelse med nyckeln {key}.")
    if letter.sent_at:
        raise RetryRefused(f"Brevet {key} har redan skickats.")
    if not is_refused(letter) and letter.claimed_at > (at or timezone.now()) - UNDER_WAY:
        raise RetryRefused(f"Brevet {key} kan vara på väg just nu. Försök igen om tio minuter.")


def _claim(letter: models.Model, due: Due, *, at: datetime.datetime) -> bool:
    """Return whether the letter is this run's to send, and no other's; it is committed that it is."""
    rows = type(letter)._default_manager
    same = rows.filter(pk=letter.pk, sent_at=None, fault=letter.fault, claimed_at=letter.claimed_at)
    letter.claimed_at, letter.fault, letter.address = at, "", due.person.email
    try:
        with transaction.atomic(durable=True):
            if due.refused:
                return same.update(fault="", claimed_at=at, address=letter.address) == 1
            letter.save(force_insert=True)
    except IntegrityError:
        return False
    return True


def _keep(letter: models.Model, fate: Fate, fault: str, *, at: datetime.datetime) -> None:
    if fate == Fate.SENT:
        letter.sent_at = at
    elif fate == Fate.REFUSED:
        letter.fault = in_one_line(fault)
    letter.save(update_fields=["sent_at", "fault"])

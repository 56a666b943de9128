"""What a reminder says."""

import datetime
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import models
from django.template.loader import render_to_string
from django.urls import reverse

from plans.models import ReminderLetter
from plans.register import Standing
from skane_digi.reminders.choosing import sign
from skane_digi.reminders.due import DueLetter
from skane_digi.reminders.occasions import time_left

STATES = {
    Standing.NONE: "har inte registrerat något beslut om {plan} än.",
    Standing.UNDERWAY: "har registrerat hur ärendet bereds men inget beslut om {plan} än.",
    Standing.TABLED: "har bordlagt ärendet om {plan}. Ett beslut i sak väntas fortfarande.",
    Standing.RETURNED: "har återremitterat ärendet om {plan}. Ett beslut i sak väntas fortfarande.",
}


class SiteAddressMissing(Exception):
    """The letters' links need the site's own address."""

    def __init__(self):
        super().__init__(
            "SITE_URL saknas i miljön. Breven behöver webbplatsens adress, till exempel https://plan.example.se."
        )


def absolute(path: str) -> str:
    """Return the whole address of a path. Raises ``SiteAddressMissing``."""
    address = urlsplit(settings.SITE_URL)
    if address.scheme not in ("http", "https") or not address.hostname:
        raise SiteAddressMissing
    return f"{settings.SITE_URL.rstrip('/')}{path}"


def message_of(letter: ReminderLetter, due: DueLetter, *, on: datetime.date) -> EmailMessage:
    """Return the letter as it is sent on the day ``on``. Raises ``SiteAddressMissing``.

    Its number is the row's own, so that the same letter sent again can be told from another.
    """
    turn_off = turn_off_address(due.person, on=on)
    return addressed(letter, title=_title(due, on), body=_body(due, on, turn_off), turn_off=turn_off)


def turn_off_address(person, *, on: datetime.date) -> str:
    """Return the address in a letter of the day ``on`` that turns off the person's reminders."""
    return absolute(reverse("reminders:unsubscribe", args=[sign(person, on=on)]))


def addressed(letter: models.Model, *, title: str, body: str, turn_off: str) -> EmailMessage:
    """Return a letter to its row's address, with the row's own number."""
    headers = {
        "Message-ID": f"<{letter.key}@{urlsplit(settings.SITE_URL).hostname}>",
        "Auto-Submitted": "auto-generated",
        "List-Unsubscribe": f"<{turn_off}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    }
    return EmailMessage(title, body, to=[letter.address], headers=headers)


def _title(due: DueLetter, on: datetime.date) -> str:
    # A title that was pasted or imported may have line breaks, which no letter's subject can hold.
    plan = " ".join(due.round.plan.title.split())
    wanted_on = due.round.wanted_on
    return f"Påminnelse: beslut om {plan} {_is_wanted(wanted_on, on)} senast {wanted_on} ({due.entry.organisation})"


def _body(due: DueLetter, on: datetime.date, turn_off: str) -> str:
    plan, organisation, wanted_on = due.round.plan, due.entry.organisation, due.round.wanted_on
    context = {
        "person": due.person,
        "organisation": organisation,
        "state": STATES[due.entry.standing].format(plan=plan.title),
        "wanted": f"Beslut {_is_wanted(wanted_on, on)} senast {wanted_on}, {time_left(wanted_on, on)}.",
        "version": due.version,
        "role": due.role.label.lower(),
        "link": absolute(reverse("decisions:organisation", args=[plan.slug, organisation.code])),
        "turn_off": turn_off,
        "operator": settings.OPERATOR,
    }
    return render_to_string("reminders/email/reminder.txt", context)


def _is_wanted(wanted_on: datetime.date, on: datetime.date) -> str:
    return "önskas" if on <= wanted_on else "önskades"

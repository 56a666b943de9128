"""Whether a person wants reminders, and the signed address in each letter that turns them off without a sign-in."""

import datetime

from django.contrib.auth import get_user_model
from django.core import signing
from django.db import transaction

from plans import log
from plans.models import LetterChoice, LogEntry

LASTS = datetime.timedelta(days=365)
SIGNER = signing.Signer(salt="skane_digi.reminders.unsubscribe")


def wants_reminders(person) -> bool:
    """Whether the person wants reminders; who has said nothing does."""
    return not LetterChoice.objects.filter(person=person, wants_reminders=False).exists()


@transaction.atomic
def choose_letters(
    *, person, wants_reminders: bool, by, through: str = "", at: datetime.datetime | None = None
) -> bool:
    """Keep whether the person wants reminders, and return whether that is a change.

    ``through`` says in the log how it was chosen, where nobody had signed in (``by`` is ``None``).
    """
    if not wants_reminders:
        LetterChoice.objects.get_or_create(person=person)
    choice = LetterChoice.objects.select_for_update().filter(person=person).first()
    if choice is None or choice.wants_reminders == wants_reminders:
        return False
    choice.wants_reminders = wants_reminders
    choice.save(update_fields=["wants_reminders"])
    before, after = {"wants_reminders": not wants_reminders}, {"wants_reminders": wants_reminders}
    if through:
        after["genom"] = through
    log.record(action=LogEntry.Action.CHANGED, subject=choice, by=by, at=at, before=before, after=after)
    return True


def sign(person, *, on: datetime.date) -> str:
    """Return the last part of the address that turns off the person's reminders, signed on the day ``on``."""
    return SIGNER.sign(f"{person.pk}.{on:%Y%m%d}")


def person_of(signed: str, *, on: datetime.date):
    """Return whose reminders the address turns off; ``None`` where it is not ours or is more than a year old."""
    try:
        pk, told = SIGNER.unsign(signed).split(".")
    except signing.BadSignature:
        return None
    signed_on = datetime.date.fromisoformat(told)
    if on - signed_on > LASTS:
        return None
    return get_user_model().objects.filter(pk=pk).first()

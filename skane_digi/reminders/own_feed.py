"""A reader's own calendar: what is public, and the reports of state grants that they may see.

A calendar program does not sign in. So a person has a signed address of their own, that shows what they may see at the
moment it is asked for, and that ends when their password is changed or their account is closed.
"""

import datetime
import hashlib
from collections import defaultdict
from collections.abc import Iterator

from django.contrib.auth import get_user_model
from django.core import signing
from django.urls import reverse

from budgets.models import GrantDuty
from plans import permissions
from plans.models import LogEntry
from plans.places import reference_of
from skane_digi.reminders.dates import Date, Feed, public_feed

REPORT = "Redovisning av statsbidrag"
SIGNER = signing.Signer(salt="skane_digi.reminders.own_feed")
IN_NO_LOG = datetime.datetime(2000, 1, 1, tzinfo=datetime.UTC)  # a row that came with the fixtures
TOLD = ("name", "report_to", "due_on", "done_on", "responsible")


def own_feed(person) -> Feed:
    """Return the dates that are public and those of the grants that ``person`` may see now."""
    feed = public_feed()
    dates = sorted([*feed.dates, *_duties(person)], key=lambda date: (date.on, date.uid))
    return Feed(feed.name, tuple(dates))


def sign_feed(person) -> str:
    """Return the last part of the address of the person's own calendar."""
    return SIGNER.sign(f"{person.pk}.{_seal(person)}")


def calendar_path(person) -> str:
    """Return the calendar's address to subscribe to: the person's own where they may see grants, else everyone's."""
    if permissions.can_view_grants(person):
        return reverse("reminders:own-calendar", args=[sign_feed(person)])
    return reverse("reminders:calendar")


def owner_of(signed: str):
    """Return whose calendar the address is; ``None`` where it is not ours, or has ended."""
    try:
        pk, seal = SIGNER.unsign(signed).split(".")
    except (signing.BadSignature, ValueError):
        return None
    person = get_user_model().objects.filter(pk=pk, is_active=True).first()
    return person if person is not None and _seal(person) == seal else None


def _seal(person) -> str:
    """Return what is another when the person's password is."""
    return hashlib.sha256(person.get_session_auth_hash().encode()).hexdigest()[:16]


def _duties(person) -> Iterator[Date]:
    duties = [
        duty
        for duty in GrantDuty.objects.select_related("agreement", "area").order_by("due_on", "pk")
        if permissions.can_view_grants(person, duty.agreement.collaboration_id)
    ]
    written = _written(duties)
    for duty in duties:
        written_at, changes = written[reference_of(duty)[1]]
        done = f" Redovisad {duty.done_on}." if duty.done_on else ""
        responsible = duty.responsible or duty.agreement.responsible
        by_whom = f" Ansvarig: {responsible.rstrip('.')}." if responsible else ""
        yield Date(
            uid=f"redovisning-{duty.key}",
            on=duty.due_on,
            title=f"{'Redovisad' if duty.done_on else 'Redovisas senast'}: {duty.name} ({duty.agreement})",
            text=f"{duty.name} lämnas till {duty.report_to} senast den här dagen.{done}{by_whom}",
            path=f"{reverse('grants:agreement', args=[duty.agreement.slug])}#redovisning",
            category=REPORT,
            written_at=written_at,
            sequence=changes,
        )


def _written(duties: list[GrantDuty]) -> dict[str, tuple[datetime.datetime, int]]:
    """Return when what the calendar tells of each duty was last written, and how often it was changed, by its key."""
    found: dict[str, tuple[datetime.datetime, int]] = defaultdict(lambda: (IN_NO_LOG, 0))
    if duties:
        keys = [reference_of(duty)[1] for duty in duties]
        entries = LogEntry.objects.filter(subject=GrantDuty._meta.label_lower, subject_key__in=keys)
        for key, action, at, after in entries.values_list("subject_key", "action", "at", "after"):
            if set(after) & set(TOLD):
                last, changes = found[key]
                found[key] = max(last, at), changes + (action == LogEntry.Action.CHANGED)
    return found

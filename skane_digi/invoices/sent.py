"""Which invoices have gone out to their buyers, and when."""

import datetime
from collections.abc import Collection

from django.db.models import Q

from skane_digi.models import InvoiceSending

WENT_OUT = (
    Q(sent_at__isnull=False) | Q(outcome=InvoiceSending.Outcome.ARRIVED) | Q(channel=InvoiceSending.Channel.OTHER)
) & ~Q(outcome=InvoiceSending.Outcome.LOST)
REMINDER = "reminder-"


def sent_at(invoices: Collection[int] | None = None) -> dict[int, datetime.datetime]:
    """Return when each invoice went out first, by the invoice's id; without ``invoices``, all of them."""
    return _times(InvoiceSending.objects.exclude(occasion__startswith=REMINDER), invoices, newest=False)


def reminded_at(invoices: Collection[int] | None = None) -> dict[int, datetime.datetime]:
    """Return when each invoice was last reminded of."""
    return _times(InvoiceSending.objects.filter(occasion__startswith=REMINDER), invoices, newest=True)


def _times(sendings, invoices: Collection[int] | None, *, newest: bool) -> dict[int, datetime.datetime]:
    found = sendings.filter(WENT_OUT)
    if invoices is not None:
        found = found.filter(invoice__in=invoices)
    rows = found.values_list("invoice_id", "sent_at", "claimed_at")
    times = sorted(((pk, sent or claimed) for pk, sent, claimed in rows), key=lambda row: row[1], reverse=not newest)
    return dict(times)

"""Which day it is, where the plan is written."""

import datetime

from django.utils import timezone


def day_of(at: datetime.datetime | None = None) -> datetime.date:
    """Return the day of ``at`` in the site's own time zone; today without ``at``."""
    return (at or timezone.now()).astimezone(timezone.get_default_timezone()).date()

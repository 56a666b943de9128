"""When a reminder is due: 30, 7 and 1 days before the wanted day, and every week after it. No database, no clock."""

import datetime
from dataclasses import dataclass

DAYS_BEFORE = (30, 7, 1)
WEEK = 7
MOST_WEEKS = 99  # what the log's column holds, and two years too late


@dataclass(frozen=True, slots=True)
class Occasion:
    """An occasion to remind: so many days before the wanted day, or so many weeks after it.

    ``code`` is ``30``, ``7``, ``1``, ``+1``, ``+2`` …
    """

    wanted_on: datetime.date
    code: str

    @property
    def key(self) -> str:
        """What the log knows it by: ``30@261201``. When the wanted day is moved the reminders begin anew."""
        return f"{self.code}@{self.wanted_on:%y%m%d}"

    @property
    def words(self) -> str:
        return words_of(self.key)


def occasion_of(wanted_on: datetime.date, day: datetime.date) -> Occasion | None:
    """Return the occasion that is due on ``day``: the last one that has come, ``None`` before the first.

    An occasion is due until the next one comes. So one that was missed is made good on any later day, once, and of
    several that were missed only the last.
    """
    days_left = (wanted_on - day).days
    if weeks_late := max(0, -days_left) // WEEK:
        return Occasion(wanted_on, f"+{min(weeks_late, MOST_WEEKS)}")
    come = [days for days in DAYS_BEFORE if days_left <= days]
    return Occasion(wanted_on, str(come[-1])) if come else None


def words_of(key: str) -> str:
    """Return in Swedish which occasion a key in the log means: ``7 dagar före 2026-12-01``."""
    code, _, told = key.partition("@")
    if not told:
        return key
    wanted_on = f"20{told[:2]}-{told[2:4]}-{told[4:]}"
    number = int(code)
    if code.startswith("+"):
        return f"{number} {'vecka' if number == 1 else 'veckor'} efter {wanted_on}"
    return f"{number} {'dag' if number == 1 else 'dagar'} före {wanted_on}"


def time_left(wanted_on: datetime.date, day: datetime.date) -> str:
    """Return how far off the wanted day is, as the end of a sentence: ``om 7 dagar``, ``för 3 dagar sedan``."""
    days_left = (wanted_on - day).days
    named = {0: "i dag", 1: "i morgon", -1: "i går"}
    if days_left in named:
        return named[days_left]
    return f"om {days_left} dagar" if days_left > 0 else f"för {-days_left} dagar sedan"

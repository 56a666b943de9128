"""Reminders come 30, 7 and 1 days before the wanted day, then weekly."""

import datetime

import pytest

from skane_digi.reminders.occasions import MOST_WEEKS, occasion_of, time_left, words_of

WANTED_ON = datetime.date(2026, 12, 1)


def code_on(days_after: int) -> str | None:
    """Return the code of the occasion due so many days after the wanted day; before it where that is negative."""
    occasion = occasion_of(WANTED_ON, WANTED_ON + datetime.timedelta(days=days_after))
    return occasion.code if occasion else None


EXPECTED = {
    **dict.fromkeys(range(-40, -30)),
    **dict.fromkeys(range(-30, -7), "30"),
    **dict.fromkeys(range(-7, -1), "7"),
    **dict.fromkeys(range(-1, 7), "1"),
    **dict.fromkeys(range(7, 14), "+1"),
    **dict.fromkeys(range(14, 21), "+2"),
    **dict.fromkeys(range(21, 28), "+3"),
    **dict.fromkeys(range(28, 31), "+4"),
}


@pytest.mark.parametrize("days_after", range(-40, 31))
def test_every_day_from_forty_before_to_thirty_after_has_its_occasion(days_after):
    assert code_on(days_after) == EXPECTED[days_after]


def test_run_daily_each_occasion_comes_on_its_day_and_no_other():
    began = {}
    for days_after in range(-40, 31):
        if code := code_on(days_after):
            began.setdefault(code, days_after)
    assert began == {"30": -30, "7": -7, "1": -1, "+1": 7, "+2": 14, "+3": 21, "+4": 28}


def test_of_occasions_that_were_missed_only_the_last_is_due():
    assert code_on(-5) == "7"
    assert code_on(16) == "+2"


def test_a_wanted_day_that_is_moved_begins_anew():
    day = WANTED_ON - datetime.timedelta(days=5)
    later = WANTED_ON + datetime.timedelta(days=20)
    assert occasion_of(WANTED_ON, day).key == "7@261201"
    assert occasion_of(later, day).key == "30@261221"


def test_the_key_fits_its_column_however_late_it_is():
    last = occasion_of(WANTED_ON, WANTED_ON + datetime.timedelta(days=7_000))
    assert last.code == f"+{MOST_WEEKS}"
    assert len(last.key) == 10


@pytest.mark.parametrize(
    ("key", "words"),
    [
        ("30@261201", "30 dagar före 2026-12-01"),
        ("1@261201", "1 dag före 2026-12-01"),
        ("+1@261201", "1 vecka efter 2026-12-01"),
        ("+12@261201", "12 veckor efter 2026-12-01"),
    ],
)
def test_a_key_is_read_in_words(key, words):
    assert words_of(key) == words


@pytest.mark.parametrize(
    ("days_left", "words"),
    [(30, "om 30 dagar"), (1, "i morgon"), (0, "i dag"), (-1, "i går"), (-8, "för 8 dagar sedan")],
)
def test_how_far_off_it_is_in_words(days_left, words):
    assert time_left(WANTED_ON, WANTED_ON - datetime.timedelta(days=days_left)) == words

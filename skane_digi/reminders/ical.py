"""A feed as iCalendar (RFC 5545): all-day events. The same dates give the same bytes, whenever they are asked for."""

import datetime
import hashlib
from collections.abc import Callable

from icalendar import Calendar, Event

from skane_digi.reminders.dates import Date, Feed

PRODID = "-//Skanegemensam digitalisering//Handlingsplaner//SV"
DAY = datetime.timedelta(days=1)
HOW_OFTEN = datetime.timedelta(hours=12)


def as_ical(feed: Feed, *, address: Callable[[str], str]) -> bytes:
    """Return the feed as a calendar file in UTF-8; ``address`` makes a path a whole address."""
    calendar = Calendar()
    calendar.add("prodid", PRODID)
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", "PUBLISH")
    calendar.add("name", _plain(feed.name))
    calendar.add("x-wr-calname", _plain(feed.name))
    calendar.add("refresh-interval", HOW_OFTEN, parameters={"VALUE": "DURATION"})
    for date in feed.dates:
        calendar.add_component(_event(date, address(date.path)))
    return calendar.to_ical()


def _event(date: Date, link: str) -> Event:
    event = Event()
    event.add("uid", date.uid)
    event.add("dtstamp", date.written_at.astimezone(datetime.UTC).replace(microsecond=0))
    event.add("sequence", date.sequence)
    event.add("dtstart", date.on)
    event.add("dtend", date.on + DAY)
    event.add("summary", _plain(date.title))
    event.add("description", f"{_plain(date.text)}\n\n{link}")
    event.add("url", link)
    event.add("categories", [date.category])
    event.add("transp", "TRANSPARENT")
    return event


def _plain(text: str) -> str:
    """Return the text on one line, without what a calendar file cannot carry."""
    return " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())


def etag_of(content: bytes) -> str:
    return f'"{hashlib.sha256(content).hexdigest()[:32]}"'

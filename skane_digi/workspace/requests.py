"""Numbers as a form sends them. What is no number at all is none."""

from collections.abc import Mapping

from django.http import QueryDict

LONGEST = 12


def number_in(sent: Mapping[str, str], name: str) -> int | None:
    """Return the whole number sent under ``name``, ``None`` where nothing or something else was."""
    return _number(sent.get(name, ""))


def numbers_in(sent: QueryDict, name: str) -> list[int]:
    """Return every whole number sent under ``name``."""
    return [number for text in sent.getlist(name) if (number := _number(text)) is not None]


def _number(text: str) -> int | None:
    text = text.strip()
    digits = text.removeprefix("-")
    return int(text) if digits.isascii() and digits.isdigit() and len(digits) <= LONGEST else None

"""Swedish order and letters on both engines.

PostgreSQL gets an ICU collation named ``sv_se`` from a migration; SQLite gets the same name for each connection.
"""

import re

from django.db.backends.signals import connection_created
from django.db.models import F
from django.db.models.functions import Collate

SWEDISH = "sv_se"
_ALPHABET = {letter: index for index, letter in enumerate(" -0123456789abcdefghijklmnopqrstuvwxyzåäö")}
_SAME_AS = str.maketrans({"é": "e", "è": "e", "ü": "y", "á": "a", "à": "a", "æ": "ä", "ø": "ö", "–": "-"})


def swedish_key(text: str) -> tuple:
    """Return a sort key that puts å, ä and ö last, whatever the case."""
    folded = text.casefold().translate(_SAME_AS)
    return tuple(_ALPHABET.get(letter, 100 + ord(letter)) for letter in folded), text


def in_swedish_order(field: str):
    """Return an ordering expression for the text ``field`` by the Swedish alphabet."""
    return Collate(F(field), SWEDISH)


def _compare(one: str, other: str) -> int:
    first, second = swedish_key(one), swedish_key(other)
    return (first > second) - (first < second)


def _like(pattern: str | None, value: str | None, escape: str = "") -> bool | None:
    """SQLite's LIKE for all letters: the built-in one folds the case of a-z only."""
    if pattern is None or value is None:
        return None
    parts, literal = [], False
    for letter in str(pattern):
        if literal:
            parts.append(re.escape(letter))
            literal = False
        elif escape and letter == escape:
            literal = True
        else:
            parts.append({"%": ".*", "_": "."}.get(letter, re.escape(letter)))
    return re.fullmatch("".join(parts), str(value), re.IGNORECASE | re.DOTALL) is not None


def _teach_sqlite(sender, connection, **kwargs) -> None:
    if connection.vendor == "sqlite":
        connection.connection.create_collation(SWEDISH, _compare)
        connection.connection.create_function("like", 2, _like, deterministic=True)
        connection.connection.create_function("like", 3, _like, deterministic=True)


def register() -> None:
    """Teach every new SQLite connection Swedish."""
    connection_created.connect(_teach_sqlite, dispatch_uid="plans.collation")

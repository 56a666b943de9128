"""Which of the database's own triggers are in place, on either engine."""

from collections.abc import Iterable

from django.db.backends.base.base import BaseDatabaseWrapper

_QUESTIONS = {
    "postgresql": "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgenabled IN ('O', 'A')",
    "sqlite": "SELECT name FROM sqlite_master WHERE type = 'trigger'",
}


def missing_of(connection: BaseDatabaseWrapper, names: Iterable[str]) -> tuple[str, ...]:
    """Return those of ``names`` that are not in place, or are turned off."""
    with connection.cursor() as cursor:
        cursor.execute(_QUESTIONS[connection.vendor])
        there = {name for (name,) in cursor.fetchall()}
    return tuple(name for name in names if name not in there)

"""System checks that keep the demonstration out of production."""

from django.conf import settings
from django.core.checks import Error, Tags, register
from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError, connections

from skane_digi import demo


def _demo_account_names(alias: str) -> list[str]:
    """Return the demo accounts in a database; none where it cannot be reached or has no tables yet."""
    try:
        return list(demo.demo_users().using(alias).order_by("username").values_list("username", flat=True))
    except DatabaseError:
        return []


def _accounts_in(aliases) -> list[Error]:
    if settings.DEMO:
        return []
    return [
        Error(
            f"Databasen {alias} innehåller demokonton: {', '.join(names)}.",
            hint="Konton tas aldrig bort. Börja med en ny databas (DATABASE_URL).",
            id="skane_digi.E001",
        )
        for alias in aliases
        if (names := _demo_account_names(alias))
    ]


@register(Tags.security, deploy=True)
def demo_is_off(app_configs, **kwargs) -> list[Error]:
    """A site that is served to others does not run with DEMO=1."""
    if not settings.DEMO:
        return []
    return [
        Error(
            "DEMO är på, och då finns konton vars lösenord alla kan läsa.",
            hint="Ta bort DEMO ur miljön innan webbplatsen tas i drift.",
            id="skane_digi.E002",
        )
    ]


@register(Tags.security, Tags.database)
def no_demo_accounts(app_configs, databases=None, **kwargs) -> list[Error]:
    """Outside the demonstration no database that is asked about holds its accounts, so that ``migrate`` refuses."""
    return _accounts_in(databases or [])


@register(Tags.security, deploy=True)
def no_demo_accounts_at_deployment(app_configs, databases=None, **kwargs) -> list[Error]:
    """``check --deploy`` looks in every database; where some are named, the check above has looked in those."""
    return [] if databases else _accounts_in(connections)


def refuse_demo_accounts() -> None:
    """Raise ``ImproperlyConfigured`` where a server is about to serve demo accounts outside the demonstration."""
    if errors := _accounts_in(connections):
        raise ImproperlyConfigured(" ".join(f"{error.msg} {error.hint}" for error in errors))

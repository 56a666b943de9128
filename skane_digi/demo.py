"""The demonstration: the content it starts from and the accounts that may sign in to it.

The accounts have a password that anyone can read here, so they exist only where ``settings.DEMO`` is on;
``skane_digi.checks`` refuses a production site that holds one.
"""

from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group, Permission
from django.core.management import call_command
from django.db import transaction

from plans.models import Collaboration, Organisation, Plan

DOMAIN = "demo.example"
PASSWORD = "lysande-rapsfalt-i-maj"  # noqa: S105 the demonstration's, printed when it starts
DRAFT_READERS = "Läser utkast"


@dataclass(frozen=True, slots=True)
class Account:
    """A demo account; ``role`` says in Swedish what it may do."""

    email: str
    first_name: str
    last_name: str
    role: str
    is_superuser: bool = False


ACCOUNTS = (
    Account(f"admin@{DOMAIN}", "Alva", "Administratör", "Administratör: får se och ändra allt", is_superuser=True),
    Account(f"redaktor@{DOMAIN}", "Ruben", "Redaktör", "Redaktör: läser planer och budget, även utkast"),
)


def fixture_paths() -> list[Path]:
    """Return the fixture files in the order they are to be loaded."""
    return sorted(path for folder in settings.FIXTURE_DIRS for path in Path(folder).glob("*.json"))


def load_fixtures() -> None:
    """Load every organisation, key figure, plan and budget, or nothing when one of them fails."""
    call_command("loaddata", *map(str, fixture_paths()), verbosity=0)


def has_content() -> bool:
    """Whether anything that the fixtures carry is in the database already."""
    return any(model.objects.exists() for model in (Plan, Collaboration, Organisation))


def demo_users():
    """Return the accounts of the demonstration's e-mail domain, whoever made them."""
    users = get_user_model().objects
    return users.filter(username__iendswith=f"@{DOMAIN}") | users.filter(email__iendswith=f"@{DOMAIN}")


def draft_readers() -> Group:
    """Return the group that reads plans and budgets in the administration, made when it is missing."""
    group, is_new = Group.objects.get_or_create(name=DRAFT_READERS)
    if is_new:
        group.permissions.set(
            Permission.objects.filter(content_type__app_label__in=["plans", "budgets"], codename__startswith="view_")
        )
    return group


@transaction.atomic
def create_accounts() -> list[Account]:
    """Make the demo accounts that are missing and return them. One that exists is left as it is."""
    users = get_user_model().objects
    created = []
    for account in ACCOUNTS:
        if users.filter(username=account.email).exists():
            continue
        user = users.create_user(
            account.email,
            email=account.email,
            password=PASSWORD,
            first_name=account.first_name,
            last_name=account.last_name,
            is_staff=True,
            is_superuser=account.is_superuser,
        )
        if not account.is_superuser:
            user.groups.add(draft_readers())
        created.append(account)
    return created

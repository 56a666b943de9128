"""The demonstration: the content it starts from and the accounts that may sign in to it.

The accounts have a password that anyone can read here, so they exist only where ``settings.DEMO`` is on;
``skane_digi.checks`` refuses a production site that holds one.
"""

from dataclasses import dataclass
from pathlib import Path

from allauth.account.models import EmailAddress
from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.db import transaction

from plans.models import Collaboration, Organisation, Plan, RoleAssignment
from plans.roles import Role

DOMAIN = "demo.example"
ECONOMIST = f"ekonom@{DOMAIN}"
PASSWORD = "lysande-rapsfalt-i-maj"  # noqa: S105 the demonstration's, printed when it starts


@dataclass(frozen=True, slots=True)
class Account:
    """A demo account; ``task`` says in Swedish what it may do, ``organisation`` is the code of the role's."""

    email: str
    first_name: str
    last_name: str
    role: Role
    task: str
    organisation: str = ""
    is_superuser: bool = False


ACCOUNTS = (
    Account(
        f"admin@{DOMAIN}",
        "Alva",
        "Administratör",
        Role.ADMINISTRATOR,
        "Administratör: får se och ändra allt, bjuder in andra",
        is_superuser=True,
    ),
    Account(f"redaktor@{DOMAIN}", "Ruben", "Redaktör", Role.EDITOR, "Redaktör i SGD: skriver planer och budget"),
    Account(
        f"ordforande@{DOMAIN}",
        "Ofelia",
        "Ordförande",
        Role.CHAIR,
        "Ordförande i SGD: skriver planer och budget, öppnar remisser",
    ),
    Account(
        ECONOMIST,
        "Emil",
        "Ekonom",
        Role.ECONOMIST,
        "Ekonom: läser utkast, ändrar budget och nycklar, fakturerar huvudmännen",
    ),
    Account(
        f"registrator@{DOMAIN}",
        "Rakel",
        "Registrator",
        Role.REGISTRAR,
        "Registrator i Eslövs kommun: läser och svarar på remisser",
        organisation="1285",
    ),
    Account(f"lasare@{DOMAIN}", "Lars", "Läsare", Role.READER, "Läsare: läser remisser"),
    Account(f"revisor@{DOMAIN}", "Regina", "Revisor", Role.AUDITOR, "Revisor: läser allt, ändrar inget"),
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
            is_staff=account.is_superuser,
            is_superuser=account.is_superuser,
        )
        EmailAddress.objects.create(user=user, email=account.email, verified=True, primary=True)
        give_role(user, account)
        created.append(account)
    return created


def give_role(user, account: Account) -> None:
    """Give the account its role in every collaboration that the demonstration has."""
    organisation = Organisation.objects.filter(code=account.organisation).first() if account.organisation else None
    if account.organisation and organisation is None:
        return
    for collaboration in Collaboration.objects.all():
        RoleAssignment.objects.create(
            person=user, role=account.role, collaboration=collaboration, organisation=organisation
        )

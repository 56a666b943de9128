"""Freeze a plan and send it for decision."""

import argparse
import datetime

from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError
from django.db.models import Q

from budgets.money import plain
from plans.models import Plan
from plans.steps import StepRefused
from skane_digi import workflows
from skane_digi.management.commands.check_plan import find_plan


class Command(BaseCommand):
    help = (
        "Frys en handlingsplan som en ny version och sänd den för beslut. Den fryses inte om uppgifter i den inte "
        "stämmer eller saknas; de räknas upp och inget ändras. Utgångsstatus 0 när planen är fryst, 1 annars."
    )

    def add_arguments(self, parser):
        parser.add_argument("plan", metavar="PLAN", help="planens kortnamn, till exempel 2025")
        parser.add_argument("--reason", required=True, metavar="SKÄL", help="varför planen fryses")
        parser.add_argument("--by", required=True, metavar="E-POST", help="den som fryser planen, ordförande i SGD")
        parser.add_argument("--wanted-on", type=day, metavar="DAG", help="dag då besluten önskas, som 2025-03-01")

    def handle(self, *args, **options) -> None:
        plan, by = find_plan(options["plan"]), find_person(options["by"])
        try:
            version = workflows.submit_plan(plan=plan, reason=options["reason"], wanted_on=options["wanted_on"], by=by)
        except StepRefused as refusal:
            raise CommandError("\n".join([refusal.reason, *_listed(plan)])) from refusal
        self.stdout.write(f"{plan} är fryst som version {version.number}, fingeravtryck {version.fingerprint}.")


def day(text: str) -> datetime.date:
    """Return the day that is written as 2024-03-01. Raises ``ArgumentTypeError``, whose text argparse shows."""
    try:
        return datetime.date.fromisoformat(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"”{text}” är ingen dag. Skriv den som 2024-03-01.") from error


def find_person(email: str):
    """Return the one account with this address, or say that there is none or several."""
    people = get_user_model().objects.filter(Q(username__iexact=email) | Q(email__iexact=email))[:2]
    if len(people) != 1:
        raise CommandError(f"{'Flera konton' if people else 'Inget konto'} har e-postadressen {email}.")
    return people[0]


def _listed(plan: Plan) -> list[str]:
    if plan.is_locked:
        return []
    return [plain(f"  - {finding.text} ({finding.where})") for finding in workflows.hindrances(plan)]

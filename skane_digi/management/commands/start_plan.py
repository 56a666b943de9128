"""Start next year's plan from this one."""

import json

from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.db.models import Q

from plans.models import Plan
from plans.permissions import can_start_plan
from plans.rollover import RolledArea
from plans.rollover_choices import ENDED, RENAMED, AreaChoice, RolloverError
from skane_digi.workflows import StartedPlan, start_next_plan


class Command(BaseCommand):
    help = (
        "Börja en ny handlingsplan ur en tidigare. Texter, mål, ansvar och pågående aktiviteter följer med, belopp "
        "inte. Ett område som inte nämns fortsätter. Den nya planen är ett utkast, och den gamla ändras inte."
    )

    def add_arguments(self, parser):
        parser.add_argument("plan", help="kortnamnet på planen att utgå från, till exempel 2024")
        parser.add_argument(
            "--year", type=int, action="append", required=True, metavar="ÅR", help="verksamhetsår; kan upprepas"
        )
        parser.add_argument("--slug", default="", help="kortnamn i adressen; åren om inget annat sägs")
        parser.add_argument("--title", default="", help="titel; den gamla med nya år om inget annat sägs")
        parser.add_argument(
            "--end", action="append", default=[], metavar="OMRÅDE", help="avsluta området; kan upprepas, se --reason"
        )
        parser.add_argument(
            "--reason", action="append", default=[], metavar="SKÄL", help="skälet, ett för varje --end i samma ordning"
        )
        parser.add_argument(
            "--rename", action="append", default=[], metavar="OMRÅDE=NAMN", help="byt områdets namn; kan upprepas"
        )
        parser.add_argument(
            "--without-unfinished",
            action="store_true",
            help="lämna aktiviteterna från den gamla planens sista år",
        )
        parser.add_argument("--by", metavar="E-POST", default="", help="den som börjar planen; skrivs i loggen")
        parser.add_argument("--dry-run", action="store_true", help="visa vad som skulle göras och ändra ingenting")
        parser.add_argument("--format", choices=["text", "json"], default="text", help="text om inget annat sägs")

    def handle(self, *args, **options):
        plan = _find(options["plan"])
        by = _person(options["by"], plan) if options["by"] else None
        choices = _choices(options)
        with transaction.atomic():
            try:
                started = start_next_plan(
                    plan=plan,
                    years=options["year"],
                    slug=options["slug"],
                    title=options["title"],
                    choices=choices,
                    with_unfinished=not options["without_unfinished"],
                    by=by,
                )
            except RolloverError as error:
                raise CommandError("\n".join(error.reasons.values())) from error
            if options["format"] == "json":
                text = json.dumps(_as_json(started, is_trial=options["dry_run"]), ensure_ascii=False, indent=2)
            else:
                text = "\n".join(_lines(started, is_trial=options["dry_run"]))
            transaction.set_rollback(options["dry_run"])
        self.stdout.write(text)


def _find(slug: str) -> Plan:
    plan = Plan.objects.filter(slug=slug).first()
    if plan is None:
        slugs = ", ".join(Plan.objects.values_list("slug", flat=True)) or "inga"
        raise CommandError(f"Det finns ingen handlingsplan med kortnamnet ”{slug}”. De som finns: {slugs}.")
    return plan


def _person(email: str, plan: Plan):
    people = get_user_model().objects.filter(Q(username__iexact=email) | Q(email__iexact=email))[:2]
    if len(people) != 1:
        raise CommandError(f"{'Flera konton' if people else 'Inget konto'} har e-postadressen {email}.")
    if not can_start_plan(people[0], plan):
        raise CommandError(f"{email} får inte börja en plan.")
    return people[0]


def _choices(options: dict) -> dict[str, AreaChoice]:
    if len(options["end"]) != len(options["reason"]):
        raise CommandError("Varje --end behöver ett --reason, i samma ordning.")
    choices = {}
    for slug, reason in zip(options["end"], options["reason"], strict=True):
        _choose(choices, slug, AreaChoice(ENDED, reason=reason))
    for rename in options["rename"]:
        slug, equals, name = rename.partition("=")
        if not equals:
            raise CommandError(f"Skriv --rename som OMRÅDE=NAMN, inte ”{rename}”.")
        _choose(choices, slug.strip(), AreaChoice(RENAMED, name=name))
    return choices


def _choose(choices: dict[str, AreaChoice], slug: str, choice: AreaChoice) -> None:
    if slug in choices:
        raise CommandError(f"Området ”{slug}” nämns två gånger.")
    choices[slug] = choice


def _lines(started: StartedPlan, *, is_trial: bool) -> list[str]:
    plan, text, budget = started.plan, started.text, started.budget
    heading = "Prov, ingenting är ändrat. Så här skulle" if is_trial else "Så här har"
    lines = [
        f"{heading} {plan} ({plan.slug}, {plan.years_text}) {'börjas' if is_trial else 'börjats'} ur {text.source}:",
        *(f"  {_area_line(area)}" for area in text.areas),
        f"  Avsnitt: {text.section_count}. Bevakade frågor: {text.watched_count}. Tabellnoter: {budget.note_count}.",
        "  Belopp och ekonomitexter följer inte med. Den gamla planens poster visas som jämförelseår.",
    ]
    if not budget.bases:
        return [*lines, f"  {text.source} har inget fördelningsunderlag, så den nya planen får inget."]
    return [
        *lines,
        *(f"  Fördelningsunderlag {basis}" for basis in budget.bases),
        *(f"  Avvikande fördelning {use}" for use in budget.uses),
    ]


def _area_line(area: RolledArea) -> str:
    if area.after is None:
        return f"{area.before.title}: avslutas. {area.lineage.reason}"
    name = f" till {area.after.title}" if area.kind == RENAMED else ""
    activities = "1 aktivitet" if area.activity_count == 1 else f"{area.activity_count} aktiviteter"
    return f"{area.before.title}: {area.kind.label}{name}, {area.goal_count} mål, {activities}."


def _as_json(started: StartedPlan, *, is_trial: bool) -> dict:
    return {
        "plan": started.plan.slug,
        "title": started.plan.title,
        "years": [row.year for row in started.plan.years.all()],
        "from": started.text.source.slug,
        "dry_run": is_trial,
        "areas": [
            {
                "before": area.before.slug,
                "after": area.after.slug if area.after else None,
                "kind": area.kind.value,
                "reason": area.lineage.reason,
                "goals": area.goal_count,
                "activities": area.activity_count,
            }
            for area in started.text.areas
        ],
        "cost_bases": [
            {
                "year": basis.plan_year.year,
                "rule": basis.rule.slug,
                "figures": basis.figure_set.reference_date.isoformat(),
            }
            for basis in started.budget.bases
        ],
    }

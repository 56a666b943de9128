"""Show what each organisation would pay of a plan year if something were otherwise. Nothing is written."""

import argparse
import csv
import json
from decimal import Decimal

from django.core.management.base import BaseCommand, CommandError, CommandParser

from budgets.allocation import AllocationError
from budgets.models import Scenario
from budgets.money import format_amount, format_kr, plain
from budgets.scenario_editing import read_scenario
from budgets.scenario_effect import Against, Change, Effect, LineChange, OrganisationEffect, effect_of
from budgets.scenario_text import ADDED, AMOUNTS, DAYS, DROPPED, JOINING, LEAVING, RULE, RULES, changes_from
from budgets.scenario_words import Names, in_words
from budgets.scenarios import Changes, ScenarioRefused, line_name
from budgets.year_basis import YearBasis, load_year
from plans.models import Plan

DESCRIPTION = """\
Räknar ut vad varje organisation skulle betala av ett verksamhetsår om något vore annorlunda. Inget sparas.

Utan ändringar visas året som det är. Jämförelsen är med det som är beslutat för året, annars med utkastet som det är
nu, annars med det senaste beslutade året.
"""
EPILOG = """\
formaten:
  text  för ögat, med svenska tal
  csv   UTF-8, semikolon mellan fälten, decimalpunkt; sista raden har tom kod och är summan
  json  {"plan", "year", "compared_with", "changes": [text], "total": {"before", "after", "change", "percent"},
        "organisations": [{"code", "name", "before", "after", "change", "percent", "lines": [{"key", "name", "before",
        "after", "change"}]}]}; belopp är text i kronor med två decimaler, null där det inte finns något att ange

Posternas nycklar visas med --lines. Flaggorna kan upprepas och läggs till det som --scenario säger.

exempel:
  manage.py simulate 2024 --year 2024 --figures folkmangd@2024-12-31
  manage.py simulate 2024 --year 2024 --without 1285 --with 1380:kommunerna --format csv
  manage.py simulate 2024 --year 2024 --add "journal:Förstudie:250000"

utgångsstatus: 0 när allt är uträknat, annars 1 (fel i uppgifterna) eller 2 (fel i kommandoraden)
"""
TEXTS = {
    "set": AMOUNTS,
    "drop": DROPPED,
    "add": ADDED,
    "figures": DAYS,
    "rule": RULE,
    "rule_for": RULES,
    "with": JOINING,
    "without": LEAVING,
}


class Command(BaseCommand):
    help = DESCRIPTION

    def create_parser(self, prog_name, subcommand, **kwargs) -> CommandParser:
        return super().create_parser(
            prog_name, subcommand, formatter_class=argparse.RawDescriptionHelpFormatter, epilog=EPILOG, **kwargs
        )

    def add_arguments(self, parser: CommandParser) -> None:
        many = {"action": "append", "default": []}
        parser.add_argument("plan", metavar="PLAN", help="planens kortnamn, till exempel 2024")
        parser.add_argument("--year", type=int, required=True, help="verksamhetsår, till exempel 2024")
        parser.add_argument("--set", metavar="NYCKEL=BELOPP", help="ett annat belopp för en post", **many)
        parser.add_argument("--drop", metavar="NYCKEL", help="stryk en post", **many)
        parser.add_argument("--add", metavar="OMRÅDE:NAMN:BELOPP", help="lägg till en post i ett område", **many)
        parser.add_argument("--figures", metavar="NYCKELTAL@DAG", help="nyckeltal en annan dag", **many)
        parser.add_argument("--rule", metavar="REGEL", help="en annan regel för året", **many)
        parser.add_argument("--rule-for", metavar="PLATS=REGEL", help="en annan regel för område eller post", **many)
        parser.add_argument("--without", metavar="KOD", help="en medlem lämnar", **many)
        parser.add_argument("--with", metavar="KOD:PART", help="en organisation går med i en part", **many)
        parser.add_argument("--scenario", metavar="NYCKEL", help="börja med det som ett sparat scenario säger")
        parser.add_argument("--against", choices=[*Against], help="jämför med det här i stället")
        parser.add_argument("--lines", action="store_true", help="visa årets poster med sina nycklar, och inget mer")
        parser.add_argument("--format", choices=["text", "json", "csv"], default="text", help="förval: text")

    def handle(self, *args, **options) -> None:
        basis = _basis(options["plan"], options["year"])
        if options["lines"]:
            self._write_lines(basis)
            return
        try:
            changes = _changes(basis, options)
            against = Against(options["against"]) if options["against"] else None
            found = effect_of(basis, changes, against=against)
        except ScenarioRefused as refusal:
            raise CommandError("\n".join(refusal.reasons)) from refusal
        except AllocationError as error:
            raise CommandError(str(error)) from error
        words = in_words(basis, changes, Names.of(basis.plan, [changes])).all
        {"text": self._write_text, "json": self._write_json, "csv": self._write_csv}[options["format"]](found, words)

    def _write_lines(self, basis: YearBasis) -> None:
        for line in basis.lines:
            self.stdout.write(plain(f"{line.key}  {line_name(line)}  {format_kr(line.amount)}"))

    def _write_text(self, found: Effect, words: tuple[str, ...]) -> None:
        self.stdout.write(f"{found.basis.plan.title}, {found.basis.year}")
        for text in words or ("Inget är ändrat.",):
            self.stdout.write(plain(f"- {text}"))
        self.stdout.write(f"{found.words}\n\n")
        before = found.comparison.label if found.comparison else "Före"
        rows = [("Organisation", before, "Scenariot", "Förändring", "Procent")]
        rows += [(_name(one), *_texts(one.change)) for one in found.members]
        rows.append(("Summa", *_texts(found.total)))
        widths = [max(len(row[place]) for row in rows) for place in range(5)]
        for name, *figures in rows:
            cells = [
                name.ljust(widths[0]),
                *(text.rjust(width) for text, width in zip(figures, widths[1:], strict=True)),
            ]
            self.stdout.write("  ".join(cells).rstrip())

    def _write_csv(self, found: Effect, words: tuple[str, ...]) -> None:
        fields = ["code", "name", "before", "after", "change", "percent"]
        writer = csv.DictWriter(self.stdout, fields, delimiter=";", lineterminator="\n")
        writer.writeheader()
        for one in found.members:
            writer.writerow({"code": one.code, "name": one.organisation.name, **_plain_change(one.change)})
        writer.writerow({"name": "Summa", **_plain_change(found.total)})

    def _write_json(self, found: Effect, words: tuple[str, ...]) -> None:
        answer = {
            "plan": found.basis.plan.slug,
            "year": found.basis.year,
            "compared_with": found.words,
            "changes": [plain(text) for text in words],
            "total": _plain_change(found.total),
            "organisations": [
                {
                    "code": one.code,
                    "name": one.organisation.name,
                    **_plain_change(one.change),
                    "lines": [_plain_line(line) for line in found.cells(one.code)],
                }
                for one in found.members
            ],
        }
        self.stdout.write(json.dumps(answer, ensure_ascii=False, indent=2))


def _basis(slug: str, year: int) -> YearBasis:
    plan = Plan.objects.filter(slug=slug).select_related("collaboration").first()
    if plan is None:
        known = ", ".join(Plan.objects.order_by("slug").values_list("slug", flat=True)) or "inga"
        raise CommandError(f"Det finns ingen plan med kortnamnet {slug}. Planer: {known}.")
    try:
        return load_year(plan, year)
    except AllocationError as error:
        raise CommandError(str(error)) from error


def _changes(basis: YearBasis, options: dict) -> Changes:
    """Return what the command line says, added to the scenario that it begins with."""
    said = changes_from(basis, {kind: options[name] for name, kind in TEXTS.items()})
    if not options["scenario"]:
        return said
    scenario = Scenario.objects.filter(plan=basis.plan, key=options["scenario"]).first()
    if scenario is None:
        raise ScenarioRefused(f"{basis.plan} har inget scenario med nyckeln {options['scenario']}.")
    if scenario.year != basis.year:
        raise ScenarioRefused(f"Scenariot {scenario} gäller {scenario.year}, inte {basis.year}.")
    kept = read_scenario(scenario)
    changed = {change.key for change in said.amounts}
    days = {day.key for day in said.figures}
    return Changes(
        amounts=(*(change for change in kept.amounts if change.key not in changed), *said.amounts),
        dropped=(*kept.dropped, *said.dropped),
        added=(*kept.added, *said.added),
        figures=(*(day for day in kept.figures if day.key not in days), *said.figures),
        rule=said.rule or kept.rule,
        rules=(*kept.rules, *said.rules),
        joining=(*kept.joining, *said.joining),
        leaving=(*kept.leaving, *said.leaving),
    )


def _name(one: OrganisationEffect) -> str:
    mark = " (går med)" if one.joins else " (lämnar)" if one.leaves else ""
    return f"{one.organisation.short_name}{mark}"


def _texts(change: Change) -> tuple[str, ...]:
    amounts = [plain(format_amount(amount, decimals=2)) for amount in (change.before, change.after, change.difference)]
    percent = "–" if change.percent is None else plain(f"{format_amount(change.percent, decimals=2)} %")
    return (*amounts, percent)


def _kronor(amount: Decimal | None) -> str | None:
    return None if amount is None else f"{amount:.2f}"


def _plain_change(change: Change) -> dict[str, str | None]:
    return {
        "before": _kronor(change.before),
        "after": _kronor(change.after),
        "change": _kronor(change.difference),
        "percent": _kronor(change.percent),
    }


def _plain_line(line: LineChange) -> dict[str, str | None]:
    return {
        "key": line.key,
        "name": line.name,
        "before": _kronor(line.before),
        "after": _kronor(line.after),
        "change": _kronor(line.difference),
    }

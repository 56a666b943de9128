"""Share a plan year's cost over its organisations and print the result."""

import argparse
import csv
import datetime
import json

from django.core.management.base import BaseCommand, CommandError, CommandParser

from budgets.allocation import AllocationError
from budgets.cost_tables import nothing_to_share, population_of
from budgets.models import KeyFigureSet
from budgets.money import format_amount, format_integer, format_kr, format_ore_rate, parse_amount, plain
from budgets.printed import PrintedFigures, beside
from budgets.shares import PlanAllocation, YearBasis, load_year, share_year
from plans.models import Plan

DESCRIPTION = """\
Fördelar ett verksamhetsårs kostnad på organisationerna och skriver ut andelarna.

Utan --total fördelas summan av årets budgetposter för den finansieringsform som fördelas på medlemmarna.
Andelarna är alltid tillsammans exakt det belopp som fördelas: största resten, aldrig en avrundad öretaxa.
"""
EPILOG = """\
formaten:
  table  för ögat, med svenska tal
  csv    UTF-8, semikolon mellan fälten, decimalpunkt; sista raden har tom kod och är summan
  json   {"plan", "year", "total", "rate_ore", "population_on", "shares": [{"code", "name", "population", "exact",
         "amount"}]}; belopp är text i kronor med två decimaler, rate_ore är öre per invånare och organisation
         (null där parterna bär olika stora delar)

exact är andelen före avrundning: kronor som ett förkortat bråk, "täljare/nämnare".
calculation är uträkningen i ord och tal, med varje regel som organisationen betalar efter.
population är organisationens folkmängd; för en region summan av dess kommuners.
population_on är dagen som folkmängden avser. Där källan har en egen summa räknas rate_ore på den, andelarna på delarna.

exempel:
  manage.py allocate 2024 --year 2024 --total 2100000 --format json
  manage.py allocate 2022-2023 --year 2023 --population 2022-12-31 --unit kr

utgångsstatus: 0 när allt är fördelat, annars 1 (fel i uppgifterna) eller 2 (fel i kommandoraden)
"""


def _day(text: str) -> datetime.date:
    try:
        return datetime.date.fromisoformat(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"”{text}” är inte ett datum. Skriv det som 2022-12-31.") from error


def _year(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) == 4):
        raise argparse.ArgumentTypeError(f"”{text}” är inte ett årtal. Skriv det som 2024.")
    return int(text)


class Command(BaseCommand):
    help = DESCRIPTION

    def create_parser(self, prog_name, subcommand, **kwargs) -> CommandParser:
        return super().create_parser(
            prog_name, subcommand, formatter_class=argparse.RawDescriptionHelpFormatter, epilog=EPILOG, **kwargs
        )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("plan", metavar="PLAN", help="planens kortnamn, till exempel 2024")
        parser.add_argument("--year", type=_year, required=True, help="verksamhetsår, till exempel 2024")
        parser.add_argument("--population", type=_day, metavar="DATE", help="folkmängd en annan dag: 2022-12-31")
        parser.add_argument("--total", metavar="KR", help="fördela det här beloppet i stället för budgetposterna")
        parser.add_argument("--unit", choices=["ore", "kr"], default="ore", help="hela ören (förval) eller hela kronor")
        parser.add_argument("--format", choices=["table", "csv", "json"], default="table", help="förval: table")

    def handle(self, *args, **options) -> None:
        basis = _basis(options["plan"], options["year"])
        total = _total(options["total"])
        if reason := nothing_to_share(basis, total):
            raise CommandError(f"{reason} Ange ett belopp med --total för att pröva en fördelning.")
        figure_set = _figure_set(basis, options["population"]) if options["population"] else None
        try:
            shared = share_year(basis, figure_set=figure_set, total=total, unit=options["unit"])
        except AllocationError as error:
            raise CommandError(str(error)) from error
        {"table": self._write_table, "csv": self._write_csv, "json": self._write_json}[options["format"]](basis, shared)

    def _write_json(self, basis: YearBasis, shared: PlanAllocation) -> None:
        answer = {
            "plan": shared.plan.slug,
            "year": shared.year,
            "total": _kronor(shared.total),
            "rate_ore": None if shared.rate is None else f"{shared.rate:f}",
            "population_on": shared.figure_set.reference_date.isoformat(),
            "shares": [_share(shared, member) for member in shared.members],
        }
        self.stdout.write(json.dumps(answer, ensure_ascii=False, indent=2))

    def _write_csv(self, basis: YearBasis, shared: PlanAllocation) -> None:
        fields = ["code", "name", "population", "exact", "amount", "calculation"]
        writer = csv.DictWriter(self.stdout, fields, delimiter=";", lineterminator="\n")
        writer.writeheader()
        writer.writerows(_share(shared, member) for member in shared.members)
        total = _kronor(shared.total)
        writer.writerow({"name": "Summa", "exact": _fraction(_sum_exact(shared)), "amount": total})

    def _write_table(self, basis: YearBasis, shared: PlanAllocation) -> None:
        for line in _heading(basis, shared):
            self.stdout.write(plain(line))
        self.stdout.write("")
        rows = [
            (
                member.code,
                member.organisation.name,
                format_integer(member.population),
                _fraction(shared.exact(member.code)),
                format_amount(shared.amount(member.code), decimals=2),
            )
            for member in shared.members
        ]
        parties = {member.party.slug: member.party for member in shared.members}
        sums = [
            ("", party.name, "", "", format_amount(shared.party_amount(slug), decimals=2))
            for slug, party in parties.items()
        ]
        sums.append(("", "Summa", "", _fraction(_sum_exact(shared)), format_amount(shared.total, decimals=2)))
        self._write_columns([("Kod", "Organisation", "Folkmängd", "Exakt andel, kr", "Belopp, kr"), *rows], sums)

    def _write_columns(self, rows: list[tuple], sums: list[tuple]) -> None:
        widths = [max(len(row[place]) for row in [*rows, *sums]) for place in range(5)]
        rule = "-" * (sum(widths) + 8)
        for row in [*rows, None, *sums]:
            if row is None:
                self.stdout.write(rule)
                continue
            texts = [
                text.ljust(width) if place < 2 else text.rjust(width)
                for place, (text, width) in enumerate(zip(row, widths, strict=True))
            ]
            self.stdout.write(plain("  ".join(texts)).rstrip())


def _basis(slug: str, year: int) -> YearBasis:
    plans = {plan.slug: plan for plan in Plan.objects.newest_first()}
    if slug not in plans:
        known = ", ".join(plans) or "inga planer alls"
        raise CommandError(f"Det finns ingen handlingsplan med kortnamnet ”{slug}”. Det finns: {known}.")
    try:
        return load_year(plans[slug], year)
    except AllocationError as error:
        raise CommandError(str(error)) from error


def _total(text: str | None):
    if text is None:
        return None
    try:
        total = parse_amount(text)
    except ValueError as error:
        raise CommandError(f"--total: {error}") from error
    if total <= 0:
        raise CommandError("--total: beloppet ska vara större än noll.")
    return total


def _figure_set(basis: YearBasis, day: datetime.date) -> KeyFigureSet:
    if basis.rule is None:
        raise CommandError(f"{basis.plan.collaboration} saknar kostnadsfördelningsregel. Lägg upp en först.")
    key = basis.rule.key
    sets = KeyFigureSet.objects.filter(allocation_key__slug=key.slug).select_related("allocation_key", "parts_from")
    own_region = basis.figure_set.region_code if basis.figure_set else ""
    candidates = sorted(sets.on(day).narrowest_first(), key=lambda found: found.region_code != own_region)
    if not candidates:
        days = ", ".join(sorted({f"{known:%Y-%m-%d}" for known in sets.values_list("reference_date", flat=True)}))
        raise CommandError(f"--population: det finns ingen {key.name.lower()} för {day}. Det finns: {days or 'inga'}.")
    return candidates[0]


def _deviations(shared: PlanAllocation) -> list[str]:
    """Name what is shared by another rule than the year's own."""
    return [
        f"Avvikelse: {f'{line.area}: {line.label}' if line.label else line.area} efter {shared.rule_of(line)}"
        for line in shared.lines
        if shared.rule_of(line) != shared.rule
    ]


def _share(shared: PlanAllocation, member) -> dict:
    return {
        "code": member.code,
        "name": member.organisation.name,
        "population": member.population,
        "exact": _fraction(shared.exact(member.code)),
        "amount": _kronor(shared.amount(member.code)),
        "calculation": plain(shared.sentence(member.code)).replace("\n\n", " "),
    }


def _sum_exact(shared: PlanAllocation):
    return sum(shared.exact(member.code) for member in shared.members)


def _fraction(value) -> str:
    return f"{value.numerator}/{value.denominator}"


def _kronor(amount) -> str:
    return f"{amount:.2f}"


def _heading(basis: YearBasis, shared: PlanAllocation) -> list[str]:
    population = population_of(shared)
    printed = beside(basis.lines_total, PrintedFigures(shared.plan).year_total(shared.year), less=basis.other_amount)
    source = "summan av budgetposterna"
    if shared.total != shared.lines_total:
        source = f"angivet belopp; budgetposterna ger {format_kr(shared.lines_total, decimals=2)}"
    lines = [
        f"{shared.plan}, verksamhetsåret {shared.year}",
        f"Fördelat belopp: {format_kr(shared.total, decimals=2)} ({source})",
    ]
    if printed.disagrees:
        lines.append(f"Stämmer inte: i planen står summan {format_kr(printed.printed, decimals=2)}.")
    lines += [
        f"Regel: {shared.rule}",
        *_deviations(shared),
        f"{population.name} {population.date_text}: {population.rate_total_text} {population.unit}",
    ]
    if population.note:
        lines.append(population.note)
    if population.parts_date_text != population.date_text:
        lines.append(f"Delarna avser {population.parts_date_text}.")
    lines.append(f"Kostnad per invånare och organisation: {format_ore_rate(shared.rate)}")
    return lines

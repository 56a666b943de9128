"""Print what organisations have been given of a state grant, beside what the rules give."""

import argparse
import csv
import json
from decimal import Decimal
from fractions import Fraction

from django.core.management.base import BaseCommand, CommandError, CommandParser

from budgets.grants import Outcome, PartOutcome, fetch_agreement, outcomes_of, receivers_of, totals_of
from budgets.models import GrantAgreement
from budgets.money import format_amount, format_kr, plain
from plans.models import Organisation

DESCRIPTION = """\
Skriver ut statsbidrag: vad mottagarna har fått enligt sina beslut, bredvid vad reglerna ger.

Utan SLUG listas de statsbidrag som finns. Det som inte kan räknas, för att underlaget inte är tryckt, sägs med ord.
"""
EPILOG = """\
formaten:
  text  för ögat, med svenska tal
  csv   UTF-8, semikolon mellan fälten, decimalpunkt; en rad för varje del och mottagare
  json  {"agreement", "year", "amounts_total", "stated_total",
        "outcomes": [{"code", "name", "printed", "parts": [...]}]}; belopp är text i kronor med två decimaler,
        exact är kronor som ett förkortat bråk, null där inget finns

standing är EQUAL (lika), DIFFERS (skiljer sig), NOT_COMPUTABLE (kan inte räknas) eller NOT_GIVEN (ingen tilldelning).

exempel:
  manage.py grants god-och-nara-vard-2023 --organisation 23
  manage.py grants god-och-nara-vard-2023 --format json --check

utgångsstatus: 0 när svaret är utskrivet; 1 vid fel i uppgifterna, och med --check när ett belopp som kan räknas skiljer
sig eller beloppen inte är tillsammans vad överenskommelsen anger; 2 vid fel i kommandoraden
"""
FIELDS = [
    "agreement",
    "code",
    "name",
    "area",
    "part",
    "object_code",
    "printed",
    "computed",
    "exact",
    "difference",
    "standing",
    "why",
    "sentence",
]


class Command(BaseCommand):
    help = DESCRIPTION

    def create_parser(self, prog_name, subcommand, **kwargs) -> CommandParser:
        return super().create_parser(
            prog_name, subcommand, formatter_class=argparse.RawDescriptionHelpFormatter, epilog=EPILOG, **kwargs
        )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("slug", metavar="SLUG", nargs="?", help="statsbidragets kortnamn; utan det listas alla")
        parser.add_argument("--organisation", metavar="KOD", help="bara den mottagaren, till exempel 23")
        parser.add_argument("--format", choices=["text", "json", "csv"], default="text", help="förval: text")
        parser.add_argument("--check", action="store_true", help="utgångsstatus 1 när något som kan räknas skiljer sig")

    def handle(self, *args, **options) -> None:
        if options["slug"] is None:
            self._list(options["format"])
            return
        agreement = _agreement(options["slug"])
        outcomes = outcomes_of(agreement, _organisations(agreement, options["organisation"]))
        {"text": self._write_text, "csv": self._write_csv, "json": self._write_json}[options["format"]](
            agreement, outcomes
        )
        if options["check"] and (any(outcome.differing for outcome in outcomes) or totals_of(agreement).difference):
            raise CommandError("Något som kan räknas skiljer sig från det tryckta.")

    def _list(self, file_format: str) -> None:
        rows = [
            {
                "slug": row.slug,
                "name": row.name,
                "year": row.year,
                "giver": row.giver,
                "total": _kronor(row.total_amount),
            }
            for row in GrantAgreement.objects.order_by("-year", "name")
        ]
        if file_format == "json":
            self.stdout.write(json.dumps(rows, ensure_ascii=False, indent=2))
        elif file_format == "csv":
            self._write_rows(["slug", "name", "year", "giver", "total"], rows)
        else:
            for row in rows:
                total = plain(format_kr(Decimal(row["total"]))) if row["total"] else "belopp inte angivet"
                self.stdout.write(f"{row['slug']}  {row['name']} {row['year']}, {row['giver']}, {total}")
            if not rows:
                self.stdout.write("Inga statsbidrag är inlagda.")

    def _write_json(self, agreement: GrantAgreement, outcomes: list[Outcome]) -> None:
        totals = totals_of(agreement)
        answer = {
            "agreement": agreement.slug,
            "year": agreement.year,
            "amounts_total": _kronor(totals.total),
            "stated_total": _kronor(totals.stated),
            "outcomes": [
                {
                    "code": outcome.organisation.code,
                    "name": outcome.organisation.name,
                    "printed": _kronor(outcome.printed),
                    "parts": [
                        {name: value for name, value in _row(outcome, part).items() if name not in PER_OUTCOME}
                        for part in outcome.parts
                    ],
                }
                for outcome in outcomes
            ],
        }
        self.stdout.write(json.dumps(answer, ensure_ascii=False, indent=2))

    def _write_csv(self, agreement: GrantAgreement, outcomes: list[Outcome]) -> None:
        self._write_rows(FIELDS, [_row(outcome, part) for outcome in outcomes for part in outcome.parts])

    def _write_rows(self, fields: list[str], rows: list[dict]) -> None:
        writer = csv.DictWriter(self.stdout, fields, delimiter=";", lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)

    def _write_text(self, agreement: GrantAgreement, outcomes: list[Outcome]) -> None:
        totals = totals_of(agreement)
        self._line(f"{agreement}, {agreement.giver}")
        self._line(f"Beloppen är tillsammans {format_kr(totals.total)}.")
        if totals.difference:
            self._line(f"Stämmer inte: överenskommelsen anger {format_kr(totals.stated)}.")
        for outcome in outcomes:
            self._line("")
            self._line(f"{outcome.organisation.name}: {format_kr(outcome.printed)}")
            for area in outcome.areas:
                self._line(f"  {area.area.name}: {format_kr(area.printed)}")
                for part in area.parts:
                    self._part(part)
        if not outcomes:
            self._line("Ingen mottagare är inlagd.")

    def _part(self, part: PartOutcome) -> None:
        computed = format_amount(part.computed.amount) if part.computed else "–"
        name = part.grant_amount.label or part.grant_amount.area.name
        self._line(f"    {name}: tryckt {format_amount(part.printed)}, räknat {computed} ({part.standing.value})")
        for text in (
            part.computed.sentence if part.computed else "",
            part.why,
            part.share.remark if part.share else "",
        ):
            if text:
                self._line(f"      {text}")

    def _line(self, text: str) -> None:
        self.stdout.write(plain(text))


PER_OUTCOME = {"agreement", "code", "name"}


def _agreement(slug: str) -> GrantAgreement:
    if agreement := fetch_agreement(slug):
        return agreement
    known = ", ".join(GrantAgreement.objects.values_list("slug", flat=True)) or "inga alls"
    raise CommandError(f"Det finns inget statsbidrag med kortnamnet ”{slug}”. Det finns: {known}.")


def _organisations(agreement: GrantAgreement, code: str | None) -> list[Organisation]:
    if code is None:
        return receivers_of(agreement)
    found = Organisation.objects.filter(code=code).first()
    if found is None:
        raise CommandError(f"--organisation: det finns ingen organisation med koden ”{code}”.")
    return [found]


def _row(outcome: Outcome, part: PartOutcome) -> dict:
    return {
        "agreement": outcome.agreement.slug,
        "code": outcome.organisation.code,
        "name": outcome.organisation.name,
        "area": part.grant_amount.area.slug,
        "part": part.grant_amount.label,
        "object_code": part.grant_amount.area.object_code,
        "printed": _kronor(part.printed),
        "computed": _kronor(part.computed.amount) if part.computed else None,
        "exact": _fraction(part.computed.exact) if part.computed else None,
        "difference": _kronor(part.difference),
        "standing": part.standing.name,
        "why": part.why,
        "sentence": plain(part.computed.sentence) if part.computed else "",
    }


def _kronor(amount: Decimal | None) -> str | None:
    return None if amount is None else f"{amount:.2f}"


def _fraction(value: Fraction) -> str:
    return f"{value.numerator}/{value.denominator}"

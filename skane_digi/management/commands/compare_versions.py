"""Compare two versions of a plan, or its draft with one of them, and print what has changed."""

import argparse
import json
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from django.core.management.base import BaseCommand, CommandError, CommandParser

from budgets.money import plain
from plans.comparison import PartChange
from plans.models import DecisionRound, Plan, PlanVersion
from skane_digi.documents.build import document_of
from skane_digi.documents.tree import PlanDocument
from skane_digi.management.commands.check_plan import find_plan
from skane_digi.management.commands.compare_plans import MARKS, SIGNS, part_data
from skane_digi.versions.comparison import AreaDifference, VersionComparison, compare_documents
from skane_digi.versions.freezing import document_of_version
from skane_digi.versions.kronor import MoneyChange, YearMoney

EPILOG = """\
i texten står [-struket-] och {+tillagt+}; rader inleds med + (tillkommer), - (finns inte kvar) och ~ (ändrat).
i JSON är belopp text i kronor med två decimaler, null där det inte finns någon siffra; runs ger texterna tillbaka:
kept och removed är texten före, kept och added texten efter.

exempel:
  manage.py compare_versions 2025
  manage.py compare_versions 2025 --before 1 --after 2 --format json

utgångsstatus: 0 när texterna är jämförda, 1 när det inte går
"""


@dataclass(frozen=True, slots=True)
class _Side:
    """A version's document, or the draft's where ``number`` is ``None``."""

    number: int | None
    document: PlanDocument

    @property
    def name(self) -> str:
        return f"version {self.number}" if self.number else "utkastet"


class Command(BaseCommand):
    help = (
        "Jämför två versioner av en handlingsplan, eller utkastet till en revidering, ord för ord och krona för krona: "
        "områden, avsnitt, budget och vad varje organisation betalar."
    )

    def create_parser(self, prog_name, subcommand, **kwargs) -> CommandParser:
        return super().create_parser(
            prog_name, subcommand, formatter_class=argparse.RawDescriptionHelpFormatter, epilog=EPILOG, **kwargs
        )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("plan", metavar="PLAN", help="planens kortnamn, till exempel 2025")
        parser.add_argument(
            "--before", type=int, metavar="N", help="versionen före; annars den som ersätts, eller den närmast före"
        )
        parser.add_argument(
            "--after", type=int, metavar="N", help="versionen efter; annars utkastet, eller den senaste versionen"
        )
        parser.add_argument("--format", choices=["text", "json"], default="text", help="text om inget annat sägs")

    def handle(self, *args, **options) -> None:
        plan = find_plan(options["plan"])
        before, after = _sides(plan, options["before"], options["after"])
        compared = compare_documents(before.document, after.document)
        if options["format"] == "json":
            answer = {"plan": plan.slug, "before": before.number, "after": after.number, **_answer(compared)}
            self.stdout.write(json.dumps(answer, ensure_ascii=False, indent=2))
            return
        self.stdout.write(f"{plan}: {after.name} jämförd med {before.name}")
        for line in _lines(compared):
            self.stdout.write(plain(line))


def _sides(plan: Plan, before: int | None, after: int | None) -> tuple[_Side, _Side]:
    versions = {row.number: row for row in plan.versions.defer("pdf", "allocation").select_related("round", "replaces")}
    if not versions:
        raise CommandError(f"{plan} har ingen version än. Den första fryses när planen skickas för beslut.")
    if after is None and plan.is_locked:
        after = max(versions)
    later = _side(versions, after) if after else _Side(None, document_of(plan))
    number = before or _number_before(versions, after)
    if number is None:
        raise CommandError(f"{plan} har ingen version före version {after}.")
    return _side(versions, number), later


def _side(versions: dict[int, PlanVersion], number: int) -> _Side:
    if number not in versions:
        known = ", ".join(map(str, sorted(versions)))
        raise CommandError(f"Det finns ingen version {number}. De som finns: {known}.")
    return _Side(number, document_of_version(versions[number]))


def _number_before(versions: dict[int, PlanVersion], after: int | None) -> int | None:
    """Return what a version replaces, and for the draft the version that stands; otherwise the one just before."""
    if after is None:
        standing = [row.number for row in versions.values() if row.round.state == DecisionRound.State.ADOPTED]
        return max(standing or versions)
    replaced = versions[after].replaces
    return replaced.number if replaced else max((number for number in versions if number < after), default=None)


def _answer(compared: VersionComparison) -> dict:
    return {
        "is_changed": compared.is_changed,
        "areas": [_area(area) for area in compared.areas],
        "sections": [part_data(part) for part in compared.sections],
        "budget": [_year(year) for year in compared.money],
        "organisations": [
            {"year": year.year, "rows": [_money(row) for row in year.rows], "total": _money(year.total)}
            for year in compared.organisations
        ],
    }


def _area(area: AreaDifference) -> dict:
    return {
        "kind": area.kind,
        "is_changed": area.is_changed,
        "area": area.slug,
        "title": area.title,
        "title_before": area.before.title if area.before else None,
        "parts": [part_data(part) for part in area.parts],
    }


def _year(year: YearMoney) -> dict:
    return {
        "year": year.year,
        "shared": _money(year.shared),
        "total": _money(year.total),
        "forms": [
            {
                "form": form.name,
                "is_shared": form.is_shared,
                "rows": [_money(row) for row in form.rows],
                "total": _money(form.total),
            }
            for form in year.forms
        ],
    }


def _money(row: MoneyChange) -> dict:
    amounts = {"before": row.before, "after": row.after, "difference": row.difference}
    return {
        "name": row.name,
        "slug": row.slug or None,
        "is_part": row.is_part,
        **{name: _kronor(amount) for name, amount in amounts.items()},
    }


def _kronor(amount: Decimal | None) -> str | None:
    return None if amount is None else f"{amount:.2f}"


def _lines(compared: VersionComparison) -> Iterator[str]:
    if not compared.is_changed:
        yield "Inget skiljer dem åt."
        return
    yield f"Insatsområden: {compared.summary}."
    for year in compared.money:
        yield ""
        yield f"Budget {year.year}, kronor{'' if year.is_changed else ': oförändrad'}"
        for form in year.forms if year.is_changed else ():
            yield f"  {form.name}"
            yield from (f"    {_money_line(row)}" for row in (*form.rows, form.total))
        yield f"  {_money_line(year.shared)}"
    for year in compared.organisations:
        if not year.is_changed:
            continue
        yield ""
        yield f"Vad var och en betalar {year.year}, kronor"
        yield from (f"  {_money_line(row)}" for row in (*year.rows, year.total))
    for area in compared.changed_areas:
        yield ""
        yield f"{area.title}: {area.kind_text}"
        if area.title_before:
            yield f"  Hette {area.title_before}."
        for part in area.changed_parts:
            yield from _part_lines(part)
    for part in compared.changed_sections:
        yield ""
        yield from _part_lines(part)


def _money_line(row: MoneyChange) -> str:
    name = f"varav {row.name}" if row.is_part else row.name
    percent = f" ({row.percent_text})" if row.percent_text and row.is_changed else ""
    return f"{name}: {row.before_text} → {row.after_text}, {row.difference_text}{percent}"


def _part_lines(part: PartChange) -> Iterator[str]:
    yield f"  {part.name}: {part.summary}"
    for item in part.items:
        if item.kind != "kept":
            label = f"({item.label}) " if item.label else ""
            whole = item.kind in ("added", "removed")
            text = item.shown.text if whole else "".join(MARKS[run.kind].format(run.text) for run in item.change.runs)
            yield f"    {SIGNS[item.kind]} {label}{text}"

"""Compare a plan with an earlier one and print what has changed."""

import argparse
import json
from collections.abc import Iterator

from django.core.management.base import BaseCommand, CommandError, CommandParser

from budgets.money import plain
from budgets.tables import YearChange, YearComparison
from plans.comparison import ItemChange, PartChange
from plans.models import Plan
from plans.text_comparison import RunKind, WordRun
from skane_digi.comparison import ComparedArea, ComparedPlans, compare_with, earlier_plans
from skane_digi.management.commands.check_plan import find_plan

MARKS = {RunKind.KEPT: "{}", RunKind.REMOVED: "[-{}-]", RunKind.ADDED: "{{+{}+}}"}
SIGNS = {"added": "+", "removed": "-", "changed": "~", "kept": " "}
EPILOG = """\
i texten står [-struket-] och {+tillagt+}; rader inleds med + (tillkommer), - (finns inte kvar) och ~ (ändrat).
i JSON är belopp text i kronor med två decimaler, null där det inte finns någon post; runs ger texterna tillbaka: kept
och removed är texten före, kept och added texten nu.

exempel:
  manage.py compare_plans 2024
  manage.py compare_plans 2024 --with 2022-2023 --format json

utgångsstatus: 0 när planerna är jämförda, 1 när det inte går
"""


class Command(BaseCommand):
    help = "Jämför en handlingsplan med en tidigare: områden, mål, aktiviteter, texter med orden märkta, och budget."

    def create_parser(self, prog_name, subcommand, **kwargs) -> CommandParser:
        return super().create_parser(
            prog_name, subcommand, formatter_class=argparse.RawDescriptionHelpFormatter, epilog=EPILOG, **kwargs
        )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("plan", metavar="PLAN", help="planens kortnamn, till exempel 2024")
        parser.add_argument("--with", dest="before", metavar="PLAN", help="en tidigare plan; annars planen före")
        parser.add_argument("--format", choices=["text", "json"], default="text", help="text om inget annat sägs")

    def handle(self, *args, **options) -> None:
        plan = find_plan(options["plan"])
        compared = compare_with(plan, _earlier(plan, options["before"]))
        if options["format"] == "json":
            self.stdout.write(json.dumps(_answer(compared), ensure_ascii=False, indent=2))
            return
        for line in _lines(compared):
            self.stdout.write(plain(line))


def _earlier(plan: Plan, slug: str | None) -> Plan:
    choices = [choice.slug for choice in earlier_plans(plan)]
    if not choices:
        raise CommandError(f"{plan} har inga områden som kommer från en tidigare plan. Ange områdenas ursprung först.")
    if slug is not None and slug not in choices:
        raise CommandError(f"{plan} kan inte jämföras med ”{slug}”. Välj någon av {', '.join(choices)}.")
    return find_plan(slug or choices[0])


def _answer(compared: ComparedPlans) -> dict:
    plans = compared.plans
    return {
        "plan": plans.after.slug,
        "with": plans.before.slug,
        "counts": plans.counts,
        "areas": [_area(area) for area in compared.areas],
        "sections": [part_data(part) for part in plans.sections],
        "budget": [_budget(budget) for budget in compared.budgets],
    }


def _area(area: ComparedArea) -> dict:
    change = area.change
    return {
        "kind": change.kind,
        "area": change.after.slug if change.after else None,
        "title": change.title,
        "before": [{"area": before.slug, "title": before.title} for before in change.before],
        "reason": change.reason,
        "is_stated": change.is_stated,
        "parts": [part_data(part) for part in change.parts],
    }


def part_data(part: PartChange) -> dict:
    """Return a part's changes as plain data, to print as JSON."""
    return {"part": part.key, "name": part.name, "items": [_item(item) for item in part.items]}


def _item(item: ItemChange) -> dict:
    return {
        "kind": item.kind,
        "is_moved": item.change.is_moved,
        "label_before": item.before.label if item.before else None,
        "label_after": item.after.label if item.after else None,
        "runs": [{"kind": run.kind, "text": run.text} for run in item.change.runs],
    }


def _budget(budget: YearComparison) -> dict:
    return {
        "year": budget.year,
        "previous_year": budget.previous_year,
        "rows": [_money(row) for row in budget.rows],
        "total": _money(budget.total),
    }


def _money(row: YearChange) -> dict:
    amounts = {"amount": row.amount, "previous": row.previous, "difference": row.difference}
    texts = {name: None if amount is None else f"{amount:.2f}" for name, amount in amounts.items()}
    return {"name": row.name, "area": row.slug or None, **texts}


def _lines(compared: ComparedPlans) -> Iterator[str]:
    plans = compared.plans
    yield f"{plans.after} jämförd med {plans.before}"
    yield f"{plans.summary}."
    for budget in compared.budgets:
        yield ""
        yield budget.caption
        yield from (_money_line(row) for row in (*budget.rows, budget.total))
    for area in compared.areas:
        yield ""
        yield f"{area.change.title}: {area.change.kind_text}"
        if area.change.titles_before:
            yield f"  Hette {' och '.join(area.change.titles_before)}."
        if area.change.reason:
            yield f"  {area.change.reason}"
        for part in area.change.parts:
            yield from _part_lines(part)
    for part in plans.sections:
        yield from _part_lines(part)


def _money_line(row: YearChange) -> str:
    percent = f" ({row.percent_text})" if row.percent_text else ""
    return f"  {row.name}: {row.previous_text} → {row.text}, {row.difference_text}{percent}"


def _part_lines(part: PartChange) -> Iterator[str]:
    yield f"  {part.name}: {part.summary}"
    for item in part.items:
        if item.kind != "kept":
            label = f"({item.label}) " if item.label else ""
            text = item.shown.text if item.kind in ("added", "removed") else _marked(item.change.runs)
            yield f"    {SIGNS[item.kind]} {label}{text}"


def _marked(runs: tuple[WordRun, ...]) -> str:
    return "".join(MARKS[run.kind].format(run.text) for run in runs)

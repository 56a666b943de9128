"""Say who has answered a plan's referral, and what."""

import argparse
import csv
import json

from django.core.management.base import BaseCommand, CommandError, CommandParser

from plans.models import Plan
from plans.referring import AnswerRow, Round, rounds_of

EPILOG = """\
formaten:
  text   för ögat
  csv    UTF-8, semikolon mellan fälten, en rad per medlem; en text som börjar som en formel får en apostrof först
  json   {"plan", "round", "opened_at", "due_on", "closed_at", "log_number", "members", "answered", "answers": [{"code",
         "organisation", "answered", "kind", "text", "registry_number", "answered_on", "recorded_by", "recorded_at"}]}

kind är approve (tillstyrker), approve_with_comments (tillstyrker med synpunkter), reject (avstyrker) eller no_comment
(inga synpunkter), och tomt för den som inte har svarat.

exempel:
  manage.py referral_answers 2025
  manage.py referral_answers 2025 --round 1 --format csv

utgångsstatus: 0 när omgången är utskriven, 1 när planen eller omgången inte finns
"""
FIELDS = (
    "code",
    "organisation",
    "answered",
    "kind",
    "text",
    "registry_number",
    "answered_on",
    "recorded_by",
    "recorded_at",
)


class Command(BaseCommand):
    help = "Skriv ut vilka som har svarat i en remissomgång, och vad: organisationerna med Regionen först."

    def create_parser(self, prog_name, subcommand, **kwargs) -> CommandParser:
        return super().create_parser(
            prog_name, subcommand, formatter_class=argparse.RawDescriptionHelpFormatter, epilog=EPILOG, **kwargs
        )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("plan", metavar="PLAN", help="planens kortnamn, till exempel 2025")
        parser.add_argument(
            "--round", type=int, metavar="N", help="omgångens nummer, 1 för den första; annars den sista"
        )
        parser.add_argument(
            "--format", choices=["text", "csv", "json"], default="text", help="text om inget annat sägs"
        )

    def handle(self, *args, **options) -> None:
        plan = Plan.objects.filter(slug=options["plan"]).first()
        if plan is None:
            raise CommandError(f"Det finns ingen handlingsplan med kortnamnet ”{options['plan']}”.")
        shown = _chosen(plan, options["round"])
        if options["format"] == "json":
            self.stdout.write(json.dumps(_answer(plan, shown), ensure_ascii=False, indent=2))
        elif options["format"] == "csv":
            writer = csv.writer(self.stdout, delimiter=";", lineterminator="\n")
            writer.writerow(FIELDS)
            writer.writerows([_in_csv(value) for value in _row(row).values()] for row in shown.rows)
        else:
            for line in _lines(plan, shown):
                self.stdout.write(line)


def _chosen(plan: Plan, number: int | None) -> Round:
    rounds = rounds_of(plan)
    if not rounds:
        raise CommandError(f"{plan} har inte varit ute på remiss.")
    if number is None:
        return rounds[-1]
    if not 1 <= number <= len(rounds):
        raise CommandError(f"{plan} har ingen omgång {number}. Den sista är {len(rounds)}.")
    return rounds[number - 1]


def _answer(plan: Plan, shown: Round) -> dict:
    referral = shown.referral
    return {
        "plan": plan.slug,
        "round": shown.number,
        "opened_at": referral.opened_at.isoformat(),
        "due_on": referral.due_on.isoformat(),
        "closed_at": referral.closed_at.isoformat() if referral.closed_at else None,
        "log_number": referral.log_number,
        "members": shown.member_count,
        "answered": shown.answered_count,
        "answers": [_row(row) for row in shown.rows],
    }


def _row(row: AnswerRow) -> dict:
    answer = row.answer
    by = answer.recorded_by if answer else None
    values = (
        row.organisation.code,
        row.organisation.name,
        row.has_answered,
        answer.kind if answer else "",
        answer.text if answer else "",
        answer.registry_number if answer else "",
        answer.answered_on.isoformat() if answer else None,
        (by.get_full_name() or by.get_username()) if by else "",
        answer.recorded_at.isoformat() if answer else None,
    )
    return dict(zip(FIELDS, values, strict=True))


def _in_csv(value: object) -> str:
    if isinstance(value, bool):
        return "ja" if value else "nej"
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r")) else text


def _lines(plan: Plan, shown: Round):
    referral = shown.referral
    state = "avslutad" if referral.closed_at else "öppen"
    yield f"{plan}, remissomgång {shown.number} ({state}), svar senast {referral.due_on}"
    yield f"{shown.answered_count} av {shown.member_count} har svarat"
    yield ""
    width = max((len(row.organisation.name) for row in shown.rows), default=0)
    for row in shown.rows:
        if row.answer is None:
            yield f"  {row.organisation.name.ljust(width)}  inte svarat"
        else:
            said = f"{row.answer.get_kind_display()}, {row.answer.answered_on}"
            number = f", {row.answer.registry_number}" if row.answer.registry_number else ""
            yield f"  {row.organisation.name.ljust(width)}  {said}{number}"

"""Say who has decided what about which version of a plan."""

import argparse
import json
from collections.abc import Iterator

from django.core.management.base import BaseCommand, CommandError, CommandParser

from budgets.money import plain
from plans.days import day_of
from plans.models import Decision
from plans.register import ConditionStatus, Entry
from skane_digi.decisions.board import headline, notices
from skane_digi.decisions.listing import Asked, Row, list_file, listing
from skane_digi.decisions.register_words import condition_sentence, said_by
from skane_digi.decisions.shown_register import ShownRegister, shown_register
from skane_digi.management.commands.check_plan import find_plan

EPILOG = """\
formaten:
  text   för ögat
  csv    UTF-8, semikolon mellan fälten, en rad per huvudman; en text som börjar som en formel får en apostrof först
  json   {"plan", "version", "fingerprint", "state", "wanted_on", "days_left", "adopted", "members", "is_complete",
         "rests_on", "lapsed_from", "adopted_on_paper", "counts": {läge: antal}, "organisations": [{"code",
         "organisation", "standing", "decision", "chain": [beslut], "superseded": [beslut], "conditions": [{"kind",
         "text", "is_met", "waits_for": [kod], "sentence"}]}]}

standing är adopted, waiting (antagen, villkor återstår), rejected, returned (återremiss), tabled (bordlagd), underway
(beredning pågår) eller none. decision är nyckeln till det beslut som räknas.

exempel:
  manage.py decisions 2024
  manage.py decisions 2025 --number 1 --format json

utgångsstatus: 0 när registret är utskrivet, 1 när planen eller versionen inte finns
"""


class Command(BaseCommand):
    help = "Skriv ut vem som har beslutat vad om en version av en handlingsplan: Regionen först, sedan kommunerna."

    def create_parser(self, prog_name, subcommand, **kwargs) -> CommandParser:
        return super().create_parser(
            prog_name, subcommand, formatter_class=argparse.RawDescriptionHelpFormatter, epilog=EPILOG, **kwargs
        )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("plan", metavar="PLAN", help="planens kortnamn, till exempel 2024")
        parser.add_argument(
            "--number", type=int, metavar="N", help="versionens nummer; annars den senaste som inte är återförvisad"
        )
        parser.add_argument(
            "--format", choices=["text", "json", "csv"], default="text", help="text om inget annat sägs"
        )

    def handle(self, *args, **options) -> None:
        shown = _found(options["plan"], options["number"])
        if options["format"] == "json":
            self.stdout.write(json.dumps(_answer(shown), ensure_ascii=False, indent=2))
        elif options["format"] == "csv":
            found = list_file(shown, Asked(), file_format="csv")
            self.stdout.write(found.content.decode("utf-8-sig"), ending="")
        else:
            for line in _lines(shown):
                self.stdout.write(plain(line))


def _found(slug: str, number: int | None) -> ShownRegister:
    plan = find_plan(slug)
    try:
        shown = shown_register(plan, None, "" if number is None else str(number))
    except LookupError as error:
        known = ", ".join(map(str, plan.versions.order_by("number").values_list("number", flat=True))) or "ingen"
        raise CommandError(f"{plan} har ingen version {number}. De som finns: {known}.") from error
    if shown is None:
        raise CommandError(f"{plan} har ingen version att besluta om än.")
    return shown


def _answer(shown: ShownRegister) -> dict:
    register = shown.register
    return {
        "plan": shown.plan.slug,
        "version": shown.number,
        "fingerprint": shown.version.fingerprint,
        "state": shown.state,
        "wanted_on": _day(register.round.wanted_on),
        "days_left": register.days_left(day_of()),
        "adopted": register.adopted_count,
        "members": register.total,
        "is_complete": register.is_complete,
        "rests_on": register.rests_on.number if register.rests_on else None,
        "lapsed_from": shown.earlier.version.number if shown.earlier else None,
        "adopted_on_paper": shown.on_paper,
        "counts": {standing.value: count for standing, count in register.counts.items()},
        "organisations": [_entry(entry) for entry in register.entries],
    }


def _entry(entry: Entry) -> dict:
    return {
        "code": entry.organisation.code,
        "organisation": entry.organisation.name,
        "standing": entry.standing.value,
        "decision": entry.decision.key if entry.decision else None,
        "chain": [_decision(decision) for decision in entry.chain],
        "superseded": [_decision(decision) for decision in entry.superseded],
        "conditions": [_condition(status) for status in entry.conditions],
    }


def _decision(decision: Decision) -> dict:
    return {
        "key": decision.key,
        "stage": decision.stage,
        "outcome": decision.outcome,
        "instance": decision.instance,
        "decided_on": _day(decision.decided_on),
        "paragraph": decision.paragraph,
        "case_number": decision.case_number,
        "comment": decision.comment,
        "extract": decision.extract_name,
        "correction_reason": decision.correction_reason,
        "recorded_by": decision.recorded_by_name,
        "recorded_at": decision.recorded_at.isoformat(),
    }


def _condition(status: ConditionStatus) -> dict:
    return {
        "kind": status.kind,
        "text": status.text,
        "is_met": status.is_met,
        "waits_for": [organisation.code for organisation in status.waits_for],
        "sentence": status.sentence,
    }


def _day(day) -> str | None:
    return day.isoformat() if day else None


def _lines(shown: ShownRegister) -> Iterator[str]:
    head = headline(shown, day_of())
    state = shown.register.round.get_state_display()
    yield f"{shown.plan}, version {shown.number} ({state}), fingeravtryck {shown.version.fingerprint}"
    yield f"{head.figure} {head.words}".rstrip() + f". {head.sentence}"
    if head.days:
        yield f"Beslut önskas senast {head.days}."
    yield from (notice.text for notice in notices(shown))
    yield ""
    rows = listing(shown, Asked()).rows
    widths = [max(len(getattr(row, name)) for row in rows) for name in ("name", "standing_text")] if rows else []
    for row in rows:
        line = f"  {row.name.ljust(widths[0])}  {row.standing_text.ljust(widths[1])}  {_said(row)}"
        yield line.rstrip()
        for status in row.entry.conditions:
            sentence = condition_sentence(status, with_reason=True, on_paper=shown.on_paper)
            yield f"      Villkor: {status.text} {sentence}"


def _said(row: Row) -> str:
    if row.said is None:
        return row.earlier_text
    day = f" {_day(row.decided_on)}" if row.decided_on else ", dag okänd"
    parts = [f"{row.instance}{day}", row.paragraph, row.case_number]
    if not row.entry.decision:
        parts.append(said_by(row.said).lower())
    return ", ".join(part for part in [*parts, row.earlier_text] if part)

"""Send the reminders that are due: a scheduler runs it once a day."""

import argparse
import datetime
import json
from collections.abc import Iterator

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from budgets.models import GrantDuty
from plans.days import day_of
from plans.models import ReminderLetter
from skane_digi.models import GrantLetter
from skane_digi.reminders.due import DueLetter, due_rounds
from skane_digi.reminders.due_duties import DutyLetter, due_duties
from skane_digi.reminders.duty_sending import duty_letters_of_unknown_fate, send_duty_again, send_duty_reminders
from skane_digi.reminders.letters import SiteAddressMissing
from skane_digi.reminders.occasions import words_of
from skane_digi.reminders.posting import Fate, RetryRefused, Sending
from skane_digi.reminders.sending import of_unknown_fate, send_again, send_due_reminders

EPILOG = """\
formaten:
  text  för ögat
  json  {"on", "dry_run", "trouble", "letters": [{"key", "plan", "version", "code", "organisation", "address",
        "occasion", "fate", "fault"}], "unknown": [{"key", "plan", "version", "code", "organisation", "address",
        "occasion", "claimed_at"}], "duty_letters": [{"key", "grant", "duty", "due_on", "address", "occasion", "fate",
        "fault"}], "unknown_duty_letters": [{"key", "grant", "duty", "due_on", "address", "occasion", "claimed_at"}]}

fate är sent (skickat), refused (servern tog inte emot det; försöks igen nästa gång), unknown (förbindelsen bröts; ingen
vet om det kom fram) eller due (skulle skickas; bara med --dry-run). Under unknown står äldre brev som ingen vet om de
har skickats. De skickas inte igen av sig själva: --retry NYCKEL skickar ett av dem.

exempel:
  manage.py send_reminders
  manage.py send_reminders --dry-run --on 2026-11-24
  manage.py send_reminders --retry 5f0c6a1d2b7e4c389a41d2f0e6b7c8d9

utgångsstatus: 0 när allt som skulle skickas har skickats, annars 1
"""


class Command(BaseCommand):
    help = (
        "Skicka de påminnelser som ska gå i dag, om väntade beslut och om statsbidrag som ska redovisas: 30, 7 och 1 "
        "dagar före dagen och sedan varje vecka. Inget brev skickas två gånger, hur ofta kommandot än körs."
    )

    def create_parser(self, prog_name, subcommand, **kwargs) -> CommandParser:
        return super().create_parser(
            prog_name, subcommand, formatter_class=argparse.RawDescriptionHelpFormatter, epilog=EPILOG, **kwargs
        )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="visa vilka brev som skulle gå, skicka inget")
        parser.add_argument("--on", metavar="DATUM", type=_date, help="räkna som om det vore den dagen, som 2026-11-24")
        parser.add_argument("--retry", metavar="NYCKEL", help="skicka ett brev igen som ingen vet om det har skickats")
        parser.add_argument("--format", choices=["text", "json"], default="text", help="text om inget annat sägs")

    def handle(self, *args, **options) -> None:
        on = options["on"] or day_of()
        if options["dry_run"]:
            letters = [_letter(due, "due") for due in _due(on)]
            duty_letters = [_duty_letter(due, "due") for each in due_duties(on=on) for due in each.letters]
            self._answer(options, on, letters, duty_letters, "")
            return
        decisions, duties = _send(options["retry"], on)
        letters = [_letter(tried.due, tried.fate, tried.letter, tried.fault) for tried in decisions.tried]
        duty_letters = [_duty_letter(tried.due, tried.fate, tried.letter, tried.fault) for tried in duties.tried]
        self._answer(options, on, letters, duty_letters, decisions.trouble or duties.trouble)
        if decisions.has_failed or duties.has_failed:
            raise SystemExit(1)

    def _answer(
        self, options: dict, on: datetime.date, letters: list[dict], duty_letters: list[dict], trouble: str
    ) -> None:
        answer = {
            "on": on.isoformat(),
            "dry_run": options["dry_run"],
            "trouble": trouble,
            "letters": letters,
            "unknown": [_unknown(letter) for letter in of_unknown_fate()],
            "duty_letters": duty_letters,
            "unknown_duty_letters": [_unknown_about_duty(letter) for letter in duty_letters_of_unknown_fate()],
        }
        if options["format"] == "json":
            self.stdout.write(json.dumps(answer, ensure_ascii=False, indent=2))
            return
        for line in _lines(answer):
            self.stdout.write(line)


def _send(key: str | None, on: datetime.date) -> tuple[Sending, Sending]:
    """Send what is due, or the one letter with this key: what was done about decisions, and about reports."""
    try:
        if key is None:
            return send_due_reminders(on=on), send_duty_reminders(on=on)
        if GrantLetter.objects.filter(key=key).exists():
            return Sending(on), send_duty_again(key=key, on=on)
        return send_again(key=key, on=on), Sending(on)
    except SiteAddressMissing as missing:
        raise CommandError(str(missing)) from missing
    except RetryRefused as refused:
        raise CommandError(refused.reason) from refused


def _due(on: datetime.date) -> Iterator[DueLetter]:
    for due_round in due_rounds(on=on):
        yield from due_round.letters


def _letter(due: DueLetter, fate: str, letter: ReminderLetter | None = None, fault: str = "") -> dict:
    return {
        "key": letter.key if letter else None,
        "plan": due.round.plan.slug,
        "version": due.version.number,
        "code": due.entry.organisation.code,
        "organisation": due.entry.organisation.name,
        "address": due.person.email,
        "occasion": words_of(letter.occasion) if letter else due.occasion.words,
        "fate": str(fate),
        "fault": fault,
    }


def _unknown(letter: ReminderLetter) -> dict:
    return {
        "key": letter.key,
        "plan": letter.version.plan.slug,
        "version": letter.version.number,
        "code": letter.organisation.code,
        "organisation": letter.organisation.name,
        "address": letter.address,
        "occasion": words_of(letter.occasion),
        "claimed_at": timezone.localtime(letter.claimed_at).isoformat(timespec="seconds"),
    }


def _duty_letter(due: DutyLetter, fate: str, letter: GrantLetter | None = None, fault: str = "") -> dict:
    return {
        "key": letter.key if letter else None,
        **_of_duty(due.duty),
        "address": due.person.email,
        "occasion": words_of(letter.occasion) if letter else due.occasion.words,
        "fate": str(fate),
        "fault": fault,
    }


def _unknown_about_duty(letter: GrantLetter) -> dict:
    return {
        "key": letter.key,
        **_of_duty(letter.duty),
        "address": letter.address,
        "occasion": words_of(letter.occasion),
        "claimed_at": timezone.localtime(letter.claimed_at).isoformat(timespec="seconds"),
    }


def _of_duty(duty: GrantDuty) -> dict:
    return {"grant": duty.agreement.slug, "duty": duty.name, "due_on": duty.due_on.isoformat()}


STATES = {
    "due": "skulle skickas",
    Fate.SENT: "skickat",
    Fate.REFUSED: "inte skickat",
    Fate.UNKNOWN: "okänt om det kom fram",
}


def _lines(answer: dict) -> Iterator[str]:
    letters = [*answer["letters"], *answer["duty_letters"]]
    for letter in letters:
        fault = f" ({letter['fault']})" if letter["fault"] else ""
        yield f"{_named(letter)}: {STATES[letter['fate']]}{fault}"
    if not letters:
        yield f"Inga påminnelser att skicka {answer['on']}."
    if answer["trouble"]:
        yield f"Avbrutet. {answer['trouble']}"
    if unknown := [*answer["unknown"], *answer["unknown_duty_letters"]]:
        yield ""
        yield "Ingen vet om dessa brev har skickats. Skicka ett igen med --retry och dess nyckel:"
        for letter in unknown:
            yield f"  {letter['key']}  {_named(letter)}, påbörjat {letter['claimed_at'][:16].replace('T', ' ')}"


def _named(letter: dict) -> str:
    if "grant" in letter:
        return f"{letter['grant']}: {letter['duty']}, {letter['address']}, {letter['occasion']}"
    where = f"{letter['plan']}, version {letter['version']}"
    return f"{where}: {letter['organisation']}, {letter['address']}, {letter['occasion']}"


def _date(text: str) -> datetime.date:
    try:
        return datetime.date.fromisoformat(text)
    except ValueError as error:
        raise CommandError(f"”{text}” är inget datum. Skriv det som 2026-11-24.") from error

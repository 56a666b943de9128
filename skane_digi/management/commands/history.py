"""Write the history of a plan, in words."""

import csv
import datetime
import json

from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError
from django.db.models import Q
from django.utils import timezone

from budgets.money import plain
from plans.history import FieldChange, Happening, Question, history_page
from plans.history_places import whereabouts_of
from plans.models import Plan
from plans.text_comparison import RunKind
from skane_digi.workspace.chronicle import WORDS
from skane_digi.workspace.removal import DELETION

PAGE = 500
COLUMNS = ("nummer", "tid", "vem", "vad", "område", "fält", "före", "efter", "sparningar", "kontrollsumma")


class Command(BaseCommand):
    help = (
        "Skriv vad som har gjorts med en handlingsplan: vem, när och vad som ändrades i ord, det senaste först. "
        "I text står [−struket−] och [+tillagt+]. "
        "JSON bär kontrollsummorna, som verify_log prövar. Slutstatus 1 när något som efterfrågas inte finns."
    )

    def add_arguments(self, parser):
        parser.add_argument("plan", help="planens kortnamn, till exempel 2025")
        parser.add_argument("--area", metavar="OMRÅDE", default="", help="bara ett område, efter dess kortnamn")
        parser.add_argument("--person", metavar="E-POST", default="", help="bara vad en person har gjort")
        parser.add_argument("--since", metavar="DATUM", type=_date, help="från och med en dag, som 2025-03-01")
        parser.add_argument(
            "--format", choices=["text", "json", "csv"], default="text", help="text om inget annat sägs"
        )

    def handle(self, *args, **options):
        plan = Plan.objects.filter(slug=options["plan"]).first()
        if plan is None:
            raise CommandError(f"Det finns ingen handlingsplan med kortnamnet ”{options['plan']}”.")
        whereabouts = whereabouts_of(plan, DELETION)
        if options["area"] and options["area"] not in whereabouts.areas:
            names = ", ".join(whereabouts.areas) or "inga"
            raise CommandError(f"{plan} har inget område ”{options['area']}”. De som finns: {names}.")
        person = _person(options["person"])
        question = Question(area=options["area"], person=person, since=options["since"])
        happenings = _all(plan, question, whereabouts)
        getattr(self, f"_write_{options['format']}")(happenings)

    def _write_text(self, happenings) -> None:
        for told in happenings:
            saves = "" if told.is_one_save else f" ({told.saves} sparningar)"
            self.stdout.write(f"{_time(told.at)}  {told.who}: {plain(told.sentence)}{saves}")
            for change in told.fields:
                self.stdout.write(f"    {change.label}: {_change(change)}")

    def _write_json(self, happenings) -> None:
        self.stdout.write(json.dumps([_as_json(told) for told in happenings], ensure_ascii=False, indent=2))

    def _write_csv(self, happenings) -> None:
        rows = csv.writer(self.stdout, lineterminator="\n")
        rows.writerow(COLUMNS)
        for told in happenings:
            area = told.area.title if told.area else ""
            common = [told.number, _time(told.at), told.who, told.sentence, area]
            for change in told.fields or (None,):
                sides = [change.label, change.before, change.after] if change else ["", "", ""]
                row = [*common, *sides, told.saves, told.digests[-1]]
                rows.writerow([_harmless(plain(str(cell))) for cell in row])


def _all(plan: Plan, question: Question, whereabouts):
    before = None
    while True:
        page = history_page(plan, question, whereabouts=whereabouts, words=WORDS, before=before, size=PAGE)
        yield from page.happenings
        if (before := page.older) is None:
            return


def _as_json(told: Happening) -> dict:
    return {
        "number": told.number,
        "first_number": told.first,
        "at": told.at.isoformat(),
        "began_at": told.began_at.isoformat(),
        "who": told.who,
        "action": told.action,
        "sentence": told.sentence,
        "area": told.area.slug if told.area else None,
        "subject": told.subject[0],
        "key": told.subject[1],
        "parts": told.parts,
        "saves": told.saves,
        "fields": [
            {"name": change.name, "label": change.label, "before": change.before, "after": change.after}
            for change in told.fields
        ],
        "digests": list(told.digests),
    }


def _change(change: FieldChange) -> str:
    """Return the changed stretch of a text with its words in marks, or a value as it was and is."""
    if change.is_same:
        return "samma ord som före"
    if change.marked:
        marks = {RunKind.KEPT: "{}", RunKind.REMOVED: "[−{}−]", RunKind.ADDED: "[+{}+]"}
        return " ".join("".join(marks[run.kind].format(run.text) for run in change.marked.excerpt).split())
    return " → ".join(plain(text) for text in (change.before, change.after) if text)


def _time(at: datetime.datetime) -> str:
    return f"{at.astimezone(timezone.get_default_timezone()):%Y-%m-%d %H:%M}"


def _harmless(cell: str) -> str:
    """Keep a spreadsheet from reading a text as a formula."""
    return f"'{cell}" if cell.startswith(("=", "+", "-", "@", "\t", "\r")) else cell


def _date(text: str) -> datetime.date:
    try:
        return datetime.date.fromisoformat(text)
    except ValueError as error:
        raise CommandError(f"”{text}” är inget datum. Skriv det som 2025-03-01.") from error


def _person(address: str) -> int | None:
    if not address:
        return None
    people = get_user_model().objects.filter(Q(email__iexact=address) | Q(username__iexact=address))
    if (person := people.first()) is None:
        raise CommandError(f"Ingen har kontot ”{address}”.")
    return person.pk

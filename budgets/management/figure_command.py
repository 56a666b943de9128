"""What the commands that bring in key figures have in common: they show the differences, and store all or nothing."""

import argparse
import datetime
import json
from abc import abstractmethod
from pathlib import Path

from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError, CommandParser

from budgets.figure_words import difference_text, head_of, outcome_of
from budgets.key_figures import Figures, Proposal, propose, store_figures
from budgets.models import AllocationKey
from budgets.money import plain
from budgets.regions import Region, region_of
from budgets.scb.reading import FiguresRefused

EPILOG = """\
Lagrade värden skrivs aldrig över oläst: skulle något ändras visas skillnaderna, och inget lagras utan --yes.
Alla värden lagras, eller inga. Det som en plan som är skickad för beslut fördelas efter ändras inte.

utgångsstatus: 0 när värdena är lagrade, redan är desamma eller har prövats med --dry-run; 1 när de inte går att läsa
eller lagra, eller när lagrade värden skulle ändras och --yes saknas; 2 vid fel i kommandoraden
"""


def day(text: str) -> datetime.date:
    """Read a day from the command line."""
    try:
        return datetime.date.fromisoformat(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"”{text}” är inte ett datum. Skriv det som 2024-12-31.") from error


class FigureCommand(BaseCommand):
    """Reads figures, says what they would change, and stores them unless that needs a yes that is not given."""

    def create_parser(self, prog_name, subcommand, **kwargs) -> CommandParser:
        formatter = argparse.RawDescriptionHelpFormatter
        return super().create_parser(prog_name, subcommand, formatter_class=formatter, epilog=EPILOG, **kwargs)

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--on", type=day, required=True, metavar="DAG", help="dagen som värdena avser: 2024-12-31")
        parser.add_argument("--region", default="12", metavar="KOD", help="SCB:s kod: 12 är Skåne (förval), 00 riket")
        parser.add_argument("--dry-run", action="store_true", help="visa vad som skulle ändras och lagra inget")
        parser.add_argument("--yes", action="store_true", help="lagra också när lagrade värden ändras")
        parser.add_argument("--by", metavar="ADRESS", default="", help="kontot som lagrar; annars systemet")
        parser.add_argument("--format", choices=["text", "json"], default="text", help="text om inget annat sägs")

    @abstractmethod
    def read(self, region: Region, options: dict) -> tuple[AllocationKey, Figures]:
        """Return the key and the figures to store. Raises ``FiguresRefused``."""

    def handle(self, *args, **options) -> None:
        by = _account(options["by"])
        try:
            key, figures = self.read(region_of(options["region"]), options)
            proposal = propose(key, figures)
            needs_yes = proposal.overwrites and not options["yes"]
            is_stored = not (options["dry_run"] or needs_yes or proposal.changes_nothing)
            if is_stored or proposal.refusal:
                store_figures(key=key, figures=figures, shown=proposal.token, by=by)
        except FiguresRefused as refusal:
            self._refuse(refusal, options["format"])
        if options["format"] == "json":
            self._write_json({**outcome_of(proposal), "stored": is_stored, "faults": []})
        else:
            self._tell(proposal, is_stored=is_stored, is_dry_run=options["dry_run"])
        if needs_yes and not options["dry_run"]:
            raise SystemExit(1)

    def _tell(self, proposal: Proposal, *, is_stored: bool, is_dry_run: bool) -> None:
        for line in head_of(proposal):
            self.stdout.write(plain(line))
        for change in proposal.words:
            self.stdout.write(plain(f"  {change.label}: ”{change.before}” → ”{change.after}”"))
        if not proposal.is_new:
            for difference in proposal.differences:
                self.stdout.write(plain(f"  {difference_text(difference)}"))
        if is_stored:
            self.stdout.write("Värdena är lagrade.")
        elif proposal.changes_nothing:
            self.stdout.write("De lagrade värdena är redan desamma. Inget är ändrat.")
        elif is_dry_run:
            self.stdout.write("Provat, inget är ändrat.")
        else:
            self.stdout.write("Inget är ändrat. Kör samma kommando med --yes för att ersätta det som är lagrat.")

    def _refuse(self, refusal: FiguresRefused, file_format: str) -> None:
        if file_format == "json":
            self._write_json({"stored": False, "faults": list(refusal.faults)})
            raise SystemExit(1) from refusal
        raise CommandError("\n".join([*refusal.faults, "Inget är ändrat."])) from refusal

    def _write_json(self, answer: dict) -> None:
        self.stdout.write(json.dumps(answer, ensure_ascii=False, indent=2))


def content_of(path: Path) -> bytes:
    """Return what a file holds. Raises ``CommandError`` where it cannot be opened."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise CommandError(f"Filen {path} kunde inte läsas: {error.strerror}.") from error


def key_of(slug: str) -> AllocationKey:
    """Return the key with that short name. Raises ``FiguresRefused`` with those that there are."""
    keys = {key.slug: key for key in AllocationKey.objects.filter(kind=AllocationKey.Kind.MEASURE)}
    if slug not in keys:
        raise FiguresRefused(
            f"Det finns ingen nyckel med kortnamnet ”{slug}”. Det finns: {', '.join(keys) or 'ingen'}."
        )
    return keys[slug]


def _account(address: str):
    if not address:
        return None
    account = get_user_model().objects.filter(email__iexact=address, is_active=True).first()
    if account is None:
        raise CommandError(f"Det finns inget konto i bruk med adressen {address}.")
    return account

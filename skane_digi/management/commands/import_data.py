"""Read master data from a file: all of its rows, or none."""

import json
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.utils.text import capfirst

from plans import sheets
from skane_digi.exchange import UnknownAccount, UnknownModel, answer, import_file, importable


class Command(BaseCommand):
    help = (
        "Importera grunddata ur en fil. Alla rader läses in, eller ingen. Med --dry-run prövas filen utan att något "
        "ändras. Varje fel sägs med blad, rad och kolumn. Utgångsstatus 0 utan fel, 1 med."
    )

    def add_arguments(self, parser):
        parser.add_argument("model", metavar="SLAG", help=f"vad som importeras: {', '.join(importable())}")
        parser.add_argument("file", metavar="FIL", help="filen att läsa: .xlsx, .csv eller .json")
        parser.add_argument("--dry-run", action="store_true", help="pröva filen och ändra inget")
        parser.add_argument(
            "--user", metavar="ADRESS", default="", help="kontot som importerar; annars systemet, som bara låsen gäller"
        )
        parser.add_argument("--format", choices=["text", "json"], default="text", help="text om inget annat sägs")

    def handle(self, *args, **options) -> None:
        path, is_dry_run = Path(options["file"]), options["dry_run"]
        try:
            outcome = import_file(options["model"], path, is_dry_run=is_dry_run, email=options["user"])
        except (UnknownModel, UnknownAccount, sheets.FileRefused) as error:
            raise CommandError(str(error)) from error
        except OSError as error:
            raise CommandError(f"Filen {path} kunde inte läsas: {error.strerror}.") from error
        if options["format"] == "json":
            self.stdout.write(json.dumps(answer(outcome, is_dry_run=is_dry_run), ensure_ascii=False, indent=2))
        else:
            self._tell(outcome, is_dry_run)
        if outcome.faults:
            raise SystemExit(1)

    def _tell(self, outcome, is_dry_run: bool) -> None:
        for fault in outcome.faults:
            self.stdout.write(str(fault))
        if outcome.faults:
            count = len(outcome.faults)
            self.stdout.write(f"{count} fel. Inget är ändrat.")
            return
        counts = outcome.counts_in_words
        self.stdout.write(
            f"Provat, inget är ändrat. {capfirst(counts)}." if is_dry_run else f"Inläst. {capfirst(counts)}."
        )

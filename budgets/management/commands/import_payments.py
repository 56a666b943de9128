"""Read in a bank's file of payments."""

from pathlib import Path

from django.core.management.base import BaseCommand, CommandError, CommandParser

from budgets.bank_files.entries import BankFileRefused
from budgets.bank_files.reading import read_entries
from budgets.bank_matching import Proposal, propose
from budgets.bank_storing import store_bank_file
from budgets.management.collaboration_choice import add_choice, chosen
from budgets.money import format_amount, plain


class Command(BaseCommand):
    help = (
        "Läser in betalningar ur en fil från banken, camt.054 eller CSV, och prickar av dem på OCR-numret. "
        "Allt läses in, eller inget. En fil som redan är inläst ändrar inget."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", metavar="FIL", help="filen att läsa")
        parser.add_argument("--dry-run", action="store_true", help="visa vad som skulle hända, spara inget")
        add_choice(parser)

    def handle(self, *args, **options) -> None:
        collaboration, path = chosen(options["collaboration"]), Path(options["file"])
        try:
            read = read_entries(path.read_bytes(), file_name=path.name)
        except OSError as error:
            raise CommandError(f"{path} går inte att läsa: {error.strerror}.") from error
        except BankFileRefused as refusal:
            raise CommandError("\n".join(refusal.faults)) from refusal
        if options["dry_run"]:
            self._show(propose(collaboration, read))
            self.stdout.write("Inget är sparat.")
            return
        done = store_bank_file(collaboration=collaboration, read=read, by=None)
        self._show(done)
        if done.changes_nothing:
            self.stdout.write("Filen är redan inläst." if done.earlier else "Alla betalningar är redan registrerade.")
            return
        waiting = len(done.waiting)
        self.stdout.write(f"{len(done.new)} betalningar är registrerade, {waiting} väntar på avprickning.")

    def _show(self, proposal: Proposal) -> None:
        for row in proposal.rows:
            entry = row.entry
            amount = format_amount(entry.amount, decimals=2)
            number = f" {row.invoice.number}" if row.invoice else ""
            said = f"{entry.place}: {entry.received_on} {amount} kr, {entry.reference or 'utan referens'}"
            self.stdout.write(plain(f"{said}: {row.outcome.label}{number}. {row.reason}".rstrip()))
        for one in proposal.read.ignored:
            self.stdout.write(plain(f"{one.place}: {one.reason}, tas inte med."))

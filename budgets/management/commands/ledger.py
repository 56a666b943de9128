"""Write a period's vouchers as a file for the ledger."""

import argparse
import datetime
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError, CommandParser

from budgets.ledger import Kind, LedgerRefused, file_name, ledger_csv, ledger_of
from budgets.management.collaboration_choice import add_choice, chosen
from budgets.money import format_amount, plain
from budgets.sie import sie_file
from plans.days import day_of

SUFFIXES = {"csv": "csv", "sie": "si"}


def _day(text: str) -> datetime.date:
    try:
        return datetime.date.fromisoformat(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"”{text}” är inte ett datum. Skriv det som 2024-03-31.") from error


class Command(BaseCommand):
    help = (
        "Skriver verifikationer av fakturor, kreditfakturor och betalningar som fil till ekonomisystemet: "
        "CSV, eller SIE 4 för import (typ 4I)."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--format", choices=list(SUFFIXES), required=True, help="csv eller sie")
        parser.add_argument("--from", dest="starts", type=_day, required=True, metavar="DATUM", help="första dagen")
        parser.add_argument("--to", dest="ends", type=_day, required=True, metavar="DATUM", help="sista dagen")
        parser.add_argument(
            "--kind", dest="kinds", action="append", choices=Kind.values, help="bara det här; kan ges flera gånger"
        )
        parser.add_argument("--output", metavar="FIL", help="filen att skriva; annars ett namn efter perioden")
        add_choice(parser)

    def handle(self, *args, **options) -> None:
        collaboration = chosen(options["collaboration"])
        kinds = options["kinds"] or Kind.values
        try:
            ledger = ledger_of(collaboration, options["starts"], options["ends"], kinds=kinds)
        except LedgerRefused as refusal:
            raise CommandError(refusal.reason) from refusal
        content = ledger_csv(ledger) if options["format"] == "csv" else sie_file(ledger, made_on=day_of())
        path = Path(options["output"] or file_name(ledger, SUFFIXES[options["format"]]))
        try:
            path.write_bytes(content)
        except OSError as error:
            raise CommandError(f"{path} går inte att skriva: {error.strerror}.") from error
        amount = plain(format_amount(ledger.debit, decimals=2))
        self.stdout.write(f"{len(ledger.vouchers)} verifikationer, {amount} kr i debet, i {path}.")

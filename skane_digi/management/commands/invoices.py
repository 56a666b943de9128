"""What the buttons of a round do, for a scheduler: make its files, send it, and go on with work that was left."""

import argparse
import json

from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError, CommandParser

from budgets.models import Invoicing
from skane_digi.invoices.batches import BatchRefused, order_documents, order_sending, progress_of, take_up_all
from skane_digi.models import InvoiceBatch

EPILOG = """\
Arbetet görs där TASK_QUEUE säger: av kommandot självt när den är thread, annars av python3 start.py worker.

exempel:
  manage.py invoices --take-up
  manage.py invoices --make 5f0c6a1d2b7e4c389a41d2f0e6b7c8d9 --by ekonom@example.se
  manage.py invoices --send 5f0c6a1d2b7e4c389a41d2f0e6b7c8d9 --by ekonom@example.se --format json

json: {"batches": [{"key", "kind", "done", "total", "faults": [{"invoice", "organisation", "fault"}]}]}

utgångsstatus: 0, och 1 när något i arbetet inte gick eller inte kunde beställas
"""


class Command(BaseCommand):
    help = (
        "Gör en omgångs filer, skicka den med e-post, eller ta upp arbete som har blivit liggande. Hur ofta det än "
        "körs får ingen faktura två filer och ingen organisation samma faktura två gånger."
    )

    def create_parser(self, prog_name, subcommand, **kwargs) -> CommandParser:
        return super().create_parser(
            prog_name, subcommand, formatter_class=argparse.RawDescriptionHelpFormatter, epilog=EPILOG, **kwargs
        )

    def add_arguments(self, parser: CommandParser) -> None:
        wanted = parser.add_mutually_exclusive_group(required=True)
        wanted.add_argument("--take-up", action="store_true", help="ta upp alla arbeten som ingen håller på med")
        wanted.add_argument("--make", metavar="OMGÅNG", help="gör de filer som saknas i omgången med den nyckeln")
        wanted.add_argument("--send", metavar="OMGÅNG", help="skicka det som inte är skickat i omgången")
        parser.add_argument("--by", metavar="E-POST", default="", help="den som beställer; krävs av --make och --send")
        parser.add_argument("--format", choices=["text", "json"], default="text", help="text om inget annat sägs")

    def handle(self, *args, **options) -> None:
        batches = take_up_all() if options["take_up"] else [self._ordered(options)]
        told = [_told(batch) for batch in batches]
        if options["format"] == "json":
            self.stdout.write(json.dumps({"batches": told}, ensure_ascii=False, indent=2))
        else:
            self._write(told)
        if any(batch["faults"] for batch in told):
            raise SystemExit(1)

    def _ordered(self, options) -> InvoiceBatch:
        invoicing = Invoicing.objects.filter(key=options["make"] or options["send"]).first()
        if invoicing is None:
            raise CommandError("Det finns ingen faktureringsomgång med den nyckeln.")
        by = get_user_model().objects.filter(email__iexact=options["by"], is_active=True).first()
        if by is None:
            raise CommandError("Ange den som beställer med --by och en e-postadress som har ett konto.")
        order = order_documents if options["make"] else order_sending
        try:
            return order(invoicing=invoicing, by=by)
        except BatchRefused as refusal:
            raise CommandError(refusal.reason) from refusal

    def _write(self, told: list[dict]) -> None:
        for batch in told:
            self.stdout.write(f"{batch['key']}  {batch['kind']}: {batch['done']} av {batch['total']} klara")
            for fault in batch["faults"]:
                self.stdout.write(f"  {fault['invoice']}, {fault['organisation']}: {fault['fault']}")
        if not told:
            self.stdout.write("Inget arbete har blivit liggande.")


def _told(batch: InvoiceBatch) -> dict:
    progress = progress_of(batch)
    return {
        "key": batch.key,
        "kind": batch.get_kind_display(),
        "done": progress.done,
        "total": progress.total,
        "faults": [
            {"invoice": str(item.invoice), "organisation": item.invoice.organisation.name, "fault": item.fault}
            for item in progress.faults
        ],
    }

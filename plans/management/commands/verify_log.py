"""Prove that the log has not been altered in the database."""

import json
from dataclasses import asdict

from django.core.management.base import BaseCommand, CommandError

from plans.log_proof import prove_log


class Command(BaseCommand):
    help = (
        "Bevisa att loggen inte har ändrats i databasen, eller namnge den första post som är ändrad, saknas eller är "
        "inskjuten. Skriver den sista kontrollsumman: anteckna den utanför databasen. Slutstatus 1 vid fel."
    )

    def add_arguments(self, parser):
        parser.add_argument("--format", choices=["text", "json"], default="text", help="text om inget annat sägs")
        parser.add_argument(
            "--head",
            metavar="KONTROLLSUMMA",
            default="",
            help="en tidigare antecknad kontrollsumma som ska finnas kvar",
        )

    def handle(self, *args, **options):
        proof = prove_log(noted_digest=options["head"])
        if options["format"] == "json":
            self.stdout.write(json.dumps({"holds": proof.holds, **asdict(proof)}, ensure_ascii=False, indent=2))
        else:
            self.stdout.write(f"Kontrollerade poster: {proof.count}")
            self.stdout.write(f"Sista kontrollsumma:  {proof.head}")
        if proof.fault:
            raise CommandError(proof.fault.text, returncode=1)
        if options["format"] == "text":
            self.stdout.write("Loggen är orörd.")

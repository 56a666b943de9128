"""Write a plan as PDF or HTML."""

import sys
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import BaseCommand, CommandError

from plans.models import Plan
from skane_digi.documents.build import build_plan_document
from skane_digi.documents.fonts import unsettable_characters
from skane_digi.documents.render import plan_html


class Command(BaseCommand):
    help = (
        "Skriv en handlingsplan som PDF (eller HTML). Samma innehåll och datum ger samma byte. "
        "Skriver filens namn; med --output - skrivs dokumentet självt till standard ut."
    )

    def add_arguments(self, parser):
        parser.add_argument("plan", help="planens kortnamn, till exempel 2024 eller 2022-2023")
        parser.add_argument("--output", metavar="FIL", help="filen att skriva; annars handlingsplan-PLAN.pdf här")
        parser.add_argument("--format", choices=["pdf", "html"], default="pdf", help="pdf om inget annat sägs")

    def handle(self, *args, **options):
        document = build_plan_document(_find(options["plan"]))
        html = plan_html(document)
        missing = unsettable_characters(html)
        if missing:
            shown = " ".join(sorted(missing)[:20])
            self.stderr.write(f"Varning: tecken som typsnitten saknar har ersatts med ett synligt märke: {shown}")
        content = html.encode() if options["format"] == "html" else _pdf(document)
        target = options["output"] or f"{document.file_stem}.{options['format']}"
        if target == "-":
            sys.stdout.buffer.write(content)
            return
        path = Path(target)
        try:
            path.write_bytes(content)
        except OSError as error:
            raise CommandError(
                f"Filen {path} kunde inte skrivas: {error.strerror}. Ange en annan med --output."
            ) from error
        self.stdout.write(f"{path} ({len(content)} byte)")


def _find(slug: str) -> Plan:
    plan = Plan.objects.filter(slug=slug).first()
    if plan is None:
        slugs = ", ".join(Plan.objects.values_list("slug", flat=True)) or "inga"
        raise CommandError(f"Det finns ingen handlingsplan med kortnamnet ”{slug}”. De som finns: {slugs}.")
    return plan


def _pdf(document) -> bytes:
    try:
        from skane_digi.documents.pdf import render_pdf  # HTML needs no system libraries

        return render_pdf(document)
    except ImproperlyConfigured as error:
        raise CommandError(str(error)) from error

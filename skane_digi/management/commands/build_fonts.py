"""Cut the typefaces of page and PDF into settings.FONTS_DIR."""

from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand

from skane_digi.documents.fonts import build_fonts, font_names


class Command(BaseCommand):
    help = "Gör sidans och PDF-filens typsnitt av de paket som följer med som beroenden. Gör inget om de är aktuella."
    requires_system_checks = []

    def handle(self, *args, **options):
        directory = Path(settings.FONTS_DIR)
        if build_fonts(directory):
            self.stdout.write(f"{len(font_names())} typsnitt gjorda i {directory}.")
        else:
            self.stdout.write("Typsnitten är aktuella.")

"""Write master data to a file that can be imported again."""

import sys
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from plans import sheets
from skane_digi.exchange import UnknownModel, exchangeable, export_file


class Command(BaseCommand):
    help = (
        "Exportera grunddata, med svenska rubriker och utan databasens egna id, till en fil som import_data kan läsa. "
        "Alla rader exporteras, även ur utkast. Fakturor och betalningar går bara ut."
    )

    def add_arguments(self, parser):
        parser.add_argument("model", metavar="SLAG", help=f"vad som exporteras: {', '.join(exchangeable())}")
        parser.add_argument(
            "--output", metavar="FIL", required=True, help="filen att skriva: .xlsx, .csv eller .json; - är standard ut"
        )
        parser.add_argument("--format", choices=sheets.FORMATS, help="filens format, om namnet inte säger det")

    def handle(self, *args, **options) -> None:
        target = options["output"]
        file_format = options["format"] or Path(target).suffix.lower().removeprefix(".")
        if file_format not in sheets.FORMATS:
            raise CommandError("Säg vilket format filen ska ha: .xlsx, .csv eller .json i namnet, eller --format.")
        try:
            content = export_file(options["model"], file_format=file_format)
        except (UnknownModel, sheets.FileRefused) as error:
            raise CommandError(str(error)) from error
        if target == "-":
            sys.stdout.buffer.write(content)
            return
        try:
            Path(target).write_bytes(content)
        except OSError as error:
            raise CommandError(f"Filen {target} kunde inte skrivas: {error.strerror}.") from error
        self.stdout.write(f"{target} ({len(content)} byte)")

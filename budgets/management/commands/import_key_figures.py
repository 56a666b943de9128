"""Bring in the values of any measure per organisation from a file."""

from pathlib import Path

from django.core.management.base import CommandError, CommandParser

from budgets.key_figures import Figures
from budgets.management.figure_command import FigureCommand, content_of, key_of
from budgets.measure_files import measure_in_file
from budgets.models import AllocationKey, KeyFigureSet
from budgets.regions import Region
from budgets.scb import population


class Command(FigureCommand):
    help = (
        "Läser in en nyckels värden en dag ur en fil med en rad per organisation: kod eller namn, och värde. "
        "Filen är CSV, .xlsx eller JSON-stat2. Folkmängd hämtas med fetch_population."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("key", metavar="NYCKEL", help="nyckelns kortnamn, till exempel vfu-veckor")
        parser.add_argument("file", metavar="FIL", help="filen att läsa")
        super().add_arguments(parser)
        parser.add_argument("--source", metavar="TEXT", default="", help="varifrån värdena kommer; annars filens namn")
        parser.add_argument("--total", type=int, metavar="TAL", help="källans egen summa, där den anger en")
        qualities = KeyFigureSet.Quality
        parser.add_argument(
            "--quality",
            choices=qualities.values,
            default=qualities.OFFICIAL,
            help="uppgifternas slag, förval: official",
        )

    def read(self, region: Region, options: dict) -> tuple[AllocationKey, Figures]:
        key, path = key_of(options["key"]), Path(options["file"])
        if key.slug == population.KEY:
            raise CommandError(f"Folkmängd läses in med fetch_population --on {options['on']} --file {path}.")
        figures = measure_in_file(
            content_of(path),
            file_name=path.name,
            day=options["on"],
            region=region,
            source=options["source"],
            quality=options["quality"],
            stated_total=options["total"],
        )
        return key, figures

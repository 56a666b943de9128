"""Bring in the population of a day: from SCB, or from a file that was downloaded there by hand."""

from pathlib import Path

from django.core.management.base import CommandParser

from budgets.key_figures import Figures
from budgets.management.figure_command import FigureCommand, content_of, key_of
from budgets.models import AllocationKey
from budgets.regions import Region
from budgets.scb import population


class Command(FigureCommand):
    help = (
        "Hämtar folkmängden en dag från SCB, version 2 av gränssnittet och annars version 1, och lagrar den. Dagen är "
        "den sista i en månad eller den 1 november. Svarar inte SCB, hämta tabellen för hand och ange filen."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--file", metavar="FIL", help="läs en hämtad fil i stället: JSON-stat2, CSV eller .xlsx")

    def read(self, region: Region, options: dict) -> tuple[AllocationKey, Figures]:
        key, day = key_of(population.KEY), options["on"]
        if not options["file"]:
            return key, population.fetch_population(day, region)
        path = Path(options["file"])
        return key, population.population_in_file(content_of(path), file_name=path.name, day=day, region=region)

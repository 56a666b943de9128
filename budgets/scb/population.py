"""The population of a county's municipalities, or of the whole country's, on a day: asked of SCB, or from a file."""

import datetime
from collections.abc import Sequence

from budgets.key_figures import Figures
from budgets.models import KeyFigureSet
from budgets.regions import Region
from budgets.scb.client import ScbClient
from budgets.scb.files import read_file
from budgets.scb.reading import FiguresRefused, PickedValue, Reading, pick
from budgets.scb.tables import NOVEMBER, TABLES, Table, is_noisy, periods_of, table_for

KEY = "folkmangd"
NOISE = (
    "Från och med 2025 lägger SCB till ett litet slumpmässigt brus i varje uppgift för att skydda enskilda. En summa "
    "kan därför skilja sig från summan av sina delar."
)
NOVEMBER_WORDS = "1 november"


def fetch_population(day: datetime.date, region: Region, *, client: ScbClient | None = None) -> Figures:
    """Return SCB's figures. Raises ``FiguresRefused``, and ``ScbDoesNotAnswer`` where SCB is down."""
    table = table_for(day)
    client = client or ScbClient()
    reading = client.fetch(table, regions=[region.code, *region.members], period=table.period(day))
    return _figures(reading, day, region, source=table.source, table=table)


def population_in_file(data: bytes, *, file_name: str, day: datetime.date, region: Region) -> Figures:
    """Return the figures of a file that was downloaded from SCB by hand. Raises ``FiguresRefused``."""
    table = table_for(day)
    reading = read_file(data, file_name=file_name)
    own = next((one for one in TABLES if one.number == reading.table), None)
    if (table is NOVEMBER) != _is_of_november(reading, own, table):
        what = "är" if table is not NOVEMBER else "är inte"
        raise FiguresRefused(f"Filen {what} SCB:s folkmängd den 1 november. Hämta tabell {table.number} för {day}.")
    source = f"{(own or table).source}, inläst ur filen {file_name}"
    return _figures(reading, day, region, source=source, table=own or table)


def _figures(reading: Reading, day: datetime.date, region: Region, *, source: str, table: Table) -> Figures:
    values, total = _parted(pick(reading, periods=periods_of(day), contents=table.contents), region)
    if missing := [f"{name} ({code})" for code, name in region.members.items() if code not in values]:
        raise FiguresRefused(
            f"Uppgift saknas för {', '.join(missing[:8])}{' …' if len(missing) > 8 else ''}. Alla kommuner i "
            f"{region.name} behövs; ett värde som saknas räknas inte som noll."
        )
    noisy = is_noisy(day)
    quality = KeyFigureSet.Quality.PERTURBED if noisy else KeyFigureSet.Quality.OFFICIAL
    return Figures(
        region_code=region.code,
        region_name=region.name,
        day=day,
        values=values,
        stated_total=total,
        quality=quality,
        source=source,
        remark=NOISE if noisy else "",
    )


def _parted(picked: Sequence[PickedValue], region: Region) -> tuple[dict[str, int], int | None]:
    """Return the values of the region's municipalities, and its own total where there is one. Others are left."""
    by_name = {name.casefold(): code for code, name in region.members.items()}
    values, total = {}, None
    for one in picked:
        code = one.region.code or by_name.get(one.region.label.casefold(), "")
        if code in region.members:
            values[code] = one.value
        elif code == region.code or one.region.label.casefold() == region.name.casefold():
            total = one.value
    return values, total


def _is_of_november(reading: Reading, own: Table | None, expected: Table) -> bool:
    """Whether a file is of the table that writes 1 November as a year, as the yearly one writes 31 December."""
    if own is not None:
        return own is NOVEMBER
    words = {reading.title.casefold(), *(cell.contents.label.casefold() for cell in reading.cells)}
    if any(NOVEMBER_WORDS in text for text in words):
        return True
    return expected is NOVEMBER and not reading.title  # a file that does not say is taken at the word of its reader

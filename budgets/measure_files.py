"""The values of any measure from a file: nurses, training weeks, orders; per organisation, by code or by name."""

import datetime

from budgets.key_figures import Figures
from budgets.models import KeyFigureSet
from budgets.regions import Region
from budgets.scb.files import read_file
from budgets.scb.reading import FiguresRefused, Key, pick
from plans.models import Organisation

TOTAL_ROWS = {"summa", "totalt", "total", "samtliga", "alla"}


def measure_in_file(
    data: bytes,
    *,
    file_name: str,
    day: datetime.date,
    region: Region,
    source: str = "",
    quality: str = KeyFigureSet.Quality.OFFICIAL,
    stated_total: int | None = None,
    remark: str = "",
) -> Figures:
    """Return the figures of a file with a row per organisation. Raises ``FiguresRefused``.

    A row headed *Summa* or *Totalt* is the source's own total, unless ``stated_total`` is given.
    """
    picked = pick(read_file(data, file_name=file_name), periods=_periods(day))
    codes, by_name = _organisations()
    values, faults, places = {}, [], {}
    for one in picked:
        if not one.region.code and one.region.label.casefold() in TOTAL_ROWS:
            stated_total = one.value if stated_total is None else stated_total
            continue
        code = _code_of(one.region, codes, by_name)
        if not code:
            faults.append(f"{one.place}: det finns ingen organisation ”{one.region.code or one.region.label}”.")
        elif first := places.get(code):
            faults.append(f"{one.place}: {one.region} finns redan ({first}). Ta bort en av dem.")
        else:
            values[code], places[code] = one.value, one.place
    if faults:
        raise FiguresRefused(*faults)
    return Figures(
        region_code=region.code,
        region_name=region.name,
        day=day,
        values=values,
        stated_total=stated_total,
        quality=quality,
        source=source or f"Filen {file_name}",
        remark=remark,
    )


def _periods(day: datetime.date) -> tuple[str, ...]:
    return day.isoformat(), f"{day:%YM%m}", f"{day.year}"


def _organisations() -> tuple[set[str], dict[str, str]]:
    """Return every code, and the codes by name, short or whole; a name that two share stands for neither."""
    codes, by_name = set(), {}
    for code, name, short_name in Organisation.objects.values_list("code", "name", "short_name"):
        codes.add(code)
        for text in {name.casefold(), short_name.casefold()}:
            by_name[text] = "" if text in by_name else code
    return codes, by_name


def _code_of(region: Key, codes: set[str], by_name: dict[str, str]) -> str:
    if region.code:
        return region.code if region.code in codes else ""
    return by_name.get(region.label.casefold(), "")

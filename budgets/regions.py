"""The areas that key figures are kept for: a county, or the whole country, by SCB's code."""

from collections.abc import Mapping
from dataclasses import dataclass

from budgets.scb.reading import FiguresRefused
from plans.models import Organisation

SWEDEN, SWEDEN_NAME = "00", "Riket"


@dataclass(frozen=True, slots=True)
class Region:
    """A county or, with the code 00, the whole country. ``members`` are its municipalities' names by code."""

    code: str
    name: str
    members: Mapping[str, str]

    @property
    def label(self) -> str:
        return f"{self.name} ({self.code})"


def known_regions() -> dict[str, Region]:
    """Return the whole country and every county that has municipalities here, by code, in one query."""
    rows = list(
        Organisation.objects.filter(kind=Organisation.Kind.MUNICIPALITY)
        .order_by("code")
        .values_list("code", "short_name", "county")
    )
    counties: dict[str, dict[str, str]] = {}
    names: dict[str, str] = {}
    for code, name, county in rows:
        counties.setdefault(code[:2], {})[code] = name
        names[code[:2]] = names.get(code[:2]) or county
    found = {SWEDEN: Region(SWEDEN, SWEDEN_NAME, {code: name for code, name, _ in rows})}
    return found | {code: Region(code, names[code] or f"Län {code}", own) for code, own in counties.items()}


def region_of(code: str) -> Region:
    """Return the region with SCB's ``code``. Raises ``FiguresRefused`` where there is none."""
    known = known_regions()
    if code not in known:
        listed = ", ".join(sorted(known))
        raise FiguresRefused(f"Det finns inget område med koden ”{code}”. Skriv 12 för Skåne, 00 för riket ({listed}).")
    return known[code]

"""Organisations and population from the reference tables, so that nobody edits those fixtures by hand."""

import csv
import json
import re
import unicodedata
from collections import Counter
from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils.text import slugify

FOLDER = Path(settings.BASE_DIR) / "fixtures"
REFERENCE = FOLDER / "reference"
SKANE = "12"
SWEDEN = "00"
KEY = "folkmangd"
QUALITY = {"official": "official", "CKM-perturbed": "perturbed"}


def read_rows(name: str) -> list[dict[str, str]]:
    with (REFERENCE / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def ascii_slug(name: str) -> str:
    return slugify(unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode())


def slugs(municipalities: list[dict[str, str]]) -> dict[str, str]:
    """Return ``{code: slug}``; two that fold to the same letters (Habo, Håbo) both get their code as well."""
    plain = {row["kommunkod"]: ascii_slug(row["kommun"]) for row in municipalities}
    times = Counter(plain.values())
    return {code: slug if times[slug] == 1 else f"{slug}-{code}" for code, slug in plain.items()}


def fixture_row(model: str, **fields) -> dict:
    return {"model": model, "fields": fields}


def organisations() -> list[dict]:
    """Region Skåne, then all municipalities by code. What is not known of those outside Skåne is left empty."""
    known = {row["kommunkod"] or SKANE: row for row in read_rows("organisations.csv")}
    sub_regions = {row["kommun"]: row for row in read_rows("delregion.csv")}
    tiles = {row["kommunkod"]: row for row in read_rows("tile_map_skane.csv")}
    municipalities = read_rows("population_sweden_2026-05.csv")
    slug_of = slugs(municipalities)
    region = known[SKANE]
    rows = [
        fixture_row(
            "plans.organisation",
            code=SKANE,
            kind="region",
            name=region["namn"],
            short_name=region["namn"],
            slug="region-skane",
            organisation_number=region["organisationsnummer"],
            website=region["webb"],
            county="Skåne län",
        )
    ]
    for row in sorted(municipalities, key=lambda row: row["kommunkod"]):
        code, facts = row["kommunkod"], known.get(row["kommunkod"], {})
        fields = {
            "code": code,
            "kind": "municipality",
            "name": facts.get("namn", row["kommun"]),
            "short_name": row["kommun"],
            "slug": slug_of[code],
            "organisation_number": facts.get("organisationsnummer", ""),
            "website": facts.get("webb", ""),
            "county": row["lan"],
        }
        if facts:
            sub_region, tile = sub_regions[row["kommun"]], tiles[code]
            fields |= {
                "sub_region": sub_region["delregion"],
                "is_sub_region_confirmed": sub_region["verified"] == "yes",
                "tile_column": int(tile["column"]),
                "tile_row": int(tile["row"]),
            }
        rows.append(fixture_row("plans.organisation", **fields))
    return rows


def source_text(source: str) -> str:
    """Return the source as a plan prints it: SCB and the table. The CSV keeps where each figure was fetched."""
    table = re.search(r"TAB\d+", source)
    if table is None:
        raise CommandError(f"Källan ”{source}” nämner ingen tabell hos SCB (TAB följt av siffror).")
    return f"SCB, Statistikdatabasen, tabell {table[0]}"


def figure_set(*, region_code: str, region_name: str, day: str, rows: list[dict[str, str]], total: int | None) -> dict:
    statuses, sources = {row["status"] for row in rows}, {row["source"] for row in rows}
    if len(statuses) != 1 or len(sources) != 1:
        raise CommandError(f"Raderna för {region_name} {day} har olika status eller källa: {statuses}, {sources}.")
    quality, remark = QUALITY[statuses.pop()], ""
    if quality == "perturbed":
        remark = (
            "Från och med 2025 lägger SCB till ett litet slumpmässigt brus i varje uppgift för att skydda enskilda. "
            "En summa kan därför skilja sig från summan av sina delar."
        )
    return fixture_row(
        "budgets.keyfigureset",
        allocation_key=[KEY],
        region_code=region_code,
        region_name=region_name,
        reference_date=day,
        quality=quality,
        source=source_text(sources.pop()),
        stated_total=total,
        remark=remark,
    )


def key_figures(region_code: str, day: str, rows: list[dict[str, str]]) -> list[dict]:
    return [
        fixture_row(
            "budgets.keyfigure",
            figure_set=[KEY, region_code, day],
            organisation=[row["kommunkod"]],
            value=int(row["folkmangd"]),
        )
        for row in sorted(rows, key=lambda row: row["kommunkod"])
    ]


def population() -> list[dict]:
    """Skåne's municipalities on every day in the reference, then all municipalities on the one day they are known."""
    built, by_day = [], {}
    for row in read_rows("population_skane.csv"):
        by_day.setdefault(row["datum"], []).append(row)
    for day, rows in sorted(by_day.items()):
        parts = [row for row in rows if len(row["kommunkod"]) == 4]
        # SCB's own total where the source prints one; the computed sum (SUM33) is checked, never stored.
        stated = [int(row["folkmangd"]) for row in rows if row["kommunkod"] == SKANE]
        computed = [int(row["folkmangd"]) for row in rows if row["kommunkod"] == "SUM33"]
        if computed and computed[0] != sum(int(row["folkmangd"]) for row in parts):
            raise CommandError(f"population_skane.csv: summan för {day} stämmer inte med sina delar.")
        total = stated[0] if stated else None
        built.append(figure_set(region_code=SKANE, region_name="Skåne län", day=day, rows=parts, total=total))
        built += key_figures(SKANE, day, parts)
    sweden = [row | {"status": "CKM-perturbed"} for row in read_rows("population_sweden_2026-05.csv")]
    (day,) = {row["datum"] for row in sweden}
    built.append(figure_set(region_code=SWEDEN, region_name="Riket", day=day, rows=sweden, total=None))
    return built + key_figures(SWEDEN, day, sweden)


BUILT = {"01_organisations.json": organisations, "03_population.json": population}


def as_json(rows: list[dict]) -> str:
    """One row a line: a year's new figures are then as many new lines in the difference."""
    lines = ",\n".join(json.dumps(row, ensure_ascii=False) for row in rows)
    return f"[\n{lines}\n]\n"


class Command(BaseCommand):
    help = (
        "Bygger fixtures/01_organisations.json och fixtures/03_population.json ur tabellerna i fixtures/reference. "
        "Ett nytt års folkmängd läggs till i population_skane.csv; kör sedan kommandot."
    )

    def add_arguments(self, parser):
        parser.add_argument("--check", action="store_true", help="skriv inget; avsluta med fel om något skulle ändras")

    def handle(self, *args, check=False, **options):
        for name, build in BUILT.items():
            path, text = FOLDER / name, as_json(build())
            if path.exists() and path.read_text(encoding="utf-8") == text:
                self.stdout.write(f"{name}: oförändrad")
                continue
            if check:
                raise CommandError(f"{name} stämmer inte med tabellerna. Kör: manage.py build_reference_fixtures")
            path.write_text(text, encoding="utf-8")
            self.stdout.write(f"{name}: skriven")

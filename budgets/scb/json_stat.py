"""Answers as JSON: json-stat2, which both versions of PxWeb give, and version 1's own form."""

import itertools
import json
import math
from collections.abc import Mapping
from decimal import Decimal
from typing import NoReturn

from budgets.scb.reading import Cell, FiguresRefused, Key, Reading

MOST_CELLS = 150_000
REGION, TIME, CONTENTS = "region", "tid", "contentscode"
NO_CONTENTS = Key("")
_SWEDISH = {"alder": "ålder", "kon": "kön", "civilstand": "civilstånd"}


class Malformed(FiguresRefused):
    """The answer does not have the form that it should."""


def read_json(text: str) -> Reading:
    """Read json-stat2 or PxWeb version 1's JSON. Raises ``Malformed``."""
    try:
        document = json.loads(text, parse_float=Decimal, parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        raise Malformed("Innehållet går inte att läsa som JSON.") from error
    if isinstance(document, dict):
        if document.get("class") == "dataset" or {"id", "size", "dimension"} <= document.keys():
            return read_json_stat(document)
        if {"columns", "data"} <= document.keys():
            return read_version_1(document)
        if "dataset" in document:
            raise Malformed("Filen är i det äldre formatet JSON-stat. Hämta den som JSON-stat2.")
    raise Malformed("Innehållet är JSON, men varken JSON-stat2 eller PxWebs JSON.")


def read_json_stat(document: Mapping) -> Reading:
    """Read a dataset: its dimensions in the order of ``id``, values as a list or, sparse, by position."""
    try:
        names = [str(name) for name in document["id"]]
        sizes = [_count(size) for size in document["size"]]
        keys = [_categories(document["dimension"][name]["category"]) for name in names]
        labels = {name: str(document["dimension"][name].get("label") or name) for name in names}
        values, states = document["value"], document.get("status") or {}
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise Malformed("JSON-stat2-svaret saknar id, size, dimension eller value.") from error
    if [len(own) for own in keys] != sizes:
        raise Malformed("JSON-stat2-svaret har ett annat antal kategorier än det säger.")
    if (count := math.prod(sizes)) > MOST_CELLS:
        raise Malformed(f"JSON-stat2-svaret har {count} värden, och högst {MOST_CELLS} går att läsa.")
    if not isinstance(values, dict) and (not isinstance(values, list) or len(values) != count):
        raise Malformed(f"JSON-stat2-svaret ska ha {count} värden.")
    roles = _roles(names, document.get("role"))
    if REGION not in roles.values():
        raise Malformed("JSON-stat2-svaret har ingen dimension för region.")
    cells = tuple(
        _cell(dict(zip(names, place, strict=True)), roles, labels, _at(values, position), _at(states, position))
        for position, place in enumerate(itertools.product(*keys))
    )
    return Reading(cells, str(document.get("label") or ""), _table_number(document))


def read_version_1(document: Mapping) -> Reading:
    """Read ``{"columns": […], "data": [{"key": […], "values": […]}]}``."""
    try:
        columns = [
            (str(column["code"]), str(column.get("text") or ""), column.get("type")) for column in document["columns"]
        ]
        names = [code for code, _, kind in columns if kind != "c"]
        contents = [Key(code, text) for code, text, kind in columns if kind == "c"]
        labels = {code: text or code for code, text, _ in columns}
        times = [code for code, _, kind in columns if kind == "t"]
        roles = _roles(names, {"time": times})
        cells = []
        for row in document["data"]:
            keys = dict(zip(names, (Key(str(code)) for code in row["key"]), strict=True))
            for content, value in zip(contents, row["values"], strict=True):
                cells.append(_cell(keys, roles, labels, value, None, content))
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise Malformed("PxWeb-svaret saknar columns, key eller values, eller har olika många av dem.") from error
    if REGION not in roles.values():
        raise Malformed("PxWeb-svaret har ingen kolumn för region.")
    return Reading(tuple(cells))


def _cell(keys: Mapping[str, Key], roles, labels, value, status, contents: Key = NO_CONTENTS) -> Cell:
    region, period, others = Key(""), "", {}
    for name, key in keys.items():
        role = roles[name]
        if role == REGION:
            region = key
        elif role == TIME:
            period = key.code
        elif role == CONTENTS:
            contents = key
        else:
            others[_SWEDISH.get(name.casefold(), labels[name])] = key
    if value is None and status:
        value = str(status)
    return Cell(region, value, f"Region {region.code}", period, contents, others)


def _roles(names: list[str], given: object) -> dict[str, str]:
    """Return what each dimension is: by its role where the answer gives one, otherwise by its name."""
    given = given if isinstance(given, dict) else {}
    said = dict.fromkeys(given.get("time") or (), TIME) | dict.fromkeys(given.get("metric") or (), CONTENTS)
    return {name: said.get(name) or name.casefold() for name in names}


def _categories(category: Mapping) -> list[Key]:
    """Return the categories in their order; ``index`` is a list, a mapping to positions, or left out for a single."""
    index, labels = category.get("index"), category.get("label") or {}
    if index is None:
        codes = list(labels)
    elif isinstance(index, dict):
        codes = sorted(index, key=lambda code: _count(index[code]))
        if [index[code] for code in codes] != list(range(len(codes))):
            raise ValueError("positions")
    else:
        codes = list(index)
    return [Key(str(code), str(labels.get(code, ""))) for code in codes]


def _at(values: object, position: int) -> object:
    if isinstance(values, list):
        return values[position] if position < len(values) else None
    if isinstance(values, dict):
        return values.get(str(position))
    return values  # one status for all


def _count(number: object) -> int:
    if isinstance(number, bool) or not isinstance(number, int) or number < 0:
        raise ValueError("count")
    return number


def _table_number(document: Mapping) -> str:
    extension = document.get("extension")
    px = extension.get("px") if isinstance(extension, dict) else None
    return str(px.get("tableid") or "") if isinstance(px, dict) else ""


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(name)

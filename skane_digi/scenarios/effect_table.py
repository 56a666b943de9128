"""The table of what each organisation pays before and after, sorted by its head."""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from urllib.parse import urlencode

from budgets.money import format_amount
from budgets.scenario_effect import Effect, LineChange, OrganisationEffect
from plans.collation import swedish_key
from skane_digi.portal.sorting import ASCENDING, DESCENDING, SortableColumn
from skane_digi.scenarios.effect_words import percent_text, signed

Pairs = list[tuple[str, str]]
WITHOUT = Decimal(-1000)  # a change that cannot be told in per cent is sorted below every other


@dataclass(frozen=True, slots=True)
class EffectRow:
    """An organisation's row; ``mark`` says that it joins or leaves. ``url`` leads to its part of every line."""

    code: str
    name: str
    url: str
    mark: str
    before: Decimal
    before_text: str
    after: Decimal
    after_text: str
    difference: Decimal
    difference_text: str
    percent: Decimal
    percent_text: str


@dataclass(frozen=True, slots=True)
class LineRow:
    """A line, or an organisation's part of it."""

    name: str
    before_text: str
    after_text: str
    difference_text: str


VALUES: dict[str, tuple[bool, Callable[[EffectRow], object]]] = {
    "namn": (False, lambda row: swedish_key(row.name)),
    "fore": (True, lambda row: row.before),
    "efter": (True, lambda row: row.after),
    "forandring": (True, lambda row: row.difference),
    "procent": (True, lambda row: row.percent),
}


@dataclass(frozen=True, slots=True)
class EffectTable:
    columns: tuple[SortableColumn, ...]
    rows: tuple[EffectRow, ...]
    total: LineRow
    total_percent_text: str


def effect_table(effect: Effect, query, kept: Pairs) -> EffectTable:
    """Return the table in the order that ``query`` asks for; ``kept`` is what every link keeps of the address."""
    key = query.get("sortera", "")
    key = key if key in VALUES else ""
    is_descending = query.get("riktning") == DESCENDING
    rows = [_row(one, kept) for one in effect.members]
    if key:
        rows = sorted(sorted(rows, key=VALUES["namn"][1]), key=VALUES[key][1], reverse=is_descending)
    return EffectTable(
        columns=tuple(_columns(effect, key, is_descending, kept)),
        rows=tuple(rows),
        total=LineRow(
            "Summa",
            format_amount(effect.total.before, decimals=2),
            format_amount(effect.total.after, decimals=2),
            signed(effect.total.difference),
        ),
        total_percent_text=percent_text(effect.total),
    )


def line_row(line: LineChange) -> LineRow:
    return LineRow(
        line.name,
        format_amount(line.before, decimals=2),
        format_amount(line.after, decimals=2),
        signed(line.difference),
    )


def _row(one: OrganisationEffect, kept: Pairs) -> EffectRow:
    change = one.change
    return EffectRow(
        code=one.code,
        name=one.organisation.short_name,
        url=f"?{urlencode([*kept, ('org', one.code)])}#organisationen",
        mark="går med" if one.joins else "lämnar" if one.leaves else "",
        before=change.before or Decimal(0),
        before_text=format_amount(change.before, decimals=2),
        after=change.after,
        after_text=format_amount(change.after, decimals=2),
        difference=change.difference or Decimal(0),
        difference_text=signed(change.difference),
        percent=WITHOUT if change.percent is None else change.percent,
        percent_text=percent_text(change),
    )


def _columns(effect: Effect, key: str, is_descending: bool, kept: Pairs):
    before = effect.comparison.label if effect.comparison else "Före"
    labels = ("Organisation", f"{before}, kr", "Scenariot, kr", "Förändring, kr", "Procent")
    for (name, (is_figure, _)), label in zip(VALUES.items(), labels, strict=True):
        is_current = name == key
        next_descending = not is_descending if is_current else is_figure
        yield SortableColumn(
            key=name,
            label=label,
            is_figure=is_figure,
            aria_sort=("descending" if is_descending else "ascending") if is_current else "",
            query=urlencode([*kept, ("sortera", name), ("riktning", DESCENDING if next_descending else ASCENDING)]),
        )

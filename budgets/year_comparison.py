"""What the members share this year beside the year before, as a table and as a chart."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING

from budgets.models import BudgetLine
from budgets.money import format_amount, round_half_up
from plans.models import FocusArea, Plan

if TYPE_CHECKING:
    from budgets.tables import BudgetRow, BudgetTable


@dataclass(frozen=True, slots=True)
class YearChange:
    """One area (or the sum) this year and the year before; texts are ready, ``percent_text`` empty without a base."""

    name: str
    slug: str
    amount: Decimal | None
    text: str
    previous: Decimal | None
    previous_text: str
    difference: Decimal | None
    difference_text: str
    percent_text: str


@dataclass(frozen=True, slots=True)
class YearComparison:
    """What the members share in ``year`` and shared in ``previous_year``, area by area."""

    year: int
    previous_year: int
    caption: str
    rows: tuple[YearChange, ...]
    total: YearChange


@dataclass(frozen=True, slots=True)
class BudgetBar:
    """A bar of the chart: whole percent of the largest amount in either year, and the same figures as text."""

    name: str
    slug: str
    amount: Decimal | None
    text: str
    width: int
    previous: Decimal | None
    previous_text: str
    previous_width: int


def sum_known(amounts: Iterable[Decimal | None]) -> Decimal | None:
    """Add what there is; nothing at all is no figure, not zero."""
    known = [amount for amount in amounts if amount is not None]
    return sum(known, Decimal(0)) if known else None


def previous_year(table: "BudgetTable", year: int) -> YearComparison | None:
    """Compare what the members share in ``year`` with the year before in the same table, area by area.

    ``None`` where the table has no earlier year.
    """
    earlier = [group.year for group in table.years if group.year < year]
    if not earlier or table.year(year) is None:
        return None
    before = max(earlier)
    rows = tuple(
        _change(row.name, row.slug, _shared(table, row, year), _shared(table, row, before)) for row in table.rows
    )
    return _year_comparison(year, before, rows)


def _year_comparison(year: int, before: int, rows: tuple[YearChange, ...]) -> YearComparison:
    return YearComparison(
        year=year,
        previous_year=before,
        caption=f"Kostnad som fördelas på medlemmarna {year}, jämfört med {before}, kronor",
        rows=rows,
        total=_change("Summa", "", sum_known(row.amount for row in rows), sum_known(row.previous for row in rows)),
    )


def plans_compared(
    before: Plan, after: Plan, areas: Sequence[tuple[FocusArea | None, Sequence[FocusArea]]]
) -> tuple[YearComparison, ...]:
    """Compare each of the later plan's years with the last year of ``before`` that shares anything.

    ``areas`` are pairs of an area of the later plan and those it comes from; ``None`` for an area that has ended. The
    figures are the two plans' own, not those that the later one prints for comparison. The money of an area that was
    split is set beside the first of its heirs.
    """
    amounts: dict[tuple[int, int], Decimal] = defaultdict(Decimal)
    lines = BudgetLine.objects.filter(focus_area__plan__in=[before, after]).shared()
    for area, year, amount in lines.order_by("pk").values_list("focus_area", "year", "amount"):
        amounts[area, year] += amount
    own_before = {area.pk for _, forerunners in areas for area in forerunners}
    years_before = {row.year for row in before.years.all()}
    shared_before = {year for area, year in amounts if area in own_before and year in years_before}
    if not shared_before:
        return ()
    last = max(shared_before)
    compared = []
    for row in after.years.all():
        rows, counted = [], set()
        for area, forerunners in areas:
            fresh = [other.pk for other in forerunners if other.pk not in counted]
            counted.update(fresh)
            named = area or forerunners[0]
            now = amounts.get((area.pk, row.year)) if area else None
            then = sum_known(amounts.get((pk, last)) for pk in fresh)
            rows.append(_change(named.name_in_tables, named.slug if area else "", now, then))
        compared.append(_year_comparison(row.year, last, tuple(rows)))
    return tuple(compared)


def budget_bars(table: "BudgetTable", year: int) -> tuple[BudgetBar, ...]:
    """Return the chart of ``year``: what the members share per area, with the year before where there is one."""
    comparison = previous_year(table, year)
    if comparison:
        pairs = [(row.name, row.slug, row.amount, row.previous) for row in comparison.rows]
    else:
        pairs = [(row.name, row.slug, _shared(table, row, year), None) for row in table.rows]
    largest = max((amount for *_, now, before in pairs for amount in (now, before) if amount), default=None)
    return tuple(
        BudgetBar(
            name=name,
            slug=slug,
            amount=now,
            text=format_amount(now),
            width=_width(now, largest),
            previous=before,
            previous_text=format_amount(before),
            previous_width=_width(before, largest),
        )
        for name, slug, now, before in pairs
    )


def _shared(table: "BudgetTable", row: "BudgetRow", year: int) -> Decimal | None:
    pairs = zip(table.columns, row.cells, strict=True)
    return sum_known(cell.amount for column, cell in pairs if column.year == year and column.is_shared)


def _change(name: str, slug: str, amount: Decimal | None, previous: Decimal | None) -> YearChange:
    difference = None if amount is None and previous is None else (amount or Decimal(0)) - (previous or Decimal(0))
    percent = round_half_up(Fraction(difference) * 100 / Fraction(previous), 0) if previous else None
    return YearChange(
        name=name,
        slug=slug,
        amount=amount,
        text=format_amount(amount),
        previous=previous,
        previous_text=format_amount(previous),
        difference=difference,
        difference_text=_signed(difference),
        percent_text="" if percent is None else f"{_signed(percent)}\N{NO-BREAK SPACE}%",
    )


def _signed(amount: Decimal | None) -> str:
    text = format_amount(amount)
    return f"+{text}" if amount is not None and amount > 0 else text


def _width(amount: Decimal | None, largest: Decimal | None) -> int:
    return int(round_half_up(Fraction(amount) * 100 / Fraction(largest), 0)) if amount and largest else 0

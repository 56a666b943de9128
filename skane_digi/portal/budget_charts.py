"""The budget page's charts: one per activity year that shares something, with the year before beside it."""

from dataclasses import dataclass

from budgets.tables import BudgetBar, BudgetTable, YearComparison, budget_bars, previous_year
from plans.models import Plan


@dataclass(frozen=True, slots=True)
class ChartRow:
    """An area's bar and what changed; the change is empty where there is no year before."""

    bar: BudgetBar
    difference_text: str = ""
    percent_text: str = ""


@dataclass(frozen=True, slots=True)
class YearChart:
    """``comparison`` is ``None`` where the budget has no earlier year."""

    year: int
    rows: tuple[ChartRow, ...]
    comparison: YearComparison | None
    total_text: str


def year_charts(plan: Plan, table: BudgetTable) -> list[YearChart]:
    """Return a chart for each of the plan's years with any amount to share, the latest first."""
    charts = [_chart(table, row.year) for row in plan.years.all()]
    return [chart for chart in reversed(charts) if any(row.bar.amount for row in chart.rows)]


def _chart(table: BudgetTable, year: int) -> YearChart:
    comparison, bars = previous_year(table, year), budget_bars(table, year)
    group = table.year(year)
    totals = [column.subtotal.text for column in group.columns if column.is_shared] if group else []
    if comparison is None:
        rows = tuple(ChartRow(bar) for bar in bars)
    else:
        pairs = zip(bars, comparison.rows, strict=True)
        rows = tuple(ChartRow(bar, change.difference_text, change.percent_text) for bar, change in pairs)
    return YearChart(year, rows, comparison, totals[0] if len(totals) == 1 else "")

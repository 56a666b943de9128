"""The kronor of two documents side by side: each area's money, each year's shared total and what each member pays.

Amounts are kronor as ``Decimal``; ``None`` is "no figure". Every figure comes with its Swedish text.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from budgets.money import MINUS, UNIT_SPACE, format_amount, format_kr, round_half_up
from budgets.tables import BudgetTable, Cell, CostRow
from budgets.year_comparison import sum_known
from plans.collation import swedish_key
from skane_digi.documents.tree import PlanDocument


@dataclass(frozen=True, slots=True)
class MoneyChange:
    """An amount before and after. ``percent_text`` is empty where there is nothing to count from.

    ``slug`` is the area's or the organisation's; ``is_part`` marks money for a named part of the area above.
    """

    name: str
    slug: str
    before: Decimal | None
    before_text: str
    after: Decimal | None
    after_text: str
    difference: Decimal | None
    difference_text: str
    percent_text: str
    is_part: bool = False

    @property
    def is_changed(self) -> bool:
        return self.before != self.after

    @property
    def is_increase(self) -> bool:
        return bool(self.difference and self.difference > 0)


@dataclass(frozen=True, slots=True)
class FormChange:
    """One funding form's money in a year, area by area. ``is_shared`` says that the members share it."""

    name: str
    is_shared: bool
    rows: tuple[MoneyChange, ...]
    total: MoneyChange


@dataclass(frozen=True, slots=True)
class YearMoney:
    """A year's budget before and after. ``shared`` is what the members share, by the budget lines.

    ``printed_before`` and ``printed_after`` say what the text prints where that is another total than its lines give.
    """

    year: int
    forms: tuple[FormChange, ...]
    shared: MoneyChange
    total: MoneyChange
    printed_before: str
    printed_after: str

    @property
    def is_changed(self) -> bool:
        return any(row.is_changed for form in self.forms for row in form.rows)


@dataclass(frozen=True, slots=True)
class OrganisationMoney:
    """What each organisation pays a year before and after: the region first, then the municipalities by name."""

    year: int
    rows: tuple[MoneyChange, ...]
    total: MoneyChange

    @property
    def is_changed(self) -> bool:
        return any(row.is_changed for row in self.rows)


def change(
    name: str,
    before: Decimal | None,
    after: Decimal | None,
    *,
    slug: str = "",
    decimals: int | None = None,
    is_part: bool = False,
) -> MoneyChange:
    """Return the two amounts with their difference and what that is in percent of the first."""
    known = before is not None or after is not None
    difference = (after or Decimal(0)) - (before or Decimal(0)) if known else None
    return MoneyChange(
        name=name,
        slug=slug,
        before=before,
        before_text=format_amount(before, decimals=decimals),
        after=after,
        after_text=format_amount(after, decimals=decimals),
        difference=difference,
        difference_text=_signed(difference, decimals),
        percent_text=_percent(difference, before),
        is_part=is_part,
    )


def money_by_year(before: PlanDocument, after: PlanDocument) -> tuple[YearMoney, ...]:
    """Return the budgets of the years that either document plans for, the earliest first."""
    return tuple(_year_money(year, before, after) for year in sorted({*before.years, *after.years}))


def organisations_by_year(before: PlanDocument, after: PlanDocument) -> tuple[OrganisationMoney, ...]:
    """Return what each organisation pays in each year that either document shares, the earliest first."""
    old, new = ({cost.year: cost.table.rows for cost in document.costs} for document in (before, after))
    return tuple(_organisations(year, old.get(year, ()), new.get(year, ())) for year in sorted({*old, *new}))


def _year_money(year: int, before: PlanDocument, after: PlanDocument) -> YearMoney:
    old, new = _YearLines(before.budget, year), _YearLines(after.budget, year)
    changes = [_form(slug, *form, old, new) for slug, form in {**old.forms, **new.forms}.items()]
    return YearMoney(
        year=year,
        forms=tuple(form for form in changes if form.rows),
        shared=change(f"Delas av huvudmännen {year}", old.total(shared_only=True), new.total(shared_only=True)),
        total=change("Summa", old.total(), new.total()),
        printed_before=_printed(year, before),
        printed_after=_printed(year, after),
    )


class _YearLines:
    """One document's cells in one year, by area and funding form."""

    def __init__(self, table: BudgetTable, year: int):
        columns = [(place, column) for place, column in enumerate(table.columns) if column.year == year]
        self.forms = {column.form_slug: (column.form_name, column.is_shared) for _, column in columns}
        self.areas = {row.slug: row.name for row in table.rows if not row.is_ended}
        self.cells = {
            (row.slug, column.form_slug): row.cells[place]
            for row in table.rows
            if not row.is_ended
            for place, column in columns
        }

    def cell(self, area: str, form: str) -> Cell:
        return self.cells.get((area, form), Cell())

    def total(self, *, shared_only: bool = False) -> Decimal | None:
        return sum_known(
            cell.amount for (_, form), cell in self.cells.items() if not shared_only or self.forms[form][1]
        )


def _form(slug: str, name: str, is_shared: bool, old: _YearLines, new: _YearLines) -> FormChange:
    rows = tuple(_rows(slug, old, new))
    whole = [row for row in rows if not row.is_part]
    total = change("Summa", sum_known(row.before for row in whole), sum_known(row.after for row in whole))
    return FormChange(name, is_shared, rows, total)


def _rows(form: str, old: _YearLines, new: _YearLines) -> Iterator[MoneyChange]:
    """Yield the areas that either side has a figure for."""
    for area in [*new.areas, *(slug for slug in old.areas if slug not in new.areas)]:
        before, after = old.cell(area, form), new.cell(area, form)
        if before.amount is not None or after.amount is not None:
            yield change(new.areas.get(area) or old.areas[area], before.amount, after.amount, slug=area)
            yield from _parts(area, before, after)


def _parts(area: str, before: Cell, after: Cell) -> Iterator[MoneyChange]:
    """Yield the parts of divided money, where any of them has changed."""
    old, new = ({part.label: part.amount for part in cell.parts} for cell in (before, after))
    if old != new:
        for label in dict.fromkeys([*new, *old]):
            yield change(label, old.get(label), new.get(label), slug=area, is_part=True)


def _printed(year: int, document: PlanDocument) -> str:
    group = document.budget.year(year)
    if group is None or not group.total.disagrees:
        return ""
    return (
        f"står {group.total.printed_text} kr som summa för {year}. Jämförelsen räknar på budgetposterna, "
        f"{format_kr(group.total.computed or Decimal(0))}."
    )


def _organisations(year: int, before: Iterable[CostRow], after: Iterable[CostRow]) -> OrganisationMoney:
    old, new = ({row.code: row for row in rows} for rows in (before, after))
    every = {**old, **new}
    in_order = sorted(every.values(), key=lambda row: (not row.is_whole_area, swedish_key(row.name)))
    rows = tuple(
        change(
            row.name,
            old[row.code].amount if row.code in old else None,
            new[row.code].amount if row.code in new else None,
            slug=row.slug,
            decimals=2,
        )
        for row in in_order
    )
    totals = [sum_known(getattr(row, side) for row in rows) for side in ("before", "after")]
    return OrganisationMoney(year, rows, change("Summa", *totals, decimals=2))


def _signed(amount: Decimal | None, decimals: int | None) -> str:
    text = format_amount(amount, decimals=decimals)
    return f"+{text}" if amount is not None and amount > 0 else text


def _percent(difference: Decimal | None, before: Decimal | None) -> str:
    """Return ``+4,8 %``, in whole percent where it is: ``−24 %``."""
    if not before or difference is None:
        return ""
    percent = round_half_up(Fraction(difference) * 100 / Fraction(before), 1)
    if percent == 0 and difference:
        return f"{'+' if difference > 0 else MINUS}under 0,1{UNIT_SPACE}%"
    figures = f"{abs(percent):f}".removesuffix(".0").replace(".", ",")
    sign = "+" if percent > 0 else MINUS if percent < 0 else ""
    return f"{sign}{figures}{UNIT_SPACE}%"

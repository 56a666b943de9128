"""What an investment costs a single year: the part of its price that is written off in that year. No database."""

import datetime
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from budgets.money import as_fraction, format_kr, from_ore

MONTHS = 12


@dataclass(frozen=True, slots=True)
class Depreciation:
    """A year's part of an investment: ``cost`` kronor over ``years``, of which ``months`` fall in the year.

    ``exact`` is not rounded; ``amount`` is the highest whole number of öre that is not above it.
    """

    cost: Decimal
    years: int
    year: int
    months: int
    is_dated: bool

    @property
    def exact(self) -> Fraction:
        return as_fraction(self.cost) * self.months / (self.years * MONTHS)

    @property
    def amount(self) -> Decimal:
        ore = self.exact * 100
        return from_ore(ore.numerator // ore.denominator)

    @property
    def sentence(self) -> str:
        """Return how the year's part is reckoned, with the figures in it."""
        part = "" if self.months == MONTHS else f" × {self.months} / {MONTHS} månader"
        rounded = "" if as_fraction(self.amount) == self.exact else ", avrundat nedåt till hela ören"
        dated = "" if self.is_dated else " Utan dag då investeringen tas i bruk räknas hela året."
        return (
            f"Avskrivningen {self.year} är {format_kr(self.cost)} / {self.years} år{part} = "
            f"{format_kr(self.amount)}{rounded}.{dated}"
        )


def depreciation_of_year(*, cost: Decimal, years: int, in_use_from: datetime.date | None, year: int) -> Depreciation:
    """Return the depreciation of ``year``: equal parts over ``years``, by whole months in use.

    A month counts when the investment is in use from its first day. Without a day the whole year counts. After the
    last of its ``years`` × 12 months nothing is left to write off.
    """
    if in_use_from is None:
        return Depreciation(cost, years, year, MONTHS, is_dated=False)
    first = in_use_from.year * MONTHS + in_use_from.month - 1 + (in_use_from.day > 1)
    last = first + years * MONTHS
    begins, ends = year * MONTHS, (year + 1) * MONTHS
    months = max(0, min(last, ends) - max(first, begins))
    return Depreciation(cost, years, year, months, is_dated=True)

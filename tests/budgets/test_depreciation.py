"""A grant pays for the year's depreciation of an investment and no more."""

import datetime
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from budgets.depreciation import depreciation_of_year
from budgets.money import plain


def year_part(cost="120000", years=5, in_use_from=None, year=2023):
    return depreciation_of_year(cost=Decimal(cost), years=years, in_use_from=in_use_from, year=year)


def test_equal_parts_over_its_life():
    assert year_part().exact == 24_000
    assert plain(year_part(in_use_from=datetime.date(2023, 1, 1)).sentence) == (
        "Avskrivningen 2023 är 120 000 kr / 5 år = 24 000 kr."
    )


@pytest.mark.parametrize(
    ("in_use_from", "months"),
    [
        ((2023, 1, 1), 12),
        ((2023, 1, 2), 11),  # a month counts from its first day
        ((2023, 9, 1), 4),
        ((2023, 12, 1), 1),
        ((2023, 12, 2), 0),
        ((2024, 1, 1), 0),
        ((2019, 1, 1), 12),
        ((2018, 7, 1), 6),  # the last half-year of five
        ((2018, 1, 1), 0),
        ((2017, 6, 15), 0),
    ],
)
def test_by_whole_months_in_use(in_use_from, months):
    part = year_part(in_use_from=datetime.date(*in_use_from))
    assert (part.months, part.exact) == (months, Fraction(120_000 * months, 60))


def test_it_is_exact_and_says_how_it_is_rounded():
    part = year_part("200000", 3, datetime.date(2023, 5, 10))
    assert part.exact == Fraction(200_000 * 7, 36)
    assert part.amount == Decimal("38888.88")
    assert plain(part.sentence) == (
        "Avskrivningen 2023 är 200 000 kr / 3 år × 7 / 12 månader = 38 888,88 kr, avrundat nedåt till hela ören."
    )


def test_without_a_day_the_whole_year_counts_and_that_is_said():
    assert year_part().sentence.endswith("Utan dag då investeringen tas i bruk räknas hela året.")


@given(
    cost=st.integers(1, 10**9),
    years=st.integers(1, 50),
    start=st.dates(datetime.date(2000, 1, 1), datetime.date(2040, 12, 31)),
)
def test_all_its_years_are_the_whole_price(cost, years, start):
    parts = [year_part(str(cost), years, start, year) for year in range(2000, 2040 + 52)]
    assert sum(part.exact for part in parts) == cost
    assert all(0 <= part.exact - Fraction(part.amount) < Fraction(1, 100) for part in parts)

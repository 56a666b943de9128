"""A year in parts: equal to the öre, summing to the whole, area by area and body by body."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from budgets.instalments import instalment_amounts
from tests.doc_tables import ore, table

AMOUNTS = st.one_of(st.integers(0, 12), st.integers(0, 300_000_000))


@st.composite
def tables(draw) -> list[list[int]]:
    columns = draw(st.integers(1, 6))
    return draw(st.lists(st.lists(AMOUNTS, min_size=columns, max_size=columns), min_size=1, max_size=6))


def columns_of(table: list[list[int]]) -> list[list[int]]:
    return [list(column) for column in zip(*table, strict=True)]


def sums_of(table: list[list[int]]) -> list[int]:
    """The sums of the rows, of the columns and of all."""
    return [*map(sum, table), *map(sum, columns_of(table)), sum(map(sum, table))]


class TestProperties:
    @given(tables(), st.integers(1, 12))
    def test_every_cell_sums_to_the_whole_year(self, year, instalments):
        parts = instalment_amounts(year, instalments)
        assert len(parts) == instalments
        for row, amounts in enumerate(year):
            for column, amount in enumerate(amounts):
                assert sum(part[row][column] for part in parts) == amount

    @given(tables(), st.integers(1, 12))
    def test_every_cell_and_every_sum_is_its_equal_part_rounded_up_or_down(self, year, instalments):
        for part in instalment_amounts(year, instalments):
            for row, amounts in enumerate(year):
                for column, amount in enumerate(amounts):
                    assert 0 <= part[row][column] - amount // instalments <= (amount % instalments > 0)
            for whole, equal in zip(sums_of(year), sums_of(part), strict=True):
                assert 0 <= equal - whole // instalments <= (whole % instalments > 0)

    @given(tables(), st.integers(1, 12))
    def test_no_part_takes_back_what_another_asked_for(self, year, instalments):
        for part in instalment_amounts(year, instalments):
            assert all(amount >= 0 for row in part for amount in row)

    @given(tables(), st.integers(1, 12), st.randoms(use_true_random=False))
    def test_what_each_body_pays_first_is_the_same_in_whatever_order_areas_and_bodies_come(self, year, parts, random):
        """Bodies with the same sum may change places: the earlier of the two pays the öre."""
        bodies = list({sum(column): column for column in columns_of(year)}.values())
        year = columns_of(bodies)
        rows, columns = (random.sample(range(count), count) for count in (len(year), len(bodies)))
        shuffled = [[year[row][column] for column in columns] for row in rows]

        def paid_first(table):
            return [sum(column) for column in columns_of(instalment_amounts(table, parts)[0])]

        assert paid_first(shuffled) == [paid_first(year)[column] for column in columns]

    @given(tables())
    def test_the_whole_year_at_once_is_the_year(self, year):
        assert instalment_amounts(year, 1) == [year]


def test_the_worked_example():
    """Docs: fakturabelopp.md, Delar av ett år."""
    _, *rows = table("fakturabelopp.md", "Delar av ett år")
    amounts = {name: ore(cells) for name, *cells in rows}
    bodies = ("12 Region Skåne", "1214", "1215", "1216")
    year = [[amounts[f"{area}, {body}"][-1] for body in bodies] for area in "AB"]

    parts = instalment_amounts(year, 4)

    for row, area in enumerate("AB"):
        for column, body in enumerate(bodies):
            assert amounts[f"{area}, {body}"][:-1] == [part[row][column] for part in parts], (area, body)
        assert amounts[f"Summa {area}"] == [*(sum(part[row]) for part in parts), sum(year[row])]
    for column, body in enumerate(bodies):
        sums = [sum(row[column] for row in part) for part in (*parts, year)]
        assert amounts[f"Summa {body}"] == sums
    assert amounts["Summa"] == [sum(map(sum, part)) for part in (*parts, year)]


def test_eslovs_share_of_2024_in_quarters():
    """Docs: fakturabelopp.md, the sentence under the table."""
    assert instalment_amounts([[2_146_847]], 4) == [[[536_712]], [[536_712]], [[536_712]], [[536_711]]]


def test_rounding_each_cell_by_itself_would_not_close():
    """Four bodies with half an öre too much each: two pay it in the first half, and two in the second."""
    assert [sum(half[0]) for half in instalment_amounts([[1, 1, 1, 1]], 2)] == [2, 2]


@pytest.mark.parametrize("empty", [[], [[]], [[], []]])
def test_nothing_is_nothing_in_every_part(empty):
    assert instalment_amounts(empty, 3) == [empty] * 3


@pytest.mark.parametrize(("year", "instalments"), [([[-1]], 2), ([[1], [1, 2]], 2), ([[1]], 0)])
def test_what_cannot_be_divided_is_refused(year, instalments):
    with pytest.raises(ValueError, match="delas upp|lika långa"):
        instalment_amounts(year, instalments)

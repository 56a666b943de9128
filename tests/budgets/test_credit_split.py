"""A credited amount split by the shares that were invoiced: whole öre, the sum exact, never more than is left."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from budgets.credit_split import ROUNDING_LEFT, Part, SplitError, split
from budgets.rounding import largest_remainder
from tests.doc_tables import ore, table

WEIGHTS = st.lists(st.one_of(st.integers(1, 9), st.integers(1, 10**8)), min_size=1, max_size=8)
PARTS_OF_LEFT = st.lists(st.fractions(0, 1, max_denominator=50), min_size=1, max_size=12)


def credit_in_turns(weights: list[int], fractions: list[Fraction]) -> list[list[int]]:
    """What is left after each of the credits, each a fraction of what was left."""
    left, states = list(weights), []
    for fraction in fractions:
        amount = int(sum(left) * fraction)
        [credited] = split([Part(amount, weights, left)])
        assert sum(credited) == amount
        assert all(0 <= one <= there for one, there in zip(credited, left, strict=True))
        left = [there - one for there, one in zip(left, credited, strict=True)]
        states.append(left)
    return states


@given(WEIGHTS, PARTS_OF_LEFT)
def test_credits_in_turn_sum_exactly_and_never_exceed_what_is_left(weights, fractions):
    credit_in_turns(weights, fractions)


@given(WEIGHTS, PARTS_OF_LEFT)
def test_everyone_keeps_their_share_of_what_is_left_within_some_ore(weights, fractions):
    for left in credit_in_turns(weights, fractions):
        for weight, there in zip(weights, left, strict=True):
            assert abs(there - Fraction(sum(left) * weight, sum(weights))) < ROUNDING_LEFT / 2


@given(WEIGHTS, PARTS_OF_LEFT)
def test_what_is_left_after_any_credits_can_be_credited_to_the_last_ore(weights, fractions):
    assert credit_in_turns(weights, [*fractions, Fraction(1)])[-1] == [0] * len(weights)


@given(WEIGHTS, st.fractions(0, 1, max_denominator=1000))
def test_a_first_credit_is_split_by_the_largest_remainder(weights, fraction):
    amount = int(sum(weights) * fraction)
    exact = [amount * weight for weight in weights]
    assert sorted(split([Part(amount, weights, weights)])[0]) == sorted(largest_remainder(exact, sum(weights)))


@given(st.lists(st.tuples(st.integers(1, 10**6), st.integers(1, 10**6)), min_size=1, max_size=6), st.data())
def test_several_areas_are_rounded_together_so_that_everyones_sum_is_right_too(pairs, data):
    areas = [list(area) for area in zip(*pairs, strict=True)]
    amounts = [data.draw(st.integers(1, sum(area))) for area in areas]
    found = split([Part(amount, area, area) for amount, area in zip(amounts, areas, strict=True)])
    assert [sum(row) for row in found] == amounts
    for place in range(len(pairs)):
        exact = sum(Fraction(a * area[place], sum(area)) for a, area in zip(amounts, areas, strict=True))
        assert abs(sum(row[place] for row in found) - exact) < 1


def test_the_worked_example():
    """Docs: fakturabelopp.md, En omgång efter andelar."""
    heading, *rows = table("fakturabelopp.md", "En omgång efter andelar")
    amounts = ore(heading[2:-1])
    written = [ore(cells[1:]) for cells in rows]
    invoiced = [row[0] for row in written[:-1]]
    left = list(invoiced)
    for number, amount in enumerate(amounts, start=1):
        [credited] = split([Part(amount, invoiced, left)])
        assert [row[number] for row in written] == [*credited, amount]
        left = [there - one for there, one in zip(left, credited, strict=True)]
    assert left == [0, 0, 0, 0]
    assert [row[-1] for row in written] == [row[0] for row in written]


class TestAlreadyCreditedAlone:
    """The list under the table: 1216 has been credited 20,00 kr by itself."""

    invoiced, left = (50_000, 26_471, 17_647, 5_882), (50_000, 26_471, 17_647, 3_882)

    def test_a_share_of_more_than_is_left_is_refused(self):
        with pytest.raises(SplitError) as refusal:
            split([Part(100, (1,), (100,)), Part(70_000, self.invoiced, self.left)])
        assert (refusal.value.part, refusal.value.place) == (1, 3)
        assert refusal.value.share == Fraction("4117.4")

    def test_a_share_that_is_left_is_by_what_was_invoiced(self):
        assert split([Part(50_000, self.invoiced, self.left)]) == [[25_000, 13_236, 8_823, 2_941]]


def test_one_who_has_had_an_ore_too_much_is_not_asked_to_pay_it_back():
    """Three of the same size share four öre of 300: one has had two. Then one öre more is one of the others'."""
    invoiced = (100, 100, 100)
    [first] = split([Part(4, invoiced, invoiced)])
    left = [there - one for there, one in zip(invoiced, first, strict=True)]
    [second] = split([Part(1, invoiced, left)])
    assert sorted(first) == [1, 1, 2]
    assert second[first.index(2)] == 0


def test_nothing_of_nothing_is_nothing():
    assert split([]) == []
    assert split([Part(0, (0, 5), (0, 5)), Part(5, (0, 5), (0, 5))]) == [[0, 0], [0, 5]]


@pytest.mark.parametrize("amount", [-1, 3])
def test_more_than_is_left_and_less_than_nothing_are_refused(amount):
    with pytest.raises(ValueError, match="mellan noll och det som är kvar"):
        split([Part(amount, (5, 5), (1, 1))])

"""A credited amount split over those who paid: by the same shares, in whole öre, never more than what is left.

Integers only. The method, with worked tables, is in docs/fakturabelopp.md.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import accumulate
from math import lcm

from budgets.rounding import round_table

# Credits split earlier, each in whole öre, leave everyone within some öre of the share of what is left. What is farther
# from it has been credited to one of them alone.
ROUNDING_LEFT = 10


class SplitError(ValueError):
    """The share of the one in ``place`` is ``share`` öre, more than is left of it."""

    def __init__(self, part: int, place: int, share: Fraction):
        self.part, self.place, self.share = part, place, share
        super().__init__(f"part {part}, place {place}: {share}")


@dataclass(frozen=True, slots=True)
class Part:
    """An amount to credit of one thing, what each was invoiced of it, and what is left of that. In öre."""

    amount: int
    invoiced: Sequence[int]
    left: Sequence[int]


def split(parts: Sequence[Part]) -> list[list[int]]:
    """Return what each is credited of each part. Everyone has a place, the same in all parts.

    A part sums to its amount, everyone's sum over the parts is the exact one rounded up or down, and nobody is credited
    more than is left. Raises ``SplitError`` where the shares want more than that, and ``ValueError`` for an amount
    below nothing or above all that is left.
    """
    exact = [_exact(part, number) for number, part in enumerate(parts)]
    denominators = [lcm(*(value.denominator for value in row)) for row in exact]
    rows = [[int(value * d) for value in row] for row, d in zip(exact, denominators, strict=True)]
    return round_table(rows, denominators)


def _exact(part: Part, number: int) -> list[Fraction]:
    if not 0 <= part.amount <= sum(part.left):
        raise ValueError("Det som krediteras är mellan noll och det som är kvar.")
    if not part.amount:
        return [Fraction(0)] * len(part.left)
    owed = _shares(sum(part.left), part.invoiced)
    if all(abs(left - exact) < ROUNDING_LEFT for left, exact in zip(part.left, owed, strict=True)):
        return _even(part)
    wanted = _shares(part.amount, part.invoiced)
    for place, (share, left) in enumerate(zip(wanted, part.left, strict=True)):
        if share > left:
            raise SplitError(number, place, share)
    return wanted


def _even(part: Part) -> list[Fraction]:
    """Return what leaves everyone their share of what is left, so that no öre is lost or won by crediting in turns.

    One who has had a whole öre too much is owed less than nothing. They get nothing, and the others all as much less.
    """
    after = _shares(sum(part.left) - part.amount, part.invoiced)
    owed = [left - share for left, share in zip(part.left, after, strict=True)]
    sums = accumulate(sorted(owed, reverse=True))
    too_much = max((total - part.amount) / count for count, total in enumerate(sums, start=1))
    return [max(value - too_much, Fraction(0)) for value in owed]


def _shares(amount: int, weights: Sequence[int]) -> list[Fraction]:
    return [Fraction(amount * weight, sum(weights)) for weight in weights]

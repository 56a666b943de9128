"""Whose share grows from one frozen version to the next, also where the shared cost as a whole does not."""

from fractions import Fraction

from budgets.cost_tables import LINES
from budgets.frozen_shares import FrozenShare, HasAllocation, years_of


def raised_shares(before: HasAllocation, after: HasAllocation) -> tuple[FrozenShare, ...]:
    """Return the shares by the budget lines that are larger in ``after`` than what the organisation has approved.

    What counts is the exact value, so that nothing but the rounding raises nobody.
    """
    approved: dict[tuple[int, str], Fraction] = {}
    for year in years_of(before):
        for member in year.members:
            place = year.year, member.code
            approved[place] = min(member.exact, approved.get(place, member.exact))
    return tuple(
        FrozenShare(year, member)
        for year in years_of(after)
        if year.basis == LINES
        for member in year.members
        if member.exact > approved.get((year.year, member.code), 0)
    )

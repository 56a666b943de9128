"""How kronor of a grant are written on a page: in millions where all of them are even, so that they can be compared."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from budgets.money import format_amount, format_kr, round_half_up

EVEN = 100_000
MILLION = 1_000_000


@dataclass(frozen=True, slots=True)
class Unit:
    """Whole kronor, or millions with one decimal."""

    is_millions: bool

    @property
    def words(self) -> str:
        return "miljoner kronor" if self.is_millions else "kronor"

    def text(self, amount: Decimal | None) -> str:
        """Return an amount without its unit; empty where there is none."""
        if amount is None:
            return ""
        if not self.is_millions:
            return format_amount(amount)
        whole, _, tenth = f"{round_half_up(Fraction(amount) / MILLION, 1):f}".partition(".")
        return f"{format_amount(int(whole))},{tenth}"


def unit_of(amounts: Iterable[Decimal]) -> Unit:
    """Return millions where every amount is a whole number of hundred thousand kronor, else kronor."""
    return Unit(all(amount % EVEN == 0 for amount in amounts))


def signed(amount: Decimal | None) -> str:
    """Return ``+28 802 kr`` or ``−1 kr``: what is more or less than something else."""
    if amount is None:
        return ""
    return f"+{format_kr(amount)}" if amount > 0 else format_kr(amount)

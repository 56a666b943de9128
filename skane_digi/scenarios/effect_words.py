"""A scenario's changes in kronor and per cent as text, and in which of five classes a change is, in words."""

from collections.abc import Iterable
from decimal import Decimal

from budgets.money import format_amount, round_half_up
from budgets.scenario_effect import Change

NO_CHANGE = "oförändrat"

# The classes of a change, from the greatest decrease to the greatest increase, and who comes and goes.
MUCH_LESS, LESS, SAME, MORE, MUCH_MORE = "much-less", "less", "same", "more", "much-more"
JOINS, LEAVES = "joins", "leaves"
MARKS = {MUCH_LESS: "↓↓", LESS: "↓", SAME: "=", MORE: "↑", MUCH_MORE: "↑↑", JOINS: "+", LEAVES: "×"}


def class_texts(limit: Decimal) -> dict[str, str]:
    """Return what the legend calls each class, where ``limit`` per cent parts the small changes from the large."""
    percent = f"{limit:f}\N{NO-BREAK SPACE}%".replace(".", ",")
    return {
        MUCH_LESS: f"mer än {percent} mindre",
        LESS: f"upp till {percent} mindre",
        SAME: NO_CHANGE,
        MORE: f"upp till {percent} mer",
        MUCH_MORE: f"mer än {percent} mer",
        JOINS: "går med",
        LEAVES: "lämnar",
    }


def limit_of(changes: Iterable[Change]) -> Decimal:
    """Return the per cent, with one decimal, that at least half of the changes stay within."""
    sizes = sorted(abs(change.percent) for change in changes if change.percent)
    if not sizes:
        return Decimal("0.0")
    middle = sizes[len(sizes) // 2]
    limit = round_half_up(middle, 1)
    return limit if limit >= middle else limit + Decimal("0.1")


def signed(amount: Decimal | None, *, decimals: int | None = 2) -> str:
    """Return ``+1 250,50``, ``−1 250,50`` or ``0``; a dash where there is nothing to compare with."""
    if amount is not None and not amount:
        return "0"
    text = format_amount(amount, decimals=decimals)
    return f"+{text}" if amount is not None and amount > 0 else text


def percent_text(change: Change) -> str:
    """Return ``+3,20 %``; a dash without anything before."""
    if change.percent is None:
        return "–"
    return f"{signed(change.percent)}\N{NO-BREAK SPACE}%"


def class_of(change: Change, limit: Decimal) -> str:
    """Return which class a change of what someone pays is in."""
    difference = change.difference or Decimal(0)
    if not difference:
        return SAME
    is_much = change.percent is None or abs(change.percent) > limit
    if difference > 0:
        return MUCH_MORE if is_much else MORE
    return MUCH_LESS if is_much else LESS

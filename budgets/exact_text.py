"""Exact numbers as Swedish text: what is cut off is marked, so that no figure in a calculation passes for another."""

from fractions import Fraction

from budgets.money import UNIT_SPACE, format_amount, round_half_up

_DECIMALS = 4
_SCALE = 10**_DECIMALS


def exact_number(value: Fraction | int) -> str:
    """Return `34 701` or `228 688,5`; after four decimals the rest is cut off and marked: `0,3333…`."""
    text = _with_decimals(Fraction(value))
    return text if text.endswith("…") else text.rstrip("0").rstrip(",")


def exact_kronor(ore: Fraction | int) -> str:
    """Return öre as `25 762,17` kronor; with four decimals, `25 762,1734…`, where they are not whole öre."""
    exact = Fraction(ore)
    if exact.denominator == 1:
        return format_amount(exact / 100, decimals=2)
    return _with_decimals(exact / 100)


def exact_kr(ore: Fraction | int) -> str:
    """Return the same with its unit: `25 762,17 kr`."""
    return f"{exact_kronor(ore)}{UNIT_SPACE}kr"


def rounded_result(exact: Fraction, amount: int, unit: int, *, suffix: str = "") -> str:
    """Return what comes after `=` in a calculation: ``exact`` öre that became ``amount``, a whole number of ``unit``.

    Öre are rounded without a word, as everybody does, and kronor with one. Where the amount is not what ordinary
    rounding gives it says why. ``suffix`` comes after the amount.
    """
    if exact == amount:
        return f"{exact_kronor(amount)}{suffix}"
    rounded = f"{exact_kronor(amount)}{suffix}" if unit == 1 else f"{exact_number(amount // 100)}{UNIT_SPACE}kr"
    if round_half_up(exact / unit, 0) * unit == amount:
        return rounded if unit == 1 else f"{exact_kronor(exact)}, avrundat till {rounded}"
    direction = "uppåt" if amount > exact else "nedåt"
    return (
        f"{exact_kronor(exact)}, avrundat {direction} till {rounded} "
        "för att andelarna tillsammans ska bli hela beloppet"
    )


def _with_decimals(value: Fraction) -> str:
    whole, rest = divmod(value.numerator * _SCALE, value.denominator)
    units, decimals = divmod(whole, _SCALE)
    return f"{format_amount(units, decimals=0)},{decimals:0{_DECIMALS}d}{'…' if rest else ''}"

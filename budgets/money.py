"""Money: exact conversion between kronor and öre, the one rounding rule, and amounts as Swedish text.

Kronor are `Decimal`, öre are `int`, what lies between is `Fraction`. No function takes or returns a float.
"""

import re
from decimal import Decimal
from fractions import Fraction

THOUSANDS_SPACE = "\N{NARROW NO-BREAK SPACE}"
UNIT_SPACE = "\N{NO-BREAK SPACE}"
MINUS = "\N{MINUS SIGN}"
NO_FIGURE = "\N{EN DASH}"

Amount = Decimal | int | str | Fraction

_SPACES = re.compile(r"\s+")
_UNIT = re.compile(r"(?:\s*(?:kr|kronor|sek)\.?|:-)\Z", re.IGNORECASE)
_MINUS_SIGNS = ("-", MINUS, "\N{EN DASH}")
_GROUPED = re.compile(r"[0-9]{1,3}(?: [0-9]{3})+|[0-9]+")
_LONGEST_INPUT = 40


def to_ore(amount: Amount) -> int:
    """Return kronor as whole öre.

    Raises `ValueError` for an amount that is not a whole number of öre and `TypeError` for a float.
    """
    exact = as_fraction(amount) * 100
    if exact.denominator != 1:
        raise ValueError(f"Beloppet {amount} är inte ett helt antal öre.")
    return exact.numerator


def from_ore(ore: int) -> Decimal:
    """Return öre as kronor with two decimals."""
    return _decimal(ore, 2)


def as_fraction(value: Amount) -> Fraction:
    """Return a number, or its machine-readable text (`1234.50`), as an exact fraction."""
    if isinstance(value, bool) or not isinstance(value, Decimal | int | str | Fraction):
        raise TypeError(f"Ett belopp är Decimal, int, Fraction eller text, inte {type(value).__name__}.")
    if isinstance(value, str) and not re.fullmatch(r"[+-]?[0-9]+(?:\.[0-9]+)?", value):
        raise ValueError(f"{value!r} är inte ett tal.")
    if isinstance(value, Decimal) and not value.is_finite():
        raise ValueError(f"{value} är inte ett belopp.")
    return Fraction(value)


def round_half_up(value: Amount, places: int) -> Decimal:
    """Round to `places` decimals; an exact half goes away from zero. The only rounding in the project."""
    exact = as_fraction(value)
    scaled = abs(exact) * 10**places
    units = (2 * scaled.numerator + scaled.denominator) // (2 * scaled.denominator)
    return _decimal(-units if exact < 0 else units, places)


def rate_ore(
    total: Decimal | int, population: int, *, parties: int = 2, part: Fraction | Decimal | int | None = None
) -> Decimal:
    """Return the printed rate, öre per inhabitant and organisation, with two decimals.

    `part` is the party's part of the whole cost (`Fraction(3, 10)` for a party that carries 30 of 100); without it
    `parties` parties carry equal parts. The rate describes the cost. A share is never calculated from it.
    """
    if population <= 0:
        raise ValueError("Kostnaden per invånare kräver en folkmängd större än noll.")
    if parties < 1:
        raise ValueError("Kostnaden per invånare kräver minst en part.")
    own_part = Fraction(1, parties) if part is None else as_fraction(part)
    if not 0 <= own_part <= 1:
        raise ValueError("En parts del av kostnaden ligger mellan noll och ett.")
    return round_half_up(as_fraction(total) * 100 * own_part / population, 2)


def format_amount(amount: Amount | None, *, decimals: int | None = None) -> str:
    """Return `2 300 000` or `25 762,17`; a dash where there is no figure.

    `decimals` is 0 or 2; without it öre are shown where there are any.
    """
    if amount is None:
        return NO_FIGURE
    if decimals is None:
        decimals = 0 if as_fraction(amount).denominator == 1 else 2
    rounded = round_half_up(amount, decimals)
    kronor, _, ore = f"{abs(rounded):f}".partition(".")
    grouped = f"{int(kronor):,}".replace(",", THOUSANDS_SPACE)
    sign = MINUS if rounded < 0 else ""
    return f"{sign}{grouped},{ore}" if ore else f"{sign}{grouped}"


def format_kr(amount: Amount | None, *, decimals: int | None = None) -> str:
    """Return `2 300 000 kr`; a dash without a unit where there is no figure."""
    text = format_amount(amount, decimals=decimals)
    return text if amount is None else f"{text}{UNIT_SPACE}kr"


def format_ore_rate(rate: Decimal | None) -> str:
    """Return `74,24 öre`."""
    text = format_amount(rate, decimals=2)
    return text if rate is None else f"{text}{UNIT_SPACE}öre"


def format_integer(number: int | None) -> str:
    """Return `1 414 324`."""
    return format_amount(number, decimals=0)


def plain(text: str) -> str:
    """Return formatted text with ordinary spaces, for terminals and plain text files."""
    return text.replace(THOUSANDS_SPACE, " ").replace(UNIT_SPACE, " ")


def parse_amount(text: str) -> Decimal:
    """Read an amount in kronor as people write it: `2 100 000,50 kr`, `2100000.5`, `−300:-`.

    Takes any kind of space, comma or point before the öre, and a unit. Raises `ValueError` with a Swedish sentence;
    what could be read in two ways (`1.500`, `2,100,000`) is refused, not guessed.
    """
    written = _SPACES.sub(" ", text).strip()
    if not written:
        raise ValueError("Skriv ett belopp.")
    if len(written) > _LONGEST_INPUT:
        raise ValueError("Beloppet är för långt.")
    number = _UNIT.sub("", written).strip()
    negative = number.startswith(_MINUS_SIGNS)
    if negative:
        number = number[1:].lstrip()
    whole, separator, fraction = number.replace(".", ",").partition(",")
    if "," in fraction:
        raise ValueError(f"”{written}”: skriv tusental med mellanslag och ören efter ett enda decimalkomma.")
    if separator and not re.fullmatch(r"[0-9]+", fraction):
        raise ValueError(f"”{written}”: skriv ören med siffror efter decimalkommat.")
    if not re.fullmatch(r"[0-9 ]+", whole):
        raise ValueError(f"”{written}” är inte ett belopp. Skriv till exempel 2 100 000 eller 25 762,17.")
    if not _GROUPED.fullmatch(whole):
        raise ValueError(f"”{written}”: mellanslag skiljer tusental, tre siffror i varje grupp.")
    if len(fraction) > 2:
        raise ValueError(f"”{written}”: ett belopp har högst två decimaler. Skriv tusental med mellanslag.")
    ore = int(whole.replace(" ", "")) * 100 + int(fraction.ljust(2, "0"))
    return from_ore(-ore if negative else ore)


def _decimal(units: int, places: int) -> Decimal:
    # Built from its digits: arithmetic on Decimal would round to the context's precision.
    digits = tuple(int(digit) for digit in str(abs(units)))
    return Decimal((1 if units < 0 else 0, digits, -places))

"""The organisation numbers of Swedish public bodies: ten digits, the last of which checks the others.

The first digit says what kind of body it is; 2 is the state, a region, a municipality or an association of them. The
third is never under 2, which sets the number apart from a person's. The check digit is by Luhn's method, as in
Skatteverket's brochure SKV 709.
"""

import re

_SHAPE = re.compile(r"[0-9]{6}-[0-9]{4}")
_TEN_DIGITS = re.compile(r"([0-9]{6})[ -]?([0-9]{4})")


def fault_in(number: str) -> str:
    """Return what is wrong with ``number`` (``212000-1173``) and how to mend it, in Swedish; empty where nothing is."""
    if not _SHAPE.fullmatch(number):
        return "Skriv organisationsnumret som tio siffror med bindestreck, till exempel 212000-1173."
    if number[0] != "2" or number[2] < "2":
        return (
            "En kommuns eller regions nummer börjar med 2, och den tredje siffran är minst 2. Se efter om det är rätt."
        )
    if not has_right_check_digit(number):
        return "Kontrollsiffran, den sista, stämmer inte med de andra siffrorna. Se efter om någon siffra är fel."
    return ""


def has_right_check_digit(number: str) -> bool:
    """Whether the digits of ``number``, the last included, sum to whole tens by Luhn's method."""
    digits = [int(letter) for letter in number if letter != "-"]
    doubled = [2 * digit if place % 2 else digit for place, digit in enumerate(reversed(digits))]
    return sum(digit - 9 if digit > 9 else digit for digit in doubled) % 10 == 0


def with_hyphen(number: str) -> str:
    """Return ``2120001173`` and ``212000 1173`` as ``212000-1173``, and anything else as it is."""
    match = _TEN_DIGITS.fullmatch(number.strip())
    return f"{match[1]}-{match[2]}" if match else number

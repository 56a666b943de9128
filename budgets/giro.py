"""Numbers that a payment goes by: OCR references, bankgiro and plusgiro numbers.

The last digit checks the others by Luhn's method. An OCR reference may have a length digit before it: the number of
digits of the whole reference, its tens dropped. The rules are Bankgirot's; worked numbers are in docs/fakturabelopp.md.
"""

import re

from plans.organisation_numbers import has_right_check_digit

_SEPARATOR = "[-\\s\N{HYPHEN}\N{NON-BREAKING HYPHEN}\N{EN DASH}]+"
_SEPARATORS = re.compile(_SEPARATOR)
_NUMBER = re.compile(f"[0-9]+(?:{_SEPARATOR}[0-9]+)*")
_PAIRS_FROM_THE_RIGHT = re.compile(r"(?<=[0-9])(?=(?:[0-9]{2})+\Z)")
_SHORTEST_OCR, _LONGEST_OCR = 2, 25
_WRONG_CHECK_DIGIT = "Kontrollsiffran, den sista, stämmer inte med de andra siffrorna. Se efter om någon siffra är fel."


def digits_of(text: str) -> str:
    """Return the digits of a number written with spaces and hyphens; nothing where it holds anything else."""
    text = text.strip()
    return _SEPARATORS.sub("", text) if _NUMBER.fullmatch(text) else ""


def ocr_of(number: str, *, with_length: bool) -> str:
    """Return the OCR reference of a number's digits: ``12345`` gives ``123455``, ``1234574`` with a length digit.

    Raises ``ValueError`` where ``number`` is no digits, or the reference would be longer than 25 digits.
    """
    if not re.fullmatch(r"[0-9]+", number):
        raise ValueError("Ett OCR-nummer görs av siffror.")
    base = f"{number}{(len(number) + 2) % 10}" if with_length else number
    if len(base) >= _LONGEST_OCR:
        raise ValueError(f"Ett OCR-nummer har högst {_LONGEST_OCR} siffror.")
    return next(base + digit for digit in "0123456789" if has_right_check_digit(base + digit))


def has_right_ocr(text: str, *, with_length: bool = False) -> bool:
    """Whether ``text`` is an OCR reference whose check digit is right, and its length digit where it has one."""
    digits = digits_of(text)
    if not _SHORTEST_OCR <= len(digits) <= _LONGEST_OCR or not has_right_check_digit(digits):
        return False
    return not with_length or (len(digits) > _SHORTEST_OCR and int(digits[-2]) == len(digits) % 10)


def fault_in_bankgiro(text: str) -> str:
    """Return what is wrong with a bankgiro number, in Swedish; empty where nothing is."""
    return _fault(text, range(7, 9), "Skriv bankgironumret med sju eller åtta siffror, till exempel 5165-8300.")


def fault_in_plusgiro(text: str) -> str:
    """Return what is wrong with a plusgiro number, in Swedish; empty where nothing is."""
    return _fault(text, range(2, 9), "Skriv plusgironumret med två till åtta siffror, till exempel 88 82 00-3.")


def format_bankgiro(text: str) -> str:
    """Return ``51658300`` as ``5165-8300``, and what is no bankgiro number as it is."""
    if fault_in_bankgiro(text):
        return text
    digits = digits_of(text)
    return f"{digits[:-4]}-{digits[-4:]}"


def format_plusgiro(text: str) -> str:
    """Return ``8882003`` as ``88 82 00-3``, and what is no plusgiro number as it is."""
    if fault_in_plusgiro(text):
        return text
    digits = digits_of(text)
    return f"{_PAIRS_FROM_THE_RIGHT.sub(' ', digits[:-1])}-{digits[-1]}"


def _fault(text: str, lengths: range, shape: str) -> str:
    digits = digits_of(text)
    if len(digits) not in lengths or not digits.strip("0"):
        return shape
    return "" if has_right_check_digit(digits) else _WRONG_CHECK_DIGIT

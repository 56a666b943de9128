"""What costs follow within a party: a measure, equal parts, a weighted sum of keys, an increase. No database.

A key gives every organisation a value. A value that is not known is a fault that is named, never a zero.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Protocol

from budgets.exact_text import exact_number
from budgets.rule import AllocationError


class MissingFigures(AllocationError):
    """Organisations without a value: ``key`` is the name of the key that has none for ``codes``, in order of code."""

    def __init__(self, key: str, codes: Sequence[str]):
        self.key = key
        self.codes = tuple(sorted(codes))
        super().__init__(f"{key} saknar värde för {', '.join(self.codes)}.")


class Key(Protocol):
    """A key, whatever it is made of. More of what it measures never gives an organisation a smaller value."""

    name: str

    def values(self, codes: Sequence[str]) -> dict[str, Fraction]:
        """Return the value of each organisation. Raises ``MissingFigures``."""

    def origin(self, code: str) -> str:
        """Return how a composed value was made, as a Swedish clause; empty where it is simply known."""


@dataclass(frozen=True, slots=True)
class Measured:
    """Values that somebody has measured, by organisation code."""

    name: str
    unit: str
    figures: Mapping[str, int]

    def values(self, codes: Sequence[str]) -> dict[str, Fraction]:
        """Return the measured values. Raises ``MissingFigures``, and ``AllocationError`` for one below zero."""
        if missing := [code for code in codes if code not in self.figures]:
            raise MissingFigures(self.name, missing)
        if below := sorted(code for code in codes if self.figures[code] < 0):
            raise AllocationError(f"{self.name} är mindre än noll för {', '.join(below)}.")
        return {code: Fraction(self.figures[code]) for code in codes}

    def origin(self, code: str) -> str:
        return ""


@dataclass(frozen=True, slots=True)
class Equal:
    """The same for every organisation."""

    name: str

    def values(self, codes: Sequence[str]) -> dict[str, Fraction]:
        """Return one for each."""
        return dict.fromkeys(codes, Fraction(1))

    def origin(self, code: str) -> str:
        return ""


@dataclass(frozen=True, slots=True)
class Weighted:
    """The sum of other keys, each times its weight. Raises ``AllocationError`` where one has a weight below zero."""

    name: str
    unit: str
    parts: tuple[tuple[Fraction, Key], ...]

    def __post_init__(self) -> None:
        if not self.parts:
            raise AllocationError(f"{self.name} är en summa utan några nycklar.")
        for weight, key in self.parts:
            if weight < 0:
                raise AllocationError(f"{key.name} har en vikt mindre än noll i {self.name}.")

    def values(self, codes: Sequence[str]) -> dict[str, Fraction]:
        """Return the sums. Raises ``MissingFigures`` of the first key in the sum that lacks some."""
        sums = dict.fromkeys(codes, Fraction(0))
        for weight, key in self.parts:
            for code, value in key.values(codes).items():
                sums[code] += weight * value
        return sums

    def origin(self, code: str) -> str:
        """Return ``1 × 12 000 (glesbygd) + 4 × 300 (skärgård) = 13 200 vägda invånare``.

        What a key in the sum was itself made of comes first: ``ökning: 40 − 25 = 15 veckor; 2 × 15 (ökning) + …``.
        """
        made = [f"{_in_sentence(key.name)}: {origin}" for _, key in self.parts if (origin := key.origin(code))]
        terms = [
            f"{exact_number(weight)} × {exact_number(key.values([code])[code])} ({_in_sentence(key.name)})"
            for weight, key in self.parts
        ]
        total = f"{' + '.join(terms)} = {exact_number(self.values([code])[code])} {self.unit}"
        return "; ".join([*made, total])


@dataclass(frozen=True, slots=True)
class Increase:
    """What a measure has grown by between two days. What has become less has grown by nothing."""

    name: str
    unit: str
    later: Mapping[str, int]
    earlier: Mapping[str, int]

    def values(self, codes: Sequence[str]) -> dict[str, Fraction]:
        """Return the increases, none below zero. Raises ``MissingFigures`` for who lacks a value of either day."""
        if missing := [code for code in codes if code not in self.later or code not in self.earlier]:
            raise MissingFigures(self.name, missing)
        return {code: Fraction(max(0, self.later[code] - self.earlier[code])) for code in codes}

    def origin(self, code: str) -> str:
        """Return ``40 − 25 = 15 veckor``; a decrease says that it counts as zero."""
        later, earlier = self.later[code], self.earlier[code]
        if later < earlier:
            return (
                f"från {exact_number(earlier)} till {exact_number(later)} är en minskning, som räknas som 0 {self.unit}"
            )
        return f"{exact_number(later)} − {exact_number(earlier)} = {exact_number(later - earlier)} {self.unit}"


def _in_sentence(name: str) -> str:
    """Return a name with a small first letter, where it does not begin with an abbreviation: VFU-veckor."""
    return name if name[1:2].isupper() else name[:1].lower() + name[1:]

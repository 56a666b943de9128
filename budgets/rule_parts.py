"""A rule as plain data: all that sharing by it needs, whether it is kept in the database or only being composed."""

import datetime
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from budgets.models import AllocationKey, AllocationRule, PartyWeight


@dataclass(frozen=True, slots=True)
class KeyParts:
    """A key: a measure, equal parts, a weighted sum of ``components`` or what ``measured_by`` grew by."""

    slug: str
    name: str
    unit: str
    kind: str
    components: tuple[tuple[Fraction, "KeyParts"], ...] = ()
    measured_by: "KeyParts | None" = None

    def measures(self) -> Iterator[tuple["KeyParts", bool]]:
        """Yield every measure that the key is worked out of, and whether it is counted from an earlier day."""
        if self.kind == AllocationKey.Kind.MEASURE:
            yield self, False
        if self.measured_by:
            yield self.measured_by, True
        for _, part in self.components:
            yield from part.measures()


@dataclass(frozen=True, slots=True)
class PartyParts:
    """A party in a rule, its weight and the key that its organisations share by."""

    slug: str
    name: str
    weight: int
    key: KeyParts


@dataclass(frozen=True, slots=True)
class LimitParts:
    """An organisation that is left out (``cap`` is ``None``), or pays at most ``cap`` kronor."""

    code: str
    cap: Decimal | None
    reason: str = ""

    @property
    def is_left_out(self) -> bool:
        return self.cap is None


@dataclass(frozen=True, slots=True)
class RuleParts:
    """Everything that a rule says. ``base`` is kronor, ``is_in_kronor`` that every share is a whole number of kronor.

    Two rules with the same parts and the same ``slug`` are one, and what is shared by them is shared together.
    """

    slug: str
    name: str
    key: KeyParts
    parties: tuple[PartyParts, ...]
    description: str = ""
    base: Decimal | None = None
    rebate_above: int | None = None
    rebate_percent: int | None = None
    limits: tuple[LimitParts, ...] = ()
    is_in_kronor: bool = False
    decision: str = ""
    valid_from: datetime.date | None = None
    valid_to: datetime.date | None = None

    def __str__(self) -> str:
        return self.name

    @property
    def is_plain(self) -> bool:
        """Whether it is weights and one measured key and nothing more, so that one rate per inhabitant tells it."""
        return (
            self.key.kind == AllocationKey.Kind.MEASURE
            and not self.base
            and self.rebate_above is None
            and not self.limits
            and not self.is_in_kronor
            and all(party.key == self.key for party in self.parties)
        )

    def is_valid_in(self, year: int) -> bool:
        """Whether it holds on the first of January of ``year``."""
        day = datetime.date(year, 1, 1)
        return (self.valid_from is None or self.valid_from <= day) and (self.valid_to is None or day <= self.valid_to)

    def measures(self) -> Iterator[tuple[KeyParts, bool]]:
        """Yield each measure that the rule's keys are worked out of, and whether it is counted from an earlier day."""
        seen = set()
        for party in self.parties:
            for measure in party.key.measures():
                if measure not in seen:
                    seen.add(measure)
                    yield measure


def parts_of(rule: AllocationRule) -> RuleParts:
    """Return what ``rule`` says; without further queries for a rule that ``with_parts`` fetched."""
    own = key_parts_of(rule.allocation_key)
    return RuleParts(
        slug=rule.slug,
        name=rule.name,
        key=own,
        parties=tuple(_party_of(weight, own) for weight in rule.party_weights.all()),
        description=rule.description,
        base=rule.base_amount,
        rebate_above=rule.rebate_above,
        rebate_percent=rule.rebate_percent,
        limits=tuple(
            LimitParts(limit.organisation.code, None if limit.is_left_out else limit.cap, limit.reason)
            for limit in sorted(rule.limits.all(), key=lambda limit: limit.organisation.code)
        ),
        is_in_kronor=rule.rounding == AllocationRule.Rounding.KRONA,
        decision=decision_words(rule),
        valid_from=rule.valid_from,
        valid_to=rule.valid_to,
    )


def key_parts_of(key: AllocationKey) -> KeyParts:
    """Return what a key is worked out of."""
    return KeyParts(
        slug=key.slug,
        name=key.name,
        unit=key.unit,
        kind=key.kind,
        components=tuple((Fraction(part.weight), key_parts_of(part.part)) for part in key.components.all())
        if key.kind == AllocationKey.Kind.WEIGHTED
        else (),
        measured_by=key_parts_of(key.measured_by) if key.measured_by else None,
    )


def decision_words(row) -> str:
    """Return who decided on a rule or a deviation, when and where: ``SGD 2024-03-01, § 12``."""
    words = " ".join(part for part in (row.decided_by, row.decided_on and row.decided_on.isoformat()) if part)
    return ", ".join(part for part in (words, row.decision_reference) if part)


def _party_of(weight: PartyWeight, own: KeyParts) -> PartyParts:
    key = key_parts_of(weight.allocation_key) if weight.allocation_key else own
    return PartyParts(weight.party.slug, weight.party.name, weight.weight, key)

"""The rules that a frozen year is shared by, kept with it so that every share can be worked out again from them.

Only a year that is shared by more than weights and one key keeps them; a plain year has all it needs in its members.
"""

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from budgets.allocation import Member, Rebate, Rule
from budgets.money import from_ore, to_ore
from budgets.rule_parts import RuleParts
from budgets.rule_words import rule_text
from budgets.shares import PlanAllocation


@dataclass(frozen=True, slots=True)
class FrozenParty:
    """A side of the cost split and its weight."""

    slug: str
    name: str
    weight: int


@dataclass(frozen=True, slots=True)
class FrozenWeight:
    """What a rule counts an organisation by within its party; ``origin`` says how, where it is worked out."""

    code: str
    party: str
    weight: Fraction
    origin: str = ""


@dataclass(frozen=True, slots=True)
class FrozenCap:
    """The most that an organisation pays by a rule, in kronor."""

    code: str
    amount: Decimal


@dataclass(frozen=True, slots=True)
class FrozenRule:
    """A rule as it was when the year was frozen. ``base`` and caps are kronor; ``unit`` is ``ore`` or ``kr``.

    ``members`` are those who pay by it, with what they count by: whom it leaves out is not there.
    """

    slug: str
    name: str
    text: str
    decision: str
    parties: tuple[FrozenParty, ...]
    members: tuple[FrozenWeight, ...]
    base: Decimal
    rebate_above: int | None
    rebate_percent: int | None
    caps: tuple[FrozenCap, ...]
    unit: str


@dataclass(frozen=True, slots=True)
class FrozenFigures:
    """One key's figures that the year's rules use: of which day, and for an increase counted from which."""

    key_name: str
    key_unit: str
    reference_date: datetime.date
    earlier_date: datetime.date | None
    source: str
    quality: str


def frozen_rules(shared: PlanAllocation) -> tuple[FrozenRule, ...]:
    """Return every rule of the year; none where it is shared by weights and one key alone."""
    if shared.is_uniform:
        return ()
    return tuple(_frozen_rule(parts, engine, shared.basis.names) for parts, engine in shared.rules.items())


def frozen_figures(shared: PlanAllocation) -> tuple[FrozenFigures, ...]:
    """Return the days of the keys that the year's rules use; none for a plain year, which says it itself."""
    if shared.is_uniform:
        return ()
    found = {}
    for rule in shared.rules:
        for measure, _ in rule.measures():
            if chosen := shared.basis.figures.get(measure.slug):
                found[measure.slug] = FrozenFigures(
                    key_name=measure.name,
                    key_unit=measure.unit,
                    reference_date=chosen.figure_set.reference_date,
                    earlier_date=chosen.earlier_set.reference_date if chosen.earlier_set else None,
                    source=chosen.figure_set.source,
                    quality=chosen.figure_set.get_quality_display(),
                )
    return tuple(found.values())


def engine_of(rule: FrozenRule) -> Rule:
    """Return the rule as the engine shares by it, made of nothing but what is frozen.

    Raises ``budgets.allocation.AllocationError`` where it cannot share anything.
    """
    return Rule(
        party_weights=tuple((party.slug, party.weight) for party in rule.parties),
        members=tuple(Member(member.code, member.party, _whole(member.weight)) for member in rule.members),
        base=to_ore(rule.base),
        rebate=None if rule.rebate_above is None else Rebate(rule.rebate_above, rule.rebate_percent or 0),
        caps=tuple((cap.code, to_ore(cap.amount)) for cap in rule.caps),
        unit=100 if rule.unit == "kr" else 1,
        label=rule.slug,
    )


def _frozen_rule(parts: RuleParts, engine: Rule, names: Mapping[str, str]) -> FrozenRule:
    return FrozenRule(
        slug=parts.slug,
        name=parts.name,
        text=rule_text(parts, names),
        decision=parts.decision,
        parties=tuple(FrozenParty(party.slug, party.name, party.weight) for party in parts.parties),
        members=tuple(
            FrozenWeight(member.code, member.party, Fraction(member.weight), member.origin) for member in engine.members
        ),
        base=from_ore(engine.base),
        rebate_above=parts.rebate_above,
        rebate_percent=parts.rebate_percent,
        caps=tuple(FrozenCap(code, from_ore(amount)) for code, amount in engine.caps),
        unit="kr" if engine.unit == 100 else "ore",
    )


def _whole(weight: Fraction) -> Fraction | int:
    return weight.numerator if weight.denominator == 1 else weight

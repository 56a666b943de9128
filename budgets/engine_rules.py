"""A rule as the engine shares by it: the weights of its members worked out of key figures, amounts in öre."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from fractions import Fraction
from typing import Protocol

from budgets.allocation import AllocationError, Member, Rebate, Rule
from budgets.keys import Equal, Increase, Key, Measured, MissingFigures, Weighted
from budgets.models import AllocationKey
from budgets.money import to_ore
from budgets.rule_parts import KeyParts, PartyParts, RuleParts
from budgets.year_basis import ChosenFigures
from plans.models import Organisation, Party


class InParty(Protocol):
    """An organisation on its side of the cost split."""

    @property
    def code(self) -> str: ...
    @property
    def organisation(self) -> Organisation: ...
    @property
    def party(self) -> Party: ...


def engine_rule(
    rule: RuleParts,
    members: Iterable[InParty],
    figures: Mapping[str, ChosenFigures],
    *,
    year: int | None = None,
    least: int = 1,
) -> Rule:
    """Return ``rule`` as the engine shares by it: every member's weight, base and caps in öre.

    ``figures`` are the chosen days by the slug of their key; ``least`` is the smallest unit in öre. An organisation
    alone in its party needs no figure, nor do those of a party without weight. Raises ``AllocationError`` that names
    each figure that is missing, and each key that no day has been chosen for.
    """
    left_out = {limit.code for limit in rule.limits if limit.is_left_out}
    caps = {limit.code: limit.cap for limit in rule.limits if not limit.is_left_out}
    groups: dict[str, list[InParty]] = defaultdict(list)
    for member in members:
        if member.code not in left_out:
            groups[member.party.slug].append(member)
    weighed = []
    for party in rule.parties:
        weighed += _weighed(party, groups.pop(party.slug, []), figures, year)
    # What is left has no weight in the rule, and the engine says so.
    weighed += [Member(member.code, slug, 1) for slug, group in groups.items() for member in group]
    present = {member.code for member in weighed}
    return Rule(
        party_weights=tuple((party.slug, party.weight) for party in rule.parties),
        members=tuple(weighed),
        base=to_ore(rule.base) if rule.base else 0,
        rebate=None if rule.rebate_above is None else Rebate(rule.rebate_above, rule.rebate_percent),
        caps=tuple((code, to_ore(cap)) for code, cap in sorted(caps.items()) if code in present),
        unit=max(least, 100 if rule.is_in_kronor else 1),
        label=rule.slug,
    )


def _weighed(
    party: PartyParts, group: list[InParty], figures: Mapping[str, ChosenFigures], year: int | None
) -> list[Member]:
    if not party.weight:
        return [Member(member.code, party.slug, 1) for member in group]
    if len(group) == 1:
        return [Member(group[0].code, party.slug, _weight_alone(party.key, group[0].code, figures))]
    key = _engine_key(party.key, figures, year)
    names = {member.code: member.organisation.short_name for member in group}
    try:
        values = key.values(list(names))
    except MissingFigures as error:
        missing = ", ".join(names.get(code, code) for code in error.codes)
        raise AllocationError(
            f"Nyckeltalen {_set_of(error.key, party.key, figures)} saknar värde för {missing}. "
            "Komplettera dem innan kostnaden fördelas."
        ) from error
    return [Member(code, party.slug, _whole(values[code]), origin=key.origin(code)) for code in names]


def _weight_alone(key: KeyParts, code: str, figures: Mapping[str, ChosenFigures]) -> int:
    chosen = figures.get(key.slug)
    return (chosen.values.get(code) if chosen else None) or 1


def _engine_key(key: KeyParts, figures: Mapping[str, ChosenFigures], year: int | None) -> Key:
    if key.kind == AllocationKey.Kind.EQUAL:
        return Equal(key.name)
    if key.kind == AllocationKey.Kind.WEIGHTED:
        parts = tuple((weight, _engine_key(part, figures, year)) for weight, part in key.components)
        return Weighted(key.name, key.unit, parts)
    measure = key.measured_by or key
    chosen = figures.get(measure.slug)
    when = f" för {year}" if year else ""
    if chosen is None:
        raise AllocationError(
            f"Nyckeln {measure.name} saknar vald dag{when}. Välj vilken dags nyckeltal kostnaden ska fördelas efter."
        )
    if key.measured_by is None:
        return Measured(key.name, key.unit, chosen.values)
    if chosen.earlier_set is None:
        raise AllocationError(
            f"Nyckeln {key.name} saknar dag att räkna ökningen från{when}. Välj en tidigare dag för {measure.name}."
        )
    return Increase(key.name, key.unit, chosen.values, chosen.earlier_values)


def _set_of(name: str, key: KeyParts, figures: Mapping[str, ChosenFigures]) -> str:
    """Return the set whose value is missing as it is called, or the key where it is worked out of several."""
    for measure, _ in key.measures():
        if name in (measure.name, key.name) and measure.slug in figures and not key.components:
            return str(figures[measure.slug].figure_set)
        if name == measure.name and measure.slug in figures:
            return str(figures[measure.slug].figure_set)
    return name


def _whole(value: Fraction) -> Fraction | int:
    return value.numerator if value.denominator == 1 else value

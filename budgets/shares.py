"""A plan's years through the allocation engine, and what came out of it.

``budgets.year_basis`` gives rules, members, key figures and budget lines; ``budgets.allocation`` does the sharing.
Amounts here are kronor as ``Decimal``, exact values fractions of kronor.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import cached_property

from budgets.allocation import Allocation, AllocationError, Calculation, Line, Rule, allocate
from budgets.engine_rules import engine_rule
from budgets.explanation import Explanation, Names, explain, explain_line, paragraphs
from budgets.models import KeyFigureSet
from budgets.money import from_ore, rate_ore, to_ore
from budgets.rule_parts import RuleParts
from budgets.year_basis import (
    ChosenFigures,
    SharedLine,
    YearBasis,
    load_year,
    load_years,
    values_by_set,
    values_of,
)
from plans.models import Organisation, Party, Plan

__all__ = [
    "ChosenFigures",
    "PlanAllocation",
    "SharedLine",
    "SharingMember",
    "YearBasis",
    "engine_rule",
    "load_year",
    "load_years",
    "share_year",
    "values_by_set",
    "values_of",
]

UNITS = {"ore": 1, "kr": 100}
WHOLE = "whole"


@dataclass(frozen=True, slots=True)
class SharingMember:
    """An organisation that shares a year's cost.

    ``weight`` is what the year's own rule counts it by within the party; a member alone in its party needs no key
    figure for it, and one that the rule leaves out has none. ``population`` is its figure in the year's set. A region
    without one stands for its municipalities, and ``is_whole_area`` is true.
    """

    organisation: Organisation
    party: Party
    weight: Fraction | int
    population: int
    is_whole_area: bool

    @property
    def code(self) -> str:
        return self.organisation.code


@dataclass(frozen=True)
class PlanAllocation:
    """One year of one plan, shared. ``members`` come by code, ``lines`` in the plan's order.

    ``lines_total`` is the sum of the budget lines, ``total`` what was shared: the same, or an amount that was given.
    ``rule`` is the year's own, ``rules`` are all that its lines are shared by with the engine's form of each.
    """

    plan: Plan
    year: int
    unit: str
    rule: RuleParts
    figure_set: KeyFigureSet
    members: tuple[SharingMember, ...]
    lines: tuple[SharedLine, ...]
    lines_total: Decimal
    total: Decimal
    stated_total: int | None
    rule_by_line: Mapping[str, RuleParts]
    rules: Mapping[RuleParts, Rule]
    allocation: Allocation
    basis: YearBasis

    @property
    def engine_rule(self) -> Rule:
        return self.rules[self.rule]

    @property
    def is_uniform(self) -> bool:
        """Whether every line is shared by the year's own rule, and that is plain: weights and one key."""
        return self.rule.is_plain and all(rule == self.rule for rule in self.rule_by_line.values())

    @property
    def rule_name(self) -> str:
        """Return what the year's own rule is called, and that some lines have another where they do."""
        others = sum(rule != self.rule for rule in self.rule_by_line.values())
        if not others:
            return self.rule.name
        return f"{self.rule.name}, utom {'en post' if others == 1 else f'{others} poster'} med en annan regel"

    @cached_property
    def fractions(self) -> dict[str, Fraction]:
        """Each member's exact part of the whole, by code; by the year's own rule where there is nothing to share."""
        total = to_ore(self.total)
        if not total or not self.lines:
            parts = self.engine_rule.fractions(total)
            return {member.code: parts.get(member.code, Fraction(0)) for member in self.members}
        return {member.code: self.exact(member.code) * 100 / total for member in self.members}

    @cached_property
    def member_by_code(self) -> dict[str, SharingMember]:
        return {member.code: member for member in self.members}

    @cached_property
    def parts_total(self) -> int:
        """The sum of the members' key figures, a region that stands for its municipalities not counted again."""
        return sum(member.population for member in self.members if not member.is_whole_area)

    @property
    def rate_population(self) -> int:
        """The population that the rate is counted on: the source's own total where it states one."""
        return self.parts_total if self.stated_total is None else self.stated_total

    @cached_property
    def sharing_party_count(self) -> int:
        """How many parties carry equal parts; 0 where their parts differ and no common rate exists."""
        weights = [party.weight for party in self.rule.parties if party.weight]
        if not self.is_uniform or self.rule.key.slug != self.figure_set.allocation_key.slug:
            return 0
        return len(weights) if len(set(weights)) == 1 else 0

    def rate_of(self, total: Decimal) -> Decimal | None:
        """Return the rate in öre per inhabitant and organisation for ``total``, rounded to two decimals."""
        if not self.sharing_party_count or not self.rate_population:
            return None
        return rate_ore(total, self.rate_population, parties=self.sharing_party_count)

    @property
    def rate(self) -> Decimal | None:
        return self.rate_of(self.total)

    def rule_of(self, line: SharedLine) -> RuleParts:
        return self.rule_by_line[line.key]

    def amount(self, code: str) -> Decimal:
        """Return what an organisation pays."""
        return from_ore(self.allocation.amount(code) if code in self._sharing_codes else 0)

    def exact(self, code: str) -> Fraction:
        """Return what it would pay without rounding, in kronor."""
        return self.allocation.share(code).exact / 100 if code in self._sharing_codes else Fraction(0)

    def cell_amount(self, line: SharedLine, code: str) -> Decimal:
        return from_ore(self.allocation.cell(line.key, code).amount if code in self._sharing_codes else 0)

    def cell_exact(self, line: SharedLine, code: str) -> Fraction:
        return self.allocation.cell(line.key, code).exact / 100 if code in self._sharing_codes else Fraction(0)

    def party_amount(self, party: str) -> Decimal:
        return sum((self.amount(member.code) for member in self.members if member.party.slug == party), Decimal(0))

    def sentence(self, code: str) -> str:
        """Return the calculation of an organisation's whole share: ``1 050 000,00 × 34 701 / 1 414 324 = …``.

        With other rules than one of weights and a key it is the whole explanation in words and figures, a paragraph for
        each rule, with an empty line between them.
        """
        if self.is_uniform:
            return self._calculation(code, self.total, self.amount(code)).sentence()
        return "\n\n".join(paragraphs(self.allocation, code, self._names))

    def line_sentence(self, line: SharedLine, code: str) -> str:
        if self.is_uniform:
            return self._calculation(code, line.amount, self.cell_amount(line, code)).sentence()
        return self.line_explanation(line, code).sentence()

    def explanation(self, code: str) -> Explanation:
        """Return how an organisation's share was made, as a tree of sentences; see ``budgets.explanation``."""
        return explain(self.allocation, code, self._names)

    def line_explanation(self, line: SharedLine, code: str) -> Explanation:
        """Return how an organisation's part of one line was made."""
        return explain_line(self.allocation, line.key, code, self._names)

    @cached_property
    def _sharing_codes(self) -> frozenset[str]:
        return frozenset(share.code for share in self.allocation.shares)

    @cached_property
    def _names(self) -> Names:
        return Names(
            organisations={member.code: member.organisation.name for member in self.members},
            parties={party.slug: party.name for rule in self.rules for party in rule.parties},
            rules={engine: rule.name for rule, engine in self.rules.items()},
        )

    def _calculation(self, code: str, total: Decimal, amount: Decimal) -> Calculation:
        member = self.engine_rule.member(code)
        return Calculation.of(self.engine_rule, member, total=to_ore(total), amount=to_ore(amount))


def share_year(
    basis: YearBasis, *, figure_set: KeyFigureSet | None = None, total: Decimal | None = None, unit: str = "ore"
) -> PlanAllocation:
    """Share a year's lines by their rules and key figures, or ``total`` kronor instead of them by the year's own rule.

    ``figure_set`` replaces the chosen figures of its key. ``unit`` is what every share is a whole number of: ``ore``
    or ``kr``. Raises ``AllocationError`` with a Swedish sentence where the basis is missing or incomplete, or an amount
    is not a whole number of the unit.
    """
    if unit not in UNITS:
        raise AllocationError(f"Enheten {unit} finns inte. Välj ore eller kr.")
    figures, values = (figure_set, values_of(figure_set)) if figure_set else (basis.figure_set, basis.values)
    if figures is None or basis.rule is None:
        raise AllocationError(
            f"{basis.plan.title} saknar fördelningsunderlag för {basis.year}: "
            "ange regel och nyckeltal för verksamhetsåret."
        )
    chosen = dict(basis.figures)
    if figure_set or not chosen:
        chosen[figures.allocation_key.slug] = ChosenFigures(figures, values)
    members = _members(basis, values)
    lines = basis.lines if total is None else (SharedLine(WHOLE, "", "", "", total),)
    rule_by_line = {line.key: basis.rule_of(line) for line in lines}
    engine_rules = {
        rule: engine_rule(rule, members, chosen, year=basis.year, least=UNITS[unit])
        for rule in dict.fromkeys([basis.rule, *rule_by_line.values()])
    }
    own = engine_rules[basis.rule]
    weights = {member.code: member.weight for member in own.members}
    is_covered = values.keys() <= {member.code for member in members}
    return PlanAllocation(
        plan=basis.plan,
        year=basis.year,
        unit=unit,
        rule=basis.rule,
        figure_set=figures,
        members=tuple(
            SharingMember(
                member.organisation,
                member.party,
                weights.get(member.code, 0),
                member.population,
                member.is_whole_area,
            )
            for member in members
        ),
        lines=lines,
        lines_total=basis.lines_total,
        total=basis.lines_total if total is None else total,
        stated_total=figures.stated_total if is_covered else None,
        rule_by_line=rule_by_line,
        rules=engine_rules,
        allocation=allocate(
            [
                Line(
                    line.key,
                    _ore(line, engine_rules[rule_by_line[line.key]].unit),
                    engine_rules[rule_by_line[line.key]],
                )
                for line in lines
            ]
        ),
        basis=basis,
    )


def _members(basis: YearBasis, values: Mapping[str, int]) -> tuple[SharingMember, ...]:
    """Return who shares the year, with the population that is shown; what a rule counts by is ``engine_rule``'s."""
    if not basis.memberships:
        raise AllocationError(f"{basis.plan.collaboration} har inga medlemmar den 1 januari {basis.year}.")
    members = []
    for membership in basis.memberships:
        organisation = membership.organisation
        value = values.get(organisation.code)
        is_whole_area = value is None and organisation.kind == Organisation.Kind.REGION
        if is_whole_area:
            value = sum(number for code, number in values.items() if code.startswith(organisation.code))
        members.append(SharingMember(organisation, membership.party, 0, value or 0, is_whole_area))
    return tuple(members)


def _engine_line(line: SharedLine, rule: Rule) -> Line:
    return Line(line.key, _ore(line, rule.unit), rule)


def _ore(line: SharedLine, unit: int) -> int:
    where = f" ({line.area} {line.label})".replace(" )", ")") if line.area else ""
    if line.amount < 0:
        raise AllocationError(f"Beloppet {line.amount} kr{where} är mindre än noll.")
    try:
        ore = to_ore(line.amount)
    except ValueError as error:
        raise AllocationError(f"Beloppet {line.amount} kr{where} är inte ett helt antal öre.") from error
    if ore % unit:
        raise AllocationError(f"Beloppet {line.amount} kr{where} är inte ett helt antal kronor.")
    return ore

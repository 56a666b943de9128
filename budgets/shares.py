"""A plan's years as input to the allocation engine, and what came out of it.

The database gives rules, members, key figures and budget lines; ``budgets.allocation`` does the sharing. Amounts here
are kronor as ``Decimal``, exact values fractions of kronor.
"""

import datetime
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import cached_property

from budgets.allocation import Allocation, AllocationError, Calculation, Line, Member, Rule, allocate
from budgets.models import AllocationRule, BudgetLine, KeyFigure, KeyFigureSet
from budgets.money import from_ore, rate_ore, to_ore
from plans.models import Membership, Organisation, Party, Plan, PlanYear

UNITS = {"ore": 1, "kr": 100}
WHOLE = "whole"


@dataclass(frozen=True, slots=True)
class SharingMember:
    """An organisation that shares a year's cost.

    ``weight`` is what the rule uses within the party; a member alone in its party needs no key figure for it.
    ``population`` is its key figure. A region without one stands for its municipalities, and ``is_whole_area`` is true.
    """

    organisation: Organisation
    party: Party
    weight: int
    population: int
    is_whole_area: bool

    @property
    def code(self) -> str:
        return self.organisation.code


@dataclass(frozen=True, slots=True)
class SharedLine:
    """What is shared: a budget line, or with the key ``whole`` an amount that somebody gave."""

    key: str
    area: str
    area_slug: str
    label: str
    amount: Decimal


@dataclass(frozen=True, slots=True)
class YearBasis:
    """Everything that one activity year's sharing starts from, fetched for many years at once by ``load_years``.

    ``other_amount`` is what funding forms outside the cost model carry the same year.
    """

    plan: Plan
    year: int
    rule: AllocationRule | None
    figure_set: KeyFigureSet | None
    values: dict[str, int]
    memberships: tuple[Membership, ...]
    lines: tuple[SharedLine, ...]
    other_amount: Decimal

    @property
    def lines_total(self) -> Decimal:
        return sum((line.amount for line in self.lines), Decimal(0))


@dataclass(frozen=True)
class PlanAllocation:
    """One year of one plan, shared. ``members`` come by code, ``lines`` in the plan's order.

    ``lines_total`` is the sum of the budget lines, ``total`` what was shared: the same, or an amount that was given.
    """

    plan: Plan
    year: int
    unit: str
    rule: AllocationRule
    figure_set: KeyFigureSet
    members: tuple[SharingMember, ...]
    lines: tuple[SharedLine, ...]
    lines_total: Decimal
    total: Decimal
    stated_total: int | None
    engine_rule: Rule
    allocation: Allocation

    @property
    def _ore(self) -> int:
        return UNITS[self.unit]

    @cached_property
    def fractions(self) -> dict[str, Fraction]:
        """Each member's exact part of the whole, by code."""
        return self.engine_rule.fractions()

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
        weights = [weight for _, weight in self.engine_rule.party_weights if weight]
        return len(weights) if len(set(weights)) == 1 else 0

    def rate_of(self, total: Decimal) -> Decimal | None:
        """Return the rate in öre per inhabitant and organisation for ``total``, rounded to two decimals."""
        if not self.sharing_party_count or not self.rate_population:
            return None
        return rate_ore(total, self.rate_population, parties=self.sharing_party_count)

    @property
    def rate(self) -> Decimal | None:
        return self.rate_of(self.total)

    def amount(self, code: str) -> Decimal:
        """Return what an organisation pays."""
        return from_ore(self._engine_amount(code) * self._ore)

    def exact(self, code: str) -> Fraction:
        """Return what it would pay without rounding, in kronor."""
        return self.fractions[code] * to_ore(self.total) / 100

    def cell_amount(self, line: SharedLine, code: str) -> Decimal:
        return from_ore(self.allocation.cell(line.key, code).amount * self._ore)

    def cell_exact(self, line: SharedLine, code: str) -> Fraction:
        return self.fractions[code] * to_ore(line.amount) / 100

    def party_amount(self, party: str) -> Decimal:
        return sum((self.amount(member.code) for member in self.members if member.party.slug == party), Decimal(0))

    def sentence(self, code: str) -> str:
        """Return the calculation of an organisation's whole share: ``1 050 000,00 × 34 701 / 1 414 324 = …``."""
        return self._calculation(code, self.total, self.amount(code)).sentence()

    def line_sentence(self, line: SharedLine, code: str) -> str:
        return self._calculation(code, line.amount, self.cell_amount(line, code)).sentence()

    def _engine_amount(self, code: str) -> int:
        return self.allocation.amount(code) if self.lines else 0

    def _calculation(self, code: str, total: Decimal, amount: Decimal) -> Calculation:
        member = self.engine_rule.member(code)
        return Calculation.of(self.engine_rule, member, total=to_ore(total), amount=to_ore(amount))


def load_years(plans: Iterable[Plan]) -> list[YearBasis]:
    """Return the basis of every activity year of ``plans``, in a number of queries that does not grow with them."""
    years = list(
        PlanYear.objects.filter(plan__in=list(plans))
        .select_related(
            "plan__collaboration",
            "cost_basis__rule__allocation_key",
            "cost_basis__figure_set__allocation_key",
            "cost_basis__figure_set__parts_from",
        )
        .prefetch_related("cost_basis__rule__party_weights__party")
    )
    bases = {row: getattr(row, "cost_basis", None) for row in years}
    values = _values_by_set({basis.figure_set.parts_set.pk for basis in bases.values() if basis})
    memberships = defaultdict(list)
    for membership in Membership.objects.filter(
        collaboration__in={row.plan.collaboration_id for row in years}
    ).with_organisation():
        memberships[membership.collaboration_id].append(membership)
    lines, other = _lines_by_year(years)
    return [
        YearBasis(
            plan=row.plan,
            year=row.year,
            rule=bases[row].rule if bases[row] else None,
            figure_set=bases[row].figure_set if bases[row] else None,
            values=values.get(bases[row].figure_set.parts_set.pk, {}) if bases[row] else {},
            memberships=tuple(
                member
                for member in memberships[row.plan.collaboration_id]
                if member.is_active_on(datetime.date(row.year, 1, 1))
            ),
            lines=tuple(lines[row.plan_id, row.year]),
            other_amount=other[row.plan_id, row.year],
        )
        for row in years
    ]


def load_year(plan: Plan, year: int) -> YearBasis:
    """Return the basis of one activity year. Raises ``AllocationError`` where the plan does not have it."""
    bases = load_years([plan])
    for basis in bases:
        if basis.year == year:
            return basis
    known = ", ".join(str(basis.year) for basis in bases) or "inga"
    raise AllocationError(f"{plan.title} har inte verksamhetsåret {year}. Planens år: {known}.")


def share_year(
    basis: YearBasis, *, figure_set: KeyFigureSet | None = None, total: Decimal | None = None, unit: str = "ore"
) -> PlanAllocation:
    """Share a year's lines, or ``total`` kronor instead of them, by its rule and key figures, or by ``figure_set``.

    ``unit`` is what every share is a whole number of: ``ore`` or ``kr``. Raises ``AllocationError`` with a Swedish
    sentence where the basis is missing or incomplete, or an amount is not a whole number of the unit.
    """
    if unit not in UNITS:
        raise AllocationError(f"Enheten {unit} finns inte. Välj ore eller kr.")
    figures, values = (figure_set, values_of(figure_set)) if figure_set else (basis.figure_set, basis.values)
    rule = basis.rule or default_rule(basis.plan)
    if figures is None or rule is None:
        raise AllocationError(
            f"{basis.plan.title} saknar fördelningsunderlag för {basis.year}: "
            "ange regel och nyckeltal för verksamhetsåret."
        )
    members = _members(basis, figures, values)
    engine_rule = Rule(
        party_weights=tuple((weight.party.slug, weight.weight) for weight in rule.party_weights.all()),
        members=tuple(Member(member.code, member.party.slug, member.weight) for member in members),
    )
    lines = basis.lines if total is None else (SharedLine(WHOLE, "", "", "", total),)
    is_covered = values.keys() <= {member.code for member in members}
    return PlanAllocation(
        plan=basis.plan,
        year=basis.year,
        unit=unit,
        rule=rule,
        figure_set=figures,
        members=members,
        lines=lines,
        lines_total=basis.lines_total,
        total=basis.lines_total if total is None else total,
        stated_total=figures.stated_total if is_covered else None,
        engine_rule=engine_rule,
        allocation=allocate([Line(line.key, _in_units(line, unit), engine_rule) for line in lines]),
    )


def values_of(figure_set: KeyFigureSet) -> dict[str, int]:
    """Return ``{organisation code: value}`` of a set's parts, its own or borrowed, in one query."""
    return _values_by_set({figure_set.parts_set.pk}).get(figure_set.parts_set.pk, {})


def _values_by_set(set_ids: set[int]) -> dict[int, dict[str, int]]:
    values: dict[int, dict[str, int]] = defaultdict(dict)
    rows = KeyFigure.objects.filter(figure_set__in=set_ids).order_by()
    for set_id, code, value in rows.values_list("figure_set_id", "organisation__code", "value"):
        values[set_id][code] = value
    return values


def _lines_by_year(years: list[PlanYear]) -> tuple[dict, dict]:
    """Return the lines to share and the sum of other funding forms, by plan id and year."""
    lines, other = defaultdict(list), defaultdict(Decimal)
    for line in BudgetLine.objects.filter(focus_area__plan__in={row.plan_id for row in years}).with_places():
        if line.amount is None:
            continue
        place = line.focus_area.plan_id, line.year
        if line.funding_form.is_shared:
            area = line.focus_area
            lines[place].append(SharedLine(line.key, area.name_in_tables, area.slug, line.label, line.amount))
        else:
            other[place] += line.amount
    return lines, other


def default_rule(plan: Plan) -> AllocationRule | None:
    """Return the rule that holds where a plan year names none."""
    rules = AllocationRule.objects.filter(collaboration=plan.collaboration_id, is_default=True)
    return rules.prefetch_related("party_weights__party").first()


def _members(basis: YearBasis, figures: KeyFigureSet, values: dict[str, int]) -> tuple[SharingMember, ...]:
    if not basis.memberships:
        raise AllocationError(f"{basis.plan.collaboration} har inga medlemmar den 1 januari {basis.year}.")
    party_sizes: dict[int, int] = defaultdict(int)
    for membership in basis.memberships:
        party_sizes[membership.party_id] += 1
    members, missing = [], []
    for membership in basis.memberships:
        organisation = membership.organisation
        value = values.get(organisation.code)
        is_alone = party_sizes[membership.party_id] == 1
        if value is None and not is_alone:
            missing.append(organisation.short_name)
            continue
        is_whole_area = value is None and organisation.kind == Organisation.Kind.REGION
        if is_whole_area:
            value = sum(number for code, number in values.items() if code.startswith(organisation.code))
        weight = value or 1 if is_alone else value
        members.append(SharingMember(organisation, membership.party, weight, value or 0, is_whole_area))
    if missing:
        raise AllocationError(
            f"Nyckeltalen {figures} saknar värde för {', '.join(missing)}. Komplettera dem innan kostnaden fördelas."
        )
    return tuple(members)


def _in_units(line: SharedLine, unit: str) -> int:
    where = f" ({line.area} {line.label})".replace(" )", ")") if line.area else ""
    if line.amount < 0:
        raise AllocationError(f"Beloppet {line.amount} kr{where} är mindre än noll.")
    try:
        ore = to_ore(line.amount)
    except ValueError as error:
        raise AllocationError(f"Beloppet {line.amount} kr{where} är inte ett helt antal öre.") from error
    units, rest = divmod(ore, UNITS[unit])
    if rest:
        raise AllocationError(f"Beloppet {line.amount} kr{where} är inte ett helt antal kronor.")
    return units

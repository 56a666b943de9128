"""What a scenario does to each organisation: what it would pay, beside what it pays by the plan or by the draft.

Amounts are kronor as ``Decimal``, shared by the engine in whole öre. Sums of changes are the change of the sums.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from typing import Protocol

from django.db.models import Exists, OuterRef, Q, QuerySet

from budgets.allocation import AllocationError
from budgets.cost_tables import LINES
from budgets.frozen_shares import FrozenYear, years_of
from budgets.money import round_half_up
from budgets.scenarios import Changes, apply_changes, line_name
from budgets.shares import PlanAllocation, share_year
from budgets.year_basis import YearBasis, load_year
from plans.collation import swedish_key
from plans.models import Organisation, Plan, PlanVersion, PlanYear

ZERO = Decimal(0)


class Against(StrEnum):
    """What a scenario is compared with: what is decided for the year, the draft as it is, or the year before."""

    DECIDED = "beslutat"
    DRAFT = "utkast"
    BEFORE = "fore"


@dataclass(frozen=True, slots=True)
class ComparedLine:
    """A line of what is compared with."""

    key: str
    name: str
    amount: Decimal


class Comparison(Protocol):
    """What a scenario is compared with. ``label`` heads a column, ``words`` is a sentence."""

    kind: Against
    label: str
    words: str
    total: Decimal
    amounts: Mapping[str, Decimal]
    names: Mapping[str, str]
    lines: tuple[ComparedLine, ...]

    def cell(self, line: str, code: str) -> Decimal | None: ...


class FrozenComparison:
    """A year as it is frozen in a version. Of another year's lines nothing is said: they are others."""

    def __init__(self, kind: Against, label: str, words: str, year: FrozenYear):
        self.kind, self.label, self.words = kind, label, words
        self.total = year.total
        self.amounts = {member.code: member.amount for member in year.members}
        self.names = {member.code: member.name for member in year.members}
        named = [(line, f"{line.area}: {line.label}" if line.label else line.area) for line in year.lines]
        self.lines = tuple(ComparedLine(line.key, name, line.amount) for line, name in named)
        self._cells = {(cell.line, member.code): cell.amount for member in year.members for cell in member.cells}

    def cell(self, line: str, code: str) -> Decimal | None:
        return self._cells.get((line, code))


class SharedComparison:
    """A year as the engine shares it now."""

    def __init__(self, kind: Against, label: str, words: str, shared: PlanAllocation):
        self.kind, self.label, self.words = kind, label, words
        self.total = shared.total
        self.amounts = {member.code: shared.amount(member.code) for member in shared.members}
        self.names = {member.code: member.organisation.name for member in shared.members}
        self.lines = tuple(ComparedLine(line.key, line_name(line), line.amount) for line in shared.lines)
        self._lines = {line.key: line for line in shared.lines}
        self._shared = shared

    def cell(self, line: str, code: str) -> Decimal | None:
        found = self._lines.get(line)
        return self._shared.cell_amount(found, code) if found and code in self.amounts else None


@dataclass(frozen=True, slots=True)
class Change:
    """An amount before and after. ``before`` is ``None`` where there is nothing to compare with."""

    before: Decimal | None
    after: Decimal

    @property
    def difference(self) -> Decimal | None:
        return None if self.before is None else self.after - self.before

    @property
    def percent(self) -> Decimal | None:
        """With two decimals; ``None`` where there was nothing before."""
        if not self.before:
            return None
        return round_half_up(Fraction(self.after - self.before) * 100 / Fraction(self.before), 2)


@dataclass(frozen=True, slots=True)
class LineChange:
    """A budget line, whole or an organisation's part of it; ``None`` on the side where the line is not."""

    key: str
    name: str
    before: Decimal | None
    after: Decimal | None

    @property
    def difference(self) -> Decimal:
        return (self.after or ZERO) - (self.before or ZERO)


@dataclass(frozen=True, slots=True)
class OrganisationEffect:
    """What one organisation pays before and after. Nothing before it joins, nothing after it has left."""

    organisation: Organisation
    party: str
    change: Change
    joins: bool
    leaves: bool

    @property
    def code(self) -> str:
        return self.organisation.code


@dataclass(frozen=True)
class Effect:
    """What the changes do. ``members`` are the regions and then the municipalities by the Swedish alphabet.

    ``comparison`` is ``None`` where there is nothing to compare with, as for the first plan of a collaboration.
    """

    basis: YearBasis
    shared: PlanAllocation
    comparison: Comparison | None
    members: tuple[OrganisationEffect, ...]
    total: Change

    @property
    def words(self) -> str:
        return self.comparison.words if self.comparison else "Det finns inget beslutat att jämföra med."

    @property
    def paying_more(self) -> tuple[OrganisationEffect, ...]:
        return tuple(one for one in self.members if (one.change.difference or ZERO) > 0)

    @property
    def paying_less(self) -> tuple[OrganisationEffect, ...]:
        return tuple(one for one in self.members if (one.change.difference or ZERO) < 0)

    def member(self, code: str) -> OrganisationEffect | None:
        return next((one for one in self.members if one.code == code), None)

    @property
    def has_lines_before(self) -> bool:
        """Whether what is compared with has lines that can be told apart from one another in the same plan."""
        return bool(self.comparison and self.comparison.lines)

    def lines(self) -> tuple[LineChange, ...]:
        """Return every line of either side, whole."""
        return self._line_changes(
            {line.key: line.amount for line in self.comparison.lines} if self.comparison else {},
            {line.key: line.amount for line in self.shared.lines},
        )

    def cells(self, code: str) -> tuple[LineChange, ...]:
        """Return one organisation's part of every line."""
        before = {}
        if self.comparison and code in self.comparison.amounts:
            before = {line.key: self.comparison.cell(line.key, code) for line in self.comparison.lines}
        after = {}
        if code in self.shared.member_by_code:
            after = {line.key: self.shared.cell_amount(line, code) for line in self.shared.lines}
        return self._line_changes(before, after)

    def _line_changes(self, before: Mapping, after: Mapping) -> tuple[LineChange, ...]:
        names = {line.key: line.name for line in self.comparison.lines} if self.comparison else {}
        names |= {line.key: line_name(line) for line in self.shared.lines}
        order = [line.key for line in self.shared.lines]
        order += [key for key in names if key not in set(order)]
        return tuple(LineChange(key, names[key], before.get(key), after.get(key)) for key in order)


def effect(plan: Plan, year: int, changes: Changes, *, against: Against | None = None) -> Effect:
    """Return what ``changes`` do to ``year``, against the first there is of what is decided, the draft and before.

    Raises ``budgets.scenarios.ScenarioRefused`` where the changes name what is no more, and ``AllocationError`` where
    the plan has no such year or it cannot be shared.
    """
    return effect_of(load_year(plan, year), changes, against=against)


def effect_of(basis: YearBasis, changes: Changes, *, against: Against | None = None) -> Effect:
    """Return the effect on a year that has been fetched; see ``effect``."""
    shared = share_year(apply_changes(basis, changes))
    comparison = find_comparison(basis, against)
    before = comparison.amounts if comparison else {}
    gone = Organisation.objects.filter(code__in=before.keys() - shared.member_by_code.keys())
    organisations = {member.code: member.organisation for member in shared.members}
    if before.keys() - organisations.keys():
        organisations |= {organisation.code: organisation for organisation in gone}
    members = [
        OrganisationEffect(
            organisation,
            shared.member_by_code[code].party.slug if code in shared.member_by_code else "",
            Change(
                before.get(code, ZERO) if comparison else None,
                shared.amount(code) if code in shared.member_by_code else ZERO,
            ),
            joins=comparison is not None and code not in before,
            leaves=code not in shared.member_by_code,
        )
        for code, organisation in organisations.items()
    ]
    members.sort(key=lambda one: (len(one.code), swedish_key(one.organisation.short_name)))
    total = Change(comparison.total if comparison else None, shared.total)
    return Effect(basis, shared, comparison, tuple(members), total)


def find_comparison(basis: YearBasis, against: Against | None = None) -> Comparison | None:
    """Return what is asked for, or without it the first there is; ``None`` where there is none."""
    for kind in [against] if against else Against:
        if found := _FINDERS[kind](basis):
            return found
    return None


def available(basis: YearBasis) -> tuple[Against, ...]:
    """Return what there is to compare with, without sharing anything."""
    plan = basis.plan
    has_standing = plan.is_decided or plan.versions.standing().exists()
    found = {
        Against.DECIDED: has_standing,
        Against.DRAFT: bool(basis.lines) and not plan.is_decided,
        Against.BEFORE: _years_before(basis).exists(),
    }
    return tuple(kind for kind, is_there in found.items() if is_there)


def _decided(basis: YearBasis) -> Comparison | None:
    """The year in the version that stands; a plan decided on paper has none, and then it is the plan itself."""
    plan = basis.plan
    version = plan.versions.standing().defer("content", "pdf").first()
    frozen = _year_in(version, basis.year) if version else None
    if frozen:
        words = f"Jämfört med vad som är beslutat för {basis.year}: {plan.title}, version {version.number}."
        return FrozenComparison(Against.DECIDED, "Beslutat", words, frozen)
    if not plan.is_decided:
        return None
    return _shared(
        Against.DECIDED, "Beslutat", f"Jämfört med vad som är beslutat för {basis.year}: {plan.title}.", basis
    )


def _draft(basis: YearBasis) -> Comparison | None:
    if basis.plan.is_decided:
        return None
    if basis.plan.is_locked:
        return _shared(Against.DRAFT, "Planen", f"Jämfört med {basis.plan.title} som den är skickad för beslut.", basis)
    return _shared(Against.DRAFT, "Utkastet", "Jämfört med utkastet som det är nu.", basis)


def _before(basis: YearBasis) -> Comparison | None:
    """The last decided year before this one in the collaboration's other plans."""
    for row in _years_before(basis).select_related("plan__collaboration").order_by("-year", "-plan__slug")[:2]:
        if found := _decided(load_year(row.plan, row.year)):
            found.kind, found.label = Against.BEFORE, str(row.year)
            found.words = f"Jämfört med det senaste beslutade året, {row.year}: {row.plan.title}."
            found.lines = ()
            return found
    return None


def _years_before(basis: YearBasis) -> QuerySet[PlanYear]:
    decided = Q(plan__status__in=Plan.DECIDED_STATUSES)
    standing = Exists(PlanVersion.objects.standing().filter(plan=OuterRef("plan")))
    years = PlanYear.objects.filter(plan__collaboration=basis.plan.collaboration_id, year__lt=basis.year)
    return years.exclude(plan=basis.plan).filter(decided | standing)


def _shared(kind: Against, label: str, words: str, basis: YearBasis) -> Comparison | None:
    if not basis.lines:
        return None
    try:
        return SharedComparison(kind, label, words, share_year(basis))
    except AllocationError:
        return None


def _year_in(version: PlanVersion, year: int) -> FrozenYear | None:
    years: Iterable[FrozenYear] = years_of(version)
    return next((one for one in years if one.year == year and one.basis == LINES and one.members), None)


_FINDERS = {Against.DECIDED: _decided, Against.DRAFT: _draft, Against.BEFORE: _before}

"""The rule engine: costs and rules in, each organisation's share and its explanation out.

Amounts are whole öre (`int`), exact values are `Fraction` öre. Nothing here knows of a database.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from math import gcd, lcm

from budgets.money import format_amount, format_integer, round_half_up
from budgets.rounding import column_sums, largest_remainder, round_table


class AllocationError(ValueError):
    """A cost cannot be shared as asked; the message is a Swedish sentence."""


@dataclass(frozen=True, slots=True)
class Member:
    """An organisation in a rule: its code, its party and its weight within the party, such as its population."""

    code: str
    party: str
    weight: int


@dataclass(frozen=True, slots=True)
class Rule:
    """How a cost is split: between parties by their weights, within each party by its members' weights.

    Raises `AllocationError` for a rule that cannot share an amount. The order of parties and members means nothing.
    """

    party_weights: tuple[tuple[str, int], ...]
    members: tuple[Member, ...]

    def __post_init__(self) -> None:
        parties = [party for party, _ in self.party_weights]
        if not parties:
            raise AllocationError("Regeln har inga parter.")
        if repeated := _first_repeated(parties):
            raise AllocationError(f"Parten {repeated} står två gånger i regeln.")
        if repeated := _first_repeated([member.code for member in self.members]):
            raise AllocationError(f"Organisationen {repeated} står två gånger i regeln.")
        for party, weight in self.party_weights:
            _check_whole(weight, f"Vikten för parten {party}")
        for member in self.members:
            _check_whole(member.weight, f"Vikten för organisationen {member.code}")
            if member.party not in parties:
                raise AllocationError(f"Organisationen {member.code} hör till parten {member.party}, som saknar vikt.")
        if self.party_weights_total == 0:
            raise AllocationError("Alla parter har vikten noll.")
        for party, weight in self.party_weights:
            if weight and not any(member.party == party for member in self.members):
                raise AllocationError(f"Parten {party} ska bära en del av kostnaden men har inga organisationer.")
            if weight and not self.party_weight_sum(party):
                raise AllocationError(f"Organisationerna i parten {party} har tillsammans vikten noll.")

    @property
    def party_weights_total(self) -> int:
        """The sum of the parties' weights."""
        return sum(weight for _, weight in self.party_weights)

    def party_weight_sum(self, party: str) -> int:
        """Return the sum of a party's members' weights, such as the population of all municipalities."""
        return sum(member.weight for member in self.members if member.party == party)

    def member(self, code: str) -> Member | None:
        """Return the member with a code, or None."""
        return next((member for member in self.members if member.code == code), None)

    def fractions(self) -> dict[str, Fraction]:
        """Return each member's exact part of the whole, by code. The parts sum to one."""
        numerators, denominator = self.numerators()
        return {code: Fraction(numerator, denominator) for code, numerator in numerators.items()}

    def numerators(self) -> tuple[dict[str, int], int]:
        """Return the same parts as whole numbers over one denominator."""
        weights = dict(self.party_weights)
        sums = {party: self.party_weight_sum(party) for party, weight in weights.items() if weight}
        common = lcm(*sums.values())
        numerators = {
            member.code: weights[member.party] * member.weight * (common // sums[member.party])
            if weights[member.party]
            else 0
            for member in sorted(self.members, key=lambda member: member.code)
        }
        denominator = self.party_weights_total * common
        factor = gcd(denominator, *numerators.values())
        return {code: numerator // factor for code, numerator in numerators.items()}, denominator // factor


@dataclass(frozen=True, slots=True)
class Line:
    """A cost to share: its key, öre, and rule."""

    key: str
    amount: int
    rule: Rule

    def __post_init__(self) -> None:
        _check_whole(self.amount, f"Beloppet på raden {self.key} i öre")


@dataclass(frozen=True, slots=True)
class Cell:
    """One organisation's part of one line, in öre."""

    line: str
    code: str
    amount: int
    numerator: int
    denominator: int

    @property
    def exact(self) -> Fraction:
        """The part before rounding."""
        return Fraction(self.numerator, self.denominator)

    @property
    def rounding(self) -> Fraction:
        """What rounding added (or, below zero, took away)."""
        return self.amount - self.exact


@dataclass(frozen=True, slots=True)
class OrganisationShare:
    """One organisation's part of all lines, in öre; cells in order of the lines' keys."""

    code: str
    exact: Fraction
    amount: int
    cells: tuple[Cell, ...]

    @property
    def rounding(self) -> Fraction:
        """What rounding added (or, below zero, took away)."""
        return self.amount - self.exact


@dataclass(frozen=True, slots=True)
class Calculation:
    """The numbers that make one share, in öre, so that it can be followed by hand."""

    total: int
    party_weight: int
    party_weights_total: int
    weight: int
    party_weight_sum: int
    amount: int

    @classmethod
    def of(cls, rule: Rule, member: Member, *, total: int, amount: int) -> "Calculation":
        """Return how ``amount``, a member's share of ``total`` by ``rule``, was made."""
        return cls(
            total=total,
            party_weight=dict(rule.party_weights)[member.party],
            party_weights_total=rule.party_weights_total,
            weight=member.weight,
            party_weight_sum=rule.party_weight_sum(member.party),
            amount=amount,
        )

    @property
    def party_amount(self) -> Fraction:
        """What the organisation's whole party carries."""
        return Fraction(self.total * self.party_weight, self.party_weights_total)

    @property
    def exact(self) -> Fraction:
        """The share before rounding."""
        return self.party_amount * self.weight / self.party_weight_sum if self.party_weight_sum else Fraction(0)

    @property
    def rounding(self) -> Fraction:
        """What rounding added (or, below zero, took away)."""
        return self.amount - self.exact

    def sentence(self) -> str:
        """Return `1 050 000,00 × 34 701 / 1 414 324 = 25 762,17`.

        An organisation alone in its party is shown by the parties' weights. Where the share is not what ordinary
        rounding gives, the sentence says so.
        """
        party = f"{format_integer(self.party_weight)} / {format_integer(self.party_weights_total)}"
        member = f"{format_integer(self.weight)} / {format_integer(self.party_weight_sum)}"
        if self.weight == self.party_weight_sum:
            product = f"{_kronor(self.total)} × {party}"
        elif self.party_amount.denominator == 1:
            product = f"{_kronor(self.party_amount)} × {member}"
        else:
            product = f"{_kronor(self.total)} × {party} × {member}"
        if round_half_up(self.exact, 0) == self.amount:
            return f"{product} = {_kronor(self.amount)}"
        direction = "uppåt" if self.rounding > 0 else "nedåt"
        return (
            f"{product} = {_kronor_cut(self.exact)}, avrundat {direction} till {_kronor(self.amount)} "
            "för att andelarna tillsammans ska bli hela beloppet"
        )


@dataclass(frozen=True)
class Allocation:
    """Lines shared over organisations: closed per line and per organisation at once.

    `lines` are ordered by key, `shares` by code. Amounts are öre.
    """

    lines: tuple[Line, ...]
    shares: tuple[OrganisationShare, ...]

    @property
    def total(self) -> int:
        """The sum of all lines."""
        return sum(line.amount for line in self.lines)

    @cached_property
    def _share_by_code(self) -> dict[str, OrganisationShare]:
        return {share.code: share for share in self.shares}

    @cached_property
    def _line_places(self) -> dict[str, int]:
        return {line.key: place for place, line in enumerate(self.lines)}

    def share(self, code: str) -> OrganisationShare:
        """Return an organisation's share. Raises `KeyError` for an organisation outside every rule."""
        return self._share_by_code[code]

    def amount(self, code: str) -> int:
        """Return what an organisation pays in all."""
        return self.share(code).amount

    def cell(self, line: str, code: str) -> Cell:
        """Return an organisation's part of a line."""
        return self.share(code).cells[self._line_places[line]]

    def line_total(self, key: str) -> int:
        """Return the sum of a line's cells."""
        place = self._line_places[key]
        return sum(share.cells[place].amount for share in self.shares)

    def party_total(self, party: str) -> int:
        """Return what a party's organisations pay together. Raises `KeyError` for a party in no rule."""
        if not any(party == name for line in self.lines for name, _ in line.rule.party_weights):
            raise KeyError(party)
        return sum(
            self._share_by_code[member.code].cells[place].amount
            for place, line in enumerate(self.lines)
            for member in line.rule.members
            if member.party == party
        )

    def calculations(self, code: str) -> tuple[Calculation, ...]:
        """Return how an organisation's total was made: one calculation for each rule that it pays by.

        With one rule there is one, and its amount is the total. The amounts always sum to the total.
        """
        places: dict[Rule, list[int]] = {}
        for place, line in enumerate(self.lines):
            places.setdefault(line.rule, []).append(place)
        cells = self.share(code).cells
        return tuple(
            Calculation.of(
                rule,
                member,
                total=sum(self.lines[place].amount for place in rule_places),
                amount=sum(cells[place].amount for place in rule_places),
            )
            for rule, rule_places in places.items()
            if (member := rule.member(code))
        )

    @cached_property
    def largest_remainder(self) -> dict[str, int]:
        """Each organisation's largest-remainder share of the whole, which `amount` is wherever a table allows it."""
        exact = [share.exact for share in self.shares]
        denominator = lcm(*(value.denominator for value in exact))
        numerators = [value.numerator * (denominator // value.denominator) for value in exact]
        return dict(zip((share.code for share in self.shares), largest_remainder(numerators, denominator), strict=True))

    @property
    def deviations(self) -> dict[str, int]:
        """The organisations whose total had to differ from the largest-remainder share, with the öre it differs by."""
        return {
            share.code: difference
            for share in self.shares
            if (difference := share.amount - self.largest_remainder[share.code])
        }


def allocate(lines: Sequence[Line]) -> Allocation:
    """Share every line by its rule, so that all lines and all organisations' totals close at once.

    Each cell, and each organisation's total, is its exact value rounded up or down to a whole öre. The result does not
    depend on the order of lines, parties or members. Raises `AllocationError` where two lines have the same key.
    """
    if repeated := _first_repeated([line.key for line in lines]):
        raise AllocationError(f"Raden {repeated} står två gånger.")
    ordered = tuple(sorted(lines, key=lambda line: line.key))
    parts = {line.rule: line.rule.numerators() for line in ordered}
    codes = sorted({code for numerators, _ in parts.values() for code in numerators})
    rows = []
    denominators = []
    for line in ordered:
        numerators, denominator = parts[line.rule]
        rows.append([line.amount * numerators.get(code, 0) for code in codes])
        denominators.append(denominator)
    rounded = round_table(rows, denominators)
    sums, common = column_sums(rows, denominators)
    shares = tuple(
        OrganisationShare(
            code=code,
            exact=Fraction(sums[column], common),
            amount=sum(row[column] for row in rounded),
            cells=tuple(
                Cell(line.key, code, rounded[place][column], rows[place][column], denominators[place])
                for place, line in enumerate(ordered)
            ),
        )
        for column, code in enumerate(codes)
    )
    return Allocation(lines=ordered, shares=shares)


def share_amount(
    total_ore: int, fractions: Mapping[str, Fraction], *, order: Sequence[str] | None = None
) -> dict[str, int]:
    """Share one amount by largest remainder; the shares come in order of code.

    Equal remainders go to the larger part and then to the code that is first in `order` (by itself: the lower code,
    which puts the Region, 12, before its municipalities). Raises `AllocationError` where the parts are not one whole.
    """
    _check_whole(total_ore, "Beloppet i öre")
    if any(part < 0 for part in fractions.values()) or sum(fractions.values()) != 1:
        raise AllocationError("Delarna är inte tillsammans exakt en hel.")
    codes = sorted(fractions) if order is None else list(order)
    if sorted(codes) != sorted(fractions):
        raise AllocationError("Ordningen nämner inte varje organisation en gång.")
    denominator = lcm(*(part.denominator for part in fractions.values()))
    numerators = [
        total_ore * fractions[code].numerator * (denominator // fractions[code].denominator) for code in codes
    ]
    shared = dict(zip(codes, largest_remainder(numerators, denominator), strict=True))
    return {code: shared[code] for code in sorted(shared)}


def calculation(rule: Rule, code: str, amount: int) -> Calculation:
    """Return how an organisation's share of one amount (öre), shared by one rule, is made."""
    member = rule.member(code)
    if member is None:
        raise AllocationError(f"Organisationen {code} ingår inte i regeln.")
    return Calculation.of(rule, member, total=amount, amount=share_amount(amount, rule.fractions())[code])


def _check_whole(value: int, what: str) -> None:
    if isinstance(value, bool) or not isinstance(value, int):
        raise AllocationError(f"{what} är inte ett heltal.")
    if value < 0:
        raise AllocationError(f"{what} är mindre än noll.")


def _first_repeated(names: Sequence[str]) -> str | None:
    return next((name for name, times in Counter(names).items() if times > 1), None)


def _kronor(ore: Fraction | int) -> str:
    return format_amount(Fraction(ore, 100), decimals=2)


def _kronor_cut(ore: Fraction) -> str:
    """Return kronor with four decimals, cut off and marked where there are more."""
    hundredths = ore * 100
    whole = hundredths.numerator // hundredths.denominator
    kronor = format_amount(Fraction(whole // 10_000), decimals=0)
    return f"{kronor},{whole % 10_000:04d}{'' if hundredths.denominator == 1 else '…'}"

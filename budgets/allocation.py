"""The rule engine: costs and rules in, each organisation's share and its explanation out.

Amounts are whole öre (`int`), exact values are `Fraction` öre. Nothing here knows of a database.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from math import lcm

from budgets.exact_text import exact_kronor, exact_number, rounded_result
from budgets.rounding import column_sums, largest_remainder, round_table
from budgets.rule import AllocationError, Member, Rebate, Rule, check_whole, first_repeated

__all__ = [
    "Allocation",
    "AllocationError",
    "Calculation",
    "Cell",
    "Line",
    "Member",
    "OrganisationShare",
    "Rebate",
    "Rule",
    "allocate",
    "calculation",
    "share_amount",
]


@dataclass(frozen=True, slots=True)
class Line:
    """A cost to share: its key, öre, and rule. Base and caps hold for the sum of the lines with equal rules."""

    key: str
    amount: int
    rule: Rule

    def __post_init__(self) -> None:
        check_whole(self.amount, f"Beloppet på raden {self.key} i öre")
        if self.amount % self.rule.unit:
            raise AllocationError(
                f"Beloppet på raden {self.key} är inte ett helt antal kronor, som regeln avrundar till."
            )


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
    """The numbers that make one share by weights alone, in öre, so that it can be followed by hand.

    ``weight`` is what the member counts as, and ``unit`` what its share is a whole number of.
    """

    total: int
    party_weight: int
    party_weights_total: int
    weight: Fraction | int
    party_weight_sum: Fraction | int
    amount: int
    unit: int = 1

    @classmethod
    def of(cls, rule: Rule, member: Member, *, total: int, amount: int) -> "Calculation":
        """Return how ``amount``, a member's share of ``total`` by ``rule``, was made."""
        return cls(
            total=total,
            party_weight=dict(rule.party_weights)[member.party],
            party_weights_total=rule.party_weights_total,
            weight=rule.counted(member),
            party_weight_sum=rule.party_weight_sum(member.party),
            amount=amount,
            unit=rule.unit,
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

    def sentence(self, *, suffix: str = "") -> str:
        """Return `1 050 000,00 × 34 701 / 1 414 324 = 25 762,17`; ``suffix`` comes after the result.

        An organisation alone in its party is shown by the parties' weights. Where the share is not what ordinary
        rounding gives, the sentence says so.
        """
        return f"{self.product()} = {rounded_result(self.exact, self.amount, self.unit, suffix=suffix)}"

    def product(self) -> str:
        """Return what stands to the left of the sign of equality."""
        party = f"{exact_number(self.party_weight)} / {exact_number(self.party_weights_total)}"
        member = f"{exact_number(self.weight)} / {exact_number(self.party_weight_sum)}"
        if self.weight == self.party_weight_sum:
            return f"{exact_kronor(self.total)} × {party}"
        if self.party_amount.denominator == 1:
            return f"{exact_kronor(self.party_amount)} × {member}"
        return f"{exact_kronor(self.total)} × {party} × {member}"


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

    def line(self, key: str) -> Line:
        """Return a line. Raises `KeyError` for one that was not shared."""
        return self.lines[self._line_places[key]]

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
        """Return how an organisation's total was made: one calculation for each rule of weights that it pays by.

        With one rule there is one, and its amount is the total. The amounts sum to the total, but for what it pays by
        rules with base amounts or caps: those are for ``budgets.explanation``.
        """
        cells = self.share(code).cells
        return tuple(
            Calculation.of(
                rule,
                member,
                total=sum(self.lines[place].amount for place in rule_places),
                amount=sum(cells[place].amount for place in rule_places),
            )
            for rule, rule_places in self.pools.items()
            if rule.is_linear and (member := rule.member(code))
        )

    @cached_property
    def pools(self) -> dict[Rule, tuple[int, ...]]:
        """The places of the lines that are shared together, by their rule."""
        places: dict[Rule, list[int]] = {}
        for place, line in enumerate(self.lines):
            places.setdefault(line.rule, []).append(place)
        return {rule: tuple(found) for rule, found in places.items()}

    @cached_property
    def largest_remainder(self) -> dict[str, int]:
        """Each organisation's largest-remainder share of the whole, which `amount` is wherever a table allows it.

        Lines that are rounded as tables of their own (see :func:`allocate`) are wholes of their own: this is their sum.
        """
        wanted = {share.code: 0 for share in self.shares}
        for unit, places in _tables(self.lines):
            exact = [sum((share.cells[place].exact for place in places), Fraction(0)) / unit for share in self.shares]
            denominator = lcm(*(value.denominator for value in exact))
            numerators = [value.numerator * (denominator // value.denominator) for value in exact]
            for share, amount in zip(self.shares, largest_remainder(numerators, denominator), strict=True):
                wanted[share.code] += amount * unit
        return wanted

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

    Each cell is its exact value rounded up or down to a whole öre, or krona where its rule says so, and so is each
    organisation's total of a table. Lines in öre by rules of weights alone are one table, those in kronor another, and
    each pool with base amounts or caps is one of its own, so that a cap holds to the öre. Lines with equal rules are
    one pool: each is shared by the parts of the pool's sum. The result does not depend on the order of lines, parties
    or members. Raises `AllocationError` where two lines have the same key, or a rule's caps leave nobody to carry the
    cost.
    """
    if repeated := first_repeated([line.key for line in lines]):
        raise AllocationError(f"Raden {repeated} står två gånger.")
    ordered = tuple(sorted(lines, key=lambda line: line.key))
    totals: dict[Rule, int] = {}
    for line in ordered:
        totals[line.rule] = totals.get(line.rule, 0) + line.amount
    parts = {rule: rule.numerators(total) for rule, total in totals.items()}
    codes = sorted({code for numerators, _ in parts.values() for code in numerators})
    columns = {rule: [numerators.get(code, 0) for code in codes] for rule, (numerators, _) in parts.items()}
    rows = [[line.amount * number for number in columns[line.rule]] for line in ordered]
    denominators = [parts[line.rule][1] for line in ordered]
    rounded: list[list[int]] = [[] for _ in ordered]
    for unit, places in _tables(ordered):
        table = round_table([rows[place] for place in places], [denominators[place] * unit for place in places])
        for place, row in zip(places, table, strict=True):
            rounded[place] = [number * unit for number in row]
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


def _tables(lines: Sequence[Line]) -> list[tuple[int, list[int]]]:
    """Return the places of the lines that are rounded together, and the öre that they are rounded to."""
    tables: dict[tuple[int, Rule | None], list[int]] = {}
    for place, line in enumerate(lines):
        own = None if line.rule.is_linear else line.rule
        tables.setdefault((line.rule.unit, own), []).append(place)
    return [(unit, places) for (unit, _), places in tables.items()]


def share_amount(
    total_ore: int, fractions: Mapping[str, Fraction], *, order: Sequence[str] | None = None
) -> dict[str, int]:
    """Share one amount by largest remainder; the shares come in order of code.

    Equal remainders go to the larger part and then to the code that is first in `order` (by itself: the lower code,
    which puts the Region, 12, before its municipalities). Raises `AllocationError` where the parts are not one whole.
    """
    check_whole(total_ore, "Beloppet i öre")
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
    """Return how an organisation's share of one amount (öre), shared by one rule of weights, is made."""
    member = rule.member(code)
    if member is None:
        raise AllocationError(f"Organisationen {code} ingår inte i regeln.")
    return Calculation.of(rule, member, total=amount, amount=share_amount(amount, rule.fractions())[code])

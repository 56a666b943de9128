"""A rule as the engine shares by it. Weights are whole numbers or fractions, amounts whole öre (`int`)."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import cached_property
from math import gcd, lcm

from budgets.exact_text import exact_kr

UNITS = (1, 100)


class AllocationError(ValueError):
    """A cost cannot be shared as asked; the message is a Swedish sentence."""


@dataclass(frozen=True, slots=True)
class Member:
    """An organisation in a rule: its code, its party and its weight within the party, such as its population.

    One member may stand for ``count`` organisations that are not known one by one: they carry the base amount so many
    times. ``origin`` says how a composed weight was made, and changes nothing.
    """

    code: str
    party: str
    weight: Fraction | int
    count: int = 1
    origin: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class Rebate:
    """What an organisation has of the key above ``above`` counts ``percent`` per cent less."""

    above: int
    percent: int


@dataclass(frozen=True)
class PartyShare:
    """How a party's part of a pool falls on its members, all in exact öre.

    ``amount`` is the party's part. Everyone not in ``capped`` carries ``base`` for each organisation it stands for, and
    ``rest`` is divided between them by their counted weights, which sum to ``weight_sum``. ``wanted_base`` is what the
    rule asks as base: more than ``base`` where the part does not cover it. ``count`` is how many organisations are not
    in ``capped``.
    """

    party: str
    amount: Fraction
    wanted_base: int
    base: Fraction
    rest: Fraction
    weight_sum: Fraction
    count: int
    capped: tuple[tuple[str, int], ...]

    @property
    def capped_sum(self) -> int:
        """What those who have reached their caps carry together."""
        return sum(cap for _, cap in self.capped)

    def cap_of(self, code: str) -> int | None:
        """Return the cap that a member has reached, or None."""
        return self._caps.get(code)

    def carried(self, member: Member, counted: Fraction | int) -> Fraction:
        """Return what a member that counts as ``counted`` carries."""
        cap = self.cap_of(member.code)
        if cap is not None:
            return Fraction(cap)
        return self.base * member.count + self._price * counted

    @cached_property
    def _caps(self) -> dict[str, int]:
        return dict(self.capped)

    @cached_property
    def _price(self) -> Fraction:
        """What each unit of the key carries of the rest."""
        return self.rest / self.weight_sum if self.rest else Fraction(0)


@dataclass(frozen=True)
class Rule:
    """How a cost is split: between parties by their weights, within each party by its members' weights.

    Within a party every organisation first carries `base` öre; where the party's part does not cover that, it is
    divided equally. What an organisation would carry above its cap is carried by the others of the party in the same
    way. `unit` is what every share is a whole number of: 1 for öre, 100 for kronor; a cap is then rounded down to one.

    Rules are equal where they share alike; `label` keeps apart two that say the same and are still two. Raises
    `AllocationError` for a rule that cannot share an amount. The order of parties, members and caps means nothing, and
    they are kept sorted.
    """

    party_weights: tuple[tuple[str, int], ...]
    members: tuple[Member, ...]
    base: int = 0
    rebate: Rebate | None = None
    caps: tuple[tuple[str, int], ...] = ()
    unit: int = 1
    label: str = ""

    def __post_init__(self) -> None:
        for name in ("party_weights", "caps"):
            object.__setattr__(self, name, tuple(sorted(getattr(self, name))))
        object.__setattr__(self, "members", tuple(sorted(self.members, key=lambda member: member.code)))
        parties = [party for party, _ in self.party_weights]
        if not parties:
            raise AllocationError("Regeln har inga parter.")
        if repeated := first_repeated(parties):
            raise AllocationError(f"Parten {repeated} står två gånger i regeln.")
        if repeated := first_repeated([member.code for member in self.members]):
            raise AllocationError(f"Organisationen {repeated} står två gånger i regeln.")
        for party, weight in self.party_weights:
            check_whole(weight, f"Vikten för parten {party}")
        for member in self.members:
            _check_member(member)
            if member.party not in parties:
                raise AllocationError(f"Organisationen {member.code} hör till parten {member.party}, som saknar vikt.")
        self._check_limits()
        if self.party_weights_total == 0:
            raise AllocationError("Alla parter har vikten noll.")
        for party, weight in self.party_weights:
            if weight and not self.members_of(party):
                raise AllocationError(f"Parten {party} ska bära en del av kostnaden men har inga organisationer.")
            if weight and not self.party_weight_sum(party):
                raise AllocationError(f"Organisationerna i parten {party} har tillsammans vikten noll.")

    def _check_limits(self) -> None:
        check_whole(self.base, "Grundbeloppet i öre")
        if self.unit not in UNITS:
            raise AllocationError("Andelar avrundas till hela ören eller hela kronor.")
        if self.rebate and not 0 <= self.rebate.percent <= 100:
            raise AllocationError("En rabatt är mellan 0 och 100 procent.")
        if self.rebate:
            check_whole(self.rebate.above, "Storleken som rabatten räknas från")
            if group := next((member for member in self.members if member.count > 1), None):
                raise AllocationError(
                    f"Rabatten räknas på var och ens eget tal, men {group.code} står för {group.count} organisationer."
                )
        if repeated := first_repeated([code for code, _ in self.caps]):
            raise AllocationError(f"Organisationen {repeated} har två tak i regeln.")
        for code, cap in self.caps:
            check_whole(cap, f"Taket för organisationen {code} i öre")
            member = self.member(code)
            if member is None:
                raise AllocationError(f"Organisationen {code} har ett tak men ingår inte i regeln.")
            if member.count > 1:
                raise AllocationError(
                    f"Ett tak gäller var och en för sig, men {code} står för {member.count} organisationer."
                )

    def __hash__(self) -> int:
        return self._hash

    @property
    def is_linear(self) -> bool:
        """Whether each member's part of the whole is the same whatever the amount."""
        return not self.base and not self.caps

    @property
    def party_weights_total(self) -> int:
        """The sum of the parties' weights."""
        return sum(weight for _, weight in self.party_weights)

    def party_weight_sum(self, party: str) -> Fraction | int:
        """Return the sum of what a party's members count as, such as the population of all municipalities."""
        return self._weight_sums.get(party, 0)

    def member(self, code: str) -> Member | None:
        """Return the member with a code, or None."""
        return self._member_by_code.get(code)

    def members_of(self, party: str) -> tuple[Member, ...]:
        """Return a party's members, by code."""
        return self._members_by_party.get(party, ())

    def counted(self, member: Member) -> Fraction | int:
        """Return what a member counts as when the rebate has been taken off its weight."""
        if self.rebate is None:
            return member.weight
        above = member.weight - self.rebate.above
        if above <= 0:
            return member.weight
        return as_whole(member.weight - Fraction(above * self.rebate.percent, 100))

    def fractions(self, total: int | None = None) -> dict[str, Fraction]:
        """Return each member's exact part of the whole, by code. The parts sum to one.

        ``total`` is the whole in öre, which a base amount and caps need. By nothing they share nothing, and the parts
        are those of the weights.
        """
        if total is None and not self.is_linear:
            raise AllocationError("En regel med grundbelopp eller tak behöver beloppet som ska fördelas.")
        if self.is_linear or not total:
            numerators, denominator = self._linear
            return {code: Fraction(numerator, denominator) for code, numerator in numerators.items()}
        parts = {member.code: Fraction(0) for member in self.members}
        for share in self.party_shares(total):
            for member in self.members_of(share.party):
                parts[member.code] = share.carried(member, self.counted(member)) / total
        return parts

    def numerators(self, total: int | None = None) -> tuple[dict[str, int], int]:
        """Return the same parts as whole numbers over one denominator."""
        if self.is_linear or total == 0:
            return self._linear
        parts = self.fractions(total)
        denominator = lcm(*(part.denominator for part in parts.values()))
        return {code: part.numerator * (denominator // part.denominator) for code, part in parts.items()}, denominator

    def party_shares(self, total: int) -> tuple[PartyShare, ...]:
        """Return how each party that carries something of ``total`` öre divides its part."""
        if total not in self._known_shares:
            self._known_shares[total] = tuple(
                self._party_share(party, Fraction(total * weight, self.party_weights_total))
                for party, weight in self.party_weights
                if weight
            )
        return self._known_shares[total]

    @cached_property
    def without_caps(self) -> "Rule":
        """The same rule with no caps."""
        return replace(self, caps=())

    def _party_share(self, party: str, amount: Fraction) -> PartyShare:
        """Fill up the caps: who is above its own carries that much, until nobody of the others is."""
        limits = {code: cap - cap % self.unit for code, cap in self.caps}
        counted = {member.code: self.counted(member) for member in self.members_of(party)}
        open_members = list(self.members_of(party))
        capped: dict[str, int] = {}
        while True:
            left = amount - sum(capped.values())
            count = sum(member.count for member in open_members)
            base = min(Fraction(self.base), left / count) if count else Fraction(0)
            rest = left - base * count
            weight_sum = Fraction(sum(counted[member.code] for member in open_members))
            if rest and not weight_sum:
                raise AllocationError(
                    f"Taken i regeln räcker inte: {exact_kr(rest)} blir kvar som ingen får betala. Höj ett tak."
                    if not open_members
                    else f"Taken i regeln räcker inte: {exact_kr(rest)} blir kvar, och de som får betala mer "
                    "har nyckeln noll. Höj ett tak."
                )
            share = PartyShare(party, amount, self.base, base, rest, weight_sum, count, tuple(sorted(capped.items())))
            above = {
                member.code: limits[member.code]
                for member in open_members
                if member.code in limits and share.carried(member, counted[member.code]) > limits[member.code]
            }
            if not above:
                return share
            # Whoever is above its cap now stays so: what it leaves only makes the others' parts larger.
            capped |= above
            open_members = [member for member in open_members if member.code not in above]

    @cached_property
    def _hash(self) -> int:
        return hash((self.party_weights, self.members, self.base, self.rebate, self.caps, self.unit, self.label))

    @cached_property
    def _known_shares(self) -> dict[int, tuple[PartyShare, ...]]:
        return {}

    @cached_property
    def _member_by_code(self) -> dict[str, Member]:
        return {member.code: member for member in self.members}

    @cached_property
    def _members_by_party(self) -> dict[str, tuple[Member, ...]]:
        groups: dict[str, list[Member]] = {}
        for member in self.members:
            groups.setdefault(member.party, []).append(member)
        return {party: tuple(group) for party, group in groups.items()}

    @cached_property
    def _weight_sums(self) -> dict[str, Fraction | int]:
        return {
            party: as_whole(Fraction(sum(self.counted(member) for member in group)))
            for party, group in self._members_by_party.items()
        }

    @cached_property
    def _linear(self) -> tuple[dict[str, int], int]:
        """Each member's part of the whole by the weights alone, over one denominator."""
        weights = dict(self.party_weights)
        parts = {
            member.code: Fraction(weights[member.party] * self.counted(member), 1)
            / (self.party_weight_sum(member.party) or 1)
            for member in self.members
        }
        common = lcm(*(part.denominator for part in parts.values()))
        numerators = {code: part.numerator * (common // part.denominator) for code, part in parts.items()}
        denominator = self.party_weights_total * common
        factor = gcd(denominator, *numerators.values())
        return {code: numerator // factor for code, numerator in numerators.items()}, denominator // factor


def as_whole(value: Fraction) -> Fraction | int:
    """Return a fraction as the whole number that it is, where it is one."""
    return value.numerator if value.denominator == 1 else value


def check_whole(value: int, what: str) -> None:
    """Raise `AllocationError` unless ``value`` is a whole number that is not below zero."""
    if isinstance(value, bool) or not isinstance(value, int):
        raise AllocationError(f"{what} är inte ett heltal.")
    if value < 0:
        raise AllocationError(f"{what} är mindre än noll.")


def first_repeated(names: Sequence[str]) -> str | None:
    """Return the first name that stands there more than once, or None."""
    return next((name for name, times in Counter(names).items() if times > 1), None)


def _check_member(member: Member) -> None:
    what = f"Vikten för organisationen {member.code}"
    if isinstance(member.weight, Fraction):
        if member.weight < 0:
            raise AllocationError(f"{what} är mindre än noll.")
    else:
        check_whole(member.weight, what)
    check_whole(member.count, f"Antalet organisationer som {member.code} står för")
    if not member.count:
        raise AllocationError(f"{member.code} står inte för någon organisation.")

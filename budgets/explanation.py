"""How a share was made, as a tree of Swedish sentences with the figures in them. Page, PDF and workbook print it.

Amounts in the tree are exact öre. A step's parts come before what they lead to.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction

from budgets.allocation import Allocation, Calculation, Member, Rule
from budgets.exact_text import exact_kr, exact_kronor, exact_number, rounded_result
from budgets.money import UNIT_SPACE
from budgets.rule import PartyShare

_KR = f"{UNIT_SPACE}kr"
_MOST_NAMED = 3


@dataclass(frozen=True, slots=True)
class Explanation:
    """A step of a calculation: what is said, what it comes to in öre (``None`` for a step without) and its parts."""

    text: str
    amount: Fraction | None = None
    parts: tuple["Explanation", ...] = ()

    def steps(self) -> Iterator[str]:
        """Yield what is said, part by part."""
        for part in self.parts:
            yield from part.steps()
        yield self.text

    def sentence(self) -> str:
        """Return the whole as running text."""
        return " ".join(self.steps())


@dataclass(frozen=True, slots=True)
class Names:
    """What organisations, parties and rules are called; a code stands for itself where it has no name."""

    organisations: Mapping[str, str] = field(default_factory=dict)
    parties: Mapping[str, str] = field(default_factory=dict)
    rules: Mapping[Rule, str] = field(default_factory=dict)

    def organisation(self, code: str) -> str:
        return self.organisations.get(code, code)

    def party(self, slug: str) -> str:
        return self.parties.get(slug, slug)

    def rule(self, rule: Rule) -> str:
        """Return ``regeln ”30:70”``, or ``regeln`` where it has no name."""
        name = self.rules.get(rule, rule.label)
        return f"regeln ”{name}”" if name else "regeln"


@dataclass(frozen=True, slots=True)
class _Place:
    """Where in an allocation a share is explained: ``member``'s part of ``total`` öre shared by ``rule``.

    ``amount`` is the part rounded, ``None`` where it is only a step on the way.
    """

    rule: Rule
    member: Member
    total: int
    amount: int | None
    names: Names

    @property
    def name(self) -> str:
        return self.names.organisation(self.member.code)

    @property
    def exact(self) -> Fraction:
        share = self.share
        return share.carried(self.member, self.rule.counted(self.member)) if share else Fraction(0)

    @property
    def share(self) -> PartyShare | None:
        shares = self.rule.party_shares(self.total)
        return next((share for share in shares if share.party == self.member.party), None)

    def leads_to(self, text: str, parts: list[Explanation]) -> Explanation:
        return Explanation(text, self.exact if self.amount is None else Fraction(self.amount), tuple(parts))

    def result(self) -> str:
        """Return what stands after the sign of equality, with its full stop."""
        if self.amount is None:
            return f"{exact_kr(self.exact)}."
        return f"{rounded_result(self.exact, self.amount, self.rule.unit, suffix=_KR)}."


def explain(allocation: Allocation, code: str, names: Names | None = None) -> Explanation:
    """Return how an organisation's total was made: by each rule that shares a cost, and then the sum.

    The rules come in the order of ``names``; those that leave it out say so. Who is in no rule has a total of zero.
    """
    names = names or Names()
    named = {rule: place for place, rule in enumerate(names.rules)}
    pools = [rule for rule, places in allocation.pools.items() if _sum(allocation, places)]
    pools.sort(key=lambda rule: named.get(rule, len(named)))
    if not pools:
        return Explanation("Det finns ingen kostnad att fördela.", Fraction(0))
    parts = [_of_pool(allocation, rule, code, names, is_one_of_many=len(pools) > 1) for rule in pools]
    if len(parts) == 1:
        return parts[0]
    paid = [part.amount for part in parts if part.amount]
    total = sum(paid, Fraction(0))
    if not paid:
        text = f"{names.organisation(code)} betalar ingenting."
    elif len(paid) == 1:
        text = f"Tillsammans {exact_kr(total)}."
    else:
        text = f"Tillsammans {' + '.join(exact_kronor(amount) for amount in paid)} = {exact_kr(total)}."
    return Explanation(text, total, tuple(parts))


def paragraphs(allocation: Allocation, code: str, names: Names | None = None) -> tuple[str, ...]:
    """Return ``explain`` as running text: a paragraph for each rule, and the sum, where there is more than one."""
    tree = explain(allocation, code, names)
    is_of_many = sum(bool(_sum(allocation, places)) for places in allocation.pools.values()) > 1
    return (*(part.sentence() for part in tree.parts), tree.text) if is_of_many else (tree.sentence(),)


def explain_line(allocation: Allocation, line_key: str, code: str, names: Names | None = None) -> Explanation:
    """Return how an organisation's part of one line was made. Raises ``KeyError`` for an unknown line.

    Where base amounts or caps make the parts depend on the sum that the rule shares, the line's part is its portion.
    """
    names = names or Names()
    line = allocation.line(line_key)
    member = line.rule.member(code)
    if member is None:
        return _left_out(code, names)
    if not line.amount:
        return Explanation("Posten har ingen kostnad att fördela.", Fraction(0))
    cell = allocation.cell(line_key, code)
    total = _sum(allocation, allocation.pools[line.rule])
    if line.rule.is_linear or line.amount == total:
        return _by_rule(_Place(line.rule, member, line.amount, cell.amount, names))
    whole = _by_rule(_Place(line.rule, member, total, None, names))
    text = (
        f"Posten är {exact_kr(line.amount)} av de {exact_kr(total)} som regeln fördelar: "
        f"{exact_kronor(whole.amount)} × {exact_kronor(line.amount)} / {exact_kronor(total)} = "
        f"{rounded_result(cell.exact, cell.amount, line.rule.unit, suffix=_KR)}."
    )
    return Explanation(text, Fraction(cell.amount), (whole,))


def _of_pool(allocation: Allocation, rule: Rule, code: str, names: Names, *, is_one_of_many: bool) -> Explanation:
    """Return how an organisation's part of all that is shared by a rule was made."""
    places = allocation.pools[rule]
    total = _sum(allocation, places)
    member = rule.member(code)
    if member is None:
        if not is_one_of_many:
            return _left_out(code, names)
        text = f"{names.organisation(code)} ingår inte i {names.rule(rule)}, som fördelar {exact_kr(total)}."
        return Explanation(text, Fraction(0))
    cells = allocation.share(code).cells
    place = _Place(rule, member, total, sum(cells[number].amount for number in places), names)
    head = [Explanation(f"Enligt {names.rule(rule)} fördelas {exact_kr(total)}.")] if is_one_of_many else []
    return _by_rule(place, head)


def _left_out(code: str, names: Names) -> Explanation:
    return Explanation(f"{names.organisation(code)} ingår inte i regeln och betalar ingenting.", Fraction(0))


def _by_rule(place: _Place, head: list[Explanation] | None = None) -> Explanation:
    parts = list(head or [])
    share = place.share
    if share is None:
        return place.leads_to(f"{_as_first(place.names.party(place.member.party))} bär ingen del.", parts)
    if len(place.rule.members_of(share.party)) == 1:
        return place.leads_to(_alone(place), parts)
    parts.append(_party(place, share))
    if share.cap_of(place.member.code) is not None:
        return place.leads_to(_own_cap(place, share), parts)
    parts += [*_caps(place, share), *_base(place, share)]
    if share.rest and share.count > place.member.count:
        parts += _weight(place)
    return place.leads_to(f"{_product(place, share)}{_cap_not_reached(place)}", parts)


def _alone(place: _Place) -> str:
    """Return the calculation of an organisation that carries the whole of its party's part."""
    weight, whole = dict(place.rule.party_weights)[place.member.party], place.rule.party_weights_total
    if weight == whole:
        return f"{place.name} bär hela kostnaden, {place.result()}"
    return f"{exact_kronor(place.total)} × {weight} / {whole} = {place.result()}"


def _party(place: _Place, share: PartyShare) -> Explanation:
    weight, whole = dict(place.rule.party_weights)[share.party], place.rule.party_weights_total
    name = _as_first(place.names.party(share.party))
    if weight == whole:
        return Explanation(f"{name} bär hela kostnaden, {exact_kr(share.amount)}.", share.amount)
    part = "hälften" if weight * 2 == whole else f"{weight} av {whole} delar"
    product = f"{exact_kronor(place.total)} × {exact_number(weight)} / {exact_number(whole)}"
    return Explanation(f"{name} bär {part}: {product} = {exact_kr(share.amount)}.", share.amount)


def _own_cap(place: _Place, share: PartyShare) -> str:
    cap = Fraction(share.cap_of(place.member.code) or 0)
    free = _Place(place.rule.without_caps, place.member, place.total, None, place.names).exact
    if free <= cap:
        return (
            f"{place.name} betalar sitt tak, {place.result()} "
            "Utan det hade andelen blivit större, eftersom andra har nått sina tak."
        )
    others = "Det som blir över bärs av de andra i parten."
    if not cap:
        return f"{place.name} skulle utan tak ha betalat {exact_kr(free)}, men har taket {place.result()} {others}"
    return f"{place.name} skulle utan tak ha betalat {exact_kr(free)}, men betalar högst {place.result()} {others}"


def _cap_not_reached(place: _Place) -> str:
    cap = dict(place.rule.caps).get(place.member.code)
    return "" if cap is None or place.exact >= cap else f" Taket, {exact_kr(cap)}, nås inte."


def _caps(place: _Place, share: PartyShare) -> list[Explanation]:
    """Say who have reached their caps and what is left for the others, where there are any."""
    if not share.capped:
        return []
    named = [place.names.organisation(code) for code, _ in share.capped]
    if len(named) == 1:
        text = f"{named[0]} har nått sitt tak och betalar {exact_kr(share.capped_sum)}."
    elif len(named) <= _MOST_NAMED:
        who = f"{', '.join(named[:-1])} och {named[-1]}"
        text = f"{who} har nått sina tak och betalar tillsammans {exact_kr(share.capped_sum)}."
    else:
        who = f"{len(named)} organisationer"
        text = f"{who} har nått sina tak och betalar tillsammans {exact_kr(share.capped_sum)}."
    return [Explanation(text, Fraction(share.capped_sum))]


def _base(place: _Place, share: PartyShare) -> list[Explanation]:
    """Say what everybody pays first and what is then left, where something has been taken off."""
    if share.count == place.member.count or not (share.base or share.capped):
        return []
    base_sum, count = share.base * share.count, exact_number(share.count)
    others = f"de övriga {count} organisationerna" if share.capped else f"de {count} organisationerna"
    taken = [share.capped_sum] if share.capped else []
    left = share.amount - share.capped_sum
    if share.base < share.wanted_base:
        text = (
            f"Kvar är {_difference(share.amount, taken)}. Det räcker inte till grundbeloppet, "
            f"{exact_kr(share.wanted_base)} var, så {others} delar lika."
            if taken
            else f"Det räcker inte till grundbeloppet, {exact_kr(share.wanted_base)} var, så {others} delar lika."
        )
        return [Explanation(text, left)]
    steps = []
    if share.base:
        who = f"Var och en av {others}"
        text = f"{who} betalar först {exact_kr(share.base)} i grundbelopp, tillsammans {exact_kr(base_sum)}."
        steps.append(Explanation(text, base_sum))
        taken.append(base_sum)
    key = f"de övrigas nycklar, tillsammans {exact_number(share.weight_sum)}," if share.capped else "nyckeln"
    text = f"Kvar att fördela efter {key} är {_difference(share.amount, taken)}."
    return [*steps, Explanation(text, share.rest)]


def _difference(amount: Fraction, taken: list[Fraction | int]) -> str:
    terms = " − ".join(exact_kronor(term) for term in (amount, *taken))
    return f"{terms} = {exact_kr(amount - sum(taken))}"


def _weight(place: _Place) -> list[Explanation]:
    """Say how the member's own weight was made, and what the rebate does to it and to the party's."""
    rule, member, parts = place.rule, place.member, []
    if member.origin:
        parts.append(Explanation(f"{_as_first(member.origin)}."))
    if rule.rebate is None:
        return parts
    above, percent = rule.rebate.above, 100 - rule.rebate.percent
    counted, whole = rule.counted(member), sum(other.weight for other in rule.members_of(member.party))
    if counted != member.weight:
        product = f"{exact_number(above)} + {exact_number(member.weight - above)} × {percent} / 100"
        text = (
            f"räknas till {percent} procent: {product} = {exact_number(counted)}."
            if percent
            else f"räknas inte: {exact_number(member.weight)} räknas som {exact_number(counted)}."
        )
        parts.append(Explanation(f"Det som är över {exact_number(above)} {text}"))
    if (weight_sum := rule.party_weight_sum(member.party)) != whole:
        parts.append(
            Explanation(
                f"Med rabatten räknas parten tillsammans som {exact_number(weight_sum)} "
                f"i stället för {exact_number(whole)}."
            )
        )
    return parts


def _product(place: _Place, share: PartyShare) -> str:
    """Return the last calculation, from what has been said before it to the share."""
    rule, member = place.rule, place.member
    if not share.base and not share.capped:
        product = Calculation.of(rule, member, total=place.total, amount=place.amount or 0).product()
        return f"{product} = {place.result()}"
    left = share.amount - share.capped_sum
    if share.count == member.count:
        return f"{place.name} bär det som är kvar: {_terms(share)} = {place.result()}"
    if share.base < share.wanted_base:
        portion = f" × {exact_number(member.count)}" if member.count > 1 else ""
        return f"{exact_kronor(left)}{portion} / {exact_number(share.count)} = {place.result()}"
    own = share.base * member.count
    key = f"{exact_kronor(share.rest)} × {exact_number(rule.counted(member))} / {exact_number(share.weight_sum)}"
    if not share.rest:
        return f"{place.name} betalar grundbeloppet: {place.result()}"
    return f"{exact_kronor(own)} + {key} = {place.result()}" if own else f"{key} = {place.result()}"


def _terms(share: PartyShare) -> str:
    return " − ".join(exact_kronor(term) for term in (share.amount, share.capped_sum))


def _as_first(text: str) -> str:
    """Return a text as it begins a sentence."""
    return text[:1].upper() + text[1:]


def _sum(allocation: Allocation, places: tuple[int, ...]) -> int:
    return sum(allocation.lines[place].amount for place in places)

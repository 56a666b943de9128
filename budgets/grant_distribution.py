"""How an amount of a state grant is distributed among its receivers, by the same engine as every other cost.

A grant goes to receivers in the whole country, of whom few are known here. Those with figures of their own are members
of the engine's rule one by one; the others are one member that stands for them all, with what is left of the total.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction

from budgets.allocation import Allocation, AllocationError, Line, Member, Rule, allocate
from budgets.explanation import explain
from budgets.grant_figures import AmountFigures
from budgets.models import GrantAmount
from budgets.money import format_integer, format_kr, from_ore, to_ore

PARTY = "mottagare"
REST = "ovriga"
ORE, KRONA = 1, 100


@dataclass(frozen=True, slots=True)
class ComputedShare:
    """What a receiver gets by the rule: rounded and exact kronor, and in one sentence how it was worked out."""

    amount: Decimal
    exact: Fraction
    sentence: str


@dataclass(frozen=True, slots=True)
class Distribution:
    """A grant amount shared out. ``shares`` are by organisation code; ``rest`` is for the ``rest_count`` others.

    Where it could not be shared at all ``why_not`` is the Swedish reason and there are no shares.
    """

    shares: Mapping[str, ComputedShare] = field(default_factory=dict)
    rest: ComputedShare | None = None
    rest_count: int = 0
    why_not: str = ""


def distribute(amount: GrantAmount, figures: AmountFigures | None) -> Distribution:
    """Share ``amount`` by its key and figures.

    ``figures`` are ``None`` where none are chosen. Shares are whole kronor of an amount in whole kronor, else whole
    öre, and with the rest they are always exactly the amount.
    """
    if why := _why_not(amount, figures):
        return Distribution(why_not=why)
    known = figures.values
    count = amount.receiver_count if amount.receiver_count is not None else len(known) + bool(_left(figures))
    members = [
        Member(code, PARTY, _whole(value), origin=figures.origins.get(code, ""))
        for code, value in sorted(known.items())
    ]
    if rest_count := count - len(known):
        members.append(Member(REST, PARTY, _whole(_left(figures)), rest_count))
    ore = to_ore(amount.amount)
    try:
        rule = Rule(
            party_weights=((PARTY, 1),),
            members=tuple(members),
            base=to_ore(amount.base_amount or 0),
            unit=ORE if ore % KRONA else KRONA,
        )
        allocation = allocate([Line(amount.key, ore, rule)])
    except AllocationError as error:
        return Distribution(why_not=str(error))
    shares = {
        share.code: ComputedShare(from_ore(share.amount), share.exact / 100, _sentence(allocation, rule, share.code))
        for share in allocation.shares
    }
    rest = shares.pop(REST, None)
    return Distribution(shares, rest, rest_count)


def _sentence(allocation: Allocation, rule: Rule, code: str) -> str:
    """Return the engine's calculation of a share, with what comes before it in the words of one who receives."""
    member = rule.member(code)
    steps = [_base_words(rule, allocation.total)] if rule.base else []
    if member.origin:
        steps.append(f"{member.origin[:1].upper()}{member.origin[1:]}.")
    return " ".join([*steps, explain(allocation, code).text])


def _base_words(rule: Rule, ore: int) -> str:
    (party,) = rule.party_shares(ore)
    count = sum(member.count for member in rule.members)
    if party.base < party.wanted_base:
        return (
            f"Beloppet räcker inte till {_kr(party.wanted_base)} i grundbelopp, "
            f"så de {format_integer(count)} mottagarna får lika mycket, {_kr(party.base)}."
        )
    return (
        f"Var och en av {format_integer(count)} mottagare får först {_kr(party.base)} i grundbelopp, "
        f"tillsammans {_kr(party.base * count)}. Kvar att fördela efter nyckeln är {_kr(party.rest)}."
    )


def _kr(ore: Fraction | int) -> str:
    return format_kr(Fraction(ore) / 100, decimals=2)


def _why_not(amount: GrantAmount, figures: AmountFigures | None) -> str:
    if amount.receivers == GrantAmount.Receivers.OTHER:
        return "Beloppet fördelas inte vidare."
    if amount.missing_input:
        return amount.missing_input
    if amount.allocation_key is None:
        return "Det är inte angivet vad beloppet fördelas efter."
    if figures is None:
        return f"Nyckeltal för {_lower(amount.allocation_key.name)} är inte valda."
    if figures.fault:
        return figures.fault
    known, count = figures.values, amount.receiver_count
    if not known:
        return f"Nyckeltal för {_lower(amount.allocation_key.name)} saknas för alla mottagare."
    if count is None and amount.base_amount:
        return "Antalet mottagare är inte angivet, och alla ska ha ett grundbelopp."
    if count is not None and count < len(known):
        return f"Beloppet har {count} mottagare, men nyckeltalen har värden för {len(known)}."
    if count is not None and count > len(known) and figures.total is None:
        return f"Nyckeltalen har värden för {len(known)} av {count} mottagare, och deras summa är inte känd."
    if _left(figures) < 0 and count != len(known):
        return "Mottagarnas kända värden är tillsammans mer än källans egen summa."
    return ""


def _left(figures: AmountFigures) -> Fraction:
    """Return what the total leaves for those without figures of their own."""
    return Fraction(0) if figures.total is None else figures.total - sum(figures.values.values())


def _whole(value: Fraction) -> int | Fraction:
    return value.numerator if value.denominator == 1 else value


def _lower(name: str) -> str:
    return name[:1].lower() + name[1:]

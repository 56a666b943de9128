"""Rules of every kind for Hypothesis: base, rebate, caps, units, groups, and lines that are shared by several."""

from fractions import Fraction

from hypothesis import assume
from hypothesis import strategies as st

from budgets.allocation import Line, Member, Rebate, Rule

CODES = ("12", "1214", "1230", "1231", "1233", "1256", "1257", "1260")
PARTIES = ("kommuner", "region")
KINDS = ("plain", "base", "rebate", "caps", "base and caps", "all")


def weights(heaviest=400_000):
    whole = st.integers(0, heaviest)
    return whole | st.builds(Fraction, whole, st.integers(1, 12))


@st.composite
def rules(draw, *, kinds=KINDS, units=(1, 100), heaviest=400_000, highest=10**7):
    """A rule that can share any amount of at least nothing: one member of each party has a weight and no cap."""
    kind = draw(st.sampled_from(kinds))
    codes = draw(st.lists(st.sampled_from(CODES), min_size=2, unique=True))
    members = [Member(code, draw(st.sampled_from(PARTIES)), draw(weights(heaviest))) for code in codes]
    if kind in ("plain", "base"):
        members = [Member(one.code, one.party, one.weight, draw(st.sampled_from((1, 1, 1, 20)))) for one in members]
    party_weights, free = [], set()
    for party in PARTIES:
        group = [member for member in members if member.party == party and member.weight]
        party_weights.append((party, draw(st.integers(0, 5)) if group else 0))
        free |= {group[0].code} if group else set()
    assume(any(weight for _, weight in party_weights))
    capped = [code for code in codes if code not in free and draw(st.booleans())]
    with_base, with_caps = kind in ("base", "base and caps", "all"), kind in ("caps", "base and caps", "all")
    return Rule(
        party_weights=tuple(party_weights),
        members=tuple(members),
        base=draw(st.integers(0, highest)) if with_base else 0,
        rebate=Rebate(draw(st.integers(1, heaviest)), draw(st.integers(0, 100))) if kind in ("rebate", "all") else None,
        caps=tuple((code, draw(st.integers(0, highest))) for code in capped) if with_caps else (),
        unit=draw(st.sampled_from(units)),
    )


@st.composite
def shareable(draw, *, largest=10**9, **limits):
    """A rule and an amount that it can share."""
    rule = draw(rules(**limits))
    return rule, draw(st.integers(0, largest)) * rule.unit


def of_any_size(**limits):
    """As :func:`shareable`, as often with figures so small that everything is reached and everything ties."""
    return shareable(**limits) | shareable(heaviest=12, highest=40, largest=300, **limits)


@st.composite
def mixed_lines(draw, *, most_lines=6, largest=10**8, **limits):
    """Lines that two or three rules share, each in its own unit."""
    known = draw(st.lists(rules(**limits), min_size=1, max_size=3))
    count = draw(st.integers(1, most_lines))
    chosen = [draw(st.sampled_from(known)) for _ in range(count)]
    return [Line(f"rad {at}", draw(st.integers(0, largest)) * rule.unit, rule) for at, rule in enumerate(chosen)]


def totals(lines):
    sums = {}
    for line in lines:
        sums[line.rule] = sums.get(line.rule, 0) + line.amount
    return sums

"""Every part of a rule: base amounts, rebates, caps, units and members that stand for several. No database.

Issue 5, SHOW: closing, no negative share, monotone in the key, same result for any order of input.
"""

from dataclasses import replace
from fractions import Fraction
from itertools import product

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from budgets.allocation import AllocationError, Line, Member, Rebate, Rule, allocate
from budgets.money import round_half_up

CODES = ("12", "1214", "1230", "1231", "1233")


def rule(weights=(1, 2, 3), *, region: int = 1, others: int = 1, **parts) -> Rule:
    """A region alone in its party, and municipalities with these weights."""
    members = [Member("12", "region", 1)]
    members += [Member(code, "kommuner", weight) for code, weight in zip(CODES[1:], weights, strict=False)]
    return Rule((("region", region), ("kommuner", others)), tuple(members), **parts)


def one_party(*members: Member, **parts) -> Rule:
    return Rule((("alla", 1),), members, **parts)


def kronor(amounts: dict[str, Fraction], total: int) -> dict[str, Fraction]:
    return {code: part * total for code, part in amounts.items()}


class TestBase:
    def test_everyone_pays_it_before_the_key_and_the_parties_keep_their_parts(self):
        parts = kronor(rule(base=100).fractions(2400), 2400)
        assert parts == {"12": 1200, "1214": 100 + 150, "1230": 100 + 300, "1231": 100 + 450}

    def test_what_does_not_cover_it_is_divided_equally(self):
        parts = kronor(rule(base=1000).fractions(1200), 1200)
        assert parts == {"12": 600, "1214": 200, "1230": 200, "1231": 200}

    def test_it_is_paid_once_however_many_lines_there_are(self):
        same = rule(base=100)
        found = allocate([Line("a", 600, same), Line("b", 1800, same)])
        assert found.amount("1214") == 250
        assert found.cell("a", "1214").exact == Fraction(250 * 600, 2400)

    def test_another_rule_is_another_pool(self):
        found = allocate([Line("a", 1200, rule(base=100)), Line("b", 1200, rule(base=50))])
        assert found.amount("1214") == (100 + 50) + (50 + 75)

    def test_nothing_is_shared_as_nothing(self):
        found = allocate([Line("a", 0, rule(base=100))])
        assert {share.amount for share in found.shares} == {0}

    def test_it_needs_the_amount(self):
        with pytest.raises(AllocationError, match="behöver beloppet"):
            rule(base=100).fractions()


class TestRebate:
    def test_what_is_above_the_size_counts_less(self):
        found = rule((10, 30), rebate=Rebate(20, 50))
        assert found.counted(found.member("1230")) == 25
        assert found.fractions()["1230"] == Fraction(25, 70)

    def test_at_the_size_nothing_is_taken_off(self):
        found = rule((20, 20), rebate=Rebate(20, 100))
        assert found.fractions()["1214"] == Fraction(1, 4)

    def test_it_is_a_part_of_the_whole(self):
        with pytest.raises(AllocationError, match="mellan 0 och 100 procent"):
            rule(rebate=Rebate(20, 101))


class TestCaps:
    def test_what_is_above_a_cap_is_carried_by_the_others_of_the_party(self):
        parts = kronor(rule(caps=(("1231", 300),)).fractions(1200), 1200)
        assert parts == {"12": 600, "1214": 100, "1230": 200, "1231": 300}
        parts = kronor(rule(caps=(("1231", 240),)).fractions(1200), 1200)
        assert parts == {"12": 600, "1214": 120, "1230": 240, "1231": 240}

    def test_those_who_get_above_theirs_by_it_are_capped_too(self):
        parts = kronor(rule(caps=(("1231", 120), ("1230", 210))).fractions(1200), 1200)
        assert parts == {"12": 600, "1214": 270, "1230": 210, "1231": 120}

    def test_a_cap_holds_for_the_base_amount_too(self):
        parts = kronor(rule(base=100, caps=(("1214", 40),)).fractions(1200), 1200)
        assert parts["1214"] == 40
        assert sum(parts.values()) == 1200

    def test_somebody_has_to_carry_it(self):
        all_capped = rule(caps=(("1214", 1), ("1230", 1), ("1231", 1)))
        with pytest.raises(AllocationError, match="Taken i regeln räcker inte"):
            allocate([Line("a", 1200, all_capped)])
        nothing_of_the_key = rule((0, 2, 0), caps=(("1230", 1),))
        with pytest.raises(AllocationError, match="har nyckeln noll"):
            allocate([Line("a", 1200, nothing_of_the_key)])

    def test_a_cap_is_for_a_member(self):
        with pytest.raises(AllocationError, match="har ett tak men ingår inte"):
            rule(caps=(("9999", 1),))
        with pytest.raises(AllocationError, match="har två tak"):
            rule(caps=(("1214", 1), ("1214", 2)))


class TestUnits:
    def test_every_cell_is_a_whole_krona(self):
        found = allocate([Line("a", 100_000, rule(unit=100)), Line("b", 70_000, rule(unit=100))])
        assert all(cell.amount % 100 == 0 for share in found.shares for cell in share.cells)
        assert found.line_total("a") == 100_000

    def test_an_amount_with_ore_is_refused(self):
        with pytest.raises(AllocationError, match="inte ett helt antal kronor"):
            Line("a", 150, rule(unit=100))

    def test_only_ore_and_kronor(self):
        with pytest.raises(AllocationError, match="hela ören eller hela kronor"):
            rule(unit=10)


class TestThoseWhoStandForSeveral:
    """The state grant of 2023: 500 000 kr to each of 21 regions, and the rest by population."""

    OWN, WHOLE = 25_187_124, 1_999_000_000

    @pytest.mark.parametrize(("millions", "expected"), [(70, 1_249_692), (85, 1_438_690)])
    def test_the_printed_figures_come_out(self, millions, expected):
        regions = one_party(
            Member("23", "alla", self.OWN), Member("övriga", "alla", self.WHOLE - self.OWN, count=20), base=500_000_00
        )
        total = millions * 100_000_000
        exact = regions.fractions(total)["23"] * total / 100
        assert round_half_up(exact, 0) == expected
        whole = allocate([Line("a", total, replace(regions, unit=100))])
        assert whole.amount("23") == expected * 100

    def test_there_is_at_least_one(self):
        with pytest.raises(AllocationError, match="står inte för någon"):
            one_party(Member("23", "alla", 1, count=0))


@st.composite
def rules(draw, *, unit: int | None = None) -> Rule:
    """A rule with any of its parts; whoever is first among the municipalities is never capped."""
    weights = draw(st.lists(st.fractions(0, 10**6, max_denominator=7), min_size=2, max_size=4))
    weights[0] = weights[0] or Fraction(1)
    caps = [
        (code, cap)
        for code, cap in zip(CODES[2:], draw(st.lists(st.none() | st.integers(0, 10**6), max_size=3)), strict=False)
        if cap is not None and code in CODES[: len(weights) + 1]
    ]
    return rule(
        tuple(weights),
        region=draw(st.integers(0, 5)),
        others=draw(st.integers(1, 5)),
        base=draw(st.sampled_from([0, 0, 1, 5000, 10**7])),
        rebate=draw(st.none() | st.builds(Rebate, st.integers(0, 10**5), st.integers(0, 99))),
        caps=tuple(caps),
        unit=unit or draw(st.sampled_from([1, 100])),
    )


@st.composite
def tables(draw) -> list[Line]:
    known = draw(st.lists(rules(), min_size=1, max_size=3))
    kronor_amounts = draw(st.lists(st.integers(0, 10**6), min_size=1, max_size=5))
    lines = []
    for place, amount in enumerate(kronor_amounts):
        chosen = draw(st.sampled_from(known))
        ore = draw(st.integers(0, 99)) if chosen.unit == 1 else 0
        lines.append(Line(f"rad {place}", amount * 100 + ore, chosen))
    return lines


@given(tables())
def test_any_mix_closes_in_both_directions_and_no_share_is_negative(lines):
    found = allocate(lines)
    for line in found.lines:
        assert found.line_total(line.key) == line.amount
    for share in found.shares:
        assert share.amount == sum(cell.amount for cell in share.cells)
        for line, cell in zip(found.lines, share.cells, strict=True):
            assert cell.amount >= 0
            assert cell.amount % line.rule.unit == 0
            assert abs(cell.rounding) < line.rule.unit
    assert sum(share.exact for share in found.shares) == found.total


@given(tables(), st.randoms(use_true_random=False))
def test_any_order_of_lines_parties_members_and_caps_gives_the_same(lines, random):
    def shuffled(each):
        return tuple(random.sample(list(each), len(each)))

    mixed = [
        replace(
            line,
            rule=replace(
                line.rule,
                party_weights=shuffled(line.rule.party_weights),
                members=shuffled(line.rule.members),
                caps=shuffled(line.rule.caps),
            ),
        )
        for line in shuffled(lines)
    ]
    first = {share.code: [cell.amount for cell in share.cells] for share in allocate(lines).shares}
    assert {share.code: [cell.amount for cell in share.cells] for share in allocate(mixed).shares} == first


@given(rules(), st.integers(1, 10**8))
def test_the_parts_of_any_rule_are_one_whole_and_its_caps_hold(found, total):
    parts = found.fractions(total)
    assert sum(parts.values()) == 1
    assert all(part >= 0 for part in parts.values())
    assert all(parts[code] * total <= cap for code, cap in found.caps)
    numerators, denominator = found.numerators(total)
    assert {code: Fraction(number, denominator) for code, number in numerators.items()} == parts


@given(rules(), st.integers(1, 10**8), st.integers(1, 4), st.fractions(0, 10**6, max_denominator=5))
def test_more_of_the_key_is_never_less_to_pay(found, total, place, more):
    """And what one pays more, none of the others of the party does."""
    assume(place < len(found.members))
    code = CODES[place]
    grown = replace(
        found,
        members=tuple(
            replace(member, weight=member.weight + more) if member.code == code else member for member in found.members
        ),
    )
    before, after = found.fractions(total), grown.fractions(total)
    assert after[code] >= before[code]
    assert all(after[other] <= before[other] for other in before if other != code)


@given(
    st.lists(st.integers(0, 20), min_size=2, max_size=4),
    st.lists(st.integers(0, 400), min_size=1, max_size=3),
    st.integers(0, 60),
)
def test_caps_are_those_of_the_only_division_that_respects_them(weights, limits, base):
    """Beside every choice of who is capped: a capped one would have got at least its cap, another less than its own."""
    weights[0] = weights[0] or 1
    codes = CODES[1 : len(weights) + 1]
    caps = dict(zip(codes[1:], limits, strict=False))
    found = rule(tuple(weights), region=0, base=base, caps=tuple(caps.items()))
    total = 1000
    parts = kronor(found.fractions(total), total)
    answers = []
    for chosen in product([False, True], repeat=len(caps)):
        capped = {code: caps[code] for code, is_capped in zip(caps, chosen, strict=True) if is_capped}
        free = [code for code in codes if code not in capped]
        left = total - sum(capped.values())
        own = min(Fraction(base), Fraction(left, len(free)))
        rest, weight_sum = left - own * len(free), sum(weights[codes.index(code)] for code in free)
        free_parts = {code: own + rest * Fraction(weights[codes.index(code)], weight_sum or 1) for code in free}
        if all(part <= caps.get(code, part) for code, part in free_parts.items()) and all(
            _alone(code, weights[codes.index(code)], own, rest, weight_sum) >= cap for code, cap in capped.items()
        ):
            answers.append({"12": Fraction(0), **free_parts, **capped})
    assert parts in answers


def _alone(code: str, weight: int, base: Fraction, rest: Fraction, weight_sum: int) -> Fraction:
    """What one that is capped would have carried at the same rate as the others."""
    return base + rest * Fraction(weight, weight_sum or 1)

"""What holds for every rule, with base amounts, rebates, caps, units and groups that nobody chose."""

from dataclasses import replace
from fractions import Fraction
from itertools import chain, combinations

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from budgets.allocation import Line, Member, Rebate, Rule, allocate
from budgets.keys import Equal, Increase, Measured, Weighted
from tests.budgets.rule_strategies import (
    CODES,
    PARTIES,
    mixed_lines,
    of_any_size,
    rules,
    shareable,
    totals,
    weights,
)

some = settings(max_examples=150)


def exact_shares(rule, amount):
    return {code: part * amount for code, part in rule.fractions(amount).items()}


def amounts_of(allocation):
    return {(cell.line, cell.code): cell.amount for share in allocation.shares for cell in share.cells}


class TestMixedTables:
    @some
    @given(mixed_lines())
    def test_every_line_and_every_organisation_closes(self, lines):
        allocation = allocate(lines)
        table = amounts_of(allocation)
        for line in lines:
            assert sum(amount for (key, _), amount in table.items() if key == line.key) == line.amount
        for share in allocation.shares:
            assert sum(amount for (_, code), amount in table.items() if code == share.code) == share.amount
            assert sum((cell.exact for cell in share.cells), Fraction(0)) == share.exact
        assert sum(share.amount for share in allocation.shares) == sum(line.amount for line in lines)
        assert sum(map(allocation.party_total, PARTIES)) == allocation.total

    @some
    @given(mixed_lines())
    def test_every_cell_is_a_whole_number_of_its_unit_next_to_its_exact_value_and_none_is_below_zero(self, lines):
        allocation = allocate(lines)
        for line in lines:
            for share in allocation.shares:
                cell = allocation.cell(line.key, share.code)
                assert cell.amount >= 0
                assert cell.exact >= 0
                assert cell.amount % line.rule.unit == 0
                assert abs(cell.amount - cell.exact) < line.rule.unit

    @some
    @given(mixed_lines())
    def test_the_parts_of_a_line_are_those_of_its_pool(self, lines):
        allocation = allocate(lines)
        pools = totals(lines)
        for line in lines:
            parts = line.rule.fractions(pools[line.rule])
            assert {code: allocation.cell(line.key, code).exact for code in parts} == {
                code: line.amount * part for code, part in parts.items()
            }

    @settings(max_examples=400)
    @given(mixed_lines() | mixed_lines(units=(1,), heaviest=12, highest=40, largest=60))
    def test_base_and_caps_hold_to_the_ore_for_all_that_is_shared_by_the_rule(self, lines):
        allocation = allocate(lines)
        for rule, places in allocation.pools.items():
            if rule.is_linear:
                continue
            total = sum(allocation.lines[place].amount for place in places)
            exact, caps = exact_shares(rule, total), dict(rule.caps)
            for code in exact:
                paid = sum(allocation.share(code).cells[place].amount for place in places)
                assert abs(paid - exact[code]) < rule.unit
                assert code not in caps or paid <= caps[code]

    @some
    @given(mixed_lines(), st.randoms(use_true_random=False))
    def test_the_order_of_lines_parties_members_and_caps_means_nothing(self, lines, draw):
        def shuffled(items):
            return tuple(draw.sample(list(items), len(items)))

        turned = [
            Line(
                line.key,
                line.amount,
                replace(
                    line.rule,
                    party_weights=shuffled(line.rule.party_weights),
                    members=shuffled(line.rule.members),
                    caps=shuffled(line.rule.caps),
                ),
            )
            for line in shuffled(lines)
        ]
        assert allocate(turned) == allocate(lines)
        assert allocate(lines) == allocate(lines)

    @some
    @given(mixed_lines())
    def test_the_totals_differ_from_the_largest_remainders_only_where_it_is_said(self, lines):
        allocation = allocate(lines)
        assert sum(allocation.largest_remainder.values()) == allocation.total
        for share in allocation.shares:
            assert share.amount - allocation.largest_remainder[share.code] == allocation.deviations.get(share.code, 0)

    @some
    @given(shareable())
    def test_one_line_always_gets_its_largest_remainders(self, pair):
        rule, amount = pair
        assert allocate([Line("rad", amount, rule)]).deviations == {}


class TestParts:
    @some
    @given(of_any_size())
    def test_they_are_one_whole_and_none_is_below_zero(self, pair):
        rule, amount = pair
        parts = rule.fractions(amount)
        assert sum(parts.values()) == 1
        assert min(parts.values()) >= 0
        numerators, denominator = rule.numerators(amount)
        assert parts == {code: Fraction(number, denominator) for code, number in numerators.items()}

    @some
    @given(of_any_size())
    def test_the_split_between_the_parties_is_that_of_their_weights(self, pair):
        rule, amount = pair
        shares = exact_shares(rule, amount)
        for party, weight in rule.party_weights:
            carried = sum(shares[member.code] for member in rule.members_of(party))
            assert carried == Fraction(amount * weight, rule.party_weights_total)

    @some
    @given(of_any_size(), st.data())
    def test_more_of_the_key_never_pays_less(self, pair, data):
        rule, amount = pair
        one = data.draw(st.sampled_from(rule.members))
        more = replace(one, weight=one.weight + data.draw(weights()))
        others = [member for member in rule.members if member.code != one.code]
        changed = replace(rule, members=(more, *others))
        before, after = exact_shares(rule, amount), exact_shares(changed, amount)
        assert after[one.code] >= before[one.code]
        assert all(after[member.code] <= before[member.code] for member in others if member.party == one.party)
        assert all(after[member.code] == before[member.code] for member in others if member.party != one.party)

    @some
    @given(of_any_size())
    def test_who_has_more_of_the_key_pays_as_much_as_who_has_less_unless_a_cap_stops_it(self, pair):
        rule, amount = pair
        shares, caps = exact_shares(rule, amount), dict(rule.caps)
        for party, weight in rule.party_weights:
            group = rule.members_of(party) if weight else ()
            for less in group:
                for more in group:
                    if more.weight >= less.weight and more.count >= less.count and more.code not in caps:
                        assert shares[more.code] >= shares[less.code]

    @some
    @given(of_any_size(), st.integers(0, 10**7))
    def test_of_a_larger_amount_nobody_pays_less(self, pair, added):
        rule, amount = pair
        larger = amount + added * rule.unit
        before, after = exact_shares(rule, amount), exact_shares(rule, larger)
        assert all(after[code] >= before[code] for code in before)

    @some
    @given(of_any_size(), st.integers(2, 1000))
    def test_only_the_proportions_of_the_weights_matter(self, pair, factor):
        rule, amount = pair
        assume(rule.rebate is None)
        heavier = tuple(replace(member, weight=member.weight * factor) for member in rule.members)
        assert replace(rule, members=heavier).fractions(amount) == rule.fractions(amount)


class TestBase:
    @some
    @given(of_any_size(kinds=("base",)))
    def test_everybody_pays_it_or_where_it_does_not_fit_equally(self, pair):
        rule, amount = pair
        shares = exact_shares(rule, amount)
        for party, weight in rule.party_weights:
            group = rule.members_of(party) if weight else ()
            carried = Fraction(amount * weight, rule.party_weights_total)
            count = sum(member.count for member in group)
            for member in group:
                if rule.base * count <= carried:
                    rest = (carried - rule.base * count) * member.weight / rule.party_weight_sum(party)
                    assert shares[member.code] == rule.base * member.count + rest or not amount
                else:
                    assert shares[member.code] == carried * member.count / count

    @some
    @given(of_any_size(kinds=("base",), units=(1,)), st.integers(1, 10**6))
    def test_a_higher_base_never_lets_one_with_less_than_the_average_pay_less(self, pair, added):
        rule, amount = pair
        before, after = exact_shares(rule, amount), exact_shares(replace(rule, base=rule.base + added), amount)
        for party, weight in rule.party_weights:
            group = rule.members_of(party) if weight else ()
            count = sum(member.count for member in group)
            for member in group:
                if amount and member.weight * count <= rule.party_weight_sum(party) * member.count:
                    assert after[member.code] >= before[member.code]

    @some
    @given(of_any_size(kinds=("plain", "base")), st.integers(2, 9), st.data())
    def test_one_member_that_stands_for_many_pays_what_they_would_together(self, pair, many, data):
        rule, amount = pair
        one = data.draw(st.sampled_from(rule.members))
        apart = tuple(Member(f"x{at}", one.party, Fraction(one.weight, many), one.count) for at in range(many))
        others = tuple(member for member in rule.members if member.code != one.code)
        grouped = replace(rule, members=(*others, replace(one, count=one.count * many)))
        split = exact_shares(replace(rule, members=(*others, *apart)), amount)
        together = exact_shares(grouped, amount)
        assert together[one.code] == sum(split[member.code] for member in apart)
        assert all(together[member.code] == split[member.code] for member in others)


def every_set_of(codes):
    return chain.from_iterable(combinations(codes, size) for size in range(len(codes) + 1))


def by_trying_every_set_of_capped(rule, amount):
    """Return the shares of a one-party rule: that set of the capped is right that leaves nobody above a cap or short.

    Those in the set pay their caps and would pay at least as much without; the others share the rest and are below.
    """
    caps = dict(rule.caps)
    found = []
    for capped in every_set_of(sorted(caps)):
        free = [member for member in rule.members if member.code not in capped]
        left = amount - sum(caps[code] for code in capped)
        weight_sum = sum(rule.counted(member) for member in free)
        if left < 0 or not free:
            continue
        base = min(Fraction(rule.base), Fraction(left, len(free)))
        rest = left - base * len(free)
        if rest and not weight_sum:
            continue
        level = rest / weight_sum if rest else Fraction(0)
        wanted = {member.code: base + level * rule.counted(member) for member in rule.members}
        if all(wanted[code] >= caps[code] for code in capped) and all(
            wanted[member.code] <= caps.get(member.code, amount) for member in free
        ):
            found.append({code: Fraction(caps[code]) if code in capped else wanted[code] for code in wanted})
    return found


class TestCaps:
    @settings(max_examples=300)
    @given(shareable(kinds=("caps", "base and caps", "all"), units=(1,), heaviest=12, highest=40, largest=200))
    def test_no_other_sharing_fills_the_caps(self, pair):
        rule, amount = pair
        members = tuple(replace(member, party="kommuner") for member in rule.members)
        alone = replace(rule, party_weights=(("kommuner", 1),), members=members)
        assume(amount)
        found = by_trying_every_set_of_capped(alone, amount)
        assert found
        assert all(shares == exact_shares(alone, amount) for shares in found)

    @some
    @given(of_any_size(kinds=("caps", "base and caps", "all")))
    def test_nobody_pays_more_than_its_cap_and_the_others_pay_no_less_for_it(self, pair):
        rule, amount = pair
        shares, free = exact_shares(rule, amount), exact_shares(rule.without_caps, amount)
        for code, cap in rule.caps:
            assert shares[code] <= cap or not amount
        capped = dict(rule.caps)
        assert all(shares[code] >= free[code] for code in shares if code not in capped)

    @some
    @given(of_any_size(kinds=("caps", "base and caps", "all"), units=(1,)), st.integers(0, 10**6), st.data())
    def test_a_higher_cap_never_lets_its_organisation_pay_less_or_another_more(self, pair, added, data):
        rule, amount = pair
        assume(rule.caps)
        chosen = data.draw(st.sampled_from(rule.caps))
        higher = replace(rule, caps=tuple((code, cap + added if code == chosen[0] else cap) for code, cap in rule.caps))
        before, after = exact_shares(rule, amount), exact_shares(higher, amount)
        assert after[chosen[0]] >= before[chosen[0]]
        assert all(after[code] <= before[code] for code in after if code != chosen[0])

    @some
    @given(of_any_size(kinds=("plain", "base", "rebate"), units=(1,)))
    def test_caps_that_nobody_reaches_change_nothing(self, pair):
        rule, amount = pair
        assume(all(member.count == 1 for member in rule.members))
        high = replace(rule, caps=tuple((member.code, amount) for member in rule.members))
        assert high.fractions(amount) == rule.fractions(amount)


class TestRebate:
    @some
    @given(rules(kinds=("rebate",)))
    def test_what_counts_is_between_the_size_and_the_weight_and_grows_with_it(self, rule):
        above, percent = rule.rebate.above, rule.rebate.percent
        for member in rule.members:
            counted = rule.counted(member)
            over = max(0, member.weight - above)
            assert counted == member.weight - Fraction(over * percent, 100)
            assert min(member.weight, above) <= counted <= member.weight
            assert rule.counted(replace(member, weight=member.weight + 1)) >= counted

    @some
    @given(of_any_size(kinds=("plain", "base"), units=(1,)), st.integers(0, 400_000))
    def test_no_per_cent_and_an_unreached_size_change_nothing(self, pair, above):
        rule, amount = pair
        assume(all(member.count == 1 for member in rule.members))
        assert replace(rule, rebate=Rebate(above, 0)).fractions(amount) == rule.fractions(amount)
        assert replace(rule, rebate=Rebate(400_000, 100)).fractions(amount) == rule.fractions(amount)


figures = st.fixed_dictionaries(dict.fromkeys(CODES, st.integers(0, 10**6)))


@st.composite
def keys(draw):
    """A key of any kind over all codes, and the measures that it is made of."""
    first, second, third = draw(figures), draw(figures), draw(figures)
    measured, increase = Measured("mått", "st", first), Increase("ökning", "st", second, third)
    factors = st.builds(Fraction, st.integers(0, 900), st.just(100))
    composed = Weighted(
        "vägd", "st", ((draw(factors), measured), (draw(factors), increase), (Fraction(1), Equal("lika")))
    )
    return draw(st.sampled_from([measured, increase, composed, Equal("lika")])), (first, second)


class TestKeys:
    @some
    @given(keys(), st.sampled_from(CODES), st.integers(0, 10**6), st.integers(0, 10**8))
    def test_more_of_what_a_key_measures_never_pays_less(self, made, code, added, amount):
        key, measures = made
        before = key.values(CODES)
        for measure in measures:
            measure[code] += added
        after = key.values(CODES)
        assert after[code] >= before[code]
        assert all(after[other] == before[other] for other in CODES if other != code)
        assume(any(before.values()))
        rule = Rule((("kommuner", 1),), tuple(Member(name, "kommuner", value) for name, value in before.items()))
        more = Rule((("kommuner", 1),), tuple(Member(name, "kommuner", value) for name, value in after.items()))
        assert exact_shares(more, amount)[code] >= exact_shares(rule, amount)[code]
        assert sum(share.amount for share in allocate([Line("rad", amount, more)]).shares) == amount

    @some
    @given(keys(), st.permutations(CODES))
    def test_the_order_of_organisations_means_nothing(self, made, turned):
        key, _ = made
        assert key.values(turned) == key.values(CODES)
        assert all(key.values([code])[code] == value >= 0 for code, value in key.values(CODES).items())

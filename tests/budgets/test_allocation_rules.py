"""Base amounts, caps, rebates, units, groups and pools, each in an example that can be followed by hand."""

from fractions import Fraction

import pytest

from budgets.allocation import AllocationError, Line, Member, Rebate, Rule, allocate
from budgets.money import plain

EVEN = (("region", 1), ("kommuner", 1))
REGION = Member("12", "region", 1)


def municipalities(*weights):
    return tuple(Member(f"{1214 + place}", "kommuner", weight) for place, weight in enumerate(weights))


def kronor(allocation):
    return {share.code: Fraction(share.amount, 100) for share in allocation.shares}


def shared(amount, *weights, **rule):
    """Share ``amount`` kronor between municipalities with ``weights``; return what each pays, in kronor."""
    allocation = allocate([Line("rad", amount * 100, Rule((("kommuner", 1),), municipalities(*weights), **rule))])
    return list(kronor(allocation).values())


class TestBase:
    def test_everybody_pays_it_first_and_the_key_shares_the_rest(self):
        """1 700 kr: 3 × 100 kr, and the rest, 1 400 kr, by 9 000 : 6 000 : 2 000 of 17 000."""
        assert shared(1700, 9000, 6000, 2000, base=100_00) == [
            Fraction("841.18"),
            Fraction("594.12"),
            Fraction("264.70"),  # 100 + 1 400 × 2 / 17 = 264.7058…: the three must be 1 700,00
        ]

    def test_it_leaves_the_split_between_the_parties_alone(self):
        rule = Rule(EVEN, (REGION, *municipalities(9000, 6000, 2000)), base=100_00)
        allocation = allocate([Line("rad", 1000_00, rule)])
        assert (allocation.party_total("region"), allocation.party_total("kommuner")) == (500_00, 500_00)
        assert allocation.amount("1216") == 100_00 + round(200_00 * 2 / 17)

    def test_what_does_not_cover_it_is_shared_equally(self):
        assert shared(210, 9000, 6000, 0, base=100_00) == [70, 70, 70]

    def test_what_covers_it_exactly_leaves_nothing_for_the_key(self):
        assert shared(300, 9000, 6000, 2000, base=100_00) == [100, 100, 100]

    def test_an_organisation_without_any_of_the_key_pays_it_all_the_same(self):
        assert shared(1100, 3, 1, 0, base=100_00) == [700, 300, 100]

    def test_it_is_paid_once_for_all_lines_of_the_rule(self):
        rule = Rule((("kommuner", 1),), municipalities(3, 1), base=100_00)
        allocation = allocate([Line("a", 300_00, rule), Line("b", 100_00, rule)])
        assert kronor(allocation) == {"1214": 250, "1215": 150}
        assert [cell.amount for cell in allocation.share("1214").cells] == [187_50, 62_50]

    def test_each_rule_has_its_own_though_they_say_the_same(self):
        rules = [Rule((("kommuner", 1),), municipalities(3, 1), base=100_00, label=label) for label in ("a", "b")]
        allocation = allocate([Line("a", 300_00, rules[0]), Line("b", 100_00, rules[1])])
        assert kronor(allocation) == {"1214": 225, "1215": 175}

    def test_rules_that_only_stand_in_another_order_are_one(self):
        first = Rule(EVEN, (REGION, *municipalities(3, 1)), base=100_00, caps=(("1214", 1), ("1215", 10**9)))
        second = Rule(EVEN[::-1], (*municipalities(3, 1)[::-1], REGION), base=100_00, caps=first.caps[::-1])
        assert (first, hash(first)) == (second, hash(second))
        assert len(allocate([Line("a", 300_00, first), Line("b", 100_00, second)]).pools) == 1

    def test_how_a_weight_was_made_does_not_make_another_rule(self):
        assert Member("1214", "kommuner", 3, origin="1 + 2 = 3") == Member("1214", "kommuner", 3)

    def test_nothing_is_shared_into_nothing(self):
        assert shared(0, 9000, 6000, base=100_00) == [0, 0]
        assert sum(Rule((("k", 1),), (Member("1", "k", 1), Member("2", "k", 3)), base=5).fractions(0).values()) == 1


class TestCaps:
    def test_what_is_above_a_cap_is_carried_by_the_others_by_the_key(self):
        """Of 1 700 kr the first would carry 900 kr. With at most 500 kr the rest, 1 200 kr, goes 6 : 2."""
        assert shared(1700, 9000, 6000, 2000, caps=(("1214", 500_00),)) == [500, 900, 300]

    def test_that_can_bring_another_above_its_own(self):
        """600 kr is below 700 kr, but 900 kr is not: what then is left, 500 kr, is for the last."""
        assert shared(1700, 9000, 6000, 2000, caps=(("1214", 500_00), ("1215", 700_00))) == [500, 700, 500]

    def test_a_cap_that_is_not_reached_changes_nothing(self):
        assert shared(1700, 9000, 6000, 2000, caps=(("1214", 900_00),)) == [900, 600, 200]

    def test_a_cap_of_nothing_is_to_pay_nothing_not_even_the_base(self):
        assert shared(1000, 9000, 6000, 2000, base=100_00, caps=(("1214", 0),)) == [0, 700, 300]

    def test_a_cap_below_the_base_counts_before_it(self):
        assert shared(1050, 9000, 6000, 2000, base=100_00, caps=(("1214", 50_00),)) == [50, 700, 300]

    def test_where_the_base_does_not_fit_the_others_carry_more_up_to_it(self):
        assert shared(270, 9000, 6000, 2000, base=200_00, caps=(("1214", 50_00),)) == [50, 110, 110]

    def test_the_other_parties_carry_none_of_it(self):
        rule = Rule(EVEN, (REGION, *municipalities(9000, 6000, 2000)), caps=(("1214", 500_00),))
        assert kronor(allocate([Line("rad", 3400_00, rule)]))["12"] == 1700

    def test_it_holds_for_all_lines_of_the_rule_together_to_the_ore(self):
        """In one table with the other rule's line the cap would be 11 öre: 4,51 + 5,49 + 12,69 rounds to 5 + 6 + 12."""
        rule = Rule((("kommuner", 1),), municipalities(5, 2, 2), caps=(("1214", 10),))
        other = Rule((("kommuner", 1),), municipalities(5, 5, 3))
        allocation = allocate([Line("a", 23, rule), Line("b", 28, rule), Line("c", 33, other)])
        assert [allocation.cell(key, "1214").amount for key in "ab"] == [5, 5]

    def test_caps_that_leave_nobody_to_carry_are_refused(self):
        with pytest.raises(AllocationError) as refused:
            shared(1700, 9000, 6000, caps=(("1214", 500_00), ("1215", 700_00)))
        assert plain(str(refused.value)) == (
            "Taken i regeln räcker inte: 500,00 kr blir kvar som ingen får betala. Höj ett tak."
        )

    def test_caps_that_leave_only_those_without_a_key_are_refused(self):
        with pytest.raises(AllocationError) as refused:
            shared(1700, 9000, 0, caps=(("1214", 500_00),))
        assert plain(str(refused.value)) == (
            "Taken i regeln räcker inte: 1 200,00 kr blir kvar, och de som får betala mer har nyckeln noll. "
            "Höj ett tak."
        )

    def test_caps_that_are_exactly_enough_are_not(self):
        assert shared(1200, 9000, 6000, caps=(("1214", 500_00), ("1215", 700_00))) == [500, 700]

    def test_in_whole_kronor_a_cap_is_rounded_down(self):
        assert shared(1700, 9000, 6000, 2000, caps=(("1214", 500_75),), unit=100) == [500, 900, 300]


class TestRebate:
    def test_what_is_above_the_size_counts_less(self):
        """357 000 counts 100 000 + 257 000 / 2 = 228 500; with 71 500 that is 300 000."""
        assert shared(3000, 357_000, 71_500, rebate=Rebate(100_000, 50)) == [2285, 715]

    def test_all_of_the_rebate_leaves_the_size(self):
        assert shared(300, 357_000, 50_000, rebate=Rebate(100_000, 100)) == [200, 100]

    def test_the_size_itself_counts_in_full(self):
        assert shared(300, 100_000, 50_000, rebate=Rebate(100_000, 100)) == [200, 100]

    def test_a_rule_with_it_needs_no_amount(self):
        rule = Rule((("kommuner", 1),), municipalities(20, 5), rebate=Rebate(10, 50))
        assert rule.is_linear
        assert rule.fractions() == {"1214": Fraction(3, 4), "1215": Fraction(1, 4)}


class TestUnits:
    def test_every_share_is_a_whole_number_of_kronor(self):
        assert shared(100, 1, 1, 1, unit=100) == [34, 33, 33]

    def test_lines_in_kronor_and_in_ore_close_beside_each_other(self):
        in_kronor, in_ore = (Rule((("kommuner", 1),), municipalities(1, 1, 1), unit=unit) for unit in (100, 1))
        allocation = allocate([Line("kr", 100_00, in_kronor), Line("öre", 100_00, in_ore)])
        assert [share.amount for share in allocation.shares] == [67_34, 66_33, 66_33]
        assert [allocation.line_total(key) for key in ("kr", "öre")] == [100_00, 100_00]
        assert allocation.deviations == {}

    def test_a_line_that_is_no_whole_number_of_kronor_is_refused(self):
        with pytest.raises(AllocationError, match="raden rad är inte ett helt antal kronor"):
            Line("rad", 100_50, Rule((("kommuner", 1),), municipalities(1), unit=100))

    def test_there_are_no_other_units(self):
        with pytest.raises(AllocationError, match="hela ören eller hela kronor"):
            Rule((("kommuner", 1),), municipalities(1), unit=1000)


class TestOneForMany:
    """21 regions share a grant: 500 000 kr each, and the rest by population. Twenty of them are one member."""

    @pytest.mark.parametrize(("million", "kronor"), [(70, 1_249_692), (85, 1_438_690)])
    def test_the_grant_of_2023(self, million, kronor):
        one, whole = 25_187_124, 1_999_000_000
        members = (Member("23", "regioner", one), Member("övriga", "regioner", whole - one, count=20))
        rule = Rule((("regioner", 1),), members, base=500_000_00, unit=100)
        allocation = allocate([Line("anslag", million * 1_000_000_00, rule)])
        assert allocation.amount("23") == kronor * 100
        assert allocation.amount("övriga") == (million * 1_000_000 - kronor) * 100

    def test_it_pays_the_base_for_each(self):
        members = (Member("23", "regioner", 1), Member("övriga", "regioner", 3, count=20))
        allocation = allocate([Line("rad", 2500, Rule((("regioner", 1),), members, base=100))])
        assert [share.amount for share in allocation.shares] == [200, 2300]
        allocation = allocate([Line("rad", 210, Rule((("regioner", 1),), members, base=100))])
        assert [share.amount for share in allocation.shares] == [10, 200]

    def test_it_can_have_no_cap_and_no_rebate(self):
        """Both are about each organisation's own figure, which is not known."""
        members = (Member("23", "regioner", 1), Member("övriga", "regioner", 3, count=20))
        with pytest.raises(AllocationError, match="Ett tak gäller var och en för sig, men övriga står för 20"):
            Rule((("regioner", 1),), members, caps=(("övriga", 100),))
        with pytest.raises(AllocationError, match="Rabatten räknas på var och ens eget tal, men övriga står för 20"):
            Rule((("regioner", 1),), members, rebate=Rebate(1, 50))
        assert Rule((("regioner", 1),), members, caps=(("23", 100),)).fractions(1000)["23"] == Fraction(1, 10)


class TestWhatIsRefused:
    @pytest.mark.parametrize(
        ("rule", "sentence"),
        [
            ({"base": -1}, "Grundbeloppet i öre är mindre än noll."),
            ({"base": Fraction(1, 2)}, "Grundbeloppet i öre är inte ett heltal."),
            ({"rebate": Rebate(10, 101)}, "En rabatt är mellan 0 och 100 procent."),
            ({"rebate": Rebate(-1, 10)}, "Storleken som rabatten räknas från är mindre än noll."),
            ({"caps": (("1214", -1),)}, "Taket för organisationen 1214 i öre är mindre än noll."),
            ({"caps": (("1214", 1), ("1214", 2))}, "Organisationen 1214 har två tak i regeln."),
            ({"caps": (("9999", 1),)}, "Organisationen 9999 har ett tak men ingår inte i regeln."),
        ],
    )
    def test_a_part_that_says_nothing_sensible(self, rule, sentence):
        with pytest.raises(AllocationError) as refused:
            Rule((("kommuner", 1),), municipalities(9, 6), **rule)
        assert str(refused.value) == sentence

    @pytest.mark.parametrize(
        ("member", "sentence"),
        [
            (Member("1214", "kommuner", Fraction(-1, 3)), "Vikten för organisationen 1214 är mindre än noll."),
            (Member("1214", "kommuner", 0.5), "Vikten för organisationen 1214 är inte ett heltal."),
            (Member("1214", "kommuner", 1, count=0), "1214 står inte för någon organisation."),
            (Member("1214", "kommuner", 1, count=-2), "Antalet organisationer som 1214 står för är mindre än noll."),
        ],
    )
    def test_a_member_that_cannot_be(self, member, sentence):
        with pytest.raises(AllocationError) as refused:
            Rule((("kommuner", 1),), (member,))
        assert str(refused.value) == sentence

    @pytest.mark.parametrize("part", [{"base": 1}, {"caps": (("1214", 1),)}])
    def test_a_rule_with_base_or_caps_needs_the_amount(self, part):
        rule = Rule((("kommuner", 1),), municipalities(9, 6), **part)
        assert not rule.is_linear
        with pytest.raises(AllocationError, match="behöver beloppet som ska fördelas"):
            rule.fractions()
        with pytest.raises(AllocationError, match="behöver beloppet som ska fördelas"):
            rule.numerators()

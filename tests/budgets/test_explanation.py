"""What is said about a share: read aloud by economists, so every word and figure is tested."""

from fractions import Fraction

import pytest
from hypothesis import given, settings

from budgets.allocation import Line, Member, Rebate, Rule, allocate
from budgets.exact_text import exact_kronor, exact_number
from budgets.explanation import Explanation, Names, explain, explain_line
from budgets.keys import Increase, Measured, Weighted
from budgets.money import plain
from tests.budgets.rule_strategies import mixed_lines

EVEN = (("region", 1), ("kommuner", 1))
THIRTY = (("region", 30), ("kommuner", 70))
PARTIES = {"region": "Region Skåne", "kommuner": "Kommunerna"}
ORGANISATIONS = {"12": "Region Skåne", "1214": "Svalöv", "1215": "Eslöv", "1216": "Perstorp", "1217": "Malmö"}
MEMBERS = (
    Member("12", "region", 1),
    Member("1214", "kommuner", 9_000),
    Member("1215", "kommuner", 6_000),
    Member("1216", "kommuner", 2_000),
    Member("1217", "kommuner", 400_000),
)
NAMES = Names(ORGANISATIONS, PARTIES)
HALF = "Kommunerna bär hälften: 1 000 000,00 × 1 / 2 = 500 000,00 kr. "
SEVENTY = "Kommunerna bär 70 av 100 delar: 1 000 000,00 × 70 / 100 = 700 000,00 kr. "


def said(rule, code, *, kronor=1_000_000):
    return plain(explain(allocate([Line("rad", kronor * 100, rule)]), code, NAMES).sentence())


class TestWeights:
    def test_the_party_first_and_then_the_organisation(self):
        assert said(Rule(EVEN, MEMBERS), "1214") == f"{HALF}500 000,00 × 9 000 / 417 000 = 10 791,37 kr."

    def test_other_parts_than_halves(self):
        assert said(Rule(THIRTY, MEMBERS), "1214") == f"{SEVENTY}700 000,00 × 9 000 / 417 000 = 15 107,91 kr."

    def test_an_organisation_alone_in_its_party(self):
        assert said(Rule(THIRTY, MEMBERS), "12") == "1 000 000,00 × 30 / 100 = 300 000,00 kr."
        assert said(Rule((("region", 1),), MEMBERS[:1]), "12") == "Region Skåne bär hela kostnaden, 1 000 000,00 kr."

    def test_a_party_that_carries_all(self):
        assert said(Rule((("region", 0), ("kommuner", 1)), MEMBERS), "1216") == (
            "Kommunerna bär hela kostnaden, 1 000 000,00 kr. 1 000 000,00 × 2 000 / 417 000 = 4 796,16 kr."
        )

    def test_a_party_that_carries_nothing(self):
        assert said(Rule((("region", 0), ("kommuner", 1)), MEMBERS), "12") == "Region Skåne bär ingen del."

    def test_a_share_that_ordinary_rounding_does_not_give(self):
        rule = Rule((("kommuner", 1),), tuple(Member(code, "kommuner", 1) for code in ("1214", "1215", "1216")))
        allocation = allocate([Line("rad", 500, rule)])
        assert plain(explain(allocation, "1216", NAMES).text) == (
            "5,00 × 1 / 3 = 1,6666…, avrundat nedåt till 1,66 kr för att andelarna tillsammans ska bli hela beloppet."
        )

    def test_whole_kronor(self):
        rule = Rule(THIRTY, MEMBERS, unit=100)
        assert said(rule, "1214") == (f"{SEVENTY}700 000,00 × 9 000 / 417 000 = 15 107,9136…, avrundat till 15 108 kr.")
        even = Rule((("kommuner", 1),), (Member("1214", "kommuner", 1), Member("1215", "kommuner", 1)), unit=100)
        assert said(even, "1215", kronor=5) == (
            "Kommunerna bär hela kostnaden, 5,00 kr. 5,00 × 1 / 2 = 2,50, avrundat nedåt till 2 kr "
            "för att andelarna tillsammans ska bli hela beloppet."
        )


class TestBase:
    def test_what_everybody_pays_and_what_is_left(self):
        assert said(Rule(THIRTY, MEMBERS, base=5_000_00), "1214") == (
            f"{SEVENTY}Var och en av de 4 organisationerna betalar först 5 000,00 kr i grundbelopp, tillsammans "
            "20 000,00 kr. Kvar att fördela efter nyckeln är 700 000,00 − 20 000,00 = 680 000,00 kr. "
            "5 000,00 + 680 000,00 × 9 000 / 417 000 = 19 676,26 kr."
        )

    def test_the_region_alone_in_its_party_does_not_hear_of_it(self):
        assert said(Rule(THIRTY, MEMBERS, base=5_000_00), "12") == "1 000 000,00 × 30 / 100 = 300 000,00 kr."

    def test_one_that_does_not_fit(self):
        assert said(Rule(THIRTY, MEMBERS, base=5_000_00), "1214", kronor=10_000) == (
            "Kommunerna bär 70 av 100 delar: 10 000,00 × 70 / 100 = 7 000,00 kr. Det räcker inte till grundbeloppet, "
            "5 000,00 kr var, så de 4 organisationerna delar lika. 7 000,00 / 4 = 1 750,00 kr."
        )

    def test_one_that_leaves_nothing(self):
        rule = Rule((("kommuner", 1),), MEMBERS[1:], base=2_500_00)
        assert said(rule, "1216", kronor=10_000).endswith("= 0,00 kr. Perstorp betalar grundbeloppet: 2 500,00 kr.")

    def test_one_member_for_many(self):
        rule = Rule((("kommuner", 1),), (Member("23", "kommuner", 1), Member("rest", "kommuner", 3, 20)), base=100_00)
        assert said(rule, "rest", kronor=2500) == (
            "Kommunerna bär hela kostnaden, 2 500,00 kr. Var och en av de 21 organisationerna betalar först 100,00 kr "
            "i grundbelopp, tillsammans 2 100,00 kr. "
            "Kvar att fördela efter nyckeln är 2 500,00 − 2 100,00 = 400,00 kr. "
            "2 000,00 + 400,00 × 3 / 4 = 2 300,00 kr."
        )
        assert said(rule, "rest", kronor=210).endswith("210,00 × 20 / 21 = 200,00 kr.")


class TestCaps:
    RULE = Rule(THIRTY, MEMBERS, base=5_000_00, caps=(("1217", 100_000_00), ("1216", 9_000_00)))

    def test_ones_own(self):
        assert said(self.RULE, "1217") == (
            f"{SEVENTY}Malmö skulle utan tak ha betalat 657 278,1774… kr, men betalar högst 100 000,00 kr. "
            "Det som blir över bärs av de andra i parten."
        )

    def test_ones_own_that_only_the_others_caps_made_matter(self):
        assert said(self.RULE, "1216") == (
            f"{SEVENTY}Perstorp betalar sitt tak, 9 000,00 kr. Utan det hade andelen blivit större, "
            "eftersom andra har nått sina tak."
        )

    def test_a_cap_of_nothing(self):
        assert said(Rule(EVEN, MEMBERS, caps=(("1216", 0),)), "1216") == (
            f"{HALF}Perstorp skulle utan tak ha betalat 2 398,0815… kr, men har taket 0,00 kr. "
            "Det som blir över bärs av de andra i parten."
        )

    def test_somebody_elses(self):
        assert said(self.RULE, "1214") == (
            f"{SEVENTY}Perstorp och Malmö har nått sina tak och betalar tillsammans 109 000,00 kr. "
            "Var och en av de övriga 2 organisationerna betalar först 5 000,00 kr i grundbelopp, tillsammans "
            "10 000,00 kr. Kvar att fördela efter de övrigas nycklar, tillsammans 15 000, är "
            "700 000,00 − 109 000,00 − 10 000,00 = 581 000,00 kr. "
            "5 000,00 + 581 000,00 × 9 000 / 15 000 = 353 600,00 kr."
        )

    def test_somebody_elses_and_a_base_that_does_not_fit(self):
        rule = Rule((("kommuner", 1),), MEMBERS[1:], base=5_000_00, caps=(("1216", 100_00),))
        assert said(rule, "1214", kronor=7_000) == (
            "Kommunerna bär hela kostnaden, 7 000,00 kr. Perstorp har nått sitt tak och betalar 100,00 kr. "
            "Kvar är 7 000,00 − 100,00 = 6 900,00 kr. Det räcker inte till grundbeloppet, 5 000,00 kr var, "
            "så de övriga 3 organisationerna delar lika. 6 900,00 / 3 = 2 300,00 kr."
        )

    def test_everybody_elses(self):
        caps = (("1214", 10_000_00), ("1216", 5_000_00), ("1217", 100_000_00))
        assert said(Rule(THIRTY, MEMBERS, base=50, caps=caps), "1215") == (
            f"{SEVENTY}Svalöv, Perstorp och Malmö har nått sina tak och betalar tillsammans 115 000,00 kr. "
            "Eslöv bär det som är kvar: 700 000,00 − 115 000,00 = 585 000,00 kr."
        )

    def test_many_are_counted_and_not_named(self):
        members = tuple(Member(f"{code}", "kommuner", 10) for code in range(1001, 1011))
        rule = Rule((("kommuner", 1),), members, caps=tuple((f"{code}", 100) for code in range(1001, 1006)))
        assert "5 organisationer har nått sina tak och betalar tillsammans 5,00 kr." in said(rule, "1010")

    def test_one_that_is_not_reached(self):
        assert said(Rule(THIRTY, MEMBERS, caps=(("1214", 20_000_00),)), "1214") == (
            f"{SEVENTY}700 000,00 × 9 000 / 417 000 = 15 107,91 kr. Taket, 20 000,00 kr, nås inte."
        )

    def test_one_that_is_exactly_reached_is_not_mentioned(self):
        rule = Rule((("kommuner", 1),), MEMBERS[1:3], caps=(("1214", 9_000_00),))
        assert said(rule, "1214", kronor=15_000).endswith("15 000,00 × 9 000 / 15 000 = 9 000,00 kr.")

    def test_who_carries_what_is_left_does_so_whatever_its_key_was_made_of(self):
        members = (Member("1214", "kommuner", 3), Member("1215", "kommuner", 3, origin="1 + 2 = 3"))
        rule = Rule((("kommuner", 1),), members, caps=(("1214", 100),))
        assert said(rule, "1215", kronor=10) == (
            "Kommunerna bär hela kostnaden, 10,00 kr. Svalöv har nått sitt tak och betalar 1,00 kr. "
            "Eslöv bär det som är kvar: 10,00 − 1,00 = 9,00 kr."
        )


class TestRebate:
    def test_ones_own(self):
        assert said(Rule(EVEN, MEMBERS, rebate=Rebate(100_000, 30)), "1217") == (
            f"{HALF}Det som är över 100 000 räknas till 70 procent: 100 000 + 300 000 × 70 / 100 = 310 000. "
            "Med rabatten räknas parten tillsammans som 327 000 i stället för 417 000. "
            "500 000,00 × 310 000 / 327 000 = 474 006,12 kr."
        )

    def test_somebody_elses(self):
        assert said(Rule(EVEN, MEMBERS, rebate=Rebate(100_000, 30)), "1214") == (
            f"{HALF}Med rabatten räknas parten tillsammans som 327 000 i stället för 417 000. "
            "500 000,00 × 9 000 / 327 000 = 13 761,47 kr."
        )

    def test_one_of_a_hundred_per_cent(self):
        assert "Det som är över 100 000 räknas inte: 400 000 räknas som 100 000." in said(
            Rule(EVEN, MEMBERS, rebate=Rebate(100_000, 100)), "1217"
        )

    def test_one_that_nobody_is_large_enough_for(self):
        assert said(Rule(EVEN, MEMBERS, rebate=Rebate(400_000, 30)), "1217") == said(Rule(EVEN, MEMBERS), "1217")


def test_how_a_weight_was_made():
    near = Measured("Tätortsnära landsbygd", "invånare", {"1214": 900, "1215": 300})
    grown = Increase("Ökning", "veckor", {"1214": 40, "1215": 20}, {"1214": 25, "1215": 35})
    key = Weighted("Vägd", "vägda invånare", ((Fraction(1), near), (Fraction(3, 2), grown)))
    members = (Member(code, "kommuner", key.values([code])[code], origin=key.origin(code)) for code in ("1214", "1215"))
    assert said(Rule((("kommuner", 1),), tuple(members)), "1214", kronor=1000) == (
        "Kommunerna bär hela kostnaden, 1 000,00 kr. Ökning: 40 − 25 = 15 veckor; 1 × 900 (tätortsnära landsbygd) + "
        "1,5 × 15 (ökning) = 922,5 vägda invånare. 1 000,00 × 922,5 / 1 222,5 = 754,60 kr."
    )


class TestSeveralRules:
    OWN = Rule(EVEN, MEMBERS)
    OTHER = Rule(THIRTY, MEMBERS[:-1], base=10_00)
    NAMES = Names(ORGANISATIONS, PARTIES, {OWN: "Lika mellan parterna", OTHER: "30:70"})

    def explained(self, code, names=NAMES):
        allocation = allocate([Line("a", 1_000_000_00, self.OWN), Line("b", 100_000_00, self.OTHER)])
        return explain(allocation, code, names)

    def test_each_in_turn_and_then_the_sum(self):
        assert plain(self.explained("1214").sentence()) == (
            f"Enligt regeln ”Lika mellan parterna” fördelas 1 000 000,00 kr. {HALF}"
            "500 000,00 × 9 000 / 417 000 = 10 791,37 kr. "
            "Enligt regeln ”30:70” fördelas 100 000,00 kr. "
            "Kommunerna bär 70 av 100 delar: 100 000,00 × 70 / 100 = 70 000,00 kr. "
            "Var och en av de 3 organisationerna betalar först 10,00 kr i grundbelopp, tillsammans 30,00 kr. "
            "Kvar att fördela efter nyckeln är 70 000,00 − 30,00 = 69 970,00 kr. "
            "10,00 + 69 970,00 × 9 000 / 17 000 = 37 052,94 kr. "
            "Tillsammans 10 791,37 + 37 052,94 = 47 844,31 kr."
        )

    def test_one_that_leaves_the_organisation_out(self):
        assert plain(self.explained("1217").sentence()).endswith(
            "= 479 616,31 kr. Malmö ingår inte i regeln ”30:70”, som fördelar 100 000,00 kr. Tillsammans 479 616,31 kr."
        )

    def test_the_tree_has_a_part_for_each_and_amounts_in_ore(self):
        tree = self.explained("1214")
        assert [part.amount for part in tree.parts] == [10_791_37, 37_052_94]
        assert tree.amount == 47_844_31
        assert [step.amount for step in tree.parts[1].parts] == [None, 70_000_00, 30_00, 69_970_00]

    def test_a_rule_without_a_name_has_its_label_or_none(self):
        assert "Enligt regeln fördelas 100 000,00 kr." in plain(self.explained("1214", NAMES).sentence())
        labelled = Rule(EVEN, MEMBERS, label="lika")
        allocation = allocate([Line("a", 100, labelled), Line("b", 100, self.OWN)])
        assert "Enligt regeln ”lika” fördelas 1,00 kr." in plain(explain(allocation, "12", NAMES).sentence())

    def test_an_organisation_in_none_of_them(self):
        assert self.explained("9999").amount == 0
        assert self.explained("9999").text == "9999 betalar ingenting."


class TestNothingToPay:
    def test_an_organisation_that_the_rule_leaves_out(self):
        allocation = allocate([Line("rad", 100, Rule(EVEN, MEMBERS[:-1]))])
        sentence = "Malmö ingår inte i regeln och betalar ingenting."
        assert explain(allocation, "1217", NAMES) == Explanation(sentence, Fraction(0))
        assert explain_line(allocation, "rad", "1217", NAMES) == Explanation(sentence, Fraction(0))

    def test_no_cost(self):
        allocation = allocate([Line("rad", 0, Rule(EVEN, MEMBERS))])
        assert explain(allocation, "12", NAMES).sentence() == "Det finns ingen kostnad att fördela."
        assert explain_line(allocation, "rad", "12").sentence() == "Posten har ingen kostnad att fördela."
        assert explain(allocate([]), "12").sentence() == "Det finns ingen kostnad att fördela."


class TestOneLine:
    def test_by_weights_it_is_its_own_calculation(self):
        rule = Rule(EVEN, MEMBERS)
        allocation = allocate([Line("a", 1_000_000_00, rule), Line("b", 300, rule)])
        assert plain(explain_line(allocation, "a", "1214", NAMES).sentence()) == (
            f"{HALF}500 000,00 × 9 000 / 417 000 = 10 791,37 kr."
        )

    def test_with_a_base_it_is_its_portion_of_what_the_rule_shares(self):
        rule = Rule(THIRTY, MEMBERS, base=5_000_00)
        allocation = allocate([Line("a", 970_000_00, rule), Line("b", 30_000_00, rule)])
        assert plain(explain_line(allocation, "b", "1214", NAMES).sentence()) == (
            f"{SEVENTY}Var och en av de 4 organisationerna betalar först 5 000,00 kr i grundbelopp, tillsammans "
            "20 000,00 kr. Kvar att fördela efter nyckeln är 700 000,00 − 20 000,00 = 680 000,00 kr. "
            "5 000,00 + 680 000,00 × 9 000 / 417 000 = 19 676,2589… kr. Posten är 30 000,00 kr av de 1 000 000,00 kr "
            "som regeln fördelar: 19 676,2589… × 30 000,00 / 1 000 000,00 = 590,29 kr."
        )

    def test_alone_under_its_rule_it_is_the_whole(self):
        rule = Rule(THIRTY, MEMBERS, base=5_000_00)
        allocation = allocate([Line("a", 1_000_000_00, rule)])
        assert explain_line(allocation, "a", "1214", NAMES) == explain(allocation, "1214", NAMES)


@settings(max_examples=100)
@given(mixed_lines())
def test_every_share_can_be_explained_and_the_amounts_are_those_that_are_paid(lines):
    allocation = allocate(lines)
    for share in allocation.shares:
        told = explain(allocation, share.code, NAMES)
        assert told.amount == share.amount
        assert "  " not in told.sentence()
        for step in told.steps():
            assert step[0] == step[0].upper()
            assert step.endswith(".")
        for cell in share.cells:
            assert explain_line(allocation, cell.line, share.code, NAMES).amount == cell.amount


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (Fraction(34_701), "34 701"),
        (Fraction(457_377, 2), "228 688,5"),
        (Fraction(1, 3), "0,3333…"),
        (Fraction(100_001, 10_000), "10,0001"),
        (Fraction(99_999_999, 1_000_000), "99,9999…"),
        (0, "0"),
        (100, "100"),
    ],
)
def test_a_number_is_shown_as_it_is_or_marked_as_cut(value, text):
    assert plain(exact_number(value)) == text


def test_ore_are_shown_as_kronor_with_two_decimals_or_marked_as_cut():
    assert [plain(exact_kronor(ore)) for ore in (0, 123_456, Fraction(1, 2), Fraction(200, 3))] == [
        "0,00",
        "1 234,56",
        "0,0050",
        "0,6666…",
    ]

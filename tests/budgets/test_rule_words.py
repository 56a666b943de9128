"""A rule in plain Swedish."""

import datetime
from decimal import Decimal
from fractions import Fraction

from budgets.money import plain
from budgets.rule_parts import KeyParts, LimitParts, PartyParts, RuleParts
from budgets.rule_words import in_a_row, key_sentence, rule_sentences, rule_summary, validity_sentence

PEOPLE = KeyParts("folkmangd", "Folkmängd", "invånare", "measure")
NURSES = KeyParts("sjukskoterskor", "Antal sjuksköterskor", "anställda", "measure")
EQUAL = KeyParts("lika", "Lika delar", "organisation", "equal")


def rule(weights=(1, 1), keys=(PEOPLE, PEOPLE), **fields) -> RuleParts:
    names = ("Region Skåne", "Kommunerna")
    parties = tuple(PartyParts(name, name, weight, key) for name, weight, key in zip(names, weights, keys, strict=True))
    return RuleParts("regel", "Regel", PEOPLE, parties, **fields)


def words(one: RuleParts, names=None) -> str:
    return plain(" ".join(rule_sentences(one, names or {"1261": "Kävlinge", "1280": "Malmö"})))


def test_the_plain_rule():
    assert words(rule()) == (
        "Kostnaden delas lika mellan Region Skåne och kommunerna (1:1). Inom varje part fördelas den efter folkmängd. "
        "Andelarna avrundas till hela ören så att de tillsammans blir hela beloppet."
    )


def test_uneven_weights_and_keys_of_their_own():
    assert words(rule((30, 70), (EQUAL, NURSES))).startswith(
        "Kostnaden delas mellan Region Skåne och kommunerna: Region Skåne bär 30 av 100 delar och kommunerna bär 70 av "
        "100 delar. Inom kommunerna fördelas den efter antal sjuksköterskor. Inom Region Skåne fördelas den i lika "
        "delar."
    )


def test_a_party_that_carries_nothing():
    assert words(rule((0, 1))).startswith("Kommunerna bär hela kostnaden. Region Skåne bär ingen del. Inom varje part")


def test_base_rebate_limits_rounding_and_decision():
    text = words(
        rule(
            base=Decimal(5000),
            rebate_above=100_000,
            rebate_percent=50,
            limits=(LimitParts("1261", None, "Har egen tjänst."), LimitParts("1280", Decimal("250000.50"), "Avtal")),
            is_in_kronor=True,
            decision="SGD 2029-03-01, § 12",
        )
    )
    for sentence in (
        "Varje organisation betalar först 5 000 kr i grundbelopp. Nyckeln fördelar det som sedan är kvar av partens",
        "Av det som en organisation har av nyckeln över 100 000 invånare räknas bara 50 procent.",
        "Kävlinge betalar inte: Har egen tjänst.",
        "Malmö betalar högst 250 000,50 kr om året: Avtal.",
        "Det som blir över ett tak bärs av de andra i samma part, efter samma nyckel.",
        "avrundas till hela kronor",
        "Beslutad av SGD 2029-03-01, § 12.",
    ):
        assert sentence in text
    assert "räknas ingenting" in words(rule(rebate_above=9, rebate_percent=100))


def test_what_a_composed_key_is_made_of():
    rural = KeyParts("gles", "Glesbygd", "invånare", "measure")
    weighted = KeyParts(
        "vagd", "Viktad folkmängd", "enheter", "weighted", ((Fraction(1), PEOPLE), (Fraction(4), rural))
    )
    assert key_sentence(weighted) == "Viktad folkmängd är summan av 1 × folkmängd och 4 × glesbygd."
    weeks = KeyParts("veckor", "VFU-veckor", "veckor", "measure")
    grown = KeyParts("okning", "Ökning av VFU-veckor", "veckor", "increase", measured_by=weeks)
    assert key_sentence(grown) == (
        "Ökning av VFU-veckor är vad VFU-veckor har ökat med mellan två dagar. En minskning räknas som noll."
    )
    assert key_sentence(PEOPLE) == "" == key_sentence(EQUAL)
    assert "4 × glesbygd" in words(rule(keys=(weighted, weighted)))


def test_a_rule_in_one_line():
    one = rule((30, 70), base=Decimal(5000), rebate_above=1000, rebate_percent=25, limits=(LimitParts("1", None, ""),))
    assert plain(rule_summary(one)) == (
        "30:70, efter folkmängd; grundbelopp 5 000 kr; rabatt 25 % över 1 000; 1 betalar inte"
    )


def test_when_it_holds():
    first, last = datetime.date(2029, 1, 1), datetime.date(2030, 12, 31)
    assert validity_sentence(None, None) == "Gäller tills vidare."
    assert validity_sentence(first, None) == "Gäller från 2029-01-01 tills vidare."
    assert validity_sentence(first, last) == "Gäller från 2029-01-01 till och med 2030-12-31."
    assert validity_sentence(None, last) == "Gäller till och med 2030-12-31."


def test_words_in_a_row():
    assert [in_a_row(list(words)) for words in ("a", "ab", "abc")] == ["a", "a och b", "a, b och c"]

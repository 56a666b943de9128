from decimal import Decimal, localcontext
from fractions import Fraction

import pytest

from budgets import money

NARROW = "\u202f"
HARD = "\u00a0"


@pytest.mark.parametrize(
    ("amount", "ore"),
    [
        (Decimal("0"), 0),
        (Decimal("25762.17"), 2_576_217),
        (Decimal("-0.01"), -1),
        (2_100_000, 210_000_000),
        ("5524.97", 552_497),
        (Fraction(1, 4), 25),
        (Decimal("123456789012345678901234567890.12"), 12345678901234567890123456789012),
    ],
)
def test_kronor_become_whole_ore(amount, ore):
    assert money.to_ore(amount) == ore


@pytest.mark.parametrize("amount", [Decimal("0.001"), "12.345", Fraction(1, 3), Decimal("NaN"), Decimal("Infinity")])
def test_what_is_not_whole_ore_is_refused(amount):
    with pytest.raises(ValueError, match=r"."):
        money.to_ore(amount)


@pytest.mark.parametrize("amount", ["", "12,50", "1 000", "1e3", "NaN", "1/4", "٣"])
def test_text_for_machines_is_read_strictly(amount):
    with pytest.raises(ValueError, match="är inte ett tal"):
        money.to_ore(amount)


@pytest.mark.parametrize("amount", [0.1, True, None])
def test_floats_never_become_money(amount):
    with pytest.raises(TypeError):
        money.to_ore(amount)


def test_ore_become_kronor_with_two_decimals_at_any_size():
    assert str(money.from_ore(5)) == "0.05"
    assert str(money.from_ore(-12300)) == "-123.00"
    with localcontext() as context:
        context.prec = 3
        assert str(money.from_ore(2_576_217)) == "25762.17"


@pytest.mark.parametrize(
    ("value", "places", "rounded"),
    [
        (Decimal("0.125"), 2, "0.13"),
        (Decimal("0.135"), 2, "0.14"),
        (Decimal("-0.125"), 2, "-0.13"),
        (Fraction(1, 3), 2, "0.33"),
        (Fraction(2, 3), 2, "0.67"),
        (Decimal("2.5"), 0, "3"),
        (Decimal("0.1249999999999999999999999999999999999"), 2, "0.12"),
        (7, 2, "7.00"),
    ],
)
def test_a_half_is_rounded_up(value, places, rounded):
    assert str(money.round_half_up(value, places)) == rounded


@pytest.mark.parametrize(
    ("total", "population", "rate"),
    [(2_300_000, 1_400_973, "82.09"), (2_100_000, 1_414_324, "74.24"), (1_750_000, 1_414_324, "61.87")],
)
def test_the_rates_of_the_decided_plans(total, population, rate):
    assert str(money.rate_ore(total, population)) == rate
    assert str(money.rate_ore(Decimal(total), population=population, parties=2)) == rate


def test_a_rate_follows_the_partys_own_part():
    assert money.rate_ore(1000, 1000, part=Fraction(3, 10)) == Decimal("30.00")
    assert money.rate_ore(1000, 1000, parties=3) == Decimal("33.33")
    assert money.rate_ore(1000, 1000, parties=1) == money.rate_ore(1000, 1000, part=1) == Decimal("100.00")
    assert money.rate_ore(1, 1600, parties=5) == Decimal("0.01")  # 0,0125
    assert money.rate_ore(1, 1000, parties=4) == Decimal("0.03")  # 0,025 goes up


@pytest.mark.parametrize(
    "arguments",
    [{"population": 0}, {"population": -1}, {"population": 1, "parties": 0}, {"population": 1, "part": Fraction(3, 2)}],
)
def test_a_rate_without_meaning_is_refused(arguments):
    with pytest.raises(ValueError, match=r"Kostnaden per invånare|En parts del"):
        money.rate_ore(100, **arguments)


@pytest.mark.parametrize(
    ("amount", "decimals", "text"),
    [
        (2_300_000, None, f"2{NARROW}300{NARROW}000"),
        (Decimal("2300000.00"), None, f"2{NARROW}300{NARROW}000"),
        (Decimal("25762.17"), None, f"25{NARROW}762,17"),
        (Decimal("25762.5"), 0, f"25{NARROW}763"),
        (1_050_000, 2, f"1{NARROW}050{NARROW}000,00"),
        (Decimal("-1234.5"), None, f"−1{NARROW}234,50"),
        (Decimal("-0.001"), 2, "0,00"),
        (0, None, "0"),
        (None, None, "–"),
        (999, None, "999"),
    ],
)
def test_amounts_as_swedish_text(amount, decimals, text):
    assert money.format_amount(amount, decimals=decimals) == text


def test_units_stay_on_the_line_of_their_figure():
    assert money.format_kr(2_300_000) == f"2{NARROW}300{NARROW}000{HARD}kr"
    assert money.format_kr(Decimal("0.5")) == f"0,50{HARD}kr"
    assert money.format_kr(None) == "–"
    assert money.format_ore_rate(Decimal("74.24")) == f"74,24{HARD}öre"
    assert money.format_ore_rate(Decimal("82.1")) == f"82,10{HARD}öre"
    assert money.format_ore_rate(None) == "–"
    assert money.format_integer(1_414_324) == f"1{NARROW}414{NARROW}324"


def test_plain_text_has_ordinary_spaces():
    assert money.plain(money.format_kr(Decimal("-2300000.5"))) == "−2 300 000,50 kr"


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("2 100 000,50 kr", "2100000.50"),
        (f"2{NARROW}100{NARROW}000{HARD}kr", "2100000.00"),
        ("2\u2009100\u2007000", "2100000.00"),
        ("2100000.5", "2100000.50"),
        (" 25762,17 SEK ", "25762.17"),
        ("500 kronor", "500.00"),
        ("500:-", "500.00"),
        ("700 000kr", "700000.00"),
        ("−1 234,50", "-1234.50"),
        ("-0,05", "-0.05"),
        ("0", "0.00"),
    ],
)
def test_amounts_are_read_as_people_write_them(text, amount):
    assert str(money.parse_amount(text)) == amount


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "Skriv ett belopp"),
        ("  ", "Skriv ett belopp"),
        ("kr", "är inte ett belopp"),
        ("ett tusen", "är inte ett belopp"),
        ("1e5", "är inte ett belopp"),
        ("--5", "är inte ett belopp"),
        ("٣٠٠", "är inte ett belopp"),
        (",50", "är inte ett belopp"),
        ("1.500", "högst två decimaler"),
        ("2,100,000", "ett enda decimalkomma"),
        ("2.100.000,50", "ett enda decimalkomma"),
        ("5,", "efter decimalkommat"),
        ("5,5 0", "efter decimalkommat"),
        ("12 50", "tre siffror i varje grupp"),
        ("2100 000", "tre siffror i varje grupp"),
        ("9" * 41, "för långt"),
    ],
)
def test_unclear_amounts_are_refused_in_swedish(text, reason):
    with pytest.raises(ValueError, match=reason):
        money.parse_amount(text)


@pytest.mark.parametrize("ore", [0, 1, -1, 99, 100, 123_456, 210_000_000, -2_576_217, 10**17 + 1])
def test_what_is_written_is_read_back(ore):
    amount = money.from_ore(ore)
    assert money.parse_amount(money.format_kr(amount)) == amount
    assert money.to_ore(str(amount)) == ore

from fractions import Fraction

import pytest

from budgets.allocation import AllocationError
from budgets.keys import Equal, Increase, Measured, MissingFigures, Weighted
from budgets.money import plain

CODES = ("1214", "1215")
RURAL = Measured("Tätortsnära landsbygd", "invånare", {"1214": 12_000, "1215": 300})
SPARSE = Measured("Gles landsbygd", "invånare", {"1214": 200, "1215": 0})
GROWTH = Increase("Ökning av VFU-veckor", "veckor", {"1214": 40, "1215": 20}, {"1214": 25, "1215": 35})


class TestMeasured:
    def test_it_is_what_was_measured(self):
        assert RURAL.values(CODES) == {"1214": 12_000, "1215": 300}
        assert RURAL.values(["1215"]) == {"1215": 300}
        assert RURAL.origin("1214") == ""

    def test_zero_is_a_value(self):
        assert SPARSE.values(["1215"]) == {"1215": 0}

    def test_a_missing_value_is_a_fault_with_a_name_and_not_a_zero(self):
        with pytest.raises(MissingFigures) as missing:
            RURAL.values(["1293", "1214", "1230"])
        assert (missing.value.key, missing.value.codes) == ("Tätortsnära landsbygd", ("1230", "1293"))
        assert str(missing.value) == "Tätortsnära landsbygd saknar värde för 1230, 1293."
        assert isinstance(missing.value, AllocationError)

    def test_a_value_below_zero_is_refused(self):
        with pytest.raises(AllocationError, match="^Saldo är mindre än noll för 1214.$"):
            Measured("Saldo", "kr", {"1214": -1}).values(["1214"])


def test_equal_parts_are_one_for_each_and_need_no_figures():
    assert Equal("Lika delar").values(CODES) == {"1214": 1, "1215": 1}
    assert Equal("Lika delar").origin("1214") == ""


class TestWeighted:
    def test_it_is_the_sum_of_each_key_times_its_weight(self):
        key = Weighted("Vägd landsbygd", "vägda invånare", ((Fraction(1), RURAL), (Fraction(9, 2), SPARSE)))
        assert key.values(CODES) == {"1214": 12_900, "1215": 300}
        assert plain(key.origin("1214")) == (
            "1 × 12 000 (tätortsnära landsbygd) + 4,5 × 200 (gles landsbygd) = 12 900 vägda invånare"
        )

    def test_what_a_key_in_it_was_made_of_is_said_first(self):
        key = Weighted("Blandad", "poäng", ((Fraction(1, 2), GROWTH), (Fraction(1), Equal("VFU-bas"))))
        assert key.values(CODES) == {"1214": Fraction(17, 2), "1215": 1}
        assert plain(key.origin("1214")) == (
            "ökning av VFU-veckor: 40 − 25 = 15 veckor; 0,5 × 15 (ökning av VFU-veckor) + 1 × 1 (VFU-bas) = 8,5 poäng"
        )

    def test_a_key_in_it_that_lacks_a_value_is_named(self):
        part = Measured("Skärgård", "invånare", {"1214": 3})
        with pytest.raises(MissingFigures) as missing:
            Weighted("Vägd", "invånare", ((Fraction(1), RURAL), (Fraction(0), part))).values(CODES)
        assert (missing.value.key, missing.value.codes) == ("Skärgård", ("1215",))

    def test_a_weight_below_zero_and_an_empty_sum_are_refused(self):
        """With a weight below zero more of the key would pay less."""
        with pytest.raises(AllocationError, match="Gles landsbygd har en vikt mindre än noll i Vägd"):
            Weighted("Vägd", "invånare", ((Fraction(1), RURAL), (Fraction(-1), SPARSE)))
        with pytest.raises(AllocationError, match="Vägd är en summa utan några nycklar"):
            Weighted("Vägd", "invånare", ())


class TestIncrease:
    def test_it_is_what_a_measure_has_grown_by_and_a_decrease_is_zero(self):
        assert GROWTH.values(CODES) == {"1214": 15, "1215": 0}

    def test_it_says_how(self):
        assert plain(GROWTH.origin("1214")) == "40 − 25 = 15 veckor"
        assert plain(GROWTH.origin("1215")) == "från 35 till 20 är en minskning, som räknas som 0 veckor"

    @pytest.mark.parametrize(("later", "earlier"), [({"1214": 1}, {}), ({}, {"1214": 1})])
    def test_a_value_of_either_day_that_is_missing_is_a_fault(self, later, earlier):
        with pytest.raises(MissingFigures) as missing:
            Increase("Ökning", "veckor", later, earlier).values(["1214"])
        assert (missing.value.key, missing.value.codes) == ("Ökning", ("1214",))

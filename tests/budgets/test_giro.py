"""OCR references, bankgiro and plusgiro numbers: check digits, lengths and how they are written."""

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from budgets.giro import (
    digits_of,
    fault_in_bankgiro,
    fault_in_plusgiro,
    format_bankgiro,
    format_plusgiro,
    has_right_ocr,
    ocr_of,
)
from budgets.models.invoicing import InvoicingTerms, validate_bankgiro, validate_plusgiro
from tests.doc_tables import table

DIGITS = st.text("0123456789", min_size=1, max_size=23)
FORMATS = {"bankgiro": (format_bankgiro, fault_in_bankgiro), "plusgiro": (format_plusgiro, fault_in_plusgiro)}


class TestOcr:
    @pytest.mark.parametrize(("number", "plain", "with_length"), table("fakturabelopp.md", "OCR-nummer")[1:])
    def test_the_numbers_of_the_document(self, number, plain, with_length):
        assert ocr_of(number, with_length=False) == plain
        assert ocr_of(number, with_length=True) == with_length

    @given(DIGITS, st.booleans())
    def test_what_is_made_is_right(self, number, with_length):
        ocr = ocr_of(number, with_length=with_length)
        assert ocr.startswith(number)
        assert has_right_ocr(ocr, with_length=with_length)

    @given(DIGITS, st.integers(0, 24), st.integers(1, 9))
    def test_one_wrong_digit_is_found(self, number, place, step):
        ocr = ocr_of(number, with_length=False)
        place %= len(ocr)
        wrong = f"{ocr[:place]}{(int(ocr[place]) + step) % 10}{ocr[place + 1 :]}"
        assert not has_right_ocr(wrong)

    @given(st.text("0123456789", min_size=2, max_size=22))
    def test_a_digit_left_out_is_found_by_the_length(self, number):
        short = ocr_of(number, with_length=True)[1:]
        assert not has_right_ocr(short, with_length=True)

    def test_the_length_digit_drops_the_tens(self):
        assert ocr_of("1" * 8, with_length=True)[-2] == "0"
        assert ocr_of("1" * 23, with_length=True)[-2] == "5"

    def test_it_is_at_most_25_digits(self):
        assert len(ocr_of("1" * 24, with_length=False)) == len(ocr_of("1" * 23, with_length=True)) == 25
        for number, with_length in (("1" * 25, False), ("1" * 24, True)):
            with pytest.raises(ValueError, match="högst 25 siffror"):
                ocr_of(number, with_length=with_length)

    @pytest.mark.parametrize("number", ["", "F1001", "10 01", "١٢"])
    def test_it_is_made_of_digits(self, number):
        with pytest.raises(ValueError, match="görs av siffror"):
            ocr_of(number, with_length=False)

    def test_it_may_be_written_with_spaces(self):
        assert has_right_ocr(" 1234 55 ")

    @pytest.mark.parametrize("text", ["", "0", "123454", "12345A", "1" * 26, "OCR 123455"])
    def test_anything_else_is_wrong(self, text):
        assert not has_right_ocr(text)

    def test_two_digits_have_no_room_for_a_length(self):
        assert not has_right_ocr("26", with_length=True)


class TestGiro:
    @pytest.mark.parametrize(("kind", "written", "shown"), table("fakturabelopp.md", "Bankgiro och plusgiro")[1:])
    def test_the_numbers_of_the_document(self, kind, written, shown):
        format_giro, fault_in = FORMATS[kind]
        assert fault_in(written) == fault_in(shown) == ""
        assert format_giro(written) == format_giro(shown) == shown
        assert digits_of(written) == digits_of(shown)

    @pytest.mark.parametrize("fault_in", [fault_in_bankgiro, fault_in_plusgiro])
    def test_a_wrong_check_digit_is_told(self, fault_in):
        assert "Kontrollsiffran" in fault_in("5165-8301")

    @pytest.mark.parametrize("text", ["", "516-583", "151658300", "0000-0000", "BG 5165-8300", "5165-8300-", "SE5165"])
    def test_a_bankgiro_number_has_seven_or_eight_digits(self, text):
        assert fault_in_bankgiro(text) == "Skriv bankgironumret med sju eller åtta siffror, till exempel 5165-8300."
        assert format_bankgiro(text) == text

    @pytest.mark.parametrize("text", ["", "0", "00", "123456789", "PG 18"])
    def test_a_plusgiro_number_has_two_to_eight_digits(self, text):
        assert fault_in_plusgiro(text) == "Skriv plusgironumret med två till åtta siffror, till exempel 88 82 00-3."
        assert format_plusgiro(text) == text

    def test_examples_in_the_sentences_are_right_themselves(self):
        assert fault_in_bankgiro("5165-8300") == fault_in_plusgiro("88 82 00-3") == ""

    @pytest.mark.parametrize("hyphen", "-\N{NON-BREAKING HYPHEN}\N{EN DASH}")
    @pytest.mark.parametrize("space", " \N{NO-BREAK SPACE}\N{NARROW NO-BREAK SPACE}")
    def test_any_space_and_hyphen_is_read(self, hyphen, space):
        assert digits_of(f"{space}88{space}82{space}00{hyphen}3") == "8882003"

    @given(st.text("0123456789", min_size=1, max_size=7))
    def test_what_is_shown_is_read_again_and_fits_its_field(self, number):
        for length, (kind, (format_giro, fault_in)) in zip((8, 8), FORMATS.items(), strict=True):
            giro = ocr_of(number, with_length=False)[:length]
            if not fault_in(giro):
                shown = format_giro(giro)
                assert digits_of(shown) == giro
                assert len(shown) <= InvoicingTerms._meta.get_field(kind).max_length


@pytest.mark.parametrize(
    ("validate", "right", "wrong"),
    [(validate_bankgiro, "5165-8300", "88 82 00-4"), (validate_plusgiro, "88 82 00-3", "123456789")],
)
def test_the_terms_take_no_number_that_is_wrong(validate, right, wrong):
    validate(right)
    with pytest.raises(ValidationError, match=r"siffr"):
        validate(wrong)


@pytest.mark.parametrize(("name", "wrong"), [("bankgiro", "88 82 00-3 1"), ("plusgiro", "5165-8301")])
def test_each_field_of_the_terms_has_its_own_check(name, wrong):
    with pytest.raises(ValidationError):
        InvoicingTerms._meta.get_field(name).clean(wrong, None)


def test_a_plusgiro_number_is_no_bankgiro_number():
    with pytest.raises(ValidationError, match="sju eller åtta"):
        InvoicingTerms._meta.get_field("bankgiro").clean("18", None)
    assert InvoicingTerms._meta.get_field("plusgiro").clean("18", None) == "18"

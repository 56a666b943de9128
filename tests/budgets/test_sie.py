"""The SIE 4 import file, read back by a strict reader of the tests' own."""

import datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from budgets.ledger import ledger_of
from budgets.models import InvoicingTerms, LedgerDimension
from budgets.sie import sie_file, text_of
from tests.budgets.payment_world import credit, issued, pay
from tests.budgets.sie_reading import SieFile, _fields, read_sie
from tests.invoice_factories import make_adopted_version, make_dimension, make_terms

MADE_ON = datetime.date(2024, 7, 1)
Source = LedgerDimension.Source


def written() -> SieFile:
    terms = InvoicingTerms.objects.get()
    ledger = ledger_of(terms.collaboration, datetime.date(2024, 1, 1), datetime.date(2024, 12, 31))
    file = read_sie(sie_file(ledger, made_on=MADE_ON))
    for voucher, read in zip(ledger.vouchers, file.vouchers, strict=True):
        assert [(one.account, one.amount, dict(one.objects)) for one in voucher.postings] == [
            (row.account, row.amount, row.objects) for row in read.rows
        ]
        assert (read.day, read.registered_on) == (voucher.day, voucher.registered_on)
    return file


@pytest.mark.django_db
def test_the_file_says_who_when_and_what_and_every_voucher_balances():
    make_terms(vat_category="S", vat_number="SE232100025501", vat_text="", rounds_to_krona=True)
    invoices = issued(version=make_adopted_version("3001"))
    credit(invoices["9102"])
    pay(invoices["9101"], "313", payer="Alby kommun")
    file = written()
    assert file.said["ORGNR"] == ["232100-0255"]
    assert file.said["FNAMN"] == ["Region Skåne"]
    assert file.said["GEN"] == ["20240701"]
    assert file.said["PROGRAM"] == ["Skånegemensam digitalisering", "1"]
    assert file.accounts["3740"] == "Öresutjämning"
    assert file.vouchers[0].text == "Faktura 1001, Region Prov"
    (payment,) = [one for one in file.vouchers if one.text == "Inbetalning, Alby kommun"]
    assert [(row.account, row.amount) for row in payment.rows] == [
        ("1930", Decimal("313.00")),
        ("1510", Decimal("-313.00")),
    ]


@pytest.mark.django_db
def test_dimensions_and_their_objects_are_declared_and_stand_on_the_rows():
    invoices = issued()
    terms = InvoicingTerms.objects.get()
    make_dimension(terms, 1, Source.FIXED, name="Kostnadsställe", fixed_value="47 11")
    make_dimension(terms, 6, Source.AREA, name="Projekt")
    make_dimension(terms, 20, Source.ORGANISATION, name="Motpart")
    file = written()
    assert file.dimensions == {1: "Kostnadsställe", 6: "Projekt", 20: "Motpart"}
    assert file.objects[20, "9102"] == "Björnå kommun"
    row = invoices["9101"].rows.first()
    assert file.vouchers[1].rows[1].objects == {1: "47 11", 6: row.area_slug, 20: "9101"}


@pytest.mark.django_db
def test_strange_letters_in_names_do_not_break_the_file():
    invoices = issued()
    pay(invoices["9101"], "250", payer='"Łódź" {AB}\\ – kommun…')
    assert written().vouchers[-1].text == 'Inbetalning, "?ód?" {AB}/ - kommun...'


@pytest.mark.django_db
def test_an_empty_period_is_a_file_without_vouchers():
    make_terms()
    assert written().vouchers == []


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Åkarp ä ö É ü", '"Åkarp ä ö É ü"'),
        ("A\u030akarp", '"Åkarp"'),
        ('Bolag "X"', '"Bolag \\"X\\""'),
        ("slut\\", '"slut/"'),
        ("rad 1\r\n#VER\t2", '"rad 1 #VER 2"'),
        ("žŁ漢😀", '"????"'),
        ("1\u202f500\xa0kr − 2 €", '"1 500 kr - 2 EUR"'),
        ("", '""'),
    ],
)
def test_a_text_is_quoted_in_the_letters_of_code_page_437(text, said):
    assert text_of(text) == said


@given(st.text(max_size=40))
def test_any_text_is_one_field_on_one_line(text):
    said = text_of(text)
    said.encode("cp437")
    (field,) = _fields(said)
    assert "\n" not in field
    assert "\r" not in field

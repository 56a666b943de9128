"""The ledger's vouchers: every one balances to the öre, with accounts and dimensions as the terms say."""

import csv
import datetime
from collections import defaultdict
from decimal import Decimal
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from budgets.ledger import Kind, LedgerRefused, ledger_csv, ledger_of
from budgets.models import InvoicingTerms, LedgerDimension
from budgets.payments import Part, settle, unsettle, withdraw_payment
from plans.days import day_of
from tests import factories as make
from tests.budgets.payment_world import credit, issued, pay, pay_nobody
from tests.invoice_factories import make_adopted_version, make_dimension, make_terms

pytestmark = pytest.mark.django_db
STARTS, ENDS = datetime.date(2024, 1, 1), datetime.date(2024, 12, 31)
LATER_AT = datetime.datetime(2024, 6, 3, 9, 0, tzinfo=datetime.UTC)
Source = LedgerDimension.Source


def book(collaboration, *kinds: str, starts=STARTS, ends=ENDS):
    found = ledger_of(collaboration, starts, ends, kinds=kinds or tuple(Kind))
    assert all(voucher.is_balanced for voucher in found.vouchers)
    return found


def rows(voucher) -> list[tuple]:
    return [(one.account, one.amount) for one in voucher.postings]


def make_dimensions(terms: InvoicingTerms) -> None:
    make_dimension(terms, 1, Source.FIXED, name="Kostnadsställe", fixed_value="4711")
    make_dimension(terms, 6, Source.AREA, name="Projekt")
    make_dimension(terms, 20, Source.ORGANISATION, name="Motpart")
    make_dimension(terms, 21, Source.YEAR, name="Verksamhetsår")


def test_an_invoice_debits_the_receivable_and_credits_revenue_row_by_row():
    invoice = issued()["9102"]
    voucher = next(one for one in book(invoice.collaboration).vouchers if one.document == invoice.number)
    assert rows(voucher) == [("1510", Decimal("500.00")), ("3990", Decimal("-166.67")), ("3990", Decimal("-333.33"))]
    assert (voucher.day, voucher.kind, voucher.registered_on) == (
        invoice.issued_on,
        Kind.INVOICES,
        day_of(invoice.issued_at),
    )


def test_vat_and_rounding_have_rows_of_their_own():
    """Alby's share of 3 001 kr is 250,08 kr; with VAT 312,60, to be paid 313 kr."""
    make_terms(vat_category="S", vat_number="SE232100025501", vat_text="", rounds_to_krona=True)
    invoice = issued(version=make_adopted_version("3001"))["9101"]
    voucher = next(one for one in book(invoice.collaboration).vouchers if one.document == invoice.number)
    assert rows(voucher) == [
        ("1510", Decimal("313.00")),
        ("3990", Decimal("-250.08")),
        ("2610", Decimal("-62.52")),
        ("3740", Decimal("-0.40")),
    ]


def test_a_whole_credit_invoice_is_the_opposite_of_the_invoice():
    make_terms(vat_category="S", vat_number="SE232100025501", vat_text="", rounds_to_krona=True)
    invoice = issued(version=make_adopted_version("3001"))["9101"]
    credit_invoice = credit(invoice)
    vouchers = {one.document: one for one in book(invoice.collaboration).vouchers}
    opposite = [(account, -amount) for account, amount in rows(vouchers[invoice.number])]
    assert rows(vouchers[credit_invoice.number]) == opposite
    assert f"krediterar {invoice.number}" in vouchers[credit_invoice.number].text


def test_a_payment_debits_the_bank_and_credits_the_receivable_of_each_invoice():
    invoices = issued()
    payment = pay(invoices["9101"], "250", of="300", bank_reference="BG1")
    (voucher,) = book(payment.collaboration, Kind.PAYMENTS).vouchers
    assert rows(voucher) == [("1930", Decimal("300.00")), ("1510", Decimal("-250.00")), ("1510", Decimal("-50.00"))]
    assert voucher.document == "BG1"


def test_a_withdrawn_payment_is_turned_on_the_day_it_is_withdrawn():
    payment = pay(issued()["9101"], "250")
    withdraw_payment(payment=payment, reason="Fel.", by=None, at=LATER_AT)
    first, second = book(payment.collaboration, Kind.PAYMENTS).vouchers
    assert second.day == LATER_AT.date()
    assert rows(second) == [(account, -amount) for account, amount in rows(first)]


def test_each_row_has_the_dimensions_that_it_can_have():
    invoices = issued()
    terms = InvoicingTerms.objects.get()
    make_dimensions(terms)
    pay(invoices["9101"], "250")
    found = book(terms.collaboration)
    voucher = next(one for one in found.vouchers if one.document == invoices["9101"].number)
    area = invoices["9101"].rows.first()
    assert voucher.postings[0].objects == {1: "4711", 20: "9101"}
    assert voucher.postings[1].objects == {1: "4711", 6: area.area_slug, 20: "9101", 21: str(area.year)}
    payment = next(one for one in found.vouchers if one.kind == Kind.PAYMENTS)
    assert [one.objects for one in payment.postings] == [{1: "4711"}, {1: "4711", 20: "9101"}]
    assert found.objects[20, "9101"] == "Alby kommun"


def test_what_is_matched_later_moves_to_the_bodys_receivable_that_day_and_nothing_booked_changes():
    invoices = issued()
    terms = InvoicingTerms.objects.get()
    make_dimensions(terms)
    payment = pay_nobody(terms.collaboration, "250")
    before = book(terms.collaboration, Kind.PAYMENTS, ends=datetime.date(2024, 5, 31)).vouchers
    settle(payment=payment, parts=[Part(invoices["9101"], Decimal(250))], by=None, at=LATER_AT)
    assert book(terms.collaboration, Kind.PAYMENTS, ends=datetime.date(2024, 5, 31)).vouchers == before
    (voucher,) = book(terms.collaboration, Kind.PAYMENTS, starts=datetime.date(2024, 6, 1)).vouchers
    assert rows(voucher) == [("1510", Decimal("250.00")), ("1510", Decimal("-250.00"))]
    assert [one.objects.get(20) for one in voucher.postings] == [None, "9101"]


def test_without_a_dimension_for_bodies_a_later_match_is_no_voucher():
    invoices = issued()
    payment = pay_nobody(invoices["91"].collaboration, "250")
    settle(payment=payment, parts=[Part(invoices["9101"], Decimal(250))], by=None, at=LATER_AT)
    assert len(book(payment.collaboration, Kind.PAYMENTS).vouchers) == 1


def test_each_bodys_receivable_is_what_is_left_of_its_invoices():
    """Whatever has happened, account 1510 of a body says what it owes."""
    invoices = issued()
    terms = InvoicingTerms.objects.get()
    make_dimensions(terms)
    wrong = pay(invoices["9101"], "100", of="400")
    unsettle(payment=wrong, invoice=invoices["9101"], by=None)
    settle(payment=wrong, parts=[Part(invoices["9102"], Decimal(400))], by=None)
    credit(invoices["9103"], {1: "50"})
    withdraw_payment(payment=pay(invoices["9103"], "700"), reason="Fel.", by=None)
    owed = defaultdict(Decimal)
    for voucher in book(terms.collaboration, ends=datetime.date(2100, 1, 1)).vouchers:
        for one in voucher.postings:
            if one.account == "1510":
                owed[one.objects.get(20)] += one.amount
    assert {code: amount for code, amount in owed.items() if amount} == {
        "91": Decimal("1500.00"),
        "9101": Decimal("250.00"),
        "9102": Decimal("100.00"),
        "9103": Decimal("700.00"),
    }


def test_only_what_is_chosen_and_in_the_period_is_taken():
    invoices = issued()
    pay(invoices["9101"], "250")
    place = invoices["91"].collaboration
    credit(invoices["9101"], {1: "1"})
    assert {one.kind for one in book(place, Kind.CREDITS).vouchers} == {Kind.CREDITS}
    assert len(book(place, Kind.INVOICES).vouchers) == 4
    assert book(place, starts=datetime.date(2023, 1, 1), ends=datetime.date(2023, 12, 31)).vouchers == ()
    on_the_day = invoices["91"].issued_on
    assert len(book(place, Kind.INVOICES, starts=on_the_day, ends=on_the_day).vouchers) == 4


def test_what_is_recorded_after_the_period_is_told_of():
    payment = pay(issued()["9101"], "250")
    found = book(payment.collaboration, Kind.PAYMENTS)
    assert len(found.late) == (day_of() > ENDS)
    assert book(payment.collaboration, Kind.PAYMENTS, ends=datetime.date(2100, 1, 1)).late == ()


def test_sums_by_account_are_the_same_on_both_sides():
    invoices = issued()
    pay(invoices["9101"], "250")
    sums = book(invoices["91"].collaboration).sums()
    assert [account for account, *_ in sums] == ["1510", "1930", "3990"]
    assert sum(debit for *_, debit, _ in sums) == sum(credit for *_, credit in sums) == Decimal("3250.00")


def test_the_questions_do_not_grow_with_the_vouchers(django_assert_num_queries):
    invoices = issued()
    terms = InvoicingTerms.objects.get()
    place = terms.collaboration
    make_dimensions(terms)
    pay(invoices["9101"], "250")
    with django_assert_num_queries(7):
        book(place)
    for code in ("91", "9102", "9103"):
        pay(invoices[code], "10")
        credit(invoices[code], {1: "5"})
    with django_assert_num_queries(7):
        book(place)


def test_without_terms_or_with_the_days_turned_it_is_refused():
    with pytest.raises(LedgerRefused, match="saknar faktureringsvillkor"):
        book(make.make_collaboration("utan"))
    with pytest.raises(LedgerRefused, match="slutar innan"):
        book(make.make_collaboration(), starts=ENDS, ends=STARTS)


def read_csv(data: bytes) -> list[dict[str, str]]:
    assert data.startswith(b"\xef\xbb\xbf")
    return list(csv.DictReader(StringIO(data.decode("utf-8-sig"), newline=""), delimiter=";"))


def test_the_csv_has_a_column_for_each_dimension_decimal_commas_and_balances():
    invoices = issued()
    terms = InvoicingTerms.objects.get()
    make_dimensions(terms)
    pay(invoices["9101"], "250.00", payer='=HYPERLINK("http://x")')
    lines = read_csv(ledger_csv(book(terms.collaboration)))
    first = lines[0]
    assert (first["Konto"], first["Kontonamn"], first["Debet"], first["Kredit"]) == (
        "1510",
        "Kundfordringar",
        "1500,00",
        "",
    )
    assert (first["1 Kostnadsställe"], first["20 Motpart"], first["21 Verksamhetsår"]) == ("4711", "91", "")
    sums = [sum(Decimal(line[side].replace(",", ".") or 0) for line in lines) for side in ("Debet", "Kredit")]
    assert sums[0] == sums[1] == Decimal("3250.00")
    assert {line["Verifikation"] for line in lines} == {"1", "2", "3", "4", "5"}


def test_no_cell_of_the_csv_is_a_formula():
    payment = pay_nobody(issued()["91"].collaboration, "5", bank_reference="=1+1", payer="@SUM(A1)")
    lines = read_csv(ledger_csv(book(payment.collaboration, Kind.PAYMENTS)))
    assert {line["Underlag"] for line in lines} == {"'=1+1"}


def test_an_account_for_two_things_has_both_names():
    make_terms(rounding_account="3990")
    place = issued()["91"].collaboration
    assert book(place).accounts["3990"] == "Intäkter från kostnadsdelning, öresutjämning"


@pytest.mark.parametrize(("file_format", "start"), [("csv", b"\xef\xbb\xbfVerif"), ("sie", b"#FLAGGA 0\r\n")])
def test_the_command_writes_the_file(tmp_path, capsys, file_format, start):
    issued()
    path = tmp_path / "ut"
    said = ["--from", "2024-01-01", "--to", "2024-12-31", "--output", str(path), "--kind", "invoices"]
    call_command("ledger", "--format", file_format, *said)
    assert path.read_bytes().startswith(start)
    assert "4 verifikationer, 3 000,00 kr i debet" in capsys.readouterr().out


def test_the_command_says_what_is_wrong():
    with pytest.raises(CommandError, match="faktureringsvillkor"):
        call_command("ledger", "--format", "csv", "--from", "2024-01-01", "--to", "2024-12-31")
    with pytest.raises(CommandError, match="inte ett datum"):
        call_command("ledger", "--format", "csv", "--from", "1/1", "--to", "2024-12-31")
    make_terms(make.make_collaboration("en"))
    make_terms(make.make_collaboration("annan"))
    with pytest.raises(CommandError, match="annan, en"):
        call_command("ledger", "--format", "csv", "--from", "2024-01-01", "--to", "2024-12-31")

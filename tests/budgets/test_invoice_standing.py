"""How an invoice stands: what is credited, paid and left, and the one word for it."""

import datetime
from decimal import Decimal

import pytest

from budgets.invoice_standing import Status, standings, to_remind
from budgets.models import Invoice
from tests.budgets.payment_world import DAY, LATER, credit, issued, pay, stands
from tests.invoice_factories import make_adopted_version, make_terms

pytestmark = pytest.mark.django_db


@pytest.fixture
def invoice():
    """Björnå's, of 500 kr: 166,67 and 333,33."""
    return issued()["9102"]


def test_an_invoice_that_has_not_gone_out_is_issued_and_all_of_it_is_left(invoice):
    found = stands(invoice)
    assert (found.credited, found.paid, found.left) == (Decimal("0.00"), Decimal("0.00"), Decimal("500.00"))
    assert (found.status, found.status.label) == (Status.ISSUED, "utställd")


def test_an_invoice_that_has_gone_out_is_sent(invoice):
    assert stands(invoice, is_sent=True).status == Status.SENT


def test_it_may_be_paid_through_its_last_day_and_is_late_the_day_after(invoice):
    assert stands(invoice, day=DAY, is_sent=True).status == Status.SENT
    found = stands(invoice, day=LATER, is_sent=True)
    assert (found.status, found.days_late, found.is_late) == (Status.OVERDUE, 1, True)


def test_part_of_it_paid_is_said_until_it_is_late(invoice):
    pay(invoice, "200")
    assert stands(invoice, is_sent=True).status == Status.PART_PAID
    assert stands(invoice, day=LATER, is_sent=True).status == Status.OVERDUE


def test_nothing_left_is_paid_also_long_after(invoice):
    pay(invoice, "500")
    found = stands(invoice, day=LATER)
    assert (found.status, found.left, found.days_late, found.paid_on) == (Status.PAID, 0, 0, datetime.date(2024, 4, 30))


def test_more_paid_than_owed_is_to_be_paid_back(invoice):
    pay(invoice, "520.50")
    found = stands(invoice)
    assert (found.status, found.left, found.to_pay_back) == (Status.PAID, Decimal("-20.50"), Decimal("20.50"))


def test_credited_in_part_is_less_to_pay_and_no_payment(invoice):
    credit(invoice, {1: "100"})
    found = stands(invoice)
    assert (found.credited, found.left, found.status) == (Decimal("100.00"), Decimal("400.00"), Status.ISSUED)
    pay(invoice, "400")
    assert stands(invoice).status == Status.PAID


def test_credited_whole_comes_before_every_other_word(invoice):
    pay(invoice, "100")
    credit(invoice)
    found = stands(invoice, day=LATER)
    assert (found.status, found.left, found.to_pay_back) == (Status.CREDITED, Decimal("-100.00"), Decimal("100.00"))


def test_the_part_that_is_left_to_credit_and_paid_makes_it_paid_not_credited(invoice):
    credit(invoice, {1: "166.67"})
    pay(invoice, "333.33")
    assert stands(invoice).status == Status.PAID


def test_a_credit_invoice_has_nothing_left_and_is_never_late(invoice):
    found = stands(credit(invoice), day=LATER)
    assert (found.left, found.status, found.days_late) == (0, Status.ISSUED, 0)


def test_the_rounding_belongs_to_what_is_to_be_paid():
    """Alby's share of 3 001 kr is 250,08 kr; rounded to kronor 250 kr are paid, and nothing is left."""
    make_terms(rounds_to_krona=True)
    invoice = issued(version=make_adopted_version("1000", "2001"))["9101"]
    assert (invoice.net_amount, invoice.rounding_amount) == (Decimal("250.08"), Decimal("-0.08"))
    pay(invoice, "250")
    assert (stands(invoice).left, stands(invoice).status) == (0, Status.PAID)


def test_parts_credited_with_roundings_of_their_own_leave_nothing():
    """The credit invoice that takes the last of it brings the rounding that is left."""
    make_terms(rounds_to_krona=True)
    invoice = issued()["9102"]
    credit(invoice, {1: "0.40"})
    credit(invoice)
    assert (stands(invoice).left, stands(invoice).status) == (0, Status.CREDITED)


def test_those_that_may_be_reminded_of_are_late_sent_and_not_paid():
    invoices = issued()
    pay(invoices["9101"], "250")
    pay(invoices["9102"], "1")
    collaboration, sent = invoices["91"].collaboration, {one.pk for code, one in invoices.items() if code != "91"}
    assert to_remind(collaboration, DAY, sent=sent) == []
    found = to_remind(collaboration, LATER, sent=sent)
    assert [one.invoice.organisation.code for one in found] == ["9102", "9103"]
    again = to_remind(collaboration, LATER, sent=sent, reminded={invoices["9102"].pk})
    assert [one.invoice.organisation.code for one in again] == ["9103"]


def test_the_questions_do_not_grow_with_the_invoices(django_assert_num_queries):
    invoices = issued()
    for one in list(invoices.values())[:3]:
        pay(one, "10")
        credit(one, {1: "1"})
    with django_assert_num_queries(3):
        standings(Invoice.objects.all(), day=DAY)
    with django_assert_num_queries(3):
        standings(Invoice.objects.filter(pk=invoices["91"].pk), day=DAY)


def test_the_order_of_the_invoices_is_kept():
    issued()
    found = standings(Invoice.objects.order_by("-sequence"), day=DAY)
    assert [one.invoice.sequence for one in found] == [1004, 1003, 1002, 1001]

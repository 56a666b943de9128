"""Payments: recording, matching by hand, taking back, paying back; sums hold whatever happens."""

import datetime
import threading
from decimal import Decimal

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from budgets.invoice_crediting import CreditRefused
from budgets.invoice_standing import standings
from budgets.models import Invoice, Payment, Settlement
from budgets.payments import (
    Part,
    PaymentRefused,
    record_payment,
    refund,
    rest_of,
    settle,
    unsettle,
    withdraw_payment,
)
from plans.models import LogEntry
from tests import factories as make
from tests.budgets.payment_world import DAY, PAID_ON, credit, issued, pay, pay_nobody, stands

LATE_AT = datetime.datetime(2024, 6, 3, 9, 0, tzinfo=datetime.UTC)


@pytest.fixture
def invoices(db):
    """The small world's: 1 500 kr (91), 250, 500 and 750 kr (9101-9103)."""
    return issued()


def parts(*pairs: tuple[Invoice, str]) -> list[Part]:
    return [Part(invoice, Decimal(amount)) for invoice, amount in pairs]


def test_a_payment_by_hand_pays_its_invoice_and_is_logged(invoices):
    by = make.make_user("ekonom")
    payment = pay(invoices["9101"], "250", payer="  Alby\nkommun ", remark="Swish", by=by)
    assert (payment.payer, payment.remark, payment.recorded_by) == ("Alby kommun", "Swish", by)
    assert rest_of(payment) == 0
    assert stands(invoices["9101"]).left == 0
    kinds = LogEntry.objects.filter(actor=by).values_list("subject", flat=True)
    assert set(kinds) == {"budgets.payment", "budgets.settlement"}


def test_a_payment_of_nothing_known_waits_with_all_of_it(invoices):
    assert rest_of(pay_nobody(invoices["91"].collaboration, "99.50")) == Decimal("99.50")


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"amount": Decimal(0)}, "amount"),
        ({"amount": Decimal("-5")}, "amount"),
        ({"amount": Decimal("5.005")}, "amount"),
        ({"amount": Decimal(10) ** 12}, "amount"),
        ({"received_on": datetime.date(2124, 1, 1)}, "received_on"),
        ({"received_on": datetime.date(1024, 1, 1)}, "received_on"),
        ({"remark": "a" * 301}, "remark"),
    ],
)
def test_what_cannot_have_come_in_is_refused_at_its_field(invoices, fields, field):
    with pytest.raises(PaymentRefused) as refused:
        pay_nobody(invoices["91"].collaboration, **{"amount": "5", **fields})
    assert refused.value.field == field
    assert not Payment.objects.exists()


def test_the_same_bank_reference_is_taken_once(invoices):
    place = invoices["91"].collaboration
    pay_nobody(place, "5", bank_reference="BG1")
    with pytest.raises(PaymentRefused, match="redan registrerad"):
        pay_nobody(place, "5", bank_reference=" BG1 ")
    assert Payment.objects.count() == 1


def test_a_payment_is_split_over_several_invoices_by_hand(invoices):
    payment = pay_nobody(invoices["91"].collaboration, "800")
    settle(payment=payment, parts=parts((invoices["9101"], "250"), (invoices["9102"], "500")), by=None)
    assert rest_of(payment) == Decimal("50.00")
    assert stands(invoices["9102"]).left == 0


def test_no_more_than_the_rest_of_a_payment_pays_anything(invoices):
    payment = pay(invoices["9101"], "250", of="300")
    with pytest.raises(PaymentRefused, match="återstår 50"):
        settle(payment=payment, parts=parts((invoices["9102"], "50.01")), by=None)
    settle(payment=payment, parts=parts((invoices["9102"], "50")), by=None)
    with pytest.raises(PaymentRefused, match="återstår 0"):
        settle(payment=payment, parts=parts((invoices["9102"], "0.01")), by=None)


def test_a_payment_that_is_refused_by_its_parts_is_not_recorded(invoices):
    with pytest.raises(PaymentRefused):
        pay(invoices["9101"], "250", of="200")
    assert not Payment.objects.exists()


@pytest.mark.parametrize("amount", ["0", "-1", "0.001"])
def test_a_part_that_is_no_amount_is_refused(invoices, amount):
    payment = pay_nobody(invoices["91"].collaboration, "10")
    with pytest.raises(PaymentRefused):
        settle(payment=payment, parts=parts((invoices["9101"], amount)), by=None)


def test_a_credit_invoice_another_collaborations_and_one_named_twice_are_not_paid(invoices):
    payment = pay_nobody(invoices["91"].collaboration, "10")
    with pytest.raises(PaymentRefused, match="kreditfaktura"):
        settle(payment=payment, parts=parts((credit(invoices["9101"], {1: "1"}), "5")), by=None)
    with pytest.raises(PaymentRefused, match="två gånger"):
        settle(payment=payment, parts=parts((invoices["9101"], "5"), (invoices["9101"], "5")), by=None)
    with pytest.raises(PaymentRefused, match="minst en"):
        settle(payment=payment, parts=[], by=None)
    elsewhere = pay_nobody(make.make_collaboration("annan"), "10")
    with pytest.raises(PaymentRefused, match="annan samverkan"):
        settle(payment=elsewhere, parts=parts((invoices["9101"], "5")), by=None)


def test_what_was_matched_wrongly_is_taken_off_and_pays_another(invoices):
    payment = pay(invoices["9101"], "250")
    unsettle(payment=payment, invoice=invoices["9101"], by=None)
    assert (rest_of(payment), stands(invoices["9101"]).left) == (Decimal("250.00"), Decimal("250.00"))
    settle(payment=payment, parts=parts((invoices["9102"], "250")), by=None)
    with pytest.raises(PaymentRefused, match="inte avprickad"):
        unsettle(payment=payment, invoice=invoices["9101"], by=None)


def test_a_withdrawn_payment_pays_nothing_and_both_rows_remain(invoices):
    payment = pay(invoices["9101"], "250")
    row = withdraw_payment(payment=payment, reason="Fel belopp.", by=None, at=LATE_AT)
    assert (row.amount, row.received_on, row.withdraws) == (Decimal("-250"), LATE_AT.date(), payment)
    assert stands(invoices["9101"]).left == Decimal("250.00")
    assert (rest_of(payment), rest_of(row)) == (0, 0)
    assert Payment.objects.count() == 2


def test_a_payment_is_withdrawn_once_with_a_reason_and_pays_nothing_afterwards(invoices):
    payment = pay(invoices["9101"], "250")
    with pytest.raises(PaymentRefused) as refused:
        withdraw_payment(payment=payment, reason=" ", by=None)
    assert refused.value.field == "reason"
    row = withdraw_payment(payment=payment, reason="Fel.", by=None)
    for again in (payment, row):
        with pytest.raises(PaymentRefused):
            withdraw_payment(payment=again, reason="Fel.", by=None)
        with pytest.raises(PaymentRefused):
            settle(payment=again, parts=parts((invoices["9101"], "1")), by=None)
        with pytest.raises(PaymentRefused):
            unsettle(payment=again, invoice=invoices["9101"], by=None)


def test_what_was_paid_too_much_goes_back_and_no_more(invoices):
    invoice = invoices["9101"]
    pay(invoice, "300")
    with pytest.raises(PaymentRefused, match="Högst 50"):
        refund(invoice=invoice, amount=Decimal("50.01"), paid_on=PAID_ON, by=None)
    row = refund(invoice=invoice, amount=Decimal("50"), paid_on=PAID_ON, by=None)
    assert (row.amount, stands(invoice).left) == (Decimal("-50"), 0)
    with pytest.raises(PaymentRefused, match="inget att återbetala"):
        refund(invoice=invoice, amount=Decimal("1"), paid_on=PAID_ON, by=None)
    with pytest.raises(PaymentRefused, match="Återta"):
        unsettle(payment=row, invoice=invoice, by=None)


def test_a_paid_invoice_that_is_credited_is_to_be_paid_back(invoices):
    pay(invoices["9101"], "250")
    credit(invoices["9101"])
    assert stands(invoices["9101"]).to_pay_back == Decimal("250.00")
    refund(invoice=invoices["9101"], amount=Decimal("250"), paid_on=PAID_ON, by=None)
    assert stands(invoices["9101"]).left == 0


def test_without_terms_the_collaboration_itself_is_locked(db):
    assert pay_nobody(make.make_collaboration("utan-villkor"), "10").amount == 10


ACTS = st.lists(
    st.tuples(
        st.sampled_from(["pay", "unknown", "settle", "take off", "withdraw", "credit", "refund"]),
        st.integers(0, 3),
        st.integers(0, 5),
        st.integers(1, 90_000),
    ),
    max_size=14,
)


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(acts=ACTS)
def test_whatever_happens_the_sums_hold(db, acts):
    """All money is somewhere once: on an invoice or as the rest of a payment; what is left follows from it."""
    with transaction.atomic():
        invoices = list(issued().values())
        for act, invoice, payment, ore in acts:
            payments = list(Payment.objects.order_by("pk"))
            chosen = payments[payment % len(payments)] if payments else None
            try:
                with transaction.atomic():
                    _do(act, invoices[invoice], chosen, Decimal(ore) / 100)
            except (PaymentRefused, CreditRefused):
                pass
        _check_sums(invoices)
        transaction.set_rollback(True)


def _do(act: str, invoice: Invoice, payment: Payment | None, amount: Decimal) -> None:
    if act == "pay":
        pay(invoice, str(amount))
    elif act == "unknown":
        pay_nobody(invoice.collaboration, str(amount))
    elif act == "credit":
        credit(invoice, {1: str(amount)})
    elif act == "refund":
        refund(invoice=invoice, amount=amount, paid_on=PAID_ON, by=None)
    elif payment and act == "settle":
        settle(payment=payment, parts=[Part(invoice, amount)], by=None)
    elif payment and act == "take off":
        unsettle(payment=payment, invoice=invoice, by=None)
    elif payment:
        withdraw_payment(payment=payment, reason="Fel.", by=None)


def _check_sums(invoices: list[Invoice]) -> None:
    payments, settlements = list(Payment.objects.all()), list(Settlement.objects.all())
    found = standings(invoices, day=DAY)
    assert sum(one.paid for one in found) == sum(row.amount for row in settlements)
    assert sum(row.amount for row in payments) == sum(one.paid for one in found) + sum(map(rest_of, payments))
    for one in found:
        assert one.invoice.payable_amount == one.credited + one.paid + one.left
        assert 0 <= one.credited <= one.invoice.payable_amount
    for payment in payments:
        held = sum(row.amount for row in settlements if row.payment_id == payment.pk)
        assert (0 <= held <= payment.amount) if payment.amount > 0 else (payment.amount <= held <= 0)


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite lets one write at a time")
def test_two_at_once_never_let_the_same_money_pay_twice():
    """Both see 250 kr left of the payment; one of them waits, and is then refused."""
    invoices = issued()
    payment = pay_nobody(invoices["91"].collaboration, "250")
    wanted, barrier, outcomes = [invoices["9102"], invoices["9103"]], threading.Barrier(2), []

    def try_to_settle(invoice: Invoice) -> None:
        try:
            barrier.wait(10)
            settle(payment=payment, parts=[Part(invoice, Decimal("250"))], by=None)
            outcomes.append("paid")
        except PaymentRefused:
            outcomes.append("refused")
        finally:
            connection.close()

    threads = [threading.Thread(target=try_to_settle, args=(invoice,)) for invoice in wanted]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(outcomes) == ["paid", "refused"]
    assert sum(Settlement.objects.values_list("amount", flat=True)) == Decimal("250.00")


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite lets one write at a time")
def test_two_at_once_never_record_the_same_bank_reference_twice():
    place, barrier, outcomes = issued()["91"].collaboration, threading.Barrier(2), []

    def try_to_record() -> None:
        try:
            barrier.wait(10)
            record_payment(collaboration=place, received_on=PAID_ON, amount=Decimal(5), bank_reference="BG1", by=None)
            outcomes.append("recorded")
        except PaymentRefused:
            outcomes.append("refused")
        finally:
            connection.close()

    threads = [threading.Thread(target=try_to_record) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(outcomes) == ["recorded", "refused"]


def test_what_has_gone_back_is_not_taken_off_its_invoice(invoices):
    payment = pay(invoices["9101"], "350")
    back = refund(invoice=invoices["9101"], amount=Decimal(100), paid_on=PAID_ON, by=None)
    with pytest.raises(PaymentRefused, match="Återta återbetalningen först"):
        unsettle(payment=payment, invoice=invoices["9101"], by=None)
    withdraw_payment(payment=back, reason="Fel.", by=None)
    unsettle(payment=payment, invoice=invoices["9101"], by=None)
    assert stands(invoices["9101"]).left == 250

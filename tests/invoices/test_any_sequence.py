"""Whatever an economist does in whatever order: numbers in a row, no month invoiced twice, and every sum holds."""

import datetime
from collections import defaultdict
from decimal import Decimal

import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from budgets.invoice_crediting import CreditRefused, credit_invoice, credit_round
from budgets.invoice_issuing import issue_round
from budgets.invoice_standing import standings
from budgets.models import Invoice, Invoicing, InvoicingTerms, Payment
from budgets.payments import Part, PaymentRefused, record_payment, withdraw_payment
from tests.invoice_factories import ISSUED_ON, make_adopted_version, make_recipients, make_round, make_terms

pytestmark = pytest.mark.django_db
LATER = datetime.date(2024, 6, 3)
STEPS = ("issue", "credit", "credit part", "credit round", "pay", "withdraw")
VAT = {"O": {}, "S": {"vat_category": "S", "vat_number": "SE232100025501", "vat_text": ""}}


# Without shrinking: each example makes a world of its own.
@settings(
    phases=[Phase.generate],
    max_examples=25,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    amounts=st.lists(st.integers(1, 500_000), min_size=1, max_size=3),
    parts=st.sampled_from([1, 2, 4]),
    vat=st.sampled_from("OS"),
    rounds_to_krona=st.booleans(),
    steps=st.lists(st.tuples(st.sampled_from(STEPS), st.integers(0, 3), st.integers(1, 100)), max_size=15),
)
def test_every_sum_holds(amounts, parts, vat, rounds_to_krona, steps):
    with transaction.atomic():
        version = make_adopted_version(*(Decimal(amount) / 100 for amount in amounts))
        make_terms(version.plan.collaboration, rounds_to_krona=rounds_to_krona, **VAT[vat])
        make_recipients(version.plan.collaboration)
        for part in range(1, parts + 1):
            make_round(version, is_ready=False, instalments=parts, instalment=part)
        for step, which, percent in [("issue", 0, 1), *steps]:
            take(step, which, percent)
            hold()
        transaction.set_rollback(True)


def take(step: str, which: int, percent: int) -> None:
    """Do one thing; what is refused has changed nothing."""
    rounds, invoices = list(Invoicing.objects.order_by("pk")), list(Invoice.objects.originals().order_by("pk"))
    payments = list(Payment.objects.filter(withdraws=None, withdrawn_by=None).order_by("pk"))
    said = {"reason": "Fel.", "issued_on": ISSUED_ON, "by": None}
    try:
        if step == "issue":
            issue_round(invoicing=rounds[which % len(rounds)], by=None)
        elif step == "credit" and invoices:
            credit_invoice(invoice=invoices[which % len(invoices)], amounts=None, **said)
        elif step == "credit part" and invoices:
            invoice = invoices[which % len(invoices)]
            row = invoice.rows.first()
            credit_invoice(invoice=invoice, amounts={row.position: share(row.amount, percent)}, **said)
        elif step == "credit round":
            credit_round(invoicing=rounds[which % len(rounds)], amounts=None, **said)
        elif step == "pay" and invoices:
            invoice = invoices[which % len(invoices)]
            amount = share(invoice.payable_amount, percent)
            record_payment(
                collaboration=invoice.collaboration,
                received_on=LATER,
                amount=amount,
                parts=[Part(invoice, amount)],
                by=None,
            )
        elif step == "withdraw" and payments:
            withdraw_payment(payment=payments[which % len(payments)], reason="Fel.", by=None)
    except (CreditRefused, PaymentRefused):
        return


def share(amount: Decimal, percent: int) -> Decimal:
    return max(Decimal("0.01"), (amount * percent / 100).quantize(Decimal("0.01")))


def hold() -> None:
    """What is true after every step."""
    invoices = list(Invoice.objects.order_by("sequence").select_related("invoicing"))
    first = InvoicingTerms.objects.get().first_number
    assert [invoice.sequence for invoice in invoices] == list(range(first, first + len(invoices)))
    credited = defaultdict(Decimal)
    for invoice in invoices:
        assert sum(row.amount for row in invoice.rows.all()) == invoice.net_amount
        if invoice.is_credit:
            credited[invoice.credits_id] += invoice.net_amount
    standing = defaultdict(list)
    for invoice in invoices:
        if not invoice.is_credit:
            assert credited[invoice.pk] <= invoice.net_amount
            if credited[invoice.pk] < invoice.net_amount:
                standing[invoice.organisation_id, invoice.invoicing_id].append(invoice)
    assert all(len(found) == 1 for found in standing.values())
    paid = defaultdict(Decimal)
    for payment in Payment.objects.filter(withdraws=None, withdrawn_by=None):
        for settlement in payment.settlements.all():
            paid[settlement.invoice_id] += settlement.amount
    for each in standings(invoices, day=LATER, sent=()):
        if not each.invoice.is_credit:
            assert each.invoice.payable_amount == each.credited + each.paid + each.left
            assert each.paid == paid[each.invoice.pk]
            assert 0 <= each.credited <= each.invoice.payable_amount

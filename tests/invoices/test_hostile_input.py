"""Posted values that no form of ours sends: not found or said in Swedish, never a fault of the server."""

import pytest
from django.test import Client
from django.urls import reverse

from budgets.invoice_drafts import drafts_of
from budgets.models import Invoice
from plans.models import Organisation
from skane_digi.invoices.sending import mark_sent
from tests import invoice_factories as bill
from tests.budgets.payment_world import pay_nobody
from tests.invoices.round_people import sign_in_economist

pytestmark = pytest.mark.django_db
HOSTILE = ["\x00", "a\x00b", "", "٣", "x" * 3_000, "</script>", "\u202e"]


@pytest.fixture
def invoice(client: Client) -> Invoice:
    found = bill.make_invoice()
    client.raise_request_exception = False
    found.economist = sign_in_economist(client, found.collaboration)
    return found


@pytest.mark.parametrize("value", HOSTILE)
def test_a_key_that_is_none_is_not_found(client, invoice, value):
    payment = pay_nobody(invoice.collaboration, "100.00")
    assert client.post(reverse("invoices:remind"), {"invoice": value}).status_code == 404
    taken_off = client.post(reverse("invoices:unsettle-payment", args=[payment.key]), {"faktura": value})
    assert taken_off.status_code == 404


def test_a_remark_is_kept_without_what_the_database_cannot_hold(invoice):
    sending = mark_sent(invoice=invoice, remark="Peppol\x00, " + "x" * 400, by=invoice.economist)
    assert sending.remark.startswith("Peppol, x")
    assert len(sending.remark) == 300


def test_a_body_that_has_changed_its_code_is_a_fault_of_the_round():
    invoicing = bill.make_round()
    Organisation.objects.filter(code="9101").update(code="9199")
    (fault,) = drafts_of(invoicing).faults
    assert fault.is_blocking
    assert "Alby kommun" in fault.text

"""An invoice's files: the stored bytes and nothing else, made on the spot where they have not been."""

import base64
import hashlib

import pytest

from budgets.models import InvoiceDocument
from skane_digi.invoices import making
from skane_digi.invoices.making import make_document
from tests.invoices.following import at, invoice_of, sign_in

pytestmark = pytest.mark.django_db
KINDS = [("pdf", "application/pdf"), ("xml", "application/xml; charset=utf-8")]


@pytest.fixture
def invoice(invoicing):
    return invoice_of(invoicing)


@pytest.mark.parametrize(("kind", "content_type"), KINDS)
class TestFile:
    def test_it_is_the_stored_bytes_with_their_digest(self, kind, content_type, client, invoice):
        document = make_document(invoice)
        sign_in(client, "registrar")
        response = client.get(at(kind, invoice.key))
        digest = hashlib.sha256(response.content).hexdigest()
        assert response.content == bytes(getattr(document, kind))
        assert digest == getattr(document, f"{kind}_digest")
        assert response["ETag"] == f'"{digest}"'
        assert response["Repr-Digest"] == f"sha-256=:{base64.b64encode(bytes.fromhex(digest)).decode()}:"
        assert response["Content-Type"] == content_type
        assert response["Content-Disposition"] == f'attachment; filename="faktura-1002.{kind}"'

    def test_one_who_has_it_gets_no_copy(self, kind, content_type, client, invoice):
        sign_in(client, "economist")
        etag = client.get(at(kind, invoice.key))["ETag"]
        again = client.get(at(kind, invoice.key), headers={"if-none-match": etag})
        assert (again.status_code, again.content) == (304, b"")

    def test_one_that_is_not_made_is_made_and_kept(self, kind, content_type, client, invoice, monkeypatch):
        sign_in(client, "reader")
        first = client.get(at(kind, invoice.key))
        assert InvoiceDocument.objects.get().invoice == invoice
        monkeypatch.setattr(making, "invoice_pdf", None)
        assert client.get(at(kind, invoice.key)).content == first.content

    def test_a_head_has_the_digest_too(self, kind, content_type, client, invoice):
        sign_in(client, "economist")
        assert client.head(at(kind, invoice.key))["ETag"] == client.get(at(kind, invoice.key))["ETag"]


def test_a_credit_invoices_file_is_called_what_it_is(client, invoice):
    user = sign_in(client, "economist")
    sent = {"extent": "hela", "reason": "Fel.", "issued_on": "2024-05-01", "seen": "0", "gor": "stall-ut"}
    client.post(at("credit", invoice.key), sent)
    credited = invoice.credit_invoices.get()
    assert credited.issued_by == user
    assert 'filename="kreditfaktura-1005.pdf"' in client.get(at("pdf", credited.key))["Content-Disposition"]

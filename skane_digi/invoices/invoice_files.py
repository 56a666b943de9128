"""An issued invoice's files: the stored bytes and nothing else, named by their digest."""

import base64

from django.http import HttpRequest, HttpResponse
from django.utils.cache import get_conditional_response
from django.utils.http import content_disposition_header

from budgets.models import Invoice, InvoiceDocument
from skane_digi.invoices.making import make_document

CONTENT_TYPES = {"pdf": "application/pdf", "xml": "application/xml; charset=utf-8"}
STEMS = {Invoice.Kind.INVOICE: "faktura", Invoice.Kind.CREDIT: "kreditfaktura"}


def stored_file(request: HttpRequest, invoice: Invoice, kind: str) -> HttpResponse:
    """Return the invoice's ``pdf`` or ``xml``, made now where it has not been; 304 to one who has it already.

    ``ETag`` is the SHA-256 that the file is kept under, and ``Repr-Digest`` the same as RFC 9530 writes it.
    """
    document = InvoiceDocument.objects.filter(invoice=invoice).first() or make_document(invoice)
    digest = getattr(document, f"{kind}_digest")
    etag = f'"{digest}"'
    headers = {
        "Content-Disposition": content_disposition_header(as_attachment=True, filename=file_name(invoice, kind)),
        "ETag": etag,
        "Repr-Digest": f"sha-256=:{base64.b64encode(bytes.fromhex(digest)).decode()}:",
    }
    response = HttpResponse(bytes(getattr(document, kind)), content_type=CONTENT_TYPES[kind], headers=headers)
    return get_conditional_response(request, etag=etag, response=response)


def file_name(invoice: Invoice, kind: str) -> str:
    """Return ``faktura-1001.pdf`` or ``kreditfaktura-1035.xml``."""
    return f"{STEMS[invoice.kind]}-{invoice.number}.{kind}"

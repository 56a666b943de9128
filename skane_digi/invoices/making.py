"""An issued invoice's files, made of what it says and kept for good: its PDF, with the XML inside, and its XML.

They are made after the invoice has been issued, by anyone and at any time: what they say was settled then.
"""

import datetime
import hashlib

from django.db import IntegrityError, transaction
from django.utils import timezone

from budgets.invoice_content import from_text
from budgets.models import Invoice, InvoiceDocument
from plans import log
from plans.models import LogEntry
from skane_digi.invoices.printing import invoice_pdf
from skane_digi.invoices.ubl import invoice_xml


def make_document(invoice: Invoice, *, by=None, at: datetime.datetime | None = None) -> InvoiceDocument:
    """Return the invoice's files; make and keep them where they are not there yet. Two who make them keep one."""
    made = InvoiceDocument.objects.filter(invoice=invoice).first()
    return made or _keep(_new_document(invoice, at=at or timezone.now()), by=by)


def _new_document(invoice: Invoice, *, at: datetime.datetime) -> InvoiceDocument:
    content = from_text(invoice.content)
    xml = invoice_xml(content)
    pdf = invoice_pdf(content, xml)
    return InvoiceDocument(
        invoice=invoice,
        pdf=pdf,
        pdf_digest=hashlib.sha256(pdf).hexdigest(),
        xml=xml,
        xml_digest=hashlib.sha256(xml).hexdigest(),
        made_at=at,
    )


def _keep(document: InvoiceDocument, *, by) -> InvoiceDocument:
    """Keep the files and log them; where another has kept them meanwhile, return theirs."""
    try:
        with transaction.atomic():
            document.save()
            digests = {"pdf_digest": document.pdf_digest, "xml_digest": document.xml_digest}
            log.record(action=LogEntry.Action.CREATED, subject=document, by=by, at=document.made_at, after=digests)
    except IntegrityError:
        return InvoiceDocument.objects.get(invoice=document.invoice_id)
    return document

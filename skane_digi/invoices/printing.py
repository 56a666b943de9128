"""An invoice as PDF, set by the same press as the plan: tagged, archivable, with its XML inside.

The same content and XML give the same bytes, on any day and in any process.
"""

import datetime

from django.template.loader import render_to_string

from budgets.invoice_content import InvoiceContent
from skane_digi.documents.fonts import settable
from skane_digi.documents.pdf import EmbeddedFile, keep_figures_together, pdf_from_markup, plain_pdf_from_html
from skane_digi.invoices.sheet import invoice_sheet

TEMPLATE = "invoices/invoice_pdf.html"
STYLE_SHEETS = ("print-invoice.css",)
XML_NAME = "faktura.xml"


def invoice_html(content: InvoiceContent) -> str:
    """Return the HTML that the PDF is set from, without style sheets; it is well-formed XML too."""
    return settable(keep_figures_together(render_to_string(TEMPLATE, {"sheet": invoice_sheet(content)})))


def invoice_pdf(content: InvoiceContent, xml: bytes | None) -> bytes:
    """Return the PDF (PDF/A-3a and PDF/UA-1), made of ``content`` alone, with ``xml`` embedded as ``faktura.xml``.

    A draft says so on every page and holds neither payment code nor XML, whatever is given.
    Raises ``ImproperlyConfigured`` where a library or a typeface is missing.
    """
    embedded = None if xml is None or content.is_draft else _embedded(content, xml)
    return pdf_from_markup(invoice_html(content), sheets=STYLE_SHEETS, embedded=embedded)


def plain_invoice_pdf(content: InvoiceContent) -> bytes:
    """Set the same template with WeasyPrint the way one starts out: the yardstick of ``manage.py bench``."""
    return plain_pdf_from_html(invoice_html(content), sheets=STYLE_SHEETS)


def _embedded(content: InvoiceContent, xml: bytes) -> EmbeddedFile:
    """The same invoice in another form: Alternative in the words of PDF/A-3, dated as the invoice is."""
    kind = "Kreditfakturan" if content.is_credit else "Fakturan"
    return EmbeddedFile(
        name=XML_NAME,
        content=xml,
        description=f"{kind} {content.number} som e-faktura, Peppol BIS Billing 3 (UBL 2.1)",
        media_type="text/xml",
        relationship="Alternative",
        at=datetime.datetime.combine(content.issued_on, datetime.time(), datetime.UTC),
    )

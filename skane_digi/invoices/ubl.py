"""An invoice or credit invoice as an e-invoice: Peppol BIS Billing 3, UBL 2.1.

The elements and what they mean: https://docs.peppol.eu/poacc/billing/3.0/. How it is validated: docs/efaktura.md.
"""

import datetime

from lxml import etree

from budgets.invoice_content import EXEMPT, OUTSIDE, InvoiceContent, Row
from skane_digi.invoices.ubl_elements import CURRENCY, amount, branch, date, labelled, leaf, period, start, written
from skane_digi.invoices.ubl_parties import add_buyer, add_payment, add_seller

CUSTOMIZATION = "urn:cen.eu:en16931:2017#compliant#urn:fdc:peppol.eu:2017:poacc:billing:3.0"
PROFILE = "urn:fdc:peppol.eu:2017:poacc:billing:01:1.0"
OUTSIDE_VAT_CODE = "VATEX-EU-O"
ONE_PIECE = "C62"
CREDIT_TERMS = "Kreditfakturan ska inte betalas."


def invoice_xml(content: InvoiceContent) -> bytes:
    """Return the e-invoice of ``content`` in UTF-8, the same bytes every time.

    Raises ``ValueError`` for a draft, for an exempt invoice that does not say why, and for amounts that are not whole
    öre.
    """
    if content.is_draft:
        raise ValueError("A draft has no number and no e-invoice.")
    if content.vat_category == EXEMPT and not content.vat_text.strip():
        raise ValueError("An invoice that is exempt from VAT says why (BR-E-10).")
    root = start("CreditNote" if content.is_credit else "Invoice")
    _add_head(root, content)
    _add_references(root, content)
    add_seller(root, content.seller, vat_category=content.vat_category)
    add_buyer(root, content.buyer)
    add_payment(root, content)
    _add_terms(root, content)
    _add_vat(root, content)
    _add_totals(root, content)
    for row in content.rows:
        _add_line(root, content, row)
    return written(root)


def note_paragraphs(content: InvoiceContent) -> tuple[str, ...]:
    """Return the paragraphs of the e-invoice's only note: what it is about and the calculation of the share."""
    source = content.source
    rule = f"{source.rule_name}. {source.rule_text}" if source.rule_name else source.rule_text
    paragraphs = (
        labelled("Skäl", content.corrects.reason if content.corrects else ""),
        content.text,
        content.collaboration,
        labelled("Avser", source.plan),
        labelled("Period", source.period_text),
        f"Delfaktura: {source.instalment} av {source.instalments}" if source.instalments > 1 else "",
        labelled("Regel", rule),
        source.calculation,
        f"Underlag: {source.plan}, version {source.version}, fingeravtryck {source.fingerprint}",
        labelled("Beslut", source.decision),
    )
    return tuple(paragraph for paragraph in paragraphs if paragraph.strip())


def _add_head(root: etree._Element, content: InvoiceContent) -> None:
    leaf(root, "CustomizationID", CUSTOMIZATION)
    leaf(root, "ProfileID", PROFILE)
    leaf(root, "ID", content.number)
    date(root, "IssueDate", content.issued_on)
    if content.is_credit:
        leaf(root, "CreditNoteTypeCode", "381")
    else:
        date(root, "DueDate", content.due_on)
        leaf(root, "InvoiceTypeCode", "380")
    leaf(root, "Note", "\n\n".join(note_paragraphs(content)))
    leaf(root, "DocumentCurrencyCode", CURRENCY)
    leaf(root, "BuyerReference", content.buyer.reference)


def _add_references(root: etree._Element, content: InvoiceContent) -> None:
    periods = [_period_of(content, row) for row in content.rows] or [_whole_period(content)]
    period(root, min(starts for starts, ends in periods), max(ends for starts, ends in periods))
    leaf(branch(root, "OrderReference"), "ID", content.buyer.order_reference)
    if content.corrects:
        corrected = branch(branch(root, "BillingReference"), "InvoiceDocumentReference")
        leaf(corrected, "ID", content.corrects.number)
        date(corrected, "IssueDate", content.corrects.issued_on)


def _add_terms(root: etree._Element, content: InvoiceContent) -> None:
    """Add the terms. A credit note says that it is not to be paid: BR-CO-25 wants terms of any sum above 0."""
    texts = [CREDIT_TERMS] if content.is_credit else [content.terms_text, content.late_interest_text]
    leaf(branch(root, "PaymentTerms"), "Note", "\n".join(text for text in texts if text.strip()))


def _add_vat(root: etree._Element, content: InvoiceContent) -> None:
    total = branch(root, "TaxTotal")
    amount(total, "TaxAmount", content.totals.vat)
    part = branch(total, "TaxSubtotal")
    amount(part, "TaxableAmount", content.totals.net)
    amount(part, "TaxAmount", content.totals.vat)
    category = branch(part, "TaxCategory")
    _add_category(category, content, with_reason=True)


def _add_category(element: etree._Element, content: InvoiceContent, *, with_reason: bool) -> None:
    """Fill a VAT category: outside VAT there is no rate, not even 0 (BR-O-05)."""
    leaf(element, "ID", content.vat_category)
    if content.vat_category != OUTSIDE:
        leaf(element, "Percent", str(content.vat_percent))
    if with_reason:
        if content.vat_category == OUTSIDE:
            leaf(element, "TaxExemptionReasonCode", OUTSIDE_VAT_CODE)
        leaf(element, "TaxExemptionReason", content.vat_text if content.vat_category in (OUTSIDE, EXEMPT) else "")
    leaf(branch(element, "TaxScheme"), "ID", "VAT")


def _add_totals(root: etree._Element, content: InvoiceContent) -> None:
    totals = content.totals
    element = branch(root, "LegalMonetaryTotal")
    amount(element, "LineExtensionAmount", totals.net)
    amount(element, "TaxExclusiveAmount", totals.net)
    amount(element, "TaxInclusiveAmount", totals.net + totals.vat)
    if totals.rounding:
        amount(element, "PayableRoundingAmount", totals.rounding)
    amount(element, "PayableAmount", totals.payable)


def _add_line(root: etree._Element, content: InvoiceContent, row: Row) -> None:
    line = branch(root, "CreditNoteLine" if content.is_credit else "InvoiceLine")
    leaf(line, "ID", str(row.position))
    leaf(line, "CreditedQuantity" if content.is_credit else "InvoicedQuantity", "1", unitCode=ONE_PIECE)
    amount(line, "LineExtensionAmount", row.amount)
    period(line, *_period_of(content, row))
    item = branch(line, "Item")
    name = row.area or row.text
    leaf(item, "Description", row.text if row.text != name else "")
    leaf(item, "Name", name)
    _add_category(branch(item, "ClassifiedTaxCategory"), content, with_reason=False)
    amount(branch(line, "Price"), "PriceAmount", row.amount)


def _whole_period(content: InvoiceContent) -> tuple[datetime.date, datetime.date]:
    return content.source.period_starts, content.source.period_ends


def _period_of(content: InvoiceContent, row: Row) -> tuple[datetime.date, datetime.date]:
    if row.year == content.source.year:
        return _whole_period(content)
    return datetime.date(row.year, 1, 1), datetime.date(row.year, 12, 31)

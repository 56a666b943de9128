"""Rows of invoices for tests, put into the database past all rules. Rounds are in tests/invoice_factories.py."""

import datetime
import hashlib
from decimal import Decimal
from itertools import count

from budgets import invoice_content as content
from budgets.models import (
    BankFile,
    Invoice,
    InvoiceDocument,
    InvoiceRecipient,
    InvoiceRow,
    Invoicing,
    InvoicingTerms,
    LedgerDimension,
    Payment,
    Settlement,
)
from plans.models import Collaboration, Organisation, PlanVersion
from skane_digi.models import InvoiceBatch, InvoiceBatchItem, InvoiceSending
from tests import decision_factories as decide
from tests import factories as make
from tests.invoice_factories import (
    DUE_ON,
    ISSUED_ON,
    make_content,
    make_dimension,
    make_recipient,
    make_rows,
    make_terms,
)

# What is written where invoices are issued, sent and paid, never loaded or imported.
WRITTEN_MODELS = {Invoicing, Invoice, InvoiceRow, InvoiceDocument, BankFile, Payment, Settlement}
SETTINGS_MODELS = {InvoicingTerms, LedgerDimension, InvoiceRecipient}
_serial = count(1)


def make_invoicing(version: PlanVersion | None = None, **fields) -> Invoicing:
    version = version or decide.make_version()
    values = {"year": 2030, "issued_on": ISSUED_ON, "due_on": DUE_ON, **fields}
    return Invoicing.objects.create(version=version, **values)


def new_invoice(invoicing: Invoicing | None = None, organisation: Organisation | None = None, **fields) -> Invoice:
    """An invoice that is not saved: Alby's of the round, with the next number, unless told otherwise."""
    invoicing = invoicing or make_invoicing()
    collaboration = fields.pop("collaboration", invoicing.version.plan.collaboration)
    sequence = fields.pop("sequence", 1001 + collaboration.invoices.count())
    text = content.to_text(make_content(number=str(sequence), ocr=f"{sequence}7"))
    values = {
        "number": str(sequence),
        "ocr": f"{sequence}7",
        "issued_on": ISSUED_ON,
        "due_on": DUE_ON,
        "vat_category": content.OUTSIDE,
        "net_amount": Decimal("21468.47"),
        "payable_amount": Decimal("21468.47"),
        "content": text,
        "content_digest": content.digest_of(text),
        "issued_by_name": "Emil Ekonom",
        **fields,
    }
    return Invoice(
        collaboration=collaboration,
        invoicing=invoicing,
        organisation=organisation or make.make_organisation("9101"),
        sequence=sequence,
        **values,
    )


def make_invoice(invoicing: Invoicing | None = None, organisation: Organisation | None = None, **fields) -> Invoice:
    """An issued invoice with its rows."""
    invoice = new_invoice(invoicing, organisation, **fields)
    invoice.save()
    for row in make_rows(year=invoice.invoicing.year):
        InvoiceRow.objects.create(
            invoice=invoice,
            position=row.position,
            area=row.area,
            area_slug=row.area_slug,
            year=row.year,
            text=row.text,
            amount=row.amount,
        )
    return invoice


def new_credit(invoice: Invoice, **fields) -> Invoice:
    """A credit invoice of the whole of ``invoice``, that is not saved."""
    values = {"kind": "credit", "credits": invoice, "reason": "Fel referens.", **fields}
    return new_invoice(invoice.invoicing, invoice.organisation, **values)


def make_document(invoice: Invoice) -> InvoiceDocument:
    pdf, xml = decide.A_PDF, b"<Invoice/>"
    digests = [hashlib.sha256(file).hexdigest() for file in (pdf, xml)]
    return InvoiceDocument.objects.create(
        invoice=invoice, pdf=pdf, pdf_digest=digests[0], xml=xml, xml_digest=digests[1]
    )


def make_bank_file(collaboration: Collaboration | None = None, **fields) -> BankFile:
    digest = hashlib.sha256(str(next(_serial)).encode()).hexdigest()
    values = {"name": "inbetalningar.csv", "format": "csv", "digest": digest, **fields}
    return BankFile.objects.create(collaboration=collaboration or make.make_collaboration(), **values)


def make_payment(collaboration: Collaboration | None = None, amount: str = "21468.47", **fields) -> Payment:
    values = {
        "received_on": DUE_ON - datetime.timedelta(days=3),
        "reference": "10017",
        "payer": "Alby kommun",
        **fields,
    }
    return Payment.objects.create(
        collaboration=collaboration or make.make_collaboration(), amount=Decimal(amount), **values
    )


def make_settlement(payment: Payment, invoice: Invoice, amount: str = "21468.47") -> Settlement:
    return Settlement.objects.create(payment=payment, invoice=invoice, amount=Decimal(amount))


def make_batch(invoicing: Invoicing, *invoices: Invoice, kind: str = "make", by=None) -> InvoiceBatch:
    batch = InvoiceBatch.objects.create(kind=kind, invoicing=invoicing, ordered_by=by)
    for invoice in invoices:
        InvoiceBatchItem.objects.create(batch=batch, invoice=invoice)
    return batch


def make_sending(invoice: Invoice, occasion: str = "original", **fields) -> InvoiceSending:
    values = {"address": "faktura@example.org", **fields}
    return InvoiceSending.objects.create(invoice=invoice, occasion=occasion, **values)


def make_settings_rows() -> InvoicingTerms:
    """One row of every kind that the economist keeps, in a collaboration that has none yet."""
    number = next(_serial)
    terms = make_terms(make.make_collaboration(f"faktureras-{number}"))
    make_dimension(terms, source="fixed", fixed_value="4711")
    make_recipient(make.make_organisation(f"8{number % 1000:03}"))
    return terms


def make_written_rows(version: PlanVersion, by=None) -> Invoice:
    """One row or more of everything that is written on the way from a round to a paid invoice; return the invoice."""
    collaboration = version.plan.collaboration
    invoicing = make_invoicing(version, made_by=by)
    invoice = make_invoice(invoicing, issued_by=by)
    make_document(invoice)
    new_credit(invoice).save()
    payment = make_payment(collaboration, bank_file=make_bank_file(collaboration, read_by=by), recorded_by=by)
    make_settlement(payment, invoice)
    make_batch(invoicing, invoice, by=by)
    make_sending(invoice, ordered_by=by)
    return invoice

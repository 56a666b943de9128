"""The demonstration's invoices: one half of what 2023 costs is issued, the other half is to be reviewed.

How the cost was invoiced is not in the documents. All but the amounts is constructed, and looks it: one street, one
postal code, addresses in ``demo.example`` and a bankgiro number, 1234-5674, that counts its way up. No files are made
here; they are made when somebody asks for them.
"""

import datetime
from decimal import Decimal

from django.db import transaction

from budgets.invoice_crediting import credit_invoice
from budgets.invoice_issuing import issue_round
from budgets.invoicing_editing import make_round, write_recipient, write_terms
from budgets.models import Invoice, Invoicing, InvoicingTerms, LedgerDimension
from budgets.payments import Part, record_payment
from plans import log
from plans.models import Collaboration, Organisation, PlanVersion
from skane_digi.invoices.sending import mark_sent

STREET, POSTAL_CODE = "Demonstrationsgatan 1", "123 45"
DOMAIN = "demo.example"
YEAR = 2023
FIRST_HALF, SECOND_HALF = datetime.date(2023, 3, 1), datetime.date(2023, 9, 1)
PAID_ON = datetime.date(2023, 3, 28)
# The registrar's own is credited and issued anew; one pays nothing, one a part, and one cannot be invoiced yet.
CORRECTED, UNPAID, PART_PAID, INCOMPLETE = "1285", "1275", "1266", "1257"

TERMS = {
    "seller_name": "Region Skåne",
    "seller_organisation_number": "232100-0255",
    "seller_address": STREET,
    "seller_postal_code": POSTAL_CODE,
    "seller_city": "Kristianstad",
    "seller_seat": "Kristianstad",
    "contact_name": "Gemensam ekonomi (demonstration)",
    "contact_email": f"ekonomi@{DOMAIN}",
    "vat_category": InvoicingTerms.VatCategory.OUTSIDE,
    "vat_text": "Kostnadsdelning utanför momslagens tillämpningsområde (ett antagande i demonstrationen).",
    "bankgiro": "1234-5674",
}
DIMENSIONS = (
    {"number": 1, "name": "Kostnadsställe", "source": LedgerDimension.Source.FIXED, "fixed_value": "4711"},
    {"number": 6, "name": "Projekt", "source": LedgerDimension.Source.AREA, "fixed_value": ""},
    {"number": 20, "name": "Motpart", "source": LedgerDimension.Source.ORGANISATION, "fixed_value": ""},
)


@transaction.atomic
def make_invoices(by) -> None:
    """Invoice the first half of 2023, let most of it be paid, and leave the second half to be reviewed."""
    version = PlanVersion.objects.select_related("plan__collaboration").get(plan__slug="2022-2023")
    collaboration = version.plan.collaboration
    with log.batch():
        write_terms(collaboration=collaboration, values=TERMS, dimensions=DIMENSIONS, by=by)
        for organisation in Organisation.objects.in_collaboration(collaboration):
            write_recipient(organisation=organisation, values=_recipient(organisation), by=by)
        halves = {"version": version, "year": YEAR, "instalments": Invoicing.Instalments.HALF_YEARS, "by": by}
        first = make_round(instalment=1, issued_on=FIRST_HALF, **halves)
        make_round(instalment=2, issued_on=SECOND_HALF, **halves)
        invoices = {invoice.organisation.code: invoice for invoice in issue_round(invoicing=first, by=by)}
        invoices[CORRECTED] = _issue_anew(invoices[CORRECTED], first, by=by)
        for invoice in invoices.values():
            mark_sent(invoice=invoice, remark="Sändes med brev 2023-03-01, enligt demonstrationen.", by=by)
        _pay(collaboration, invoices, by=by)


def _recipient(organisation: Organisation) -> dict[str, str]:
    """Return what is constructed about where the organisation takes its invoices."""
    is_region = organisation.kind == Organisation.Kind.REGION
    is_complete = organisation.code != INCOMPLETE
    return {
        "address": STREET,
        "postal_code": POSTAL_CODE,
        "city": "Kristianstad" if is_region else organisation.short_name,
        "reference": f"DEMO-{organisation.code}" if is_complete else "",
        "email": f"faktura-{organisation.code}@{DOMAIN}" if is_complete else "",
    }


def _issue_anew(invoice: Invoice, invoicing: Invoicing, *, by) -> Invoice:
    """Credit the invoice whole, correct the body's reference and issue another."""
    reason = "Fel referens på fakturan. En ny faktura med rätt referens ersätter den."
    credit_invoice(invoice=invoice, reason=reason, issued_on=datetime.date(2023, 3, 8), by=by)
    write_recipient(organisation=invoice.organisation, values={"reference": f"DEMO-{CORRECTED}-EKONOMI"}, by=by)
    [anew] = issue_round(invoicing=invoicing, by=by)
    return anew


def _pay(collaboration: Collaboration, invoices: dict[str, Invoice], *, by) -> None:
    for code, invoice in invoices.items():
        if code == UNPAID:
            continue
        amount = Decimal(1000) if code == PART_PAID else invoice.payable_amount
        record_payment(
            collaboration=collaboration,
            received_on=PAID_ON,
            amount=amount,
            payer=invoice.organisation.name,
            reference=invoice.ocr,
            bank_reference=f"DEMO-{invoice.number}",
            parts=[Part(invoice, amount)],
            by=by,
        )

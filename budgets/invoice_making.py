"""What an invoice says, put together of the frozen version, the terms and the body that is to pay."""

import calendar
import datetime
from collections.abc import Iterable
from decimal import Decimal

from budgets.cost_tables import PRINTED
from budgets.frozen_shares import FrozenMember, FrozenYear
from budgets.giro import format_bankgiro, format_plusgiro
from budgets.invoice_content import INVOICE, Buyer, InvoiceContent, Row, Seller, Source, totals_of
from budgets.models import InvoiceRecipient, Invoicing, InvoicingTerms
from budgets.money import format_kr
from plans.models import Organisation, PlanVersion

PRINTED_ROW = "Andel av planens gemensamma kostnad enligt den tryckta summan"


def content_of(
    *,
    invoicing: Invoicing,
    version: PlanVersion,
    year: FrozenYear,
    member: FrozenMember,
    organisation: Organisation,
    recipient: InvoiceRecipient | None,
    terms: InvoicingTerms,
    amounts: Iterable[tuple[tuple[str, str], Decimal]],
) -> InvoiceContent:
    """Return the invoice without its number. ``amounts`` are kronor by area, each its short name and its name."""
    rows = tuple(
        Row(
            position=position,
            area=name,
            area_slug=slug,
            year=year.year,
            text=f"{name or PRINTED_ROW}, {invoicing.period_text}",
            amount=amount,
        )
        for position, ((slug, name), amount) in enumerate(amounts, start=1)
    )
    return InvoiceContent(
        kind=INVOICE,
        number="",
        ocr="",
        issued_on=invoicing.issued_on,
        due_on=invoicing.due_on,
        collaboration=version.plan.collaboration.name,
        seller=seller_of(terms),
        buyer=_buyer(organisation, recipient),
        source=_source(invoicing, version, year, member, sum((row.amount for row in rows), Decimal(0))),
        rows=rows,
        vat_category=terms.vat_category,
        vat_text="" if terms.vat_category == InvoicingTerms.VatCategory.STANDARD else terms.vat_text,
        totals=totals_of(rows, vat_category=terms.vat_category, rounds_to_krona=terms.rounds_to_krona),
        text=invoicing.text,
        terms_text=f"{(invoicing.due_on - invoicing.issued_on).days} dagar netto",
        late_interest_text=terms.late_interest_text,
    )


def seller_of(terms: InvoicingTerms) -> Seller:
    return Seller(
        name=terms.seller_name,
        organisation_number=terms.seller_organisation_number,
        address=terms.seller_address,
        postal_code=terms.seller_postal_code,
        city=terms.seller_city,
        seat=terms.seller_seat,
        vat_number=terms.vat_number,
        has_f_tax=terms.has_f_tax,
        endpoint_scheme=terms.endpoint_scheme if terms.endpoint else "0007",
        endpoint=terms.endpoint or _digits(terms.seller_organisation_number),
        contact_name=terms.contact_name,
        contact_phone=terms.contact_phone,
        contact_email=terms.contact_email,
        bankgiro=format_bankgiro(terms.bankgiro),
        plusgiro=format_plusgiro(terms.plusgiro),
    )


def _buyer(organisation: Organisation, recipient: InvoiceRecipient | None) -> Buyer:
    held = recipient or InvoiceRecipient()
    return Buyer(
        code=organisation.code,
        name=organisation.name,
        organisation_number=organisation.organisation_number,
        address=held.address,
        postal_code=held.postal_code,
        city=held.city,
        reference=held.reference,
        order_reference=held.order_reference,
        email=held.email,
        endpoint_scheme=held.endpoint_scheme if held.endpoint else "0007",
        endpoint=held.endpoint or _digits(organisation.organisation_number),
    )


def _source(
    invoicing: Invoicing, version: PlanVersion, year: FrozenYear, member: FrozenMember, amount: Decimal
) -> Source:
    first, last = invoicing.months
    calculation = member.calculation
    if invoicing.instalments > 1:
        calculation += (
            f"\n\nFakturan är del {invoicing.instalment} av {invoicing.instalments} av årets andel, "
            f"{format_kr(member.amount, decimals=2)}: {format_kr(amount, decimals=2)}."
        )
    return Source(
        plan=version.plan.title,
        plan_slug=version.plan.slug,
        version=version.number,
        fingerprint=version.fingerprint,
        decision=_decision(version),
        year=year.year,
        period_text=invoicing.period_text,
        period_starts=datetime.date(year.year, first, 1),
        period_ends=datetime.date(year.year, last, calendar.monthrange(year.year, last)[1]),
        instalment=int(invoicing.instalment),
        instalments=int(invoicing.instalments),
        basis=PRINTED if invoicing.basis == Invoicing.Basis.PRINTED else Invoicing.Basis.LINES.value,
        rule_name=year.rule_name,
        rule_text=year.rule_text,
        key_name=year.key_name,
        key_unit=year.key_unit,
        reference_date=year.reference_date,
        population=member.population,
        total=year.total,
        share=member.amount,
        calculation=calculation,
    )


def _decision(version: PlanVersion) -> str:
    """Return what the invoice rests on, in a sentence."""
    if version.is_as_printed:
        return f"{version.plan.title} är beslutad på papper och återges som version {version.number}."
    return f"{version.plan.title}, version {version.number}, är fastställd av huvudmännen."


def _digits(number: str) -> str:
    return number.replace("-", "")

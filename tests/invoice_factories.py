"""Invoices for tests: what one says, made without a database, and rounds in the small world of ``tests.factories``."""

import datetime
from dataclasses import replace
from decimal import Decimal

from budgets import invoice_content as content
from budgets.invoice_issuing import issue_round
from budgets.models import Invoice, InvoiceRecipient, Invoicing, InvoicingTerms, LedgerDimension
from plans.models import Collaboration, Organisation, Plan, PlanVersion
from plans.organisation_numbers import has_right_check_digit
from tests import factories as make
from tests.decision_factories import make_decision
from tests.decisions.rounds import make_readable_version

ISSUED_ON = datetime.date(2024, 4, 2)
DUE_ON = datetime.date(2024, 5, 2)


def make_seller(**fields) -> content.Seller:
    values = {
        "name": "Region Skåne",
        "organisation_number": "232100-0255",
        "address": "Provvägen 1",
        "postal_code": "291 00",
        "city": "Kristianstad",
        "seat": "Kristianstad",
        "vat_number": "",
        "has_f_tax": False,
        "endpoint_scheme": "0007",
        "endpoint": "2321000255",
        "contact_name": "Gemensam ekonomi",
        "contact_phone": "044-309 30 00",
        "contact_email": "faktura@example.org",
        "bankgiro": "5165-8300",
        "plusgiro": "",
        **fields,
    }
    return content.Seller(**values)


def make_buyer(**fields) -> content.Buyer:
    values = {
        "code": "1285",
        "name": "Eslövs kommun",
        "organisation_number": "212000-1173",
        "address": "Provgatan 2",
        "postal_code": "241 80",
        "city": "Eslöv",
        "reference": "ZZ1285",
        "order_reference": "",
        "email": "faktura@eslov.example",
        "endpoint_scheme": "0007",
        "endpoint": "2120001173",
        **fields,
    }
    return content.Buyer(**values)


def make_source(**fields) -> content.Source:
    values = {
        "plan": "Handlingsplan 2024",
        "plan_slug": "2024",
        "version": 1,
        "fingerprint": "3f2a 9c1e 77b0 41d2",
        "decision": "Fastställd av alla huvudmän 2024-03-26.",
        "year": 2024,
        "period_text": "2024",
        "period_starts": datetime.date(2024, 1, 1),
        "period_ends": datetime.date(2024, 12, 31),
        "instalment": 1,
        "instalments": 1,
        "basis": "lines",
        "rule_name": "Hälften var",
        "rule_text": "Region Skåne bär 1 del och kommunerna tillsammans 1 del, delad efter folkmängd.",
        "key_name": "Folkmängd",
        "key_unit": "invånare",
        "reference_date": datetime.date(2022, 12, 31),
        "population": 34701,
        "total": Decimal("1750000.00"),
        "share": Decimal("21468.47"),
        "calculation": "Kommunerna bär 1 del av 2 av 1 750 000 kr. Eslövs kommun har 34 701 av 1 414 324 invånare: "
        "21 468,47 kr.",
        **fields,
    }
    return content.Source(**values)


def make_rows(*amounts: str, year: int = 2024) -> tuple[content.Row, ...]:
    return tuple(
        content.Row(
            position=number,
            area=f"Insatsområde {number} för åtgärder i öppenvård",
            area_slug=f"omrade-{number}",
            year=year,
            text=f"Insatsområde {number} för åtgärder i öppenvård, {year}",
            amount=Decimal(amount),
        )
        for number, amount in enumerate(amounts or ("14109.62", "7358.85"), start=1)
    )


def make_content(*amounts: str, rounds_to_krona: bool = False, **fields) -> content.InvoiceContent:
    """What an invoice says: Eslöv's of 2024 unless ``amounts``, one for each row, or other ``fields`` are given."""
    rows = fields.pop("rows", make_rows(*amounts))
    category = fields.get("vat_category", content.OUTSIDE)
    values = {
        "kind": content.INVOICE,
        "number": "1001",
        "ocr": "10017",
        "issued_on": ISSUED_ON,
        "due_on": DUE_ON,
        "collaboration": "Skånegemensam digitalisering",
        "seller": make_seller(vat_number="" if category == content.OUTSIDE else "SE232100025501"),
        "buyer": make_buyer(),
        "source": make_source(),
        "rows": rows,
        "vat_category": category,
        "vat_text": "" if category == content.STANDARD else "Kostnadsdelning utanför momsens tillämpningsområde.",
        "totals": content.totals_of(rows, vat_category=category, rounds_to_krona=rounds_to_krona),
        "text": "",
        "terms_text": "30 dagar netto",
        "late_interest_text": "Efter förfallodagen tas dröjsmålsränta ut enligt räntelagen.",
        **fields,
    }
    return content.InvoiceContent(**values)


def make_credit_content(*amounts: str, **fields) -> content.InvoiceContent:
    """A credit invoice of invoice 1001, of the whole of it unless ``amounts`` are given."""
    whole = make_content(*amounts, **fields)
    corrects = content.Corrected("1001", ISSUED_ON, "Fel referens.")
    return replace(whole, kind=content.CREDIT, number="1035", ocr="10355", corrects=corrects)


TERMS = {
    "seller_name": "Region Skåne",
    "seller_organisation_number": "232100-0255",
    "seller_address": "Provvägen 1",
    "seller_postal_code": "291 00",
    "seller_city": "Kristianstad",
    "seller_seat": "Kristianstad",
    "contact_name": "Gemensam ekonomi",
    "contact_phone": "044-309 30 00",
    "contact_email": "faktura@example.org",
    "vat_text": "Kostnadsdelning utanför momsens tillämpningsområde.",
    "bankgiro": "5165-8300",
}


def make_terms(collaboration: Collaboration | None = None, **fields) -> InvoicingTerms:
    """Terms with nothing missing: Region Skåne invoices outside the scope of VAT, numbers from 1001."""
    return InvoicingTerms.objects.create(
        collaboration=collaboration or make.make_collaboration(), **{**TERMS, **fields}
    )


def make_dimension(terms: InvoicingTerms, number: int = 1, source: str = "organisation", **fields) -> LedgerDimension:
    return LedgerDimension.objects.create(terms=terms, number=number, source=source, **{"name": "Motpart", **fields})


def make_recipient(organisation: Organisation, **fields) -> InvoiceRecipient:
    """Where an organisation takes its invoices, with nothing missing; it gets a valid number if it has none."""
    if not organisation.organisation_number:
        digits = f"292{organisation.pk % 1_000_000:06d}"
        number = next(f"{digits}{check}" for check in range(10) if has_right_check_digit(f"{digits}{check}"))
        organisation.organisation_number = f"{number[:6]}-{number[6:]}"
        organisation.save(update_fields=["organisation_number"])
    values = {
        "address": f"Provgatan {organisation.pk}",
        "postal_code": "241 80",
        "city": organisation.short_name,
        "reference": f"ZZ{organisation.code}",
        "email": f"faktura-{organisation.code}@example.org",
        **fields,
    }
    return InvoiceRecipient.objects.create(organisation=organisation, **values)


def make_recipients(collaboration: Collaboration) -> list[InvoiceRecipient]:
    members = Organisation.objects.filter(memberships__collaboration=collaboration)
    return [make_recipient(organisation) for organisation in members]


def make_adopted_version(*amounts: int | str, years: tuple[int, ...] = (2030,)) -> PlanVersion:
    """An adopted version that all four of the small world have adopted, with an area for each amount."""
    version = make_readable_version(make.make_shared_plan(*(amounts or (1000, 2000)), years=years), status="adopted")
    for code in version.member_codes:
        make_decision(version, code)
    return version


def make_round(version: PlanVersion | None = None, *, is_ready: bool = True, **fields) -> Invoicing:
    """A round of the version's first year; unless told otherwise its terms and recipients have nothing missing."""
    version = version or make_adopted_version()
    collaboration = version.plan.collaboration
    if is_ready:
        if not InvoicingTerms.objects.filter(collaboration=collaboration).exists():
            make_terms(collaboration)
        if not InvoiceRecipient.objects.filter(organisation__code__in=version.member_codes).exists():
            make_recipients(collaboration)
    values = {
        "year": version.plan.years.order_by("year").first().year,
        "issued_on": ISSUED_ON,
        "due_on": DUE_ON,
        **fields,
    }
    return Invoicing.objects.create(version=version, **values)


def make_issued_round(version: PlanVersion | None = None, *, by=None, at=None, **fields) -> Invoicing:
    """A round whose invoices have been issued by the very code of the product."""
    invoicing = make_round(version, **fields)
    issue_round(invoicing=invoicing, by=by, at=at)
    return invoicing


def make_invoice(code: str = "9101", *, by=None) -> Invoice:
    """One body's invoice of a round that has been issued to all."""
    return make_issued_round(by=by).invoices.get(organisation__code=code)


def make_real_version() -> PlanVersion:
    """The plan for 2022-2023 as printed and adopted: 34 members, and the budget of 2023 is shared."""
    plan = Plan.objects.get(slug="2022-2023")
    return make_readable_version(plan, status="adopted", kind=PlanVersion.Kind.AS_PRINTED)

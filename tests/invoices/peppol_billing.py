"""Rules of Peppol BIS Billing 3 for all countries, from their published wording: those that invoices here can break."""

import datetime
from decimal import Decimal

from tests.invoices.peppol_document import (
    AMOUNTS,
    BUYER,
    LINES,
    SELLER,
    all_of,
    is_digits,
    number_at,
    passes_gln,
    passes_luhn,
    rule,
    text_of,
)

CUSTOMIZATION = "urn:cen.eu:en16931:2017#compliant#urn:fdc:peppol.eu:2017:poacc:billing:3.0"
PROFILE = "urn:fdc:peppol.eu:2017:poacc:billing:01:1.0"
# The parts of the code lists that invoices of a cost share can come to use.
UNITS = {"C62", "EA", "H87", "HUR", "MON", "ANN"}
INVOICE_TYPES = {"380", "383", "386", "393", "82", "80", "84", "395", "575", "623", "780"}
CREDIT_NOTE_TYPES = {"381", "396", "81", "83", "532"}


# Peppol: the document


@rule("PEPPOL-EN16931-R001")
def profile_is_given(root):
    if not text_of(root, "cbc:ProfileID"):
        yield root


@rule("PEPPOL-EN16931-R002")
def there_is_one_note(root):
    yield from all_of(root, "cbc:Note")[1:]


@rule("PEPPOL-EN16931-R003")
def buyer_reference_or_order_is_given(root):
    if not text_of(root, "cbc:BuyerReference") and not text_of(root, "cac:OrderReference/cbc:ID"):
        yield root


@rule("PEPPOL-EN16931-R004")
def customization_is_billing_3(root):
    if text_of(root, "cbc:CustomizationID") != CUSTOMIZATION:
        yield root


@rule("PEPPOL-EN16931-R007")
def profile_is_billing(root):
    if text_of(root, "cbc:ProfileID") not in ("", PROFILE):
        yield root


@rule("PEPPOL-EN16931-R008")
def no_element_is_empty(root):
    yield from all_of(root, "//*[not(*) and not(normalize-space())]")


@rule("PEPPOL-EN16931-R010")
def buyer_has_endpoint(root):
    return (party for party in all_of(root, BUYER) if not text_of(party, "cbc:EndpointID"))


@rule("PEPPOL-EN16931-R020")
def seller_has_endpoint(root):
    return (party for party in all_of(root, SELLER) if not text_of(party, "cbc:EndpointID"))


@rule("PEPPOL-EN16931-R051")
def amounts_are_in_the_currency(root):
    currency = text_of(root, "cbc:DocumentCurrencyCode")
    return (amount for amount in all_of(root, AMOUNTS) if amount.get("currencyID") != currency)


@rule("PEPPOL-EN16931-R053")
def there_is_one_vat_total(root):
    if len(all_of(root, "cac:TaxTotal[cac:TaxSubtotal]")) != 1:
        yield root


@rule("PEPPOL-EN16931-R054")
def vat_total_has_its_parts(root):
    if len(all_of(root, "cac:TaxTotal[not(cac:TaxSubtotal)]")) != len(all_of(root, "cbc:TaxCurrencyCode")):
        yield root


@rule("PEPPOL-EN16931-F001")
def dates_are_dates(root):
    for day in all_of(root, "//*[contains(local-name(), 'Date')]"):
        try:
            is_date = datetime.date.fromisoformat(day.text or "").isoformat() == day.text
        except ValueError:
            is_date = False
        if not is_date:
            yield day


# Peppol: allowances and charges


@rule("PEPPOL-EN16931-R040")
def allowance_is_its_percentage(root):
    of_base = all_of(root, "//cac:AllowanceCharge[cbc:MultiplierFactorNumeric and cbc:BaseAmount]")
    for charge in of_base:
        part = number_at(charge, "cbc:BaseAmount") * number_at(charge, "cbc:MultiplierFactorNumeric") / 100
        if abs(part - number_at(charge, "cbc:Amount")) > Decimal("0.02"):
            yield charge


@rule("PEPPOL-EN16931-R041")
def percentage_has_base(root):
    yield from all_of(root, "//cac:AllowanceCharge[cbc:MultiplierFactorNumeric and not(cbc:BaseAmount)]")


@rule("PEPPOL-EN16931-R042")
def base_has_percentage(root):
    yield from all_of(root, "//cac:AllowanceCharge[cbc:BaseAmount and not(cbc:MultiplierFactorNumeric)]")


@rule("PEPPOL-EN16931-R043")
def charge_indicator_is_true_or_false(root):
    charges = all_of(root, "//cac:AllowanceCharge")
    return (charge for charge in charges if text_of(charge, "cbc:ChargeIndicator") not in ("true", "false"))


# Peppol: lines


@rule("PEPPOL-EN16931-R110")
def line_starts_within_the_period(root):
    start = text_of(root, "cac:InvoicePeriod/cbc:StartDate")
    return (day for day in all_of(root, f"({LINES})/cac:InvoicePeriod/cbc:StartDate") if start and text_of(day) < start)


@rule("PEPPOL-EN16931-R111")
def line_ends_within_the_period(root):
    end = text_of(root, "cac:InvoicePeriod/cbc:EndDate")
    return (day for day in all_of(root, f"({LINES})/cac:InvoicePeriod/cbc:EndDate") if end and text_of(day) > end)


@rule("PEPPOL-EN16931-R120")
def line_amount_is_quantity_times_price(root):
    for line in all_of(root, LINES):
        quantity = number_at(line, "cbc:InvoicedQuantity|cbc:CreditedQuantity", "1")
        base = number_at(line, "cac:Price/cbc:BaseQuantity", "1") or 1
        product = quantity * number_at(line, "cac:Price/cbc:PriceAmount") / base
        if abs(product - number_at(line, "cbc:LineExtensionAmount")) > Decimal("0.02"):
            yield line


@rule("PEPPOL-EN16931-R121")
def base_quantity_is_above_zero(root):
    quantities = all_of(root, "//cac:Price/cbc:BaseQuantity")
    return (quantity for quantity in quantities if not number_at(quantity, ".") > 0)


@rule("PEPPOL-EN16931-R130")
def price_is_per_the_lines_unit(root):
    for line in all_of(root, LINES):
        units = {quantity.get("unitCode") for quantity in all_of(line, "cbc:InvoicedQuantity|cbc:CreditedQuantity")}
        for base in all_of(line, "cac:Price/cbc:BaseQuantity[@unitCode]"):
            if units and base.get("unitCode") not in units:
                yield base


# Peppol: identifiers and codes


@rule("PEPPOL-COMMON-R040")
def gln_has_right_check_digit(root):
    numbers = all_of(root, "//*[@schemeID = '0088']")
    return (number for number in numbers if not (is_digits(text_of(number)) and passes_gln(text_of(number))))


@rule("PEPPOL-COMMON-R049")
def scheme_0007_is_an_organisation_number(root):
    for number in all_of(root, "//*[@schemeID = '0007']"):
        text = text_of(number)
        if not (len(text) == 10 and is_digits(text) and passes_luhn(text)):
            yield number


@rule("EndpointID")
def endpoint_is_an_organisation_number_or_gln(root):
    return (end for end in all_of(root, "//cbc:EndpointID") if end.get("schemeID") not in ("0007", "0088"))


@rule("CL: UNECERec20")
def unit_is_in_the_list(root):
    quantities = all_of(root, "//cbc:InvoicedQuantity|//cbc:CreditedQuantity|//cbc:BaseQuantity")
    return (quantity for quantity in quantities if quantity.get("unitCode") not in UNITS)


@rule("PEPPOL-EN16931-CL007")
def currency_is_in_the_list(root):
    return (amount for amount in all_of(root, AMOUNTS) if amount.get("currencyID") not in ("SEK", "EUR"))


@rule("PEPPOL-EN16931-P0100")
def invoice_type_fits_the_profile(root):
    return (code for code in all_of(root, "cbc:InvoiceTypeCode") if text_of(code) not in INVOICE_TYPES)


@rule("PEPPOL-EN16931-P0101")
def credit_note_type_fits_the_profile(root):
    return (code for code in all_of(root, "cbc:CreditNoteTypeCode") if text_of(code) not in CREDIT_NOTE_TYPES)


@rule("PEPPOL-EN16931-P0105")
def reason_outside_vat_is_of_category_o(root):
    reasons = all_of(root, "//cac:TaxCategory[cbc:TaxExemptionReasonCode = 'VATEX-EU-O']")
    return (category for category in reasons if text_of(category, "cbc:ID") != "O")

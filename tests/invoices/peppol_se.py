"""What a Swedish invoice in Peppol must keep, as a checker of its own that the official files have no part in.

Here are the Swedish rules (SE-R) and three of EN 16931's that a cost share turns on; ``peppol_billing`` has the rules
for all countries. A fault of any level fails the tests.
"""

import re

from lxml import etree

from tests.invoices import peppol_billing
from tests.invoices.peppol_document import (
    BUYER,
    CATEGORIES,
    RULES,
    SELLER,
    WARNING,
    Element,
    Fault,
    all_of,
    is_digits,
    number_at,
    passes_luhn,
    rule,
    text_of,
)

__all__ = ["RULES", "faults_in", "peppol_billing"]


def faults_in(xml: bytes | Element) -> list[Fault]:
    """Return the rules that a document breaks, and where."""
    root = etree.fromstring(xml) if isinstance(xml, bytes) else xml
    tree = root.getroottree()
    return [
        Fault(rule, level, tree.getpath(element)) for rule, (level, check) in RULES.items() for element in check(root)
    ]


def swedish(root: Element, party: str) -> list[Element]:
    return all_of(root, f"{party}[cac:PostalAddress/cac:Country/cbc:IdentificationCode = 'SE']")


def vat_numbers(party: Element) -> list[Element]:
    return all_of(party, "cac:PartyTaxScheme[cac:TaxScheme/cbc:ID = 'VAT']/cbc:CompanyID")


def swedish_vat_numbers(root: Element) -> list[Element]:
    found = [number for party in swedish(root, SELLER) for number in vat_numbers(party)]
    return [number for number in found if text_of(number).startswith("SE")]


def legal_numbers(root: Element) -> list[Element]:
    return [number for party in swedish(root, SELLER) for number in all_of(party, "cac:PartyLegalEntity/cbc:CompanyID")]


def giro_accounts(root: Element, branch: str) -> list[Element]:
    means = "cac:PaymentMeans[cbc:PaymentMeansCode = '30']/cac:PayeeFinancialAccount"
    of_branch = f"{means}[cac:FinancialInstitutionBranch/cbc:ID = '{branch}']/cbc:ID"
    return all_of(root, of_branch) if swedish(root, SELLER) else []


# Swedish rules


@rule("SE-R-001")
def vat_number_has_14_characters(root):
    return (number for number in swedish_vat_numbers(root) if len(text_of(number)) != 14)


@rule("SE-R-002")
def vat_number_ends_in_12_digits(root):
    return (number for number in swedish_vat_numbers(root) if not re.fullmatch(r"[0-9]{12}", text_of(number)[2:14]))


@rule("SE-R-003")
def organisation_number_is_numeric(root):
    return (number for number in legal_numbers(root) if not is_digits(text_of(number)))


@rule("SE-R-004")
def organisation_number_has_10_digits(root):
    return (number for number in legal_numbers(root) if len(text_of(number)) != 10)


@rule("SE-R-013")
def organisation_number_has_right_check_digit(root):
    return (
        number for number in legal_numbers(root) if not (is_digits(text_of(number)) and passes_luhn(text_of(number)))
    )


@rule("SE-R-005")
def other_tax_scheme_is_f_tax(root):
    schemes = [
        number
        for party in swedish(root, SELLER)
        for number in all_of(party, "cac:PartyTaxScheme[not(cac:TaxScheme/cbc:ID = 'VAT')]/cbc:CompanyID")
    ]
    return (number for number in schemes if text_of(number).upper() != "GODKÄND FÖR F-SKATT")


@rule("SE-R-006")
def standard_rate_is_swedish(root):
    standard = all_of(root, CATEGORIES) if swedish_vat_numbers(root) else []
    return (
        category
        for category in standard
        if text_of(category, "cbc:ID") == "S" and number_at(category, "cbc:Percent") not in (25, 12, 6)
    )


@rule("SE-R-007", WARNING)
def plusgiro_is_numeric(root):
    return (account for account in giro_accounts(root, "SE:PLUSGIRO") if not is_digits(text_of(account)))


@rule("SE-R-010", WARNING)
def plusgiro_has_2_to_8_digits(root):
    return (account for account in giro_accounts(root, "SE:PLUSGIRO") if not 2 <= len(text_of(account)) <= 8)


@rule("SE-R-008", WARNING)
def bankgiro_is_numeric(root):
    return (account for account in giro_accounts(root, "SE:BANKGIRO") if not is_digits(text_of(account)))


@rule("SE-R-009", WARNING)
def bankgiro_has_7_or_8_digits(root):
    return (account for account in giro_accounts(root, "SE:BANKGIRO") if len(text_of(account)) not in (7, 8))


@rule("SE-R-011", WARNING)
def giro_is_paid_with_code_30(root):
    return (code for code in all_of(root, "cac:PaymentMeans/cbc:PaymentMeansCode") if text_of(code) in ("50", "56"))


@rule("SE-R-012", WARNING)
def domestic_transfer_has_code_30(root):
    is_domestic = swedish(root, SELLER) and swedish(root, BUYER)
    codes = all_of(root, "cac:PaymentMeans/cbc:PaymentMeansCode") if is_domestic else []
    return (code for code in codes if text_of(code) == "31")


# Of EN 16931, beside its own rules


@rule("BR-O-02")
def outside_vat_has_no_vat_number(root):
    if any(text_of(category, "cbc:ID") == "O" for category in all_of(root, CATEGORIES)):
        yield from (number for party in all_of(root, f"{SELLER}|{BUYER}") for number in vat_numbers(party))


@rule("BR-E-10")
def exemption_has_reason(root):
    reasons = "cbc:TaxExemptionReason|cbc:TaxExemptionReasonCode"
    exempt = all_of(root, "//cac:TaxSubtotal/cac:TaxCategory[cbc:ID = 'E']")
    return (category for category in exempt if not any(text_of(found) for found in all_of(category, reasons)))


@rule("BR-CO-16")
def rounding_stands_in_its_own_amount(root):
    for total in all_of(root, "cac:LegalMonetaryTotal"):
        owed = number_at(total, "cbc:TaxInclusiveAmount") - number_at(total, "cbc:PrepaidAmount")
        if number_at(total, "cbc:PayableAmount") != owed + number_at(total, "cbc:PayableRoundingAmount"):
            yield total

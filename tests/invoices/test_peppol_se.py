"""The checker of Peppol's rules can fail: each rule is broken once, and is then the one that speaks."""

from collections.abc import Callable
from dataclasses import dataclass

import pytest
from lxml import etree

from skane_digi.invoices.ubl import invoice_xml
from tests.invoice_factories import make_content, make_credit_content, make_seller
from tests.invoices.peppol_document import CATEGORIES, RULES, Element, all_of
from tests.invoices.peppol_se import faults_in

LEGAL = "cac:AccountingSupplierParty//cac:PartyLegalEntity/cbc:CompanyID"
ACCOUNT = "cac:PaymentMeans/cac:PayeeFinancialAccount/cbc:ID"
VAT_NUMBER = "cac:AccountingSupplierParty//cac:PartyTaxScheme[cac:TaxScheme/cbc:ID = 'VAT']/cbc:CompanyID"
SELLER_END = "cac:AccountingSupplierParty//cbc:EndpointID"
BUYER_END = "cac:AccountingCustomerParty//cbc:EndpointID"
LINE = "cac:InvoiceLine[1]"
ALLOWANCE = """<cac:AllowanceCharge
    xmlns:cac="urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2"
    xmlns:cbc="urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2">
    <cbc:ChargeIndicator>false</cbc:ChargeIndicator>
    <cbc:MultiplierFactorNumeric>10</cbc:MultiplierFactorNumeric>
    <cbc:Amount currencyID="SEK">10.00</cbc:Amount>
    <cbc:BaseAmount currencyID="SEK">100.00</cbc:BaseAmount>
</cac:AllowanceCharge>"""
PLUSGIRO = {"bankgiro": "", "plusgiro": "888200-3"}


@dataclass(frozen=True)
class Break:
    """How a good document becomes one that breaks a rule, and what else is then said of it."""

    change: Callable[[Element], None]
    content: Callable = make_content
    also: tuple[str, ...] = ()


def plusgiro():
    return make_content(seller=make_seller(**PLUSGIRO))


def standard():
    return make_content(vat_category="S")


def exempt():
    return make_content(vat_category="E")


def f_tax():
    return make_content(seller=make_seller(has_f_tax=True))


def writes(path: str, text: str) -> Callable[[Element], None]:
    def change(root):
        for element in all_of(root, path):
            element.text = text

    return change


def marks(path: str, **attributes: str) -> Callable[[Element], None]:
    def change(root):
        for element in all_of(root, path):
            element.attrib.update(attributes)

    return change


def removes(path: str) -> Callable[[Element], None]:
    def change(root):
        for element in all_of(root, path):
            element.getparent().remove(element)

    return change


def repeats(path: str) -> Callable[[Element], None]:
    def change(root):
        (element,) = all_of(root, path)
        element.addnext(etree.fromstring(etree.tostring(element)))

    return change


def adds(path: str, xml: str) -> Callable[[Element], None]:
    def change(root):
        all_of(root, path)[0].append(etree.fromstring(xml))

    return change


def adds_allowance(change_it: Callable[[Element], None]) -> Callable[[Element], None]:
    def change(root):
        adds(LINE, ALLOWANCE)(root)
        change_it(root)

    return change


def adds_base_quantity(text: str, unit: str) -> Callable[[Element], None]:
    cbc = 'xmlns:cbc="urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2"'
    return adds(f"{LINE}/cac:Price", f'<cbc:BaseQuantity {cbc} unitCode="{unit}">{text}</cbc:BaseQuantity>')


def adds_vat_number(root: Element) -> None:
    legal = all_of(root, "cac:AccountingSupplierParty//cac:PartyLegalEntity")[0]
    vat = etree.fromstring(invoice_xml(standard()))
    legal.addprevious(all_of(vat, VAT_NUMBER)[0].getparent())


def rounds_without_saying(root: Element) -> None:
    writes("cac:LegalMonetaryTotal/cbc:PayableAmount", "21468.00")(root)


BREAKS = {
    "SE-R-001": Break(writes(VAT_NUMBER, "SE2321000255010"), standard),
    "SE-R-002": Break(writes(VAT_NUMBER, "SE2321000255AB"), standard),
    "SE-R-003": Break(writes(LEGAL, "232100-025"), also=("SE-R-013", "PEPPOL-COMMON-R049")),
    "SE-R-004": Break(writes(LEGAL, "18"), also=("PEPPOL-COMMON-R049",)),
    "SE-R-013": Break(writes(LEGAL, "2321000256"), also=("PEPPOL-COMMON-R049",)),
    "SE-R-005": Break(
        writes("cac:AccountingSupplierParty//cac:PartyTaxScheme/cbc:CompanyID", "Innehar F-skattebevis"), f_tax
    ),
    "SE-R-006": Break(writes(f"({CATEGORIES})/cbc:Percent", "20"), standard),
    "SE-R-007": Break(writes(ACCOUNT, "88820-3"), plusgiro),
    "SE-R-010": Break(writes(ACCOUNT, "123456789"), plusgiro),
    "SE-R-008": Break(writes(ACCOUNT, "5165-830")),
    "SE-R-009": Break(writes(ACCOUNT, "516583")),
    "SE-R-011": Break(writes("cac:PaymentMeans/cbc:PaymentMeansCode", "56")),
    "SE-R-012": Break(writes("cac:PaymentMeans/cbc:PaymentMeansCode", "31")),
    "BR-O-02": Break(adds_vat_number),
    "BR-E-10": Break(removes("//cbc:TaxExemptionReason"), exempt),
    "BR-CO-16": Break(rounds_without_saying),
    "PEPPOL-EN16931-R001": Break(removes("cbc:ProfileID")),
    "PEPPOL-EN16931-R002": Break(repeats("cbc:Note")),
    "PEPPOL-EN16931-R003": Break(removes("cbc:BuyerReference")),
    "PEPPOL-EN16931-R004": Break(writes("cbc:CustomizationID", "urn:cen.eu:en16931:2017")),
    "PEPPOL-EN16931-R007": Break(writes("cbc:ProfileID", "urn:fdc:peppol.eu:2017:poacc:billing:1.0")),
    "PEPPOL-EN16931-R008": Break(writes("cbc:Note", "")),
    "PEPPOL-EN16931-R010": Break(removes(BUYER_END)),
    "PEPPOL-EN16931-R020": Break(removes(SELLER_END)),
    "PEPPOL-EN16931-R051": Break(marks("cac:LegalMonetaryTotal/cbc:PayableAmount", currencyID="EUR")),
    "PEPPOL-EN16931-R053": Break(repeats("cac:TaxTotal")),
    "PEPPOL-EN16931-R054": Break(removes("cac:TaxTotal/cac:TaxSubtotal"), also=("PEPPOL-EN16931-R053",)),
    "PEPPOL-EN16931-F001": Break(writes("cbc:DueDate", "2024-05-32")),
    "PEPPOL-EN16931-R040": Break(adds_allowance(writes("//cac:AllowanceCharge/cbc:Amount", "11.00"))),
    "PEPPOL-EN16931-R041": Break(adds_allowance(removes("//cac:AllowanceCharge/cbc:BaseAmount"))),
    "PEPPOL-EN16931-R042": Break(adds_allowance(removes("//cac:AllowanceCharge/cbc:MultiplierFactorNumeric"))),
    "PEPPOL-EN16931-R043": Break(adds_allowance(writes("//cac:AllowanceCharge/cbc:ChargeIndicator", "nej"))),
    "PEPPOL-EN16931-R110": Break(writes(f"{LINE}/cac:InvoicePeriod/cbc:StartDate", "2023-12-31")),
    "PEPPOL-EN16931-R111": Break(writes(f"{LINE}/cac:InvoicePeriod/cbc:EndDate", "2025-01-01")),
    "PEPPOL-EN16931-R120": Break(writes(f"{LINE}/cbc:InvoicedQuantity", "2")),
    "PEPPOL-EN16931-R121": Break(adds_base_quantity("0", "C62")),
    "PEPPOL-EN16931-R130": Break(adds_base_quantity("1", "EA")),
    "PEPPOL-COMMON-R040": Break(
        lambda root: (marks(BUYER_END, schemeID="0088")(root), writes(BUYER_END, "7362120000998")(root))
    ),
    "PEPPOL-COMMON-R049": Break(writes(BUYER_END, "2120001174")),
    "EndpointID": Break(marks(BUYER_END, schemeID="9955")),
    "CL: UNECERec20": Break(marks("//cbc:InvoicedQuantity", unitCode="st")),
    "PEPPOL-EN16931-CL007": Break(marks("//*[@currencyID]", currencyID="kr"), also=("PEPPOL-EN16931-R051",)),
    "PEPPOL-EN16931-P0100": Break(writes("cbc:InvoiceTypeCode", "381")),
    "PEPPOL-EN16931-P0101": Break(writes("cbc:CreditNoteTypeCode", "380"), make_credit_content),
    "PEPPOL-EN16931-P0105": Break(writes(f"({CATEGORIES})/cbc:ID", "Z")),
}


def test_each_rule_is_broken_once():
    assert BREAKS.keys() == RULES.keys()


@pytest.mark.parametrize("content", [make_content, make_credit_content, plusgiro, standard, exempt, f_tax])
def test_the_documents_that_are_broken_were_whole(content):
    assert faults_in(invoice_xml(content())) == []


@pytest.mark.parametrize("rule", RULES)
def test_a_document_that_breaks_a_rule_is_caught(rule):
    broken = BREAKS[rule]
    root = etree.fromstring(invoice_xml(broken.content()))
    broken.change(root)
    assert {fault.rule for fault in faults_in(root)} == {rule, *broken.also}


def test_a_fault_says_where_it_is_and_how_grave():
    root = etree.fromstring(invoice_xml(make_content()))
    writes(ACCOUNT, "516583")(root)
    (fault,) = faults_in(root)
    assert fault.level == "warning"
    assert fault.place.endswith("cac:PaymentMeans/cac:PayeeFinancialAccount/cbc:ID")


def test_an_allowance_that_keeps_the_rules_is_let_through():
    root = etree.fromstring(invoice_xml(make_content()))
    adds(LINE, ALLOWANCE)(root)
    assert faults_in(root) == []


def test_a_gln_with_the_right_check_digit_is_let_through():
    root = etree.fromstring(invoice_xml(make_content()))
    marks(BUYER_END, schemeID="0088")(root)
    writes(BUYER_END, "7362120000999")(root)
    assert faults_in(root) == []

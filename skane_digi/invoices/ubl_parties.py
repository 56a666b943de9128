"""Seller, buyer and account of an e-invoice."""

from lxml import etree

from budgets.invoice_content import OUTSIDE, Buyer, InvoiceContent, Seller
from skane_digi.invoices.ubl_elements import branch, digits, labelled, leaf

ORGANISATION_NUMBER = "0007"
F_TAX = "Godkänd för F-skatt"
CREDIT_TRANSFER = "30"


def add_seller(root: etree._Element, seller: Seller, *, vat_category: str) -> None:
    """Add the seller. Its VAT number is left out where the invoice is outside VAT: BR-O-02 forbids it there."""
    party = _party(root, "AccountingSupplierParty", seller)
    if vat_category != OUTSIDE:
        _tax_scheme(party, seller.vat_number, "VAT")
    if seller.has_f_tax:
        _tax_scheme(party, F_TAX, "TAX")
    legal = _legal_entity(party, seller)
    leaf(legal, "CompanyLegalForm", labelled("Säte", seller.seat))
    contact = branch(party, "Contact")
    leaf(contact, "Name", seller.contact_name)
    leaf(contact, "Telephone", seller.contact_phone)
    leaf(contact, "ElectronicMail", seller.contact_email)


def add_buyer(root: etree._Element, buyer: Buyer) -> None:
    """Add the buyer, without its VAT number: only reverse charge needs it, and BR-O-04 forbids it outside VAT."""
    _legal_entity(_party(root, "AccountingCustomerParty", buyer), buyer)


def add_payment(root: etree._Element, content: InvoiceContent) -> None:
    """Add each account that can be paid to. A credit note has no due date here: it is not to be paid."""
    seller = content.seller
    for number, branch_id in ((seller.bankgiro, "SE:BANKGIRO"), (seller.plusgiro, "SE:PLUSGIRO")):
        if not number:
            continue
        means = branch(root, "PaymentMeans")
        leaf(means, "PaymentMeansCode", CREDIT_TRANSFER)
        leaf(means, "PaymentID", content.ocr)
        account = branch(means, "PayeeFinancialAccount")
        leaf(account, "ID", digits(number))
        leaf(branch(account, "FinancialInstitutionBranch"), "ID", branch_id)


def _party(root: etree._Element, name: str, party: Seller | Buyer) -> etree._Element:
    element = branch(branch(root, name), "Party")
    is_number = party.endpoint_scheme == ORGANISATION_NUMBER
    leaf(element, "EndpointID", digits(party.endpoint) if is_number else party.endpoint, schemeID=party.endpoint_scheme)
    address = branch(element, "PostalAddress")
    leaf(address, "StreetName", party.address)
    leaf(address, "CityName", party.city)
    leaf(address, "PostalZone", party.postal_code)
    leaf(branch(address, "Country"), "IdentificationCode", "SE")
    return element


def _tax_scheme(party: etree._Element, company: str, scheme: str) -> None:
    element = branch(party, "PartyTaxScheme")
    leaf(element, "CompanyID", company)
    leaf(branch(element, "TaxScheme"), "ID", scheme)


def _legal_entity(element: etree._Element, party: Seller | Buyer) -> etree._Element:
    legal = branch(element, "PartyLegalEntity")
    leaf(legal, "RegistrationName", party.name)
    leaf(legal, "CompanyID", digits(party.organisation_number), schemeID=ORGANISATION_NUMBER)
    return legal

"""The e-invoice keeps UBL 2.1, EN 16931 and Peppol's rules in every form it takes, and says what it was given."""

import datetime
import itertools
from dataclasses import replace
from decimal import Decimal

import pytest
from lxml import etree

from budgets.invoice_content import EXEMPT, OUTSIDE, STANDARD, Corrected, Row, totals_of
from skane_digi.invoices.ubl import invoice_xml
from tests.invoice_factories import (
    DUE_ON,
    ISSUED_ON,
    make_buyer,
    make_content,
    make_credit_content,
    make_rows,
    make_seller,
    make_source,
)
from tests.invoices import en16931, peppol_se
from tests.invoices.reading import read_xml

GIROS = {
    "bankgiro": {"bankgiro": "5165-8300", "plusgiro": ""},
    "plusgiro": {"bankgiro": "", "plusgiro": "888200-3"},
    "both": {"bankgiro": "5165-8300", "plusgiro": "88 82 00-3"},
}
BARE_SELLER = ("address", "postal_code", "city", "seat", "contact_name", "contact_phone", "contact_email")
BARE_BUYER = ("address", "postal_code", "city", "reference", "email")


def one_form(category, rounds, giro, makes, instalments, has_all):
    """An invoice in one of the forms that it can take."""
    vat_number = "SE232100025501"  # kept also outside VAT, where the terms may well have one
    seller = make_seller(vat_number=vat_number, has_f_tax=has_all, **GIROS[giro])
    buyer = make_buyer(order_reference="4500-17", endpoint_scheme="0088", endpoint="7362120000999")
    source = make_source(instalment=instalments, instalments=instalments, period_starts=datetime.date(2024, 10, 1))
    fields = {"text": "Hör av er vid frågor.\nTack!"}
    if not has_all:
        seller = replace(seller, **dict.fromkeys(BARE_SELLER, ""))
        buyer = replace(make_buyer(order_reference="4500-17"), **dict.fromkeys(BARE_BUYER, ""))
        source = replace(source, rule_name="", rule_text="", decision="", calculation="")
        fields = {"late_interest_text": "", "collaboration": ""}
        fields |= {"vat_text": ""} if category == OUTSIDE else {}
    return makes(
        "14109.62",
        "7358.85",
        "0.00",
        vat_category=category,
        rounds_to_krona=rounds,
        seller=seller,
        buyer=buyer,
        source=source,
        **fields,
    )


@pytest.mark.parametrize("has_all", [True, False], ids=["all", "bare"])
@pytest.mark.parametrize("instalments", [1, 4], ids=["year", "quarter"])
@pytest.mark.parametrize("makes", [make_content, make_credit_content], ids=["invoice", "credit"])
@pytest.mark.parametrize("giro", GIROS)
@pytest.mark.parametrize("rounds", [True, False], ids=["krona", "ore"])
@pytest.mark.parametrize("category", [OUTSIDE, EXEMPT, STANDARD])
def test_every_form_of_an_invoice_is_valid(category, rounds, giro, makes, instalments, has_all):
    xml = invoice_xml(one_form(category, rounds, giro, makes, instalments, has_all))
    assert en16931.faults_in(xml) == []
    assert peppol_se.faults_in(xml) == []


@pytest.mark.parametrize("count", [1, 2, 50])
def test_any_number_of_rows_is_valid(count):
    xml = invoice_xml(make_content(*(f"{number}.0{number % 10}" for number in range(1, count + 1))))
    assert en16931.faults_in(xml) == []
    assert len(read_xml(xml).rows) == count


BROKEN = {
    "BR-02 (fatal)": ("<cbc:ID>1001</cbc:ID>", "<cbc:ID></cbc:ID>"),
    "BR-CO-10 (fatal)": ('currencyID="SEK">14109.62</cbc:LineExt', 'currencyID="SEK">14109.63</cbc:LineExt'),
    "BR-CO-16 (fatal)": ("21468.47</cbc:PayableAmount>", "21468.00</cbc:PayableAmount>"),
    "BR-CL-23 (fatal)": ('unitCode="C62"', 'unitCode="styck"'),
    "BR-O-10 (fatal)": ("<cbc:TaxExemptionReasonCode>VATEX-EU-O</cbc:TaxExemptionReasonCode>", ""),
    "UBL-CR-004 (warning)": ("<cbc:IssueDate>", "<cbc:CopyIndicator>false</cbc:CopyIndicator><cbc:IssueDate>"),
    "BR-05 (fatal)": ("<cbc:DocumentCurrencyCode>SEK</cbc:DocumentCurrencyCode>", ""),
    "XSD": ("<cbc:IssueDate>2024-04-02</cbc:IssueDate>", ""),
}


@pytest.mark.parametrize("rule", BROKEN)
def test_a_broken_document_is_caught_by_the_schema_and_the_rules(rule):
    right, wrong = BROKEN[rule]
    xml = invoice_xml(make_content(vat_text="")).decode()
    assert right in xml
    faults = en16931.faults_in(xml.replace(right, wrong).encode())
    assert [fault for fault in faults if fault.startswith(rule)], faults


def test_the_rules_are_run_on_every_part_of_the_document():
    report = en16931.report_of(invoice_xml(make_content()))
    contexts = {rule.get("context") for rule in report.iterfind(".//svrl:fired-rule", en16931.SVRL)}
    assert len(contexts) > 25


def test_the_whole_invoice_reads_back():
    invoice = read_xml(invoice_xml(make_content(buyer=make_buyer(order_reference="4500-17"), text="Tack!")))
    assert (invoice.kind, invoice.type_code, invoice.number) == ("Invoice", "380", "1001")
    assert (invoice.issued_on, invoice.due_on, invoice.currency) == (ISSUED_ON, DUE_ON, "SEK")
    assert (invoice.starts, invoice.ends) == (datetime.date(2024, 1, 1), datetime.date(2024, 12, 31))
    assert (invoice.buyer_reference, invoice.order_reference) == ("ZZ1285", "4500-17")
    assert (invoice.corrects, invoice.corrects_on) == ("", None)
    assert invoice.note.split("\n\n") == [
        "Tack!",
        "Skånegemensam digitalisering",
        "Avser: Handlingsplan 2024",
        "Period: 2024",
        "Regel: Hälften var. Region Skåne bär 1 del och kommunerna tillsammans 1 del, delad efter folkmängd.",
        "Kommunerna bär 1 del av 2 av 1 750 000 kr. Eslövs kommun har 34 701 av 1 414 324 invånare: 21 468,47 kr.",
        "Underlag: Handlingsplan 2024, version 1, fingeravtryck 3f2a 9c1e 77b0 41d2",
        "Beslut: Fastställd av alla huvudmän 2024-03-26.",
    ]
    seller, buyer = invoice.seller, invoice.buyer
    assert (seller.name, seller.organisation_number, seller.legal_form) == (
        "Region Skåne",
        "2321000255",
        "Säte: Kristianstad",
    )
    assert (seller.endpoint_scheme, seller.endpoint) == ("0007", "2321000255")
    assert (seller.address, seller.postal_code, seller.city, seller.country) == (
        "Provvägen 1",
        "291 00",
        "Kristianstad",
        "SE",
    )
    assert seller.contact == ("Gemensam ekonomi", "044-309 30 00", "faktura@example.org")
    assert (buyer.name, buyer.organisation_number, buyer.endpoint) == ("Eslövs kommun", "2120001173", "2120001173")
    assert (buyer.address, buyer.postal_code, buyer.city, buyer.country) == ("Provgatan 2", "241 80", "Eslöv", "SE")
    assert (invoice.accounts, invoice.payment_codes) == ({"SE:BANKGIRO": "51658300"}, ("30",))
    assert invoice.references == ("10017",)
    assert invoice.terms == "30 dagar netto\nEfter förfallodagen tas dröjsmålsränta ut enligt räntelagen."
    assert [(row.position, row.name, row.text, row.amount) for row in invoice.rows] == [
        (
            "1",
            "Insatsområde 1 för åtgärder i öppenvård",
            "Insatsområde 1 för åtgärder i öppenvård, 2024",
            Decimal("14109.62"),
        ),
        (
            "2",
            "Insatsområde 2 för åtgärder i öppenvård",
            "Insatsområde 2 för åtgärder i öppenvård, 2024",
            Decimal("7358.85"),
        ),
    ]
    assert {(row.quantity, row.unit, row.price == row.amount) for row in invoice.rows} == {("1", "C62", True)}
    assert (invoice.net, invoice.taxable, invoice.with_vat) == (Decimal("21468.47"),) * 3
    assert (invoice.vat, invoice.rounding, invoice.payable) == (Decimal("0.00"), None, Decimal("21468.47"))


def test_outside_vat_there_is_neither_rate_nor_vat_number_even_if_the_seller_has_one():
    """BR-O-02, BR-O-05: not subject to VAT means no VAT identifier of seller or buyer and no rate."""
    invoice = read_xml(invoice_xml(make_content(seller=make_seller(vat_number="SE232100025501"))))
    assert (invoice.seller.vat_number, invoice.buyer.vat_number) == ("", "")
    assert (invoice.vat_category, invoice.vat_percent, invoice.vat) == ("O", "", 0)
    assert {(row.vat_category, row.vat_percent) for row in invoice.rows} == {("O", "")}
    assert invoice.vat_code == "VATEX-EU-O"
    assert invoice.vat_text == "Kostnadsdelning utanför momsens tillämpningsområde."


def test_an_exempt_invoice_has_vat_number_rate_0_and_its_reason():
    invoice = read_xml(invoice_xml(make_content(vat_category="E", vat_text="Undantag enligt 10 kap. 1 § ML.")))
    assert invoice.seller.vat_number == "SE232100025501"
    assert (invoice.vat_category, invoice.vat_percent, invoice.vat) == ("E", "0", 0)
    assert {(row.vat_category, row.vat_percent) for row in invoice.rows} == {("E", "0")}
    assert (invoice.vat_code, invoice.vat_text) == ("", "Undantag enligt 10 kap. 1 § ML.")


def test_an_exempt_invoice_without_reason_is_refused():
    """BR-E-10: an exempt breakdown shall have a reason."""
    with pytest.raises(ValueError, match="BR-E-10"):
        invoice_xml(make_content(vat_category="E", vat_text=" "))


def test_with_vat_25_percent_stands_on_rows_and_total_and_no_reason():
    invoice = read_xml(invoice_xml(make_content(vat_category="S", vat_text="Ska inte stå.")))
    assert invoice.seller.vat_number == "SE232100025501"
    assert (invoice.vat_category, invoice.vat_percent, invoice.vat) == ("S", "25", Decimal("5367.12"))
    assert {(row.vat_category, row.vat_percent) for row in invoice.rows} == {("S", "25")}
    assert (invoice.vat_code, invoice.vat_text) == ("", "")
    assert (invoice.with_vat, invoice.payable) == (Decimal("26835.59"), Decimal("26835.59"))


@pytest.mark.parametrize("category", [OUTSIDE, EXEMPT, STANDARD])
def test_f_tax_is_said_in_the_words_that_peppol_wants(category):
    """SE-R-005: the other tax scheme of a Swedish seller reads Godkänd för F-skatt."""
    with_it = read_xml(invoice_xml(make_content(vat_category=category, seller=f_tax_seller(category, has=True))))
    without = read_xml(invoice_xml(make_content(vat_category=category, seller=f_tax_seller(category, has=False))))
    assert (with_it.seller.other_tax, without.seller.other_tax) == ("Godkänd för F-skatt", "")


def f_tax_seller(category, *, has):
    return make_seller(has_f_tax=has, vat_number="" if category == OUTSIDE else "SE232100025501")


@pytest.mark.parametrize(
    ("amount", "rounding", "payable"),
    [("100.49", "-0.49", "100.00"), ("100.50", "0.50", "101.00"), ("100.00", None, "100.00")],
)
def test_rounding_stands_in_its_own_amount_and_only_when_there_is_any(amount, rounding, payable):
    """BR-CO-16: payable = with VAT + rounding."""
    invoice = read_xml(invoice_xml(make_content(amount, rounds_to_krona=True)))
    assert invoice.rounding == (None if rounding is None else Decimal(rounding))
    assert (invoice.with_vat, invoice.payable) == (Decimal(amount), Decimal(payable))


def test_a_credit_note_names_what_it_corrects_and_asks_for_no_payment():
    invoice = read_xml(invoice_xml(replace(make_credit_content(), issued_on=datetime.date(2024, 6, 3))))
    assert (invoice.kind, invoice.type_code, invoice.number) == ("CreditNote", "381", "1035")
    assert invoice.issued_on == datetime.date(2024, 6, 3)
    assert (invoice.corrects, invoice.corrects_on) == ("1001", ISSUED_ON)
    assert invoice.note.split("\n\n")[0] == "Skäl: Fel referens."
    assert (invoice.due_on, invoice.terms) == (None, "Kreditfakturan ska inte betalas.")
    assert (invoice.references, invoice.payable) == (("10355",), Decimal("21468.47"))
    assert b"PaymentDueDate" not in invoice_xml(make_credit_content())


def test_accounts_are_digits_with_their_kind_and_each_has_the_ocr():
    invoice = read_xml(invoice_xml(make_content(seller=make_seller(**GIROS["both"]))))
    assert invoice.accounts == {"SE:BANKGIRO": "51658300", "SE:PLUSGIRO": "8882003"}
    assert invoice.references == ("10017", "10017")


def test_an_endpoint_can_be_a_gln_and_an_organisation_number_loses_its_hyphen():
    buyer = make_buyer(endpoint_scheme="0088", endpoint="7362120000999")
    invoice = read_xml(invoice_xml(make_content(buyer=buyer, seller=make_seller(endpoint="232100-0255"))))
    assert (invoice.buyer.endpoint_scheme, invoice.buyer.endpoint) == ("0088", "7362120000999")
    assert (invoice.seller.endpoint_scheme, invoice.seller.endpoint) == ("0007", "2321000255")


def test_an_instalment_has_its_own_period_on_the_invoice_and_its_rows():
    quarter = datetime.date(2024, 7, 1), datetime.date(2024, 9, 30)
    source = make_source(
        period_text="kvartal 3 2024", instalment=3, instalments=4, period_starts=quarter[0], period_ends=quarter[1]
    )
    invoice = read_xml(invoice_xml(make_content(source=source)))
    assert {(invoice.starts, invoice.ends), *((row.starts, row.ends) for row in invoice.rows)} == {quarter}
    assert {"Period: kvartal 3 2024", "Delfaktura: 3 av 4"} <= set(invoice.note.split("\n\n"))


def test_a_row_of_another_year_has_that_years_period_within_the_invoices():
    """PEPPOL-EN16931-R110, R111: a line's period is within the invoice's."""
    xml = invoice_xml(make_content(rows=(*make_rows("1.00"), replace(make_rows("2.00", year=2025)[0], position=2))))
    invoice = read_xml(xml)
    assert [(row.starts.year, row.ends.year) for row in invoice.rows] == [(2024, 2024), (2025, 2025)]
    assert (invoice.starts, invoice.ends) == (datetime.date(2024, 1, 1), datetime.date(2025, 12, 31))
    assert en16931.faults_in(xml) == peppol_se.faults_in(xml) == []


def test_the_row_of_a_printed_total_has_no_area_and_is_named_by_its_text():
    row = Row(1, "", "", 2024, "Hela handlingsplanen, 2024", Decimal("10.00"))
    xml = invoice_xml(make_content(rows=(row,)))
    assert read_xml(xml).rows[0].name == "Hela handlingsplanen, 2024"
    assert b"Description" not in xml
    assert en16931.faults_in(xml) == []


def test_characters_that_xml_forbids_are_replaced_where_they_stood():
    text = "Ett\x00 två\x0b tre\ud800 fyra\ufffe fem\r\nsex\rsju\tåtta"
    invoice = read_xml(invoice_xml(make_content(buyer=make_buyer(name="Esl\x1bövs"), text=text)))
    assert invoice.buyer.name == "Esl\ufffdövs"
    assert invoice.note.startswith("Ett\ufffd två\ufffd tre\ufffd fyra\ufffd fem\nsex\nsju\tåtta\n\n")


def test_markup_in_texts_is_text():
    name = '<b>Eslöv & "Höör"</b> ]]> <!-- &amp;'
    xml = invoice_xml(make_content(buyer=make_buyer(name=name)))
    assert read_xml(xml).buyer.name == name
    assert en16931.faults_in(xml) == []


def test_long_texts_are_kept_whole():
    text = "Lång text med å, ä och ö. " * 400
    xml = invoice_xml(make_content(text=text, late_interest_text=text, buyer=make_buyer(name=text.strip())))
    invoice = read_xml(xml)
    assert text in invoice.note
    assert text in invoice.terms
    assert invoice.buyer.name == text.strip()
    assert en16931.faults_in(xml) == []


def test_a_text_of_space_leaves_no_empty_element():
    blank = replace(make_seller(), **dict.fromkeys(BARE_SELLER, " "))
    xml = invoice_xml(make_content(seller=blank, buyer=make_buyer(order_reference=" "), terms_text=" ", text="\n"))
    assert peppol_se.faults_in(xml) == []
    assert b"Contact" not in xml
    assert b"OrderReference" not in xml


def test_a_draft_has_no_e_invoice():
    with pytest.raises(ValueError, match="draft"):
        invoice_xml(make_content(number="", ocr=""))


def test_an_amount_that_is_not_whole_ore_is_refused():
    rows = (replace(make_rows("1.00")[0], amount=Decimal("1.005")),)
    with pytest.raises(ValueError, match="whole öre"):
        invoice_xml(make_content(rows=rows, totals=totals_of(rows, vat_category="O", rounds_to_krona=False)))


def test_amounts_have_two_decimals_whatever_their_decimal_has():
    rows = tuple(
        replace(row, amount=Decimal(text)) for row, text in zip(make_rows("1", "1"), ("7", "1E+3"), strict=True)
    )
    xml = invoice_xml(make_content(rows=rows, totals=totals_of(rows, vat_category="O", rounds_to_krona=False)))
    assert [row.amount for row in read_xml(xml).rows] == [Decimal("7.00"), Decimal("1000.00")]


def test_the_same_invoice_gives_the_same_bytes():
    contents = itertools.product([make_content, make_credit_content], [OUTSIDE, EXEMPT, STANDARD])
    for makes, category in contents:
        assert invoice_xml(makes(vat_category=category)) == invoice_xml(makes(vat_category=category))


def test_it_is_utf_8_with_the_declared_names():
    xml = invoice_xml(make_credit_content())
    assert xml.startswith(b"<?xml version='1.0' encoding='UTF-8'?>\n<CreditNote ")
    assert "Eslövs kommun".encode() in xml
    assert set(etree.fromstring(xml).nsmap) == {None, "cac", "cbc"}


def test_a_correction_without_reason_still_names_the_invoice():
    content = replace(make_credit_content(), corrects=Corrected("A1001", ISSUED_ON, ""))
    invoice = read_xml(invoice_xml(content))
    assert (invoice.corrects, "Skäl" in invoice.note) == ("A1001", False)

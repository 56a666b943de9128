"""PDF and XML say the same: each file is read back, the XML is what was given, and all that it says is on the paper."""

import datetime
import functools
import re
from dataclasses import replace

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from budgets.invoice_content import InvoiceContent, Row, from_text, to_text, totals_of
from budgets.invoice_crediting import credit_invoice
from skane_digi.invoices.printing import invoice_pdf
from skane_digi.invoices.ubl import invoice_xml
from tests import invoice_factories as invoices
from tests.invoice_factories import make_buyer, make_content, make_credit_content, make_seller, make_source
from tests.invoices import en16931, peppol_se
from tests.invoices.reading import ReadInvoice, ReadPaper, on_paper, read_pdf, read_xml, squeeze

PLUSGIRO = make_seller(bankgiro="", plusgiro="888200-3", has_f_tax=True)
QUARTER = make_source(
    period_text="kvartal 3 2024",
    period_starts=datetime.date(2024, 7, 1),
    period_ends=datetime.date(2024, 9, 30),
    instalment=3,
    instalments=4,
)
SPECIAL = "Åsa & \"Ö\" <Ä> 'é'"
MATRIX = {
    "one row": make_content("21468.47"),
    "two rows": make_content(),
    "fifty rows": make_content(*(f"{number * 1013}.{number:02d}" for number in range(1, 51))),
    "rounded up": make_content("100.50", "0.25", rounds_to_krona=True),
    "rounded down": make_content("1234567.49", rounds_to_krona=True),
    "exempt": make_content(vat_category="E", vat_text="Undantag enligt 10 kap. 1 § mervärdesskattelagen."),
    "with VAT": make_content(vat_category="S"),
    "with VAT, rounded": make_content("33.33", vat_category="S", rounds_to_krona=True),
    "plusgiro and F-skatt": make_content(seller=PLUSGIRO),
    "both giros": make_content(seller=replace(PLUSGIRO, bankgiro="5165-8300")),
    "a quarter": make_content("0.00", "5367.12", source=QUARTER),
    "with order and message": make_content(
        buyer=make_buyer(order_reference="4500-17", reference="Kst 4711"), text="Första stycket.\r\n\r\nAndra stycket."
    ),
    "special characters": make_content(buyer=make_buyer(name=SPECIAL, reference=SPECIAL), text=SPECIAL),
    "credit of the whole": make_credit_content(),
    "credit of a part": make_credit_content("12.34"),
    "credit with VAT, rounded": make_credit_content("12.34", vat_category="S", rounds_to_krona=True),
    "bare": make_content(
        seller=make_seller(seat="", contact_name="", contact_phone="", contact_email=""),
        buyer=make_buyer(address="", postal_code="", city=""),
        source=make_source(decision="", calculation="", rule_name=""),
        late_interest_text="",
    ),
}
LABEL = re.compile(r"^(Skäl|Avser|Period|Delfaktura|Regel|Underlag|Beslut): ")
VAT_WORDS = {"O": "Moms", "E": "Moms 0 %", "S": "Moms 25 %"}


@functools.cache
def read_both(name: str) -> tuple[ReadInvoice, ReadPaper]:
    """An invoice of the matrix as its XML and its PDF have it."""
    xml = invoice_xml(MATRIX[name])
    return read_xml(xml), read_pdf(invoice_pdf(MATRIX[name], xml))


@pytest.fixture(params=MATRIX)
def files(request) -> tuple[ReadInvoice, ReadPaper]:
    return read_both(request.param)


def assert_stands(paper: ReadPaper, *texts: str) -> None:
    missing = [text for text in texts if squeeze(text) not in paper.squeezed]
    assert not missing, f"not in the PDF: {missing}\n{paper.text}"


def test_the_xml_is_inside_the_pdf(files):
    invoice, paper = files
    assert {name: read_xml(xml) for name, xml in paper.files.items()} == {"faktura.xml": invoice}


def test_the_xml_inside_is_the_one_given_to_the_byte():
    xml = invoice_xml(make_content())
    assert read_pdf(invoice_pdf(make_content(), xml)).files == {"faktura.xml": xml}


def test_number_kind_dates_and_references_stand_on_the_paper(files):
    invoice, paper = files
    kind = "Faktura" if invoice.kind == "Invoice" else "Kreditfaktura"
    assert_stands(paper, f"{kind} {invoice.number}", f"Fakturanummer {invoice.number}")
    assert_stands(paper, f"Fakturadatum {invoice.issued_on}", f"{invoice.starts} – {invoice.ends}")
    assert_stands(paper, f"Er referens {invoice.buyer_reference}")
    if invoice.order_reference:
        assert_stands(paper, f"Er beställning {invoice.order_reference}")
    if invoice.due_on:
        assert_stands(paper, f"Förfallodag {invoice.due_on}")
    else:
        assert "Förfallodag" not in paper.text


def test_a_credit_invoice_names_the_corrected_one_and_the_reason_in_both(files):
    invoice, paper = files
    if invoice.kind == "CreditNote":
        assert_stands(paper, f"Krediterar faktura {invoice.corrects} av {invoice.corrects_on}")
        assert_stands(paper, invoice.note.split("\n\n")[0])
    else:
        assert invoice.corrects == ""
        assert "Krediterar" not in paper.text


def test_seller_and_buyer_stand_on_the_paper(files):
    invoice, paper = files
    for party in (invoice.seller, invoice.buyer):
        number = f"{party.organisation_number[:6]}-{party.organisation_number[6:]}"
        town = f"{party.postal_code} {party.city}"
        assert_stands(paper, party.name, number, party.address, town, party.vat_number, party.other_tax)
        assert_stands(paper, party.legal_form, *party.contact)


def assert_rows_stand(paper: ReadPaper, invoice: ReadInvoice) -> None:
    """Each row stands whole, with text, year and amount, below the one before it."""
    after = paper.squeezed.index(squeeze("Belopp, kr"))
    for row in invoice.rows:
        text = row.text.removesuffix(f", {row.starts.year}").removesuffix(f" {row.starts.year}")
        line = squeeze(f"{text} {row.starts.year} {on_paper(row.amount)}")
        assert line in paper.squeezed[after:], f"{line}\n{paper.text}"
        after = paper.squeezed.index(line, after) + len(line)


def test_rows_stand_with_text_year_and_amount_in_the_same_order(files):
    invoice, paper = files
    assert_rows_stand(paper, invoice)


def test_the_totals_and_vat_are_those_of_the_paper(files):
    invoice, paper = files
    word = "Att betala" if invoice.kind == "Invoice" else "Att kreditera"
    assert_stands(paper, f"Summa utan moms {on_paper(invoice.net)}", f"{word}, kr {on_paper(invoice.payable)}")
    assert_stands(paper, f"{word} {on_paper(invoice.payable)} kr", invoice.vat_text)
    line = re.search(
        rf"Summautanmoms[0-9,]+(Moms.*?{on_paper(invoice.vat)})(?:Öresutjämning|{word[:3]})", paper.squeezed
    )
    assert line[1].startswith(squeeze(VAT_WORDS[invoice.vat_category]))
    assert squeeze(invoice.vat_text) in line[1]
    if invoice.rounding is None:
        assert "Öresutjämning" not in paper.text
    else:
        assert_stands(paper, f"Öresutjämning {on_paper(invoice.rounding)}")


def test_each_amount_stands_as_often_as_the_xml_has_it(files):
    invoice, paper = files
    left = list(paper.amounts)
    for amount in invoice.amounts:
        assert amount in left, (amount, paper.text)
        left.remove(amount)


def test_giro_and_ocr_are_the_same(files):
    invoice, paper = files
    assert paper.digits_after("Bankgiro") == {invoice.accounts.get("SE:BANKGIRO", "")} - {""}
    assert paper.digits_after("Plusgiro") == {invoice.accounts.get("SE:PLUSGIRO", "")} - {""}
    assert paper.digits_after("OCR-nummer") == set(invoice.references)


def test_every_line_of_note_and_terms_stands_on_the_paper(files):
    """What follows a label, ``Beslut: …``, may have another one there."""
    invoice, paper = files
    for line in [*invoice.note.splitlines(), *invoice.terms.splitlines()]:
        assert_stands(paper, LABEL.sub("", line))


# Texts that are hard on markup and on Swedish, and any other character that XML can hold.
characters = st.sampled_from("aåäöÅÄÖé \n\t'\"&<>;]-/\u00a0") | st.characters(
    exclude_categories=["Cc", "Cs"], exclude_characters="\ufffe\uffff"
)
texts = st.text(characters, max_size=40)
written = texts.filter(str.strip)
amounts = st.decimals(min_value=0, max_value=10**10, places=2)
days = st.dates(datetime.date(2020, 1, 1), datetime.date(2099, 12, 31))


@st.composite
def rows_of(draw, year: int) -> tuple[Row, ...]:
    drawn = draw(st.lists(st.tuples(st.just("") | written, written, amounts), min_size=1, max_size=8))
    return tuple(
        Row(position, area, "", year, text, amount) for position, (area, text, amount) in enumerate(drawn, start=1)
    )


@st.composite
def contents(draw) -> InvoiceContent:
    """An invoice of any kind, with any texts where people write texts."""
    rows, category = draw(rows_of(2024)), draw(st.sampled_from("OES"))
    rounds = draw(st.booleans())
    seller = ("name", "address", "postal_code", "city", "seat", "contact_name", "contact_phone", "contact_email")
    buyer = ("address", "postal_code", "city", "order_reference")
    source = ("plan", "fingerprint", "decision", "period_text", "rule_name", "rule_text", "calculation")
    seller_texts = {name: draw(texts) for name in seller} | {"name": draw(written), "has_f_tax": draw(st.booleans())}
    is_credit = draw(st.booleans())
    return (make_credit_content if is_credit else make_content)(
        rows=rows,
        vat_category=category,
        vat_text=draw(written),
        totals=totals_of(rows, vat_category=category, rounds_to_krona=rounds),
        seller=make_seller(vat_number="SE232100025501", **seller_texts),
        buyer=make_buyer(name=draw(written), reference=draw(written), **{name: draw(texts) for name in buyer}),
        source=make_source(**{name: draw(texts) for name in source}),
        issued_on=draw(days),
        due_on=draw(days),
        text=draw(texts),
        late_interest_text=draw(texts),
        collaboration=draw(texts),
    )


def said(text: str) -> str:
    return text if text.strip() else ""


@settings(max_examples=100)
@given(contents())
def test_any_invoice_reads_back_from_its_xml_exactly_and_is_valid(content):
    xml = invoice_xml(content)
    invoice, seller, buyer, totals = read_xml(xml), content.seller, content.buyer, content.totals
    assert (invoice.number, invoice.issued_on) == (content.number, content.issued_on)
    assert invoice.due_on == (None if content.is_credit else content.due_on)
    assert invoice.seller.name == seller.name
    assert (invoice.seller.address, invoice.seller.city) == (said(seller.address), said(seller.city))
    contact = (seller.contact_name, seller.contact_phone, seller.contact_email)
    assert invoice.seller.contact == tuple(said(text) for text in contact)
    assert (invoice.buyer.name, invoice.buyer_reference) == (buyer.name, buyer.reference)
    assert (invoice.buyer.postal_code, invoice.order_reference) == (
        said(buyer.postal_code),
        said(buyer.order_reference),
    )
    assert (invoice.net, invoice.vat, invoice.payable) == (totals.net, totals.vat, totals.payable)
    assert (invoice.rounding or 0) == totals.rounding
    assert invoice.vat_text == ("" if content.vat_category == "S" else content.vat_text)
    assert [row.text for row in invoice.rows] == [row.text for row in content.rows]
    assert [row.name for row in invoice.rows] == [row.area or row.text for row in content.rows]
    assert [row.amount for row in invoice.rows] == [row.amount for row in content.rows]
    for text in (content.text, content.collaboration, content.source.calculation, content.source.rule_text):
        assert said(text) in invoice.note
    assert en16931.faults_in(xml) == peppol_se.faults_in(xml) == []


@settings(max_examples=5, phases=[Phase.explicit, Phase.generate])  # a PDF takes too long to look for a smaller one
@given(rows_of(2024), st.sampled_from("OES"), st.booleans())
def test_any_amounts_are_the_same_in_both_files_and_in_the_stored_text(rows, category, rounds):
    rows = tuple(replace(row, area="Område", text="Område, 2024") for row in rows)
    totals = totals_of(rows, vat_category=category, rounds_to_krona=rounds)
    content = make_content(rows=rows, vat_category=category, totals=totals)
    assert from_text(to_text(content)) == content
    invoice, paper = read_xml(invoice_xml(content)), read_pdf(invoice_pdf(content, None))
    assert_rows_stand(paper, invoice)
    assert_stands(paper, f"Summa utan moms {on_paper(invoice.net)}", f"Att betala, kr {on_paper(invoice.payable)}")


@pytest.mark.django_db
@pytest.mark.parametrize("category", "OES")
def test_an_issued_round_and_its_credits_are_valid_and_agree(category):
    """Not only invoices made for tests: those of a round, as they are stored, and the credit of one of them."""
    version = invoices.make_adopted_version("100.01", "200.02")
    collaboration = version.plan.collaboration
    invoices.make_terms(
        collaboration, vat_category=category, vat_number="SE232100025501", vat_text="" if category == "S" else "Skäl."
    )
    invoices.make_recipients(collaboration)
    issued = invoices.make_issued_round(version, instalments=4, instalment=3).invoices.order_by("sequence")
    credit = credit_invoice(invoice=issued[1], amounts=None, reason="Fel.", issued_on=issued[1].issued_on, by=None)
    for invoice in (*issued, credit):
        xml = invoice_xml(from_text(invoice.content))
        assert en16931.faults_in(xml) == peppol_se.faults_in(xml) == []
        assert read_xml(xml).payable == invoice.payable_amount
    for invoice in (issued[1], credit):
        content = from_text(invoice.content)
        read, paper = read_xml(invoice_xml(content)), read_pdf(invoice_pdf(content, None))
        assert_rows_stand(paper, read)
        assert_stands(paper, *(LABEL.sub("", line) for line in read.note.splitlines()))


def test_the_paper_that_lacks_something_is_caught():
    """The checks can fail: an XML of another invoice does not agree with the paper."""
    content = make_content()
    paper = read_pdf(invoice_pdf(content, None))
    other = read_xml(invoice_xml(make_content("14109.62", "7358.86", number="1002", ocr="10025")))
    with pytest.raises(AssertionError):
        assert_stands(paper, f"Fakturanummer {other.number}")
    assert other.payable not in paper.amounts
    assert paper.digits_after("OCR-nummer") != set(other.references)

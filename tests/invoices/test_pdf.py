"""An invoice's PDF, read back: what it says, how it is laid out, what lies inside it, and that it stays the same."""

import base64
import functools
import re
from dataclasses import replace

import page
import pytest
from django.core.exceptions import ImproperlyConfigured
from pydyf import Stream

from budgets import invoice_content
from skane_digi.documents import pdf as press
from skane_digi.documents.pdf import PicturesInside, pdf_from_markup
from skane_digi.invoices.printing import STYLE_SHEETS, invoice_html, invoice_pdf, plain_invoice_pdf
from skane_digi.invoices.ubl import invoice_xml
from tests.documents.reading import reader_of, run, squeezed
from tests.invoice_factories import make_buyer, make_content, make_credit_content, make_rows, make_seller, make_source

MILLIMETRE = 72 / 25.4
LONG_WORD = "Digitaliseringssamordningsfunktionsansvarig"


def many(count: int) -> list[str]:
    return [f"{1000 + 37 * number * number % 90000}.{number % 100:02}" for number in range(1, count + 1)]


HOSTILE = make_content(
    rows=tuple(
        replace(row, text=f"<script>alert(1)</script> & {LONG_WORD * 8}"[:390] + ", 2024")
        for row in make_rows("9999999999.00", "0.01")
    ),
    number="HSF-2024-00001234567",
    ocr="1234567890123456789012345",
    text="Ett långt meddelande om fördelningen. " * 52,
    buyer=make_buyer(name=f"Förbundet {'x' * 100}", address="y" * 200, city="Ö" * 90, reference="R" * 60),
    seller=make_seller(name=f"Samman {'s' * 180}", address="a" * 200, contact_email=f"e@{'d' * 100}.example"),
    source=make_source(
        calculation="Kommunerna bär en del. " * 85 + "\n\n" + "ord" * 300, rule_text="Regeln " * 60, plan="p" * 200
    ),
    late_interest_text="Ränta " * 50,
    vat_text="Moms " * 60,
)
CASES = {
    "one": make_content("21468.47"),
    "two": make_content(),
    "twelve": make_content(*many(12)),
    "fifty": make_content(*many(50)),
    "credit": make_credit_content(),
    "draft": make_content(*many(50), number="", ocr=""),
    "exempt": make_content(vat_category=invoice_content.EXEMPT, vat_text="Undantag enligt 3 kap."),
    "taxed": make_content(
        *many(5),
        vat_category=invoice_content.STANDARD,
        rounds_to_krona=True,
        text="Märk gärna betalningen.\n\nFråga oss.",
        seller=make_seller(vat_number="SE232100025501", has_f_tax=True, plusgiro="4 12 33-1"),
    ),
    "hostile": HOSTILE,
    "hostile draft": replace(HOSTILE, number="", ocr=""),
}


@functools.cache
def pdf_of(name: str) -> bytes:
    content = CASES[name]
    return invoice_pdf(content, None if content.is_draft else invoice_xml(content))


def pages_of(pdf: bytes) -> list[str]:
    """The words of each page, without white space."""
    return [squeezed(sheet.extract_text()) for sheet in reader_of(pdf).pages]


def text_of(name: str) -> str:
    return "".join(pages_of(pdf_of(name)))


def pictures_of(pdf: bytes) -> int:
    return sum(len(sheet.images) for sheet in reader_of(pdf).pages)


@pytest.mark.parametrize("name", CASES)
def test_it_is_tagged_archivable_and_without_faults(name):
    for profile in ("3a", "ua1"):
        report = page.validate_pdf_bytes(pdf_of(name), profile=profile)
        assert report.is_compliant, [(failure.rule_id, failure.message) for failure in report.failures]
    assert "No syntax or stream encoding errors" in run("qpdf", "--check", "{pdf}", pdf=pdf_of(name))


@pytest.mark.parametrize(
    "words",
    [
        "Faktura 1001",
        "Fakturanummer 1001",
        "Fakturadatum 2024-04-02",
        "Förfallodag 2024-05-02",
        "OCR-nummer 10017",
        "Bankgiro 5165-8300",
        "Att betala 21 468,47 kr",
        "Eslövs kommun Provgatan 2 241 80 Eslöv",
        "Er kod 1285",
        "Er referens ZZ1285",
        "Ert org.nr 212000-1173",
        "Region Skåne Provvägen 1 291 00 Kristianstad",
        "Org.nr 232100-0255",
        "Säte: Kristianstad",
        "Gemensam ekonomi 044-309 30 00 faktura@example.org",
        "Insatsområde 1 för åtgärder i öppenvård 2024 14 109,62",
        "Summa utan moms 21 468,47",
        "Moms: Kostnadsdelning utanför momsens tillämpningsområde. 0,00",
        "Att betala, kr 21 468,47",
        "Så är beloppet räknat Kommunerna bär 1 del av 2 av 1 750 000 kr.",
        "Regel Hälften var. Region Skåne bär 1 del",
        "Nyckeltal Folkmängd 34 701 invånare den 2022-12-31",
        "Handlingsplan 2024, version 1, fingeravtryck 3f2a 9c1e 77b0 41d2",
        "Fastställd av alla huvudmän 2024-03-26.",
        "Period 2024-01-01 – 2024-12-31, hela året",
        "Betalningsvillkor: 30 dagar netto. Efter förfallodagen tas dröjsmålsränta ut enligt räntelagen.",
        "Sida 1 av 1",
    ],
)
def test_an_invoice_says(words):
    assert squeezed(words) in text_of("two")


@pytest.mark.parametrize(
    "words",
    [
        "Moms 25 % på 7 035,15 kr 1 758,79",
        "Öresutjämning 0,06",
        "Att betala, kr 8 794,00",
        "Momsreg.nr SE232100025501",
        "Godkänd för F-skatt",
        "Plusgiro 4 12 33-1",
        "Meddelande Märk gärna betalningen. Fråga oss.",
    ],
)
def test_an_invoice_with_vat_says(words):
    assert squeezed(words) in text_of("taxed")


def test_what_is_not_so_is_not_said():
    text = text_of("two")
    for words in ("Momsreg.nr", "F-skatt", "Öresutjämning", "Plusgiro", "Meddelande", "Er beställning", "%"):
        assert squeezed(words) not in text, words


def test_an_exempt_invoice_says_why_beside_its_rate():
    assert squeezed("Moms 0 %: Undantag enligt 3 kap. 0,00") in text_of("exempt")


def test_an_instalment_says_which_part_it_is():
    source = make_source(instalment=2, instalments=4, period_text="kvartal 2 2024")
    text = "".join(pages_of(invoice_pdf(make_content(source=source), None)))
    assert squeezed("Period kvartal 2 2024, del 2 av 4") in text
    assert "helaåret" not in text


def test_a_credit_invoice_says_what_it_corrects_and_is_not_to_be_paid():
    text = text_of("credit")
    for words in (
        "Kreditfaktura 1035",
        "Krediterar faktura 1001 av 2024-04-02",
        "Skäl: Fel referens.",
        "Att kreditera 21 468,47 kr",
        "Att kreditera, kr 21 468,47",
        "Kreditfakturan ska inte betalas.",
    ):
        assert squeezed(words) in text, words
    assert "Attbetala" not in text
    assert "Förfallodag" not in text
    assert pictures_of(pdf_of("credit")) == 0


@pytest.mark.parametrize("name", ["draft", "hostile draft"])
def test_a_draft_says_so_on_every_page_and_cannot_be_paid(name):
    pages = pages_of(pdf_of(name))
    assert len(pages) >= 3
    assert all("UTKAST" in text for text in pages)
    assert "Detskaintebetalas." in "".join(pages)
    for words in ("Fakturanummer", "OCR-nummer", "10017"):
        assert words not in "".join(pages)
    assert pictures_of(pdf_of(name)) == 0


def test_a_draft_holds_no_xml_whatever_is_given():
    assert not reader_of(invoice_pdf(make_content(number="", ocr=""), b"<Invoice/>")).attachments


def test_an_issued_invoice_does_not_say_draft():
    assert "utkast" not in text_of("fifty").lower()
    assert pictures_of(pdf_of("two")) == 1


@pytest.mark.parametrize("name", ["fifty", "hostile", "draft"])
def test_every_page_says_its_number_and_the_invoice(name):
    pages = pages_of(pdf_of(name))
    mark = f"Faktura{CASES[name].number}" if CASES[name].number else "Utkasttillfaktura"
    for number, text in enumerate(pages, start=1):
        assert f"Sida{number}av{len(pages)}" in text
        assert mark in text


@pytest.mark.parametrize(("name", "count"), [("one", 1), ("twelve", 2), ("fifty", 3)])
def test_the_rows_take_the_pages_they_need_and_repeat_their_heading(name, count):
    pages = pages_of(pdf_of(name))
    assert len(pages) == count
    with_rows = [text for text in pages if re.search(r"Insatsområde\d+föråtgärder", text)]
    assert all("Belopp,kr" in text for text in with_rows)
    for number in range(1, len(CASES[name].rows) + 1):
        assert sum(f"Insatsområde{number}för" in text for text in pages) == 1


@pytest.mark.parametrize("count", [*range(11, 19), *range(46, 52)])
def test_the_total_stands_with_the_last_row_and_is_not_divided(count):
    pages = pages_of(invoice_pdf(make_content(*many(count)), None))
    (last,) = [text for text in pages if "Attbetala,kr" in text]
    assert "Summautanmoms" in last
    assert f"Insatsområde{count}för" in last


def test_the_calculation_is_not_divided_where_it_fits_on_a_page():
    for count in range(6, 14):
        pages = pages_of(invoice_pdf(make_content(*many(count)), None))
        (whole,) = [text for text in pages if "Såärbeloppeträknat" in text]
        assert "Fastställdavallahuvudmän" in whole


def test_the_address_shows_in_the_window_of_an_envelope():
    """C5 with the window to the right: 110 mm from the sheet's left edge and 48 mm from its top, to a millimetre."""
    boxes = run("pdftotext", "-bbox", "{pdf}", "-", pdf=pdf_of("two"))
    left, top = re.search(r'xMin="([\d.]+)" yMin="([\d.]+)" xMax="[\d.]+" yMax="[\d.]+">Eslövs', boxes).groups()
    assert float(left) / MILLIMETRE == pytest.approx(110, abs=1)
    assert float(top) / MILLIMETRE == pytest.approx(48, abs=1)


@pytest.mark.parametrize("name", ["hostile", "hostile draft", "fifty"])
def test_nothing_stands_outside_the_sheet(name):
    boxes = re.findall(
        r'<word xMin="([\d.-]+)" yMin="([\d.-]+)" xMax="([\d.-]+)" yMax="([\d.-]+)"',
        run("pdftotext", "-bbox", "{pdf}", "-", pdf=pdf_of(name)),
    )
    assert boxes
    for left, top, right, bottom in boxes:
        assert float(left) >= 0
        assert float(top) >= 0
        assert float(right) <= 596
        assert float(bottom) <= 842


def test_hostile_words_are_words():
    text = text_of("hostile")
    assert "<script>alert(1)</script>&" in text
    assert LONG_WORD * 2 in text
    assert text.count("Ettlångtmeddelandeomfördelningen.") == 52
    assert squeezed("9 999 999 999,01") in text


def test_what_the_typefaces_lack_is_shown_as_a_sign_and_none_but_ours_are_used():
    pdf = invoice_pdf(make_content(buyer=make_buyer(name="Привет 漢字 😀 kommun\x00\ud800")), None)
    assert "\N{REPLACEMENT CHARACTER}" in pages_of(pdf)[0]
    rows = [line.split() for line in run("pdffonts", "{pdf}", pdf=pdf).splitlines()[2:]]
    assert len(rows) >= 3
    assert all(re.match(r"[A-Z]{6}\+Source-S(ans|erif)-Pro", row[0]) for row in rows), rows


def test_tables_and_pictures_are_tagged_with_headers_and_words():
    structure = run("pdfinfo", "-struct-text", "{pdf}", pdf=pdf_of("two"))
    (table,) = structure.split("Table (block)")[1:]
    rows = table.split(" TR\n")[1:]
    assert len(rows) >= 6
    assert all(re.search(r"^ *TH\b", row, re.MULTILINE) for row in rows[:6])
    assert "Figure" in structure
    assert "QR-kod med betalningens uppgifter" in invoice_html(CASES["two"])


@pytest.mark.parametrize("name", ["two", "credit", "fifty"])
def test_the_xml_lies_inside_as_it_was_given(name):
    content = CASES[name]
    reader = reader_of(pdf_of(name))
    assert dict(reader.attachments) == {"faktura.xml": [invoice_xml(content)]}
    (reference,) = reader.trailer["/Root"]["/AF"]
    file = reference.get_object()
    assert file["/AFRelationship"] == "/Alternative"
    assert content.number in file["/Desc"]
    inside = file["/EF"]["/F"].get_object()
    assert inside["/Subtype"] == "/text/xml"
    assert inside["/Params"]["/ModDate"] == "D:20240402000000Z"


def test_it_says_its_language_title_date_and_author():
    reader = reader_of(pdf_of("two"))
    assert reader.trailer["/Root"]["/Lang"] == "sv"
    assert reader.metadata.title == "Faktura 1001: Eslövs kommun, Handlingsplan 2024"
    assert reader.metadata.author == "Region Skåne"
    assert reader.metadata.creation_date.date() == CASES["two"].issued_on


@pytest.mark.parametrize("name", ["two", "fifty", "credit"])
def test_the_same_content_gives_the_same_bytes(name):
    content, first = CASES[name], pdf_of(name)
    press._styles.cache_clear()
    assert invoice_pdf(content, invoice_xml(content)) == first


def test_other_content_gives_other_bytes():
    assert invoice_pdf(make_content(text="Annat."), None) != invoice_pdf(make_content(), None)


@pytest.mark.parametrize(
    "address", ["file:///etc/hostname", "http://127.0.0.1/", "data:text/html,x", "data:image/svg+xml;base64,PHN2Zy8+"]
)
def test_no_address_can_be_opened(address):
    with pytest.raises(PermissionError, match="får inte hämta"):
        PicturesInside().fetch(address)


def test_the_style_sheet_asks_for_nothing():
    assert "url(" not in "".join(press._sheet_sources(STYLE_SHEETS))


def test_a_page_that_asks_for_a_file_is_set_without_it():
    markup = '<html lang="sv"><head><title>x</title><link rel="attachment" href="file:///etc/hostname"/></head>'
    markup += '<body><h1>x</h1><img alt="x" src="file:///etc/hostname"/></body></html>'
    reader = reader_of(pdf_from_markup(markup, sheets=STYLE_SHEETS))
    assert not reader.attachments
    assert not reader.pages[0].images


def test_the_yardstick_holds_the_same_words():
    assert pages_of(plain_invoice_pdf(CASES["twelve"])) == pages_of(pdf_of("twelve"))


@pytest.mark.parametrize("last", [b"\r", b"\n"])
def test_a_picture_whose_data_end_in_an_end_of_line_is_written_in_letters(last):
    """PDF/A: as any stream's; what decodes the picture stands after what decodes the letters."""
    picture = Stream([b"dots" + last], {"Subtype": "/Image", "Filter": "/FlateDecode", "DecodeParms": "<<>>"})
    press._end_clearly(picture)
    assert picture.stream == [base64.a85encode(b"dots" + last) + b"~>"]
    assert picture.extra["Filter"] == ["/ASCII85Decode", "/FlateDecode"]
    assert picture.extra["DecodeParms"] == ["null", "<<>>"]


def test_a_missing_library_is_said(monkeypatch):
    monkeypatch.setattr(press._native, "harfbuzz_subset", None)
    with pytest.raises(ImproperlyConfigured, match="libharfbuzz-subset0"):
        invoice_pdf(CASES["two"], None)

"""One tree, two doors: the PDF and the DOCX read back say what the tree says, and each is fit to be used."""

import io
import re
import zipfile
from itertools import pairwise

import page
import pytest
from docx import Document
from docx.oxml.ns import qn

from skane_digi.papers.making import paper_of
from skane_digi.papers.printing import paper_html, paper_pdf
from skane_digi.papers.tree import Kind
from skane_digi.papers.word import paper_docx
from tests.decision_factories import make_condition, make_decision
from tests.documents.reading import bookmarks, reader_of, run, text_of
from tests.papers.reading import blocks_of, docx_words, pdf_words, squeezed

pytestmark = pytest.mark.django_db


@pytest.fixture(params=["2024-1285-decision", "2022-2023-12-decision", "2024-1285-letter", "2024-1285-register"])
def paper(request, case_2024, case_2022_2023):
    slug, code, kind = request.param.rsplit("-", 2)
    case = case_2024 if slug == "2024" else case_2022_2023
    if kind == "register":
        decision = make_decision(case.version, "12", "conditional", instance="Regionstyrelsen", paragraph="§ 45")
        make_condition(decision, "all_municipalities")
    organisation = next(one for one in case.organisations if one.code == code)
    return paper_of(case, Kind(kind), organisation)


def word_document(paper):
    return Document(io.BytesIO(paper_docx(paper)))


def test_both_doors_say_what_the_tree_says_in_the_same_order(paper):
    tree = squeezed("".join(blocks_of(paper)))
    # A table's head comes again on the next page, for those who see the page and for those who listen to it.
    assert docx_words(paper_docx(paper)) == tree
    assert without_repeated_heads(pdf_words(paper_pdf(paper)), paper) == tree


def without_repeated_heads(words: str, paper) -> str:
    head = "".join(squeezed(name) for name in ("Organisation", "Utfall", "Instans", "Dag", "Paragraf", "Diarienr"))
    first, found, rest = words.partition(head)
    return first + found + rest.replace(head, "")


class TestThePdf:
    def test_it_is_tagged_archivable_and_without_faults(self, paper):
        pdf = paper_pdf(paper)
        for profile in ("3a", "ua1"):
            report = page.validate_pdf_bytes(pdf, profile=profile)
            assert report.is_compliant, [(failure.rule_id, failure.message) for failure in report.failures]
        assert "No syntax or stream encoding errors" in run("qpdf", "--check", "{pdf}", pdf=pdf)

    def test_every_table_has_a_caption_and_headers(self, paper):
        structure = run("pdfinfo", "-struct", "{pdf}", pdf=paper_pdf(paper))
        tables = structure.split("Table (block)")[1:]
        # A table that goes on over a page is tagged as one more, with the head but without the caption.
        captions = [part.caption for section in paper.sections for part in section.parts if part.form == "table"]
        assert sum("Caption" in table for table in tables) == len(captions)
        for table in tables:
            for row in table.split(" TR\n")[1:]:
                assert re.search(r"^ *TH\b", row, re.MULTILINE)

    def test_it_says_its_language_title_and_day(self, case_2024, eslov):
        reader = reader_of(paper_pdf(paper_of(case_2024, Kind.DECISION, eslov)))
        assert reader.trailer["/Root"]["/Lang"] == "sv"
        assert reader.metadata.title == "Beslutsunderlag: Antagande av Handlingsplan 2024"
        assert reader.metadata.author == "Skånegemensam digitalisering"
        assert reader.metadata.creation_date.date().isoformat() == "2024-03-01"
        assert "Förslag till beslut" in bookmarks(reader.outline)

    def test_every_page_says_which_version_it_is_about(self, case_2024, eslov):
        pdf = paper_pdf(paper_of(case_2024, Kind.DECISION, eslov))
        count = len(reader_of(pdf).pages)
        assert count == 3
        for number in range(1, count + 1):
            text = text_of(pdf, page=number, with_margins=True).replace("\xa0", " ")
            assert f"Handlingsplan 2024, version 1 · {case_2024.version.fingerprint}" in text
            assert f"{number} ({count})" in text
            assert ("Beslutsunderlag, Eslövs kommun" in text) or number == 1

    def test_the_same_paper_is_the_same_bytes(self, case_2024, eslov):
        paper = paper_of(case_2024, Kind.LETTER, eslov)
        assert paper_pdf(paper) == paper_pdf(paper)

    def test_headings_skip_no_level(self, paper):
        levels = [int(level) for level in re.findall(r"<h(\d)>", paper_html(paper))]
        assert levels[0] == 1
        assert all(after - before <= 1 for before, after in pairwise(levels))


class TestTheWordFile:
    def test_headings_are_real(self, case_2024, eslov):
        document = word_document(paper_of(case_2024, Kind.DECISION, eslov))
        headings = [(line.style.name, line.text) for line in document.paragraphs if "Heading" in line.style.name]
        assert headings[0] == ("Heading 1", "Antagande av Handlingsplan 2024")
        assert ("Heading 2", "Förslag till beslut") in headings

    def test_each_numbered_list_begins_with_one(self, case_2024, eslov):
        document = word_document(paper_of(case_2024, Kind.DECISION, eslov))
        lines = [line for line in document.paragraphs if line.style.name == "List Number"]
        numbers = [line._p.pPr.numPr.numId.val for line in lines]
        assert len(lines) == 6
        assert len(set(numbers)) == 2
        overrides = document.part.numbering_part.element.findall(f".//{qn('w:startOverride')}")
        assert {one.get(qn("w:val")) for one in overrides} == {"1"}

    def test_a_tables_head_is_repeated_and_its_rows_whole(self, paper):
        for table in word_document(paper).tables:
            first, *rest = table._tbl.tr_lst
            assert first.find(f"{qn('w:trPr')}/{qn('w:tblHeader')}") is not None
            assert all(row.find(f"{qn('w:trPr')}/{qn('w:tblHeader')}") is None for row in rest)
            assert all(row.find(f"{qn('w:trPr')}/{qn('w:cantSplit')}") is not None for row in (first, *rest))
            assert table._tbl.tblPr.find(qn("w:tblCaption")) is not None

    def test_it_speaks_swedish_and_says_what_it_is(self, case_2024, eslov):
        document = word_document(paper_of(case_2024, Kind.DECISION, eslov))
        language = document.styles.element.find(f"{qn('w:docDefaults')}//{qn('w:lang')}")
        assert language.get(qn("w:val")) == "sv-SE"
        properties = document.core_properties
        assert properties.title == "Beslutsunderlag: Antagande av Handlingsplan 2024"
        assert properties.author == "Skånegemensam digitalisering"
        assert properties.language == "sv-SE"
        assert properties.created.date().isoformat() == "2024-03-01"

    def test_it_holds_no_macros_and_nothing_that_is_not_ours(self, paper):
        with zipfile.ZipFile(io.BytesIO(paper_docx(paper))) as package:
            names = package.namelist()
            types = package.read("[Content_Types].xml").decode()
        assert not [name for name in names if re.search(r"vba|thumbnail|customXml|activeX|embeddings", name)]
        assert "macroEnabled" not in types

    def test_every_page_says_which_version_it_is_about(self, case_2024, eslov):
        section = word_document(paper_of(case_2024, Kind.DECISION, eslov)).sections[0]
        for footer in (section.footer, section.first_page_footer):
            assert case_2024.version.fingerprint in footer.paragraphs[0].text.replace("\xa0", " ")
            instructions = [one.get(qn("w:instr")) for one in footer._element.iter(qn("w:fldSimple"))]
            assert instructions == ["PAGE", "NUMPAGES"]
        assert section.different_first_page_header_footer

    def test_the_same_paper_is_the_same_bytes(self, paper):
        assert paper_docx(paper) == paper_docx(paper)

    def test_properties_of_a_paragraph_stand_in_the_order_that_word_asks_for(self, paper):
        order = [
            "pStyle",
            "keepNext",
            "keepLines",
            "numPr",
            "pBdr",
            "shd",
            "tabs",
            "spacing",
            "ind",
            "jc",
            "outlineLvl",
        ]
        document = word_document(paper)
        for root in (document.element, document.styles.element):
            for properties in root.iter(qn("w:pPr")):
                names = [child.tag.rpartition("}")[2] for child in properties]
                assert names == sorted(names, key=order.index), names

"""The PDF, read back: whole, tagged, archivable and the same every time."""

import base64
import itertools
import re
import zlib

import page
import pytest
from django.core.exceptions import ImproperlyConfigured
from pydyf import Stream

from budgets.money import format_amount
from skane_digi.documents import pdf as pdf_module
from skane_digi.documents.build import build_plan_document
from skane_digi.documents.pdf import _compress, keep_figures_together, plain_pdf, render_pdf, require_libraries
from skane_digi.documents.richtext import to_html
from tests import factories
from tests.documents.reading import bookmarks, pdf_of, reader_of, run, squeezed, text_of


def assert_accessible_and_archivable(pdf: bytes) -> None:
    for profile in ("3a", "ua1"):
        report = page.validate_pdf_bytes(pdf, profile=profile)
        assert report.is_compliant, [(failure.rule_id, failure.message) for failure in report.failures]
    assert "No syntax or stream encoding errors" in run("qpdf", "--check", "{pdf}", pdf=pdf)


def blocks_of(rich) -> list[str]:
    html = to_html(rich).replace("&amp;", "&").replace("&lt;", "<").replace("&gt;", ">")
    return [words for words in re.split(r"</?(?:p|h\d|ul|ol|li|br)>", html) if words]


def words(html: str) -> str:
    return squeezed(re.sub(r"<[^>]+>", "", html))


def test_the_text_holds_every_area_goal_activity_and_amount(real_document):
    pdf = pdf_of(real_document)
    text, tables = squeezed(text_of(pdf)), squeezed(run("pdftotext", "-layout", "{pdf}", "-", pdf=pdf))
    missing = []

    def expect(words: str, where: str = text) -> None:
        if squeezed(words) not in where:
            missing.append(words)

    for area in real_document.areas:
        expect(area.title)
        for goal in area.goals:
            expect(goal)
        for period in area.periods:
            expect(period.heading)
            for activity in period.activities:
                expect(activity.text)
                for part in activity.sub_activities:
                    expect(part)
        for body in area.responsible:
            expect(f"{body.body}, på uppdrag av {body.on_behalf_of}" if body.on_behalf_of else body.body)
        for year in area.economy:
            for line in year.lines:
                if line.amount is not None:
                    expect(line.amount_text)
    for row in real_document.budget.rows:
        expect(row.name + "".join(cell.text + cell.note_mark for cell in row.cells), tables)
    for note in real_document.budget.notes:
        expect(note.mark + note.text)
    for cost in real_document.costs:
        for row, printed in cost.rows:
            expect(
                row.name
                + row.population_text
                + row.percent_text
                + row.amount_text
                + (printed.amount_text if printed else ""),
                tables,
            )
        expect(f"Summa{cost.total_text}", tables)
    assert not missing


def test_running_text_is_whole(real_document):
    text = squeezed(text_of(pdf_of(real_document)))
    for area in real_document.areas:
        for rich in (area.background, area.purpose):
            for block in blocks_of(rich):
                # A paragraph may go on over a page, between the lines of running header and footer that were cut off.
                assert words(block) in text


def test_a_political_reader_sees_both_totals_of_2024(document_2024):
    text = squeezed(text_of(pdf_of(document_2024)))
    for figure in ("1 750 000", "2 100 000", "61,87 öre", "74,24 öre", "25 762,17", "5 524,97", "1 050 000,00"):
        assert squeezed(figure) in text
    assert "≠2100000" in text
    assert squeezed("Summorna stämmer inte") in text


def test_it_is_tagged_archivable_and_without_faults(real_document):
    assert_accessible_and_archivable(pdf_of(real_document))


def test_it_says_its_language_title_date_and_author(document_2024):
    reader = reader_of(pdf_of(document_2024))
    assert reader.trailer["/Root"]["/Lang"] == "sv"
    assert reader.trailer["/Root"]["/ViewerPreferences"]["/DisplayDocTitle"]
    assert reader.metadata.title.startswith("Handlingsplan 2024: för genomförande av")
    assert reader.metadata.author == "Skånegemensam digitalisering"
    assert reader.metadata.creation_date.date().isoformat() == "2023-02-13"
    assert reader.metadata.modification_date.date().isoformat() == "2023-02-13"


def test_only_our_typefaces_are_used_and_all_are_embedded(real_document):
    rows = [line.split() for line in run("pdffonts", "{pdf}", pdf=pdf_of(real_document)).splitlines()[2:]]
    assert len(rows) >= 5
    for row in rows:
        assert re.match(r"[A-Z]{6}\+Source-S(ans|erif)-Pro", row[0]), row
        assert row[-5:-2] == ["yes", "yes", "yes"], row


def test_the_cover_says_title_and_standing(document_2024, document_2022_2023):
    first = text_of(pdf_of(document_2024), page=1, with_margins=True)
    assert "Handlingsplan 2024" in first
    assert "FÖR BESLUT" in first
    assert "2023-02-13" in first
    assert "(21)" not in first
    assert "BESLUTAD" in text_of(pdf_of(document_2022_2023), page=1, with_margins=True)


def test_every_page_after_the_cover_says_where_one_is(document_2024):
    pdf = pdf_of(document_2024)
    count = len(reader_of(pdf).pages)
    assert 15 <= count <= 25
    for number in range(2, count + 1):
        text = text_of(pdf, page=number, with_margins=True)
        assert "Handlingsplan 2024 · FÖR BESLUT" in text
        assert f"{number} ({count})" in text
    assert "Säker Digital Kommunikation (SDK)" in text_of(pdf, page=8, with_margins=True).split("\n\n")[0:3]


def test_the_contents_name_the_right_pages(real_document):
    pdf = pdf_of(real_document)
    contents = dict(
        re.findall(
            r"^ *(\S.*?) {2,}(\d+)$",
            run("pdftotext", "-layout", "-f", "2", "-l", "2", "{pdf}", "-", pdf=pdf),
            re.MULTILINE,
        )
    )
    for area in real_document.areas:
        assert squeezed(f"Insatsområde{area.title}".lower()) in squeezed(
            text_of(pdf, page=int(contents[area.title])).lower()
        )
    assert "Samlad budget" in text_of(pdf, page=int(contents["Samlad budget"]))


def test_bookmarks_lead_to_every_area_and_table(real_document):
    titles = " | ".join(bookmarks(reader_of(pdf_of(real_document)).outline))
    for area in real_document.areas:
        assert area.title in titles
    assert "Samlad budget" in titles
    assert "Fördelning av kostnaden 2023" in titles or "Fördelning av kostnaden 2024" in titles
    assert "Aktiviteter" in titles


def test_tables_are_tagged_with_captions_and_headers(real_document):
    structure = run("pdfinfo", "-struct", "{pdf}", pdf=pdf_of(real_document))
    tables = structure.split("Table (block)")[1:]
    assert len(tables) == 1 + 2 * len(real_document.costs)
    for table in tables:
        assert "Caption" in table
        rows = table.split(" TR\n")[1:]
        assert rows
        assert all(re.search(r"^ *TH\b", row, re.MULTILINE) for row in rows)


def test_links_say_in_words_where_they_lead(document_2024):
    contents = [
        annotation.get_object()["/Contents"]
        for sheet in reader_of(pdf_of(document_2024)).pages
        for annotation in sheet.get("/Annots", [])
        if "/Dest" in annotation.get_object()
    ]
    assert "Gå till Nationell Patientöversikt (NPÖ)" in contents
    assert all(text.startswith("Gå till ") for text in contents)


def test_the_same_content_and_date_give_the_same_bytes(document_2022_2023):
    first = pdf_of(document_2022_2023)
    pdf_module._styles.cache_clear()
    assert render_pdf(document_2022_2023) == first


def test_other_content_gives_other_bytes(db):
    plan = factories.make_plan()
    before = render_pdf(build_plan_document(plan))
    factories.make_watched_matter(plan, "Ny fråga")
    assert render_pdf(build_plan_document(plan)) != before


def test_long_names_wrap_inside_the_page(db):
    long_word = "Digitaliseringssamordningsfunktionsansvarig" * 4
    plan = factories.make_plan(title=f"Handlingsplan {long_word}"[:200], subtitle=f"{long_word} ord {long_word}"[:300])
    area = factories.make_area(
        plan, name=long_word[:200], table_name=f"{long_word[:110]}", background=f"<p>{long_word * 3}</p>"
    )
    factories.make_goal(area, long_word * 5)
    factories.make_responsibility(area, factories.make_body("organ-" + "x" * 40))
    factories.make_line(area, "999999999999.00")
    pdf = render_pdf(build_plan_document(plan))
    assert_accessible_and_archivable(pdf)
    boxes = re.findall(
        r'xMin="([\d.-]+)" yMin="[\d.-]+" xMax="([\d.-]+)"', run("pdftotext", "-bbox", "{pdf}", "-", pdf=pdf)
    )
    assert boxes
    assert all(float(left) >= 0 and float(right) <= 596 for left, right in boxes)
    text = squeezed(text_of(pdf))
    assert long_word in text
    assert squeezed(format_amount(999_999_999_999)) in text


def test_a_plan_without_areas_years_or_date_becomes_a_document(db):
    pdf = render_pdf(build_plan_document(factories.make_plan(title="Tom plan", years=())))
    assert_accessible_and_archivable(pdf)
    assert "Tom plan" in text_of(pdf, page=1, with_margins=True)
    assert "UTKAST" in text_of(pdf, page=1, with_margins=True)


def test_sixty_areas_become_a_document(db):
    plan = factories.make_plan()
    for number in range(60):
        factories.make_line(factories.make_complete_area(plan, f"Litet område {number}"), 1000)
    pdf = render_pdf(build_plan_document(plan))
    assert_accessible_and_archivable(pdf)
    text = squeezed(text_of(pdf))
    assert all(f"Litetområde{number}" in text for number in range(60))
    assert "60000" in text


def test_no_line_ends_inside_a_figure():
    assert keep_figures_together("<p>2 100 000 kr och 74,24 öre, 3 mål</p>") == (
        "<p>2\xa0100\xa0000\xa0kr och 74,24\xa0öre, 3 mål</p>"
    )


def test_the_yardstick_holds_the_same_words(document_2022_2023):
    assert squeezed(text_of(plain_pdf(document_2022_2023))) == squeezed(text_of(pdf_of(document_2022_2023)))


def test_a_missing_library_is_said_with_the_command_that_installs_it(monkeypatch):
    monkeypatch.setattr(pdf_module._native, "harfbuzz_subset", None)
    with pytest.raises(ImproperlyConfigured, match="apt-get install .*libharfbuzz-subset0"):
        require_libraries()


@pytest.mark.parametrize("last", [b"\r", b"\n"])
def test_a_stream_whose_data_end_in_an_end_of_line_is_written_in_letters(last):
    """PDF/A: the end of the data is not to be taken for the line end before ``endstream``."""
    candidates = (f"ord {number}".encode() for number in itertools.count())
    content = next(word for word in candidates if zlib.compress(word, 9)[-1:] == last)
    stream = Stream([content], compress=True)
    _compress(stream)
    assert stream.stream[0].endswith(b"~>")
    assert zlib.decompress(base64.a85decode(stream.stream[0].removesuffix(b"~>"))) == content
    assert b"/ASCII85Decode" in stream.data

"""A paper as DOCX: real headings, lists and tables, so that it can be gone on with in an organisation's own template.

The same paper is the same bytes: the package is written anew with one time for every part.
"""

import datetime
import io
import re
import zipfile
from collections.abc import Sequence
from dataclasses import fields, is_dataclass, replace

from docx import Document
from docx.enum.text import WD_TAB_ALIGNMENT
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt
from docx.text.paragraph import Paragraph as WordParagraph
from docx.text.run import Run as WordRun

from skane_digi.documents.tree import Block, Paragraph, Run, SubHeading, TextList
from skane_digi.papers import word_styles
from skane_digi.papers.tree import SECTION_LEVEL, Notice, Paper, Part, Row, Table
from skane_digi.papers.word_styles import LANGUAGE, TABLE_STYLE, base_document

_WHEN = (1980, 1, 1, 0, 0, 0)
_TEXT_WIDTH = 155
_UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_DAY = re.compile(r"(?<![\w-])(\d{4}-\d\d-\d\d)(?![\w-])")


def paper_docx(paper: Paper) -> bytes:
    """Return the paper as a Word file, without macros."""
    return _Writer(_writable(paper)).write()


def _writable(part):
    """Return ``part`` of a paper without what XML cannot carry, which may have been pasted and frozen."""
    if type(part) is str:
        return _UNWRITABLE.sub("", part)
    if isinstance(part, tuple):
        return tuple(map(_writable, part))
    if is_dataclass(part):
        return replace(part, **{field.name: _writable(getattr(part, field.name)) for field in fields(part)})
    return part


class _Writer:
    def __init__(self, paper: Paper):
        self.paper = paper
        self.document = Document(io.BytesIO(base_document()))
        self.body = self.document.element.body
        # A table and a notice have no room after them; what comes next takes it.
        self.follows_block = False

    def write(self) -> bytes:
        self._properties()
        self._margins()
        self._head()
        for section in self.paper.sections:
            if section.heading:
                self.follows_block = False
                self.document.add_heading(section.heading, SECTION_LEVEL)
            for part in section.parts:
                self._part(part)
        if self.follows_block:  # Word wants a paragraph after the last table
            self.document.add_paragraph()
        if self.paper.sign_off:
            for line in self.paper.sign_off.lines:
                self.document.add_paragraph(line, style="Signature Line")
        return _same_bytes(self.document)

    def _properties(self) -> None:
        paper, properties = self.paper, self.document.core_properties
        day = datetime.datetime.combine(paper.dated_on, datetime.time(), tzinfo=datetime.UTC).replace(tzinfo=None)
        properties.title = f"{paper.kind_text}: {paper.title}"
        properties.subject = paper.mark
        properties.author = properties.last_modified_by = paper.sender
        properties.category = paper.kind_text
        properties.keywords = properties.comments = ""
        properties.language = LANGUAGE
        properties.created = properties.modified = day
        properties.revision = 1

    def _margins(self) -> None:
        section = self.document.sections[0]
        _tabbed(section.header.paragraphs[0], self.paper.name, "")
        _tabbed(section.first_page_header.paragraphs[0], self.paper.sender, self.paper.kind_text)
        for footer in (section.footer, section.first_page_footer):
            line = footer.paragraphs[0]
            _tabbed(line, self.paper.mark, "")
            _field(line, "PAGE")
            line.add_run(" (")
            _field(line, "NUMPAGES")
            line.add_run(")")

    def _head(self) -> None:
        self.document.add_heading(self.paper.title, 1)
        for fact in self.paper.facts:
            line = self.document.add_paragraph(style="Fact")
            line.add_run(f"{fact.label}:").bold = True
            line.add_run().add_tab()
            write_text(line.add_run(), fact.value)
        self.follows_block = True

    def _part(self, part: Part) -> None:
        match part:
            case Table():
                self._table(part)
            case Notice(title, sentences):
                self.document.add_paragraph(style="Notice").add_run(title).bold = True
                for sentence in sentences:
                    write_text(self.document.add_paragraph(style="Notice").add_run(), sentence)
                self.follows_block = True
            case _:
                for block in part.text.blocks:
                    self._block(block)

    def _block(self, block: Block) -> None:
        match block:
            case Paragraph(runs):
                line = self.document.add_paragraph(style="Body Text")
                if self.follows_block:
                    line.paragraph_format.space_before = Pt(8)
                _write_runs(line, runs)
            case SubHeading(text, level):
                self.document.add_heading(text, SECTION_LEVEL + level)
            case TextList():
                self._list(block, 0)
        self.follows_block = False

    def _list(self, block: TextList, depth: int) -> None:
        number = word_styles.new_list(self.document, is_ordered=block.is_ordered)
        style = "List Number" if block.is_ordered else "List Bullet"
        for item in block.items:
            line = self.document.add_paragraph(style=style)
            word_styles.put_in_list(line, number, depth)
            _write_runs(line, item.runs)
            for child in item.children:
                self._list(child, depth + 1)

    def _table(self, table: Table) -> None:
        self.document.add_paragraph(table.caption, style="Caption")
        element = _element("w:tbl")
        settings = _element("w:tblPr")
        settings.append(_element("w:tblStyle", val=TABLE_STYLE))
        settings.append(_element("w:tblW", w=str(_twips(100)), type="dxa"))
        settings.append(_element("w:tblLayout", type="fixed"))
        settings.append(_element("w:tblLook", val="04A0", firstRow="1", firstColumn="1", noHBand="1", noVBand="1"))
        settings.append(_element("w:tblCaption", val=table.caption))
        grid = _element("w:tblGrid")
        widths = [_twips(column.width) for column in table.columns]
        for width in widths:
            grid.append(_element("w:gridCol", w=str(width)))
        element.append(settings)
        element.append(grid)
        head = [(column.heading, column.is_figure) for column in table.columns]
        element.append(_row(head, widths, is_head=True))
        for row in table.rows:
            element.append(_row(_cells(row), widths, is_total=row.is_total))
        self.body.insert(len(self.body) - 1, element)
        self.follows_block = True


def _cells(row: Row) -> list[tuple[str, bool]]:
    return [(row.heading, False), *((cell.text, cell.is_figure) for cell in row.cells)]


def _row(cells: Sequence[tuple[str, bool]], widths: Sequence[int], *, is_head: bool = False, is_total: bool = False):
    """Return a table row written straight as XML: python-docx looks every cell up in the whole table."""
    row = _element("w:tr")
    properties = _element("w:trPr")
    properties.append(_element("w:cantSplit"))
    if is_head:
        properties.append(_element("w:tblHeader"))
    row.append(properties)
    for (text, is_figure), width in zip(cells, widths, strict=True):
        cell = _element("w:tc")
        cell_properties = _element("w:tcPr")
        cell_properties.append(_element("w:tcW", w=str(width), type="dxa"))
        cell.append(cell_properties)
        paragraph = _element("w:p")
        style = word_styles.CELL_STYLES[is_head, is_total, is_figure]
        paragraph_properties = _element("w:pPr")
        paragraph_properties.append(_element("w:pStyle", val=style))
        paragraph.append(paragraph_properties)
        write_text(WordParagraph(paragraph, None).add_run(), text)
        cell.append(paragraph)
        row.append(cell)
    return row


def write_text(run: WordRun, text: str) -> None:
    """Add ``text``, and let no line end inside a day: 2024-03-01."""
    for place, part in enumerate(_DAY.split(text)):
        if place % 2 == 0:
            run.add_text(part)
            continue
        year, month, day = part.split("-")
        for words in (year, month):
            run.add_text(words)
            run._r.append(_element("w:noBreakHyphen"))
        run.add_text(day)


def _write_runs(line: WordParagraph, runs: Sequence[Run]) -> None:
    for run in runs:
        written = line.add_run()
        write_text(written, run.text)
        written.bold = run.is_strong or None
        written.italic = run.is_emphasised or None
        if run.href:
            _link(line, written, run.href)


def _link(line: WordParagraph, written, href: str) -> None:
    relation = line.part.relate_to(href, word_styles.HYPERLINK, is_external=True)
    link = OxmlElement("w:hyperlink")
    link.set(qn("r:id"), relation)
    written._r.addprevious(link)
    link.append(written._r)


def _tabbed(line: WordParagraph, left: str, right: str) -> None:
    line.paragraph_format.tab_stops.add_tab_stop(Mm(_TEXT_WIDTH), WD_TAB_ALIGNMENT.RIGHT)
    line.add_run(f"{left}\t{right}")


def _field(line: WordParagraph, name: str) -> None:
    """Add a number that Word works out, with 1 until it has."""
    field = _element("w:fldSimple", instr=name)
    line._p.append(field)
    written = line.add_run("1")
    field.append(written._r)


def _element(name: str, **attributes: str):
    element = OxmlElement(name)
    for key, value in attributes.items():
        element.set(qn(f"w:{key}"), value)
    return element


def _twips(percent: int) -> int:
    return _TEXT_WIDTH * 1440 * 10 * percent // 25_400


def _same_bytes(document) -> bytes:
    written, packed = io.BytesIO(), io.BytesIO()
    document.save(written)
    with zipfile.ZipFile(written) as source, zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            target.writestr(zipfile.ZipInfo(name, _WHEN), source.read(name), zipfile.ZIP_DEFLATED)
    return packed.getvalue()

"""Papers read back: the tree as blocks of text, the PDF by its tags as a screen reader gets it, and the DOCX."""

import io
import re
from collections import defaultdict

from docx import Document
from docx.oxml.ns import qn
from docx.table import Table as WordTable
from docx.text.paragraph import Paragraph as WordParagraph

from skane_digi.documents.tree import Paragraph, SubHeading, TextList
from skane_digi.papers.tree import Notice, Paper, Table
from tests.documents.reading import run


def squeezed(text: str) -> str:
    return re.sub(r"\s+", "", text)


def blocks_of(paper: Paper) -> list[str]:
    """Return every heading, paragraph, list item and cell in reading order, list items with their marks."""
    found = [paper.sender, paper.kind_text, paper.title]
    found += [f"{fact.label}: {fact.value}" for fact in paper.facts]
    for section in paper.sections:
        found += [section.heading] if section.heading else []
        for part in section.parts:
            found += _part(part)
    return found + list(paper.sign_off.lines if paper.sign_off else ())


def texts_of(paper: Paper) -> str:
    return "\n".join(blocks_of(paper))


def _part(part) -> list[str]:
    if isinstance(part, Table):
        rows = [text for row in part.rows for text in (row.heading, *(cell.text for cell in row.cells))]
        return [part.caption, *(column.heading for column in part.columns), *rows]
    if isinstance(part, Notice):
        return [part.title, *part.sentences]
    found = []
    for block in part.text.blocks:
        match block:
            case Paragraph(runs):
                found.append(_words(runs))
            case SubHeading(text, _):
                found.append(text)
            case TextList(items, is_ordered):
                found += [
                    f"{f'{place}.' if is_ordered else '•'} {_words(item.runs)}"
                    for place, item in enumerate(items, start=1)
                ]
    return found


def _words(runs) -> str:
    return "".join(run.text for run in runs)


def pdf_words(pdf: bytes) -> str:
    """Return what the tags say in reading order, without white space, after the two lines that name every page."""
    structure = run("pdfinfo", "-struct-text", "{pdf}", pdf=pdf)
    texts = re.findall(r'^ *"(.*)"$', structure, re.MULTILINE)
    return squeezed("".join(texts[2:]))


def docx_words(content: bytes) -> str:
    """Return what the Word file says in reading order, without white space."""
    document = Document(io.BytesIO(content))
    counts: dict[int, int] = defaultdict(int)
    texts = [document.sections[0].first_page_header.paragraphs[0].text]
    for element in document.element.body:
        if element.tag == qn("w:p"):
            texts.append(_mark(element, counts) + WordParagraph(element, document).text)
        elif element.tag == qn("w:tbl"):
            texts += [cell.text for row in WordTable(element, document).rows for cell in row.cells]
    return squeezed("".join(texts))


def _mark(element, counts: dict[int, int]) -> str:
    number = element.find(f"{qn('w:pPr')}/{qn('w:numPr')}/{qn('w:numId')}")
    if number is None:
        return ""
    style = element.find(f"{qn('w:pPr')}/{qn('w:pStyle')}").get(qn("w:val"))
    identifier = int(number.get(qn("w:val")))
    counts[identifier] += 1
    return f"{counts[identifier]}." if style == "ListNumber" else "•"

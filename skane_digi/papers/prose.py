"""Small pieces that the papers are put together of."""

from collections.abc import Iterable

from skane_digi.documents.tree import Block, ListItem, Paragraph, RichText, Run, TextList
from skane_digi.papers.tree import Passage, Section


def paragraph(text: str) -> Paragraph:
    return Paragraph((Run(text),))


def passage(*blocks: Block) -> Passage:
    return Passage(RichText(blocks))


def numbered(points: Iterable[tuple[Run, ...]]) -> TextList:
    return TextList(tuple(ListItem(runs) for runs in points), is_ordered=True)


def bulleted(points: Iterable[tuple[Run, ...]]) -> TextList:
    return TextList(tuple(ListItem(runs) for runs in points))


def sections(*found: Section | None) -> tuple[Section, ...]:
    """Return the sections that have anything to say."""
    return tuple(section for section in found if section and section.parts)


def text_section(heading: str, text: RichText, *more: Block) -> Section | None:
    """Return a section of running text, ``None`` where there is none."""
    blocks = (*text.blocks, *more)
    return Section(heading, (Passage(RichText(blocks)),)) if blocks else None


def first_sentence(text: str, longest: int) -> str:
    """Return the first sentence of ``text``, cut at a word where it is longer than ``longest`` characters."""
    sentence = " ".join(text.split()).partition(". ")[0].rstrip(".:")
    if len(sentence) > longest:
        return f"{sentence[:longest].rpartition(' ')[0].rstrip(',;')} …"
    return f"{sentence}."

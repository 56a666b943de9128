"""Running text that the plan document can carry: paragraphs, sub-headings, lists, emphasis and links.

Stored as a small subset of HTML, cleaned on the way into the database whichever way it comes.
"""

import re
import unicodedata
from dataclasses import dataclass
from html import unescape
from html.parser import HTMLParser

import nh3
from django.db import models
from django.utils.html import strip_tags

TAGS = {"p", "h3", "h4", "ul", "ol", "li", "em", "strong", "a", "br"}
ATTRIBUTES = {"a": {"href"}}
URL_SCHEMES = {"https", "http", "mailto"}


# Cleaning takes time that grows with size times depth, so that a hostile text could hold a server for minutes. A plan's
# text nests a list in a list; the limit leaves room for sloppy text that never ends its elements.
MAX_DEPTH = 200
_TAG = re.compile(r"<(/?)(?!(?:br|hr|img|input|meta|link|p)\b)[a-z][^>]*>", re.IGNORECASE)


def sanitise(html: str) -> str:
    """Return ``html`` with every element, attribute and address outside the subset removed.

    Letters are composed, å one character, so that a search finds them however they were typed. Text that nests
    deeper than ``MAX_DEPTH`` keeps its words and loses its elements.
    """
    html = unicodedata.normalize("NFC", html)
    if _depth(html) > MAX_DEPTH:
        html = _TAG.sub(" ", html)
    return nh3.clean(html, tags=TAGS, attributes=ATTRIBUTES, url_schemes=URL_SCHEMES, link_rel="noopener").strip()


def _depth(html: str) -> int:
    """Return the greatest number of elements open at once, leaving out those that end by themselves."""
    depth = deepest = 0
    for tag in _TAG.finditer(html):
        depth += -1 if tag[1] else 1
        deepest = max(deepest, depth)
    return deepest


def plain_text(html: str) -> str:
    """Return the words of ``html`` on one line, for search results and summaries."""
    spaced = html.replace("</p>", " </p>").replace("</li>", " </li>").replace("<br>", " ")
    spaced = spaced.replace("</h3>", " </h3>").replace("</h4>", " </h4>")
    return " ".join(unescape(strip_tags(spaced)).split())


@dataclass(frozen=True, slots=True)
class TextBlock:
    """A paragraph (``p``), sub-heading (``h3``, ``h4``) or list item (``li``) as words on one line.

    ``markup`` is its emphasis and links: two blocks with the same words may differ there.
    """

    form: str
    text: str
    markup: tuple[str, ...] = ()


def text_blocks(html: str) -> tuple[TextBlock, ...]:
    """Return the blocks of stored running text, in order and without empty ones."""
    parser = _BlockReader()
    parser.feed(html)
    parser.close()
    parser.end_block()
    return tuple(parser.blocks)


class _BlockReader(HTMLParser):
    FORMS = frozenset({"p", "h3", "h4", "li"})

    def __init__(self):
        super().__init__()
        self.blocks: list[TextBlock] = []
        self.form, self.words, self.markup = "p", [], []

    def handle_starttag(self, tag, attrs):
        if tag in self.FORMS:
            self.end_block()
            self.form = tag
        elif tag == "br":
            self.words.append(" ")
        elif tag in ("em", "strong", "a"):
            self.markup.append(f"{len(''.join(self.words))}<{tag} {dict(attrs).get('href', '')}>")

    def handle_endtag(self, tag):
        if tag in self.FORMS or tag in ("ul", "ol"):
            self.end_block()
        elif tag in ("em", "strong", "a"):
            self.markup.append(f"{len(''.join(self.words))}</{tag}>")

    def handle_data(self, data):
        self.words.append(data)

    def end_block(self) -> None:
        if text := " ".join("".join(self.words).split()):
            self.blocks.append(TextBlock(self.form, text, tuple(self.markup)))
        self.form, self.words, self.markup = "p", [], []


class RichTextField(models.TextField):
    """Text field that cannot hold anything but the subset above."""

    def __init__(self, *args, **kwargs):
        kwargs.setdefault("blank", True)
        super().__init__(*args, **kwargs)

    def get_db_prep_save(self, value, connection):
        return super().get_db_prep_save(sanitise(value) if isinstance(value, str) else value, connection)

    def pre_save(self, model_instance, add):
        value = sanitise(super().pre_save(model_instance, add) or "")
        setattr(model_instance, self.attname, value)
        return value

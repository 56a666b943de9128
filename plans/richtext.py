"""Running text that the plan document can carry: paragraphs, sub-headings, lists, emphasis and links.

Stored as a small subset of HTML, cleaned on the way into the database whichever way it comes.
"""

import re
import unicodedata
from html import unescape

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

"""Running text between its stored form, a small subset of HTML, and the blocks of the document tree.

``parse_html`` takes anything at all: what is outside the subset is dropped, the words are kept, and depth and size have
limits. ``to_html`` writes what ``parse_html`` reads back to the same blocks.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from html import escape
from html.parser import HTMLParser

from plans.richtext import sanitise
from skane_digi.documents.tree import Block, ListItem, Paragraph, RichText, Run, SubHeading, TextList

MAX_CHARACTERS = 50_000
MAX_BLOCKS = 2_000
MAX_LIST_DEPTH = 4
MAX_HREF = 2_000
# The time to clean nested elements grows with the square of their number.
MAX_TAGS = 8_000
CUT_NOTICE = "Texten är längre än ett dokument rymmer och slutar här."

# Markup takes room too, but not without limit.
_MAX_MARKUP = 6 * MAX_CHARACTERS
_SPACES = re.compile(r"[ \t\r\n\f]+")
_SAFE_HREF = re.compile(r"(?:https?://|mailto:)[^\s\"<>]+\Z", re.IGNORECASE)
_HEADING_LEVELS = {"h3": 1, "h4": 2}


def parse_html(html: str) -> RichText:
    """Return the blocks of stored running text. Never raises, whatever ``html`` holds."""
    parser = _BlockParser()
    markup = _capped(html)
    parser.feed(sanitise(markup))
    parser.close()
    blocks = parser.finish()
    if parser.is_cut or len(markup) < len(html):
        blocks.append(Paragraph((Run(CUT_NOTICE, is_strong=True),)))
    return RichText(tuple(blocks))


def to_html(text: RichText, heading_level: int = 3) -> str:
    """Return the blocks as HTML. The uppermost sub-heading becomes ``<h{heading_level}>``."""
    return "".join(_block_html(block, heading_level) for block in text.blocks)


def plain_line(text: str, limit: int = 5_000) -> str:
    """Return plain text on one line, no longer than ``limit`` characters."""
    line = _SPACES.sub(" ", text[: 2 * limit]).strip()
    return line if len(line) <= limit else f"{line[: limit - 1].rstrip()}…"


def _capped(html: str) -> str:
    html = html[:_MAX_MARKUP]
    pieces = html.split("<", MAX_TAGS + 1)
    return html if len(pieces) <= MAX_TAGS + 1 else "<".join(pieces[:-1])


def _block_html(block: Block, heading_level: int) -> str:
    match block:
        case Paragraph(runs):
            return f"<p>{_runs_html(runs)}</p>"
        case SubHeading(text, level):
            tag = f"h{min(heading_level + level - 1, 6)}"
            return f"<{tag}>{_text_html(text)}</{tag}>"
        case TextList():
            return _list_html(block)


def _list_html(block: TextList) -> str:
    tag = "ol" if block.is_ordered else "ul"
    items = "".join(
        f"<li>{_runs_html(item.runs)}{''.join(_list_html(child) for child in item.children)}</li>"
        for item in block.items
    )
    return f"<{tag}>{items}</{tag}>"


def _runs_html(runs: Iterable[Run]) -> str:
    return "".join(_run_html(run) for run in runs)


def _run_html(run: Run) -> str:
    html = _text_html(run.text)
    if run.is_emphasised:
        html = f"<em>{html}</em>"
    if run.is_strong:
        html = f"<strong>{html}</strong>"
    if _SAFE_HREF.match(run.href):
        html = f'<a href="{escape(run.href)}" rel="noopener">{html}</a>'
    return html


def _text_html(text: str) -> str:
    return escape(text, quote=False).replace("\n", "<br>")


@dataclass
class _OpenItem:
    runs: list[Run] = field(default_factory=list)
    children: list[TextList] = field(default_factory=list)


@dataclass
class _OpenList:
    is_ordered: bool
    items: list[_OpenItem] = field(default_factory=list)


class _BlockParser(HTMLParser):
    """Gathers runs and closes them into blocks. Lists nested deeper than the limit join the deepest allowed one."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.blocks: list[Block] = []
        self.is_cut = False
        self._runs: list[Run] = []
        self._heading: int | None = None
        self._has_top_heading = False
        self._lists: list[_OpenList] = []
        self._list_tags = 0
        self._emphasised = self._strong = 0
        self._hrefs: list[str] = []
        self._characters = self._block_count = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        match tag:
            case "p":
                self._end_block()
            case "h3" | "h4":
                self._end_block()
                self._heading = _HEADING_LEVELS[tag]
            case "ul" | "ol":
                self._open_list(tag == "ol")
            case "li":
                self._open_item()
            case "em":
                self._emphasised += 1
            case "strong":
                self._strong += 1
            case "a":
                self._hrefs.append((dict(attrs).get("href") or "")[:MAX_HREF])
            case "br":
                self._add_text("\n")

    def handle_endtag(self, tag: str) -> None:
        match tag:
            case "p" | "h3" | "h4":
                self._end_block()
            case "ul" | "ol":
                self._close_list()
            case "li":
                self._end_block()
            case "em":
                self._emphasised = max(0, self._emphasised - 1)
            case "strong":
                self._strong = max(0, self._strong - 1)
            case "a":
                del self._hrefs[-1:]

    def handle_data(self, data: str) -> None:
        self._add_text(_SPACES.sub(" ", data))

    def finish(self) -> list[Block]:
        self._end_block()
        while self._list_tags:
            self._close_list()
        return self.blocks

    def _add_text(self, text: str) -> None:
        room = MAX_CHARACTERS - self._characters
        if len(text) > room or self._block_count >= MAX_BLOCKS:
            self.is_cut = True
            text = "" if self._block_count >= MAX_BLOCKS else text[: max(0, room)]
        self._characters += len(text)
        if text:
            href = self._hrefs[-1] if self._hrefs and _SAFE_HREF.match(self._hrefs[-1]) else ""
            self._runs.append(Run(text, bool(self._emphasised), bool(self._strong), href))

    def _end_block(self) -> None:
        runs, self._runs = _tidy(self._runs), []
        level, self._heading = self._heading, None
        if not runs:
            return
        self._block_count += 1
        if self._lists:
            item = self._current_item()
            item.runs = _tidy([*item.runs, Run("\n"), *runs]) if item.runs else runs
        elif level:
            heading = " ".join("".join(run.text for run in runs).split())
            if not heading:
                return
            # The outline may not skip a level: what comes before any uppermost heading is uppermost itself.
            self.blocks.append(SubHeading(heading, level if self._has_top_heading else 1))
            self._has_top_heading = True
        else:
            self.blocks.append(Paragraph(tuple(runs)))

    def _open_list(self, is_ordered: bool) -> None:
        self._end_block()
        self._list_tags += 1
        if self._list_tags <= MAX_LIST_DEPTH:
            self._lists.append(_OpenList(is_ordered))

    def _open_item(self) -> None:
        self._end_block()
        if self._lists:
            self._lists[-1].items.append(_OpenItem())

    def _current_item(self) -> _OpenItem:
        if not self._lists[-1].items:
            self._lists[-1].items.append(_OpenItem())
        return self._lists[-1].items[-1]

    def _close_list(self) -> None:
        self._end_block()
        if not self._list_tags:
            return
        self._list_tags -= 1
        if self._list_tags >= MAX_LIST_DEPTH:
            return
        closed = self._lists.pop()
        items = tuple(
            ListItem(tuple(item.runs), tuple(item.children)) for item in closed.items if item.runs or item.children
        )
        if not items:
            return
        block = TextList(items, closed.is_ordered)
        if self._lists:
            self._current_item().children.append(block)
        else:
            self.blocks.append(block)


def _tidy(runs: Iterable[Run]) -> list[Run]:
    """Merge neighbours set the same way; no space at the ends, beside a line break or beside another space."""
    tidy: list[Run] = []
    before = "\n"
    for run in runs:
        text = re.sub(r" *\n *", "\n", re.sub(r" {2,}", " ", run.text))
        if before in " \n":
            text = text.lstrip(" ")
        if text.startswith("\n"):
            _strip_end(tidy, " ")
        if not tidy:
            text = text.lstrip("\n ")
        if not text:
            continue
        before = text[-1]
        if tidy and replace(tidy[-1], text="") == replace(run, text=""):
            tidy[-1] = replace(run, text=tidy[-1].text + text)
        else:
            tidy.append(replace(run, text=text))
    _strip_end(tidy, " \n")
    return tidy


def _strip_end(runs: list[Run], characters: str) -> None:
    while runs:
        text = runs[-1].text.rstrip(characters)
        if text:
            runs[-1] = replace(runs[-1], text=text)
            return
        runs.pop()

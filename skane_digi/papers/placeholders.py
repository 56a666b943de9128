"""Words in braces in the papers' texts, such as ``{organisation}``, which each paper fills in with its own."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from plans.richtext import text_blocks
from skane_digi.documents.richtext import parse_html
from skane_digi.documents.tree import Block, ListItem, Paragraph, RichText, Run, SubHeading, TextList

PLACEHOLDERS = {
    "organisation": "organisationens namn",
    "plan": "planens titel",
    "år": "verksamhetsåret eller åren",
    "kostnad": "organisationens andel av kostnaden",
    "version": "versionens nummer",
    "samverkan": "samverkans namn",
}
_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")


def fault_in(html: str) -> str:
    """Return a Swedish sentence about a placeholder in ``html`` that cannot be filled in; empty where all can."""
    known = ", ".join(f"{{{name}}}" for name in PLACEHOLDERS)
    whole = [name for block in text_blocks(html) for name in _PLACEHOLDER.findall(block.text)]
    for name in whole:
        if name not in PLACEHOLDERS:
            return f"{{{name[:40]}}} går inte att fylla i. Det som fylls i av sig självt är {known}."
    if len(whole) != sum(len(_PLACEHOLDER.findall(run.text)) for run in _runs(parse_html(html).blocks)):
        return (
            f"Sätt hela ordet inom klamrar på samma sätt: kursiv, fet stil eller länk får inte dela något av {known}."
        )
    return ""


def fill(text: RichText, values: Mapping[str, str]) -> RichText:
    """Return ``text`` with each placeholder that has a value replaced by it."""
    return RichText(tuple(_filled(block, values) for block in text.blocks))


def fill_line(text: str, values: Mapping[str, str]) -> str:
    return _PLACEHOLDER.sub(lambda match: values.get(match[1], match[0]), text)


def _filled(block: Block, values: Mapping[str, str]) -> Block:
    match block:
        case Paragraph(runs):
            return Paragraph(_filled_runs(runs, values))
        case SubHeading(text, level):
            return SubHeading(fill_line(text, values), level)
        case TextList():
            return _filled_list(block, values)


def _filled_list(block: TextList, values: Mapping[str, str]) -> TextList:
    items = tuple(
        ListItem(_filled_runs(item.runs, values), tuple(_filled_list(child, values) for child in item.children))
        for item in block.items
    )
    return TextList(items, block.is_ordered)


def _filled_runs(runs: Sequence[Run], values: Mapping[str, str]) -> tuple[Run, ...]:
    return tuple(replace(run, text=fill_line(run.text, values)) for run in runs)


def _runs(blocks: Sequence[Block]) -> list[Run]:
    found = []
    for block in blocks:
        match block:
            case Paragraph(runs):
                found += runs
            case SubHeading(text, _):
                found.append(Run(text))
            case TextList(items):
                for item in items:
                    found += [*item.runs, *_runs(item.children)]
    return found

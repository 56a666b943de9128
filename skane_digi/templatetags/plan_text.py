"""Running text in templates."""

import re

from django import template
from django.utils.html import escape, format_html_join
from django.utils.safestring import SafeString, mark_safe

from budgets.tables import BudgetRow
from skane_digi.documents.richtext import to_html
from skane_digi.documents.tree import RichText

register = template.Library()

_DATE_OR_NUMBER = re.compile(r"\d{4}-\d\d-\d\d|\d{1,3}(?: \d{3})+")


@register.filter
def rich_html(text: RichText, heading_level: int = 3) -> SafeString:
    """Write the blocks as HTML; the uppermost sub-heading gets ``heading_level``. Every word is escaped."""
    return mark_safe(to_html(text, heading_level))  # noqa: S308 to_html escapes and writes no other tags


@register.filter
def breakable(name: str) -> SafeString:
    """Let a long name break after its slash, as in Avvikelsehantering/händelseanalys. Every word is escaped."""
    return format_html_join(mark_safe("/<wbr>"), "{}", ([part] for part in name.split("/")))


@register.filter
def unbroken(text: str) -> SafeString:
    """Keep each date and each number with ordinary spaces in its thousands on one line. Every word is escaped."""
    kept = _DATE_OR_NUMBER.sub(r'<span class="unbroken">\g<0></span>', escape(text))
    return mark_safe(kept)  # noqa: S308 escaped above, and the expression takes only digits, spaces and hyphens


@register.filter
def part_rows(row: BudgetRow) -> list[tuple[str, list[str]]]:
    """Return a row's divided money as rows of their own: each part's name and its text in every column."""
    labels = dict.fromkeys(part.label for cell in row.cells for part in cell.parts)
    texts = [{part.label: part.text for part in cell.parts} for cell in row.cells]
    return [(label, [column.get(label, "") for column in texts]) for label in labels]

"""Running text in templates."""

from django import template
from django.utils.safestring import SafeString, mark_safe

from budgets.tables import BudgetRow
from skane_digi.documents.richtext import to_html
from skane_digi.documents.tree import RichText

register = template.Library()


@register.filter
def rich_html(text: RichText, heading_level: int = 3) -> SafeString:
    """Write the blocks as HTML; the uppermost sub-heading gets ``heading_level``. Every word is escaped."""
    return mark_safe(to_html(text, heading_level))  # noqa: S308 to_html escapes and writes no other tags


@register.filter
def part_rows(row: BudgetRow) -> list[tuple[str, list[str]]]:
    """Return a row's divided money as rows of their own: each part's name and its text in every column."""
    labels = dict.fromkeys(part.label for cell in row.cells for part in cell.parts)
    texts = [{part.label: part.text for part in cell.parts} for cell in row.cells]
    return [(label, [column.get(label, "") for column in texts]) for label in labels]

"""A paper as PDF, set by the same press as the plan: tagged, archivable, the same bytes for the same paper."""

import functools
import re

from django.template.loader import render_to_string

from skane_digi.documents.fonts import settable
from skane_digi.documents.pdf import ASSETS, keep_figures_together, pdf_from_html
from skane_digi.papers.tree import Paper

SHEET, VALUES_FROM = "print-papers.css", "print-plan.css"
_VALUE = re.compile(r"^\s*(--[a-z-]+):\s*([^;]+);", re.MULTILINE)
_VARIABLE = re.compile(r"var\((--[a-z-]+)\)")
# A day in running text; in the address of a link it stands beside something else.
_DAY = re.compile(r"(?<![\w/=.-])\d{4}-\d\d-\d\d(?![\w/&=-])")


def paper_html(paper: Paper) -> str:
    """Return the HTML that the PDF is set from, without style sheets."""
    return render_to_string("papers/paper_pdf.html", {"paper": paper})


def paper_pdf(paper: Paper) -> bytes:
    """Return the PDF. Raises ``ImproperlyConfigured`` where a library or a typeface is missing."""
    head, body = settable(keep_figures_together(paper_html(paper))).split("</head>", 1)
    body = _DAY.sub(r'<span class="unbroken">\g<0></span>', body)
    return pdf_from_html(f"{head}<style>{_sheet()}</style></head>{body}")


@functools.cache
def _sheet() -> str:
    """Return the papers' own style sheet with the plan's colours and typefaces put in their places."""
    values = dict(_VALUE.findall((ASSETS / VALUES_FROM).read_text(encoding="utf-8")))
    source = (ASSETS / SHEET).read_text(encoding="utf-8")
    return _VARIABLE.sub(lambda match: values[match[1]], source)

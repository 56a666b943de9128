"""From the document tree to HTML. The page and the PDF share every partial below the shell."""

import datetime
from dataclasses import dataclass

from django.template.loader import render_to_string

from skane_digi.documents.tree import PlanDocument


@dataclass(frozen=True, slots=True)
class Headings:
    """Heading levels for the partials, so that each place that includes them has an unbroken outline.

    ``area`` is the level of an area's or section's own heading, ``part`` of "Aktiviteter" and the like inside it,
    ``period`` of "Verksamhetsåret 2024", ``text`` and ``part_text`` of sub-headings in running text under the area
    and under its parts, ``period_text`` under a period.
    """

    area: int = 2
    part: int = 3
    period: int = 4
    text: int = 3
    part_text: int = 4
    period_text: int = 5


IN_PLAN = Headings()
ON_AREA_PAGE = Headings(area=1, part=2, period=3, text=2, part_text=3, period_text=4)


@dataclass(frozen=True, slots=True)
class VersionMark:
    """What the PDF of a frozen version prints on its cover and on every page, and says in its metadata.

    ``fingerprint`` is the first digits of the content's digest as ``plans.models.version.fingerprint_of`` writes them.
    """

    number: int
    fingerprint: str
    frozen_on: datetime.date

    @property
    def text(self) -> str:
        return f"Version {self.number} · {self.fingerprint}"

    @property
    def keywords(self) -> str:
        """What ``versions.verifying`` looks for in a file that the register does not have."""
        return f"version={self.number} fingeravtryck={''.join(self.fingerprint.split())}"

    @property
    def frozen_text(self) -> str:
        return self.frozen_on.isoformat()


def plan_html(document: PlanDocument, mark: VersionMark | None = None) -> str:
    """Return the whole plan as the HTML that the PDF is set from, without style sheets; with ``mark`` a frozen one."""
    context = {"document": document, "headings": IN_PLAN, "mark": mark}
    return render_to_string("documents/plan_pdf.html", context)

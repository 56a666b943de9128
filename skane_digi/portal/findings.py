"""The review of a plan, as the reader meets it: faults and remarks with links to the page that shows each."""

import re
from dataclasses import dataclass

from django.urls import reverse

from plans.models import Plan
from skane_digi.review import review_of


@dataclass(frozen=True, slots=True)
class LinkedFinding:
    text: str
    where: str
    url: str


@dataclass(frozen=True, slots=True)
class Findings:
    """``faults`` are figures and words that contradict each other; ``remarks`` what a reader should know."""

    faults: tuple[LinkedFinding, ...]
    remarks: tuple[LinkedFinding, ...]

    def __bool__(self) -> bool:
        return bool(self.faults or self.remarks)


def linked_findings(plan: Plan) -> Findings:
    """Return the findings of a plan that was fetched by ``Plan.objects.with_content()``."""
    found = [
        (finding.is_fault, LinkedFinding(finding.text, finding.where, _address(plan, finding.anchor)))
        for finding in review_of(plan)
    ]
    return Findings(
        faults=tuple(linked for is_fault, linked in found if is_fault),
        remarks=tuple(linked for is_fault, linked in found if not is_fault),
    )


def _address(plan: Plan, anchor: str) -> str:
    """Return the page that shows what ``anchor`` names; anchors are those of the plan document."""
    if anchor.startswith("omrade-"):
        return reverse("portal:focus-area", args=[plan.slug, anchor.removeprefix("omrade-")])
    if anchor == "budget":
        return reverse("portal:budget", args=[plan.slug])
    if cost := re.fullmatch(r"kostnad-(\d+)", anchor):
        return reverse("portal:costs", args=[plan.slug, int(cost[1])])
    return f"#{anchor}" if anchor else ""

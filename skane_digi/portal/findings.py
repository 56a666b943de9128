"""The review of a plan, as the reader meets it: faults and remarks with links to the page that shows each."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.urls import reverse

from budgets.checks import BUDGET_ANCHOR, cost_anchor
from plans.checks import Finding, area_anchor
from plans.models import Plan, PlanVersion
from plans.permissions import can_write_plan
from skane_digi.completeness import completeness, contradictions
from skane_digi.review import review


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


@dataclass(frozen=True, slots=True)
class AreaMissing:
    """What an area, or the plan itself, still lacks, and the page to go to."""

    title: str
    url: str
    texts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Missing:
    """``areas`` are those that lack something; ``complete`` counts the others."""

    areas: tuple[AreaMissing, ...]
    complete: int
    area_count: int


def linked_findings(plan: Plan, version: PlanVersion | None = None) -> Findings:
    """Return the findings of a plan that was fetched by ``Plan.objects.with_content()``.

    What a draft lacks is no contradiction: it is listed area by area by ``linked_missing``. The faults of a plan that
    is sent for decision as ``version`` are those acknowledged when it was frozen: the review also looks at the plan
    before, which may be under revision.
    """
    pages = _pages(plan)
    found = [
        (finding.is_fault, LinkedFinding(finding.text, finding.where, pages.get(finding.anchor, "")))
        for finding in (review(plan) if plan.is_locked else contradictions(plan))
    ]
    faults = tuple(linked for is_fault, linked in found if is_fault)
    if plan.is_locked and version is not None:
        now = {linked.text: linked for linked in faults}
        frozen = version.faults.order_by("position", "pk")
        faults = tuple(now.get(fault.text, LinkedFinding(fault.text, fault.where, "")) for fault in frozen)
    return Findings(faults=faults, remarks=tuple(linked for is_fault, linked in found if not is_fault))


def linked_missing(plan: Plan, user) -> Missing | None:
    """Return what a draft still lacks; ``None`` for a plan that has been sent for decision.

    Who may write the plan is sent to the page where it is written, others to the page where it is read.
    """
    if plan.is_locked:
        return None
    pages = _writing_pages(plan) if can_write_plan(user, plan) else _pages(plan)
    found = completeness(plan)
    areas = tuple(
        AreaMissing(area.title, pages.get(area_anchor(area.slug), plan.get_absolute_url()), area.texts)
        for area in found
        if not area.is_complete
    )
    complete = sum(area.is_complete for area in found)
    return Missing(areas, complete, sum(1 for area in found if area.slug))


def linked(plan: Plan, findings: Iterable[Finding]) -> tuple[LinkedFinding, ...]:
    """Return ``findings`` with the page where each is mended, or read where the plan is locked."""
    pages = _pages(plan)
    if not plan.is_locked:
        pages |= _writing_pages(plan) | {
            anchor: reverse("workspace:budget", args=[plan.slug])
            for anchor in (BUDGET_ANCHOR, *(cost_anchor(row.year) for row in plan.years.all()))
        }
        pages[""] = reverse("workspace:plan", args=[plan.slug])
    return tuple(LinkedFinding(one.text, one.where, pages.get(one.anchor, plan.get_absolute_url())) for one in findings)


def _writing_pages(plan: Plan) -> dict[str, str]:
    return {
        area_anchor(area.slug): reverse("workspace:area", args=[plan.slug, area.slug])
        for area in plan.focus_areas.all()
    }


def _pages(plan: Plan) -> dict[str, str]:
    """Return the page that shows what each anchor of the plan document names."""
    pages = {
        area_anchor(area.slug): reverse("portal:focus-area", args=[plan.slug, area.slug])
        for area in plan.focus_areas.all()
    }
    pages |= {cost_anchor(row.year): reverse("portal:costs", args=[plan.slug, row.year]) for row in plan.years.all()}
    return pages | {BUDGET_ANCHOR: reverse("portal:budget", args=[plan.slug])}

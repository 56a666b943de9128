"""What each focus area of a plan still lacks, as a short list for those who write it."""

from collections.abc import Iterable
from dataclasses import dataclass

from plans.checks import Finding, area_anchor, review_plan
from plans.models import Plan

# What the review finds missing, rather than contradictory.
MISSING_CODES = frozenset(
    {
        "plan_without_years",
        "plan_without_areas",
        "area_without_background",
        "area_without_purpose",
        "area_without_goals",
        "area_without_activities",
        "period_without_activities",
        "area_without_responsible",
    }
)


@dataclass(frozen=True, slots=True)
class Completeness:
    """An area, or the plan itself where ``slug`` is empty, and what it lacks."""

    title: str
    slug: str
    missing: tuple[Finding, ...]

    @property
    def texts(self) -> tuple[str, ...]:
        """The findings' sentences without the title that the list stands under."""
        return tuple(_without(self.title, finding.text) for finding in self.missing)

    @property
    def is_complete(self) -> bool:
        return not self.missing


def plan_completeness(plan: Plan, more: Iterable[Finding] = ()) -> tuple[Completeness, ...]:
    """Return what the plan, if anything, and each of its areas lacks, in the order of the plan.

    ``plan`` is fetched by ``Plan.objects.with_content()``; ``more`` is what others know to be missing, such as money.
    """
    findings = [finding for finding in review_plan(plan) if finding.code in MISSING_CODES]
    findings += more
    anchors = {area_anchor(area.slug) for area in plan.focus_areas.all()}
    of_plan = tuple(finding for finding in findings if finding.anchor not in anchors)
    areas = tuple(
        Completeness(
            area.title, area.slug, tuple(finding for finding in findings if finding.anchor == area_anchor(area.slug))
        )
        for area in plan.focus_areas.all()
    )
    return ((Completeness(plan.title, "", of_plan),) if of_plan else ()) + areas


def _without(title: str, sentence: str) -> str:
    rest = sentence.removeprefix(title).lstrip(" ,").replace(", saknar", " saknar", 1)
    return rest[:1].upper() + rest[1:]

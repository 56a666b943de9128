"""What is missing, each with a link to the very place where it is written."""

from dataclasses import dataclass

from django.urls import reverse

from plans.completeness import Completeness
from plans.models import Plan

# Where on an area's page each thing is written. The names are those of ``plans.checks`` and ``budgets.completeness``.
PLACES = {
    "area_without_background": "bakgrund",
    "area_without_purpose": "syfte",
    "area_without_goals": "mal",
    "area_without_activities": "aktiviteter",
    "period_without_activities": "aktiviteter",
    "area_without_budget": "ekonomi",
    "area_without_responsible": "ansvar",
}
PLAN_PLACES = {"plan_without_years": "planen", "plan_without_areas": "omraden"}


@dataclass(frozen=True, slots=True)
class MissingPart:
    text: str
    url: str


def missing_parts(plan: Plan, lacking: Completeness) -> tuple[MissingPart, ...]:
    """Return the sentences of what an area, or the plan itself, lacks, with the address of each place."""
    if lacking.slug:
        page, places = reverse("workspace:area", args=[plan.slug, lacking.slug]), PLACES
    else:
        page, places = reverse("workspace:plan", args=[plan.slug]), PLAN_PLACES
    return tuple(
        MissingPart(text, f"{page}#{places[finding.code]}")
        for finding, text in zip(lacking.missing, lacking.texts, strict=True)
    )

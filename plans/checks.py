"""What is missing in a plan's text, before it is sent out."""

from dataclasses import dataclass

from plans.models import FocusArea, Plan
from plans.richtext import plain_text

FAULT, REMARK = "fault", "remark"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that does not agree. ``text`` is a Swedish sentence with the figures; ``anchor`` a place on the page.

    ``severity`` is ``fault`` for what must be mended before the plan is sent out and ``remark`` for what the reader
    should know.
    """

    code: str
    severity: str
    text: str
    where: str
    anchor: str

    @property
    def is_fault(self) -> bool:
        return self.severity == FAULT


def area_anchor(slug: str) -> str:
    return f"omrade-{slug}"


def review_plan(plan: Plan) -> list[Finding]:
    """Return what a plan's text lacks, in the order of the plan, fetched by ``Plan.objects.with_content()``."""
    findings = []
    if not plan.years.all():
        findings.append(Finding("plan_without_years", FAULT, "Planen saknar verksamhetsår.", plan.title, ""))
    if not plan.focus_areas.all():
        findings.append(Finding("plan_without_areas", FAULT, "Planen saknar insatsområden.", plan.title, ""))
    for area in plan.focus_areas.all():
        findings += _review_area(area)
    return findings


def _review_area(area: FocusArea) -> list[Finding]:
    def finding(code: str, severity: str, text: str) -> Finding:
        return Finding(code, severity, text, area.title, area_anchor(area.slug))

    findings = []
    if not area.origins.all():
        findings.append(
            finding(
                "area_without_origin",
                REMARK,
                f"{area.title} säger inte om området är nytt eller fortsätter ett område i planen före.",
            )
        )
    if not plain_text(area.background):
        findings.append(finding("area_without_background", FAULT, f"{area.title} saknar bakgrund."))
    if not plain_text(area.purpose):
        findings.append(finding("area_without_purpose", FAULT, f"{area.title} saknar syfte och nytta."))
    if not area.goals.all():
        findings.append(finding("area_without_goals", FAULT, f"{area.title} saknar övergripande mål."))
    if not area.periods.all():
        findings.append(
            finding("area_without_activities", FAULT, f"{area.title} saknar aktiviteter och skäl till att de saknas.")
        )
    findings += [
        finding(
            "period_without_activities",
            FAULT,
            f"{area.title}, {_in_sentence(period.heading)}, saknar aktiviteter och skäl till att de saknas.",
        )
        for period in area.periods.all()
        if not period.activities.all() and not period.no_activities_reason
    ]
    if not area.responsibilities.all():
        findings.append(finding("area_without_responsible", FAULT, f"{area.title} saknar ansvarigt organ."))
    return findings


def _in_sentence(heading: str) -> str:
    return heading[:1].lower() + heading[1:]

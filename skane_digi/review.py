"""The review (granskning) of a plan: everything that does not agree, in text and in figures."""

from budgets.checks import review_budget
from plans.checks import Finding, review_plan
from plans.models import Plan


def review(plan: Plan) -> list[Finding]:
    """Return all findings, faults before remarks, figures before text, as the database is now."""
    return review_of(Plan.objects.with_content().get(pk=plan.pk))


def review_of(plan: Plan) -> list[Finding]:
    """Return the same of a plan that was fetched by ``Plan.objects.with_content()``."""
    findings = [*review_budget(plan), *review_plan(plan)]
    return sorted(findings, key=lambda finding: not finding.is_fault)

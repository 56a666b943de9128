"""The review (granskning) of a plan: everything that does not agree, in text and in figures."""

from budgets.checks import review_budget
from plans.checks import Finding, review_plan
from plans.models import Plan


def review(plan: Plan) -> list[Finding]:
    """Return all findings, faults before remarks and figures before text.

    ``plan`` is fetched by ``Plan.objects.with_content()``, so that the number of queries does not grow with it.
    """
    findings = [*review_budget(plan), *review_plan(plan)]
    return sorted(findings, key=lambda finding: not finding.is_fault)

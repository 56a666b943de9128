"""What a plan still lacks, in text and in money."""

from budgets.completeness import missing_budget
from plans.checks import Finding
from plans.completeness import MISSING_CODES, Completeness, plan_completeness
from plans.models import Plan
from skane_digi.review import review


def completeness(plan: Plan) -> tuple[Completeness, ...]:
    """Return what the plan and each area lacks, of a plan fetched by ``Plan.objects.with_content()``."""
    return plan_completeness(plan, missing_budget(plan))


def contradictions(plan: Plan) -> list[Finding]:
    """Return the rest of the review: what does not agree, and what the reader should know."""
    return [finding for finding in review(plan) if finding.code not in MISSING_CODES]

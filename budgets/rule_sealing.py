"""Sealing: a rule that a frozen version shares by stays as it is. Who wants another makes a successor."""

from budgets.models import AllocationRule, RuleSeal
from budgets.year_basis import load_years
from plans.models import PlanVersion


def seal_rules(version: PlanVersion) -> tuple[RuleSeal, ...]:
    """Seal every rule that the years of the version's plan are shared by. Call it in the transaction that freezes."""
    slugs = {rule.slug for basis in load_years([version.plan]) for rule in basis.rules()}
    rules = AllocationRule.objects.filter(collaboration=version.plan.collaboration_id, slug__in=slugs)
    return tuple(RuleSeal.objects.create(rule=rule, version=version) for rule in rules.order_by("pk"))

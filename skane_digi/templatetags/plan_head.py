"""The head of a plan's pages in templates."""

from django import template

from plans.models import Plan
from skane_digi.portal.plan_head import PlanHead, plan_head
from skane_digi.versions.standing import title_for

register = template.Library()


@register.simple_tag(name="plan_head")
def head_of(plan: Plan, user) -> PlanHead:
    """Return the tabs and the notice that ``user`` is to see on every page of ``plan``."""
    return plan_head(plan, user)


@register.simple_tag
def plan_title(plan: Plan, user) -> str:
    """Return what ``user`` may know that the plan is called: a draft under revision may have a new name."""
    return title_for(user, plan)

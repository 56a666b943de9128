"""Who comes in to read and compose rules. A view behind a gate gets the row; what one may not see is not there."""

import functools
from collections.abc import Callable

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.cache import never_cache

from budgets.models import AllocationRule
from plans import permissions
from plans.models import Collaboration, Plan

View = Callable[..., HttpResponse]


def rule_readers(view: View) -> View:
    """Let in those who may read the rule; the view gets it with its parts."""
    return _with_rule(view, permissions.can_view_rules)


def rule_composers(view: View) -> View:
    """Let in those who may compose rules in the rule's collaboration; the view gets it with its parts."""
    return _with_rule(view, permissions.can_compose_rules)


def composers(view: View) -> View:
    """Let in those who may compose rules in the collaboration, which the view gets."""

    @never_cache
    @functools.wraps(view)
    def guarded(request: HttpRequest, collaboration: str, *args, **kwargs) -> HttpResponse:
        found = get_object_or_404(Collaboration, slug=collaboration)
        if not permissions.can_compose_rules(request.user, found):
            raise Http404
        return view(request, found, *args, **kwargs)

    return guarded


def plan_readers(view: View) -> View:
    """Let in those who may read the plan as it is now."""
    return _with_plan(view, permissions.can_view_plan)


def plan_writers(view: View) -> View:
    """Let in those who may write the plan's budget now."""
    return _with_plan(view, permissions.can_write_budget)


def _with_rule(view: View, may: Callable[[object, Collaboration], bool]) -> View:
    @never_cache
    @functools.wraps(view)
    def guarded(request: HttpRequest, collaboration: str, slug: str, *args, **kwargs) -> HttpResponse:
        rules = AllocationRule.objects.with_parts().select_related("collaboration", "allocation_key__measured_by")
        rule = get_object_or_404(rules, collaboration__slug=collaboration, slug=slug)
        if not may(request.user, rule.collaboration):
            raise Http404
        return view(request, rule, *args, **kwargs)

    return guarded


def _with_plan(view: View, may: Callable[[object, Plan], bool]) -> View:
    @never_cache
    @functools.wraps(view)
    def guarded(request: HttpRequest, slug: str, *args, **kwargs) -> HttpResponse:
        plan = Plan.objects.with_years().with_plan_before(request.user).filter(slug=slug).first()
        if plan is None or not may(request.user, plan):
            raise Http404
        return view(request, plan, *args, **kwargs)

    return guarded

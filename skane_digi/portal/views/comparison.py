"""A plan beside an earlier one."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from plans.models import Plan
from skane_digi.comparison import compare_with, earlier_plans
from skane_digi.portal.views.plans import whole_plan


def comparison(request: HttpRequest, slug: str) -> HttpResponse:
    """Compare with the plan before, or with the earlier one that ``?med=`` names."""
    plan = whole_plan(request, slug)
    choices = earlier_plans(plan, request.user)
    context = {"plan": plan, "choices": choices, "is_open": request.GET.get("visa") == "allt"}
    if wanted := _wanted(request.GET.get("med"), choices):
        before = Plan.objects.with_content().get(pk=wanted.pk)
        context |= {"before": before, "compared": compare_with(plan, before)}
    return render(request, "portal/comparison.html", context)


def _wanted(slug: str | None, choices: list[Plan]) -> Plan | None:
    if slug is None:
        return choices[0] if choices else None
    for plan in choices:
        if plan.slug == slug:
            return plan
    raise Http404(f"Planen har inga områden som kommer från ”{slug}”.")

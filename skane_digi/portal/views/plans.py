"""The list of plans, one plan and one focus area."""

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render

from plans.models import FocusArea, Plan
from skane_digi.documents.build import build_area, document_of
from skane_digi.documents.render import IN_PLAN, ON_AREA_PAGE
from skane_digi.portal.findings import linked_findings, linked_missing
from skane_digi.portal.lineage import kin
from skane_digi.portal.plan_doors import plan_doors
from skane_digi.portal.plan_head import plan_head
from skane_digi.portal.plan_rows import plan_rows
from skane_digi.versions.standing import frozen_area, frozen_document


def visible_plan(request: HttpRequest, slug: str) -> Plan:
    """Return the plan, or answer 404 where the reader may not see it."""
    return get_object_or_404(_plans_for(request).with_years(), slug=slug)


def whole_plan(request: HttpRequest, slug: str) -> Plan:
    """Return the plan with all its content, or answer 404 where the reader may not see it."""
    return get_object_or_404(_plans_for(request).with_content(), slug=slug)


def _plans_for(request: HttpRequest) -> QuerySet[Plan]:
    """Return the plans that the reader may see, with what the tabs between their pages ask for."""
    return Plan.objects.visible_to(request.user).with_plan_before(request.user)


def plan_list(request: HttpRequest) -> HttpResponse:
    return render(request, "portal/plan_list.html", {"plans": plan_rows(request.user)})


def plan_detail(request: HttpRequest, slug: str) -> HttpResponse:
    plan = whole_plan(request, slug)
    head = plan_head(plan, request.user)
    context = {
        "plan": plan,
        "head": head,
        "document": frozen_document(plan) or document_of(plan),
        "headings": IN_PLAN,
        "findings": linked_findings(plan, head.current),
        "missing": linked_missing(plan, request.user),
        "doors": plan_doors(plan, request.user, head.current),
    }
    return render(request, "portal/plan_detail.html", context)


def focus_area(request: HttpRequest, slug: str, area_slug: str) -> HttpResponse:
    plan = visible_plan(request, slug)
    area = get_object_or_404(FocusArea.objects.with_content(), plan=plan, slug=area_slug)
    context = {
        "plan": plan,
        "focus_area": area,
        "area": frozen_area(plan, area_slug) or build_area(area),
        "headings": ON_AREA_PAGE,
        "areas": plan.focus_areas.all(),
        "kin": kin(area, request.user),
    }
    return render(request, "portal/focus_area.html", context)

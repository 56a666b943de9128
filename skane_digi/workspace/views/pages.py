"""The pages of the workspace: the plan as a whole, one area, what stands beside them, and the page as it will print."""

from dataclasses import asdict

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render

from plans.models import FocusArea, Plan
from skane_digi.documents.build import build_area, document_of
from skane_digi.documents.render import IN_PLAN
from skane_digi.workspace import doors, work
from skane_digi.workspace.news import News, newest, news_since
from skane_digi.workspace.preview import framed
from skane_digi.workspace.requests import number_in


@doors.page
def plan(request: HttpRequest, plan: Plan) -> HttpResponse:
    return render(request, "workspace/plan.html", work.plan_context(plan, request.user))


@doors.page
def area(request: HttpRequest, plan: Plan, area_slug: str) -> HttpResponse:
    return render(request, "workspace/area.html", work.area_context(plan, area_slug, request.user))


@doors.budget_page
def beside(request: HttpRequest, plan: Plan) -> HttpResponse:
    """Answer with the list of areas as it is now; ``omrade`` names the one that the reader is on."""
    context = work.beside_context(plan, request.user)
    return render(request, "workspace/_beside.html", {**context, "at_area": request.GET.get("omrade", "")})


@doors.budget_page
def news(request: HttpRequest, plan: Plan) -> HttpResponse:
    """Answer what others have changed after the log's entry ``sedan``; without it, which entry is the newest."""
    since = number_in(request.GET, "sedan")
    found = News(newest(plan)) if since is None else news_since(plan, since, request.user)
    return JsonResponse(asdict(found))


@framed
@doors.budget_page
def preview_area(request: HttpRequest, plan: Plan, area_slug: str) -> HttpResponse:
    """Show the area as it will print."""
    area = get_object_or_404(FocusArea.objects.with_content(), plan=plan, slug=area_slug)
    context = {"plan": plan, "area": build_area(area), "headings": IN_PLAN}
    return render(request, "workspace/preview_area.html", context)


@framed
@doors.budget_page
def preview_plan(request: HttpRequest, plan: Plan) -> HttpResponse:
    """Show the whole plan as it will print; ``del=budget`` shows its figures alone."""
    document = document_of(Plan.objects.with_content().get(pk=plan.pk))
    template = "workspace/preview_budget.html" if request.GET.get("del") == "budget" else "workspace/preview_plan.html"
    return render(request, template, {"plan": plan, "document": document, "headings": IN_PLAN})

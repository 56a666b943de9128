"""Starting next year's plan from this one."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from plans.permissions import can_start_plan
from plans.rollover_choices import RolloverError
from skane_digi.portal.start_plan_form import StartPlanForm
from skane_digi.portal.views.plans import visible_plan
from skane_digi.workflows import start_next_plan


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def start_plan(request: HttpRequest, slug: str) -> HttpResponse:
    """Show the form, or start the plan it asks for and go to the draft."""
    plan = visible_plan(request, slug)
    if not can_start_plan(request.user, plan) or not plan.years.all():
        raise Http404
    form = StartPlanForm(plan, request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        try:
            started = start_next_plan(plan=plan, by=request.user, **form.wishes())
        except RolloverError as error:
            form.refuse(error)
        else:
            messages.success(request, f"{started.plan} är påbörjad utifrån {plan}. Den är ett utkast.")
            return redirect("workspace:plan", started.plan.slug)
    return render(request, "portal/start_plan.html", {"plan": plan, "form": form})

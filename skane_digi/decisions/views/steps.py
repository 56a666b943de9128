"""The page of a plan's steps, and the form of each."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from plans import permissions
from plans.models import Plan
from plans.steps import StepRefused
from skane_digi.decisions import gates
from skane_digi.decisions.step_forms import FORMS
from skane_digi.decisions.step_page import step_page
from skane_digi.decisions.step_taking import SteppedMeanwhile, take_step


@require_safe
@gates.for_those(gates.may_follow)
def steps(request: HttpRequest, plan: Plan) -> HttpResponse:
    return render(request, "decisions/steps.html", {"plan": plan, "page": step_page(plan, request.user)})


@require_http_methods(["GET", "HEAD", "POST"])
@gates.for_those(permissions.can_take_steps)
def step(request: HttpRequest, plan: Plan, kind: str) -> HttpResponse:
    """Say what the step will do and ask what it needs, or take it."""
    if kind not in FORMS:
        raise Http404
    form = FORMS[kind](request.POST if request.method == "POST" else None, plan=plan)
    if form.is_valid():
        seen = form.cleaned_data["seen"]
        try:
            done = take_step(plan=plan, kind=kind, values=form.values, seen=seen, by=request.user)
        except StepRefused as refusal:
            refuse(form, refusal)
        else:
            messages.success(request, done)
            return redirect("decisions:steps", plan.slug)
    return show(request, plan, kind, form)


def refuse(form, refusal: StepRefused) -> None:
    form.refuse(refusal)
    if isinstance(refusal, SteppedMeanwhile):
        form.follow(refusal.seen)


def show(request: HttpRequest, plan: Plan, kind: str, form) -> HttpResponse:
    page = step_page(Plan.objects.with_years().get(pk=plan.pk), request.user)
    context = {"plan": plan, "page": page, "step": page.next_step(kind), "form": form}
    return render(request, "decisions/step.html", context, status=422 if form.is_bound else 200)

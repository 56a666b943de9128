"""What is done with a scenario as a whole: sharing it, removing it, and turning it into the draft."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from budgets.allocation import AllocationError
from budgets.models import Scenario
from budgets.scenario_editing import DraftSteps, draft_steps, put_in_draft, remove_scenario, share_scenario
from budgets.scenarios import ScenarioRefused
from plans import permissions
from plans.editing import EditRefused
from skane_digi.scenarios import gates
from skane_digi.scenarios.introduce_form import IntroduceForm

changers = gates.of_scenario(permissions.can_change_scenario)


@require_POST
@changers
def share(request: HttpRequest, scenario: Scenario) -> HttpResponse:
    """Share the scenario with SGD, or stop: ``delas`` says which."""
    is_shared = request.POST.get("delas") == "1"
    try:
        share_scenario(scenario=scenario, is_shared=is_shared, by=request.user)
    except EditRefused as refusal:
        messages.error(request, refusal.reason)
    else:
        word = "delas nu med SGD" if is_shared else "delas inte längre"
        messages.success(request, f"Scenariot {scenario.name} {word}.")
    return redirect("scenarios:scenario", scenario.plan.slug, scenario.key)


@require_http_methods(["GET", "HEAD", "POST"])
@changers
def remove(request: HttpRequest, scenario: Scenario) -> HttpResponse:
    """Ask whether to remove the scenario, or remove it."""
    if request.method != "POST":
        return render(request, "scenarios/remove.html", {"plan": scenario.plan, "scenario": scenario})
    try:
        remove_scenario(scenario=scenario, by=request.user)
    except EditRefused as refusal:
        messages.error(request, refusal.reason)
    else:
        messages.success(request, f"Scenariot {scenario.name} är borttaget.")
    return redirect("scenarios:list", scenario.plan.slug)


@require_http_methods(["GET", "HEAD", "POST"])
@changers
def introduce(request: HttpRequest, scenario: Scenario) -> HttpResponse:
    """List what turning the scenario into the draft will do, or do it."""
    steps, problem = _steps(scenario)
    form = IntroduceForm(steps, request.POST if request.method == "POST" else None)
    if steps and form.is_bound and form.is_valid():
        try:
            seen, decision = form.cleaned_data["seen"], form.decision
            put_in_draft(scenario=scenario, seen=seen, decision=decision, by=request.user)
        except EditRefused as refusal:
            problem = refusal.reason
            steps, _ = _steps(scenario)
            form.follow(steps)
        else:
            messages.success(request, f"Scenariot {scenario.name} är infört i utkastet.")
            return redirect("portal:budget", scenario.plan.slug)
    return _show_introduction(request, scenario, steps, form, problem)


def _show_introduction(request, scenario: Scenario, steps: DraftSteps | None, form: IntroduceForm, problem: str):
    context = {"plan": scenario.plan, "scenario": scenario, "steps": steps, "form": form, "problem": problem}
    return render(request, "scenarios/introduce.html", context, status=422 if form.is_bound else 200)


def _steps(scenario: Scenario) -> tuple[DraftSteps | None, str]:
    try:
        return draft_steps(scenario), ""
    except ScenarioRefused as refusal:
        return None, refusal.reason
    except AllocationError as error:
        return None, str(error)

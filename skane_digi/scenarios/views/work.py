"""The list of scenarios, and the page where one is worked on or something is tried."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from budgets.models import Scenario
from plans.editing import EditRefused
from plans.models import Plan
from skane_digi.scenarios import gates
from skane_digi.scenarios.desk import Desk, address_of, calculate, open_desk
from skane_digi.scenarios.list_page import list_page
from skane_digi.scenarios.saving import save


@require_safe
@gates.viewers
def scenario_list(request: HttpRequest, plan: Plan) -> HttpResponse:
    return render(request, "scenarios/list.html", {"plan": plan, "page": list_page(plan, request.user)})


@require_http_methods(["GET", "HEAD", "POST"])
@gates.viewers
def attempt(request: HttpRequest, plan: Plan, year: int) -> HttpResponse:
    """Try changes to a year without keeping them, or keep them as a scenario."""
    data = request.POST if request.method == "POST" else None
    return _answer(request, open_desk(plan, year, request.user, request.GET, data=data))


@require_http_methods(["GET", "HEAD", "POST"])
@gates.of_scenario()
def scenario(request: HttpRequest, scenario: Scenario) -> HttpResponse:
    """Show the scenario's effect, try other changes, or save them in it."""
    data = request.POST if request.method == "POST" else None
    return _answer(request, open_desk(scenario.plan, scenario.year, request.user, request.GET, scenario, data))


def _answer(request: HttpRequest, desk: Desk) -> HttpResponse:
    if not desk.form.is_bound:
        return _show(request, calculate(desk))
    wants_saved = "spara" in request.POST
    if wants_saved and not desk.may_save:
        raise Http404
    if not desk.form.is_valid():
        return _show(request, desk, status=422)
    desk.changes = desk.form.to_changes()
    if not wants_saved:
        address = address_of(desk, request.path)
        return redirect(address) if address else _show(request, calculate(desk))
    try:
        saved = save(desk)
    except EditRefused as refusal:
        desk.form.refuse(refusal)
        return _show(request, calculate(desk), status=422)
    messages.success(request, f"Scenariot {saved.name} är sparat.")
    return redirect("scenarios:scenario", desk.plan.slug, saved.key)


def _show(request: HttpRequest, desk: Desk, status: int = 200) -> HttpResponse:
    return render(request, "scenarios/work.html", {"plan": desk.plan, "desk": desk}, status=status)

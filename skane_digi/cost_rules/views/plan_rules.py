"""By what a plan's years are shared, and the forms in which that is decided."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from budgets.models import AllocationKey, RuleUse
from budgets.rule_use_editing import remove_use
from plans.editing import EditRefused
from plans.models import Plan
from skane_digi.cost_rules import gates
from skane_digi.cost_rules.asking import Answer, Asking, answer, sent
from skane_digi.cost_rules.fields import PREVIEW
from skane_digi.cost_rules.plan_pages import plan_rules
from skane_digi.cost_rules.rule_pages import place_name
from skane_digi.cost_rules.use_asking import UseAsking
from skane_digi.cost_rules.year_asking import FiguresAsking, YearAsking


@require_safe
@gates.plan_readers
def page(request: HttpRequest, plan: Plan) -> HttpResponse:
    return render(request, "cost_rules/plan.html", {"plan": plan, "page": plan_rules(plan, request.user)})


@require_http_methods(["GET", "HEAD", "POST"])
@gates.plan_writers
def year(request: HttpRequest, plan: Plan, year: int) -> HttpResponse:
    get_object_or_404(plan.years, year=year)
    return _asked(request, plan, YearAsking(plan, year, data=sent(request)), "cost_rules/year.html")


@require_http_methods(["GET", "HEAD", "POST"])
@gates.plan_writers
def figures(request: HttpRequest, plan: Plan, year: int, key: str) -> HttpResponse:
    """Choose a day for a measure; a year without a rule has nothing to choose for."""
    get_object_or_404(plan.years, year=year, cost_basis__isnull=False)
    measure = get_object_or_404(AllocationKey, slug=key, kind=AllocationKey.Kind.MEASURE)
    asking = FiguresAsking(plan, year, measure, data=sent(request))
    return _asked(request, plan, asking, "cost_rules/figures.html")


@require_http_methods(["GET", "HEAD", "POST"])
@gates.plan_writers
def add_use(request: HttpRequest, plan: Plan) -> HttpResponse:
    return _asked(request, plan, UseAsking(plan, None, data=sent(request)), "cost_rules/use.html")


@require_http_methods(["GET", "HEAD", "POST"])
@gates.plan_writers
def change_use(request: HttpRequest, plan: Plan, key: str) -> HttpResponse:
    asking = UseAsking(plan, _use(plan, key), data=sent(request))
    standing = () if request.method == "POST" else asking.standing()
    return _asked(request, plan, asking, "cost_rules/use.html", standing)


@require_POST
@gates.plan_writers
def delete_use(request: HttpRequest, plan: Plan, key: str) -> HttpResponse:
    use = _use(plan, key)
    name = place_name(use)
    try:
        remove_use(use=use, by=request.user)
    except EditRefused as refusal:
        messages.error(request, refusal.reason)
    else:
        messages.success(request, f"Avvikelsen för {name} är borttagen.")
    return redirect("cost_rules:plan", plan.slug)


def _use(plan: Plan, key: str) -> RuleUse:
    rows = RuleUse.objects.of_plan(plan).select_related("rule", "focus_area__plan", "budget_line__focus_area__plan")
    return get_object_or_404(rows, key=key)


def _asked(request: HttpRequest, plan: Plan, asking: Asking, template: str, effects: tuple = ()) -> HttpResponse:
    """Show the form, its effect or its faults; what is saved is told on the plan's page."""
    given = Answer(effects=effects)
    if request.method == "POST":
        given = answer(asking, saves=request.POST.get("do") != PREVIEW, by=request.user)
    if given.done:
        messages.success(request, given.done)
        return redirect("cost_rules:plan", plan.slug)
    context = {"plan": plan, "page": asking, "answer": given}
    return render(request, template, context, status=422 if asking.form.problems else 200)

"""A plan's money: the collected budget, what each organisation pays, and the map of it."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from budgets.allocation import AllocationError
from budgets.money import format_amount
from budgets.tables import budget_table
from plans.models import Plan
from skane_digi.documents.render import IN_PLAN
from skane_digi.portal.budget_charts import year_charts
from skane_digi.portal.cost_choice import PRINTED, CostChoice, choose_costs
from skane_digi.portal.sorting import Order, columns, sorted_rows
from skane_digi.portal.tile_map import AMOUNT, PER_INHABITANT, tile_map
from skane_digi.portal.views.plans import visible_plan
from skane_digi.versions.standing import frozen_document


def budget(request: HttpRequest, slug: str) -> HttpResponse:
    plan = visible_plan(request, slug)
    frozen = frozen_document(plan)
    table = frozen.budget if frozen else budget_table(plan)
    context = {"plan": plan, "budget": table, "charts": year_charts(plan, table), "headings": IN_PLAN}
    return render(request, "portal/budget.html", context)


def _chosen(request: HttpRequest, plan: Plan, year: int) -> CostChoice:
    """Return the year's costs by the lines or, when asked for, by the printed total; 404 for another plan's year."""
    if year not in [row.year for row in plan.years.all()]:
        raise Http404(f"{plan} gäller inte {year}.")
    return choose_costs(plan, year, wants_printed=request.GET.get("enligt") == PRINTED)


def costs(request: HttpRequest, slug: str, year: int) -> HttpResponse:
    plan = visible_plan(request, slug)
    context = {"plan": plan, "year": year, "year_text": str(year)}
    try:
        choice = _chosen(request, plan, year)
    except AllocationError as error:
        return render(request, "portal/costs.html", {**context, "problem": str(error)})
    order = Order.from_query(request.GET)
    context |= {
        "choice": choice,
        "table": choice.table,
        "columns": columns(order, **choice.query),
        "rows": sorted_rows(choice.table.rows, order),
        "total_text": format_amount(choice.table.total, decimals=2),
        "order": order,
    }
    return render(request, "portal/costs.html", context)


def cost_map(request: HttpRequest, slug: str, year: int) -> HttpResponse:
    plan = visible_plan(request, slug)
    context = {"plan": plan, "year": year, "year_text": str(year)}
    try:
        choice = _chosen(request, plan, year)
    except AllocationError as error:
        return render(request, "portal/cost_map.html", {**context, "problem": str(error)})
    measure = PER_INHABITANT if request.GET.get("visa") == PER_INHABITANT else AMOUNT
    unplaced = [row for row in choice.table.rows if row.tile_column is None]
    context |= {"choice": choice, "table": choice.table, "map": tile_map(choice.table, measure), "unplaced": unplaced}
    return render(request, "portal/cost_map.html", context)

"""What the budget's views answer with: the page, an area's part of it, and the figures."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from budgets.models import BudgetLine
from plans.editing import Edit
from plans.models import FocusArea, LogEntry, Plan
from plans.permissions import can_write_plan
from skane_digi.workspace import work
from skane_digi.workspace.budget_cells import CellPlace, Cells
from skane_digi.workspace.budget_figures import area_figures, budget_figures
from skane_digi.workspace.budget_page import AreaLines, area_lines, area_rows, budget_page, budget_rows
from skane_digi.workspace.budget_sides import basis_forms, comments_on_lines, note_rows, recently_removed
from skane_digi.workspace.doors import back
from skane_digi.workspace.saving import changed, saved

# The form field that says from which page a form was sent, and its value on an area's page.
VIEW, ON_AREA = "vy", "omrade"


def page_context(plan: Plan, user) -> dict:
    """Return everything that the page shows, in a number of queries that does not grow with the plan."""
    beside = work.beside_context(plan, user)
    rows = budget_rows(beside["plan"])
    return {
        **beside,
        "at": "budget",
        "budget": budget_page(rows, comments_on_lines(rows, user)),
        "figures": budget_figures(rows, user),
        "notes": note_rows(rows),
        "basis": basis_forms(rows.plan),
        "removed": recently_removed(plan),
        "origin": budget_address(plan),
    }


def figures_context(plan: Plan, user) -> dict:
    return {"plan": plan, "figures": budget_figures(budget_rows(plan), user), "swap_oob": True}


def area_figures_context(plan: Plan, area: FocusArea) -> dict:
    return {"plan": plan, "area_pk": area.pk, "years": area_figures(plan, area)}


def cell_context(plan: Plan, place: CellPlace, view: str) -> dict:
    """Return one cell as it is now."""
    cells = Cells(plan, place.area.budget_lines.with_places(), plan.table_notes.all())
    cell = cells.cell(place.area, place.year, place.funding_form, place.label)
    return {
        "plan": plan,
        "cell": cell,
        "note_choices": cells.note_choices,
        "view": view,
        "origin": budget_address(plan),
    }


def cell_saved(request: HttpRequest, plan: Plan, place: CellPlace, edit: Edit | None, names: list[str]) -> HttpResponse:
    """Answer a save of a cell. A line that is new can be commented on and removed from now on."""
    response = saved(request, edit or Edit(BudgetLine(focus_area=place.area), None), names)
    if request.htmx and edit and edit.entry and edit.entry.action == LogEntry.Action.CREATED:
        context = {**_area_context(request, plan, place.area), "swap_oob": True}
        response.write(render(request, "workspace/budget/_line_tools.html", context).content)
    return response


def area_changed(
    request: HttpRequest, plan: Plan, area: FocusArea, text: str, entry: LogEntry | None = None
) -> HttpResponse:
    """Answer with the area's part of the page as it is now, and say what has happened; ``entry`` can be undone."""
    if not request.htmx:
        messages.success(request, text)
        return redirect(back(request, plan))
    context = {**_area_context(request, plan, area), "happened": text, "entry": entry}
    on_area = request.POST.get(VIEW) == ON_AREA
    template = "workspace/budget/_area_lines.html" if on_area else "workspace/budget/_area_rows.html"
    response = render(request, template, context)
    response["HX-Retarget"] = "#ekonomi-poster" if on_area else f"#{context['area'].id}"
    response["HX-Reswap"] = "outerHTML"
    return changed(response)


def page_changed(request: HttpRequest, plan: Plan, text: str) -> HttpResponse:
    """Answer a change that shows all over the page: it is fetched again, and says what has happened."""
    messages.success(request, text)
    if request.htmx:
        response = HttpResponse(status=204)
        response["HX-Refresh"] = "true"
        return response
    return redirect(back(request, plan))


def lines_of_area(plan: Plan, area: FocusArea, user) -> AreaLines:
    """Return an area's lines, fetched by themselves."""
    rows = budget_rows(plan)
    return area_lines(
        plan,
        area,
        lines=[line for line in rows.lines if line.focus_area_id == area.pk],
        notes=rows.notes,
        forms=rows.forms,
        statements=area.budget_statements.all(),
        open_comments=comments_on_lines(rows, user),
    )


def budget_address(plan: Plan) -> str:
    return reverse("workspace:budget", args=[plan.slug])


def _area_context(request: HttpRequest, plan: Plan, area: FocusArea) -> dict:
    view = request.POST.get(VIEW, "")
    context = {"plan": plan, "view": view, "may_write_text": can_write_plan(request.user, plan)}
    if view == ON_AREA:
        lines = lines_of_area(plan, area, request.user)
        return {**context, "area": lines, "area_lines": lines, "note_choices": lines.notes, "origin": lines.url}
    rows = budget_rows(plan)
    found = area_rows(rows, area, comments_on_lines(rows, request.user))
    choices = budget_page(rows).notes
    return {**context, "area": found, "note_choices": choices, "origin": budget_address(plan)}

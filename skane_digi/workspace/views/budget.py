"""The budget: its table, cell by cell, the parts of a divided amount, and the figures that follow."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render

from budgets import editing
from budgets.models import BudgetLine, BudgetStatement, CostBasis
from plans import deletion
from plans.editing import EditCollision, EditRefused
from plans.models import LogEntry, Plan
from plans.places import area_of
from skane_digi.workspace import budget_work, doors
from skane_digi.workspace.budget_cells import CellPlace, find_area, find_cell
from skane_digi.workspace.budget_sides import basis_form, basis_forms
from skane_digi.workspace.fields import find_row
from skane_digi.workspace.requests import number_in
from skane_digi.workspace.saving import bases_in, collided, saved


@doors.budget_page
def budget(request: HttpRequest, plan: Plan) -> HttpResponse:
    return render(request, "workspace/budget/page.html", budget_work.page_context(plan, request.user))


@doors.budget_page
def figures(request: HttpRequest, plan: Plan) -> HttpResponse:
    """Answer with the sums, the rate and the shares as they are now, each to its place on the page."""
    return render(request, "workspace/budget/_figures.html", budget_work.figures_context(plan, request.user))


@doors.budget_page
def figures_of_area(request: HttpRequest, plan: Plan, area: int) -> HttpResponse:
    """Answer with what an area's own page says of the whole."""
    context = budget_work.area_figures_context(plan, find_area(plan, area))
    return render(request, "workspace/budget/_area_figures.html", context)


@doors.field
def cell(request: HttpRequest, plan: Plan, area: int, year: int, form: str, part: str = "") -> HttpResponse:
    """Save a cell, or fetch it as it is now."""
    place = find_cell(plan, area, year, form, part)
    if request.method != "POST":
        context = budget_work.cell_context(plan, place, request.GET.get(budget_work.VIEW, ""))
        return render(request, "workspace/budget/_cell.html", context)
    names = list(editing.CELL)
    values = {"amount": editing.read_amount(request.POST.get("amount", "")), "note": number_in(request.POST, "note")}
    try:
        edit = editing.edit_cell(**place.values, values=values, bases=bases_in(request, names), by=request.user)
    except EditCollision as collision:
        return collided(request, collision, names)
    return budget_work.cell_saved(request, plan, place, edit, names)


@doors.budget_change
def add_part(request: HttpRequest, plan: Plan, area: int) -> HttpResponse:
    """Divide an area's money in a column: ``kolumn`` is a year and a funding form, ``namn`` and ``belopp`` the part."""
    year, _, form = request.POST.get("kolumn", "").partition(" ")
    if not (year.isascii() and year.isdigit()):
        raise EditRefused("Välj vilket års belopp som delas upp, och i vilken finansieringsform.")
    place: CellPlace = find_cell(plan, area, int(year), form, "")
    amount = editing.read_amount(request.POST.get("belopp", ""))
    where = {"area": place.area, "year": place.year, "funding_form": place.funding_form}
    line = editing.add_part(**where, label=request.POST.get("namn", ""), amount=amount, by=request.user)
    return budget_work.area_changed(request, plan, place.area, f"{line.label} är en egen post {year}.")


@doors.budget_change
def rename_part(request: HttpRequest, plan: Plan, area: int) -> HttpResponse:
    """Give a part of an area's money another name; ``var`` is the one it had."""
    found = find_area(plan, area)
    old, new = request.POST.get("var", ""), request.POST.get("namn", "")
    lines = editing.rename_part(area=found, label=old, new_label=new, by=request.user)
    return budget_work.area_changed(request, plan, found, f"Delen heter nu {lines[0].label}.")


@doors.budget_change
def remove_line(request: HttpRequest, plan: Plan, pk: int) -> HttpResponse:
    """Remove a line; the answer offers to take it back."""
    line = find_row(plan, BudgetLine, pk)
    entry = editing.remove_line(line, by=request.user)
    return budget_work.area_changed(request, plan, line.focus_area, f"Posten {line} är borttagen.", entry)


@doors.budget_change
def add_statement(request: HttpRequest, plan: Plan, area: int) -> HttpResponse:
    """Add an economy text to an area for the year ``ar``."""
    found, year = find_area(plan, area), number_in(request.POST, "ar") or 0
    editing.add_statement(area=found, year=year, text=request.POST.get("text", ""), by=request.user)
    return budget_work.area_changed(request, plan, found, f"Ekonomitexten för {year} är tillagd.")


@doors.budget_change
def remove_statement(request: HttpRequest, plan: Plan, pk: int) -> HttpResponse:
    statement = find_row(plan, BudgetStatement, pk)
    entry = editing.remove_statement(statement, by=request.user)
    text = f"Ekonomitexten för {statement.year} är borttagen."
    return budget_work.area_changed(request, plan, statement.focus_area, text, entry)


@doors.budget_change
def undo(request: HttpRequest, plan: Plan, number: int) -> HttpResponse:
    """Put back what was removed from the budget."""
    entry = get_object_or_404(LogEntry, number=number, plan_slug=plan.slug, subject__startswith="budgets.")
    row = deletion.restore(entry, by=request.user)
    if area_of(row) is None:
        return budget_work.page_changed(request, plan, f"{entry.subject_name} är tillbaka.")
    return budget_work.area_changed(request, plan, area_of(row), f"{row} är tillbaka.")


@doors.field
def basis(request: HttpRequest, plan: Plan, year: int) -> HttpResponse:
    """Save by what a year's cost is shared, or fetch the choice as it is now."""
    if request.method != "POST":
        get_object_or_404(plan.years, year=year)
        held = CostBasis.objects.filter(plan_year__plan=plan, plan_year__year=year).first()
        context = {"plan": plan, "form": basis_form(plan, year, held), "basis": basis_forms(plan)}
        return render(request, "workspace/budget/_basis_form.html", context)
    names = list(editing.BASIS)
    values = {name: number_in(request.POST, name) for name in names}
    try:
        bases = bases_in(request, names)
        edit = editing.edit_cost_basis(plan=plan, year=year, values=values, bases=bases, by=request.user)
    except EditCollision as collision:
        return collided(request, collision, names)
    return saved(request, edit, names)

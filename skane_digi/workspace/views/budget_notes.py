"""The notes under the budget's table and the places of their marks. A note's text is saved by the field view."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from budgets import note_editing
from budgets.models import NotePlacement, TableNote
from plans.editing import EditCollision
from plans.models import Plan
from skane_digi.workspace import doors
from skane_digi.workspace.budget_page import budget_rows
from skane_digi.workspace.budget_sides import note_rows, placement_in
from skane_digi.workspace.budget_work import page_changed
from skane_digi.workspace.fields import find_row
from skane_digi.workspace.requests import number_in
from skane_digi.workspace.saving import bases_in, collided


@doors.budget_change
def add_note(request: HttpRequest, plan: Plan) -> HttpResponse:
    mark, text = request.POST.get("mark", ""), request.POST.get("text", "")
    note = note_editing.add_note(plan=plan, mark=mark, text=text, by=request.user)
    return page_changed(request, plan, f"Noten {note.mark} är tillagd.")


@doors.field
def edit_mark(request: HttpRequest, plan: Plan, pk: int) -> HttpResponse:
    """Save a note's mark, or fetch it as it is now."""
    note = find_row(plan, TableNote, pk)
    if request.method != "POST":
        row = next(row for row in note_rows(budget_rows(plan)) if row.pk == pk)
        return render(request, "workspace/budget/_mark_form.html", {"plan": plan, "note": row})
    values = {"mark": request.POST.get("mark", "")}
    try:
        edit = note_editing.edit_note(note, values=values, bases=bases_in(request, ["mark"]), by=request.user)
    except EditCollision as collision:
        return collided(request, collision, ["mark"])
    return page_changed(request, plan, f"Noten har märket {edit.row.mark}.")


@doors.budget_change
def move_note(request: HttpRequest, plan: Plan, pk: int) -> HttpResponse:
    note = find_row(plan, TableNote, pk)
    place = note_editing.move_note(note, steps=number_in(request.POST, "steg") or 0, by=request.user)
    return page_changed(request, plan, f"Noten {note.mark} står nu på plats {place}.")


@doors.budget_change
def remove_note(request: HttpRequest, plan: Plan, pk: int) -> HttpResponse:
    note = find_row(plan, TableNote, pk)
    note_editing.remove_note(note, by=request.user)
    return page_changed(request, plan, f"Noten {note.mark} är borttagen. Det går att ångra längre ner.")


@doors.budget_change
def place_note(request: HttpRequest, plan: Plan, pk: int) -> HttpResponse:
    """Let the mark stand at the place that ``plats`` names."""
    note = find_row(plan, TableNote, pk)
    place = placement_in(plan, request.POST.get("plats", ""))
    note_editing.place_note(note, **place, by=request.user)
    return page_changed(request, plan, f"Märket {note.mark} står där också nu.")


@doors.budget_change
def unplace_note(request: HttpRequest, plan: Plan, pk: int) -> HttpResponse:
    placement = find_row(plan, NotePlacement, pk)
    note_editing.unplace_note(placement, by=request.user)
    return page_changed(request, plan, f"Märket {placement.note.mark} står inte där längre.")

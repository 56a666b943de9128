"""The addresses of the budget that is written."""

from django.urls import path

from skane_digi.workspace.views import budget, budget_notes

BUDGET = "planer/<slug:slug>/arbetsyta/budget/"
CELL = f"{BUDGET}cell/<int:area>/<int:year>/<slug:form>/"

urlpatterns = [
    path(BUDGET, budget.budget, name="budget"),
    path(f"{BUDGET}summor/", budget.figures, name="budget-figures"),
    path(f"{BUDGET}summor/<int:area>/", budget.figures_of_area, name="budget-area-figures"),
    path(CELL, budget.cell, name="budget-cell"),
    path(f"{CELL}<slug:part>/", budget.cell, name="budget-part-cell"),
    path(f"{BUDGET}dela-upp/<int:area>/", budget.add_part, name="budget-part-add"),
    path(f"{BUDGET}byt-namn/<int:area>/", budget.rename_part, name="budget-part-rename"),
    path(f"{BUDGET}ta-bort/<int:pk>/", budget.remove_line, name="budget-line-remove"),
    path(f"{BUDGET}angra/<int:number>/", budget.undo, name="budget-undo"),
    path(f"{BUDGET}underlag/<int:year>/", budget.basis, name="budget-basis"),
    path(f"{BUDGET}ekonomitext/<int:area>/ny/", budget.add_statement, name="budget-statement-add"),
    path(f"{BUDGET}ekonomitext/<int:pk>/ta-bort/", budget.remove_statement, name="budget-statement-remove"),
    path(f"{BUDGET}noter/ny/", budget_notes.add_note, name="budget-note-add"),
    path(f"{BUDGET}noter/<int:pk>/marke/", budget_notes.edit_mark, name="budget-note-mark"),
    path(f"{BUDGET}noter/<int:pk>/flytta/", budget_notes.move_note, name="budget-note-move"),
    path(f"{BUDGET}noter/<int:pk>/ta-bort/", budget_notes.remove_note, name="budget-note-remove"),
    path(f"{BUDGET}noter/<int:pk>/plats/", budget_notes.place_note, name="budget-note-place"),
    path(f"{BUDGET}noter/plats/<int:pk>/ta-bort/", budget_notes.unplace_note, name="budget-note-unplace"),
]

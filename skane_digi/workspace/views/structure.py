"""Adding, ordering, moving, splitting, ending and removing, and taking a removal back."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse

from plans import deletion, structure
from plans.models import Activity, ActivityPeriod, FocusArea, Goal, LogEntry, Plan
from plans.places import area_of
from skane_digi.workspace import doors
from skane_digi.workspace.additions import added_row, chosen_area
from skane_digi.workspace.fields import find_row, page_of
from skane_digi.workspace.parts import Notice, name_of, part_of, to_page
from skane_digi.workspace.removal import DELETION
from skane_digi.workspace.requests import number_in, numbers_in

MOVABLE = {model._meta.model_name: model for model in structure.SIBLINGS}
REMOVABLE = {**MOVABLE, ActivityPeriod._meta.model_name: ActivityPeriod}
NEUTER = (Goal, FocusArea)


@doors.change
def add(request: HttpRequest, plan: Plan, what: str, pk: int) -> HttpResponse:
    """Add what the form says to the row ``pk``, which ``what`` is a part of."""
    row = added_row(plan, what, pk, request.POST, by=request.user)
    if isinstance(row, FocusArea):
        return to_page(request, page_of(row), f"{name_of(row)} är tillagt.")
    return part_of(request, plan, row, Notice(f"{name_of(row)} är {_ending(row, 'tillag')}."))


@doors.change
def move(request: HttpRequest, plan: Plan, kind: str, pk: int) -> HttpResponse:
    """Move a row some steps, or to stand before another (``fore``, 0 for last)."""
    if kind not in MOVABLE:
        raise Http404
    row = find_row(plan, MOVABLE[kind], pk)
    steps, before = number_in(request.POST, "steg"), number_in(request.POST, "fore")
    place, count = structure.move_row(row, steps=steps or 0, before=before, by=request.user)
    return part_of(request, plan, row, Notice(f"{name_of(row)} står nu på plats {place} av {count}."))


@doors.change
def move_activity(request: HttpRequest, plan: Plan, pk: int) -> HttpResponse:
    """Move an activity to another area of the plan."""
    activity = find_row(plan, Activity, pk)
    area = chosen_area(plan, request.POST)
    old = activity.period
    period = structure.move_activity(activity, area=area, by=request.user)
    return part_of(request, plan, old, Notice(f"Aktiviteten är flyttad till {area}, {period}."))


@doors.change
def split_period(request: HttpRequest, plan: Plan, pk: int) -> HttpResponse:
    """Split a period at a year; the activities that are ticked go to the later one."""
    period = find_row(plan, ActivityPeriod, pk)
    later = numbers_in(request.POST, "senare")
    new = structure.split_period(period, year=number_in(request.POST, "ar") or 0, later=later, by=request.user)
    return part_of(request, plan, new, Notice(f"Perioden är delad. {new} är en egen period."))


@doors.change
def set_years(request: HttpRequest, plan: Plan, pk: int) -> HttpResponse:
    """Change the years of a period; no last year is a period without an end."""
    period = find_row(plan, ActivityPeriod, pk)
    first, last = number_in(request.POST, "fran_ar") or 0, number_in(request.POST, "till_ar")
    period = structure.set_period_years(period, start_year=first, end_year=last, by=request.user)
    return part_of(request, plan, period, Notice(f"Perioden gäller nu {period}."))


@doors.change
def remove(request: HttpRequest, plan: Plan, kind: str, pk: int) -> HttpResponse:
    """Remove a row with its parts; the answer offers to take it back."""
    if kind not in REMOVABLE:
        raise Http404
    row = find_row(plan, REMOVABLE[kind], pk)
    name = name_of(row)
    if isinstance(row, FocusArea):
        structure.remove_area(row, declaration=DELETION, by=request.user)
        return to_page(request, doors.workspace_of(plan), f"{name} är borttaget. Det går att ångra här nedanför.")
    entry = deletion.delete_row(row, declaration=DELETION, by=request.user)
    return part_of(request, plan, row, Notice(f"{name} är {_ending(row, 'bortta')}.", entry))


@doors.change
def end_area(request: HttpRequest, plan: Plan, pk: int) -> HttpResponse:
    """End an area that the plan before has, for a stated reason."""
    area = find_row(plan, FocusArea, pk)
    structure.end_area(area, reason=request.POST.get("skal", ""), declaration=DELETION, by=request.user)
    address = reverse("workspace:plan", args=[plan.slug])
    return to_page(request, address, f"Området {area} avslutas. Det går att ångra här nedanför.")


@doors.change
def undo(request: HttpRequest, plan: Plan, number: int) -> HttpResponse:
    """Put back what the log's entry says was removed."""
    entry = get_object_or_404(LogEntry, number=number, plan_slug=plan.slug)
    row = deletion.restore(entry, by=request.user)
    if isinstance(row, FocusArea) or area_of(row) is None:
        return to_page(request, page_of(row), f"{name_of(row)} är tillbaka.")
    return part_of(request, plan, row, Notice(f"{name_of(row)} är tillbaka."))


def _ending(row, stem: str) -> str:
    """Return the participle in the row's gender: ``tillagt`` for a goal, ``tillagd`` for an activity."""
    words = {"tillag": ("tillagt", "tillagd"), "bortta": ("borttaget", "borttagen")}[stem]
    return words[0] if isinstance(row, NEUTER) or name_of(row).startswith(("Avsnittet", "Ansvaret")) else words[1]

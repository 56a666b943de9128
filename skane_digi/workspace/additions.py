"""What can be added to a draft, from a form's fields."""

from collections.abc import Callable

from django.db import models
from django.http import Http404, QueryDict
from django.shortcuts import get_object_or_404

from plans import structure
from plans.editing import EditRefused
from plans.models import Activity, ActivityPeriod, FocusArea, Goal, Plan, PlanSection, WatchedMatter
from skane_digi.workspace.fields import find_row
from skane_digi.workspace.requests import number_in


def added_row(plan: Plan, what: str, pk: int, sent: QueryDict, *, by) -> models.Model:
    """Add ``what`` to the row of ``plan`` whose id is ``pk`` and return it. Raises ``EditRefused`` or ``Http404``."""
    if what not in _ADDITIONS:
        raise Http404
    return _ADDITIONS[what](plan, pk, sent, by)


def chosen_area(plan: Plan, sent: QueryDict) -> FocusArea:
    """Return the area of ``plan`` that is chosen. Raises ``EditRefused`` where none is."""
    area = plan.focus_areas.filter(pk=number_in(sent, "omrade")).first()
    if area is None:
        raise EditRefused("Välj vilket område aktiviteten flyttas till.")
    return area


def _words(sent: QueryDict, what: str) -> str:
    text = sent.get("text", "").strip()
    if not text:
        raise EditRefused(f"Skriv {what} först.")
    return text


def _goal(plan: Plan, pk: int, sent: QueryDict, by) -> Goal:
    area = find_row(plan, FocusArea, pk)
    return structure.add_row(Goal(focus_area=area, text=_words(sent, "målet")), by=by)


def _activity(plan: Plan, pk: int, sent: QueryDict, by) -> Activity:
    period = find_row(plan, ActivityPeriod, pk)
    return structure.add_row(Activity(period=period, text=_words(sent, "aktiviteten")), by=by)


def _part(plan: Plan, pk: int, sent: QueryDict, by) -> Activity:
    whole = find_row(plan, Activity, pk)
    part = Activity(period=whole.period, parent=whole, text=_words(sent, "delaktiviteten"))
    return structure.add_row(part, by=by)


def _period(plan: Plan, pk: int, sent: QueryDict, by) -> ActivityPeriod:
    area = find_row(plan, FocusArea, pk)
    first, last = number_in(sent, "fran_ar"), number_in(sent, "till_ar")
    if first is None:
        raise EditRefused("Skriv det första året, till exempel 2025. Utan sista år gäller perioden också framåt.")
    return structure.add_period(area=area, start_year=first, end_year=last, by=by)


def _area(plan: Plan, pk: int, sent: QueryDict, by) -> FocusArea:
    return structure.add_area(plan=plan, name=_words(sent, "områdets namn"), by=by)


def _section(plan: Plan, pk: int, sent: QueryDict, by) -> PlanSection:
    place = sent.get("plats", PlanSection.Place.BEFORE_AREAS)
    if place not in PlanSection.Place.values:
        raise Http404
    return structure.add_section(plan=plan, heading=_words(sent, "avsnittets rubrik"), place=place, by=by)


def _matter(plan: Plan, pk: int, sent: QueryDict, by) -> WatchedMatter:
    return structure.add_row(WatchedMatter(plan=plan, name=_words(sent, "frågans namn")), by=by)


def _responsible(plan: Plan, pk: int, sent: QueryDict, by) -> models.Model:
    area = find_row(plan, FocusArea, pk)
    bodies = plan.collaboration.bodies
    body = bodies.filter(pk=number_in(sent, "organ")).first()
    if body is None:
        raise EditRefused("Välj vilket organ som ansvarar.")
    on_behalf_of = number_in(sent, "uppdrag")
    other = get_object_or_404(bodies, pk=on_behalf_of) if on_behalf_of else None
    return structure.add_responsibility(area=area, body=body, on_behalf_of=other, by=by)


_ADDITIONS: dict[str, Callable] = {
    "mal": _goal,
    "aktivitet": _activity,
    "delaktivitet": _part,
    "period": _period,
    "omrade": _area,
    "avsnitt": _section,
    "fraga": _matter,
    "ansvar": _responsible,
}

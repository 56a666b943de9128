"""The parts of a page that are fetched anew when their rows change: which one a row stands in, and its answer."""

from dataclasses import dataclass

from django.contrib import messages
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from plans.models import (
    Activity,
    ActivityPeriod,
    FocusArea,
    Goal,
    LogEntry,
    Plan,
    PlanSection,
    Responsibility,
    WatchedMatter,
)
from plans.places import area_of
from skane_digi.workspace import work
from skane_digi.workspace.doors import back
from skane_digi.workspace.saving import changed


@dataclass(frozen=True, slots=True)
class Notice:
    """What has happened, in words; ``entry`` is a removal that can be undone."""

    text: str
    entry: LogEntry | None = None


# The part of an area's page that a row stands in: its template and its id on the page.
PARTS = {
    Goal: ("workspace/_goals.html", "mal"),
    ActivityPeriod: ("workspace/_periods.html", "aktiviteter"),
    Activity: ("workspace/_periods.html", "aktiviteter"),
    Responsibility: ("workspace/_responsible.html", "ansvar"),
}
PLAN_PARTS = ("workspace/_plan_parts.html", "planens-delar")


def part_of(request: HttpRequest, plan: Plan, row: models.Model, notice: Notice) -> HttpResponse:
    """Answer with the part of the page that ``row`` stands in, and say what has happened."""
    if not request.htmx:
        messages.success(request, notice.text)
        return redirect(back(request, plan))
    template, target = PARTS.get(type(row), PLAN_PARTS)
    if type(row) in PARTS:
        context = work.area_context(plan, area_of(row).slug, request.user)
    else:
        context = work.plan_context(plan, request.user)
    context |= {"template": template, "undo_target": target, "notice": notice}
    return changed(render(request, "workspace/_part.html", context))


def to_page(request: HttpRequest, address: str, text: str) -> HttpResponse:
    """Send the reader on to another page, where ``text`` is told."""
    messages.success(request, text)
    if request.htmx:
        response = HttpResponse(status=204)
        response["HX-Redirect"] = address
        return response
    return redirect(address)


def name_of(row: models.Model) -> str:
    """Return what a row is called in a sentence: ``Målet``, ``Aktiviteten``, ``Området Säkra videomöten``."""
    match row:
        case Goal():
            return "Målet"
        case Activity():
            return "Delaktiviteten" if row.parent_id else "Aktiviteten"
        case ActivityPeriod():
            return f"Perioden {row}"
        case FocusArea():
            return f"Området {row}"
        case PlanSection():
            return f"Avsnittet {row}"
        case WatchedMatter():
            return f"Frågan {row}"
        case Responsibility():
            return f"Ansvaret för {row.body}"
    return f"Raden {row}"

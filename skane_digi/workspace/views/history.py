"""The history of a plan, and putting back what it tells."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from plans.models import LogEntry, Plan
from plans.permissions import can_view_drafts, can_write_plan
from skane_digi.workspace import doors
from skane_digi.workspace.chronicle import proof_of, read_chronicle
from skane_digi.workspace.putting_back import answer_put_back

PANEL = "sidopanel"


def _reads_drafts(user, plan: Plan) -> bool:
    """Those who read the plan's drafts read its history, also when it has been sent."""
    return can_view_drafts(user, plan.collaboration_id)


door = doors.reading(_reads_drafts, panel="workspace/history/_signed_out.html")


@require_safe
@door
def history(request: HttpRequest, plan: Plan) -> HttpResponse:
    """Show the history: on a page, in the panel beside what is written, or the next part of either."""
    chronicle = read_chronicle(plan, request.GET, request.user)
    context = {
        "plan": plan,
        "chronicle": chronicle,
        "may_write_text": can_write_plan(request.user, plan),
        "at": "history",
    }
    if not request.htmx:
        return render(request, "workspace/history/page.html", {**context, "proof": proof_of(plan)})
    return render(request, _part(request), context)


def _part(request: HttpRequest) -> str:
    """Return the template of what a script asks for: a panel, each save of a text, or more of what is shown."""
    if request.htmx.target == PANEL:
        return "workspace/history/_panel.html"
    return "workspace/history/_saves.html" if "varje" in request.GET else "workspace/history/_days.html"


@doors.budget_change
def restore(request: HttpRequest, plan: Plan, number: int) -> HttpResponse:
    """Put back what the entry says, as the form asks."""
    return answer_put_back(request, plan, get_object_or_404(LogEntry, number=number, plan_slug=plan.slug))

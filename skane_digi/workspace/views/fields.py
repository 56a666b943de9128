"""One field: saved in place, or fetched anew as it is now."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from plans.models import Plan
from plans.permissions import can_write_plan
from skane_digi.workspace import doors
from skane_digi.workspace.fields import edit_field, find_field
from skane_digi.workspace.saving import bases_in, save


@doors.field
def field(request: HttpRequest, plan: Plan, kind: str, pk: int, name: str) -> HttpResponse:
    row = find_field(plan, kind, pk, name)
    if row._meta.app_label == "plans" and not can_write_plan(request.user, plan):
        raise Http404
    if request.method != "POST":
        return render(request, "workspace/_field.html", {"plan": plan, "field": edit_field(plan, row, name)})
    return save(request, row, {name: request.POST.get("value", "")}, bases_in(request, [name]))

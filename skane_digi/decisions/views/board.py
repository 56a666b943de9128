"""The board of decisions, each organisation's page on it, and its list as a file."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_safe

from plans import sheets
from plans.days import day_of
from plans.models import Organisation, Plan
from skane_digi.decisions import gates
from skane_digi.decisions.board import board_of
from skane_digi.decisions.listing import Asked, list_file
from skane_digi.decisions.organisation_page import organisation_page
from skane_digi.decisions.shown_register import shown_register


@require_safe
@gates.for_those(gates.may_follow)
def board(request: HttpRequest, plan: Plan) -> HttpResponse:
    """Show who has decided what; a plan without a version says what will be here."""
    try:
        found = board_of(plan, request.user, request.GET, day=day_of())
    except LookupError as error:
        raise Http404 from error
    if found is None:
        return render(request, "decisions/board_empty.html", {"plan": plan})
    return render(request, "decisions/board.html", {"plan": plan, "board": found})


@require_safe
@gates.for_those(gates.may_follow)
def organisation(request: HttpRequest, plan: Plan, code: str) -> HttpResponse:
    """Show what one of those who decide, or have decided, on the plan has said."""
    found = get_object_or_404(Organisation.objects.in_collaboration(plan.collaboration_id), code=code)
    try:
        page = organisation_page(plan, found, request.user, request.GET.get("version", ""))
    except LookupError as error:
        raise Http404 from error
    return render(request, "decisions/organisation.html", {"plan": plan, "page": page})


@require_safe
@gates.for_those(gates.may_follow)
def export(request: HttpRequest, plan: Plan, file_format: str) -> HttpResponse:
    """Answer with the list as a file: the same rows in the same order as on the page."""
    try:
        shown = shown_register(plan, request.user, request.GET.get("version", ""))
    except LookupError as error:
        raise Http404 from error
    if shown is None or file_format not in sheets.FORMATS:
        raise Http404
    found = list_file(shown, Asked.from_query(request.GET), file_format=file_format)
    headers = {"Content-Disposition": content_disposition_header(as_attachment=True, filename=found.name)}
    return HttpResponse(found.content, content_type=sheets.CONTENT_TYPES[file_format], headers=headers)

"""Recording what an organisation decides, reading its protocol extract, and finding a condition met."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from plans import permissions
from plans.deciding import DecisionRefused
from plans.models import Decision, DecisionCondition, Organisation, Plan, PlanVersion, ProtocolExtract
from skane_digi.decisions import gates
from skane_digi.decisions.record_form import FindingForm
from skane_digi.decisions.record_page import record_page
from skane_digi.decisions.recording import find_and_tell, record_once

# A file from outside is never shown as a page of ours.
AS_A_FILE_ONLY = {
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Resource-Policy": "same-origin",
}


@require_http_methods(["GET", "HEAD", "POST"])
@gates.recorders
def record(request: HttpRequest, version: PlanVersion, organisation: Organisation) -> HttpResponse:
    """Show the form, or record what it says; ``rattar`` in the address is the record to correct."""
    corrects = _to_correct(request, version, organisation)
    data, files = (request.POST, request.FILES) if request.method == "POST" else (None, None)
    page = record_page(version, organisation, corrects=corrects, data=data, files=files)
    if page.form.is_valid():
        try:
            done = record_once(version=version, organisation=organisation, by=request.user, **page.form.values)
        except DecisionRefused as refusal:
            page.form.refuse(refusal)
        else:
            return _told(request, done.news, version.plan, organisation)
    status = 422 if page.form.is_bound else 200
    return render(request, "decisions/record.html", {"plan": version.plan, "page": page}, status=status)


@require_safe
@gates.for_those(permissions.can_read_extract)
def extract(request: HttpRequest, plan: Plan, key: str) -> HttpResponse:
    """Answer with the protocol extract of the decision with this key, as a file to keep."""
    found = get_object_or_404(ProtocolExtract, decision__key=key, decision__version__plan=plan)
    disposition = content_disposition_header(as_attachment=True, filename=found.name)
    headers = {**AS_A_FILE_ONLY, "Content-Disposition": disposition}
    return HttpResponse(bytes(found.content), content_type="application/pdf", headers=headers)


@require_POST
@gates.for_those(permissions.can_find_conditions)
def find_condition(request: HttpRequest, plan: Plan, key: str) -> HttpResponse:
    """Say whether a condition in words is met; a refusal comes on a page of its own, with what was typed."""
    rows = DecisionCondition.objects.select_related("decision__organisation", "decision__version__plan")
    condition = get_object_or_404(rows, key=key, decision__version__plan=plan)
    form = FindingForm(request.POST)
    if form.is_valid():
        try:
            news = find_and_tell(condition=condition, by=request.user, **form.cleaned_data)
        except DecisionRefused as refusal:
            form.refuse(refusal)
        else:
            return _told(request, news, plan, condition.decision.organisation)
    context = {"plan": plan, "condition": condition, "form": form}
    return render(request, "decisions/record_finding.html", context, status=422)


def _to_correct(request: HttpRequest, version: PlanVersion, organisation: Organisation) -> Decision | None:
    key = request.GET.get("rattar", "")
    rows = Decision.objects.filter(version=version, organisation=organisation)
    return get_object_or_404(rows, key=key) if key else None


def _told(request: HttpRequest, news: tuple[str, ...], plan: Plan, organisation: Organisation) -> HttpResponse:
    for sentence in news:
        messages.success(request, sentence)
    return redirect("decisions:organisation", plan.slug, organisation.code)

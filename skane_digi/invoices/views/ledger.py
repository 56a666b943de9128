"""The bookkeeping: the vouchers of a period on a page, and as files for the ledger."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_safe

from budgets.ledger import LedgerRefused
from plans.days import day_of
from skane_digi.invoices import gates
from skane_digi.invoices.ledger_page import FILES, ledger_file, ledger_page


@require_safe
@gates.sgd_reader
def page(request: HttpRequest) -> HttpResponse:
    """Show what the vouchers of a period come to."""
    shown = ledger_page(request.user, request.GET, today=day_of())
    faulty = shown.refusal or (shown.form.is_bound and not shown.form.is_valid())
    return render(request, "invoices/ledger.html", {"page": shown}, status=422 if faulty else 200)


@require_safe
@gates.sgd_reader
def file(request: HttpRequest, file_format: str) -> HttpResponse:
    """Answer with the vouchers that the address asks for as a file."""
    if file_format not in FILES:
        raise Http404
    try:
        name, content_type, content = ledger_file(request.user, request.GET, file_format)
    except LedgerRefused as refusal:
        messages.error(request, refusal.reason)
        return redirect("invoices:ledger")
    headers = {"Content-Disposition": content_disposition_header(as_attachment=True, filename=name)}
    return HttpResponse(content, content_type=content_type, headers=headers)

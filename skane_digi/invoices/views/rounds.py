"""Rounds of invoices: the list, a new one, reviewing one, issuing it, and its drafts."""

from contextlib import suppress

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from budgets.invoicing_editing import IssueRefused, remove_round
from budgets.models import Invoicing
from plans import permissions
from plans.days import day_of
from skane_digi.invoices import gates
from skane_digi.invoices.batches import BatchRefused, order_documents
from skane_digi.invoices.draft_page import draft_content, draft_page
from skane_digi.invoices.issue_page import issue_page, issue_reviewed
from skane_digi.invoices.printing import invoice_pdf
from skane_digi.invoices.round_form import ChangeForm, NewRoundPage
from skane_digi.invoices.round_page import round_page
from skane_digi.invoices.rounds_page import rounds_page

UNPROCESSABLE = 422


@require_safe
@gates.invoice_reader
def rounds(request: HttpRequest) -> HttpResponse:
    """Show every round; one who is not of SGD goes to their own invoices."""
    if not permissions.can_view_all_invoices(request.user):
        return redirect("invoices:list")
    return render(request, "invoices/rounds.html", {"page": rounds_page(request.user)})


@require_http_methods(["GET", "HEAD", "POST"])
@gates.economist
def new(request: HttpRequest) -> HttpResponse:
    """Choose what is to be invoiced; what the address asks for is chosen beforehand."""
    asked = {"choice": request.GET.get("val"), "part": request.GET.get("del")}
    given = {name: value for name, value in asked.items() if value}
    data = request.POST if request.method == "POST" else None
    page = NewRoundPage(request.user, today=day_of(), data=data, given=given)
    if page.form.is_valid() and (made := page.form.make(request.user)):
        return redirect("invoices:round", made.key)
    status = UNPROCESSABLE if page.form.errors else 200
    return render(request, "invoices/round_form.html", {"page": page, "form": page.form}, status=status)


@require_safe
@gates.readers_round
def show(request: HttpRequest, invoicing: Invoicing) -> HttpResponse:
    """Show the round to be reviewed, or how far it has come."""
    return render(request, "invoices/round.html", {"page": round_page(invoicing, request.user), "invoicing": invoicing})


@require_http_methods(["GET", "HEAD", "POST"])
@gates.economists_round
def change(request: HttpRequest, invoicing: Invoicing) -> HttpResponse:
    """Change the days and the text of a round that nothing has been issued in."""
    form = ChangeForm(request.POST if request.method == "POST" else None, invoicing=invoicing)
    if form.is_valid() and form.save(request.user):
        messages.success(request, "Omgången är ändrad.")
        return redirect("invoices:round", invoicing.key)
    status = UNPROCESSABLE if form.errors else 200
    return render(request, "invoices/round_form.html", {"invoicing": invoicing, "form": form}, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@gates.economists_round
def remove(request: HttpRequest, invoicing: Invoicing) -> HttpResponse:
    """Ask whether the round is to go, and remove it when told so."""
    if request.method != "POST":
        return render(request, "invoices/remove_round.html", {"invoicing": invoicing})
    try:
        remove_round(invoicing=invoicing, by=request.user)
    except IssueRefused as refusal:
        messages.error(request, refusal.reason)
        return redirect("invoices:round", invoicing.key)
    messages.success(request, f"Faktureringen {invoicing.period_text} är borttagen.")
    return redirect("invoices:rounds")


@require_http_methods(["GET", "HEAD", "POST"])
@gates.economists_round
def issue(request: HttpRequest, invoicing: Invoicing) -> HttpResponse:
    """Say what is going to be issued, and issue it when told so."""
    problem = ""
    if request.method == "POST":
        try:
            issued = issue_reviewed(invoicing=invoicing, seen=request.POST.get("seen", ""), by=request.user)
        except IssueRefused as refusal:
            problem = refusal.reason
        else:
            return _after_issuing(request, invoicing, issued)
    page = issue_page(invoicing, request.user, problem)
    status = UNPROCESSABLE if problem else 200
    return render(request, "invoices/issue.html", {"page": page, "invoicing": invoicing}, status=status)


@require_safe
@gates.readers_round
def draft(request: HttpRequest, invoicing: Invoicing, slug: str) -> HttpResponse:
    """Show a draft as the invoice will look."""
    page = draft_page(invoicing, slug, request.user)
    return render(request, "invoices/draft.html", {"page": page, "sheet": page.sheet, "invoicing": invoicing})


@require_safe
@gates.readers_round
def draft_pdf(request: HttpRequest, invoicing: Invoicing, slug: str) -> HttpResponse:
    """Give a draft as PDF; it is marked as one and is kept nowhere."""
    content = invoice_pdf(draft_content(invoicing, slug), None)
    headers = {"Content-Disposition": f'inline; filename="utkast-{slug}.pdf"'}
    return HttpResponse(content, content_type="application/pdf", headers=headers)


def _after_issuing(request: HttpRequest, invoicing: Invoicing, issued) -> HttpResponse:
    if issued.invoices:
        with suppress(BatchRefused):  # they are being made already
            order_documents(invoicing=invoicing, by=request.user)
        messages.success(request, issued.text)
    else:
        messages.info(request, issued.text)
    return redirect("invoices:round", invoicing.key)

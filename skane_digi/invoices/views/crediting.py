"""Crediting an invoice or a round: the form, what it would become, and issuing."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from budgets.models import Invoice, Invoicing
from plans.days import day_of
from skane_digi.invoices import gates
from skane_digi.invoices.credit_page import InvoiceCredit, RoundCredit


@require_http_methods(["GET", "HEAD", "POST"])
@gates.issuers_invoice
def credit(request: HttpRequest, invoice: Invoice) -> HttpResponse:
    """Credit an invoice, in whole or in part."""
    if invoice.is_credit:
        raise Http404
    page = InvoiceCredit(invoice, data=_sent(request), day=day_of())
    if page.take(request.user):
        messages.success(request, f"Kreditfaktura {page.issued[0].number} är utställd.")
        return redirect("invoices:invoice", page.issued[0].key)
    return render(request, "invoices/credit.html", {"page": page, "invoice": invoice}, status=page.status)


@require_http_methods(["GET", "HEAD", "POST"])
@gates.economists_round
def credit_round(request: HttpRequest, invoicing: Invoicing) -> HttpResponse:
    """Credit every body of a round, in whole or in part."""
    page = RoundCredit(invoicing, data=_sent(request), day=day_of())
    if page.take(request.user):
        messages.success(request, f"{len(page.issued)} kreditfakturor är utställda.")
        return redirect("invoices:round", invoicing.key)
    context = {"page": page, "invoicing": invoicing}
    return render(request, "invoices/credit_round.html", context, status=page.status)


def _sent(request: HttpRequest):
    return request.POST if request.method == "POST" else None

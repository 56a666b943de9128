"""Sending, files and reminders: confirm, follow the work, and say what became of a letter that was cut off."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django.views.decorators.vary import vary_on_headers

from budgets.models import Invoice, Invoicing
from plans import permissions
from skane_digi.invoices.archive import waits_for_files, zip_of
from skane_digi.invoices.batch_page import batch_page
from skane_digi.invoices.batches import BatchRefused, order_documents, order_reminders, order_sending, take_up
from skane_digi.invoices.gates import economist, economists_round, issuers_invoice, readers_round
from skane_digi.invoices.occasions import SendRefused
from skane_digi.invoices.send_page import send_page
from skane_digi.invoices.sending import fault_of, mark_sent, resolve_sending, send_invoice
from skane_digi.invoices.sending_gates import issuers_batch, issuers_sending
from skane_digi.models import InvoiceBatch, InvoiceSending


@require_http_methods(["GET", "HEAD", "POST"])
@economists_round
def send_round(request: HttpRequest, invoicing: Invoicing) -> HttpResponse:
    """Ask before the round is sent; send it when that is confirmed."""
    if request.method != "POST":
        return render(request, "invoices/send.html", {"page": send_page(invoicing)})
    try:
        batch = order_sending(invoicing=invoicing, by=request.user)
    except BatchRefused as refusal:
        messages.error(request, refusal.reason)
        return redirect("invoices:send-round", invoicing.key)
    return redirect("invoices:batch", batch.key)


@require_POST
@economists_round
def make_files(request: HttpRequest, invoicing: Invoicing) -> HttpResponse:
    """Make the files that are not there yet; with all of them there the ZIP is fetched."""
    try:
        batch = order_documents(invoicing=invoicing, by=request.user)
    except BatchRefused:
        return redirect("invoices:zip", invoicing.key)
    return redirect("invoices:batch", batch.key)


@require_safe
@vary_on_headers("HX-Request")
@issuers_batch
def batch(request: HttpRequest, batch: InvoiceBatch) -> HttpResponse:
    """Show how far the work has come, and go on with it where it has been left. htmx asks for the figures alone."""
    take_up(batch)
    template = "invoices/_progress.html" if request.htmx else "invoices/batch.html"
    return render(request, template, {"page": batch_page(batch), "is_part": bool(request.htmx)})


@require_safe
@readers_round
def zip_file(request: HttpRequest, invoicing: Invoicing) -> HttpResponse:
    """Answer with all the round's files, as soon as they are made."""
    if waits_for_files(invoicing) or not invoicing.invoices.exists():
        messages.error(request, "Fakturornas filer är inte gjorda än. Gör dem först, så kan de hämtas här.")
        return redirect("invoices:round", invoicing.key)
    name, chunks = zip_of(invoicing)
    headers = {"Content-Disposition": content_disposition_header(True, name)}
    return StreamingHttpResponse(chunks, content_type="application/zip", headers=headers)


@require_POST
@issuers_invoice
def send(request: HttpRequest, invoice: Invoice) -> HttpResponse:
    """Send one invoice by e-mail; once more where ``again`` is posted."""
    try:
        sending = send_invoice(invoice=invoice, by=request.user, again=bool(request.POST.get("again")))
    except SendRefused as refusal:
        messages.error(request, refusal.reason)
    else:
        if fault := fault_of(sending):
            messages.error(request, fault)
        else:
            messages.success(request, f"{invoice} är skickad{_to(sending)}.")
    return redirect("invoices:invoice", invoice.key)


@require_POST
@issuers_invoice
def mark(request: HttpRequest, invoice: Invoice) -> HttpResponse:
    """Write down that the invoice went another way than by e-mail from here."""
    try:
        mark_sent(invoice=invoice, remark=request.POST.get("remark", ""), by=request.user)
    except SendRefused as refusal:
        messages.error(request, refusal.reason)
    else:
        messages.success(request, f"{invoice} är antecknad som skickad.")
    return redirect("invoices:invoice", invoice.key)


@require_POST
@issuers_sending
def resolve(request: HttpRequest, sending: InvoiceSending) -> HttpResponse:
    """Write down what became of a letter that was cut off; ``from=round`` leads back to the round's page."""
    outcome, remark = request.POST.get("outcome", ""), request.POST.get("remark", "")
    try:
        resolve_sending(sending=sending, outcome=outcome, remark=remark, by=request.user)
    except SendRefused as refusal:
        messages.error(request, refusal.reason)
    else:
        messages.success(request, "Svaret är antecknat.")
    if request.POST.get("from") == "round":
        return redirect("invoices:send-round", sending.invoice.invoicing.key)
    return redirect("invoices:invoice", sending.invoice.key)


@require_POST
@economist
def remind(request: HttpRequest) -> HttpResponse:
    """Send reminders of the late ones among the invoices whose keys are posted as ``invoice``."""
    # PostgreSQL takes no NUL.
    keys = {key.replace("\0", "") for key in request.POST.getlist("invoice")}
    found = Invoice.objects.filter(permissions.visible_invoices(request.user), key__in=keys)
    invoices = list(found.select_related("collaboration"))
    if len(invoices) != len(keys):
        raise Http404
    try:
        batch = order_reminders(invoices=invoices, by=request.user)
    except BatchRefused as refusal:
        messages.error(request, refusal.reason)
        return redirect("invoices:list")
    return redirect("invoices:batch", batch.key)


def _to(sending: InvoiceSending) -> str:
    return f" till {sending.address}" if sending.address else ""

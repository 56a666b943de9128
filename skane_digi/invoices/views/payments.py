"""Payments: the list, by hand, from a bank's file, and what each one pays."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from budgets.bank_files.entries import BankFileRefused
from budgets.bank_storing import ProposalChanged
from budgets.invoice_standing import standing_of
from budgets.models import Invoice, Payment
from budgets.payments import PaymentRefused, unsettle
from plans import permissions
from plans.days import day_of
from skane_digi.invoices import gates, payment_gates
from skane_digi.invoices.bank_file_page import (
    BankFileForm,
    latest_files,
    opened,
    proposal_page,
    store_sealed,
    stored_text,
)
from skane_digi.invoices.payment_forms import NewPaymentForm, RefundForm, WithdrawForm
from skane_digi.invoices.payment_page import payment_page
from skane_digi.invoices.payments_page import payments_page


@require_safe
@gates.sgd_reader
def payments(request: HttpRequest) -> HttpResponse:
    """List the payments, those that wait for somebody first."""
    page = payments_page(request.user, request.GET, day=day_of())
    return render(request, "invoices/payments.html", {"page": page})


@require_http_methods(["GET", "HEAD", "POST"])
@gates.economist
def new(request: HttpRequest) -> HttpResponse:
    """Record a payment by hand; ``faktura`` in the address is the key of the invoice that it pays."""
    visible = Invoice.objects.select_related("organisation").filter(permissions.visible_invoices(request.user))
    invoice = visible.filter(key=request.GET.get("faktura", "")).first()
    form = NewPaymentForm(_posted(request), user=request.user, today=day_of(), invoice=invoice)
    if form.is_valid():
        try:
            payment = form.save(by=request.user)
        except PaymentRefused as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, "Betalningen är registrerad.")
            return redirect("invoices:payment", payment.key)
    return _form(request, form, "Registrera en betalning", "Registrera betalningen")


@require_http_methods(["GET", "HEAD", "POST"])
@gates.economist
def bank_file(request: HttpRequest) -> HttpResponse:
    """Ask for a bank's file, and show what each payment in it will do."""
    sent = (request.POST, request.FILES) if request.method == "POST" else (None, None)
    form = BankFileForm(*sent, user=request.user)
    if form.is_valid():
        try:
            return render(request, "invoices/bank_proposal.html", {"page": form.read()})
        except BankFileRefused as refusal:
            form.refuse_file(refusal)
    shown = {"form": form, "files": latest_files(request.user)}
    return render(request, "invoices/bank_file.html", shown, status=422 if form.is_bound else 200)


@require_POST
@gates.economist
def store_bank_file(request: HttpRequest) -> HttpResponse:
    """Store what was shown; where something has changed since, show it again."""
    try:
        proposal = store_sealed(request.user, request.POST)
    except ProposalChanged as changed:
        place, read = opened(request.user, request.POST["file"])
        page = proposal_page(place, read, changed.proposal)
        return render(request, "invoices/bank_proposal.html", {"page": page, "fault": changed.reason}, status=409)
    except BankFileRefused as refusal:
        form = BankFileForm(user=request.user)
        shown = {"form": form, "files": latest_files(request.user), "fault": refusal.reason}
        return render(request, "invoices/bank_file.html", shown, status=422)
    messages.success(request, stored_text(proposal))
    return redirect("invoices:payments")


@require_safe
@payment_gates.payment_reader
def payment(request: HttpRequest, payment: Payment) -> HttpResponse:
    """Show a payment, what it pays and what it could pay."""
    return render(request, "invoices/payment.html", {"page": payment_page(payment, request.user, day=day_of())})


@require_POST
@payment_gates.payment_writer
def settle(request: HttpRequest, payment: Payment) -> HttpResponse:
    """Let the payment pay the invoices that are written in."""
    page = payment_page(payment, request.user, day=day_of(), data=request.POST)
    if page.form is None:
        messages.error(request, "Det finns inget kvar av betalningen att pricka av.")
        return redirect("invoices:payment", payment.key)
    if page.form.is_valid():
        try:
            page.form.save(by=request.user)
        except PaymentRefused as refusal:
            page.form.refuse(refusal)
        else:
            messages.success(request, "Avprickningen är sparad.")
            return redirect("invoices:payment", payment.key)
    return render(request, "invoices/payment.html", {"page": page}, status=422)


@require_POST
@payment_gates.payment_writer
def take_off(request: HttpRequest, payment: Payment) -> HttpResponse:
    """Take back what the payment pays of one invoice."""
    invoice = get_object_or_404(payment.collaboration.invoices, key=request.POST.get("faktura", "").replace("\0", ""))
    try:
        unsettle(payment=payment, invoice=invoice, by=request.user)
        messages.success(request, f"Betalningen är inte längre avprickad mot faktura {invoice.number}.")
    except PaymentRefused as refusal:
        messages.error(request, refusal.reason)
    return redirect("invoices:payment", payment.key)


@require_http_methods(["GET", "HEAD", "POST"])
@payment_gates.payment_writer
def withdraw(request: HttpRequest, payment: Payment) -> HttpResponse:
    """Say what taking the payment back means, and take it back."""
    form = WithdrawForm(_posted(request))
    if form.is_valid():
        try:
            form.save(payment=payment, by=request.user)
        except PaymentRefused as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, "Betalningen är återtagen.")
            return redirect("invoices:payment", payment.key)
    page = payment_page(payment, request.user, day=day_of())
    return _form(request, form, "Återta betalningen", "Återta betalningen", page=page)


@require_http_methods(["GET", "HEAD", "POST"])
@gates.issuers_invoice
def refund(request: HttpRequest, invoice: Invoice) -> HttpResponse:
    """Record that what was paid too much has gone back."""
    standing = standing_of(invoice, day=day_of())
    form = RefundForm(_posted(request), today=day_of(), most=standing.to_pay_back)
    if form.is_valid():
        try:
            form.save(invoice=invoice, by=request.user)
        except PaymentRefused as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, "Återbetalningen är registrerad.")
            return redirect("invoices:invoice", invoice.key)
    return _form(request, form, "Registrera en återbetalning", "Registrera", standing=standing)


def _posted(request: HttpRequest):
    return request.POST if request.method == "POST" else None


def _form(request: HttpRequest, form, heading: str, button: str, **shown) -> HttpResponse:
    said = {"form": form, "heading": heading, "button": button, **shown}
    return render(request, "invoices/payment_form.html", said, status=422 if form.is_bound else 200)

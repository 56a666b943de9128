"""Who invoices and on what terms, and where each body takes its invoices."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from budgets.models import Invoicing
from plans.models import Collaboration, Organisation
from skane_digi.invoices import gates
from skane_digi.invoices.recipient_form import RecipientPage
from skane_digi.invoices.recipients_page import may_write, recipients_page
from skane_digi.invoices.terms_form import TermsPage

UNPROCESSABLE = 422


@require_http_methods(["GET", "HEAD", "POST"])
@gates.economists_collaboration
def terms(request: HttpRequest, collaboration: Collaboration) -> HttpResponse:
    """Write who invoices, and on what terms."""
    page = TermsPage(collaboration, request.POST if request.method == "POST" else None)
    if request.method == "POST" and page.save(request.user):
        messages.success(request, "Villkoren är sparade. De gäller fakturor som ställs ut från och med nu.")
        return _onwards(request, "invoices:rounds")
    status = UNPROCESSABLE if page.problems else 200
    return render(request, "invoices/terms.html", {"page": page, "collaboration": collaboration}, status=status)


@require_safe
@gates.invoice_reader
def recipients(request: HttpRequest) -> HttpResponse:
    """Show where the bodies take their invoices; one who is not of SGD sees their own."""
    return render(request, "invoices/recipients.html", {"page": recipients_page(request.user)})


@require_http_methods(["GET", "HEAD", "POST"])
@gates.signed_in
def recipient(request: HttpRequest, slug: str) -> HttpResponse:
    """Write where a body takes its invoices: the economist all of them, a registrar their own body's."""
    organisation = get_object_or_404(Organisation, slug=slug)
    if not may_write(request.user, organisation):
        raise Http404
    page = RecipientPage(organisation, request.POST if request.method == "POST" else None)
    if request.method == "POST" and page.save(request.user):
        messages.success(request, f"Fakturauppgifterna för {organisation} är sparade.")
        return _onwards(request, "invoices:recipients")
    status = UNPROCESSABLE if page.form.errors else 200
    return render(request, "invoices/recipient.html", {"page": page, "form": page.form}, status=status)


def _onwards(request: HttpRequest, otherwise: str) -> HttpResponse:
    """Go back to the round that the address says was being reviewed."""
    invoicing = Invoicing.objects.filter(key=request.GET.get("omgang", "")).first()
    return redirect("invoices:round", invoicing.key) if invoicing else redirect(otherwise)

"""Writing an agreement: what it says of itself, everything that belongs to it, and which reports have been given."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from budgets.grants import organisations_of
from budgets.models import GrantAgreement, GrantDuty
from plans.days import day_of
from skane_digi.grants import edit_gates
from skane_digi.grants.agreement_form_page import AgreementFormPage
from skane_digi.grants.duty_marking import mark_from
from skane_digi.grants.edit_pages import edit_page, receiver_page
from skane_digi.grants.edit_parts import PartPage, removal_page

UNPROCESSABLE = 422


@require_http_methods(["GET", "HEAD", "POST"])
@edit_gates.writers
def new(request: HttpRequest) -> HttpResponse:
    """Lay up a grant."""
    page = AgreementFormPage(GrantAgreement(), user=request.user, data=_sent(request))
    if page.form.is_valid() and page.save(request.user):
        messages.success(request, f"{page.agreement} är upplagt. Lägg till områden, belopp och vad som ska redovisas.")
        return redirect("grants:edit", page.agreement.slug)
    return _form(request, page, "grants/edit_agreement.html")


@require_safe
@edit_gates.agreement_writers
def edit(request: HttpRequest, agreement: GrantAgreement) -> HttpResponse:
    """Show all that the agreement holds, to be written in."""
    page = edit_page(agreement, day=day_of())
    return render(request, "grants/edit.html", {"agreement": agreement, "page": page})


@require_http_methods(["GET", "HEAD", "POST"])
@edit_gates.agreement_writers
def facts(request: HttpRequest, agreement: GrantAgreement) -> HttpResponse:
    """Write what the agreement says of itself."""
    page = AgreementFormPage(agreement, user=request.user, data=_sent(request))
    if page.form.is_valid() and page.save(request.user):
        messages.success(request, "Uppgifterna är sparade.")
        return redirect("grants:edit", agreement.slug)
    return _form(request, page, "grants/edit_agreement.html")


@require_http_methods(["GET", "HEAD", "POST"])
@edit_gates.agreement_writers
def new_part(request: HttpRequest, agreement: GrantAgreement, kind: str) -> HttpResponse:
    """Add a row; what the address asks for is chosen beforehand."""
    return _part(request, PartPage(agreement, kind, data=_sent(request), given=request.GET.dict()))


@require_http_methods(["GET", "HEAD", "POST"])
@edit_gates.agreement_writers
def edit_part(request: HttpRequest, agreement: GrantAgreement, kind: str, key: str) -> HttpResponse:
    """Write in a row that there is."""
    return _part(request, PartPage(agreement, kind, key=key, data=_sent(request)))


@require_http_methods(["GET", "HEAD", "POST"])
@edit_gates.agreement_writers
def remove_part(request: HttpRequest, agreement: GrantAgreement, kind: str, key: str) -> HttpResponse:
    """Ask whether a row is to go, and remove it when told so."""
    page = removal_page(agreement, kind, key)
    if request.method == "POST" and page.remove(request.user):
        messages.success(request, f"{page.title} är borttaget.")
        return redirect(page.onwards)
    status = UNPROCESSABLE if page.refusal else 200
    return render(request, "grants/edit_remove.html", {"agreement": agreement, "page": page}, status=status)


@require_POST
@edit_gates.agreement_writers
def mark_duty(request: HttpRequest, agreement: GrantAgreement, key: str) -> HttpResponse:
    """Say that a report has been given, or that it has not; a fault comes on the report's own page."""
    duty = get_object_or_404(GrantDuty, agreement=agreement, key=key)
    marking = mark_from(request.POST, duty, by=request.user, day=day_of())
    if marking.fault:
        messages.error(request, marking.fault)
    else:
        messages.success(request, marking.news)
    return redirect(marking.address)


@require_safe
@edit_gates.agreement_writers
def receiver(request: HttpRequest, agreement: GrantAgreement, organisation: str) -> HttpResponse:
    """Show what one organisation has received and what it does with it."""
    found = get_object_or_404(organisations_of(agreement), slug=organisation)
    page = receiver_page(agreement, found, day=day_of())
    return render(request, "grants/edit_receiver.html", {"agreement": agreement, "page": page})


def _part(request: HttpRequest, page: PartPage) -> HttpResponse:
    if page.form.is_valid() and page.save(request.user):
        messages.success(request, "Sparat.")
        return redirect(page.back)
    return _form(request, page, "grants/edit_part.html")


def _form(request: HttpRequest, page, template: str) -> HttpResponse:
    status = UNPROCESSABLE if page.form.is_bound else 200
    return render(request, template, {"agreement": page.agreement, "page": page}, status=status)


def _sent(request: HttpRequest):
    return request.POST if request.method == "POST" else None

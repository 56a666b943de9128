"""The list of grants, one grant, and what an organisation has been given of it."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from budgets.grants import organisations_of
from budgets.models import GrantAgreement
from plans.days import day_of
from skane_digi.grants import gates
from skane_digi.grants.agreement_page import agreement_page
from skane_digi.grants.list_page import list_page
from skane_digi.grants.outcome_page import outcome_page


@require_safe
@gates.readers
def grants(request: HttpRequest) -> HttpResponse:
    """List the grants that the reader may see."""
    return render(request, "grants/list.html", {"page": list_page(request.user, day=day_of())})


@require_safe
@gates.agreement_readers
def agreement(request: HttpRequest, agreement: GrantAgreement) -> HttpResponse:
    """Show what a grant gives to whom, by which rules and on what conditions."""
    page = agreement_page(agreement, request.user, day=day_of())
    return render(request, "grants/agreement.html", {"page": page, "agreement": agreement})


@require_safe
@gates.agreement_readers
def outcome(request: HttpRequest, agreement: GrantAgreement, organisation: str) -> HttpResponse:
    """Show what one organisation has been given, printed beside computed."""
    found = get_object_or_404(organisations_of(agreement), slug=organisation)
    page = outcome_page(agreement, found, request.user, day=day_of())
    return render(request, "grants/outcome.html", {"page": page, "agreement": agreement})

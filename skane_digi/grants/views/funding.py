"""Committing a share of a grant to budget lines."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from budgets.models import GrantAgreement, GrantShare
from skane_digi.grants import edit_gates
from skane_digi.grants.funding_page import FundingPage


@require_http_methods(["GET", "HEAD", "POST"])
@edit_gates.agreement_writers
def fund(request: HttpRequest, agreement: GrantAgreement, key: str) -> HttpResponse:
    """Choose which lines the share pays for, and write what is used of it."""
    shares = GrantShare.objects.select_related("grant_amount__area__agreement", "organisation")
    share = get_object_or_404(shares, grant_amount__area__agreement=agreement, key=key)
    page = FundingPage(agreement, share, data=request.POST if request.method == "POST" else None)
    if page.is_bound and page.save(request.user):
        messages.success(request, "Sparat.")
        return redirect("grants:edit-receiver", agreement.slug, share.organisation.slug)
    context = {"agreement": agreement, "page": page}
    return render(request, "grants/edit_funding.html", context, status=422 if page.is_bound else 200)

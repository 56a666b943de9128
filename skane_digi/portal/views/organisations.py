"""The organisations and what each of them pays."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from plans.models import Plan
from skane_digi.invoices.list_rows import visible
from skane_digi.portal.members import current_costs, members, members_named
from skane_digi.portal.organisation_years import organisation_years
from skane_digi.portal.search import as_asked
from skane_digi.versions.standing import standing_plans

LONGEST_NAME = 80


def organisation_list(request: HttpRequest) -> HttpResponse:
    """List the organisations; the start page's choice of one (``?organisation=``) leads on to its page."""
    if chosen := request.GET.get("organisation"):
        return redirect(get_object_or_404(members(), slug=chosen))
    query = as_asked(request.GET.get("q", ""), LONGEST_NAME)
    costs = current_costs(request.user)
    context = {"organisations": members_named(query, costs), "query": query, "costs": costs}
    return render(request, "portal/organisation_list.html", context)


def organisation_detail(request: HttpRequest, slug: str) -> HttpResponse:
    organisation = get_object_or_404(members(), slug=slug)
    plans = Plan.objects.visible_to(request.user).with_years().newest_first()
    years = organisation_years(organisation, plans, standing_plans(request.user))
    has_invoices = visible(request.user).filter(organisation=organisation).exists()
    context = {"organisation": organisation, "years": years, "has_invoices": has_invoices}
    return render(request, "portal/organisation_detail.html", context)

"""The start page, search, the accessibility statement and the health check."""

from django.conf import settings
from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from skane_digi.portal.members import current_costs, members
from skane_digi.portal.plan_rows import plan_rows
from skane_digi.portal.search import search_plans


def start(request: HttpRequest) -> HttpResponse:
    costs = current_costs(request.user)
    organisations = members(costs.collaboration if costs else None)
    context = {"plans": plan_rows(request.user, limit=5), "costs": costs, "organisations": organisations}
    return render(request, "portal/start.html", context)


def search(request: HttpRequest) -> HttpResponse:
    results = search_plans(request.GET.get("q", ""), request.user)
    return render(request, "portal/search.html", {"results": results})


def accessibility(request: HttpRequest) -> HttpResponse:
    context = {"operator": settings.OPERATOR, "operator_email": settings.OPERATOR_EMAIL}
    return render(request, "portal/accessibility.html", context)


@require_safe
@never_cache
def health(request: HttpRequest) -> HttpResponse:
    """Say whether the site can reach its database, for what watches over it."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return HttpResponse("databasen svarar inte\n", status=503, content_type="text/plain; charset=utf-8")
    return HttpResponse("ok\n", content_type="text/plain; charset=utf-8")

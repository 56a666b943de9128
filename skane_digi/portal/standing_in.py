"""Pages of a draft under revision lead those who may not see it to the version that stands."""

import functools
from collections.abc import Callable

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from budgets.checks import BUDGET_ANCHOR, cost_anchor
from plans.checks import area_anchor
from skane_digi.versions.standing import standing_in_place


def or_standing(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Redirect to the standing version, at what the page is about, where the plan is a draft kept from the reader."""

    @functools.wraps(view)
    def wrapped(request: HttpRequest, slug: str, **place) -> HttpResponse:
        try:
            return view(request, slug, **place)
        except Http404:
            version = standing_in_place(request.user, slug)
            if version is None:
                raise
            address = reverse("versions:page", args=[slug, version.number])
            return redirect(f"{address}{_anchor(view.__name__, **place)}")

    return wrapped


def _anchor(page: str, *, area_slug: str = "", year: int | None = None) -> str:
    if area_slug:
        return f"#{area_anchor(area_slug)}"
    if year is not None:
        return f"#{cost_anchor(year)}"
    return f"#{BUDGET_ANCHOR}" if page == "budget" else ""

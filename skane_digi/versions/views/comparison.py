"""A version beside an earlier one, and the draft beside the version that stands."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from skane_digi.versions.pages import Shelf
from skane_digi.versions.revision import Compared, NoSuchVersion, compare_draft, compare_version
from skane_digi.versions.views.pages import visible_shelf, visible_version


def comparison(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """Compare with the version that this one replaces, or with the earlier one that ``?med=`` names."""
    shelf = visible_shelf(request, slug)
    shown = visible_version(shelf, number)
    try:
        compared = compare_version(shelf, shown, request.GET.get("med"))
    except NoSuchVersion:
        raise Http404 from None
    return _compared(request, shelf, compared, shown=shown)


def revision(request: HttpRequest, slug: str) -> HttpResponse:
    """Compare the draft with the version that stands; once it has been sent on, that version is what to compare."""
    shelf = visible_shelf(request, slug)
    if not shelf.sees_draft:
        if shelf.sees_plan and shelf.versions:
            return redirect("versions:comparison", slug, shelf.versions[0].number)
        raise Http404
    try:
        compared = compare_draft(shelf, request.GET.get("med"))
    except NoSuchVersion:
        raise Http404 from None
    return _compared(request, shelf, compared)


def _compared(request: HttpRequest, shelf: Shelf, compared: Compared | None, **more) -> HttpResponse:
    context = {"plan": shelf.plan, "shelf": shelf, "compared": compared, "is_open": request.GET.get("visa") == "allt"}
    return render(request, "versions/comparison.html", context | more)

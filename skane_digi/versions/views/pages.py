"""A plan's versions: the list, one version in full, and its two files."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from plans.models import PlanVersion
from plans.permissions import can_view_version
from skane_digi.documents.render import IN_PLAN
from skane_digi.versions.files import content_file, kept, pdf_file
from skane_digi.versions.freezing import document_of_version
from skane_digi.versions.pages import Faults, Shelf, ShownVersion, shelf_of, standing_of


def visible_shelf(request: HttpRequest, slug: str) -> Shelf:
    """Return the plan's versions, or answer 404 where the reader may see neither the plan nor any of them."""
    shelf = shelf_of(request.user, slug)
    if shelf is None:
        raise Http404
    return shelf


def visible_version(shelf: Shelf, number: int) -> ShownVersion:
    """Return the version of that number, or answer 404 where the reader may not see it."""
    shown = shelf.version(number)
    if shown is None:
        raise Http404(f"{shelf.title} har ingen version {number}.")
    return shown


def version_list(request: HttpRequest, slug: str) -> HttpResponse:
    shelf = visible_shelf(request, slug)
    return render(request, "versions/list.html", {"plan": shelf.plan, "shelf": shelf})


def page(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    shelf = visible_shelf(request, slug)
    shown = visible_version(shelf, number)
    document = document_of_version(_stored(slug, number, "pdf", "allocation"))
    context = {
        "plan": shelf.plan,
        "shelf": shelf,
        "shown": shown,
        "standing": standing_of(shelf, shown),
        "document": document,
        "headings": IN_PLAN,
        "faults": Faults.of(shown.version),
    }
    return render(request, "versions/page.html", context)


@require_safe
def pdf(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    version = _readable(request, slug, number, "content", "allocation")
    return kept(pdf_file(request, version), request, version)


@require_safe
def content(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    version = _readable(request, slug, number, "pdf", "allocation")
    return kept(content_file(request, version), request, version)


def _stored(slug: str, number: int, *without: str) -> PlanVersion:
    versions = PlanVersion.objects.defer(*without).select_related("plan", "round")
    return get_object_or_404(versions, plan__slug=slug, number=number)


def _readable(request: HttpRequest, slug: str, number: int, *without: str) -> PlanVersion:
    """Return the version, or answer 404 where the reader may not see it."""
    version = _stored(slug, number, *without)
    if not can_view_version(request.user, version):
        raise Http404
    return version

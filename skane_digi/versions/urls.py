"""Frozen versions: what was sent for decision, as page and PDF, what has changed since, and whether a file is it."""

from django.urls import path

from skane_digi.portal.caching import for_readers
from skane_digi.versions.verify_views import verify
from skane_digi.versions.views import comparison, pages

app_name = "versions"

urlpatterns = [
    path("planer/<slug:slug>/versioner/", for_readers(pages.version_list), name="list"),
    path("planer/<slug:slug>/versioner/<int:number>/", for_readers(pages.page), name="page"),
    path("planer/<slug:slug>/versioner/<int:number>/handlingsplan.pdf", pages.pdf, name="pdf"),
    path("planer/<slug:slug>/versioner/<int:number>/innehall.json", pages.content, name="content"),
    path(
        "planer/<slug:slug>/versioner/<int:number>/jamforelse/", for_readers(comparison.comparison), name="comparison"
    ),
    path("planer/<slug:slug>/revidering/", for_readers(comparison.revision), name="revision"),
    path("kontrollera/", verify, name="verify"),
]

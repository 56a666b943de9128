"""The site map."""

from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("", include("skane_digi.portal.urls")),
    path("", include("skane_digi.workspace.urls")),
    path("", include("skane_digi.versions.urls")),
    path("", include("skane_digi.decisions.urls")),
    path("", include("skane_digi.papers.urls")),
    path("", include("skane_digi.reminders.urls")),
    path("", include("skane_digi.cost_rules.urls")),
    path("", include("skane_digi.key_figures.urls")),
    path("", include("skane_digi.scenarios.urls")),
    path("", include("skane_digi.grants.urls")),
    path("", include("skane_digi.invoices.urls")),
    path("konto/", include("skane_digi.accounts.urls")),
    path("konto/", include("skane_digi.accounts.signing_in")),
    path("admin/", admin.site.urls),
]

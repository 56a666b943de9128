"""State grants: agreements, what they pay for and what they ask."""

from django.urls import include, path

from skane_digi.grants.views import reading

app_name = "grants"

urlpatterns = [
    path("statsbidrag/", reading.grants, name="list"),
    path("", include("skane_digi.grants.editing_urls")),
    path("statsbidrag/<slug:slug>/", reading.agreement, name="agreement"),
    path("statsbidrag/<slug:slug>/mottagare/<slug:organisation>/", reading.outcome, name="outcome"),
]

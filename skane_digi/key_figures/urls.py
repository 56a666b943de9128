"""Key figures: the days that are known, and where they come from."""

from django.urls import path

from skane_digi.key_figures.views import bringing, keys

app_name = "key_figures"

urlpatterns = [
    path("nyckeltal/", keys.listing, name="list"),
    path("nyckeltal/hamta/", bringing.fetch, name="fetch"),
    path("nyckeltal/las-in/", bringing.upload, name="upload"),
    path("nyckeltal/spara/", bringing.store, name="store"),
    path("nyckeltal/nya/", keys.new, name="new"),
    path("nyckeltal/<slug:key>/", keys.key, name="key"),
    path("nyckeltal/<slug:key>/<slug:region>/<slug:date>/", keys.day, name="day"),
]

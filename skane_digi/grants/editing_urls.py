"""Where a grant is written."""

from django.urls import path

from skane_digi.grants.views import editing, funding

_OWN = "statsbidrag/<slug:slug>/redigera/"

urlpatterns = [
    path("statsbidrag/nytt/", editing.new, name="new"),
    path(_OWN, editing.edit, name="edit"),
    path(f"{_OWN}uppgifter/", editing.facts, name="edit-facts"),
    path(f"{_OWN}ny/<slug:kind>/", editing.new_part, name="new-part"),
    path(f"{_OWN}mottagare/<slug:organisation>/", editing.receiver, name="edit-receiver"),
    path(f"{_OWN}tilldelning/<slug:key>/poster/", funding.fund, name="fund"),
    path(f"{_OWN}redovisning/<slug:key>/klar/", editing.mark_duty, name="mark-duty"),
    path(f"{_OWN}<slug:kind>/<slug:key>/", editing.edit_part, name="edit-part"),
    path(f"{_OWN}<slug:kind>/<slug:key>/ta-bort/", editing.remove_part, name="remove-part"),
]

"""What if: scenarios over a plan year, and what an organisation has paid over the years."""

from django.urls import path

from skane_digi.portal.caching import for_readers
from skane_digi.scenarios.views import acting, history, work

app_name = "scenarios"

urlpatterns = [
    path("planer/<slug:slug>/scenarier/", work.scenario_list, name="list"),
    path("planer/<slug:slug>/scenarier/prova/<int:year>/", work.attempt, name="attempt"),
    path("planer/<slug:slug>/scenarier/<slug:key>/", work.scenario, name="scenario"),
    path("planer/<slug:slug>/scenarier/<slug:key>/dela/", acting.share, name="share"),
    path("planer/<slug:slug>/scenarier/<slug:key>/infor/", acting.introduce, name="introduce"),
    path("planer/<slug:slug>/scenarier/<slug:key>/ta-bort/", acting.remove, name="remove"),
    path("organisationer/<slug:slug>/historik/", for_readers(history.history), name="history"),
]

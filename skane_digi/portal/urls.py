"""The public pages."""

from django.urls import path

from skane_digi.portal.caching import for_readers
from skane_digi.portal.standing_in import or_standing
from skane_digi.portal.views import comparison, costs, downloads, next_plan, organisations, plans, site

app_name = "portal"

urlpatterns = [
    path("", for_readers(site.start), name="start"),
    path("planer/", for_readers(plans.plan_list), name="plan-list"),
    path("planer/<slug:slug>/", for_readers(or_standing(plans.plan_detail)), name="plan"),
    path("planer/<slug:slug>/omraden/<slug:area_slug>/", for_readers(or_standing(plans.focus_area)), name="focus-area"),
    path("planer/<slug:slug>/budget/", for_readers(or_standing(costs.budget)), name="budget"),
    path("planer/<slug:slug>/kostnader/<int:year>/", for_readers(or_standing(costs.costs)), name="costs"),
    path("planer/<slug:slug>/karta/<int:year>/", for_readers(or_standing(costs.cost_map)), name="map"),
    path("planer/<slug:slug>/jamforelse/", for_readers(or_standing(comparison.comparison)), name="comparison"),
    path("planer/<slug:slug>/handlingsplan.pdf", downloads.plan_pdf, name="plan-pdf"),
    path("planer/<slug:slug>/nasta-plan/", next_plan.start_plan, name="start-plan"),
    path("organisationer/", for_readers(organisations.organisation_list), name="organisation-list"),
    path("organisationer/<slug:slug>/", for_readers(organisations.organisation_detail), name="organisation"),
    path("sok/", for_readers(site.search), name="search"),
    path("tillganglighet/", for_readers(site.accessibility), name="accessibility"),
    path("halsa/", site.health, name="health"),
]

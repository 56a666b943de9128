"""The workspace: where SGD writes the plan."""

from django.urls import include, path

from skane_digi.workspace.views import fields, pages, structure

app_name = "workspace"

ROOT = "planer/<slug:slug>/arbetsyta/"

urlpatterns = [
    path(ROOT, pages.plan, name="plan"),
    path(f"{ROOT}omraden/<slug:area_slug>/", pages.area, name="area"),
    path(f"{ROOT}omraden/<slug:area_slug>/utskrift/", pages.preview_area, name="preview-area"),
    path(f"{ROOT}utskrift/", pages.preview_plan, name="preview-plan"),
    path(f"{ROOT}vid-sidan/", pages.beside, name="beside"),
    path(f"{ROOT}nytt/", pages.news, name="news"),
    path(f"{ROOT}falt/<slug:kind>/<int:pk>/<slug:name>/", fields.field, name="field"),
    path(f"{ROOT}lagg-till/<slug:what>/<int:pk>/", structure.add, name="add"),
    path(f"{ROOT}flytta/<slug:kind>/<int:pk>/", structure.move, name="move"),
    path(f"{ROOT}flytta-till-omrade/<int:pk>/", structure.move_activity, name="move-activity"),
    path(f"{ROOT}dela-period/<int:pk>/", structure.split_period, name="split-period"),
    path(f"{ROOT}periodens-ar/<int:pk>/", structure.set_years, name="set-years"),
    path(f"{ROOT}ta-bort/<slug:kind>/<int:pk>/", structure.remove, name="remove"),
    path(f"{ROOT}avsluta/<int:pk>/", structure.end_area, name="end-area"),
    path(f"{ROOT}angra/<int:number>/", structure.undo, name="undo"),
    path("", include("skane_digi.workspace.conversation_urls")),
    path("", include("skane_digi.workspace.budget_urls")),
    path("", include("skane_digi.workspace.history_urls")),
]

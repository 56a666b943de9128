"""The addresses of a plan's history."""

from django.urls import path

from skane_digi.workspace.views import history

HISTORY = "planer/<slug:slug>/historik/"

urlpatterns = [
    path(HISTORY, history.history, name="history"),
    path(f"{HISTORY}<int:number>/aterstall/", history.restore, name="restore"),
]

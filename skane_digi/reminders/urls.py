"""Reminders of decisions that are awaited and of reports that are owed, and the calendar."""

from django.urls import path

from skane_digi.reminders import views

app_name = "reminders"

urlpatterns = [
    path("kalender.ics", views.calendar, name="calendar"),
    path("kalender/<str:signed>.ics", views.own_calendar, name="own-calendar"),
    path("planer/<slug:slug>/kalender.ics", views.plan_calendar, name="plan-calendar"),
    path("konto/brev/", views.letters, name="letters"),
    path("brev/av/<str:signed>/", views.unsubscribe, name="unsubscribe"),
]

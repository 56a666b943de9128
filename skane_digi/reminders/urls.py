"""Reminders of decisions that are awaited, and the calendar."""

from django.urls import URLPattern

app_name = "reminders"

urlpatterns: list[URLPattern] = []

"""Frozen versions: what was sent for decision, as page and PDF, what has changed since, and whether a file is it."""

from django.urls import URLPattern

app_name = "versions"

urlpatterns: list[URLPattern] = []

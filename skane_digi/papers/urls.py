"""The papers of a decision, for each organisation, and the texts in them."""

from django.urls import URLPattern

app_name = "papers"

urlpatterns: list[URLPattern] = []

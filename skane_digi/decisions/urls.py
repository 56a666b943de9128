"""The way to a decision: the steps of a plan, the register of decisions and the forms to record one."""

from django.urls import URLPattern

app_name = "decisions"

urlpatterns: list[URLPattern] = []

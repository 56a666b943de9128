"""The site map."""

from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("", include("skane_digi.portal.urls")),
    path("admin/", admin.site.urls),
]

"""Addresses of sending, files and reminders, under ``/fakturor/``."""

from django.urls import path

from skane_digi.invoices.views import sending

urlpatterns = [
    path("omgang/<slug:key>/skicka/", sending.send_round, name="send-round"),
    path("omgang/<slug:key>/gor-filer/", sending.make_files, name="make-files"),
    path("omgang/<slug:key>/fakturor.zip", sending.zip_file, name="zip"),
    path("arbete/<slug:key>/", sending.batch, name="batch"),
    path("faktura/<slug:key>/skicka/", sending.send, name="send"),
    path("faktura/<slug:key>/skickad/", sending.mark, name="mark-sent"),
    path("sandning/<slug:key>/", sending.resolve, name="resolve-sending"),
    path("paminn/", sending.remind, name="remind"),
]

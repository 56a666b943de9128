"""Addresses of the invoices, under ``/fakturor/``."""

from django.urls import include, path

app_name = "invoices"
urlpatterns = [
    path("fakturor/", include("skane_digi.invoices.round_urls")),
    path("fakturor/", include("skane_digi.invoices.sending_urls")),
    path("fakturor/", include("skane_digi.invoices.payment_urls")),
    path("fakturor/", include("skane_digi.invoices.invoice_urls")),
]

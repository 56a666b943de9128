"""Addresses of the rounds of invoices, the terms and the recipients, under ``/fakturor/``."""

from django.urls import path

from skane_digi.invoices.views import rounds, settings

ROUND = "omgang/<slug:key>/"

urlpatterns = [
    path("", rounds.rounds, name="rounds"),
    path("ny/", rounds.new, name="new-round"),
    path(ROUND, rounds.show, name="round"),
    path(f"{ROUND}andra/", rounds.change, name="change-round"),
    path(f"{ROUND}ta-bort/", rounds.remove, name="remove-round"),
    path(f"{ROUND}stall-ut/", rounds.issue, name="issue"),
    path(f"{ROUND}utkast/<slug:slug>/", rounds.draft, name="draft"),
    path(f"{ROUND}utkast/<slug:slug>/utkast.pdf", rounds.draft_pdf, name="draft-pdf"),
    path("villkor/<slug:slug>/", settings.terms, name="terms"),
    path("mottagare/", settings.recipients, name="recipients"),
    path("mottagare/<slug:slug>/", settings.recipient, name="recipient"),
]

"""The papers of a decision, for each organisation, and the texts in them."""

from django.urls import path

from skane_digi.papers.views import papers, texts

app_name = "papers"

ROOT = "planer/<slug:slug>/handlingar/"
TEXTS = "samverkan/<slug:slug>/handlingstexter/"

urlpatterns = [
    path(ROOT, papers.papers, name="papers"),
    path(f"{ROOT}bestall/", papers.order, name="order"),
    path(f"{ROOT}<slug:key>/", papers.batch, name="batch"),
    path(f"{ROOT}<slug:key>/lage/", papers.progress, name="progress"),
    path(f"{ROOT}<slug:key>/hamta.zip", papers.download, name="zip"),
    path(f"{ROOT}<slug:code>/<slug:kind>.<slug:extension>", papers.paper, name="paper"),
    path(TEXTS, texts.texts, name="texts"),
    path(f"{TEXTS}<slug:slot>/<slug:kind>/", texts.text, name="text"),
]

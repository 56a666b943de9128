"""Following up invoices and correcting them."""

from django.urls import path

from skane_digi.invoices.views import crediting, following

urlpatterns = [
    path("lista/", following.invoices, name="list"),
    path("lista/fil.<str:file_format>", following.export, name="list-export"),
    path("summor/", following.sums, name="sums"),
    path("summor/organisationer.<str:file_format>", following.sums_export, name="sums-export"),
    path("summor/insatsomraden.<str:file_format>", following.areas_export, name="areas-export"),
    path("faktura/<slug:key>/", following.invoice, name="invoice"),
    path("faktura/<slug:key>/faktura.pdf", following.pdf, name="pdf"),
    path("faktura/<slug:key>/faktura.xml", following.xml, name="xml"),
    path("faktura/<slug:key>/kreditera/", crediting.credit, name="credit"),
    path("omgang/<slug:key>/kreditera/", crediting.credit_round, name="credit-round"),
]

from django.urls import path

from skane_digi.invoices.views import ledger, payments

urlpatterns = [
    path("betalningar/", payments.payments, name="payments"),
    path("betalningar/ny/", payments.new, name="new-payment"),
    path("betalningar/bankfil/", payments.bank_file, name="bank-file"),
    path("betalningar/bankfil/spara/", payments.store_bank_file, name="store-bank-file"),
    path("betalningar/<slug:key>/", payments.payment, name="payment"),
    path("betalningar/<slug:key>/pricka-av/", payments.settle, name="settle-payment"),
    path("betalningar/<slug:key>/hav/", payments.take_off, name="unsettle-payment"),
    path("betalningar/<slug:key>/aterta/", payments.withdraw, name="withdraw-payment"),
    path("faktura/<slug:key>/aterbetala/", payments.refund, name="refund"),
    path("bokforing/", ledger.page, name="ledger"),
    path("bokforing/<slug:file_format>/", ledger.file, name="ledger-file"),
]

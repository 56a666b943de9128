"""Who comes in to work on invoices and to a letter: those who may issue invoices where it belongs."""

import functools

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404

from plans import permissions
from skane_digi.invoices.gates import View, signed_in
from skane_digi.models import InvoiceBatch, InvoiceSending


def issuers_batch(view: View) -> View:
    """The view gets the ``InvoiceBatch``."""

    @signed_in
    @functools.wraps(view)
    def guarded(request: HttpRequest, key: str) -> HttpResponse:
        batches = InvoiceBatch.objects.select_related("invoicing__version__plan__collaboration")
        batch = get_object_or_404(batches, key=key)
        item = batch.items.select_related("invoice__collaboration").defer("invoice__content").first()
        if item is None or not permissions.can_issue_invoices(request.user, item.invoice.collaboration):
            raise Http404
        return view(request, batch)

    return guarded


def issuers_sending(view: View) -> View:
    """The view gets the ``InvoiceSending``."""

    @signed_in
    @functools.wraps(view)
    def guarded(request: HttpRequest, key: str) -> HttpResponse:
        sendings = InvoiceSending.objects.select_related("invoice__collaboration", "invoice__invoicing__version__plan")
        sending = get_object_or_404(sendings, key=key)
        if not permissions.can_issue_invoices(request.user, sending.invoice.collaboration):
            raise Http404
        return view(request, sending)

    return guarded

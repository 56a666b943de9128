"""Who comes in to a payment. A view behind a gate gets the ``Payment``; what one may not see is not there."""

import functools
from collections.abc import Callable

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404

from budgets.models import Payment
from plans import permissions
from skane_digi.invoices.gates import signed_in

View = Callable[..., HttpResponse]


def payment_reader(view: View) -> View:
    """Let in those who may read every body's invoices where the payment is."""
    return _with_payment(view, permissions.can_view_all_invoices)


def payment_writer(view: View) -> View:
    """Let in those who may record what has been paid where the payment is."""
    return _with_payment(view, permissions.can_issue_invoices)


def _with_payment(view: View, may: Callable[[object, object], bool]) -> View:
    @signed_in
    @functools.wraps(view)
    def guarded(request: HttpRequest, key: str, *args, **kwargs) -> HttpResponse:
        rows = ("collaboration", "bank_file", "recorded_by", "withdraws", "withdrawn_by__recorded_by")
        payment = get_object_or_404(Payment.objects.select_related(*rows), key=key)
        if not may(request.user, payment.collaboration):
            raise Http404
        return view(request, payment, *args, **kwargs)

    return guarded

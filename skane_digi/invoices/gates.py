"""Who comes in to the invoices. A view behind a gate gets the row; what one may not see is not there.

Without an account one is asked to sign in, and comes back to the page. A gate that takes a row takes its ``key`` (or
``slug``) from the address.
"""

import functools
from collections.abc import Callable

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.cache import never_cache

from budgets.models import Invoice, Invoicing
from plans import permissions
from plans.models import Collaboration
from skane_digi.accounts.sent_to_sign_in import sent_to_sign_in

View = Callable[..., HttpResponse]
May = Callable[[object, object], bool]
_LARGE = tuple(f"version__{name}" for name in ("content", "allocation", "pdf"))


def economist(view: View) -> View:
    """Let in those who may issue invoices in any collaboration."""
    return _with_right(view, permissions.can_issue_invoices)


def sgd_reader(view: View) -> View:
    """Let in those who may read every body's invoices in any collaboration."""
    return _with_right(view, permissions.can_view_all_invoices)


def invoice_reader(view: View) -> View:
    """Let in those who may read any invoices, if only those of their own organisation."""
    return _with_right(view, permissions.can_view_invoices)


def economists_round(view: View) -> View:
    """Let in those who may issue the round's invoices; the view gets the ``Invoicing``."""
    return _with_round(view, permissions.can_issue_invoices)


def readers_round(view: View) -> View:
    """Let in those who may read the whole round; the view gets the ``Invoicing``."""
    return _with_round(view, permissions.can_view_all_invoices)


def economists_collaboration(view: View) -> View:
    """Let in those who may issue invoices in the collaboration, which the view gets."""

    @signed_in
    @functools.wraps(view)
    def guarded(request: HttpRequest, slug: str, *args, **kwargs) -> HttpResponse:
        collaboration = get_object_or_404(Collaboration, slug=slug)
        if not permissions.can_issue_invoices(request.user, collaboration):
            raise Http404
        return view(request, collaboration, *args, **kwargs)

    return guarded


def invoice_door(view: View) -> View:
    """Let in those who may read the invoice, a body's own people among them; the view gets the ``Invoice``."""
    return _with_invoice(view, lambda user, collaboration: True)


def issuers_invoice(view: View) -> View:
    """Let in those who may issue invoices where the invoice is; the view gets the ``Invoice``."""
    return _with_invoice(view, permissions.can_issue_invoices)


def signed_in(view: View) -> View:
    """Send one without an account to the sign-in page, and keep the page out of every cache."""

    @never_cache
    @functools.wraps(view)
    def guarded(request: HttpRequest, *args, **kwargs) -> HttpResponse:
        if not request.user.is_authenticated:
            return sent_to_sign_in(request)
        return view(request, *args, **kwargs)

    return guarded


def _with_right(view: View, may: Callable[[object], bool]) -> View:
    @signed_in
    @functools.wraps(view)
    def guarded(request: HttpRequest, *args, **kwargs) -> HttpResponse:
        if not may(request.user):
            raise Http404
        return view(request, *args, **kwargs)

    return guarded


def _with_round(view: View, may: May) -> View:
    @signed_in
    @functools.wraps(view)
    def guarded(request: HttpRequest, key: str, *args, **kwargs) -> HttpResponse:
        rounds = Invoicing.objects.select_related("version__plan__collaboration", "made_by").defer(*_LARGE)
        invoicing = get_object_or_404(rounds, key=key)
        if not may(request.user, invoicing.version.plan.collaboration):
            raise Http404
        return view(request, invoicing, *args, **kwargs)

    return guarded


def _with_invoice(view: View, may: May) -> View:
    @signed_in
    @functools.wraps(view)
    def guarded(request: HttpRequest, key: str, *args, **kwargs) -> HttpResponse:
        rows = ("collaboration", "organisation", "invoicing__version__plan", "credits")
        large = (f"invoicing__{name}" for name in _LARGE)
        visible = Invoice.objects.select_related(*rows).defer(*large)
        visible = visible.filter(permissions.visible_invoices(request.user))
        invoice = get_object_or_404(visible, key=key)
        if not may(request.user, invoice.collaboration):
            raise Http404
        return view(request, invoice, *args, **kwargs)

    return guarded

"""Who comes in to write grants. A view behind a gate gets the agreement; what one may not write is not there."""

import functools
from collections.abc import Callable

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.cache import never_cache

from budgets.models import GrantAgreement
from plans import permissions

View = Callable[..., HttpResponse]


def writers(view: View) -> View:
    """Let in those who may write grants in any collaboration."""

    @never_cache
    @functools.wraps(view)
    def guarded(request: HttpRequest, *args, **kwargs) -> HttpResponse:
        if not permissions.can_write_grants(request.user):
            raise Http404
        return view(request, *args, **kwargs)

    return guarded


def agreement_writers(view: View) -> View:
    """Let in those who may write the agreement, which the view gets."""

    @never_cache
    @functools.wraps(view)
    def guarded(request: HttpRequest, slug: str, *args, **kwargs) -> HttpResponse:
        agreement = get_object_or_404(GrantAgreement.objects.select_related("collaboration"), slug=slug)
        if not permissions.can_write_grants(request.user, agreement.collaboration_id):
            raise Http404
        return view(request, agreement, *args, **kwargs)

    return guarded

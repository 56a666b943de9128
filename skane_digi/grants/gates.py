"""Who comes in to read grants. A view behind a gate gets the agreement; what one may not see is not there."""

import functools
from collections.abc import Callable

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache

from budgets.grants import fetch_agreement
from plans import permissions

View = Callable[..., HttpResponse]


def readers(view: View) -> View:
    """Let in those who may read grants in any collaboration."""

    @never_cache
    @functools.wraps(view)
    def guarded(request: HttpRequest, *args, **kwargs) -> HttpResponse:
        if not permissions.can_view_grants(request.user):
            raise Http404
        return view(request, *args, **kwargs)

    return guarded


def agreement_readers(view: View) -> View:
    """Let in those who may read the agreement; the view gets it with all that it says."""

    @never_cache
    @functools.wraps(view)
    def guarded(request: HttpRequest, slug: str, *args, **kwargs) -> HttpResponse:
        agreement = fetch_agreement(slug)
        if agreement is None or not permissions.can_view_grants(request.user, agreement.collaboration_id):
            raise Http404
        return view(request, agreement, *args, **kwargs)

    return guarded

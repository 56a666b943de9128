"""Who comes in to read key figures and to bring them in; what one may not see is not there."""

import datetime
import functools
from collections.abc import Callable

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.cache import never_cache

from budgets.models import AllocationKey, KeyFigureSet
from plans import permissions

View = Callable[..., HttpResponse]


def readers(view: View) -> View:
    """Let in those who may read the rules that costs are shared by."""
    return _guarded(view, permissions.can_view_rules)


def writers(view: View) -> View:
    """Let in those who may bring in key figures."""
    return _guarded(view, permissions.can_write_key_figures)


def readers_of_key(view: View) -> View:
    """As ``readers``; the view gets the key with this short name."""

    @readers
    @functools.wraps(view)
    def guarded(request: HttpRequest, key: str, *args, **kwargs) -> HttpResponse:
        keys = AllocationKey.objects.select_related("measured_by").prefetch_related("components__part")
        return view(request, get_object_or_404(keys, slug=key), *args, **kwargs)

    return guarded


def readers_of_set(view: View) -> View:
    """As ``readers``; the view gets the set of this key, region and day."""

    @readers
    @functools.wraps(view)
    def guarded(request: HttpRequest, key: str, region: str, date: str, *args, **kwargs) -> HttpResponse:
        sets = KeyFigureSet.objects.select_related("allocation_key", "parts_from")
        found = get_object_or_404(sets, allocation_key__slug=key, region_code=region, reference_date=_day(date))
        return view(request, found, *args, **kwargs)

    return guarded


def _guarded(view: View, may: Callable[[object], bool]) -> View:
    @never_cache
    @functools.wraps(view)
    def guarded(request: HttpRequest, *args, **kwargs) -> HttpResponse:
        if not may(request.user):
            raise Http404
        return view(request, *args, **kwargs)

    return guarded


def _day(text: str) -> datetime.date:
    try:
        day = datetime.date.fromisoformat(text)
    except ValueError as error:
        raise Http404 from error
    if day.isoformat() != text:  # 20241231 is the same day under another address
        raise Http404
    return day

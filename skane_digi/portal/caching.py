"""How long a page may be kept by the reader's browser and by what stands between."""

import functools
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils.cache import patch_cache_control, patch_vary_headers
from django.views.decorators.http import require_safe

ANONYMOUS_SECONDS = 60


def for_readers(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Let anyone's page be kept for a minute; what a signed-in reader sees is theirs alone and asked for again."""

    @require_safe
    @functools.wraps(view)
    def wrapped(request: HttpRequest, *args, **kwargs) -> HttpResponse:
        response = view(request, *args, **kwargs)
        mark(response, request)
        return response

    return wrapped


def mark(response: HttpResponse, request: HttpRequest, *, seconds: int = ANONYMOUS_SECONDS) -> None:
    """Set the cache headers of ``response`` by who asked."""
    patch_vary_headers(response, ["Cookie"])
    if request.user.is_authenticated:
        patch_cache_control(response, private=True, no_cache=True)
    else:
        patch_cache_control(response, public=True, max_age=seconds)

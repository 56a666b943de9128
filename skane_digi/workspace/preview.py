"""The page as it will print, framed beside the editor."""

from collections.abc import Callable

from csp.constants import SELF
from csp.decorators import csp_replace
from django.http import HttpResponse
from django.views.decorators.clickjacking import xframe_options_sameorigin


def framed(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Let the site's own pages, and no others, show this one in a frame."""
    return xframe_options_sameorigin(csp_replace({"frame-ancestors": [SELF]})(view))

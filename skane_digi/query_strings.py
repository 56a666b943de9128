"""What a query string may hold before any view or the administration reads it."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse


def without_null_characters(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable:
    """Middleware that reads a null character as a space: no text has one, and PostgreSQL refuses to look for it."""

    def answer(request: HttpRequest) -> HttpResponse:
        request.META["QUERY_STRING"] = request.META.get("QUERY_STRING", "").replace("%00", "%20")
        return get_response(request)

    return answer

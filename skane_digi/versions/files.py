"""What was frozen, as files: the stored bytes and nothing else, named by their digest."""

from django.http import HttpRequest, HttpResponse
from django.utils.cache import get_conditional_response, patch_cache_control, patch_vary_headers
from django.utils.http import content_disposition_header

from plans.models import PlanVersion

FOR_EVER = 365 * 24 * 3600


def pdf_file(request: HttpRequest, version: PlanVersion) -> HttpResponse:
    """Return the stored PDF of ``version``, which comes with its plan; 304 to one who has it already."""
    content = bytes(version.pdf)
    return _file(request, content, version.pdf_digest, "application/pdf", f"{_stem(version)}.pdf", as_attachment=True)


def content_file(request: HttpRequest, version: PlanVersion) -> HttpResponse:
    """Return the stored text of ``version``, byte for byte that which its digest is of."""
    content = version.content.encode()
    kind = "application/json; charset=utf-8"
    return _file(request, content, version.content_digest, kind, f"{_stem(version)}.json", as_attachment=False)


def keep_for_ever(response: HttpResponse, request: HttpRequest) -> HttpResponse:
    """Say that the answer at this address never changes, and may be kept by whoever may have it."""
    patch_vary_headers(response, ["Cookie"])
    is_own = request.user.is_authenticated
    patch_cache_control(response, **{"private" if is_own else "public": True}, max_age=FOR_EVER, immutable=True)
    return response


def _stem(version: PlanVersion) -> str:
    return f"handlingsplan-{version.plan.slug}-version-{version.number}"


def _file(
    request: HttpRequest, content: bytes, digest: str, kind: str, name: str, *, as_attachment: bool
) -> HttpResponse:
    headers = {
        "Content-Disposition": content_disposition_header(as_attachment=as_attachment, filename=name),
        "ETag": f'"{digest}"',
    }
    answer = HttpResponse(content, content_type=kind, headers=headers)
    return get_conditional_response(request, etag=headers["ETag"], response=answer)

"""What was frozen, as files: the stored bytes and nothing else, named by their digest."""

from django.http import HttpRequest, HttpResponse
from django.utils.cache import get_conditional_response, patch_cache_control, patch_vary_headers
from django.utils.http import content_disposition_header

from plans.models import DecisionRound, PlanVersion

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


def kept(response: HttpResponse, request: HttpRequest, version: PlanVersion) -> HttpResponse:
    """Say how long the answer may be kept: it never changes, but one that is sent back is no longer everyone's."""
    patch_vary_headers(response, ["Cookie"])
    if version.round.state in (DecisionRound.State.ADOPTED, DecisionRound.State.REPLACED):
        whose = "private" if request.user.is_authenticated else "public"
        patch_cache_control(response, **{whose: True}, max_age=FOR_EVER, immutable=True)
    else:
        patch_cache_control(response, private=True, no_cache=True)
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

"""The plan as a file."""

from django.http import HttpRequest, HttpResponse
from django.utils.cache import get_conditional_response
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_safe

from skane_digi.documents.build import document_of
from skane_digi.portal.caching import mark
from skane_digi.portal.pdf_store import StoredPdf, stored_pdf
from skane_digi.portal.views.plans import whole_plan
from skane_digi.versions.files import pdf_file
from skane_digi.versions.standing import version_to_print

PDF_SECONDS = 300


@require_safe
def plan_pdf(request: HttpRequest, slug: str) -> HttpResponse:
    """Answer with the PDF that was frozen, or a draft's as it is now; a reader who has it already is told so (304)."""
    version = version_to_print(request.user, slug)
    response = pdf_file(request, version) if version else _draft_pdf(request, slug)
    mark(response, request, seconds=PDF_SECONDS)
    return response


def _draft_pdf(request: HttpRequest, slug: str) -> HttpResponse:
    document = document_of(whole_plan(request, slug))
    pdf = stored_pdf(document)
    return get_conditional_response(request, etag=pdf.etag, response=_file(pdf, f"{document.file_stem}.pdf"))


def _file(pdf: StoredPdf, name: str) -> HttpResponse:
    disposition = content_disposition_header(as_attachment=True, filename=name)
    headers = {"Content-Disposition": disposition, "ETag": pdf.etag}
    return HttpResponse(pdf.content, content_type="application/pdf", headers=headers)

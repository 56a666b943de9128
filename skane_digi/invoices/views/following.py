"""Following up what has been invoiced: the list, each invoice with its files, and the sums."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_safe

from budgets.models import Invoice
from plans import sheets
from plans.days import day_of
from skane_digi.invoices import gates
from skane_digi.invoices.invoice_files import stored_file
from skane_digi.invoices.invoice_page import invoice_page
from skane_digi.invoices.list_export import ExportFile, area_sums_file, list_file, organisation_sums_file
from skane_digi.invoices.list_page import asked_rows, list_page
from skane_digi.invoices.list_query import Asked
from skane_digi.invoices.sums_page import area_sums, organisation_sums, sums_page, year_to_export


@require_safe
@gates.invoice_reader
def invoices(request: HttpRequest) -> HttpResponse:
    """List the invoices that the reader may see, as the address asks."""
    return render(request, "invoices/list.html", {"page": list_page(request.user, request.GET, day=day_of())})


@require_safe
@gates.invoice_reader
def export(request: HttpRequest, file_format: str) -> HttpResponse:
    """Answer with all that the list was asked for as a file."""
    _known(file_format)
    every, rows = asked_rows(request.user, Asked.from_query(request.GET), day=day_of())
    return _file(list_file(request.user, rows, every, file_format=file_format))


@require_safe
@gates.invoice_door
def invoice(request: HttpRequest, invoice: Invoice) -> HttpResponse:
    """Show an invoice, how it stands and what has happened to it."""
    return render(request, "invoices/invoice.html", {"page": invoice_page(invoice, request.user, day=day_of())})


@require_safe
@gates.invoice_door
def pdf(request: HttpRequest, invoice: Invoice) -> HttpResponse:
    """Answer with the invoice's PDF as it is kept."""
    return stored_file(request, invoice, "pdf")


@require_safe
@gates.invoice_door
def xml(request: HttpRequest, invoice: Invoice) -> HttpResponse:
    """Answer with the invoice's XML as it is kept."""
    return stored_file(request, invoice, "xml")


@require_safe
@gates.sgd_reader
def sums(request: HttpRequest) -> HttpResponse:
    """Show what has been invoiced, credited and paid by organisation and by focus area."""
    return render(request, "invoices/sums.html", {"page": sums_page(request.user, request.GET, day=day_of())})


@require_safe
@gates.sgd_reader
def sums_export(request: HttpRequest, file_format: str) -> HttpResponse:
    """Answer with each organisation's sums of each year as a file."""
    _known(file_format)
    found = organisation_sums(request.user, year=year_to_export(request.GET), day=day_of())
    return _file(organisation_sums_file(found, file_format=file_format))


@require_safe
@gates.sgd_reader
def areas_export(request: HttpRequest, file_format: str) -> HttpResponse:
    """Answer with each focus area's sums of each year as a file."""
    _known(file_format)
    found = area_sums(request.user, year=year_to_export(request.GET), by_year=True)
    return _file(area_sums_file(found, file_format=file_format))


def _known(file_format: str) -> None:
    if file_format not in sheets.FORMATS:
        raise Http404


def _file(found: ExportFile) -> HttpResponse:
    headers = {"Content-Disposition": content_disposition_header(as_attachment=True, filename=found.name)}
    return HttpResponse(found.content, content_type=found.content_type, headers=headers)

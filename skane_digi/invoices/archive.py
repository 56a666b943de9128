"""All the invoices of a round as one ZIP: a folder for each organisation, and a list with checksums."""

from collections.abc import Iterator

from django.utils import timezone

from budgets.models import Invoice, InvoiceDocument, Invoicing
from skane_digi.archive import File, safe_name, zip_pieces


def waits_for_files(invoicing: Invoicing) -> int:
    """Return how many of the round's invoices have no files yet."""
    return invoicing.invoices.filter(document=None).count()


def zip_of(invoicing: Invoicing) -> tuple[str, Iterator[bytes]]:
    """Return the ZIP's name, and the ZIP piece by piece, of the invoices that have files.

    The files lie there with the time when the round was made, so that the same files give the same ZIP.
    """
    about = f"Fakturor, {invoicing.version.plan.title}, {invoicing.period_text}"
    invoices = list(
        Invoice.objects.without_content()
        .filter(invoicing=invoicing, document__isnull=False)
        .select_related("organisation")
        .order_by("organisation__code", "sequence")
    )
    opening = (
        about,
        f"{len(invoices)} fakturor och kreditfakturor, var och en som PDF och som XML (Peppol BIS Billing 3).",
        "",
        "Varje organisation har en mapp med sin kod och sitt namn. PDF-filen har XML-filen inuti.",
    )
    made_at = invoicing.made_at.astimezone(timezone.get_default_timezone())
    return f"{safe_name(about)}.zip", zip_pieces(_files(invoices), opening=opening, at=made_at)


def _files(invoices: list[Invoice]) -> Iterator[File]:
    for invoice in invoices:
        document = InvoiceDocument.objects.get(invoice=invoice)
        folder = safe_name(f"{invoice.organisation.code} {invoice.organisation.name}")
        yield File(f"{folder}/{invoice}.pdf", bytes(document.pdf))
        yield File(f"{folder}/{invoice}.xml", bytes(document.xml))

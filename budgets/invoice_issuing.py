"""Issuing invoices: numbers without gaps or doubles, and everything that an invoice says copied onto it.

A number is given while the collaboration's terms are locked, in the transaction that inserts the invoice: the next
after the last one issued. So two who press at once wait for each other, the second finds nothing left to do, and a
process that dies has either issued all of what it began or nothing.
"""

import datetime
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace

from django.db import transaction
from django.db.models import Count, Max
from django.utils import timezone

from budgets.giro import ocr_of
from budgets.invoice_content import CREDIT, InvoiceContent, digest_of, to_text
from budgets.invoice_drafts import drafts_of
from budgets.invoicing_editing import IssueRefused, locked_round
from budgets.models import Invoice, InvoiceRow, Invoicing, InvoicingTerms
from plans import log
from plans.models import LogEntry, Organisation


@dataclass(frozen=True, slots=True)
class NewInvoice:
    """An invoice that is to be issued: ``content`` without its number, and what it belongs to."""

    content: InvoiceContent
    invoicing: Invoicing
    organisation: Organisation
    credits: Invoice | None = None


@transaction.atomic
def issue_round(*, invoicing: Invoicing, by, at: datetime.datetime | None = None) -> tuple[Invoice, ...]:
    """Issue what is ready of the round and has no invoice yet; return the new invoices, none where all are there.

    Raises ``IssueRefused`` where something is wrong with the round as a whole; then nothing is issued.
    """
    terms, invoicing = locked_round(invoicing)
    found = drafts_of(invoicing, at=at)
    if blocking := [fault for fault in found.faults if fault.is_blocking]:
        raise IssueRefused(blocking[0].text)
    new = [NewInvoice(draft.content, invoicing, draft.organisation) for draft in found.ready]
    return store(terms, new, by=by, at=at)


def store(
    terms: InvoicingTerms, new: Iterable[NewInvoice], *, by, at: datetime.datetime | None = None
) -> tuple[Invoice, ...]:
    """Give each of ``new`` the next number, in order, keep it with its rows and log it; return the invoices.

    ``terms`` have been locked by ``locked_terms`` in the transaction that this is called in.
    """
    at, new = at or timezone.now(), list(new)
    first, attempts = next_sequence(terms), _attempts(new)
    invoices = []
    for sequence, each in enumerate(new, start=first):
        kind = each.content.kind
        attempts[each.invoicing.pk, each.organisation.pk, kind] += 1
        content = replace(
            each.content,
            number=f"{terms.number_prefix}{sequence}",
            ocr=ocr_of(str(sequence), with_length=terms.ocr_has_length),
        )
        text = to_text(content)
        invoices.append(
            Invoice(
                kind=kind,
                collaboration_id=terms.collaboration_id,
                invoicing=each.invoicing,
                organisation=each.organisation,
                attempt=attempts[each.invoicing.pk, each.organisation.pk, kind],
                credits=each.credits,
                sequence=sequence,
                number=content.number,
                ocr=content.ocr,
                issued_on=content.issued_on,
                due_on=content.due_on,
                vat_category=content.vat_category,
                net_amount=content.totals.net,
                vat_amount=content.totals.vat,
                rounding_amount=content.totals.rounding,
                payable_amount=content.totals.payable,
                reason=content.corrects.reason if content.corrects else "",
                content=text,
                content_digest=digest_of(text),
                issued_by=by,
                issued_by_name=log.name_of(by),
                issued_at=at,
            )
        )
    invoices = Invoice.objects.bulk_create(invoices)
    InvoiceRow.objects.bulk_create(
        InvoiceRow(
            invoice=invoice,
            position=row.position,
            area=row.area,
            area_slug=row.area_slug,
            year=row.year,
            text=row.text,
            amount=row.amount,
        )
        for invoice, each in zip(invoices, new, strict=True)
        for row in each.content.rows
    )
    _log(invoices, by=by, at=at)
    return tuple(invoices)


def next_sequence(terms: InvoicingTerms) -> int:
    """Return the number that the next invoice gets, if nobody comes before."""
    last = Invoice.objects.filter(collaboration=terms.collaboration_id).aggregate(last=Max("sequence"))["last"]
    return terms.first_number if last is None else last + 1


def _attempts(new: Iterable[NewInvoice]) -> Counter:
    """Return how many invoices of each kind each body has had in the rounds at hand."""
    rounds = {each.invoicing.pk for each in new}
    counted = Invoice.objects.filter(invoicing__in=rounds).order_by().values("invoicing", "organisation", "kind")
    rows = counted.annotate(count=Count("pk"))
    return Counter({(row["invoicing"], row["organisation"], row["kind"]): row["count"] for row in rows})


def _log(invoices: Iterable[Invoice], *, by, at: datetime.datetime) -> None:
    with log.batch():
        for invoice in invoices:
            after = {
                "number": invoice.number,
                "organisation": invoice.organisation.name,
                "payable_amount": invoice.payable_amount,
                "due_on": invoice.due_on,
                "content_digest": invoice.content_digest,
            }
            if invoice.kind == CREDIT:
                after |= {"credits": invoice.credits.number, "reason": invoice.reason}
            log.record(action=LogEntry.Action.CREATED, subject=invoice, by=by, at=at, after=after)

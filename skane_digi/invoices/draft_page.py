"""A draft as the invoice will look, with what is wrong with it."""

from dataclasses import dataclass

from django.http import Http404

from budgets.invoice_content import InvoiceContent
from budgets.invoice_drafts import Draft, drafts_of
from budgets.models import Invoicing
from skane_digi.invoices.round_faults import ShownFault, faults_of
from skane_digi.invoices.sheet import InvoiceSheet, invoice_sheet


@dataclass(frozen=True, slots=True)
class DraftPage:
    """A draft. Where it has been issued, ``invoice`` of the draft is what counts."""

    invoicing: Invoicing
    draft: Draft
    sheet: InvoiceSheet
    faults: tuple[ShownFault, ...]


def draft_of(invoicing: Invoicing, slug: str) -> Draft:
    """Return a body's draft with something to pay. Raises ``Http404`` where it has none."""
    found = next((draft for draft in drafts_of(invoicing).drafts if draft.organisation.slug == slug), None)
    if found is None or found.content is None:
        raise Http404
    return found


def draft_content(invoicing: Invoicing, slug: str) -> InvoiceContent:
    """Return what a body's draft says. Raises ``Http404``."""
    return draft_of(invoicing, slug).content


def draft_page(invoicing: Invoicing, slug: str, user) -> DraftPage:
    """Return the page of a body's draft. Raises ``Http404``."""
    draft = draft_of(invoicing, slug)
    return DraftPage(invoicing, draft, invoice_sheet(draft.content), faults_of(draft, invoicing, user))

"""Confirming that a round is issued: how many, for how much, under which numbers, and what has to wait.

What was confirmed is what is issued: a digest of the drafts and of the first number is sent along, and compared while
the terms are locked.
"""

import datetime
import hashlib
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone

from budgets.invoice_content import to_text
from budgets.invoice_drafts import Round, drafts_of
from budgets.invoice_issuing import issue_round, next_sequence
from budgets.invoicing_editing import IssueRefused, locked_round
from budgets.models import Invoice, Invoicing, InvoicingTerms
from budgets.money import format_kr
from skane_digi.invoices.round_faults import ReviewList, review_list

CHANGED = "Underlaget har ändrats sedan sidan visades. Se efter igen innan du ställer ut."


@dataclass(frozen=True, slots=True)
class IssuePage:
    """What is going to happen. ``problem`` says why nothing was issued; ``seen`` is sent along when it is confirmed."""

    invoicing: Invoicing
    count: int
    count_text: str
    total_text: str
    numbers: str
    review: ReviewList
    seen: str
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Issued:
    """What an issuing came to: the new invoices, or ``text`` that says who was there before."""

    invoices: tuple[Invoice, ...]
    text: str


def issue_page(invoicing: Invoicing, user, problem: str = "") -> IssuePage:
    """Return the page where issuing is confirmed."""
    found, terms = drafts_of(invoicing), InvoicingTerms.objects.filter(collaboration=_collaboration(invoicing)).first()
    count = len(found.ready)
    return IssuePage(
        invoicing=invoicing,
        count=count,
        count_text="1 faktura" if count == 1 else f"{count} fakturor",
        total_text=format_kr(found.ready_total, decimals=2),
        numbers=_numbers(terms, count) if terms else "",
        review=review_list(found, user),
        seen=_digest(found, terms) if terms else "",
        problem=problem,
    )


@transaction.atomic
def issue_reviewed(*, invoicing: Invoicing, seen: str, by, at: datetime.datetime | None = None) -> Issued:
    """Issue what was reviewed. Where nothing is left to issue, say who did it.

    Raises ``IssueRefused`` where the drafts are others than those that ``seen`` is the digest of.
    """
    at = at or timezone.now()
    terms, invoicing = locked_round(invoicing)
    found = drafts_of(invoicing, at=at)
    if not found.ready and found.issued and not found.is_blocked:
        return Issued((), _already(found))
    if seen != _digest(found, terms):
        raise IssueRefused(CHANGED)
    invoices = issue_round(invoicing=invoicing, by=by, at=at)
    if not invoices:
        raise IssueRefused("Det finns inget att ställa ut.")
    return Issued(invoices, _told(invoices))


def _collaboration(invoicing: Invoicing):
    return invoicing.version.plan.collaboration


def _numbers(terms: InvoicingTerms, count: int) -> str:
    """Return ``1001–1034``."""
    if not count:
        return ""
    first = next_sequence(terms)
    return _span(f"{terms.number_prefix}{first}", f"{terms.number_prefix}{first + count - 1}")


def _span(first: str, last: str) -> str:
    return first if first == last else f"{first}–{last}"


def _digest(found: Round, terms: InvoicingTerms) -> str:
    """Return a digest of what would be issued now, and of the first number."""
    texts = [str(next_sequence(terms)), *(to_text(draft.content) for draft in found.ready)]
    return hashlib.sha256("\n".join(texts).encode()).hexdigest()


def _told(invoices: tuple[Invoice, ...]) -> str:
    total = format_kr(sum(invoice.payable_amount for invoice in invoices), decimals=2)
    if len(invoices) == 1:
        return f"Faktura {invoices[0].number} på {total} är utställd."
    numbers = _span(invoices[0].number, invoices[-1].number)
    return f"{len(invoices)} fakturor på tillsammans {total} är utställda, med nummer {numbers}."


def _already(found: Round) -> str:
    last = max((draft.invoice for draft in found.issued), key=lambda invoice: invoice.sequence)
    when = last.issued_at.astimezone(timezone.get_default_timezone())
    return (
        f"Inget nytt ställdes ut: fakturorna ställdes ut {when:%Y-%m-%d} kl. {when:%H.%M} av {last.issued_by_name}. "
        "Ingen faktura finns två gånger."
    )

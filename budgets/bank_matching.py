"""What each payment in a bank's file would do, found without changing anything.

A payment is matched on OCR alone: a number whose check digit is right and that an invoice of the collaboration has. The
rest waits for a human. Rows are taken in the file's order, so that the second payment of an invoice sees the first.
"""

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from django.db import models

from budgets.bank_files.entries import BankEntry, ReadFile
from budgets.giro import digits_of, has_right_ocr
from budgets.invoice_standing import standings
from budgets.models import BankFile, Invoice, Payment
from budgets.payments import PATH_TO_PLAN
from plans.log import canonical
from plans.models import Collaboration

NOTHING = Decimal("0.00")
_NUMBERS = re.compile(r"[0-9]{2,25}")


class Outcome(models.TextChoices):
    """What becomes of a payment in a file."""

    PAYS = "pays", "betalar fakturan"
    PAYS_PART = "pays-part", "betalar en del"
    PAYS_OVER = "pays-over", "betalar för mycket"
    UNKNOWN = "unknown", "okänd OCR"
    UNNAMED = "unnamed", "saknar referens"
    TAKEN = "taken", "redan registrerad"


MATCHED = frozenset({Outcome.PAYS, Outcome.PAYS_PART, Outcome.PAYS_OVER})


@dataclass(frozen=True, slots=True)
class ProposedRow:
    """A payment in the file and what becomes of it. ``left`` is what was left of the invoice before it, in kronor.

    ``difference`` is the amount less ``left``: below zero something remains to pay, above zero to pay back.
    """

    entry: BankEntry
    outcome: Outcome
    reason: str = ""
    invoice: Invoice | None = None
    left: Decimal = NOTHING

    @property
    def difference(self) -> Decimal:
        return self.entry.amount - self.left if self.invoice else NOTHING

    @property
    def is_new(self) -> bool:
        return self.outcome != Outcome.TAKEN


@dataclass(frozen=True, slots=True)
class Proposal:
    """What reading the file in would do. ``earlier`` is the same file where it has been read in already.

    ``token`` stands for all of it: where it is another at the end, something has changed meanwhile.
    """

    read: ReadFile
    rows: tuple[ProposedRow, ...]
    earlier: BankFile | None
    token: str

    @property
    def new(self) -> tuple[ProposedRow, ...]:
        return tuple(row for row in self.rows if row.is_new)

    @property
    def matched(self) -> tuple[ProposedRow, ...]:
        return tuple(row for row in self.rows if row.outcome in MATCHED)

    @property
    def waiting(self) -> tuple[ProposedRow, ...]:
        """The new payments that no invoice was found for."""
        return tuple(row for row in self.new if row.invoice is None)

    @property
    def changes_nothing(self) -> bool:
        return self.earlier is not None or not self.new


def propose(collaboration: Collaboration, read: ReadFile) -> Proposal:
    """Return what each payment of the file would do, with the same few questions whatever the number of rows."""
    taken = _taken(collaboration, read.entries)
    invoices = _invoices_by_ocr(collaboration, read.entries)
    # What an invoice has left does not depend on the day.
    standing = standings(invoices.values(), day=max(entry.received_on for entry in read.entries))
    left = {one.invoice.pk: one.left for one in standing}
    rows = []
    for entry in read.entries:
        row = _row(entry, taken, invoices, left)
        if row.invoice:
            left[row.invoice.pk] -= entry.amount
        rows.append(row)
    earlier = BankFile.objects.filter(collaboration=collaboration, digest=read.digest).first()
    return Proposal(read, tuple(rows), earlier, _token(collaboration, read, rows, earlier))


def _row(entry: BankEntry, taken: set[str], invoices: dict[str, Invoice], left: dict[int, Decimal]) -> ProposedRow:
    if entry.bank_reference in taken:
        return ProposedRow(entry, Outcome.TAKEN)
    if not entry.reference:
        return ProposedRow(entry, Outcome.UNNAMED)
    found = {invoices[ocr].pk: invoices[ocr] for ocr in _numbers_in(entry.reference) if ocr in invoices}
    if len(found) == 1:
        (invoice,) = found.values()
        owed = left[invoice.pk]
        kinds = {-1: Outcome.PAYS_PART, 0: Outcome.PAYS, 1: Outcome.PAYS_OVER}
        return ProposedRow(entry, kinds[_sign(entry.amount - owed)], invoice=invoice, left=owed)
    return ProposedRow(entry, Outcome.UNKNOWN, reason=_why_unknown(entry.reference, len(found)))


def _why_unknown(reference: str, count: int) -> str:
    if count > 1:
        return "Referensen nämner flera fakturor. Dela betalningen för hand."
    if not digits_of(reference):
        return "Referensen är inget OCR-nummer."
    if not has_right_ocr(reference):
        return "Kontrollsiffran i OCR-numret stämmer inte."
    return "Ingen faktura har OCR-numret."


def _numbers_in(reference: str) -> list[str]:
    """Return the OCR numbers that the reference may be: itself, or numbers in a text."""
    whole = digits_of(reference)
    texts = [whole] if whole else []
    return [text for text in dict.fromkeys([*texts, *_NUMBERS.findall(reference)]) if has_right_ocr(text)]


def _invoices_by_ocr(collaboration: Collaboration, entries: Iterable[BankEntry]) -> dict[str, Invoice]:
    wanted = {number for entry in entries for number in _numbers_in(entry.reference)}
    originals = Invoice.objects.without_content().originals().filter(collaboration=collaboration)
    rows = originals.select_related("organisation", PATH_TO_PLAN)
    return {invoice.ocr: invoice for invoice in rows if invoice.ocr in wanted}


def _taken(collaboration: Collaboration, entries: Iterable[BankEntry]) -> set[str]:
    names = [entry.bank_reference for entry in entries]
    known = Payment.objects.filter(collaboration=collaboration, bank_reference__in=names)
    return set(known.values_list("bank_reference", flat=True))


def _sign(amount: Decimal) -> int:
    return (amount > 0) - (amount < 0)


def _token(collaboration: Collaboration, read: ReadFile, rows: Iterable[ProposedRow], earlier: BankFile | None) -> str:
    said = [
        [row.entry.bank_reference, row.outcome.value, row.invoice.number if row.invoice else "", str(row.left)]
        for row in rows
    ]
    content = canonical([collaboration.slug, read.digest, bool(earlier), said])
    return hashlib.sha256(content.encode()).hexdigest()

"""Reading a bank's file in: all its new payments with the invoices that they pay, or nothing."""

import datetime

from django.db import transaction
from django.utils import timezone

from budgets.bank_files.entries import ReadFile
from budgets.bank_files.reading import read_entries
from budgets.bank_matching import Proposal, propose
from budgets.models import BankFile, Payment, Settlement
from budgets.payments import PaymentRefused, add_payments, add_settlements, lock_money
from plans import log
from plans.models import Collaboration, LogEntry


class ProposalChanged(PaymentRefused):
    """Something has changed since the proposal was shown. ``proposal`` is what would happen now."""

    def __init__(self, proposal: Proposal):
        self.proposal = proposal
        super().__init__("Något har ändrats sedan filen visades. Se efter igen vad som händer med varje betalning.")


def read_bank_file(
    *, collaboration: Collaboration, data: bytes, file_name: str, by, at: datetime.datetime | None = None
) -> Proposal:
    """Read the file in without asking, and return what was done; nothing the second time.

    Raises ``BankFileRefused`` where it cannot be read.
    """
    return store_bank_file(collaboration=collaboration, read=read_entries(data, file_name=file_name), by=by, at=at)


@transaction.atomic
def store_bank_file(
    *, collaboration: Collaboration, read: ReadFile, shown: str | None = None, by, at: datetime.datetime | None = None
) -> Proposal:
    """Store what is new in the file and return what was done, in one transaction.

    ``shown`` is the token of the proposal that somebody has said yes to. Raises ``ProposalChanged`` where it would be
    another by now. A file that has been read in before adds nothing.
    """
    lock_money(collaboration)
    at = at or timezone.now()
    proposal = propose(collaboration, read)
    if shown is not None and shown != proposal.token:
        raise ProposalChanged(proposal)
    if proposal.changes_nothing:
        return proposal
    bank_file = BankFile.objects.create(
        collaboration=collaboration, name=read.name, format=read.format, digest=read.digest, read_by=by, read_at=at
    )
    after = {"name": bank_file.name, "digest": bank_file.digest, "payments": len(proposal.new)}
    log.record(action=LogEntry.Action.CREATED, subject=bank_file, by=by, at=at, after=after)
    payments = [
        Payment(
            collaboration=collaboration,
            bank_file=bank_file,
            received_on=row.entry.received_on,
            amount=row.entry.amount,
            reference=row.entry.reference,
            payer=row.entry.payer,
            bank_reference=row.entry.bank_reference,
            recorded_by=by,
            recorded_at=at,
        )
        for row in proposal.new
    ]
    paired = zip(add_payments(payments, by=by, at=at), proposal.new, strict=True)
    settlements = [
        Settlement(payment=payment, invoice=row.invoice, amount=payment.amount)
        for payment, row in paired
        if row.invoice
    ]
    add_settlements(settlements, by=by, at=at)
    return proposal

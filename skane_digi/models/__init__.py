"""The public surface of the site's own models."""

from skane_digi.models.grant_letter import GrantLetter
from skane_digi.models.invitation import Invitation, InvitedRole
from skane_digi.models.invoices import InvoiceBatch, InvoiceBatchItem, InvoiceSending
from skane_digi.models.papers import Paper, PaperBatch

__all__ = [
    "GrantLetter",
    "Invitation",
    "InvitedRole",
    "InvoiceBatch",
    "InvoiceBatchItem",
    "InvoiceSending",
    "Paper",
    "PaperBatch",
]

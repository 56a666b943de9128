"""How far work on invoices has come, in words."""

from dataclasses import dataclass

from budgets.models import Invoicing
from skane_digi.invoices.batches import Kind, Progress, progress_of
from skane_digi.models import InvoiceBatch

HEADINGS = {
    Kind.MAKE: "Fakturornas filer görs",
    Kind.SEND: "Fakturorna skickas",
    Kind.REMIND: "Påminnelserna skickas",
}
LABELS = {Kind.MAKE: "Gjorda filer", Kind.SEND: "Skickade fakturor", Kind.REMIND: "Skickade påminnelser"}
DONE = {
    Kind.MAKE: "Alla fakturor har sina filer.",
    Kind.SEND: "Alla brev har skickats.",
    Kind.REMIND: "Alla påminnelser har skickats.",
}


@dataclass(frozen=True, slots=True)
class BatchPage:
    """``news`` is said once, when the work has come to its end."""

    batch: InvoiceBatch
    progress: Progress
    invoicing: Invoicing | None
    heading: str
    label: str
    news: str

    @property
    def has_zip(self) -> bool:
        return self.batch.kind == Kind.MAKE and self.progress.is_finished and not self.progress.faults

    @property
    def can_send_again(self) -> bool:
        return self.batch.kind == Kind.SEND and self.progress.is_finished and bool(self.progress.faults)

    @property
    def can_make_again(self) -> bool:
        return self.batch.kind == Kind.MAKE and self.progress.is_finished and bool(self.progress.faults)


def batch_page(batch: InvoiceBatch) -> BatchPage:
    progress, kind = progress_of(batch), Kind(batch.kind)
    return BatchPage(batch, progress, batch.invoicing, HEADINGS[kind], LABELS[kind], _news(progress, kind))


def _news(progress: Progress, kind: Kind) -> str:
    if progress.is_going_on:
        return ""
    if not progress.faults:
        return DONE[kind]
    return f"Klart, men {len(progress.faults)} av {progress.total} gick inte. Felen står nedan."

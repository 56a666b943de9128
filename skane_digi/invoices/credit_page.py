"""Crediting an invoice, or a whole round: what is typed, what it would become, and issuing it once."""

import datetime
from abc import ABC, abstractmethod
from dataclasses import dataclass
from decimal import Decimal

from django.db import transaction

from budgets.invoice_content import from_text
from budgets.invoice_crediting import (
    areas_to_credit,
    credit_invoice,
    credit_preview,
    credit_round,
    left_to_credit,
    round_credit_preview,
)
from budgets.invoice_issuing import NewInvoice
from budgets.invoicing_editing import IssueRefused, locked_terms
from budgets.models import Invoice, Invoicing
from budgets.money import format_amount
from skane_digi.invoices.batches import BatchRefused, order_documents
from skane_digi.invoices.credit_forms import WHOLE, CreditForm, CreditPart
from skane_digi.invoices.sheet import InvoiceSheet, invoice_sheet

LOOK, BACK, ISSUE = "visa", "andra", "stall-ut"
OK, CONFLICT, UNPROCESSABLE = 200, 409, 422
CHANGED = (
    "Det har ställts ut en kreditfaktura sedan du öppnade sidan, kanske av dig själv nyss. Inget mer har krediterats. "
    "Se efter vad som är kvar innan du försöker igen."
)


class CreditChanged(IssueRefused):
    """Somebody has credited since the form was shown, perhaps by sending it twice."""


@dataclass(frozen=True, slots=True)
class PreviewRow:
    """A credit invoice that would be issued, in a list of several."""

    organisation: str
    corrects: str
    net_text: str
    payable_text: str


class CreditPage(ABC):
    """The page, as far as it has come: ``previews`` is empty until the form is filled in and looked over.

    ``doing`` is which button was pressed. ``status`` is the answer's.
    """

    words: tuple[str, str]

    def __init__(self, *, data=None, day: datetime.date):
        self.parts = self.find_parts()
        self.doing = data.get("gor", LOOK) if data is not None else ""
        self.status = OK
        self.previews: tuple[NewInvoice, ...] = ()
        self.issued: tuple[Invoice, ...] = ()
        initial = {"extent": WHOLE, "issued_on": day, "seen": str(self.count())}
        self.form = CreditForm(data, parts=self.parts, words=self.words, initial=initial)

    @abstractmethod
    def find_parts(self) -> list[CreditPart]:
        """Return what can be credited."""

    @abstractmethod
    def count(self) -> int:
        """Return how many credit invoices there are."""

    @abstractmethod
    def make_previews(self, **asked) -> tuple[NewInvoice, ...]:
        """Return what would be issued. Raises ``CreditRefused``."""

    @abstractmethod
    def credit(self, *, by, **asked) -> tuple[Invoice, ...]:
        """Issue it. Raises ``CreditRefused``."""

    @property
    @abstractmethod
    def invoicing(self) -> Invoicing:
        """The round that the credit invoices belong to."""

    @property
    def can_credit(self) -> bool:
        return any(part.left for part in self.parts)

    @property
    def sheet(self) -> InvoiceSheet:
        """The one credit invoice that would be issued, as it would read."""
        return invoice_sheet(self.previews[0].content)

    @property
    def preview_rows(self) -> tuple[PreviewRow, ...]:
        return tuple(
            PreviewRow(
                organisation=new.organisation.name,
                corrects=new.credits.number if new.credits else "",
                net_text=format_amount(new.content.totals.net, decimals=2),
                payable_text=format_amount(new.content.totals.payable, decimals=2),
            )
            for new in self.previews
        )

    @property
    def preview_total(self) -> tuple[str, str]:
        """What the credit invoices come to together, without VAT and with."""
        totals = [new.content.totals for new in self.previews]
        sums = (sum((one.net for one in totals), Decimal(0)), sum((one.payable for one in totals), Decimal(0)))
        return format_amount(sums[0], decimals=2), format_amount(sums[1], decimals=2)

    def take(self, by) -> bool:
        """Do what was asked for; return whether credit invoices have been issued."""
        if self.doing == BACK or not self.form.is_bound:
            return False
        if not self.form.is_valid():
            self.status = UNPROCESSABLE
            return False
        try:
            self._do(by)
        except CreditChanged as changed:
            self._refuse(changed, CONFLICT)
        except IssueRefused as refusal:
            self._refuse(refusal, UNPROCESSABLE)
        return bool(self.issued)

    def _do(self, by) -> None:
        if self.doing == ISSUE:
            self.issued = self._issue(by)
            _order_files(self.invoicing, by)
        else:
            self._require_unchanged()
            self.previews = self.make_previews(**self._asked)

    @transaction.atomic
    def _issue(self, by) -> tuple[Invoice, ...]:
        # Two who press at once wait for each other here, and the second one finds that the count has changed.
        locked_terms(self.invoicing.version.plan.collaboration)
        self._require_unchanged()
        return self.credit(by=by, **self._asked)

    def _require_unchanged(self) -> None:
        if self.form.cleaned_data["seen"] != str(self.count()):
            raise CreditChanged(CHANGED)

    def _refuse(self, refusal: IssueRefused, status: int) -> None:
        self.status = status
        self.form.data = self.form.data.copy()
        self.form.data["seen"] = str(self.count())
        self.form.refuse(refusal)

    @property
    def _asked(self) -> dict:
        cleaned = self.form.cleaned_data
        return {"amounts": self.form.amounts, "reason": cleaned["reason"], "issued_on": cleaned["issued_on"]}


class InvoiceCredit(CreditPage):
    """Crediting one invoice, row by row."""

    words = ("Allt som är kvar av fakturan", "En del: belopp för varje rad")

    def __init__(self, invoice: Invoice, **options):
        self.invoice = invoice
        super().__init__(**options)

    def find_parts(self) -> list[CreditPart]:
        left = left_to_credit(self.invoice)
        rows = from_text(self.invoice.content).rows
        return [CreditPart(row.position, row.text, row.amount, left[row.position]) for row in rows]

    def count(self) -> int:
        return self.invoice.credit_invoices.count()

    def make_previews(self, **asked) -> tuple[NewInvoice, ...]:
        return (credit_preview(invoice=self.invoice, **asked),)

    def credit(self, *, by, **asked) -> tuple[Invoice, ...]:
        return (credit_invoice(invoice=self.invoice, by=by, **asked),)

    @property
    def invoicing(self) -> Invoicing:
        return self.invoice.invoicing


class RoundCredit(CreditPage):
    """Crediting every body of a round by the same shares as it was invoiced by, area by area."""

    words = ("Allt som är kvar av omgången", "En del: belopp för varje insatsområde")

    def __init__(self, invoicing: Invoicing, **options):
        self._invoicing = invoicing
        super().__init__(**options)

    def find_parts(self) -> list[CreditPart]:
        areas = areas_to_credit(self._invoicing)
        return [CreditPart(area.area_slug, area.area, area.invoiced, area.left) for area in areas]

    def count(self) -> int:
        return self._invoicing.invoices.credit_invoices().count()

    def make_previews(self, **asked) -> tuple[NewInvoice, ...]:
        return round_credit_preview(invoicing=self._invoicing, **asked)

    def credit(self, *, by, **asked) -> tuple[Invoice, ...]:
        return credit_round(invoicing=self._invoicing, by=by, **asked)

    @property
    def invoicing(self) -> Invoicing:
        return self._invoicing


def _order_files(invoicing: Invoicing, by) -> None:
    """Order the new invoices' files. Where that is refused they are made when somebody asks for them."""
    try:
        order_documents(invoicing=invoicing, by=by)
    except BatchRefused:
        return

"""The forms of payments: what came in, what it pays, what is taken back and what goes back."""

import datetime
from collections.abc import Sequence
from decimal import Decimal

from django import forms

from budgets.bank_files.entries import LONGEST
from budgets.giro import digits_of
from budgets.invoice_standing import Standing, standing_of
from budgets.models import Invoice, Payment
from budgets.payments import (
    LONGEST_REMARK,
    PATH_TO_PLAN,
    Part,
    PaymentRefused,
    record_payment,
    refund,
    settle,
    withdraw_payment,
)
from plans import permissions
from plans.models import Collaboration
from skane_digi.cost_rules.fields import AmountField, RowField, day
from skane_digi.invoices.form_parts import InvoiceForm, area

_AMOUNT = {"required": "Skriv ett belopp."}


class NewPaymentForm(InvoiceForm):
    """A payment by hand. ``invoice`` is the number or the OCR number of the one invoice that it pays, if any."""

    places = {"parts": "invoice"}
    groups = (("", "", ("collaboration", "invoice", "received_on", "amount", "payer", "reference", "remark")),)

    collaboration = RowField(label="Samverkan", error_messages={"required": "Välj en samverkan."})
    invoice = forms.CharField(
        label="Faktura",
        required=False,
        max_length=40,
        help_text="Fakturans nummer eller OCR-nummer. Lämna tomt om du inte vet vad betalningen gäller.",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    received_on = day("Betaldag", required=True, help_text="Dagen då pengarna kom in på kontot.")
    amount = AmountField(label="Belopp, kr", error_messages=_AMOUNT)
    payer = forms.CharField(label="Betalare", required=False, max_length=LONGEST)
    reference = forms.CharField(label="Referens från betalaren", required=False, max_length=LONGEST)
    remark = forms.CharField(label="Anmärkning", required=False, max_length=LONGEST_REMARK, widget=area(2))

    def __init__(self, data=None, *, user, today: datetime.date, invoice: Invoice | None = None):
        super().__init__(data, initial={"received_on": today, **_said_by(invoice, today)})
        places = collaborations_to_write(user)
        self.fields["collaboration"].offer({place.slug: (place.name, place) for place in places})
        self.only = places[0] if len(places) == 1 else None
        if self.only:
            del self.fields["collaboration"]
        elif invoice:
            self.initial["collaboration"] = invoice.collaboration

    @property
    def place(self) -> Collaboration:
        return self.only or self.cleaned_data["collaboration"]

    def save(self, *, by) -> Payment:
        """Record the payment. Raises ``PaymentRefused``."""
        said = self.cleaned_data
        parts = ()
        if said["invoice"]:
            parts = (Part(invoice_called(self.place, said["invoice"], "invoice"), said["amount"]),)
        return record_payment(
            collaboration=self.place,
            received_on=said["received_on"],
            amount=said["amount"],
            payer=said["payer"],
            reference=said["reference"],
            remark=said["remark"],
            parts=parts,
            by=by,
        )


class SettleForm(InvoiceForm):
    """How much of a payment pays each of the open invoices, and one more that is told by its number."""

    places = {"parts": "number"}

    number = forms.CharField(
        label="Annan faktura",
        required=False,
        max_length=40,
        help_text="Nummer eller OCR-nummer",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    other_amount = AmountField(label="Belopp, kr", required=False)

    def __init__(self, data=None, *, payment: Payment, open_invoices: Sequence[Standing]):
        super().__init__(data)
        self.payment, self.invoices = payment, {}
        for standing in open_invoices:
            name = f"belopp-{standing.invoice.key}"
            self.invoices[name] = standing.invoice
            label = f"Belopp för faktura {standing.invoice.number}, {standing.invoice.organisation.short_name}"
            self.fields[name] = AmountField(label=label, required=False)

    def clean(self) -> dict:
        said = super().clean()
        if said.get("other_amount") and not said.get("number"):
            self.add_error("number", "Skriv vilken faktura beloppet gäller.")
        if said.get("number") and said.get("other_amount") is None and "other_amount" not in self.errors:
            self.add_error("other_amount", "Skriv hur mycket av betalningen som gäller fakturan.")
        return said

    def save(self, *, by) -> None:
        """Settle what has been written. Raises ``PaymentRefused``."""
        said = self.cleaned_data
        parts = [Part(invoice, said[name]) for name, invoice in self.invoices.items() if said[name]]
        if said["number"]:
            parts.append(
                Part(invoice_called(self.payment.collaboration, said["number"], "number"), said["other_amount"])
            )
        if not parts:
            raise PaymentRefused("Skriv ett belopp vid minst en faktura.")
        settle(payment=self.payment, parts=parts, by=by)


class WithdrawForm(InvoiceForm):
    """Why a payment is taken back."""

    places = {"remark": "reason"}
    groups = (("", "", ("reason",)),)

    reason = forms.CharField(
        label="Skäl",
        max_length=LONGEST_REMARK,
        widget=area(2),
        error_messages={"required": "Skriv varför betalningen återtas."},
    )

    def save(self, *, payment: Payment, by) -> Payment:
        """Withdraw the payment. Raises ``PaymentRefused``."""
        return withdraw_payment(payment=payment, reason=self.cleaned_data["reason"], by=by)


class RefundForm(InvoiceForm):
    """What has gone back to a body that paid too much."""

    groups = (("", "", ("paid_on", "amount", "remark")),)

    paid_on = day("Dag", required=True, help_text="Dagen då pengarna gick tillbaka.")
    amount = AmountField(label="Belopp, kr", error_messages=_AMOUNT)
    remark = forms.CharField(label="Anmärkning", required=False, max_length=LONGEST_REMARK, widget=area(2))

    def __init__(self, data=None, *, today: datetime.date, most: Decimal):
        super().__init__(data, initial={"paid_on": today, "amount": most})

    def save(self, *, invoice: Invoice, by) -> Payment:
        """Record it. Raises ``PaymentRefused``."""
        said = self.cleaned_data
        return refund(invoice=invoice, amount=said["amount"], paid_on=said["paid_on"], remark=said["remark"], by=by)


def collaborations_to_write(user) -> list[Collaboration]:
    """Return the collaborations in which ``user`` records payments; those that invoice come first."""
    found = Collaboration.objects.order_by("name").select_related("invoicing_terms")
    mine = [place for place in found if permissions.can_issue_invoices(user, place)]
    invoicing = [place for place in mine if hasattr(place, "invoicing_terms")]
    return invoicing or mine


def invoice_called(collaboration: Collaboration, text: str, field: str) -> Invoice:
    """Return the invoice with this number or OCR number. Raises ``PaymentRefused``."""
    said = text.strip().upper().removeprefix("FAKTURA").strip()
    invoices = Invoice.objects.select_related("organisation", PATH_TO_PLAN).filter(collaboration=collaboration)
    found = invoices.filter(number=said).first() or invoices.filter(ocr=digits_of(said) or "-").first()
    if found is None:
        raise PaymentRefused(f"Det finns ingen faktura med numret {text.strip()[:30]}.", field)
    return found


def _said_by(invoice: Invoice | None, today: datetime.date) -> dict:
    if invoice is None:
        return {}
    left = standing_of(invoice, day=today).left
    said = {"invoice": invoice.number, "payer": invoice.organisation.name, "reference": invoice.ocr}
    return said | ({"amount": left} if left > 0 else {})

"""The form for where an organisation takes its invoices."""

from typing import ClassVar

from django import forms

from budgets.invoicing_editing import IssueRefused, write_recipient
from budgets.models import InvoiceRecipient
from plans.models import Organisation
from skane_digi.invoices.form_parts import InvoiceForm, Seen, area, names_in

GROUPS = (
    ("Fakturaadress", "Står på fakturan, också när den skickas elektroniskt.", ("address", "postal_code", "city")),
    (
        "Referens",
        "Utan rätt referens blir fakturan ofta liggande.",
        ("reference", "order_reference"),
    ),
    (
        "Så skickas fakturan",
        "Fakturan går som PDF med e-fakturan inuti. E-adressen står i e-fakturan.",
        ("email", "endpoint_scheme", "endpoint"),
    ),
    ("", "", ("remark",)),
)


class RecipientForm(InvoiceForm, forms.ModelForm):
    groups = GROUPS
    wide: ClassVar[frozenset[str]] = frozenset({"address", "email", "remark"})

    class Meta:
        model = InvoiceRecipient
        fields = names_in(GROUPS)
        widgets: ClassVar[dict] = {"remark": area(2)}
        labels: ClassVar[dict[str, str]] = {
            "address": "Adress",
            "reference": "Er referens",
            "order_reference": "Inköpsordernummer",
            "endpoint_scheme": "E-adressens slag",
        }
        help_texts: ClassVar[dict[str, str]] = {
            "reference": "Det som ekonomiavdelningen vill se på fakturan, till exempel ZZ1285.",
            "order_reference": "Får lämnas tomt.",
            "remark": "Syns bara här, inte på fakturan.",
        }


class RecipientPage:
    """Where ``organisation`` takes its invoices, to be written."""

    def __init__(self, organisation: Organisation, data=None):
        self.organisation = organisation
        found = self._held()
        self.seen = Seen(found, data)
        self.form = RecipientForm(data, instance=found or InvoiceRecipient(organisation=organisation))

    def save(self, by) -> bool:
        """Keep what is typed, where nothing in it is wrong."""
        if not self.form.is_valid():
            return False
        try:
            values = self.form.cleaned_data
            write_recipient(organisation=self.organisation, values=values, seen=self.seen.text, by=by)
        except IssueRefused as refusal:
            self.form.refuse(refusal)
            self.seen.renew(refusal, self._held())
            return False
        return True

    def _held(self) -> InvoiceRecipient | None:
        return InvoiceRecipient.objects.filter(organisation=self.organisation).first()

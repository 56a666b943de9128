"""The form for who invoices, and on what terms, with the ledger's dimensions."""

from typing import ClassVar

from django import forms

from budgets.invoicing_editing import IssueRefused, write_terms
from budgets.models import InvoicingTerms, LedgerDimension
from plans.models import Collaboration
from skane_digi.invoices.form_parts import InvoiceForm, Seen, area, names_in

Vat = InvoicingTerms.VatCategory
SPARE_ROWS, MOST_ROWS = 2, 20
SERIES = ("number_prefix", "first_number")
SERIES_HELP = "Ligger fast: fakturor har redan ställts ut i serien."

CONSEQUENCES = {
    Vat.OUTSIDE: "Ingen moms läggs på. Momstexten säger varför. E-fakturan får kategori O, och "
    "momsregistreringsnumret utelämnas ur den.",
    Vat.EXEMPT: "Ingen moms läggs på. Momstexten måste ange vilken bestämmelse i momslagen som undantar tjänsten. "
    "E-fakturan får kategori E, och momsregistreringsnumret behövs.",
    Vat.STANDARD: "25 procent läggs på varje organisations andel, så fakturorna blir en fjärdedel större än budgeten. "
    "E-fakturan får kategori S, och momsregistreringsnumret behövs.",
}


GROUPS = (
    (
        "Den som fakturerar",
        "Står överst på varje faktura. Redan utställda fakturor ändras inte.",
        (
            "seller_name",
            "seller_organisation_number",
            "seller_seat",
            "seller_address",
            "seller_postal_code",
            "seller_city",
            "contact_name",
            "contact_phone",
            "contact_email",
            "endpoint_scheme",
            "endpoint",
            "has_f_tax",
        ),
    ),
    (
        "Betalning",
        "Minst ett av bankgiro och plusgiro behövs.",
        ("bankgiro", "plusgiro", "due_days", "rounds_to_krona", "late_interest_text"),
    ),
    ("Moms", "Andelarna i planen är alltid utan moms.", ("vat_category", "vat_number", "vat_text")),
    (
        "Nummer och OCR",
        "Fakturorna numreras i en obruten serie. OCR-numret är fakturans löpnummer med en kontrollsiffra sist.",
        (*SERIES, "ocr_has_length"),
    ),
    (
        "Bokföring",
        "Kontona används i filerna till ekonomisystemet.",
        ("receivable_account", "revenue_account", "vat_account", "rounding_account", "bank_account"),
    ),
)


class TermsForm(InvoiceForm, forms.ModelForm):
    """All the terms of a collaboration. The number series cannot be written when it is in use."""

    groups = GROUPS
    wide: ClassVar[frozenset[str]] = frozenset(
        {"seller_name", "seller_address", "late_interest_text", "vat_text", "contact_name"}
    )

    class Meta:
        model = InvoicingTerms
        fields = names_in(GROUPS)
        widgets: ClassVar[dict] = {
            "vat_category": forms.RadioSelect,
            "late_interest_text": area(3),
            "vat_text": area(2),
        }
        labels: ClassVar[dict[str, str]] = {
            "seller_name": "Namn",
            "seller_seat": "Säte",
            "endpoint_scheme": "E-adressens slag",
            "due_days": "Betalningstid, dagar",
            "late_interest_text": "Text om dröjsmålsränta",
            "vat_category": "Moms på fakturorna",
            "number_prefix": "Bokstäver före numret",
            "receivable_account": "Kundfordran",
            "revenue_account": "Intäkt",
            "vat_account": "Utgående moms",
            "rounding_account": "Öresutjämning",
            "bank_account": "Inbetalningar",
            "rounds_to_krona": "Avrunda varje faktura till hela kronor",
            "has_f_tax": "Godkänd för F-skatt",
            "ocr_has_length": "Längdsiffra före kontrollsiffran",
        }
        help_texts: ClassVar[dict[str, str]] = {
            "number_prefix": "Får lämnas tomt. Med SGD blir numren SGD1001 och uppåt.",
            "first_number": "Nästa faktura får alltid numret efter den senast utställda.",
            "rounds_to_krona": "Skillnaden står på fakturan som öresutjämning.",
            "ocr_has_length": "Bara om ert avtal med banken säger det: OCR-numrets längd kontrolleras då också.",
            "bankgiro": "Till exempel 5165-8300.",
            "vat_number": "SE och tolv siffror. Behövs utom när momsen är utanför tillämpningsområdet.",
            "late_interest_text": "Står på fakturan.",
        }

    def __init__(self, data=None, *, instance: InvoicingTerms):
        super().__init__(data, instance=instance)
        for field in self.fields.values():
            field.error_messages["required"] = f"Fyll i {field.label[0].lower()}{field.label[1:]}."
        self.fields["seller_name"].error_messages["required"] = "Fyll i vem som fakturerar."
        for name in ("bankgiro", "plusgiro"):
            self.fields[name].widget.attrs["inputmode"] = "tel"
        for name in ("due_days", "first_number", *self.groups[-1][2]):
            self.fields[name].widget = forms.TextInput(attrs={"inputmode": "numeric"})
        if instance.pk and instance.collaboration.invoices.exists():
            for name in SERIES:
                self.fields[name].disabled, self.fields[name].help_text = True, SERIES_HELP

    @property
    def vat_choices(self) -> list[tuple[forms.BoundField, str]]:
        """Each way to treat VAT, with what it leads to."""
        return [(option, CONSEQUENCES[option.data["value"]]) for option in self["vat_category"]]

    def clean(self) -> dict:
        """Say at the field what two fields make of each other; the database says the same of the row."""
        found = super().clean()
        category, giros = found.get("vat_category"), ("bankgiro", "plusgiro")
        if category in (Vat.EXEMPT, Vat.STANDARD) and not found.get("vat_number") and "vat_number" not in self.errors:
            self.add_error("vat_number", "Ange momsregistreringsnumret, eller välj utanför tillämpningsområdet.")
        if category == Vat.EXEMPT and not found.get("vat_text") and "vat_text" not in self.errors:
            self.add_error("vat_text", "Skriv vilken bestämmelse som undantar från moms: den ska stå på fakturan.")
        if not any(found.get(name) or name in self.errors for name in giros):
            self.add_error("bankgiro", "Ange bankgiro eller plusgiro att betala till.")
        return found


class DimensionForm(InvoiceForm):
    """A dimension of the ledger; a row without anything typed in it is no dimension."""

    number = forms.IntegerField(
        label="Nummer",
        min_value=1,
        max_value=32_000,
        widget=forms.TextInput(attrs={"inputmode": "numeric"}),
        error_messages={
            "required": "Skriv dimensionens nummer.",
            "invalid": "Skriv numret med siffror.",
            "min_value": "Numret är minst 1.",
            "max_value": "Numret är för stort.",
        },
    )
    name = forms.CharField(label="Namn", max_length=60, error_messages={"required": "Skriv vad dimensionen heter."})
    source = forms.ChoiceField(label="Värde", choices=LedgerDimension.Source.choices)
    fixed_value = forms.CharField(label="Det fasta värdet", max_length=30, required=False)

    def has_changed(self) -> bool:
        return any(self[name].value() not in (None, "") for name in ("number", "name", "fixed_value"))

    def clean(self) -> dict:
        found = super().clean()
        if found.get("source") == LedgerDimension.Source.FIXED and not found.get("fixed_value"):
            self.add_error("fixed_value", "Skriv det fasta värdet.")
        return found


class Dimensions(forms.BaseFormSet):
    """The ledger's dimensions, each number once. A row that is emptied is taken away."""

    def add_fields(self, form: DimensionForm, index: int | None) -> None:
        super().add_fields(form, index)
        form.empty_permitted, form.use_required_attribute = True, False

    def clean(self) -> None:
        numbers = []
        for form in self.forms:
            number = getattr(form, "cleaned_data", {}).get("number")
            if number is not None and number in numbers:
                form.add_error("number", "Dimensionen med det numret finns redan.")
            numbers.append(number)

    def is_valid(self) -> bool:
        """A fault that was found while the rows were compared counts too."""
        return super().is_valid() and not any(form.errors for form in self.forms)

    @property
    def values(self) -> list[dict[str, object]]:
        return [form.cleaned_data for form in self.forms if form.has_changed()]

    @property
    def problems(self) -> list[tuple[str, str]]:
        return [*(("", text) for text in self.non_form_errors()), *(p for form in self.forms for p in form.problems)]


_dimensions = forms.formset_factory(DimensionForm, formset=Dimensions, extra=SPARE_ROWS, max_num=MOST_ROWS)


class TermsPage:
    """The terms of a collaboration, to be written; ``problems`` are the faults of both the terms and the rows."""

    def __init__(self, collaboration: Collaboration, data=None):
        self.collaboration = collaboration
        self.terms = terms_of(collaboration)
        self.is_new = self.terms.pk is None
        self.seen = Seen(self.terms, data)
        held = [] if self.is_new else list(self.terms.dimensions.values("number", "name", "source", "fixed_value"))
        self.form = TermsForm(data, instance=self.terms)
        self.dimensions = _dimensions(data, initial=held, prefix="dimension")

    def save(self, by) -> bool:
        """Keep what is typed, where nothing in it is wrong."""
        if not all([self.form.is_valid(), self.dimensions.is_valid()]):
            return False
        try:
            write_terms(
                collaboration=self.collaboration,
                values=self.form.cleaned_data,
                dimensions=self.dimensions.values,
                seen=self.seen.text,
                by=by,
            )
        except IssueRefused as refusal:
            self.form.refuse(refusal)
            self.seen.renew(refusal, terms_of(self.collaboration))
            return False
        return True

    @property
    def problems(self) -> list[tuple[str, str]]:
        return [*self.form.problems, *self.dimensions.problems] if self.form.is_bound else []


def terms_of(collaboration: Collaboration) -> InvoicingTerms:
    """Return the collaboration's terms, new ones where it has none."""
    found = InvoicingTerms.objects.filter(collaboration=collaboration).first()
    if found:
        found.collaboration = collaboration
    return found or InvoicingTerms(collaboration=collaboration)

"""Fields and rows that the forms of this section are made of."""

from collections.abc import Mapping
from decimal import Decimal

from django import forms

from budgets.editing import read_amount
from budgets.money import format_amount, plain
from plans.editing import EditRefused
from skane_digi.workspace.referral_forms import DayField

PREVIEW, SAVE, MORE = "effekt", "spara", "fler"


class AmountField(forms.CharField):
    """Kronor as people write them, none below zero; nothing typed is no amount."""

    def __init__(self, **kwargs):
        super().__init__(max_length=40, widget=forms.TextInput(attrs={"inputmode": "decimal"}), **kwargs)

    def prepare_value(self, value: object) -> object:
        return plain(format_amount(value)) if isinstance(value, Decimal) else value

    def clean(self, value: str) -> Decimal | None:
        text = super().clean(value)
        try:
            amount = read_amount(text)
        except EditRefused as refusal:
            raise forms.ValidationError(refusal.reason) from refusal
        if amount is not None and amount < 0:
            raise forms.ValidationError("Skriv ett belopp som inte är mindre än noll.")
        return amount


class WholeField(forms.IntegerField):
    """A whole number that is not negative, with or without spaces between the thousands."""

    def __init__(self, **kwargs):
        wrong = {
            "invalid": "Skriv ett heltal.",
            "min_value": "Skriv ett tal som inte är mindre än noll.",
            "max_value": "Talet är för stort: högst %(limit_value)s.",
            **kwargs.pop("error_messages", {}),
        }
        widget = forms.TextInput(attrs={"inputmode": "numeric"})
        super().__init__(min_value=0, widget=widget, error_messages=wrong, **{"max_value": 10**12, **kwargs})

    def to_python(self, value: object) -> int | None:
        return super().to_python("".join(str(value).split()) if value not in self.empty_values else value)


class RowField(forms.ChoiceField):
    """A choice among rows that the form has fetched once for all its fields; gives the row, or ``None``."""

    def __init__(self, *, empty_label: str = "Välj", **kwargs):
        wrong = {"invalid_choice": "Välj ett av alternativen.", **kwargs.pop("error_messages", {})}
        super().__init__(error_messages=wrong, **kwargs)
        self.empty_label, self.rows = empty_label, {}

    def offer(self, rows: Mapping[str, tuple[str, object]]) -> None:
        """Offer rows by the value that the form sends, each with its label."""
        self.rows = {value: row for value, (_, row) in rows.items()}
        self.choices = [("", self.empty_label), *((value, label) for value, (label, _) in rows.items())]

    def prepare_value(self, value: object) -> object:
        if isinstance(value, str) or value is None:
            return value
        return next((key for key, row in self.rows.items() if row == value), "")

    def clean(self, value: object) -> object:
        return self.rows.get(super().clean(value))


class RuleForm(forms.Form):
    """A form that shows at its own field why something was refused. ``seen`` is the digest of what it showed."""

    seen = forms.CharField(required=False, max_length=80, widget=forms.HiddenInput)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, label_suffix="", **kwargs)

    def refuse(self, refusal: EditRefused) -> None:
        """Show the refusal, and let the next try follow on what the writer has now been told of."""
        field = getattr(refusal, "field", "")
        self.add_error(field if field in self.fields else None, refusal.reason)
        if seen := getattr(refusal, "seen", ""):
            self.data = self.data.copy()
            self.data["seen"] = seen

    @property
    def problems(self) -> list[tuple[str, str]]:
        """Every fault, as the id of its field and a sentence."""
        return [
            (self[name].auto_id if name in self.fields else "", fault)
            for name, faults in self.errors.items()
            for fault in faults
        ]


def text(label: str, *, rows: int = 3, **options) -> forms.CharField:
    """Return a field for a few sentences."""
    return forms.CharField(label=label, widget=forms.Textarea(attrs={"rows": rows}), **options)


def day(label: str, **options) -> DayField:
    return DayField(label=label, **{"required": False, **options})

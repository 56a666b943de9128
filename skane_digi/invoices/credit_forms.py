"""The form for crediting: all that is left, or an amount for each row of an invoice or each area of a round."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django import forms

from budgets.invoice_crediting import CreditRefused, Place
from budgets.invoicing_editing import IssueRefused
from budgets.models.invoicing import LONGEST_TEXT
from budgets.money import format_amount, format_kr
from skane_digi.cost_rules.fields import AmountField, RuleForm, day, text

WHOLE, PART = "hela", "del"


@dataclass(frozen=True, slots=True)
class CreditPart:
    """A row or an area that can be credited: what was invoiced of it and what is left, in kronor without VAT."""

    place: Place
    label: str
    invoiced: Decimal
    left: Decimal

    @property
    def invoiced_text(self) -> str:
        return format_amount(self.invoiced, decimals=2)

    @property
    def left_text(self) -> str:
        return format_amount(self.left, decimals=2)


class CreditForm(RuleForm):
    """``seen`` is how many credit invoices there were when the form was shown: it is sent once."""

    extent = forms.ChoiceField(
        label="Vad ska krediteras?",
        widget=forms.RadioSelect,
        error_messages={"required": "Välj vad som ska krediteras.", "invalid_choice": "Välj ett av alternativen."},
    )
    reason = text(
        "Skäl",
        rows=3,
        max_length=LONGEST_TEXT,
        help_text="Står på kreditfakturan.",
        error_messages={
            "required": "Skriv varför det krediteras.",
            "max_length": f"Skälet kan ha högst {LONGEST_TEXT} tecken.",
        },
    )
    issued_on = day("Kreditfakturans datum", required=True)

    def __init__(self, data=None, *, parts: Sequence[CreditPart], words: tuple[str, str], initial: dict):
        super().__init__(data, initial=initial)
        self.parts = list(parts)
        self.fields["extent"].choices = list(zip((WHOLE, PART), words, strict=True))
        for number, part in enumerate(self.parts):
            if part.left:
                self.fields[_name(number)] = AmountField(label=part.label, required=False)

    @property
    def rows(self) -> list[tuple[CreditPart, forms.BoundField | None]]:
        """Each part with its field; there is none where nothing is left of it."""
        names = [_name(number) for number in range(len(self.parts))]
        return [
            (part, self[name] if name in self.fields else None) for part, name in zip(self.parts, names, strict=True)
        ]

    @property
    def amounts(self) -> dict[Place, Decimal] | None:
        """What was asked for, by place; ``None`` is all that is left."""
        if self.cleaned_data["extent"] == WHOLE:
            return None
        given = {part.place: self.cleaned_data.get(_name(number)) for number, part in enumerate(self.parts)}
        return {place: amount for place, amount in given.items() if amount}

    def clean(self) -> dict:
        if self.cleaned_data.get("extent") == PART:
            for number, part in enumerate(self.parts):
                amount = self.cleaned_data.get(_name(number))
                if amount and amount > part.left:
                    self.add_error(_name(number), f"Högst {format_kr(part.left, decimals=2)} är kvar att kreditera.")
            if not self.errors and not self.amounts:
                self.add_error("extent", "Skriv minst ett belopp, eller kreditera allt som är kvar.")
        return self.cleaned_data

    def refuse(self, refusal: IssueRefused) -> None:
        """Show the refusal at the amount, or at the field, that it is about."""
        if isinstance(refusal, CreditRefused) and refusal.field == "amounts":
            names = [_name(number) for number, part in enumerate(self.parts) if part.place == refusal.place]
            known = [name for name in names if name in self.fields]
            self.add_error(known[0] if known else "extent", refusal.reason)
        else:
            super().refuse(refusal)


def _name(number: int) -> str:
    return f"belopp-{number}"

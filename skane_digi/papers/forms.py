"""The forms of the papers: which ones to make for all, and a passage's own text."""

from django import forms

from skane_digi.papers.standard_texts import Slot
from skane_digi.papers.tree import Format, Kind


class OrderForm(forms.Form):
    kinds = forms.MultipleChoiceField(
        label="Handlingar",
        choices=[(str(kind), kind.label) for kind in Kind],
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Välj vilka handlingar som ska göras."},
    )
    formats = forms.MultipleChoiceField(
        label="Filformat",
        choices=[(str(name), name.label) for name in Format],
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Välj minst ett filformat."},
    )

    def __init__(self, data=None):
        everything = {"kinds": [str(kind) for kind in Kind], "formats": [str(name) for name in Format]}
        super().__init__(data, initial=everything, label_suffix="")

    def refuse(self, refusal) -> None:
        self.add_error(refusal.field if refusal.field in self.fields else None, refusal.reason)


class TextForm(forms.Form):
    """A passage's own text. ``base`` is the digest of what the writer saw when they began."""

    text = forms.CharField(label="Text", required=False, strip=False)
    base = forms.CharField(required=False, max_length=64, widget=forms.HiddenInput)

    def __init__(self, data=None, *, slot: Slot, text: str = "", base: str = ""):
        super().__init__(data, initial={"text": text, "base": base}, label_suffix="")
        attributes = {"aria-label": slot.heading}
        if slot.is_line:
            self.fields["text"].widget = forms.TextInput(attrs=attributes)
        else:
            self.fields["text"].widget = forms.Textarea(attrs={**attributes, "rows": 8, "data-rich-text": True})

    def go_on_from(self, base: str) -> None:
        """Let the next try follow on what the writer has now been told of."""
        self.data = self.data.copy()
        self.data["base"] = base

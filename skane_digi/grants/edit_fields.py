"""The form that a grant's rows are written in: it keeps what was typed and shows what a colleague has written."""

from collections.abc import Iterable, Mapping
from typing import ClassVar

from django import forms
from django.db import models

from budgets.grant_rows import GrantCollision, GrantRefused, bases_of


class GrantForm(forms.Form):
    """Writes the fields ``names`` of ``row``; a new row is empty. ``seen`` holds the digests of what the form showed.

    ``current`` is what a colleague has saved in a field meanwhile. ``groups`` are the fields as the page shows them:
    a heading, empty for the first, and names.
    """

    names: ClassVar[tuple[str, ...]]
    groups: ClassVar[tuple[tuple[str, tuple[str, ...]], ...]]
    seen = forms.CharField(required=False, max_length=2000, widget=forms.HiddenInput)

    def __init__(self, data=None, *, row: models.Model, initial: Mapping[str, object] | None = None):
        self.row, self.current = row, {}
        held = {name: getattr(row, name) for name in self.names}
        if not row.pk:
            held.pop("position", None)  # last, until somebody says otherwise
        bases = bases_of(row, self.names)
        super().__init__(data, initial={**held, "seen": packed(bases), **(initial or {})}, label_suffix="")

    @property
    def values(self) -> dict[str, object]:
        """What a valid form says, by field name. A place in the order that is not given stays."""
        values = {name: self.cleaned_data[name] for name in self.names}
        if values.get("position", 0) is None:
            values["position"] = self.row.position
        return values

    @property
    def bases(self) -> dict[str, str]:
        return unpacked(self.cleaned_data["seen"], self.names)

    def refuse(self, refusal: GrantRefused) -> None:
        """Show the refusal at its field, and let the next try follow on what the writer has now been told of."""
        self.add_error(refusal.field if refusal.field in self.fields else None, refusal.reason)
        if isinstance(refusal, GrantCollision):
            self.current = refusal.current
            self.data = self.data.copy()
            told = bases_of(refusal.row, (clash.name for clash in refusal.clashes))
            self.data["seen"] = packed({**self.bases, **told})

    @property
    def problems(self) -> list[tuple[str, str]]:
        """Every fault, as the id of its field and a sentence."""
        return [
            (self[name].auto_id if name in self.fields else "", fault)
            for name, faults in self.errors.items()
            for fault in faults
        ]

    @property
    def shown_groups(self) -> list[tuple[str, list[tuple[forms.BoundField, str]]]]:
        """The fields by heading, each with what a colleague has written in it meanwhile."""
        return [
            (heading, [(self[name], self.current.get(name, "")) for name in names if name in self.fields])
            for heading, names in self.groups
        ]


def packed(bases: Mapping[str, str]) -> str:
    """Return digests by field as one text, for a hidden field."""
    return " ".join(f"{name}={digest}" for name, digest in bases.items())


def unpacked(text: str, names: Iterable[str]) -> dict[str, str]:
    """Return the digests of ``names`` in a hidden field. One that is missing agrees with nothing."""
    found = dict(part.partition("=")[::2] for part in text.split())
    return {name: found.get(name, "") for name in names}

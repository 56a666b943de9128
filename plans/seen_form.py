"""The administration's forms, which overwrite nothing that somebody has saved since the page was opened.

With the form goes the digest of every field as it was shown. A field that one has left alone keeps what it holds by
now; one that two have changed is refused with the other's text, and saved all the same once that has been seen.
"""

import json

from django import forms
from django.db import models
from django.utils.functional import cached_property

from plans.editing import last_change, value_digest

SEEN = "seen"
LONGEST_SHOWN = 2_000


class SeenForm(forms.ModelForm):
    """A model form that knows what its reader has seen."""

    seen = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if self.instance.pk is not None:
            self.fields[SEEN].initial = json.dumps(self._digests(self.instance))

    @cached_property
    def changed_data(self) -> list[str]:
        return [name for name in super().changed_data if name != SEEN]

    def clean(self) -> dict:
        cleaned = super().clean()
        if self.instance.pk is None:
            return cleaned
        seen = _read(cleaned.get(SEEN, ""))
        clashes = [name for name in self._written() if name in seen and self._clashes(name, seen[name])]
        if clashes:
            self.data = self.data.copy()
            self.data[self.add_prefix(SEEN)] = json.dumps(self._digests(self.instance))
            for name in clashes:
                self.add_error(name, self._what_stands(name))
        return cleaned

    def _written(self) -> list[str]:
        return [name for name in self.cleaned_data if name != SEEN and name in self._model_fields()]

    def _model_fields(self) -> dict[str, models.Field]:
        return {field.name: field for field in self.instance._meta.concrete_fields}

    def _digests(self, row: models.Model) -> dict[str, str]:
        return {name: value_digest(row, name) for name in self.fields if name in self._model_fields()}

    def _clashes(self, name: str, seen: str) -> bool:
        """Whether somebody else has changed the field too. One that was left alone takes what it holds by now."""
        held = value_digest(self.instance, name)
        if held == seen:
            return False
        written = self._digest_of(name, self.cleaned_data[name])
        if written == seen:
            self.cleaned_data[name] = getattr(self.instance, name)
            return False
        return written != held

    def _digest_of(self, name: str, value: object) -> str:
        field = self._model_fields()[name]
        value = value.replace("\r\n", "\n") if isinstance(value, str) else getattr(value, "pk", value)
        return value_digest(type(self.instance)(**{field.attname: value}), name)

    def _what_stands(self, name: str) -> str:
        entry = last_change(self.instance, [name])
        who = entry.actor_name if entry else "Någon annan"
        value = getattr(self.instance, name)
        stands = "tomt" if value in (None, "") else f"”{str(value)[:LONGEST_SHOWN]}”"
        opening = f"{who} har ändrat här sedan du öppnade sidan. Nu står: {stands}."
        return f"{opening} Spara igen om det du har skrivit ska gälla."


class SeenAdmin:
    """Admin mixin, for pages and for the rows shown on them: forms that know what their reader has seen."""

    form = SeenForm

    def get_fields(self, request, obj=None):
        """Leave out the digests where nothing can be changed: a new row has none, and a locked one needs none."""
        fields = list(super().get_fields(request, obj))
        may_change = obj is not None and self.has_change_permission(request, obj)
        return fields if may_change else [name for name in fields if name != SEEN]


def _read(text: str) -> dict[str, str]:
    """Return the digests that came with the form; what is no such list says nothing."""
    try:
        told = json.loads(text or "{}")
    except ValueError:
        return {}
    return {str(name): str(digest) for name, digest in told.items()} if isinstance(told, dict) else {}

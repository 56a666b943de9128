"""What the forms of this section have in common: groups under headings, and refusals shown at their fields."""

from collections.abc import Iterable
from typing import ClassVar

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS

from budgets.invoicing_editing import IssueCollision, IssueRefused, seen_of

Groups = tuple[tuple[str, str, tuple[str, ...]], ...]


class InvoiceForm(forms.Form):
    """A form in groups. ``groups`` are the fields as the page shows them: a heading, a sentence under it, and names.

    ``places`` says at which field a refusal that names another one is shown.
    """

    groups: ClassVar[Groups] = ()
    places: ClassVar[dict[str, str]] = {}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, label_suffix="", **kwargs)

    def refuse(self, refusal: IssueRefused) -> None:
        """Show why it was refused, at the field that it is about."""
        name = self.places.get(refusal.field, refusal.field)
        self.add_error(name if name in self.fields else None, refusal.reason)

    @property
    def shown_groups(self) -> list[tuple[str, str, list[forms.BoundField]]]:
        """The groups that have any field left."""
        found = [
            (heading, text, [self[name] for name in names if name in self.fields])
            for heading, text, names in self.groups
        ]
        return [group for group in found if group[2]]

    @property
    def problems(self) -> list[tuple[str, str]]:
        """Every fault, as the id of its field and a sentence."""
        return [(self._id_of(name), text) for name, faults in self.errors.items() for text in _unique(faults)]

    def _id_of(self, name: str) -> str:
        return "" if name == NON_FIELD_ERRORS else self[name].auto_id


class Seen:
    """What the writer had in front of them when they began, to send along with the form."""

    def __init__(self, row, data=None):
        self.text = seen_of(row) if data is None else data.get("seen", "")

    def renew(self, refusal: IssueRefused, row) -> None:
        """Let the next try follow on what the writer has now been told of."""
        if isinstance(refusal, IssueCollision):
            self.text = seen_of(row)


def _unique(texts: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(texts))


def area(rows: int) -> forms.Textarea:
    """Return a box for a few lines of text."""
    return forms.Textarea(attrs={"rows": rows})


def names_in(groups: Groups) -> list[str]:
    """Return the fields of all the groups."""
    return [name for _, _, names in groups for name in names]

"""The kinds of rows that an agreement holds: how each is found, written and removed, and what the pages call it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from django.db import models
from django.http import Http404
from django.urls import reverse

from budgets import grant_editing, grant_measure_editing
from budgets.grant_rows import GrantRefused
from budgets.models import (
    GrantAgreement,
    GrantAmount,
    GrantArea,
    GrantCondition,
    GrantDuty,
    GrantMeasure,
    GrantShare,
)
from budgets.money import format_kr
from skane_digi.grants.edit_forms import FORMS, PartForm

PLACES = ("area", "grant_amount", "organisation")  # what an address may choose beforehand


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of row. ``path`` leads to its agreement, ``argument`` is what the functions that write call it."""

    model: type[models.Model]
    path: str
    argument: str
    create: Callable
    change: Callable
    remove: Callable
    new: str
    old: str
    key: str = "key"

    def find(self, agreement: GrantAgreement, key: str) -> models.Model:
        """Return the agreement's row with this key. Raises ``Http404``."""
        related = {"grant_amount", "area", "organisation"} & {field.name for field in self.model._meta.fields}
        rows = self.model._default_manager.filter(**{self.path: agreement.pk, self.key: key})
        found = rows.select_related(*related, *(["grant_amount__area"] if "grant_amount" in related else [])).first()
        if found is None:
            raise Http404
        return found


KINDS = {
    "omrade": Kind(
        GrantArea,
        "agreement",
        "area",
        grant_editing.create_area,
        grant_editing.change_area,
        grant_editing.remove_area,
        "Nytt utvecklingsområde",
        "Utvecklingsområde",
        key="slug",
    ),
    "belopp": Kind(
        GrantAmount,
        "area__agreement",
        "grant_amount",
        grant_editing.create_amount,
        grant_editing.change_amount,
        grant_editing.remove_amount,
        "Nytt belopp",
        "Belopp",
    ),
    "tilldelning": Kind(
        GrantShare,
        "grant_amount__area__agreement",
        "share",
        grant_editing.create_share,
        grant_editing.change_share,
        grant_editing.remove_share,
        "Ny tilldelning",
        "Tilldelning",
    ),
    "villkor": Kind(
        GrantCondition,
        "agreement",
        "condition",
        grant_editing.create_condition,
        grant_editing.change_condition,
        grant_editing.remove_condition,
        "Nytt villkor",
        "Villkor",
    ),
    "redovisning": Kind(
        GrantDuty,
        "agreement",
        "duty",
        grant_editing.create_duty,
        grant_editing.change_duty,
        grant_editing.remove_duty,
        "Ny redovisning",
        "Redovisning",
    ),
    "insats": Kind(
        GrantMeasure,
        "area__agreement",
        "measure",
        grant_measure_editing.create_measure,
        grant_measure_editing.change_measure,
        grant_measure_editing.remove_measure,
        "Ny insats",
        "Insats",
    ),
}

REMOVABLE = {
    **KINDS,
    "bidrag": Kind(
        GrantAgreement,
        "pk",
        "agreement",
        grant_editing.create_agreement,
        grant_editing.change_agreement,
        grant_editing.remove_agreement,
        "Nytt statsbidrag",
        "Statsbidrag",
        key="slug",
    ),
}


class PartPage:
    """The page where a new row is written, or one that there is. ``given`` says where a new row is to belong.

    Raises ``Http404`` for a kind or a row that there is not.
    """

    def __init__(self, agreement: GrantAgreement, kind: str, *, key: str = "", data=None, given=None):
        self.kind = _kind_of(KINDS, kind)
        self.agreement, self.slug, self.key = agreement, kind, key
        self.row = self.kind.find(agreement, key) if key else None
        self.form: PartForm = FORMS[self.kind.model](
            data,
            agreement=agreement,
            row=self.row or self.kind.model(),
            initial={name: value for name, value in (given or {}).items() if name in PLACES},
        )

    @property
    def heading(self) -> str:
        return self.kind.new if self.row is None else f"{self.kind.old}: {title_of(self.row)}"

    @property
    def place_words(self) -> str:
        """Where a row that there is belongs, which does not change."""
        row = self.row
        if row is None:
            return ""
        if isinstance(row, GrantShare):
            return f"{row.organisation}, {row.grant_amount}"
        if isinstance(row, GrantMeasure):
            return f"{row.organisation}, {row.area}"
        return str(row.area) if isinstance(row, GrantAmount) else ""

    @property
    def back(self) -> str:
        return place_of(self.agreement, self.row)

    def save(self, by) -> bool:
        """Save what a valid form says and return whether that could be done; the form says why not."""
        try:
            if self.row is None:
                place = self.form.place
                self.row = self.kind.create(**place, values=self.form.values, by=by)
            else:
                written = {"values": self.form.values, "bases": self.form.bases, "by": by}
                self.row = self.kind.change(**{self.kind.argument: self.row}, **written)
        except GrantRefused as refusal:
            self.form.refuse(refusal)
            return False
        return True


class RemovalPage:
    """The page where it is asked whether a row is to go. ``refusal`` is why it cannot."""

    def __init__(self, agreement: GrantAgreement, slug: str, row: models.Model):
        self.agreement, self.slug, self.row, self.refusal = agreement, slug, row, ""
        self.title = title_of(row)
        self.onwards = reverse("grants:list") if row == agreement else self.back

    @property
    def heading(self) -> str:
        return f"Ta bort: {self.title}"

    @property
    def back(self) -> str:
        return place_of(self.agreement, self.row)

    @property
    def amount_text(self) -> str:
        return format_kr(self.row.amount) if getattr(self.row, "amount", None) is not None else ""

    def remove(self, by) -> bool:
        """Remove the row and return whether that could be done."""
        kind = REMOVABLE[self.slug]
        try:
            kind.remove(**{kind.argument: self.row}, by=by)
        except GrantRefused as refusal:
            self.refusal = refusal.reason
            return False
        return True


def removal_page(agreement: GrantAgreement, kind: str, key: str) -> RemovalPage:
    """Return the page for a row of the agreement. Raises ``Http404``."""
    return RemovalPage(agreement, kind, _kind_of(REMOVABLE, kind).find(agreement, key))


def _kind_of(kinds: Mapping[str, Kind], slug: str) -> Kind:
    if slug not in kinds:
        raise Http404
    return kinds[slug]


def title_of(row: models.Model) -> str:
    """Return the first words of what a row is."""
    words = str(row).splitlines()[0].split()
    return " ".join(words[:12]) + (" …" if len(words) > 12 else "")


def place_of(agreement: GrantAgreement, row: models.Model | None) -> str:
    """Return the address of the page that a row is listed on."""
    if isinstance(row, GrantShare | GrantMeasure):
        return reverse("grants:edit-receiver", args=[agreement.slug, row.organisation.slug])
    return reverse("grants:edit", args=[agreement.slug])

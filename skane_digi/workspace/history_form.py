"""What of a plan's history an address asks for."""

import re
from collections.abc import Iterable

from django import forms
from django.apps import apps
from django.db import models
from django.http import Http404, QueryDict

from plans.history import KINDS, Question
from plans.history_places import AreaPlace, Whereabouts
from plans.models import LogEntry, Plan
from plans.places import plan_of, reference_of
from skane_digi.workspace.requests import number_in

_EACH = re.compile(r"([0-9]{1,12})-([0-9]{1,12})", re.ASCII)
MODELS = {
    model._meta.model_name: model
    for app in ("plans", "budgets")
    for model in apps.get_app_config(app).get_models()
    if hasattr(model, "NATURAL_KEY")
}


class DateInput(forms.DateInput):
    input_type = "date"

    def __init__(self):
        super().__init__(format="%Y-%m-%d")


class HistoryForm(forms.Form):
    """The filters above the history. A faulty one is said to be, and leaves nothing out."""

    omrade = forms.ChoiceField(label="Insatsområde", required=False)
    person = forms.ChoiceField(label="Vem", required=False)
    gjort = forms.ChoiceField(label="Vad som gjordes", required=False)
    fran = forms.DateField(label="Från och med", required=False, widget=DateInput)
    till = forms.DateField(label="Till och med", required=False, widget=DateInput)

    def __init__(self, data: QueryDict, *, areas: Iterable[AreaPlace], people: Iterable[tuple[int, str]]):
        super().__init__(data, label_suffix="")
        named = [(area.slug, f"{area.title} (borttaget)" if area.is_gone else area.title) for area in areas]
        self.fields["omrade"].choices = [("", "Hela planen"), *named]
        self.fields["person"].choices = [("", "Alla"), *((str(pk), name) for pk, name in people)]
        self.fields["gjort"].choices = [("", "Allt"), *((name, words) for name, (words, _) in KINDS.items())]
        for name, field in self.fields.items():
            field.widget.attrs["id"] = f"historik-{name}"

    def question(self) -> Question:
        self.is_valid()
        told = self.cleaned_data
        return Question(
            area=told.get("omrade", ""),
            person=int(told["person"]) if told.get("person") else None,
            kind=told.get("gjort", ""),
            since=told.get("fran"),
            until=told.get("till"),
        )

    @property
    def is_used(self) -> bool:
        return self.is_valid() and any(self.cleaned_data.values())


def row_asked_for(plan: Plan, sent: QueryDict, whereabouts: Whereabouts) -> Question:
    """Return the question of one row's or one field's history, or answer 404 where the plan never had it."""
    model, pk, name = MODELS.get(sent.get("slag", "")), number_in(sent, "rad"), sent.get("falt", "")
    if model is None or pk is None or (name and name not in {field.name for field in model._meta.concrete_fields}):
        raise Http404
    identity = (model._meta.label_lower, pk)
    reference = whereabouts.references.get(identity) or _reference_of(plan, model, pk)
    return Question(row=reference, row_id=identity, field=name)


def saves_asked_for(plan: Plan, sent: QueryDict) -> Question:
    """Return the question of every save between two entries, one by one; both are of the same row."""
    asked = _EACH.fullmatch(sent.get("varje", ""))
    numbers = (int(asked[1]), int(asked[2])) if asked else (0, 0)
    last = LogEntry.objects.filter(plan_slug=plan.slug, number=numbers[1]).first()
    if last is None:
        raise Http404
    return Question(row=(last.subject, last.subject_key), numbers=numbers, one_by_one=True)


def _reference_of(plan: Plan, model: type[models.Model], pk: int) -> tuple[str, str]:
    row = model._default_manager.filter(pk=pk).first()
    if row is None or plan_of(row) != plan:
        raise Http404
    return reference_of(row)

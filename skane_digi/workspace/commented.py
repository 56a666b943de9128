"""What can be commented on, what it is called, and the page where it stands."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlencode

from django import forms
from django.apps import apps
from django.core.exceptions import FieldDoesNotExist
from django.db import models
from django.http import Http404, QueryDict
from django.urls import reverse

from budgets.models import BudgetLine, BudgetStatement, PrintedFigure, TableNote
from plans import permissions
from plans.commenting import Conversation, threads_of
from plans.models import (
    Activity,
    ActivityPeriod,
    AreaLineage,
    CommentThread,
    FocusArea,
    Goal,
    Plan,
    PlanSection,
    Responsibility,
    WatchedMatter,
)
from plans.places import area_of, plan_of
from skane_digi.workspace.fields import page_of, sentence_case

MODELS = (
    Plan,
    PlanSection,
    WatchedMatter,
    FocusArea,
    AreaLineage,
    Goal,
    ActivityPeriod,
    Activity,
    Responsibility,
    BudgetLine,
    BudgetStatement,
    TableNote,
    PrintedFigure,
)
COMMENTABLE = {model._meta.model_name: model for model in MODELS}
# Fields that are the row itself: a goal is its text.
ITSELF = ("", "text", "heading", "name", "title", "amount", "value")


class SubjectForm(forms.Form):
    """What a comment is about, as an address says it: kind of row, its id and perhaps a field."""

    slag = forms.ChoiceField(choices=[(name, name) for name in COMMENTABLE])
    rad = forms.IntegerField(min_value=1, max_value=2**63 - 1)
    falt = forms.SlugField(max_length=60, required=False)


@dataclass(frozen=True, slots=True)
class Subject:
    """A row of a plan, or one of its fields."""

    plan: Plan
    row: models.Model
    field: str = ""

    @property
    def kind(self) -> str:
        return self.row._meta.model_name

    @property
    def id(self) -> str:
        """The id of the link to its comments, and of its place in a list."""
        return "-".join(filter(None, ("kommentar", self.kind, str(self.row.pk), self.field)))

    @property
    def url(self) -> str:
        """The address of its comments."""
        asked = {"slag": self.kind, "rad": self.row.pk, **({"falt": self.field} if self.field else {})}
        return f"{reverse('workspace:comments', args=[self.plan.slug])}?{urlencode(asked)}"

    @property
    def label(self) -> str:
        return label_of(type(self.row), self.field)

    @property
    def name(self) -> str:
        return str(self.row)

    @property
    def short_name(self) -> str:
        """What the link to its comments calls it: an area's field by its label, other things by what they say."""
        return self.label if isinstance(self.row, FocusArea) and self.field else self.name


def find_subject(plan: Plan, asked: QueryDict) -> Subject:
    """Return what the address asks for, or answer 404 where ``plan`` has no such row or the row no such field."""
    form = SubjectForm(asked)
    if not form.is_valid():
        raise Http404
    model, field = COMMENTABLE[form.cleaned_data["slag"]], form.cleaned_data["falt"]
    row = model._default_manager.filter(pk=form.cleaned_data["rad"]).first()
    if row is None or plan_of(row) != plan or (field and _field_label(model, field) is None):
        raise Http404
    return Subject(plan, row, field)


def subject_of(plan: Plan, thread: CommentThread) -> Subject | None:
    """Return what the thread is about, ``None`` where the row is gone."""
    model = COMMENTABLE.get(thread.subject.partition(".")[2])
    if model is None:
        return None
    try:
        row = model._default_manager.get_by_natural_key(*json.loads(thread.subject_key))
    except model.DoesNotExist:
        return None
    return Subject(plan, row, thread.field)


def label_of(model: type[models.Model], field: str) -> str:
    """Return what kind of thing it is: ``Övergripande mål``, ``Bakgrund``, ``Aktivitetsperiod: inledning``."""
    kind = str(model._meta.verbose_name)
    label = _field_label(model, field) if field not in ITSELF else None
    if not label:
        return sentence_case(kind)
    return sentence_case(label if model is FocusArea else f"{kind}: {label}")


def label_of_thread(thread: CommentThread) -> str:
    """Return the label of what the thread is about, also when the row is gone."""
    try:
        model = apps.get_model(thread.subject)
    except (LookupError, ValueError):
        return "Rad"
    return label_of(model, thread.field)


def conversation_of(plan: Plan, user) -> Conversation:
    """Return the comments on ``plan``, fetched by ``Plan.objects.with_content()``, that ``user`` may read."""
    return threads_of(plan, user, budget_rows(plan))


def budget_rows(plan: Plan) -> Iterator[models.Model]:
    yield from BudgetStatement.objects.filter(focus_area__plan=plan).select_related("focus_area__plan")
    yield from BudgetLine.objects.of_plan(plan).with_places()
    yield from TableNote.objects.filter(plan=plan).select_related("plan")
    yield from PrintedFigure.objects.filter(plan=plan).select_related("plan")


def place_of(row: models.Model, field: str, user) -> str:
    """Return the address of the page where ``user`` finds the row: where it is written, or where it is read."""
    plan, area = plan_of(row), area_of(row)
    if permissions.can_write_plan(user, plan):
        return f"{page_of(row)}#falt-{row._meta.model_name}-{row.pk}-{field}"
    if area is not None:
        address = reverse("workspace:referral-reading", args=[plan.slug, area.slug])
        return f"{address}#{Subject(plan, row, field).id}"
    return f"{plan.get_absolute_url()}#avsnitt-{row.slug}" if isinstance(row, PlanSection) else plan.get_absolute_url()


def _field_label(model: type[models.Model], name: str) -> str | None:
    try:
        field = model._meta.get_field(name)
    except FieldDoesNotExist:
        return None
    return str(field.verbose_name if field.concrete else field.related_model._meta.verbose_name_plural)

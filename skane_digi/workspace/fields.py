"""What can be written in place: which fields of which rows, how each is written, and how a row is found."""

from dataclasses import dataclass

from django.db import models
from django.http import Http404
from django.urls import reverse

from budgets.models import BudgetLine, BudgetStatement, CostBasis, NotePlacement, TableNote
from plans.editing import RowIsGone, value_digest
from plans.models import (
    Activity,
    ActivityPeriod,
    FocusArea,
    Goal,
    LogEntry,
    Plan,
    PlanSection,
    WatchedMatter,
)
from plans.places import area_of, plan_of

# Running text with its elements; a text of several lines on the screen; a line.
RICH, LINES, LINE = "rich", "lines", "line"

FIELDS: dict[type[models.Model], dict[str, str]] = {
    Plan: {"title": LINES, "subtitle": LINES},
    PlanSection: {"heading": LINES, "text": RICH},
    FocusArea: {"name": LINES, "abbreviation": LINE, "table_name": LINE, "background": RICH, "purpose": RICH},
    Goal: {"text": LINES},
    ActivityPeriod: {"introduction": RICH, "no_activities_reason": RICH},
    Activity: {"text": LINES},
    WatchedMatter: {"name": LINES, "description": LINES},
    BudgetStatement: {"text": RICH},
    TableNote: {"text": LINES},
}
# Written on the budget's page, where the economist comes in too.
IN_BUDGET = (BudgetLine, CostBasis, NotePlacement, TableNote)
MODELS = {model._meta.model_name: model for model in FIELDS}


@dataclass(frozen=True, slots=True)
class EditField:
    """One field as the page shows it to be written in.

    ``form`` is ``rich``, ``lines`` or ``line``; ``base`` the digest of ``value``; ``label`` names the field to those
    who do not see where it stands. ``url`` saves it.
    """

    url: str
    id: str
    kind: str
    pk: int
    name: str
    label: str
    form: str
    value: str
    base: str
    hint: str = ""
    open_comments: int = 0


def edit_field(
    plan: Plan, row: models.Model, name: str, *, label: str = "", hint: str = "", open_comments: int = 0
) -> EditField:
    """Return the field ``name`` of ``row``, which belongs to ``plan``, to be written in."""
    kind = row._meta.model_name
    field = row._meta.get_field(name)
    return EditField(
        url=reverse("workspace:field", args=[plan.slug, kind, row.pk, name]),
        id=f"falt-{kind}-{row.pk}-{name}",
        kind=kind,
        pk=row.pk,
        name=name,
        label=label or sentence_case(str(field.verbose_name)),
        form=FIELDS[type(row)][name],
        value=getattr(row, name),
        base=value_digest(row, name),
        hint=hint,
        open_comments=open_comments,
    )


def find_row(plan: Plan, model: type[models.Model], pk: int) -> models.Model:
    """Return the row of ``plan``. Raises ``RowIsGone`` where it has been removed, ``Http404`` where it never was."""
    row = model._default_manager.filter(pk=pk).first()
    if row is None:
        raise RowIsGone(_removal(plan, model, pk))
    if plan_of(row) != plan:
        raise Http404
    return row


def find_field(plan: Plan, kind: str, pk: int, name: str) -> models.Model:
    """Return the row of ``plan`` that has the field ``name`` to write in."""
    model = MODELS.get(kind)
    if model is None or name not in FIELDS[model]:
        raise Http404
    return find_row(plan, model, pk)


def page_of(row: models.Model) -> str:
    """Return the address of the page where the row is written."""
    plan, area = plan_of(row), area_of(row)
    if isinstance(row, IN_BUDGET):
        return reverse("workspace:budget", args=[plan.slug])
    if area is not None:
        return reverse("workspace:area", args=[plan.slug, area.slug])
    return reverse("workspace:plan", args=[plan.slug])


def sentence_case(words: str) -> str:
    return words[:1].upper() + words[1:]


def _removal(plan: Plan, model: type[models.Model], pk: int) -> LogEntry | None:
    """Return the entry that says that the row was removed, by itself or as the first of its parts."""
    removals = (LogEntry.Action.DELETED, LogEntry.Action.ENDED)
    removed = {f"before__{LogEntry.ROWS}__0__pk": pk}
    entries = LogEntry.objects.filter(plan_slug=plan.slug, subject=model._meta.label_lower, action__in=removals)
    return entries.filter(**removed).first()

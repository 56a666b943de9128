"""What others have changed in a plan since a page was fetched: a field nobody writes in then shows what is saved."""

import json
from collections.abc import Iterable
from dataclasses import dataclass

from django.apps import apps
from django.db import models

from plans.models import Comment, CommentThread, LogEntry, Plan
from skane_digi.workspace.fields import FIELDS

MOST_ENTRIES = 200
# What is said of the plan changes nothing in it.
CONVERSATION = tuple(model._meta.label_lower for model in (CommentThread, Comment))
OF_FIELDS = (LogEntry.Action.CHANGED, LogEntry.Action.RESTORED)


@dataclass(frozen=True, slots=True)
class ChangedField:
    """A field that somebody else has saved; ``form`` is its form's id on the page."""

    form: str
    who: str
    at: str


@dataclass(frozen=True, slots=True)
class News:
    """``number`` is the log's newest entry on the plan; ``others`` are those who added, moved or removed rows."""

    number: int
    fields: tuple[ChangedField, ...] = ()
    others: tuple[str, ...] = ()


def newest(plan: Plan) -> int:
    """Return the number of the newest entry on the plan, 0 where there is none."""
    return LogEntry.objects.filter(plan_slug=plan.slug).aggregate(last=models.Max("number"))["last"] or 0


def news_since(plan: Plan, number: int, user) -> News:
    """Return what others than ``user`` have changed in ``plan`` after the log's entry ``number``."""
    entries = list(LogEntry.objects.filter(plan_slug=plan.slug, number__gt=number).order_by("number")[:MOST_ENTRIES])
    others = [entry for entry in entries if entry.actor_id != user.pk and entry.subject not in CONVERSATION]
    ids = _ids(others)
    changed, moved = {}, []
    for entry in others:
        pk = ids.get((entry.subject, entry.subject_key))
        names = [name for name in entry.after if name in FIELDS.get(apps.get_model(entry.subject), ())]
        if entry.action in OF_FIELDS and names:
            for name in names:
                form = f"falt-{entry.subject.partition('.')[2]}-{pk}-{name}"
                changed[form] = ChangedField(form, entry.actor_name, entry.at.isoformat())
        else:
            moved.append(entry.actor_name)
    return News(
        number=entries[-1].number if entries else number,
        fields=tuple(changed.values()),
        others=tuple(dict.fromkeys(moved)),
    )


def _ids(entries: Iterable[LogEntry]) -> dict[tuple[str, str], int]:
    """Return the ids of the rows that entries name, one question for each kind of row."""
    keys: dict[str, set[str]] = {}
    for entry in entries:
        keys.setdefault(entry.subject, set()).add(entry.subject_key)
    found = {}
    for kind, wanted in keys.items():
        model = apps.get_model(kind)
        if model in FIELDS:
            by_parts = {tuple(json.loads(key)): key for key in wanted}
            rows = model._default_manager.filter(_named(model, by_parts)).values_list("pk", *model.NATURAL_KEY)
            found |= {(kind, by_parts[tuple(parts)]): pk for pk, *parts in rows}
    return found


def _named(model: type[models.Model], keys: Iterable[tuple]) -> models.Q:
    """Return the condition for the rows that have one of the natural keys."""
    asked = models.Q(pk__in=())
    for key in keys:
        asked |= models.Q(**dict(zip(model.NATURAL_KEY, key, strict=True)))
    return asked

"""Where a row stands: the plan and the area it belongs to, and the name by which it is known without a database id."""

import json

from django.db import models

from plans.models.focus_area import FocusArea
from plans.models.plan import Plan

_LEADS_TO_PLAN = (
    "plan",
    "focus_area",
    "period",
    "plan_year",
    "note",
    "version",
    "decision",
    "condition",
    "cost_basis",
    "budget_line",
    "invoicing",
    "invoice",
)


def plan_of(row: models.Model) -> Plan | None:
    """Return the plan that the row belongs to, ``None`` for a row that belongs to none."""
    return _ancestor(row, Plan)


def area_of(row: models.Model) -> FocusArea | None:
    """Return the focus area that the row belongs to, ``None`` for a row that belongs to none."""
    return _ancestor(row, FocusArea)


def reference_of(row: models.Model) -> tuple[str, str]:
    """Return the row's kind, ``plans.goal``, and its natural key as JSON.

    The pair names a row in the log and in comments, and outlives it: a row that is restored has the same.
    """
    key = row.natural_key() if hasattr(row, "natural_key") else (row.pk,)
    parts = [part if part is None or isinstance(part, bool | int | str) else str(part) for part in key]
    return row._meta.label_lower, json.dumps(parts, ensure_ascii=False, separators=(",", ":"))


def _ancestor(row: models.Model, kind: type[models.Model]) -> models.Model | None:
    if isinstance(row, kind):
        return row
    for name in _LEADS_TO_PLAN:
        if isinstance(parent := getattr(row, name, None), models.Model):
            return _ancestor(parent, kind)
    return None

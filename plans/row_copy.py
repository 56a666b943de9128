"""What follows when a row is copied into a new plan: every field and relation named, none forgotten.

A declaration is ``{model: {field or relation: rule}}``. Copying reads it, and a test walks the models beside it.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from django.db import models


@dataclass(frozen=True, slots=True)
class Copied:
    """The value, or the rows of the relation, follow. ``note`` says which, where not all do."""

    note: str = ""


@dataclass(frozen=True, slots=True)
class Renewed:
    """The new plan gets its own; ``how`` says from what."""

    how: str


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Stays in the old plan, for a reason."""

    reason: str


Rule = Copied | Renewed | LeftOut
Declaration = Mapping[type[models.Model], Mapping[str, Rule]]

OWN_ID = LeftOut("Varje rad har sitt eget id.")
OWN_KEY = LeftOut("Nyckeln namnger en enda rad; kopian får en egen.")


def copy_of(row: models.Model, declaration: Declaration, **renewed) -> models.Model:
    """Return an unsaved copy of ``row`` as its model's rules say; ``renewed`` gives every renewed field its value."""
    rules = declaration[type(row)]
    values = {}
    for field in row._meta.concrete_fields:
        rule = rules[field.name]
        if isinstance(rule, Copied):
            values[field.attname] = getattr(row, field.attname)
        elif isinstance(rule, Renewed):
            values[field.name] = renewed.pop(field.name)
    if renewed:
        raise TypeError(f"{', '.join(renewed)} förnyas inte enligt reglerna för {row._meta.label}.")
    return type(row)(**values)

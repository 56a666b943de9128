"""Rows that fixtures and exports can name without a database id."""

import uuid
from typing import ClassVar

from django.db import models


def new_key() -> str:
    """Return a fresh 32-character key for a row that nobody has named."""
    return uuid.uuid4().hex


def _follow(instance: models.Model, lookup: str) -> object:
    value: object = instance
    for name in lookup.split("__"):
        value = getattr(value, name)
    return value


class NaturalKeyManager(models.Manager):
    """Manager that finds a row by the lookups in its model's ``NATURAL_KEY``."""

    def get_by_natural_key(self, *values):
        return self.get(**dict(zip(self.model.NATURAL_KEY, values, strict=True)))


class NaturallyKeyed(models.Model):
    """A row known by the values of the lookups in ``NATURAL_KEY``."""

    NATURAL_KEY: ClassVar[tuple[str, ...]]

    class Meta:
        abstract = True

    def natural_key(self) -> tuple:
        return tuple(_follow(self, lookup) for lookup in self.NATURAL_KEY)


class Keyed(NaturallyKeyed):
    """A row with a key of its own that stays the same when the row is moved or reworded."""

    NATURAL_KEY = ("key",)

    key = models.SlugField("nyckel", max_length=80, unique=True, default=new_key, editable=False)

    class Meta:
        abstract = True

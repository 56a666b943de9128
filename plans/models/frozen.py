from typing import Never

from django.db import models


class FrozenRowError(Exception):
    """Somebody tried to change or remove what has been decided on."""

    def __init__(self, name: str):
        super().__init__(
            f"Det som är fryst ändras inte och tas inte bort ({name}). Rätta det genom att lägga till nytt."
        )


class FrozenQuerySet(models.QuerySet):
    """Rows that can be read and added to. The database refuses the rest too; see ``plans.frozen_triggers``."""

    def update(self, **values) -> Never:
        raise FrozenRowError(self.model._meta.verbose_name)

    def delete(self) -> Never:
        raise FrozenRowError(self.model._meta.verbose_name)

    def bulk_create(self, objs, *args, **kwargs):
        if kwargs.get("update_conflicts") or kwargs.get("ignore_conflicts"):
            raise FrozenRowError(self.model._meta.verbose_name)
        return super().bulk_create(objs, *args, **kwargs)


class Frozen(models.Model):
    """A row that is written once. What supersedes it is another row."""

    class Meta:
        abstract = True

    def save(self, *args, **kwargs) -> None:
        if not self._state.adding:
            raise FrozenRowError(self._meta.verbose_name)
        super().save(*args, **{**kwargs, "force_insert": True})

    def delete(self, *args, **kwargs) -> Never:
        raise FrozenRowError(self._meta.verbose_name)

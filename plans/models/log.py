from typing import Never

from django.apps import apps
from django.conf import settings
from django.core.exceptions import FieldDoesNotExist
from django.db import models

from plans.field_words import word_of


class LogIsClosedError(Exception):
    """Somebody tried to change or remove what the log says."""

    def __init__(self):
        super().__init__("Loggen kan bara fyllas på. Det som står i den kan varken ändras eller tas bort.")


class LogQuerySet(models.QuerySet):
    """Rows that can be read and added to. The database refuses the rest too; see ``plans.log_triggers``."""

    def update(self, **values) -> Never:
        raise LogIsClosedError

    def delete(self) -> Never:
        raise LogIsClosedError

    def bulk_update(self, *args, **kwargs) -> Never:
        raise LogIsClosedError

    def bulk_create(self, objs, *args, **kwargs):
        if kwargs.get("update_conflicts") or kwargs.get("ignore_conflicts"):
            raise LogIsClosedError
        return super().bulk_create(objs, *args, **kwargs)


class LogEntry(models.Model):
    """Who did what with which row, when, and what it said before and after.

    Entries are written by ``plans.log.record`` alone and never change. Each carries the digest of the one before it, so
    that an entry altered, removed or put in afterwards breaks the chain; ``manage.py verify_log`` says where.
    ``subject_key`` is the row's natural key as JSON: the entry outlives the row.
    """

    class Action(models.TextChoices):
        CREATED = "created", "skapad"
        CHANGED = "changed", "ändrad"
        MOVED = "moved", "flyttad"
        DELETED = "deleted", "borttagen"
        RESTORED = "restored", "återställd"
        STARTED = "started", "påbörjad utifrån planen före"
        CONTINUED = "continued", "följer med från planen före"
        RENAMED = "renamed", "följer med under nytt namn"
        ENDED = "ended", "avslutas"

    # Under this name ``before`` holds the rows that were removed, so that they can be put back.
    ROWS = "rader"

    number = models.PositiveBigIntegerField("nummer", unique=True)
    at = models.DateTimeField("tid")
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="log_entries", verbose_name="konto"
    )
    actor_name = models.CharField("vem", max_length=300)
    action = models.CharField("vad som gjordes", max_length=40, choices=Action.choices)
    subject = models.CharField("slag av rad", max_length=100)
    subject_key = models.TextField("radens nyckel")
    subject_name = models.TextField("rad")
    plan_slug = models.CharField("handlingsplan", max_length=60, blank=True)
    before = models.JSONField("före", default=dict)
    after = models.JSONField("efter", default=dict)
    previous_digest = models.CharField("föregående kontrollsumma", max_length=64)
    digest = models.CharField("kontrollsumma", max_length=64, unique=True)

    objects = LogQuerySet.as_manager()

    class Meta:
        verbose_name = "loggpost"
        verbose_name_plural = "logg"
        ordering = ["-number"]
        default_permissions = ["view"]
        indexes = [models.Index(fields=["plan_slug", "-number"], name="log_by_plan")]

    def __str__(self) -> str:
        return f"{self.number}. {self.subject_name} ({self.get_action_display()})"

    def save(self, *args, **kwargs) -> None:
        if not self._state.adding:
            raise LogIsClosedError
        super().save(*args, **{**kwargs, "force_insert": True})

    def delete(self, *args, **kwargs) -> Never:
        raise LogIsClosedError

    @property
    def words(self) -> tuple[str, ...]:
        """What changed, a Swedish line per field: ``Titel: ”Plan 2024” → ”Plan 2025”``."""
        names = [*self.before, *(name for name in self.after if name not in self.before)]
        return tuple(
            f"{self._label(name)}: {_in_words(self.before, name)} → {_in_words(self.after, name)}"
            if name in self.before
            else f"{self._label(name)}: {_in_words(self.after, name)}"
            for name in names
            if name != self.ROWS and self.before.get(name) != self.after.get(name)
        )

    def _label(self, name: str) -> str:
        try:
            label = word_of(apps.get_model(self.subject)._meta.get_field(name))
        except (LookupError, ValueError, FieldDoesNotExist, AttributeError):
            label = name
        return label[:1].upper() + label[1:]


class LogHead(models.Model):
    """The end of the chain, one row: locked by whoever adds to the log, and proof of how long it should be."""

    ROW = 1

    number = models.PositiveBigIntegerField("nummer")
    digest = models.CharField("kontrollsumma", max_length=64)

    class Meta:
        verbose_name = "loggens slut"
        verbose_name_plural = "loggens slut"
        default_permissions = []
        constraints = [
            models.CheckConstraint(
                condition=models.Q(pk=1),
                name="log_has_one_head",
                violation_error_message="Loggen har ett enda slut.",
            )
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.digest}"


def _in_words(values: dict, name: str) -> str:
    value = values.get(name)
    if value is None or value == "":
        return "tomt"
    if isinstance(value, bool):
        return "ja" if value else "nej"
    if isinstance(value, list):
        return ", ".join(map(str, value)) or "tomt"
    return f"”{value}”" if isinstance(value, str) else str(value)

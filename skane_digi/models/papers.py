from django.conf import settings
from django.db import models
from django.utils import timezone

from plans.models import Organisation, PlanVersion
from plans.natural_keys import new_key


class PaperBatch(models.Model):
    """An order for the papers of one version, for all its organisations or one. Each paper is kept as it is made.

    ``total`` is how many papers it will be; how many there are is counted. ``worked_at`` is when somebody last made
    one: a batch that nobody works on any more can be taken up by anyone.
    """

    key = models.SlugField("nyckel", max_length=32, unique=True, default=new_key, editable=False)
    version = models.ForeignKey(PlanVersion, models.PROTECT, related_name="paper_batches", verbose_name="version")
    kinds = models.JSONField("slag av handlingar", default=list)
    formats = models.JSONField("filformat", default=list)
    total = models.PositiveIntegerField("antal handlingar")
    ordered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="beställd av"
    )
    ordered_at = models.DateTimeField("beställd", default=timezone.now)
    worked_at = models.DateTimeField("senast arbetad med", null=True, blank=True)
    finished_at = models.DateTimeField("klar", null=True, blank=True)
    fault = models.CharField("fel", max_length=500, blank=True)

    class Meta:
        verbose_name = "beställning av handlingar"
        verbose_name_plural = "beställningar av handlingar"
        ordering = ["-ordered_at", "-pk"]
        default_permissions = ["view"]

    def __str__(self) -> str:
        return f"{self.version}, {self.total} handlingar"


class Paper(models.Model):
    """A finished paper of a batch, a PDF or a DOCX. ``organisation`` is ``None`` for one that is all members'."""

    batch = models.ForeignKey(PaperBatch, models.CASCADE, related_name="papers", verbose_name="beställning")
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="organisation"
    )
    name = models.CharField("filnamn", max_length=200)
    content = models.BinaryField("fil")
    made_at = models.DateTimeField("gjord", default=timezone.now)

    class Meta:
        verbose_name = "handling"
        verbose_name_plural = "handlingar"
        ordering = ["batch", "name"]
        default_permissions = ["view"]
        constraints = [models.UniqueConstraint(fields=["batch", "name"], name="paper_once_in_batch")]

    def __str__(self) -> str:
        return self.name

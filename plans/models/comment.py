from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from plans.models.organisation import Organisation
from plans.models.plan import Plan
from plans.models.referral import Referral
from plans.natural_keys import Keyed, NaturalKeyManager

LONGEST_COMMENT = 5_000
LONGEST_QUOTE = 500
LONGEST_NAME = 300
ABOUT = "Kommentar till "


class CommentThreadQuerySet(models.QuerySet):
    def unresolved(self) -> Self:
        return self.filter(resolved_at__isnull=True)

    def with_comments(self) -> Self:
        """Everything that a thread shows, in two queries."""
        comments = Comment.objects.select_related("organisation")
        return self.select_related("organisation", "opened_by", "resolved_by").prefetch_related(
            models.Prefetch("comments", comments)
        )


class CommentThread(Keyed):
    """A conversation about one row of a plan, or about one field of it, which can be answered and resolved.

    ``subject`` and ``subject_key`` are what ``plans.places.reference_of`` says of the row, so that a row that is
    removed and put back finds its threads again. ``field`` is empty where the whole row is meant. A thread of an
    ``organisation`` was begun by a member during a referral round; other members do not see it.
    """

    plan = models.ForeignKey(Plan, models.PROTECT, related_name="comment_threads", verbose_name="handlingsplan")
    subject = models.CharField("slag av rad", max_length=100)
    subject_key = models.TextField("radens nyckel")
    field = models.CharField("fält", max_length=60, blank=True)
    subject_name = models.CharField("rad", max_length=LONGEST_NAME)
    quote = models.CharField("citat", max_length=LONGEST_QUOTE, blank=True)
    opened_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="öppnad av")
    opened_at = models.DateTimeField("öppnad", default=timezone.now)
    resolved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
        verbose_name="klarmarkerad av",
    )
    resolved_at = models.DateTimeField("klarmarkerad", null=True, blank=True)
    referral = models.ForeignKey(
        Referral, models.PROTECT, related_name="threads", null=True, blank=True, verbose_name="remiss"
    )
    organisation = models.ForeignKey(
        Organisation,
        models.PROTECT,
        related_name="comment_threads",
        null=True,
        blank=True,
        verbose_name="organisation",
    )

    objects = NaturalKeyManager.from_queryset(CommentThreadQuerySet)()

    class Meta:
        verbose_name = "kommentarstråd"
        verbose_name_plural = "kommentarstrådar"
        ordering = ["plan", "opened_at", "pk"]
        default_permissions = ["view"]
        indexes = [models.Index(fields=["plan", "subject"], name="thread_by_plan_and_subject")]
        constraints = [
            models.CheckConstraint(
                condition=Q(resolved_at__isnull=True, resolved_by__isnull=True)
                | Q(resolved_at__isnull=False, resolved_by__isnull=False),
                name="thread_resolved_by_somebody",
                violation_error_message="En tråd som är klar har både tid och den som markerade den.",
            ),
            models.CheckConstraint(
                condition=Q(organisation__isnull=True) | Q(referral__isnull=False),
                name="thread_of_organisation_in_referral",
                violation_error_message="En organisations synpunkter hör till en remiss.",
            ),
        ]

    def __str__(self) -> str:
        return f"{ABOUT}{self.subject_name}"

    @property
    def is_resolved(self) -> bool:
        return self.resolved_at is not None

    @property
    def reference(self) -> tuple[str, str, str]:
        """What it is about: kind, key and field."""
        return self.subject, self.subject_key, self.field


class Comment(Keyed):
    """One contribution to a thread. It is never changed or removed; who wrote it keeps the name here."""

    thread = models.ForeignKey(CommentThread, models.PROTECT, related_name="comments", verbose_name="tråd")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="konto")
    author_name = models.CharField("vem", max_length=300)
    organisation = models.ForeignKey(
        Organisation,
        models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
        verbose_name="organisation",
        help_text="Den organisation som skriver; tomt för den som arbetar med planen.",
    )
    written_at = models.DateTimeField("skriven", default=timezone.now)
    text = models.TextField("text", max_length=LONGEST_COMMENT)

    objects = NaturalKeyManager()

    class Meta:
        verbose_name = "kommentar"
        verbose_name_plural = "kommentarer"
        ordering = ["thread", "written_at", "pk"]
        default_permissions = ["view"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(text=""),
                name="comment_has_text",
                violation_error_message="Skriv en kommentar.",
            )
        ]

    def __str__(self) -> str:
        return f"{self.author_name}: {self.text}"

    @property
    def plan(self) -> Plan:
        return self.thread.plan

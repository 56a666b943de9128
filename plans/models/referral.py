import datetime
from typing import Never, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from plans.models.organisation import Organisation
from plans.models.plan import Plan
from plans.natural_keys import Keyed, NaturalKeyManager

LONGEST_ANSWER = 20_000
LONGEST_MESSAGE = 5_000


class AnswerIsKeptError(Exception):
    """Somebody tried to remove an organisation's answer."""

    def __init__(self):
        super().__init__("Ett remissvar tas inte bort. Det kan ändras tills remissen avslutas.")


class ReferralQuerySet(models.QuerySet):
    def still_open(self) -> Self:
        """Rounds that have not been closed, also those whose last day has passed."""
        return self.filter(closed_at__isnull=True)

    def open_for_members(self, day: datetime.date) -> Self:
        """Rounds in which the members can still write on ``day``."""
        return self.still_open().filter(due_on__gte=day)


class Referral(Keyed):
    """A referral round (remiss): a draft is open to the members of its collaboration for comments until a day.

    ``log_number`` is the newest log entry when the round was opened: what the plan said then can be told from the log.
    A plan has one open round at a time, and a round that has been closed never changes.
    """

    plan = models.ForeignKey(Plan, models.PROTECT, related_name="referrals", verbose_name="handlingsplan")
    opened_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="öppnad av")
    opened_at = models.DateTimeField("öppnad", default=timezone.now)
    due_on = models.DateField("sista dag att svara")
    message = models.TextField("meddelande till medlemmarna", blank=True, max_length=LONGEST_MESSAGE)
    log_number = models.PositiveBigIntegerField("loggens sista nummer vid öppnandet", default=0)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True, blank=True, verbose_name="avslutad av"
    )
    closed_at = models.DateTimeField("avslutad", null=True, blank=True)

    objects = NaturalKeyManager.from_queryset(ReferralQuerySet)()

    class Meta:
        verbose_name = "remiss"
        verbose_name_plural = "remisser"
        ordering = ["plan", "opened_at", "pk"]
        default_permissions = ["view"]
        constraints = [
            models.UniqueConstraint(
                fields=["plan"],
                condition=Q(closed_at__isnull=True),
                name="referral_open_once_per_plan",
                violation_error_message="Planen är redan ute på remiss.",
            ),
            models.CheckConstraint(
                condition=Q(closed_at__isnull=True, closed_by__isnull=True)
                | Q(closed_at__isnull=False, closed_by__isnull=False),
                name="referral_closed_by_somebody",
                violation_error_message="En avslutad remiss har både tid och den som avslutade den.",
            ),
        ]

    def __str__(self) -> str:
        return f"Remiss av {self.plan}, svar senast {self.due_on}"

    @property
    def is_open(self) -> bool:
        """Whether it has not been closed; after the last day SGD can still record answers that came in time."""
        return self.closed_at is None

    def takes_answers_on(self, day: datetime.date) -> bool:
        """Whether members can write in it on ``day``: up to and including the last day to answer."""
        return self.is_open and day <= self.due_on


class AnswerQuerySet(models.QuerySet):
    """Answers that can be read, added and changed, but not removed."""

    def delete(self) -> Never:
        raise AnswerIsKeptError


class ReferralAnswer(Keyed):
    """What one organisation answers in a referral round, "no comment" included.

    It can be changed until the round is closed and is never removed; the log has what it said before.
    """

    class Kind(models.TextChoices):
        APPROVE = "approve", "Tillstyrker"
        APPROVE_WITH_COMMENTS = "approve_with_comments", "Tillstyrker med synpunkter"
        REJECT = "reject", "Avstyrker"
        NO_COMMENT = "no_comment", "Inga synpunkter"

    KINDS_WITHOUT_TEXT = (Kind.APPROVE, Kind.NO_COMMENT)

    referral = models.ForeignKey(Referral, models.PROTECT, related_name="answers", verbose_name="remiss")
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, related_name="referral_answers", verbose_name="organisation"
    )
    kind = models.CharField("ställningstagande", max_length=30, choices=Kind.choices)
    text = models.TextField("synpunkter", blank=True, max_length=LONGEST_ANSWER)
    registry_number = models.CharField("diarienummer", max_length=60, blank=True)
    answered_on = models.DateField("svarsdag")
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="registrerat av"
    )
    recorded_at = models.DateTimeField("registrerat", default=timezone.now)

    objects = NaturalKeyManager.from_queryset(AnswerQuerySet)()

    class Meta:
        verbose_name = "remissvar"
        verbose_name_plural = "remissvar"
        ordering = ["referral", "organisation__code"]
        default_permissions = ["view"]
        constraints = [
            models.UniqueConstraint(fields=["referral", "organisation"], name="referral_answer_once_per_organisation"),
            models.CheckConstraint(
                condition=Q(kind__in=["approve", "no_comment"]) | ~Q(text=""),
                name="referral_answer_with_comments_has_text",
                violation_error_message="Skriv synpunkterna, eller varför organisationen avstyrker.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.organisation}: {self.get_kind_display()}"

    def delete(self, *args, **kwargs) -> Never:
        raise AnswerIsKeptError

    @property
    def plan(self) -> Plan:
        return self.referral.plan

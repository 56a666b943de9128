from django.conf import settings
from django.db import models
from django.utils import timezone

from plans.models.organisation import Organisation
from plans.models.version import PlanVersion
from plans.natural_keys import Keyed, NaturalKeyManager, NaturallyKeyed


class ReminderLetter(Keyed):
    """A reminder to one person that one organisation's decision is awaited: claimed before it is sent, so never twice.

    ``occasion`` is ``30@261201``: 30, 7 or 1 days before the wanted day, or ``+1`` … weeks after it, and that day.
    """

    version = models.ForeignKey(PlanVersion, models.PROTECT, related_name="reminders", verbose_name="version")
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, related_name="reminders", verbose_name="organisation"
    )
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="reminders", verbose_name="person"
    )
    occasion = models.CharField("tillfälle", max_length=10)
    address = models.EmailField("adress")
    claimed_at = models.DateTimeField("påbörjat", default=timezone.now)
    sent_at = models.DateTimeField("skickat", null=True, blank=True)
    fault = models.CharField("fel vid sändning", max_length=300, blank=True)

    objects = NaturalKeyManager()

    class Meta:
        verbose_name = "påminnelse"
        verbose_name_plural = "påminnelser"
        ordering = ["version", "claimed_at", "pk"]
        default_permissions = ["view"]
        constraints = [
            models.UniqueConstraint(
                fields=["version", "organisation", "person", "occasion"], name="reminder_once_per_occasion"
            )
        ]

    def __str__(self) -> str:
        return f"{self.organisation}, {self.occasion}: {self.address}"


class LetterChoice(NaturallyKeyed):
    """What a person wants by e-mail. Without a row: everything."""

    NATURAL_KEY = ("person__username",)

    person = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="letter_choice", verbose_name="person"
    )
    wants_reminders = models.BooleanField("vill ha påminnelser om beslut", default=True)

    objects = NaturalKeyManager()

    class Meta:
        verbose_name = "val av brev"
        verbose_name_plural = "val av brev"
        ordering = ["person"]
        default_permissions = ["view"]

    def __str__(self) -> str:
        return f"{self.person}: {'påminnelser' if self.wants_reminders else 'inga påminnelser'}"

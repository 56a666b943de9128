from django.conf import settings
from django.db import models
from django.utils import timezone

from budgets.models import GrantDuty
from plans.natural_keys import new_key


class GrantLetter(models.Model):
    """A reminder to one person that a report of a state grant is owed: claimed before it is sent, so never twice.

    ``occasion`` is as in ``plans.models.ReminderLetter``: ``30@260331``, and ``+1@260331`` a week after the day.
    """

    key = models.SlugField("nyckel", max_length=32, unique=True, default=new_key, editable=False)
    duty = models.ForeignKey(GrantDuty, models.PROTECT, related_name="letters", verbose_name="återrapportering")
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="grant_letters", verbose_name="person"
    )
    occasion = models.CharField("tillfälle", max_length=10)
    address = models.EmailField("adress")
    claimed_at = models.DateTimeField("påbörjat", default=timezone.now)
    sent_at = models.DateTimeField("skickat", null=True, blank=True)
    fault = models.CharField("fel vid sändning", max_length=300, blank=True)

    class Meta:
        verbose_name = "påminnelse om återrapportering"
        verbose_name_plural = "påminnelser om återrapportering"
        ordering = ["duty", "claimed_at", "pk"]
        default_permissions = ["view"]
        constraints = [
            models.UniqueConstraint(fields=["duty", "person", "occasion"], name="grant_letter_once_per_occasion")
        ]

    def __str__(self) -> str:
        return f"{self.duty}, {self.occasion}: {self.address}"

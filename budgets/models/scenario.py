from django.conf import settings
from django.db import models

from plans.models import Plan
from plans.natural_keys import Keyed, NaturalKeyManager
from plans.years import PLAUSIBLE_YEAR


class Scenario(Keyed):
    """A what-if: changes to one year's costs, kept by name. ``changes`` is JSON that ``budgets.scenarios`` reads.

    It belongs to whoever made it until it ``is_shared`` with SGD.
    """

    plan = models.ForeignKey(Plan, models.PROTECT, related_name="scenarios", verbose_name="handlingsplan")
    year = models.PositiveSmallIntegerField("verksamhetsår", validators=PLAUSIBLE_YEAR)
    name = models.CharField("namn", max_length=120)
    description = models.TextField("beskrivning", blank=True, max_length=2_000)
    changes = models.JSONField("ändringar", default=dict, blank=True)
    is_shared = models.BooleanField("delas med SGD", default=False)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="scenarios",
        verbose_name="gjord av",
    )
    made_at = models.DateTimeField("gjord", editable=False)
    changed_at = models.DateTimeField("senast ändrad", editable=False)
    applied_at = models.DateTimeField("införd i utkastet", null=True, editable=False)

    objects = NaturalKeyManager()

    class Meta:
        verbose_name = "scenario"
        verbose_name_plural = "scenarier"
        ordering = ["plan", "year", "name"]
        constraints = [
            models.UniqueConstraint(
                fields=["plan", "name"],
                name="scenario_name_in_plan",
                violation_error_message="Planen har redan ett scenario med det namnet. Välj ett annat.",
            )
        ]

    def __str__(self) -> str:
        return self.name

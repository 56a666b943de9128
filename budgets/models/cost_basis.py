from django.core.exceptions import ValidationError
from django.db import models

from budgets.models.allocation_key import AllocationKey, KeyFigureSet
from budgets.models.allocation_rule import AllocationRule
from plans.models import PlanYear
from plans.natural_keys import NaturalKeyManager, NaturallyKeyed


class CostBasis(NaturallyKeyed):
    """What one activity year's cost is shared by where nothing else is decided: a rule and the key figures of a day.

    Rules that use other keys as well have their days in ``figure_choices``.
    """

    NATURAL_KEY = ("plan_year__plan__slug", "plan_year__year")

    plan_year = models.OneToOneField(PlanYear, models.PROTECT, related_name="cost_basis", verbose_name="verksamhetsår")
    figure_set = models.ForeignKey(KeyFigureSet, models.PROTECT, related_name="cost_bases", verbose_name="nyckeltal")
    rule = models.ForeignKey(
        AllocationRule, models.PROTECT, related_name="cost_bases", verbose_name="kostnadsfördelningsregel"
    )

    objects = NaturalKeyManager()

    class Meta:
        verbose_name = "fördelningsunderlag"
        verbose_name_plural = "fördelningsunderlag"
        ordering = ["plan_year"]

    def __str__(self) -> str:
        return f"{self.plan_year}: {self.rule}, {self.figure_set}"

    def clean(self) -> None:
        if not (self.plan_year_id and self.figure_set_id and self.rule_id):
            return
        key = self.rule.allocation_key
        if key.kind == AllocationKey.Kind.MEASURE and key != self.figure_set.allocation_key:
            raise ValidationError({"figure_set": "Nyckeltalen hör till en annan nyckel än regelns."})
        if self.rule.collaboration_id != self.plan_year.plan.collaboration_id:
            raise ValidationError({"rule": "Regeln hör till en annan samverkan än planen."})


class FigureChoice(NaturallyKeyed):
    """Which day's figures of one more key a year is shared by; for an increase also the day that it is counted from."""

    NATURAL_KEY = ("cost_basis__plan_year__plan__slug", "cost_basis__plan_year__year", "allocation_key__slug")

    cost_basis = models.ForeignKey(
        CostBasis, models.PROTECT, related_name="figure_choices", verbose_name="fördelningsunderlag"
    )
    allocation_key = models.ForeignKey(
        AllocationKey, models.PROTECT, related_name="figure_choices", verbose_name="fördelningsnyckel"
    )
    figure_set = models.ForeignKey(
        KeyFigureSet, models.PROTECT, related_name="figure_choices", verbose_name="nyckeltal"
    )
    earlier_set = models.ForeignKey(
        KeyFigureSet,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="later_choices",
        verbose_name="ökningen räknas från",
    )

    objects = NaturalKeyManager()

    class Meta:
        verbose_name = "val av nyckeltal"
        verbose_name_plural = "val av nyckeltal"
        ordering = ["cost_basis", "allocation_key__name"]
        constraints = [
            models.UniqueConstraint(
                fields=["cost_basis", "allocation_key"],
                name="figure_choice_once_per_key",
                violation_error_message="Året har redan nyckeltal för den nyckeln. Byt dem i stället.",
            )
        ]

    def __str__(self) -> str:
        return f"{self.cost_basis.plan_year}: {self.figure_set}"

    def clean(self) -> None:
        if not (self.allocation_key_id and self.figure_set_id):
            return
        if self.figure_set.allocation_key_id != self.allocation_key_id:
            raise ValidationError({"figure_set": "Nyckeltalen hör till en annan nyckel."})
        if not self.earlier_set_id:
            return
        if self.earlier_set.allocation_key_id != self.allocation_key_id:
            raise ValidationError({"earlier_set": "Nyckeltalen som ökningen räknas från hör till en annan nyckel."})
        if self.earlier_set.reference_date >= self.figure_set.reference_date:
            raise ValidationError({"earlier_set": "Ökningen räknas från en tidigare dag än den dag den räknas till."})

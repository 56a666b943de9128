from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q

from budgets.models.allocation_key import AllocationKey, KeyFigureSet
from plans.models import Collaboration, Party, PlanYear
from plans.natural_keys import NaturalKeyManager, NaturallyKeyed


class AllocationRule(NaturallyKeyed):
    """How a cost is split between the parties and, within each of them, by a key (kostnadsfördelningsregel)."""

    NATURAL_KEY = ("collaboration__slug", "slug")

    collaboration = models.ForeignKey(
        Collaboration, models.PROTECT, related_name="allocation_rules", verbose_name="samverkan"
    )
    slug = models.SlugField("kortnamn", max_length=60)
    name = models.CharField("namn", max_length=160)
    description = models.TextField("beskrivning", blank=True)
    allocation_key = models.ForeignKey(
        AllocationKey, models.PROTECT, related_name="rules", verbose_name="nyckel inom varje part"
    )
    is_default = models.BooleanField("gäller när inget annat beslutats", default=False)

    objects = NaturalKeyManager()

    class Meta:
        verbose_name = "kostnadsfördelningsregel"
        verbose_name_plural = "kostnadsfördelningsregler"
        ordering = ["collaboration", "-is_default", "name"]
        constraints = [
            models.UniqueConstraint(fields=["collaboration", "slug"], name="rule_slug_in_collaboration"),
            models.UniqueConstraint(
                fields=["collaboration"],
                condition=Q(is_default=True),
                name="one_default_rule_per_collaboration",
                violation_error_message="En annan regel gäller redan när inget annat beslutats. Välj en av dem.",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class PartyWeight(NaturallyKeyed):
    """A party's weight in a rule: 1 and 1 for an even split, 30 and 70 for another."""

    NATURAL_KEY = ("rule__collaboration__slug", "rule__slug", "party__slug")

    rule = models.ForeignKey(
        AllocationRule, models.PROTECT, related_name="party_weights", verbose_name="kostnadsfördelningsregel"
    )
    party = models.ForeignKey(Party, models.PROTECT, related_name="weights", verbose_name="part")
    weight = models.PositiveIntegerField("vikt", default=1)

    objects = NaturalKeyManager()

    class Meta:
        verbose_name = "parts vikt"
        verbose_name_plural = "parternas vikter"
        ordering = ["rule", "party__position", "pk"]
        constraints = [models.UniqueConstraint(fields=["rule", "party"], name="party_once_per_rule")]

    def __str__(self) -> str:
        return f"{self.party}: {self.weight}"


class CostBasis(NaturallyKeyed):
    """What one activity year's cost is shared by: the key figures of a day and a rule."""

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
        if self.rule.allocation_key_id != self.figure_set.allocation_key_id:
            raise ValidationError({"figure_set": "Nyckeltalen hör till en annan nyckel än regelns."})
        if self.rule.collaboration_id != self.plan_year.plan.collaboration_id:
            raise ValidationError({"rule": "Regeln hör till en annan samverkan än planen."})

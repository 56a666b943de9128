import datetime

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q

from budgets.models.allocation_rule import AllocationRule
from budgets.models.funding import BudgetLine
from budgets.querysets import RuleUseQuerySet
from plans.models import FocusArea, PlanVersion
from plans.models.frozen import Frozen, FrozenQuerySet
from plans.natural_keys import Keyed, NaturalKeyManager


class RuleUse(Keyed):
    """That an area, or one budget line, is shared by another rule than the year's own, and who decided so.

    It holds for the activity years whose first of January lies within its dates. A line's own goes before its area's.
    """

    rule = models.ForeignKey(
        AllocationRule, models.PROTECT, related_name="uses", verbose_name="kostnadsfördelningsregel"
    )
    focus_area = models.ForeignKey(
        FocusArea, models.PROTECT, null=True, blank=True, related_name="rule_uses", verbose_name="insatsområde"
    )
    budget_line = models.ForeignKey(
        BudgetLine, models.PROTECT, null=True, blank=True, related_name="rule_uses", verbose_name="budgetpost"
    )
    reason = models.TextField("skäl", max_length=2_000)
    decided_on = models.DateField("beslutad den")
    decided_by = models.CharField("beslutad av", max_length=160)
    decision_reference = models.CharField("beslutets beteckning", max_length=120, blank=True)
    valid_from = models.DateField("gäller från")
    valid_to = models.DateField("gäller till och med", null=True, blank=True)

    objects = NaturalKeyManager.from_queryset(RuleUseQuerySet)()

    class Meta:
        verbose_name = "avvikande kostnadsfördelning"
        verbose_name_plural = "avvikande kostnadsfördelningar"
        ordering = ["valid_from", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(focus_area__isnull=False, budget_line__isnull=True)
                | Q(focus_area__isnull=True, budget_line__isnull=False),
                name="rule_use_has_one_place",
                violation_error_message="Välj ett insatsområde eller en budgetpost, inte båda.",
            ),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")),
                name="rule_use_ends_after_it_begins",
                violation_error_message="Avvikelsen kan inte sluta gälla innan den börjar gälla.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.place}: {self.rule}"

    @property
    def place(self) -> FocusArea | BudgetLine:
        return self.focus_area or self.budget_line

    def is_valid_in(self, year: int) -> bool:
        """Whether it holds on the first of January of ``year``."""
        day = datetime.date(year, 1, 1)
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)

    def clean(self) -> None:
        if not (self.rule_id and (self.focus_area_id or self.budget_line_id)):
            return
        area = self.focus_area or self.budget_line.focus_area
        if area.plan.collaboration_id != self.rule.collaboration_id:
            raise ValidationError({"rule": "Regeln hör till en annan samverkan än planen."})


class RuleSeal(Keyed, Frozen):
    """That a frozen version shares by a rule: from then on the rule does not change."""

    rule = models.ForeignKey(
        AllocationRule, models.PROTECT, related_name="seals", verbose_name="kostnadsfördelningsregel"
    )
    version = models.ForeignKey(PlanVersion, models.PROTECT, related_name="rule_seals", verbose_name="fryst version")

    objects = NaturalKeyManager.from_queryset(FrozenQuerySet)()

    class Meta:
        verbose_name = "regel i en fryst version"
        verbose_name_plural = "regler i frysta versioner"
        ordering = ["version", "rule"]
        constraints = [models.UniqueConstraint(fields=["rule", "version"], name="rule_sealed_once_by_a_version")]

    def __str__(self) -> str:
        return f"{self.rule}: {self.version}"

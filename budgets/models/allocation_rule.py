import datetime
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import F, Q

from budgets.models.allocation_key import AllocationKey
from budgets.querysets import AllocationRuleQuerySet
from plans.models import Collaboration, Organisation, Party
from plans.natural_keys import NaturalKeyManager, NaturallyKeyed


class AllocationRule(NaturallyKeyed):
    """How a cost is split (kostnadsfördelningsregel): between parties by weights, within each of them by a key.

    Within a party every organisation first carries ``base_amount`` kronor; the key shares what is left. What an
    organisation has of the key above ``rebate_above`` counts ``rebate_percent`` per cent less. ``rounding`` is what
    every share is a whole number of. A rule that a frozen version shares by never changes: another ``replaces`` it.
    """

    NATURAL_KEY = ("collaboration__slug", "slug")

    class Rounding(models.TextChoices):
        ORE = "ore", "hela ören"
        KRONA = "kr", "hela kronor"

    collaboration = models.ForeignKey(
        Collaboration, models.PROTECT, related_name="allocation_rules", verbose_name="samverkan"
    )
    slug = models.SlugField("kortnamn", max_length=60)
    name = models.CharField("namn", max_length=160)
    description = models.TextField("beskrivning", blank=True)
    allocation_key = models.ForeignKey(
        AllocationKey, models.PROTECT, related_name="rules", verbose_name="nyckel inom varje part"
    )
    base_amount = models.DecimalField(
        "grundbelopp per organisation, kr", max_digits=14, decimal_places=2, null=True, blank=True
    )
    rebate_above = models.PositiveBigIntegerField("rabatt på nyckeln över", null=True, blank=True)
    rebate_percent = models.PositiveSmallIntegerField(
        "rabatt, procent", null=True, blank=True, validators=[MaxValueValidator(100)]
    )
    rounding = models.CharField("avrundas till", max_length=10, choices=Rounding.choices, default=Rounding.ORE)
    is_default = models.BooleanField("gäller när inget annat beslutats", default=False)
    decided_on = models.DateField("beslutad den", null=True, blank=True)
    decided_by = models.CharField("beslutad av", max_length=160, blank=True)
    decision_reference = models.CharField("beslutets beteckning", max_length=120, blank=True)
    valid_from = models.DateField("gäller från", null=True, blank=True)
    valid_to = models.DateField("gäller till och med", null=True, blank=True)
    replaces = models.OneToOneField(
        "self", models.PROTECT, null=True, blank=True, related_name="successor", verbose_name="ersätter"
    )

    objects = NaturalKeyManager.from_queryset(AllocationRuleQuerySet)()

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
            models.CheckConstraint(
                condition=Q(base_amount__isnull=True) | Q(base_amount__gte=Decimal(0)),
                name="rule_base_amount_not_negative",
                violation_error_message="Ett grundbelopp kan inte vara negativt.",
            ),
            models.CheckConstraint(
                condition=Q(rebate_above__isnull=True, rebate_percent__isnull=True)
                | Q(rebate_above__isnull=False, rebate_percent__isnull=False, rebate_percent__lte=100),
                name="rule_rebate_has_size_and_percent",
                violation_error_message="Ange både storlek och procent (högst 100) för rabatten, eller ingetdera.",
            ),
            models.CheckConstraint(
                condition=Q(valid_from__isnull=True) | Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")),
                name="rule_validity_ends_after_it_begins",
                violation_error_message="Regeln kan inte sluta gälla innan den börjar gälla.",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        if self.replaces_id and self.replaces_id == self.pk:
            raise ValidationError({"replaces": "En regel kan inte ersätta sig själv."})
        if self.replaces_id and self.collaboration_id != self.replaces.collaboration_id:
            raise ValidationError({"replaces": "Regeln som ersätts hör till en annan samverkan."})

    @property
    def is_sealed(self) -> bool:
        """Whether a frozen version shares by this rule, so that it can only be succeeded."""
        return self.pk is not None and self.seals.exists()

    def is_valid_on(self, day: datetime.date) -> bool:
        return (self.valid_from is None or self.valid_from <= day) and (self.valid_to is None or day <= self.valid_to)


class PartyWeight(NaturallyKeyed):
    """A party's weight in a rule (1 and 1 for an even split, 30 and 70 for another), and its own key if it has one."""

    NATURAL_KEY = ("rule__collaboration__slug", "rule__slug", "party__slug")

    rule = models.ForeignKey(
        AllocationRule, models.PROTECT, related_name="party_weights", verbose_name="kostnadsfördelningsregel"
    )
    party = models.ForeignKey(Party, models.PROTECT, related_name="weights", verbose_name="part")
    weight = models.PositiveIntegerField("vikt", default=1)
    allocation_key = models.ForeignKey(
        AllocationKey,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="party_weights",
        verbose_name="egen nyckel inom parten",
        help_text="Tomt: regelns nyckel.",
    )

    objects = NaturalKeyManager()

    class Meta:
        verbose_name = "parts vikt"
        verbose_name_plural = "parternas vikter"
        ordering = ["rule", "party__position", "pk"]
        constraints = [models.UniqueConstraint(fields=["rule", "party"], name="party_once_per_rule")]

    def __str__(self) -> str:
        return f"{self.party}: {self.weight}"


class RuleLimit(NaturallyKeyed):
    """An organisation that a rule leaves out, or lets pay no more than ``cap`` kronor of a year's cost."""

    NATURAL_KEY = ("rule__collaboration__slug", "rule__slug", "organisation__code")

    rule = models.ForeignKey(
        AllocationRule, models.PROTECT, related_name="limits", verbose_name="kostnadsfördelningsregel"
    )
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, related_name="rule_limits", verbose_name="organisation"
    )
    is_left_out = models.BooleanField("betalar inte", default=False)
    cap = models.DecimalField("betalar högst, kr", max_digits=14, decimal_places=2, null=True, blank=True)
    reason = models.CharField("skäl", max_length=300, blank=True)

    objects = NaturalKeyManager()

    class Meta:
        verbose_name = "undantag i en regel"
        verbose_name_plural = "undantag i regler"
        ordering = ["rule", "organisation__code"]
        constraints = [
            models.UniqueConstraint(
                fields=["rule", "organisation"],
                name="rule_limit_once_per_organisation",
                violation_error_message="Organisationen har redan ett undantag i regeln. Ändra det i stället.",
            ),
            models.CheckConstraint(
                condition=Q(is_left_out=True, cap__isnull=True)
                | Q(is_left_out=False, cap__isnull=False, cap__gte=Decimal(0)),
                name="rule_limit_leaves_out_or_caps",
                violation_error_message="Välj att organisationen inte betalar, eller ange det högsta beloppet.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.organisation}: betalar inte" if self.is_left_out else f"{self.organisation}: högst {self.cap} kr"

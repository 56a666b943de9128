from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from plans.models.frozen import Frozen, FrozenQuerySet
from plans.models.organisation import Organisation
from plans.models.plan import Plan
from plans.models.version import LONGEST_REASON, PlanVersion
from plans.natural_keys import Keyed, NaturalKeyManager


class DecisionQuerySet(FrozenQuerySet):
    def that_count(self) -> Self:
        """Leave out what a correction has superseded."""
        return self.filter(replaced_by__isnull=True).exclude(outcome=Decision.Outcome.WITHDRAWN)


class Decision(Keyed, Frozen):
    """What one instance of one organisation has decided, or proposes, about one version. It never changes.

    An organisation's instances stand in a chain, such as a board that proposes and a council that decides; the last
    one that decides counts. A correction is a new row that ``replaces`` the one in error, which stays readable.
    ``decided_on`` is unknown only in versions given as printed.
    """

    class Stage(models.TextChoices):
        PREPARES = "prepares", "bereder"
        PROPOSES = "proposes", "föreslår"
        DECIDES = "decides", "beslutar"

    class Outcome(models.TextChoices):
        ADOPTED = "adopted", "Antagen"
        CONDITIONAL = "conditional", "Antagen med villkor"
        REJECTED = "rejected", "Avslag"
        RETURNED = "returned", "Återremiss"
        TABLED = "tabled", "Bordlagd"
        WITHDRAWN = "withdrawn", "Utgår, felregistrerat"

    ADOPTING = (Outcome.ADOPTED, Outcome.CONDITIONAL)

    version = models.ForeignKey(PlanVersion, models.PROTECT, related_name="decisions", verbose_name="version")
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, related_name="decisions", verbose_name="organisation"
    )
    stage = models.CharField("vad instansen gör", max_length=20, choices=Stage.choices, default=Stage.DECIDES)
    outcome = models.CharField("utfall", max_length=20, choices=Outcome.choices)
    instance = models.CharField("instans", max_length=120, help_text="Till exempel Kommunstyrelsen.")
    decided_on = models.DateField("beslutsdag", null=True, blank=True)
    paragraph = models.CharField("paragraf", max_length=40, blank=True, help_text="Till exempel § 45.")
    case_number = models.CharField("diarienummer", max_length=60, blank=True)
    comment = models.TextField("kommentar", blank=True, max_length=LONGEST_REASON)
    replaces = models.OneToOneField(
        "self", models.PROTECT, null=True, blank=True, related_name="replaced_by", verbose_name="rättar"
    )
    correction_reason = models.TextField("varför det rättas", blank=True, max_length=LONGEST_REASON)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="registrerat av"
    )
    recorded_by_name = models.CharField("vem som registrerade", max_length=300)
    recorded_at = models.DateTimeField("registrerat", default=timezone.now)

    objects = NaturalKeyManager.from_queryset(DecisionQuerySet)()

    class Meta:
        verbose_name = "beslut"
        verbose_name_plural = "beslut"
        ordering = ["version", "organisation__code", "recorded_at", "pk"]
        default_permissions = ["view"]
        constraints = [
            models.CheckConstraint(
                condition=Q(replaces__isnull=True, correction_reason="")
                | (Q(replaces__isnull=False) & ~Q(correction_reason="")),
                name="decision_correction_has_reason",
                violation_error_message="Skriv varför beslutet rättas.",
            ),
            models.CheckConstraint(
                condition=~Q(outcome="withdrawn") | Q(replaces__isnull=False),
                name="decision_withdrawn_only_as_correction",
                violation_error_message="Bara en rättelse kan låta ett registrerat beslut utgå.",
            ),
            models.CheckConstraint(
                condition=~Q(instance=""),
                name="decision_has_instance",
                violation_error_message="Ange vilken instans som har beslutat.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.organisation}, {self.instance}: {self.get_outcome_display()}"

    @property
    def plan(self) -> Plan:
        return self.version.plan

    @property
    def is_adopting(self) -> bool:
        return self.outcome in self.ADOPTING


class DecisionCondition(Keyed, Frozen):
    """Something that an organisation's adoption rests on. The register works out whether it is met.

    Free text cannot be worked out: the chair finds it met, with a reason (``ConditionFinding``).
    """

    class Kind(models.TextChoices):
        ALL_MUNICIPALITIES = "all_municipalities", "alla kommuner antar"
        REGION = "region", "regionen antar"
        NAMED = "named", "namngivna organisationer antar"
        FREE_TEXT = "free_text", "annat villkor"

    decision = models.ForeignKey(Decision, models.PROTECT, related_name="conditions", verbose_name="beslut")
    kind = models.CharField("slag", max_length=20, choices=Kind.choices)
    organisations = models.ManyToManyField(
        Organisation, blank=True, related_name="+", verbose_name="organisationer som ska anta"
    )
    text = models.TextField("ordalydelse", blank=True, max_length=LONGEST_REASON)
    position = models.PositiveSmallIntegerField("ordning", default=0)

    objects = NaturalKeyManager.from_queryset(FrozenQuerySet)()

    class Meta:
        verbose_name = "villkor"
        verbose_name_plural = "villkor"
        ordering = ["decision", "position", "pk"]
        default_permissions = ["view"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(kind="free_text") | ~Q(text=""),
                name="condition_in_words_has_text",
                violation_error_message="Skriv villkorets ordalydelse.",
            )
        ]

    def __str__(self) -> str:
        return self.text or self.get_kind_display()


class ConditionFinding(Keyed, Frozen):
    """What the chair has found of a condition in words, with the reason. The last finding counts."""

    condition = models.ForeignKey(DecisionCondition, models.PROTECT, related_name="findings", verbose_name="villkor")
    is_met = models.BooleanField("uppfyllt")
    reason = models.TextField("skäl", max_length=LONGEST_REASON)
    found_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="bedömt av"
    )
    found_by_name = models.CharField("vem", max_length=300)
    found_at = models.DateTimeField("bedömt", default=timezone.now)

    objects = NaturalKeyManager.from_queryset(FrozenQuerySet)()

    class Meta:
        verbose_name = "bedömning av villkor"
        verbose_name_plural = "bedömningar av villkor"
        ordering = ["condition", "found_at", "pk"]
        default_permissions = ["view"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(reason=""),
                name="condition_finding_has_reason",
                violation_error_message="Skriv vad bedömningen grundas på.",
            )
        ]

    def __str__(self) -> str:
        return f"{self.condition}: {'uppfyllt' if self.is_met else 'inte uppfyllt'}"


class ProtocolExtract(Keyed, Frozen):
    """The protocol extract of a decision, a PDF. It is kept in the database, out of reach of the web server."""

    decision = models.OneToOneField(Decision, models.PROTECT, related_name="extract", verbose_name="beslut")
    name = models.CharField("filnamn", max_length=200)
    content = models.BinaryField("fil")
    size = models.PositiveIntegerField("storlek i byte")
    digest = models.CharField("kontrollsumma", max_length=64)

    objects = NaturalKeyManager.from_queryset(FrozenQuerySet)()

    class Meta:
        verbose_name = "protokollsutdrag"
        verbose_name_plural = "protokollsutdrag"
        ordering = ["decision"]
        default_permissions = ["view"]

    def __str__(self) -> str:
        return self.name

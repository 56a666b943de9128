from decimal import Decimal

from django.db import models
from django.db.models import Q

from budgets.models.allocation_key import AllocationKey, KeyFigureSet
from plans.models import Collaboration, Organisation
from plans.natural_keys import Keyed, NaturalKeyManager, NaturallyKeyed
from plans.years import PLAUSIBLE_YEAR


class GrantAgreement(NaturallyKeyed):
    """A state grant (statsbidrag) of one year: what the state and the sector have agreed, and who sees to it here.

    ``total_amount`` is the whole of the agreement in kronor, as it is stated.
    """

    NATURAL_KEY = ("slug",)

    collaboration = models.ForeignKey(
        Collaboration, models.PROTECT, related_name="grant_agreements", verbose_name="samverkan"
    )
    slug = models.SlugField("kortnamn", max_length=80, unique=True)
    name = models.CharField("namn", max_length=200)
    year = models.PositiveSmallIntegerField("bidragsår", validators=PLAUSIBLE_YEAR)
    giver = models.CharField("bidragsgivare", max_length=200)
    purpose = models.TextField("ändamål", blank=True)
    total_amount = models.DecimalField(
        "överenskommelsens belopp, kr", max_digits=14, decimal_places=2, null=True, blank=True
    )
    source = models.TextField("källa", blank=True)
    decided_on = models.DateField("beslutad den", null=True, blank=True)
    decided_by = models.CharField("beslutad av", max_length=160, blank=True)
    decision_reference = models.CharField("beslutets beteckning", max_length=120, blank=True)
    responsible = models.CharField("ansvarig", max_length=200, blank=True)
    contact = models.CharField("kontaktperson", max_length=200, blank=True)

    objects = NaturalKeyManager()

    class Meta:
        verbose_name = "statsbidrag"
        verbose_name_plural = "statsbidrag"
        ordering = ["-year", "name"]
        constraints = [
            models.CheckConstraint(
                condition=Q(total_amount__isnull=True) | Q(total_amount__gte=Decimal(0)),
                name="grant_total_not_negative",
                violation_error_message="Ett statsbidrag kan inte vara negativt.",
            )
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.year}"


class GrantArea(NaturallyKeyed):
    """A development area of a grant (utvecklingsområde): what its money may be used for and where it is booked."""

    NATURAL_KEY = ("agreement__slug", "slug")

    agreement = models.ForeignKey(GrantAgreement, models.PROTECT, related_name="areas", verbose_name="statsbidrag")
    slug = models.SlugField("kortnamn", max_length=80)
    name = models.CharField("namn", max_length=200)
    may_be_used_for = models.TextField("får användas till", blank=True)
    object_code = models.CharField("objektkod", max_length=20, blank=True)
    responsible = models.CharField("ansvarig", max_length=200, blank=True)
    position = models.PositiveSmallIntegerField("ordning", default=0)

    objects = NaturalKeyManager()

    class Meta:
        verbose_name = "utvecklingsområde"
        verbose_name_plural = "utvecklingsområden"
        ordering = ["agreement", "position", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["agreement", "slug"], name="grant_area_slug_in_agreement"),
        ]

    def __str__(self) -> str:
        return self.name


class GrantAmount(Keyed):
    """An amount of a development area to one group of receivers, and how it is distributed among them.

    Every receiver first gets ``base_amount`` kronor, and ``allocation_key`` distributes what is left by the figures of
    ``figure_set`` (for an increase counted from ``earlier_set``). ``receiver_count`` is how many receivers there are in
    the whole country; those without figures of their own share what the set's stated total leaves. Where the figures
    are not known ``missing_input`` says which. A reserved amount may be used for its own purpose only.
    """

    class Receivers(models.TextChoices):
        REGIONS = "regions", "regioner"
        MUNICIPALITIES = "municipalities", "kommuner"
        SHARED = "shared", "regioner och kommuner gemensamt"
        OTHER = "other", "nationellt stöd"

    area = models.ForeignKey(GrantArea, models.PROTECT, related_name="amounts", verbose_name="utvecklingsområde")
    label = models.CharField("del av området", max_length=200, blank=True)
    receivers = models.CharField("mottagare", max_length=20, choices=Receivers.choices)
    receiver_count = models.PositiveSmallIntegerField("antal mottagare i landet", null=True, blank=True)
    amount = models.DecimalField("belopp, kr", max_digits=14, decimal_places=2)
    is_reserved = models.BooleanField("får bara användas till detta", default=False)
    distribution = models.TextField("fördelas så här", blank=True)
    base_amount = models.DecimalField(
        "grundbelopp per mottagare, kr", max_digits=14, decimal_places=2, null=True, blank=True
    )
    allocation_key = models.ForeignKey(
        AllocationKey,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="grant_amounts",
        verbose_name="fördelningsnyckel",
    )
    figure_set = models.ForeignKey(
        KeyFigureSet,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="grant_amounts",
        verbose_name="nyckeltal",
    )
    earlier_set = models.ForeignKey(
        KeyFigureSet,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="later_grant_amounts",
        verbose_name="ökningen räknas från",
    )
    missing_input = models.TextField("underlag som saknas", blank=True)
    position = models.PositiveSmallIntegerField("ordning", default=0)

    objects = NaturalKeyManager()

    class Meta:
        verbose_name = "statsbidragsbelopp"
        verbose_name_plural = "statsbidragsbelopp"
        ordering = ["area__position", "position", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["area", "label", "receivers"], name="grant_amount_once_per_part"),
            models.CheckConstraint(
                condition=Q(amount__gte=Decimal(0)),
                name="grant_amount_not_negative",
                violation_error_message="Ett statsbidrag kan inte vara negativt.",
            ),
            models.CheckConstraint(
                condition=Q(base_amount__isnull=True) | Q(base_amount__gte=Decimal(0)),
                name="grant_base_amount_not_negative",
                violation_error_message="Ett grundbelopp kan inte vara negativt.",
            ),
        ]

    def __str__(self) -> str:
        label = f", {self.label}" if self.label else ""
        return f"{self.area}{label}, {self.get_receivers_display()}"


class GrantShare(Keyed):
    """What one organisation receives of a grant amount, as its decision prints it."""

    grant_amount = models.ForeignKey(
        GrantAmount, models.PROTECT, related_name="shares", verbose_name="statsbidragsbelopp"
    )
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, related_name="grant_shares", verbose_name="organisation"
    )
    amount = models.DecimalField("tilldelat belopp, kr", max_digits=14, decimal_places=2)
    remark = models.TextField("anmärkning", blank=True)

    objects = NaturalKeyManager()

    class Meta:
        verbose_name = "tilldelning av statsbidrag"
        verbose_name_plural = "tilldelningar av statsbidrag"
        ordering = ["grant_amount__area__position", "grant_amount__position", "organisation__code"]
        constraints = [
            models.UniqueConstraint(
                fields=["grant_amount", "organisation"],
                name="grant_share_once_per_organisation",
                violation_error_message="Organisationen har redan en tilldelning av det beloppet. Ändra den i stället.",
            ),
            models.CheckConstraint(
                condition=Q(amount__gte=Decimal(0)),
                name="grant_share_not_negative",
                violation_error_message="En tilldelning kan inte vara negativ.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.organisation}: {self.grant_amount}"

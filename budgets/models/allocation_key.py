from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q

from budgets.querysets import KeyFigureSetQuerySet
from plans.models import Organisation
from plans.natural_keys import NaturalKeyManager, NaturallyKeyed


class AllocationKey(NaturallyKeyed):
    """What cost can follow (fördelningsnyckel): a measure such as population, or something worked out of measures.

    A weighted key is the sum of its ``components``, an increase what ``measured_by`` grew by between two days.
    """

    NATURAL_KEY = ("slug",)

    class Kind(models.TextChoices):
        MEASURE = "measure", "värden per organisation och dag"
        EQUAL = "equal", "lika delar"
        WEIGHTED = "weighted", "vägd summa av andra nycklar"
        INCREASE = "increase", "ökning mellan två dagar"

    slug = models.SlugField("kortnamn", max_length=60, unique=True)
    name = models.CharField("namn", max_length=120)
    unit = models.CharField("enhet", max_length=40)
    kind = models.CharField("slag", max_length=20, choices=Kind.choices, default=Kind.MEASURE)
    measured_by = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="increases",
        verbose_name="nyckel som ökningen mäts i",
    )
    description = models.TextField("beskrivning", blank=True)

    objects = NaturalKeyManager()

    class Meta:
        verbose_name = "fördelningsnyckel"
        verbose_name_plural = "fördelningsnycklar"
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind="increase", measured_by__isnull=False)
                | (~Q(kind="increase") & Q(measured_by__isnull=True)),
                name="increase_says_what_it_measures",
                violation_error_message="Ange vilken nyckel ökningen mäts i. Övriga slag av nycklar har ingen sådan.",
            )
        ]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        if self.measured_by_id and self.measured_by.kind != self.Kind.MEASURE:
            raise ValidationError(
                {"measured_by": "En ökning mäts i en nyckel som har värden per organisation och dag."}
            )


class KeyComponent(NaturallyKeyed):
    """One key in a weighted sum and what each of its units counts as: rural inhabitants 1, sparsely populated 4."""

    NATURAL_KEY = ("allocation_key__slug", "part__slug")

    allocation_key = models.ForeignKey(
        AllocationKey, models.PROTECT, related_name="components", verbose_name="vägd nyckel"
    )
    part = models.ForeignKey(AllocationKey, models.PROTECT, related_name="component_of", verbose_name="nyckel i summan")
    weight = models.DecimalField("vikt", max_digits=9, decimal_places=2, default=1)

    objects = NaturalKeyManager()

    class Meta:
        verbose_name = "nyckel i en vägd summa"
        verbose_name_plural = "nycklar i vägda summor"
        ordering = ["allocation_key", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["allocation_key", "part"],
                name="component_once_per_key",
                violation_error_message="Nyckeln finns redan i summan. Ändra dess vikt i stället.",
            ),
            models.CheckConstraint(
                condition=Q(weight__gt=0),
                name="component_weight_positive",
                violation_error_message="En nyckels vikt i summan är större än noll.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.weight} × {self.part}"

    def clean(self) -> None:
        if not (self.allocation_key_id and self.part_id):
            return
        if self.allocation_key.kind != AllocationKey.Kind.WEIGHTED:
            raise ValidationError({"allocation_key": "Bara en vägd summa består av andra nycklar."})
        if self.part.kind == AllocationKey.Kind.WEIGHTED:
            raise ValidationError(
                {"part": "En vägd summa består av mått, ökningar eller lika delar, inte av vägda summor."}
            )


class KeyFigureSet(NaturallyKeyed):
    """A key's values per organisation on one day, with their source.

    ``stated_total`` is the total that the source itself prints, where it prints one; it may differ from the sum of the
    parts. A set whose parts are not known takes them from ``parts_from`` and says so.
    """

    NATURAL_KEY = ("allocation_key__slug", "region_code", "reference_date")

    class Quality(models.TextChoices):
        OFFICIAL = "official", "fastställd statistik"
        PERTURBED = "perturbed", "statistik med slumpvis brus"
        PRINTED = "printed", "tryckt i en handlingsplan"

    allocation_key = models.ForeignKey(
        AllocationKey, models.PROTECT, related_name="figure_sets", verbose_name="fördelningsnyckel"
    )
    region_code = models.CharField("SCB:s regionkod", max_length=4, help_text="12 för Skåne, 00 för riket.")
    region_name = models.CharField("område", max_length=80)
    reference_date = models.DateField("avser dag")
    quality = models.CharField("kvalitet", max_length=20, choices=Quality.choices, default=Quality.OFFICIAL)
    source = models.TextField("källa")
    stated_total = models.PositiveBigIntegerField("källans egen summa", null=True, blank=True)
    parts_from = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="lent_to", verbose_name="delarna hämtas från"
    )
    remark = models.TextField("anmärkning", blank=True)

    objects = NaturalKeyManager.from_queryset(KeyFigureSetQuerySet)()

    class Meta:
        verbose_name = "nyckeltal för en dag"
        verbose_name_plural = "nyckeltal per dag"
        ordering = ["allocation_key", "region_code", "-reference_date"]
        constraints = [
            models.UniqueConstraint(
                fields=["allocation_key", "region_code", "reference_date"], name="figure_set_once_per_day"
            ),
            models.CheckConstraint(
                condition=Q(parts_from__isnull=True) | ~Q(remark=""),
                name="borrowed_parts_are_explained",
                violation_error_message="Skriv i anmärkningen varför delarna hämtas från en annan dag.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.allocation_key} {self.region_name} {self.reference_date:%Y-%m-%d}"

    def clean(self) -> None:
        if self.parts_from and self.parts_from.parts_from_id:
            raise ValidationError({"parts_from": "Välj dagen som har egna delar, inte en som själv lånar dem."})

    @property
    def parts_set(self) -> "KeyFigureSet":
        """The set that holds the parts: this one, or the one they are borrowed from."""
        return self.parts_from or self


class KeyFigure(NaturallyKeyed):
    """One organisation's value in a set."""

    NATURAL_KEY = (
        "figure_set__allocation_key__slug",
        "figure_set__region_code",
        "figure_set__reference_date",
        "organisation__code",
    )

    figure_set = models.ForeignKey(KeyFigureSet, models.PROTECT, related_name="figures", verbose_name="nyckeltal")
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, related_name="key_figures", verbose_name="organisation"
    )
    value = models.PositiveBigIntegerField("värde")

    objects = NaturalKeyManager()

    class Meta:
        verbose_name = "nyckeltal"
        verbose_name_plural = "nyckeltal"
        ordering = ["figure_set", "organisation__code"]
        constraints = [
            models.UniqueConstraint(fields=["figure_set", "organisation"], name="key_figure_once_per_organisation")
        ]

    def __str__(self) -> str:
        return f"{self.organisation}: {self.value}"

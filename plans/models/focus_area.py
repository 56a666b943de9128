from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.urls import reverse

from plans.models.collaboration import Body
from plans.models.plan import Plan
from plans.natural_keys import Keyed, NaturalKeyManager, NaturallyKeyed
from plans.querysets import FocusAreaQuerySet
from plans.richtext import RichTextField


class FocusArea(NaturallyKeyed):
    """A focus area (insatsområde) of one plan: why, what it aims at, what is done and who answers for it."""

    NATURAL_KEY = ("plan__slug", "slug")

    plan = models.ForeignKey(Plan, models.PROTECT, related_name="focus_areas", verbose_name="handlingsplan")
    slug = models.SlugField("kortnamn i adresser", max_length=80)
    name = models.CharField("namn", max_length=200)
    abbreviation = models.CharField("förkortning", max_length=20, blank=True)
    table_name = models.CharField(
        "namn i tabeller", max_length=120, blank=True, help_text="Lämnas tomt om tabellen skriver namnet som det är."
    )
    position = models.PositiveSmallIntegerField("ordning", default=0)
    background = RichTextField("bakgrund")
    purpose = RichTextField("syfte och nytta", help_text="Underrubriker går bra.")

    objects = NaturalKeyManager.from_queryset(FocusAreaQuerySet)()

    class Meta:
        verbose_name = "insatsområde"
        verbose_name_plural = "insatsområden"
        ordering = ["plan", "position", "pk"]
        constraints = [models.UniqueConstraint(fields=["plan", "slug"], name="focus_area_slug_in_plan")]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("portal:focus-area", args=[self.plan.slug, self.slug])

    @property
    def title(self) -> str:
        """The name with its abbreviation: ``Säker Digital Kommunikation (SDK)``."""
        return f"{self.name} ({self.abbreviation})" if self.abbreviation else self.name

    @property
    def name_in_tables(self) -> str:
        return self.table_name or self.name


class AreaLineage(Keyed):
    """How a focus area of one plan follows from the plan before: new, continued, renamed or ended.

    ``plan`` is the later plan, the one that makes the change. A split or a merger is several rows.
    """

    class Kind(models.TextChoices):
        NEW = "new", "nytt"
        CONTINUED = "continued", "fortsätter"
        RENAMED = "renamed", "byter namn"
        ENDED = "ended", "avslutas"

    plan = models.ForeignKey(Plan, models.PROTECT, related_name="lineage", verbose_name="handlingsplan")
    kind = models.CharField("förändring", max_length=20, choices=Kind.choices)
    predecessor = models.ForeignKey(
        FocusArea,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="successions",
        verbose_name="område i planen före",
    )
    successor = models.ForeignKey(
        FocusArea,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="origins",
        verbose_name="område i den här planen",
    )
    reason = models.TextField("skäl", blank=True)

    objects = NaturalKeyManager()

    class Meta:
        verbose_name = "områdets ursprung"
        verbose_name_plural = "områdenas ursprung"
        ordering = ["plan", "successor__position", "predecessor__position", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind="new", predecessor__isnull=True, successor__isnull=False)
                | Q(kind="ended", predecessor__isnull=False, successor__isnull=True)
                | Q(kind__in=["continued", "renamed"], predecessor__isnull=False, successor__isnull=False),
                name="lineage_kind_matches_areas",
                violation_error_message=(
                    "Ett nytt område har inget område före sig, ett avslutat inget efter sig; övriga har båda."
                ),
            ),
            models.UniqueConstraint(fields=["predecessor", "successor"], name="lineage_once"),
        ]

    def __str__(self) -> str:
        return f"{self.predecessor or '–'} → {self.successor or '–'} ({self.get_kind_display()})"

    def clean(self) -> None:
        if self.successor and self.successor.plan_id != self.plan_id:
            raise ValidationError({"successor": "Området ska höra till den här planen."})
        if self.predecessor and self.predecessor.plan_id == self.plan_id:
            raise ValidationError({"predecessor": "Området ska höra till en tidigare plan."})


class Goal(Keyed):
    """An overall goal (övergripande mål) of a focus area."""

    focus_area = models.ForeignKey(FocusArea, models.PROTECT, related_name="goals", verbose_name="insatsområde")
    text = models.TextField("mål")
    position = models.PositiveSmallIntegerField("ordning", default=0)

    objects = NaturalKeyManager()

    class Meta:
        verbose_name = "övergripande mål"
        verbose_name_plural = "övergripande mål"
        ordering = ["focus_area", "position", "pk"]

    def __str__(self) -> str:
        return self.text


class Responsibility(NaturallyKeyed):
    """A body that answers for a focus area, and the body on whose behalf it does so."""

    NATURAL_KEY = ("focus_area__plan__slug", "focus_area__slug", "body__slug")

    focus_area = models.ForeignKey(
        FocusArea, models.PROTECT, related_name="responsibilities", verbose_name="insatsområde"
    )
    body = models.ForeignKey(Body, models.PROTECT, related_name="responsibilities", verbose_name="ansvarigt organ")
    on_behalf_of = models.ForeignKey(
        Body,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="delegated_responsibilities",
        verbose_name="på uppdrag av",
    )
    position = models.PositiveSmallIntegerField("ordning", default=0)

    objects = NaturalKeyManager()

    class Meta:
        verbose_name = "ansvar"
        verbose_name_plural = "ansvar"
        ordering = ["focus_area", "position", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["focus_area", "body"], name="responsible_body_once_per_area"),
            models.CheckConstraint(
                condition=Q(on_behalf_of__isnull=True) | ~Q(on_behalf_of=models.F("body")),
                name="responsibility_not_on_own_behalf",
                violation_error_message="Ett organ kan inte ansvara på uppdrag av sig självt.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.body}, på uppdrag av {self.on_behalf_of}" if self.on_behalf_of else str(self.body)

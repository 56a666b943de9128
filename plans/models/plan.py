from django.db import models
from django.db.models import Q
from django.urls import reverse

from plans.models.collaboration import Collaboration
from plans.natural_keys import Keyed, NaturalKeyManager, NaturallyKeyed
from plans.querysets import PlanQuerySet
from plans.richtext import RichTextField
from plans.years import FIRST, LAST


class Plan(NaturallyKeyed):
    """An action plan (handlingsplan) for one or more consecutive activity years.

    From the moment it is sent for decision its content may not change; see ``is_locked``.
    """

    NATURAL_KEY = ("slug",)

    class Status(models.TextChoices):
        DRAFT = "draft", "Utkast"
        REFERRAL = "referral", "Remiss"
        SUBMITTED = "submitted", "För beslut"
        PREPARED = "prepared", "Behandlad"
        RECOMMENDED = "recommended", "Rekommenderad"
        DECIDING = "deciding", "Beslut hos huvudmännen"
        ADOPTED = "adopted", "Fastställd"
        CLOSED = "closed", "Avslutad"

    PUBLIC_STATUSES = (
        Status.SUBMITTED,
        Status.PREPARED,
        Status.RECOMMENDED,
        Status.DECIDING,
        Status.ADOPTED,
        Status.CLOSED,
    )
    DECIDED_STATUSES = (Status.ADOPTED, Status.CLOSED)

    collaboration = models.ForeignKey(Collaboration, models.PROTECT, related_name="plans", verbose_name="samverkan")
    slug = models.SlugField("kortnamn i adresser", max_length=60, unique=True, help_text="Till exempel 2024.")
    title = models.CharField("titel", max_length=200)
    subtitle = models.CharField("undertitel", max_length=300, blank=True)
    status = models.CharField("läge", max_length=20, choices=Status.choices, default=Status.DRAFT)
    dated_on = models.DateField("datum", null=True, blank=True)
    date_note = models.CharField("om datumet", max_length=300, blank=True)

    objects = NaturalKeyManager.from_queryset(PlanQuerySet)()

    class Meta:
        verbose_name = "handlingsplan"
        verbose_name_plural = "handlingsplaner"
        ordering = ["-slug"]
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    status__in=[
                        "draft",
                        "referral",
                        "submitted",
                        "prepared",
                        "recommended",
                        "deciding",
                        "adopted",
                        "closed",
                    ]
                ),
                name="plan_status_known",
                violation_error_message="Det läget finns inte.",
            )
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("portal:plan", args=[self.slug])

    @property
    def is_public(self) -> bool:
        """Whether anyone may read the plan without an account."""
        return self.status in self.PUBLIC_STATUSES

    @property
    def is_decided(self) -> bool:
        return self.status in self.DECIDED_STATUSES

    @property
    def is_locked(self) -> bool:
        """Whether the content may no longer change: it has left the house."""
        return self.is_public

    @property
    def years_text(self) -> str:
        """The activity years as written: ``2024`` or ``2022–2023``."""
        years = [row.year for row in self.years.all()]
        if not years:
            return ""
        return str(years[0]) if len(years) == 1 else f"{years[0]}–{years[-1]}"


class PlanYear(NaturallyKeyed):
    """One activity year (verksamhetsår) of a plan."""

    NATURAL_KEY = ("plan__slug", "year")

    plan = models.ForeignKey(Plan, models.PROTECT, related_name="years", verbose_name="handlingsplan")
    year = models.PositiveSmallIntegerField("verksamhetsår")

    objects = NaturalKeyManager()

    class Meta:
        verbose_name = "verksamhetsår"
        verbose_name_plural = "verksamhetsår"
        ordering = ["plan", "year"]
        constraints = [
            models.UniqueConstraint(fields=["plan", "year"], name="plan_year_once"),
            models.CheckConstraint(
                condition=Q(year__gte=FIRST, year__lte=LAST),
                name="plan_year_plausible",
                violation_error_message="Verksamhetsåret ska ligga mellan 1990 och 2200.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.plan.slug}: {self.year}"


class PlanSection(Keyed):
    """A section of running text before or after the focus areas."""

    class Place(models.TextChoices):
        BEFORE_AREAS = "before", "före insatsområdena"
        AFTER_AREAS = "after", "efter insatsområdena"

    plan = models.ForeignKey(Plan, models.PROTECT, related_name="sections", verbose_name="handlingsplan")
    heading = models.CharField("rubrik", max_length=200)
    slug = models.SlugField("kortnamn i adresser", max_length=80)
    place = models.CharField("plats", max_length=10, choices=Place.choices, default=Place.BEFORE_AREAS)
    position = models.PositiveSmallIntegerField("ordning", default=0)
    text = RichTextField("text")

    objects = NaturalKeyManager()

    class Meta:
        verbose_name = "avsnitt"
        verbose_name_plural = "avsnitt"
        ordering = ["plan", "-place", "position", "pk"]
        constraints = [models.UniqueConstraint(fields=["plan", "slug"], name="section_slug_in_plan")]

    def __str__(self) -> str:
        return self.heading


class WatchedMatter(Keyed):
    """Something the steering group follows without planning activities for it."""

    plan = models.ForeignKey(Plan, models.PROTECT, related_name="watched_matters", verbose_name="handlingsplan")
    name = models.CharField("namn", max_length=200)
    description = models.TextField("beskrivning", blank=True)
    position = models.PositiveSmallIntegerField("ordning", default=0)

    objects = NaturalKeyManager()

    class Meta:
        verbose_name = "bevakad fråga"
        verbose_name_plural = "bevakade frågor"
        ordering = ["plan", "position", "pk"]

    def __str__(self) -> str:
        return self.name

import datetime

from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q
from django.urls import reverse

from plans.models.collaboration import Collaboration, Party
from plans.natural_keys import NaturalKeyManager, NaturallyKeyed
from plans.organisation_numbers import fault_in
from plans.querysets import MembershipQuerySet, OrganisationQuerySet


def validate_organisation_number(number: str) -> None:
    """Refuse a number that cannot be a Swedish public body's."""
    if fault := fault_in(number):
        raise ValidationError(fault)


class Organisation(NaturallyKeyed):
    """A self-governing public body: a region or a municipality, known by SCB's code ("12", "1285")."""

    NATURAL_KEY = ("code",)

    class Kind(models.TextChoices):
        REGION = "region", "region"
        MUNICIPALITY = "municipality", "kommun"

    code = models.CharField(
        "läns- eller kommunkod",
        max_length=4,
        unique=True,
        validators=[
            RegexValidator(r"^[0-9]{2}([0-9]{2})?\Z", "Koden är två siffror för en region och fyra för en kommun.")
        ],
    )
    kind = models.CharField("slag", max_length=20, choices=Kind.choices)
    name = models.CharField("namn", max_length=120, help_text="Till exempel Eslövs kommun, Malmö stad.")
    short_name = models.CharField("kort namn", max_length=80, help_text="Till exempel Eslöv, Malmö.")
    slug = models.SlugField("kortnamn i adresser", max_length=80, unique=True)
    organisation_number = models.CharField(
        "organisationsnummer",
        max_length=11,
        blank=True,
        validators=[validate_organisation_number],
        help_text="Till exempel 212000-1173. Den sista siffran är en kontrollsiffra.",
    )
    website = models.CharField("webbplats", max_length=120, blank=True)
    county = models.CharField("län", max_length=60, blank=True)
    sub_region = models.CharField("delregion", max_length=80, blank=True)
    is_sub_region_confirmed = models.BooleanField("delregionen är bekräftad", default=False)
    tile_column = models.PositiveSmallIntegerField("kolumn i rutkartan", null=True, blank=True)
    tile_row = models.PositiveSmallIntegerField("rad i rutkartan", null=True, blank=True)

    objects = NaturalKeyManager.from_queryset(OrganisationQuerySet)()

    class Meta:
        verbose_name = "organisation"
        verbose_name_plural = "organisationer"
        ordering = ["code"]
        constraints = [
            models.UniqueConstraint(
                fields=["organisation_number"],
                condition=~Q(organisation_number=""),
                name="organisation_number_unique",
                violation_error_message="En annan organisation har redan det organisationsnumret.",
            ),
            models.CheckConstraint(
                condition=Q(tile_column__isnull=True, tile_row__isnull=True)
                | Q(tile_column__isnull=False, tile_row__isnull=False),
                name="organisation_tile_has_column_and_row",
                violation_error_message="Ange både kolumn och rad i rutkartan, eller ingen av dem.",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("portal:organisation", args=[self.slug])


class Membership(NaturallyKeyed):
    """An organisation's place in a collaboration: since when, until when and on which side of the cost split."""

    NATURAL_KEY = ("collaboration__slug", "organisation__code")

    collaboration = models.ForeignKey(
        Collaboration, models.PROTECT, related_name="memberships", verbose_name="samverkan"
    )
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, related_name="memberships", verbose_name="organisation"
    )
    party = models.ForeignKey(Party, models.PROTECT, related_name="memberships", verbose_name="part")
    joined_on = models.DateField("med från", null=True, blank=True)
    left_on = models.DateField("med till", null=True, blank=True)

    objects = NaturalKeyManager.from_queryset(MembershipQuerySet)()

    class Meta:
        verbose_name = "medlemskap"
        verbose_name_plural = "medlemskap"
        ordering = ["collaboration", "organisation__code"]
        constraints = [
            models.UniqueConstraint(fields=["collaboration", "organisation"], name="membership_once_per_collaboration"),
            models.CheckConstraint(
                condition=Q(joined_on__isnull=True) | Q(left_on__isnull=True) | Q(left_on__gte=models.F("joined_on")),
                name="membership_ends_after_it_begins",
                violation_error_message="Medlemskapet kan inte sluta innan det börjar.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.organisation} i {self.collaboration}"

    def clean(self) -> None:
        if self.party_id and self.collaboration_id and self.party.collaboration_id != self.collaboration_id:
            raise ValidationError({"party": "Parten hör till en annan samverkan."})
        before = type(self).objects.filter(pk=self.pk).first()
        if changed := self._places_in_sent_plans() ^ (before._places_in_sent_plans() if before else set()):
            years = ", ".join(str(year) for year in sorted({year for *_, year in changed}))
            raise ValidationError(
                f"Planen för {years} är skickad för beslut, och dess kostnad delas av dem som är medlemmar då. "
                "Låt ändringen gälla från ett senare datum."
            )

    def sent_years(self) -> set[int]:
        """The activity years of plans sent for decision whose cost the organisation shares as a member."""
        if not self.collaboration_id:
            return set()
        years = self.collaboration.plans.public().filter(years__isnull=False).values_list("years__year", flat=True)
        return {year for year in years if self.is_active_on(datetime.date(year, 1, 1))}

    def _places_in_sent_plans(self) -> set[tuple[int | None, int | None, int]]:
        return {(self.organisation_id, self.party_id, year) for year in self.sent_years()}

    def is_active_on(self, day: datetime.date) -> bool:
        """Whether the organisation is a member on ``day``; without a first or last day there is no such limit."""
        has_joined = self.joined_on is None or self.joined_on <= day
        return has_joined and (self.left_on is None or self.left_on >= day)

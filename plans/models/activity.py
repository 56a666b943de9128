from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q

from plans.models.focus_area import FocusArea
from plans.natural_keys import Keyed, NaturalKeyManager
from plans.querysets import ActivityQuerySet
from plans.richtext import RichTextField
from plans.years import PLAUSIBLE_YEAR


class ActivityPeriod(Keyed):
    """The years a focus area's activities are planned for: 2024, 2022–2023, or 2025 och framåt.

    ``end_year`` is empty for a period without an end.
    """

    focus_area = models.ForeignKey(FocusArea, models.PROTECT, related_name="periods", verbose_name="insatsområde")
    start_year = models.PositiveSmallIntegerField("från år", validators=PLAUSIBLE_YEAR)
    end_year = models.PositiveSmallIntegerField(
        "till år", null=True, blank=True, validators=PLAUSIBLE_YEAR, help_text="Tomt: och framåt."
    )
    introduction = RichTextField("inledning")
    no_activities_reason = RichTextField("skäl till att aktiviteter saknas")

    objects = NaturalKeyManager()

    class Meta:
        verbose_name = "aktivitetsperiod"
        verbose_name_plural = "aktivitetsperioder"
        ordering = ["focus_area", "start_year", F("end_year").asc(nulls_last=True), "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(end_year__isnull=True) | Q(end_year__gte=F("start_year")),
                name="period_ends_after_it_begins",
                violation_error_message="Perioden kan inte sluta innan den börjar.",
            ),
            models.UniqueConstraint(fields=["focus_area", "start_year", "end_year"], name="period_once_per_area"),
            models.UniqueConstraint(
                fields=["focus_area", "start_year"],
                condition=Q(end_year__isnull=True),
                name="open_period_once_per_area",
                violation_error_message="Området har redan en period som är öppen framåt från samma år.",
            ),
        ]

    def __str__(self) -> str:
        return self.heading

    @property
    def heading(self) -> str:
        """The period as a heading: ``Verksamhetsåret 2024``, ``Verksamhetsåren 2022–2023``, ``2025 och framåt``."""
        if self.end_year is None:
            return f"{self.start_year} och framåt"
        if self.end_year == self.start_year:
            return f"Verksamhetsåret {self.start_year}"
        return f"Verksamhetsåren {self.start_year}–{self.end_year}"


class Activity(Keyed):
    """Something that is to be done in a period. It may be divided into sub-activities, one level deep."""

    period = models.ForeignKey(ActivityPeriod, models.PROTECT, related_name="activities", verbose_name="period")
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="sub_activities", verbose_name="del av"
    )
    text = models.TextField("aktivitet")
    position = models.PositiveSmallIntegerField("ordning", default=0)

    objects = NaturalKeyManager.from_queryset(ActivityQuerySet)()

    class Meta:
        verbose_name = "aktivitet"
        verbose_name_plural = "aktiviteter"
        ordering = ["period", "position", "pk"]

    def __str__(self) -> str:
        return self.text

    def clean(self) -> None:
        if self.parent is None:
            return
        if self.parent.parent_id is not None:
            raise ValidationError({"parent": "En delaktivitet kan inte i sin tur delas upp."})
        if self.parent.period_id != self.period_id:
            raise ValidationError({"parent": "En delaktivitet ligger i samma period som sin aktivitet."})

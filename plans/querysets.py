"""The reusable questions asked of the plan tables."""

from typing import Self

from django.db import models
from django.db.models import Exists, F, OuterRef, Prefetch

from plans import permissions
from plans.collation import in_swedish_order


class OrganisationQuerySet(models.QuerySet):
    def in_collaboration(self, collaboration) -> Self:
        return self.filter(memberships__collaboration=collaboration)

    def by_name(self) -> Self:
        """Regions first, then the municipalities by the Swedish alphabet."""
        return self.order_by(F("kind").desc(), in_swedish_order("short_name"))


class MembershipQuerySet(models.QuerySet):
    def with_organisation(self) -> Self:
        return self.select_related("organisation", "party").order_by("organisation__code")


class PlanQuerySet(models.QuerySet):
    def public(self) -> Self:
        """Plans sent for decision or decided: public documents."""
        return self.filter(status__in=self.model.PUBLIC_STATUSES)

    def visible_to(self, user) -> Self:
        if permissions.reads_only_public_plans(user):
            return self.public()
        return self.filter(permissions.visible_plans(user, self.model))

    def newest_first(self) -> Self:
        """By first activity year, and plans without a year last: the engines disagree on where nothing belongs."""
        return self.annotate(first_year=models.Min("years__year")).order_by(
            F("first_year").desc(nulls_last=True), "-slug"
        )

    def with_years(self) -> Self:
        return self.select_related("collaboration").prefetch_related("years")

    def with_plan_before(self, user) -> Self:
        """Say in ``has_plan_before`` whether there is an earlier plan that ``user`` may compare this one with."""
        lineage = self.model._meta.get_field("lineage").related_model.objects
        earlier = self.model.objects.visible_to(user).filter(pk__in=OuterRef("predecessor__plan"))
        connected = lineage.filter(plan=OuterRef("pk"), predecessor__isnull=False)
        return self.annotate(has_plan_before=Exists(connected.filter(Exists(earlier))))

    def with_content(self) -> Self:
        """Everything that a plan document prints, in a number of queries that does not grow with the plan."""
        areas = self.model._meta.get_field("focus_areas").related_model.objects.with_content()
        return self.with_years().prefetch_related(
            "sections",
            "watched_matters",
            _joined(self.model, "lineage", "predecessor__plan", "successor__plan"),
            Prefetch("focus_areas", areas.order_by("position", "pk")),
        )


def _joined(model, relation: str, *paths: str) -> Prefetch:
    """Prefetch the rows of ``relation`` with what their foreign keys point to, in one query."""
    return Prefetch(relation, model._meta.get_field(relation).related_model.objects.select_related(*paths))


class FocusAreaQuerySet(models.QuerySet):
    def visible_to(self, user) -> Self:
        return self.filter(permissions.visible_plans(user, self.model._meta.get_field("plan").related_model, "plan__"))

    def with_content(self) -> Self:
        return self.select_related("plan__collaboration").prefetch_related(
            "plan__years",
            "goals",
            "periods__activities",
            _joined(self.model, "responsibilities", "body", "on_behalf_of"),
            _joined(self.model, "origins", "predecessor__plan"),
            _joined(self.model, "successions", "successor__plan", "plan"),
        )


class ActivityQuerySet(models.QuerySet):
    def top_level(self) -> Self:
        return self.filter(parent__isnull=True)

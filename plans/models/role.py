from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils import timezone

from plans.models.collaboration import Collaboration
from plans.models.organisation import Organisation
from plans.natural_keys import Keyed, NaturalKeyManager
from plans.roles import ROLES_OF_ONE_ORGANISATION, ROLES_WITH_ORGANISATION, Role


class RoleGrant(models.Model):
    """A role in a collaboration, where the role asks for it on behalf of one of its organisations."""

    role = models.CharField("roll", max_length=20, choices=Role.choices)
    collaboration = models.ForeignKey(Collaboration, models.PROTECT, related_name="+", verbose_name="samverkan")
    organisation = models.ForeignKey(
        Organisation,
        models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
        verbose_name="organisation",
        help_text="Anges för registratorn, och för läsaren om den hör till en av organisationerna.",
    )

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                condition=~Q(role__in=ROLES_OF_ONE_ORGANISATION) | Q(organisation__isnull=False),
                name="%(app_label)s_%(class)s_of_organisation",
                violation_error_message="En registrator hör till en organisation. Välj vilken.",
            ),
            models.CheckConstraint(
                condition=Q(role__in=ROLES_WITH_ORGANISATION) | Q(organisation__isnull=True),
                name="%(app_label)s_%(class)s_of_collaboration",
                violation_error_message="Rollen gäller hela samverkan. Lämna organisationen tom.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_role_display()}, {self.organisation or self.collaboration}"

    def clean(self) -> None:
        super().clean()
        if not self.organisation_id or not self.collaboration_id:
            return
        if not self.collaboration.memberships.filter(organisation_id=self.organisation_id).exists():
            raise ValidationError({"organisation": "Organisationen är inte medlem i den valda samverkan."})


class RoleAssignment(RoleGrant, Keyed):
    """A role that a person has now. Taking it back removes the row; the account and its name stay."""

    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="role_assignments", verbose_name="person"
    )
    granted_at = models.DateTimeField("given", default=timezone.now, editable=False)
    granted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
        editable=False,
        verbose_name="given av",
    )

    objects = NaturalKeyManager()

    class Meta(RoleGrant.Meta):
        verbose_name = "roll"
        verbose_name_plural = "roller"
        ordering = ["person", "collaboration", "role", "pk"]
        constraints = [
            *RoleGrant.Meta.constraints,
            models.UniqueConstraint(
                fields=["person", "role", "collaboration"],
                condition=Q(organisation__isnull=True),
                name="role_once_in_collaboration",
                violation_error_message="Personen har redan rollen.",
            ),
            models.UniqueConstraint(
                fields=["person", "role", "collaboration", "organisation"],
                condition=Q(organisation__isnull=False),
                name="role_once_for_organisation",
                violation_error_message="Personen har redan rollen.",
            ),
        ]

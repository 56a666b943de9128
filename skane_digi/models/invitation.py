import datetime
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils import timezone

from plans.models import RoleGrant
from plans.natural_keys import new_key


class InvitationQuerySet(models.QuerySet):
    def open_at(self, at: datetime.datetime) -> Self:
        """Invitations that can still be accepted at ``at``."""
        return self.filter(accepted_at__isnull=True, withdrawn_at__isnull=True, expires_at__gt=at)

    def to_address(self, email: str) -> Self:
        return self.filter(email__iexact=email.strip())

    def with_people(self) -> Self:
        return self.select_related("invited_by", "accepted_by").prefetch_related(
            models.Prefetch("roles", InvitedRole.objects.select_related("collaboration", "organisation"))
        )


class Invitation(models.Model):
    """An e-mail address invited to an account with certain roles: by whom, when, until when and what came of it.

    It is accepted once. Its link carries ``secret``, which is another each time the letter is sent, so that only the
    latest letter opens the door. The row stays when it is accepted, withdrawn or too old.
    """

    email = models.EmailField("e-postadress")
    secret = models.CharField(max_length=32, default=new_key, editable=False)
    invited_at = models.DateTimeField("inbjuden", default=timezone.now, editable=False)
    invited_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", editable=False, verbose_name="inbjuden av"
    )
    sent_at = models.DateTimeField("senast skickad", null=True, editable=False)
    expires_at = models.DateTimeField("gäller till", editable=False)
    accepted_at = models.DateTimeField("antagen", null=True, editable=False)
    accepted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        related_name="invitations",
        null=True,
        editable=False,
        verbose_name="konto",
    )
    withdrawn_at = models.DateTimeField("återkallad", null=True, editable=False)

    objects = InvitationQuerySet.as_manager()

    class Meta:
        verbose_name = "inbjudan"
        verbose_name_plural = "inbjudningar"
        ordering = ["-invited_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                Lower("email"),
                condition=Q(accepted_at__isnull=True, withdrawn_at__isnull=True),
                name="invitation_open_once_per_address",
                violation_error_message="Adressen har redan en öppen inbjudan.",
            ),
            models.CheckConstraint(
                condition=Q(accepted_at__isnull=True, accepted_by__isnull=True)
                | Q(accepted_at__isnull=False, accepted_by__isnull=False),
                name="invitation_accepted_by_someone",
            ),
            models.CheckConstraint(
                condition=Q(accepted_at__isnull=True) | Q(withdrawn_at__isnull=True),
                name="invitation_accepted_or_withdrawn",
            ),
        ]

    def __str__(self) -> str:
        return self.email

    def is_open_at(self, at: datetime.datetime) -> bool:
        return self.accepted_at is None and self.withdrawn_at is None and at < self.expires_at

    @property
    def is_unanswered(self) -> bool:
        """Whether it can be sent again or withdrawn, also when its time has run out."""
        return self.accepted_at is None and self.withdrawn_at is None

    @property
    def state(self) -> str:
        """Where the invitation stands, in Swedish."""
        if self.accepted_at:
            return "antagen"
        if self.withdrawn_at:
            return "återkallad"
        return "väntar på svar" if self.is_open_at(timezone.now()) else "för gammal"


class InvitedRole(RoleGrant):
    """A role that the person gets when the invitation is accepted."""

    invitation = models.ForeignKey(Invitation, models.PROTECT, related_name="roles", verbose_name="inbjudan")

    class Meta(RoleGrant.Meta):
        verbose_name = "roll i inbjudan"
        verbose_name_plural = "roller i inbjudan"
        ordering = ["invitation", "pk"]

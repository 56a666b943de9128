"""Invitations: an address is asked in with certain roles, and opens its account by a link that works once."""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass

from allauth.account.models import EmailAddress
from django.conf import settings
from django.contrib.auth import get_user_model
from django.core import signing
from django.core.mail import send_mail
from django.db import transaction
from django.template.loader import render_to_string
from django.utils import timezone

from plans.models import Collaboration, Organisation, RoleAssignment
from plans.natural_keys import new_key
from plans.row_log import record_row
from skane_digi.models import Invitation, InvitedRole

VALID_DAYS = 14
SALT = "skane_digi.invitation"
SUBJECT = "Inbjudan till Skånegemensam digitalisering"


class InvitationRefused(Exception):
    """The invitation cannot be made or accepted; the text says why, in Swedish."""


@dataclass(frozen=True, slots=True)
class Grant:
    """A role to give; ``organisation`` where the role is one organisation's."""

    role: str
    collaboration: Collaboration
    organisation: Organisation | None = None


def account_of(email: str):
    """Return the account that signs in with ``email``, or ``None``."""
    users = get_user_model().objects
    return users.filter(email__iexact=email).first() or users.filter(username__iexact=email).first()


@transaction.atomic
def invite(*, email: str, grants: Sequence[Grant], by, at: datetime.datetime | None = None) -> Invitation:
    """Record an invitation; ``send_invitation`` sends its letter. One that has grown too old is replaced."""
    at, email = at or timezone.now(), email.strip().lower()
    if not grants:
        raise InvitationRefused("Välj minst en roll.")
    if account := account_of(email):
        word = "har redan ett konto" if account.is_active else "har ett konto som är avstängt"
        raise InvitationRefused(f"{email} {word}. Rollerna ändras på kontot.")
    earlier = Invitation.objects.select_for_update().to_address(email)
    if earlier.open_at(at).exists():
        raise InvitationRefused(f"{email} är redan inbjuden. Skicka brevet igen eller återkalla inbjudan först.")
    earlier.filter(accepted_at__isnull=True, withdrawn_at__isnull=True).update(withdrawn_at=at)
    invitation = Invitation.objects.create(
        email=email, invited_by=by, invited_at=at, expires_at=at + datetime.timedelta(days=VALID_DAYS)
    )
    for grant in grants:
        row = InvitedRole(
            invitation=invitation, role=grant.role, collaboration=grant.collaboration, organisation=grant.organisation
        )
        row.full_clean()
        row.save()
    return invitation


def send_invitation(invitation: Invitation, *, link: str, at: datetime.datetime | None = None) -> None:
    """Send the letter with ``link``, the absolute address of the page that accepts the invitation's token."""
    context = {"invitation": invitation, "link": link, "roles": invitation.roles.all(), "operator": settings.OPERATOR}
    body = render_to_string("accounts/email/invitation.txt", context)
    send_mail(SUBJECT, body, settings.DEFAULT_FROM_EMAIL, [invitation.email])
    invitation.sent_at = at or timezone.now()
    invitation.save(update_fields=["sent_at"])


@transaction.atomic
def renew_invitation(invitation: Invitation, *, at: datetime.datetime | None = None) -> Invitation:
    """Give the invitation a new link and new time, before its letter is sent again. The earlier link stops working."""
    at = at or timezone.now()
    invitation = _locked(invitation.pk)
    if not invitation.is_unanswered:
        raise InvitationRefused("Inbjudan är redan besvarad eller återkallad.")
    invitation.secret = new_key()
    invitation.expires_at = at + datetime.timedelta(days=VALID_DAYS)
    invitation.save(update_fields=["secret", "expires_at"])
    return invitation


@transaction.atomic
def withdraw_invitation(invitation: Invitation, *, at: datetime.datetime | None = None) -> Invitation:
    invitation = _locked(invitation.pk)
    if not invitation.is_unanswered:
        raise InvitationRefused("Inbjudan är redan besvarad eller återkallad.")
    invitation.withdrawn_at = at or timezone.now()
    invitation.save(update_fields=["withdrawn_at"])
    return invitation


def token_of(invitation: Invitation) -> str:
    """Return the signed text that the link carries."""
    return signing.dumps([invitation.pk, invitation.secret, invitation.email], salt=SALT)


def invitation_of(token: str, *, at: datetime.datetime | None = None) -> Invitation | None:
    """Return the open invitation that ``token`` was made for, or ``None`` where it is none, answered or too old."""
    try:
        pk, secret, email = signing.loads(token, salt=SALT)
    except (signing.BadSignature, ValueError, TypeError):
        return None
    open_ones = Invitation.objects.open_at(at or timezone.now()).with_people()
    return open_ones.filter(pk=pk, secret=secret, email=email).first()


@transaction.atomic
def accept_invitation(
    invitation: Invitation,
    *,
    first_name: str,
    last_name: str,
    password: str | None,
    at: datetime.datetime | None = None,
):
    """Make the account with the invitation's roles and return it. Without ``password`` it signs in by single sign-on.

    Raises ``InvitationRefused`` where the invitation has been used, withdrawn or grown too old meanwhile, or the
    address has come to have an account.
    """
    at = at or timezone.now()
    invitation = _locked(invitation.pk)
    if not invitation.is_open_at(at):
        raise InvitationRefused("Inbjudan gäller inte längre. Be den som bjöd in dig att skicka en ny.")
    if account_of(invitation.email):
        raise InvitationRefused(f"{invitation.email} har redan ett konto. Logga in med det.")
    user = get_user_model().objects.create_user(
        invitation.email, email=invitation.email, password=password, first_name=first_name, last_name=last_name
    )
    EmailAddress.objects.create(user=user, email=invitation.email, verified=True, primary=True)
    for invited in invitation.roles.select_related("collaboration", "organisation"):
        role = RoleAssignment.objects.create(
            person=user,
            role=invited.role,
            collaboration=invited.collaboration,
            organisation=invited.organisation,
            granted_at=at,
            granted_by=invitation.invited_by,
        )
        record_row(row=role, before=None, by=user)
    invitation.accepted_at, invitation.accepted_by = at, user
    invitation.save(update_fields=["accepted_at", "accepted_by"])
    return user


def _locked(pk: int) -> Invitation:
    return Invitation.objects.select_for_update().get(pk=pk)

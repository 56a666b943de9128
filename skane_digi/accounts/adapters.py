"""How allauth is bent to this site: nobody signs up, and single sign-on lets in only those who are known or invited."""

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.models import EmailAddress
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from django.utils import timezone

from skane_digi.accounts.invitations import accept_invitation
from skane_digi.models import Invitation


class AccountAdapter(DefaultAccountAdapter):
    """Accounts are opened by invitation only."""

    def is_open_for_signup(self, request) -> bool:
        return False


class SocialAccountAdapter(DefaultSocialAccountAdapter):
    """The configured provider signs in existing accounts by its verified e-mail address, and accepts invitations."""

    def is_open_for_signup(self, request, sociallogin) -> bool:
        return False

    def pre_social_login(self, request, sociallogin) -> None:
        """Let a first sign-on through the trusted provider accept the invitation sent to its address."""
        if sociallogin.is_existing or request.user.is_authenticated:
            return
        if invitation := _invitation_to(sociallogin.email_addresses):
            told = sociallogin.user
            user = accept_invitation(invitation, first_name=told.first_name, last_name=told.last_name, password=None)
            sociallogin.connect(request, user)


def _invitation_to(addresses: list[EmailAddress]) -> Invitation | None:
    for address in addresses:
        if not address.verified:
            continue
        if invitation := Invitation.objects.open_at(timezone.now()).to_address(address.email).first():
            return invitation
    return None

"""The public surface of the site's own models."""

from skane_digi.models.invitation import Invitation, InvitedRole

__all__ = ["Invitation", "InvitedRole"]

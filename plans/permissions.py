"""Who may see and do what with plans. Every view and queryset asks here."""


def can_view_drafts(user) -> bool:
    """Whether ``user`` may read plans that have not been sent for decision."""
    return bool(user and user.is_active and user.is_staff and user.has_perm("plans.view_plan"))


def can_change_plan(user, plan) -> bool:
    """Whether ``user`` may change ``plan`` now. What has been sent for decision is locked for everyone."""
    return bool(user and user.is_active and user.has_perm("plans.change_plan") and not plan.is_locked)

"""Who may see which plans. Every queryset asks here; a locked plan is read-only in the administration (plans.admin)."""


def can_view_drafts(user) -> bool:
    """Whether ``user`` may read plans that have not been sent for decision."""
    return bool(user and user.is_active and user.is_staff and user.has_perm("plans.view_plan"))


def can_start_plan(user, plan) -> bool:
    """Whether ``user`` may start next year's plan from ``plan``, which they must also be able to read."""
    may_read = plan.is_public or can_view_drafts(user)
    return bool(user and user.is_active and user.has_perm("plans.add_plan") and may_read)

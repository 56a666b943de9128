"""Who may see and do what. Every view, queryset and administration page asks here.

A person has roles, each in one collaboration (``RoleAssignment``). A superuser is administrator everywhere, and an
account that has been shut off may do nothing. The roles are read once for each request and kept on its user.
"""

from django.db.models import Q

from plans.roles import Role

WRITES_PLANS = frozenset({Role.ADMINISTRATOR, Role.EDITOR, Role.CHAIR})
READS_DRAFTS = WRITES_PLANS | {Role.ECONOMIST, Role.AUDITOR}
READS_REFERRALS = READS_DRAFTS | {Role.REGISTRAR, Role.READER}
ENTERS_ADMINISTRATION = READS_DRAFTS


def can_view_drafts(user, collaboration=None) -> bool:
    """Whether ``user`` may read plans not yet sent for decision, in ``collaboration`` or, without one, in any."""
    return has_role(user, READS_DRAFTS, collaboration)


def can_view_plan(user, plan) -> bool:
    """Public plans are everyone's; one out for referral is its collaboration's; a draft is for those who work on it."""
    if plan.is_public:
        return True
    roles = READS_REFERRALS if plan.status == plan.Status.REFERRAL else READS_DRAFTS
    return has_role(user, roles, plan.collaboration_id)


def reads_only_public_plans(user) -> bool:
    """Whether nothing but public plans is open to ``user``, as it is to one without an account."""
    return not has_role(user, READS_REFERRALS)


def can_start_plan(user, plan) -> bool:
    """Whether ``user`` may start next year's plan from ``plan``, which they must also be able to read."""
    return has_role(user, WRITES_PLANS, plan.collaboration_id) and can_view_plan(user, plan)


def can_manage_accounts(user, collaboration=None) -> bool:
    """Whether ``user`` may invite people and give them roles, in ``collaboration`` or, without one, in any."""
    return has_role(user, {Role.ADMINISTRATOR}, collaboration)


def can_enter_administration(user) -> bool:
    return has_role(user, ENTERS_ADMINISTRATION)


def visible_plans(user, plan_model, path: str = "") -> Q:
    """Return the condition for rows whose plan, found along ``path`` (``"plan__"``), ``user`` may see."""
    public = Q(**{f"{path}status__in": plan_model.PUBLIC_STATUSES})
    if not _may_act(user):
        return public
    if user.is_superuser:
        return Q()
    drafts = Q(**{f"{path}collaboration__in": collaborations_with(user, READS_DRAFTS)})
    referrals = Q(
        **{
            f"{path}status": plan_model.Status.REFERRAL,
            f"{path}collaboration__in": collaborations_with(user, READS_REFERRALS),
        }
    )
    return public | drafts | referrals


def rows_to_write(user, roles, path: str = "") -> Q:
    """Return the condition for rows whose collaboration, found along ``path``, ``user`` has one of ``roles`` in."""
    if _may_act(user) and user.is_superuser:
        return Q()
    return Q(**{f"{path}collaboration__in": collaborations_with(user, roles) if _may_act(user) else ()})


def has_role(user, roles, collaboration=None) -> bool:
    """Whether ``user`` has one of ``roles``, in ``collaboration`` (a row or its id) or, without one, in any."""
    if not _may_act(user):
        return False
    if user.is_superuser:
        return Role.ADMINISTRATOR in roles
    held = collaborations_with(user, roles)
    return bool(held) if collaboration is None else getattr(collaboration, "pk", collaboration) in held


def collaborations_with(user, roles) -> set[int]:
    """Return the ids of the collaborations in which ``user`` has one of ``roles``."""
    return {collaboration for role, collaboration in _grants(user) if role in roles}


def roles_of(user) -> frozenset[str]:
    """Return the roles that ``user`` has in any collaboration."""
    if not _may_act(user):
        return frozenset()
    return frozenset(role for role, _ in _grants(user))


def _may_act(user) -> bool:
    return bool(user and user.is_authenticated and user.is_active)


def _grants(user) -> frozenset[tuple[str, int]]:
    if not hasattr(user, "_role_grants"):
        user._role_grants = frozenset(user.role_assignments.values_list("role", "collaboration_id"))
    return user._role_grants

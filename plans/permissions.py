"""Who may see and do what. Every view, queryset and administration page asks here.

A person has roles, each in one collaboration (``RoleAssignment``). A superuser is administrator everywhere, and an
account that has been shut off may do nothing. The roles are read once for each request and kept on its user.
"""

from dataclasses import dataclass

from django.db.models import Q

from plans.days import day_of
from plans.roles import ROLES_OF_ONE_ORGANISATION, ROLES_WITH_ORGANISATION, Role

WRITES_PLANS = frozenset({Role.ADMINISTRATOR, Role.EDITOR, Role.CHAIR})
READS_DRAFTS = WRITES_PLANS | {Role.ECONOMIST, Role.AUDITOR}
READS_REFERRALS = READS_DRAFTS | {Role.REGISTRAR, Role.READER}
WRITES_BUDGETS = WRITES_PLANS | {Role.ECONOMIST}
MANAGES_MASTER_DATA = frozenset({Role.ADMINISTRATOR})
WRITES_COST_MODEL = frozenset({Role.ADMINISTRATOR, Role.ECONOMIST})
ENTERS_ADMINISTRATION = READS_DRAFTS
READS_WHOLE_LOG = frozenset({Role.ADMINISTRATOR, Role.AUDITOR})
OPENS_REFERRALS = frozenset({Role.ADMINISTRATOR, Role.CHAIR})
TAKES_STEPS = frozenset({Role.ADMINISTRATOR, Role.CHAIR})


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


def can_write_plan(user, plan) -> bool:
    """Whether ``user`` may write the plan's text now: those who write plans, until it has been sent for decision."""
    return not plan.is_locked and has_role(user, WRITES_PLANS, plan.collaboration_id)


def can_write_budget(user, plan) -> bool:
    """Whether ``user`` may write the plan's budget now: those who write the text, and the economist."""
    return not plan.is_locked and has_role(user, WRITES_BUDGETS, plan.collaboration_id)


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


def log_to_read(user, plan_model) -> Q:
    """Return the condition for the log's entries that ``user`` may read: those on the plans that they work on.

    What belongs to no plan, such as accounts and roles, is for those who administer or audit.
    """
    if not _may_act(user):
        return Q(pk__in=())
    if user.is_superuser:
        return Q()
    own = plan_model._default_manager.filter(rows_to_write(user, READS_DRAFTS)).order_by()
    on_plans = Q(plan_slug__in=own.values("slug"))
    return on_plans | Q(plan_slug="") if has_role(user, READS_WHOLE_LOG) else on_plans


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


def organisations_of(user, collaboration, roles=ROLES_WITH_ORGANISATION) -> frozenset[int]:
    """Return the ids of the organisations for which ``user`` has one of ``roles`` in ``collaboration`` (its id)."""
    if not _may_act(user):
        return frozenset()
    if not hasattr(user, "_role_organisations"):
        own = user.role_assignments.filter(organisation__isnull=False)
        user._role_organisations = frozenset(own.values_list("role", "collaboration_id", "organisation_id"))
    return frozenset(own for role, place, own in user._role_organisations if role in roles and place == collaboration)


@dataclass(frozen=True, slots=True)
class CommentRights:
    """What a person may do with the comments on one plan at one moment.

    ``organisations`` are those a member may write for: their own, through the last day of a referral round.
    """

    user_id: int | None
    is_on_plan: bool
    writes_plan: bool
    organisations: frozenset[int]

    @property
    def may_open(self) -> bool:
        return self.is_on_plan or bool(self.organisations)

    def may_answer(self, thread) -> bool:
        return self.is_on_plan or thread.organisation_id in self.organisations

    def may_resolve(self, thread) -> bool:
        """Those who write the plan, and whoever opened the thread."""
        return self.writes_plan or (thread.opened_by_id == self.user_id and self.may_answer(thread))


def comment_rights(user, plan, at=None) -> CommentRights:
    """Those who write the plan or its budget comment until it has been sent for decision, members during a referral."""
    own = organisations_of(user, plan.collaboration_id) if plan.status == plan.Status.REFERRAL else frozenset()
    if own and not plan.referrals.open_for_members(day_of(at)).exists():
        own = frozenset()
    return CommentRights(
        user_id=user.pk if _may_act(user) else None,
        is_on_plan=can_write_budget(user, plan),
        writes_plan=can_write_plan(user, plan),
        organisations=own,
    )


def can_comment(user, plan, at=None) -> bool:
    return comment_rights(user, plan, at).may_open


def writes_comments(user, plan) -> bool:
    """Whether ``user`` has a role to comment by; whether they may now is for ``comment_rights`` to say."""
    collaboration = plan.collaboration_id
    return has_role(user, WRITES_BUDGETS, collaboration) or bool(organisations_of(user, collaboration))


def can_read_comments(user, plan) -> bool:
    """Those who work on the plan read every comment, and members what their own organisation has written."""
    collaboration = plan.collaboration_id
    takes_part = has_role(user, READS_DRAFTS, collaboration) or organisations_of(user, collaboration)
    return bool(takes_part) and can_view_plan(user, plan)


def visible_threads(user, plan) -> Q:
    """Return the condition for the comment threads of ``plan`` that ``user`` may read."""
    if has_role(user, READS_DRAFTS, plan.collaboration_id):
        return Q()
    return Q(organisation__in=organisations_of(user, plan.collaboration_id))


def can_open_referral(user, plan) -> bool:
    """Whether ``user`` may send the plan out for referral, and extend and close the round."""
    return not plan.is_locked and has_role(user, OPENS_REFERRALS, plan.collaboration_id)


def can_view_referrals(user, plan) -> bool:
    """Everyone in the collaboration, as soon as they may read the plan or have been asked about it once."""
    takes_part = has_role(user, READS_REFERRALS, plan.collaboration_id)
    return takes_part and (can_view_plan(user, plan) or plan.referrals.exists())


def can_read_answers(user, plan) -> bool:
    """Whether ``user`` may read what every organisation has answered, and not only their own."""
    return has_role(user, READS_DRAFTS, plan.collaboration_id)


def can_answer_referral(user, referral, organisation, at=None) -> bool:
    """The organisation's registrar through the last day; those who write the plan until the round is closed."""
    collaboration = referral.plan.collaboration_id
    if referral.is_open and has_role(user, WRITES_PLANS, collaboration):
        return True
    own = organisations_of(user, collaboration, ROLES_OF_ONE_ORGANISATION)
    return organisation.pk in own and referral.takes_answers_on(day_of(at))


def can_take_steps(user, plan) -> bool:
    """Whether ``user`` leads the plan on its way to a decision, from freezing it to closing it."""
    return has_role(user, TAKES_STEPS, plan.collaboration_id)


def can_find_conditions(user, plan) -> bool:
    """Whether ``user`` may find that a condition in words is met."""
    return can_take_steps(user, plan)


def can_record_decision(user, version, organisation) -> bool:
    """SGD records for every organisation that is to decide, a registrar for their own."""
    allowed = organisations_to_record(user, version)
    return organisation.code in version.member_codes and (allowed is None or organisation.pk in allowed)


def organisations_to_record(user, version) -> frozenset[int] | None:
    """Return the ids of the organisations whose decisions ``user`` may record; ``None`` is all of them."""
    collaboration = version.plan.collaboration_id
    if has_role(user, WRITES_PLANS, collaboration):
        return None
    return organisations_of(user, collaboration, ROLES_OF_ONE_ORGANISATION)


def can_view_version(user, version) -> bool:
    """What is out for decision, adopted or replaced is everyone's; what was sent back is its collaboration's.

    ``version`` comes with its round.
    """
    if version.round.state != version.round.State.RETURNED:
        return True
    return has_role(user, READS_REFERRALS, version.plan.collaboration_id)


def visible_versions(user, version_model) -> Q:
    """Return the condition for the versions that ``user`` may see; the same as ``can_view_version``."""
    if _may_act(user) and user.is_superuser:
        return Q()
    own = collaborations_with(user, READS_REFERRALS) if _may_act(user) else ()
    returned = version_model._meta.get_field("round").related_model.State.RETURNED
    return ~Q(round__state=returned) | Q(plan__collaboration__in=own)


def can_view_register(user, plan) -> bool:
    """Decisions on a plan that is or has been adopted are everyone's, others its collaboration's."""
    if plan.is_decided or has_role(user, READS_REFERRALS, plan.collaboration_id):
        return True
    return plan.decision_rounds.adopted_once().exists()


def can_read_extract(user, plan) -> bool:
    """Whether ``user`` may read the protocol extracts of the plan's decisions, which may name persons."""
    return has_role(user, READS_REFERRALS, plan.collaboration_id)


def can_order_papers(user, plan) -> bool:
    """Whether ``user`` may have the papers of every member made."""
    return has_role(user, READS_DRAFTS, plan.collaboration_id)


def paper_organisations(user, plan) -> frozenset[int] | None:
    """Return the ids of the organisations whose papers ``user`` may have; ``None`` is all of them."""
    if can_order_papers(user, plan):
        return None
    return organisations_of(user, plan.collaboration_id)


def has_papers(user, plan) -> bool:
    """Whether ``user`` may have the papers of any member."""
    own = paper_organisations(user, plan)
    return own is None or bool(own)


def can_edit_paper_texts(user, collaboration) -> bool:
    """Whether ``user`` may word the papers that go out to the members."""
    return has_role(user, TAKES_STEPS, collaboration)


def can_compose_rules(user, collaboration=None) -> bool:
    """Whether ``user`` may compose cost rules and keys, in ``collaboration`` or, without one, in any."""
    return has_role(user, WRITES_BUDGETS, collaboration)


def can_view_rules(user, collaboration=None) -> bool:
    """Rules and key figures are open to everyone who takes part in a collaboration."""
    return has_role(user, READS_REFERRALS, collaboration)


def can_write_key_figures(user) -> bool:
    """Key figures are no collaboration's own: whoever composes rules in one may bring them in."""
    return has_role(user, WRITES_BUDGETS)


def can_view_scenarios(user, plan) -> bool:
    """Whether ``user`` may ask what if, and read what SGD has shared: those who work on the plan."""
    return has_role(user, READS_DRAFTS, plan.collaboration_id)


def can_make_scenarios(user, plan) -> bool:
    """Whether ``user`` may keep scenarios of the plan's years."""
    return has_role(user, WRITES_BUDGETS, plan.collaboration_id)


def visible_scenarios(user, plan) -> Q:
    """Return the condition for the scenarios of ``plan`` that ``user`` may see: their own, and those shared."""
    if not can_view_scenarios(user, plan):
        return Q(pk__in=())
    return Q(is_shared=True) | Q(made_by=user)


def can_change_scenario(user, scenario) -> bool:
    """Whoever made it; a shared one everyone who may make scenarios of its plan."""
    return can_make_scenarios(user, scenario.plan) and (scenario.is_shared or scenario.made_by_id == user.pk)


def can_view_grants(user, collaboration=None) -> bool:
    """Grants are open to everyone who takes part in the collaboration."""
    return has_role(user, READS_REFERRALS, collaboration)


def can_write_grants(user, collaboration=None) -> bool:
    """Whether ``user`` may keep agreements, measures, duties and what a grant pays for."""
    return has_role(user, WRITES_BUDGETS, collaboration)


def collaborations_to_read(user) -> set[int]:
    """Return the ids of the collaborations whose rules, grants and referrals ``user`` may read."""
    return collaborations_with(user, READS_REFERRALS) if _may_act(user) else set()


def can_view_all_invoices(user, collaboration=None) -> bool:
    """Those who work in SGD, and the auditor, read every body's invoices, drafts and payments."""
    return has_role(user, READS_DRAFTS, collaboration)


def can_issue_invoices(user, collaboration=None) -> bool:
    """Whether ``user`` may issue, send and credit invoices, and record what has been paid."""
    return has_role(user, WRITES_COST_MODEL, collaboration)


def can_view_invoices(user) -> bool:
    """Whether ``user`` may read any invoices: all of a collaboration's, or those of their own organisation."""
    return can_view_all_invoices(user) or has_role(user, ROLES_WITH_ORGANISATION)


def visible_invoices(user) -> Q:
    """Return the condition for the invoices that ``user`` may read; a body sees its own only."""
    if not _may_act(user):
        return Q(pk__in=())
    if user.is_superuser:
        return Q()
    found = Q(collaboration__in=collaborations_with(user, READS_DRAFTS))
    for collaboration in collaborations_with(user, ROLES_WITH_ORGANISATION):
        own = organisations_of(user, collaboration)
        found |= Q(collaboration=collaboration, organisation__in=own)
    return found


def can_write_recipient(user, organisation) -> bool:
    """The economist keeps every body's address for invoices, a registrar their own body's."""
    if can_issue_invoices(user):
        return True
    places = collaborations_with(user, ROLES_OF_ONE_ORGANISATION) if _may_act(user) else ()
    return any(organisation.pk in organisations_of(user, place, ROLES_OF_ONE_ORGANISATION) for place in places)

"""What each page of the workspace shows, fetched in a number of queries that does not grow with the plan."""

from django.http import Http404
from django.urls import reverse

from budgets.models import BudgetLine, BudgetStatement, TableNote
from plans.commenting import Conversation
from plans.models import FocusArea, Plan
from plans.permissions import can_open_referral, can_write_plan
from skane_digi.workspace.area_page import area_page
from skane_digi.workspace.budget_page import AreaLines, area_lines
from skane_digi.workspace.commented import conversation_of
from skane_digi.workspace.plan_page import overview, plan_page, recently_removed, whole_plan


def beside_context(plan: Plan, user) -> dict:
    """Return what stands beside every page: the areas, what they lack, and open comments."""
    plan = whole_plan(plan)
    return _context(plan, conversation_of(plan, user), user)


def plan_context(plan: Plan, user) -> dict:
    plan = whole_plan(plan)
    conversation = conversation_of(plan, user)
    return {
        **_context(plan, conversation, user),
        "page": plan_page(plan, conversation),
        "removed": recently_removed(plan),
        "at": "plan",
    }


def area_context(plan: Plan, slug: str, user) -> dict:
    """Return the page of the plan's area with that name, or answer 404."""
    plan = whole_plan(plan)
    area = next((area for area in plan.focus_areas.all() if area.slug == slug), None)
    if area is None:
        raise Http404
    conversation = conversation_of(plan, user)
    return {
        **_context(plan, conversation, user),
        "area": area,
        "origin": reverse("workspace:area", args=[plan.slug, area.slug]),
        "area_lines": _area_lines(plan, area, conversation),
        "at_area": area.slug,
        "page": area_page(plan, area, conversation=conversation, bodies=list(plan.collaboration.bodies.all())),
        "removed": recently_removed(plan, area),
        "at": "area",
    }


def _area_lines(plan: Plan, area: FocusArea, conversation: Conversation) -> AreaLines:
    """Return the area's money; the rows are those that the comments were fetched with."""
    rows = list(conversation.rows.values())
    return area_lines(
        plan,
        area,
        lines=[row for row in rows if isinstance(row, BudgetLine) and row.focus_area_id == area.pk],
        notes=[row for row in rows if isinstance(row, TableNote)],
        forms=list(plan.collaboration.funding_forms.all()),
        statements=[row for row in rows if isinstance(row, BudgetStatement)],
        open_comments={
            (row._meta.model_name, row.pk): conversation.open_on(row)
            for row in rows
            if isinstance(row, BudgetLine | BudgetStatement)
        },
    )


def _context(plan: Plan, conversation: Conversation, user) -> dict:
    return {
        "plan": plan,
        "overview": overview(plan, conversation),
        "may_write_text": can_write_plan(user, plan),
        "may_open_referral": can_open_referral(user, plan),
    }

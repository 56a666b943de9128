"""What a reader may do with a plan, as the buttons on its page."""

from dataclasses import dataclass

from django.urls import reverse

from plans import permissions
from plans.models import Plan, PlanVersion


@dataclass(frozen=True, slots=True)
class Door:
    """A button that leads somewhere; one of them is the main one."""

    label: str
    url: str
    is_main: bool = False


def plan_doors(plan: Plan, user, current: PlanVersion | None) -> tuple[Door, ...]:
    """Return the buttons for ``user``, the main one first; ``current`` is the latest version that they may see."""
    writes = permissions.can_write_plan(user, plan)
    asked = (
        (writes, "Skriv i planen", "workspace:plan"),
        (permissions.can_write_budget(user, plan), "Arbeta med budgeten", "workspace:budget"),
        (True, "Hämta planen som PDF", "portal:plan-pdf"),
        (permissions.can_view_rules(user, plan.collaboration_id), "Kostnadsregler", "cost_rules:plan"),
        (permissions.can_view_scenarios(user, plan), "Scenarier", "scenarios:list"),
        (permissions.can_take_steps(user, plan), "Vägen till beslut", "decisions:steps"),
        (bool(current) and permissions.has_papers(user, plan), "Handlingar för beslut", "papers:papers"),
        (permissions.can_view_drafts(user, plan.collaboration_id), "Historik", "workspace:history"),
        (permissions.can_start_plan(user, plan), "Börja nästa plan", "portal:start-plan"),
    )
    main = "workspace:plan" if writes else "portal:plan-pdf"
    return tuple(Door(label, reverse(name, args=[plan.slug]), name == main) for may, label, name in asked if may)

"""The page of a plan's steps: the way, what can be done next, and everything that has been done."""

from collections.abc import Iterable
from dataclasses import dataclass

from plans import permissions
from plans.lifecycle import current_version, standing_version
from plans.models import Plan, PlanStep, PlanVersion
from plans.register import Register, register_of
from skane_digi.decisions.next_steps import NextStep, Situation, next_steps
from skane_digi.decisions.step_way import Stop, steps_taken, way_of


@dataclass(frozen=True, slots=True)
class StepPage:
    """``leads`` says if the reader may take steps, ``shows_people`` if they see who recorded and what was commented.

    ``history`` is every step, the latest first. ``register`` is that of the latest version, once it has been sent.
    ``readable`` are the ids of the versions that the reader may open.
    """

    plan: Plan
    stops: tuple[Stop, ...]
    next_steps: tuple[NextStep, ...]
    current: PlanVersion | None
    standing: PlanVersion | None
    register: Register | None
    history: tuple[PlanStep, ...]
    readable: frozenset[int]
    leads: bool
    shows_people: bool
    shows_draft: bool

    @property
    def in_referral(self) -> bool:
        return self.plan.status == Plan.Status.REFERRAL

    @property
    def waits_for_decisions(self) -> bool:
        return self.plan.status == Plan.Status.DECIDING and self.register is not None

    def next_step(self, kind: str) -> NextStep | None:
        return next((step for step in self.next_steps if step.kind == kind), None)


def step_page(plan: Plan, user) -> StepPage:
    """Return the page as ``user`` may see it; without a user, as a command writes it: everything."""
    shows_draft = user is None or permissions.can_view_drafts(user, plan.collaboration_id)
    current, standing, taken = current_version(plan), standing_version(plan), steps_taken(plan)
    register = register_of(current) if current and plan.is_locked else None
    adopted = f"{register.adopted_count} av {register.total} har antagit." if register else ""
    situation = Situation(plan, current, standing, register, shows_draft)
    return StepPage(
        plan=plan,
        stops=tuple(way_of(plan, taken, plan.referrals.order_by("opened_at", "pk"), adopted=adopted)),
        next_steps=next_steps(situation),
        current=current,
        standing=standing,
        register=register,
        history=tuple(reversed(taken)),
        readable=frozenset(_readable(plan, user)),
        leads=user is not None and permissions.can_take_steps(user, plan),
        shows_people=user is None or permissions.can_read_extract(user, plan),
        shows_draft=shows_draft,
    )


def _readable(plan: Plan, user) -> Iterable[int]:
    versions = plan.versions.order_by("number")
    if user is not None:
        versions = versions.filter(permissions.visible_versions(user, PlanVersion))
    return versions.values_list("pk", flat=True)

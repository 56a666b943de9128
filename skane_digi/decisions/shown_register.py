"""Which version's decisions a reader sees, and what goes with them. Pages, file and command take theirs from here.

The public sees the decisions on what is or has been adopted, without the names of persons; those who take part in the
collaboration see them while they are being made.
"""

import datetime
from collections.abc import Iterable
from dataclasses import dataclass

from plans.days import day_of
from plans.models import DecisionRound, Plan, PlanStep, PlanVersion
from plans.permissions import can_read_extract
from plans.register import Register, register_of
from skane_digi.decisions.register_words import DECIDED_STATES, is_adopted_on_paper
from skane_digi.decisions.step_way import steps_taken

State, Kind, Status = DecisionRound.State, PlanStep.Kind, Plan.Status
NUMBER = "version"


@dataclass(frozen=True, slots=True)
class ShownRegister:
    """The register of one of the plan's versions, as a reader may see it.

    ``versions`` are all whose decisions they may see, the latest first, and ``newest`` the number of the plan's latest,
    which may be out for decision still. ``shows_people`` is whether names, comments and protocol extracts are shown.
    ``earlier`` is the register of the version whose consents have lapsed, and ``steps`` all that the version has taken.
    """

    plan: Plan
    version: PlanVersion
    register: Register
    versions: tuple[PlanVersion, ...]
    newest: int
    shows_people: bool
    earlier: Register | None
    steps: tuple[PlanStep, ...]

    @property
    def number(self) -> int:
        return self.version.number

    @property
    def state(self) -> str:
        return self.register.round.state

    @property
    def is_newest(self) -> bool:
        return self.number == self.newest

    @property
    def is_chosen(self) -> bool:
        """Whether another version than the one shown by itself was asked for."""
        return self.version != shown_first(self.versions)

    @property
    def is_decided(self) -> bool:
        """Whether the version is or has been adopted."""
        return self.state in DECIDED_STATES

    @property
    def is_asked_for(self) -> bool:
        """Whether the members are asked to decide on it now."""
        return self.state == State.OPEN and self.plan.status == Status.DECIDING

    @property
    def on_paper(self) -> bool:
        return is_adopted_on_paper(self.register)

    @property
    def adopted_on(self) -> datetime.date | None:
        """The day when it was adopted; unknown where that was done on paper."""
        return next((day_of_step(step) for step in reversed(self.steps) if step.kind == Kind.ADOPT), None)

    @property
    def heir(self) -> PlanVersion | None:
        """The version that has taken its place."""
        replacing = (other for other in self.versions if other.replaces_id == self.version.pk)
        return next((other for other in replacing if other.round.state in DECIDED_STATES), None)

    def step(self, kind: str) -> PlanStep | None:
        """Return the latest of the version's steps of that kind."""
        return next((step for step in reversed(self.steps) if step.kind == kind), None)

    @property
    def kept(self) -> dict[str, str]:
        """What an address has to say for another page to show the same version."""
        return {NUMBER: str(self.number)} if self.is_chosen else {}


def shown_register(plan: Plan, user, number: str = "") -> ShownRegister | None:
    """Return the register of version ``number``, or of the one to see first; ``None`` where the reader may see none.

    Without a user, as a command asks, everything is shown. Raises ``LookupError`` for a number that is not to be seen.
    """
    shows_people = user is None or can_read_extract(user, plan)
    every = list(plan.versions.without_files().select_related("round", "replaces").order_by("-number"))
    versions = tuple(version for version in every if shows_people or version.round.state in DECIDED_STATES)
    if number and number not in {str(version.number) for version in versions}:
        raise LookupError(number)
    if not versions:
        return None
    chosen = {str(version.number): version for version in versions}.get(number) or shown_first(versions)
    chosen.plan = plan
    register = register_of(chosen)
    steps = tuple(step for step in steps_taken(plan) if step.version_id == chosen.pk)
    has_lapsed = register.lapsed_from is not None and plan.status == Status.DECIDING
    return ShownRegister(
        plan=plan,
        version=chosen,
        register=register,
        versions=versions,
        newest=every[0].number,
        shows_people=shows_people,
        earlier=register_of(register.lapsed_from) if has_lapsed else None,
        steps=steps,
    )


def shown_first(versions: Iterable[PlanVersion]) -> PlanVersion:
    """Return the latest version that has not been sent back, or the latest where all have."""
    return next((version for version in versions if version.round.state != State.RETURNED), None) or next(
        iter(versions)
    )


def day_of_step(step: PlanStep) -> datetime.date:
    """Return the day when the step was taken by its body, or else when it was recorded."""
    return step.taken_on or day_of(step.taken_at)

"""A plan's whole way from draft to closed: where it is, and who has taken it past each stop."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db import models

from plans.models import Plan, PlanStep, Referral

Status, Kind = Plan.Status, PlanStep.Kind
TURNS = (Kind.RETURN, Kind.REOPEN)
# Where on the way each step is told of. What was sent on paper is told of where it was when it was recorded here.
PLACES = {
    Kind.SUBMIT: Status.SUBMITTED,
    Kind.PREPARE: Status.PREPARED,
    Kind.RECOMMEND: Status.RECOMMENDED,
    Kind.SEND: Status.DECIDING,
    Kind.UNSETTLE: Status.DECIDING,
    Kind.ADOPT: Status.ADOPTED,
    Kind.RETURN: Status.DRAFT,
    Kind.REOPEN: Status.DRAFT,
    Kind.CLOSE: Status.CLOSED,
}


class Mark(models.TextChoices):
    """What a stop is to the plan at the moment."""

    DONE = "done", "Klart"
    HERE = "here", "Här är planen nu"
    AHEAD = "ahead", "Återstår"
    SKIPPED = "skipped", "Hoppades över"
    ON_PAPER = "paper", "Inte registrerat här"


@dataclass(frozen=True, slots=True)
class Stop:
    """A state on the way. ``steps`` led to it since the plan was last a draft; ``note`` says more in words."""

    status: Plan.Status
    mark: Mark
    steps: tuple[PlanStep, ...]
    note: str

    @property
    def label(self) -> str:
        return self.status.label

    @property
    def is_here(self) -> bool:
        return self.mark == Mark.HERE


def steps_taken(plan: Plan) -> list[PlanStep]:
    """Return every step that the plan has taken, in order, with its body and version."""
    large = [f"version__{name}" for name in ("content", "allocation", "pdf")]
    return list(plan.steps.select_related("body", "version").defer(*large).order_by("taken_at", "pk"))


def way_of(plan: Plan, taken: Sequence[PlanStep], referrals: Iterable[Referral], *, adopted: str = "") -> list[Stop]:
    """Return the stops, with ``taken`` of ``steps_taken`` at each; ``adopted`` says how many have adopted so far."""
    lap = _since_last_turn(taken)
    began_at = lap[0].taken_at if lap and lap[0].kind in TURNS else None
    rounds = [one for one in referrals if began_at is None or one.opened_at > began_at]
    order = list(Status)
    here = order.index(Status(plan.status))
    return [_stop(status, index - here, lap, rounds, adopted) for index, status in enumerate(order)]


def _stop(status: Plan.Status, ahead: int, lap: list[PlanStep], rounds: list[Referral], adopted: str) -> Stop:
    steps = tuple(step for step in lap if PLACES.get(step.kind, step.status_after) == status)
    if ahead >= 0 and status not in (Status.DRAFT, Status.REFERRAL):
        note = adopted if status == Status.DECIDING and ahead == 0 else ""
        return Stop(status, Mark.HERE if ahead == 0 else Mark.AHEAD, steps if ahead == 0 else (), note)
    on_paper = ahead < 0 and _began_on_paper(lap)
    if status == Status.REFERRAL and (rounds or not on_paper):
        return Stop(status, _mark(ahead, bool(rounds)), (), _said_of(rounds, ahead))
    if status == Status.DRAFT or steps:
        return Stop(status, Mark.HERE if ahead == 0 else Mark.DONE, steps, "")
    if on_paper:
        return Stop(status, Mark.ON_PAPER, (), "")
    return Stop(status, Mark.SKIPPED, (), "Revideringen gick inte till huvudmännen på nytt.")


def _mark(ahead: int, is_done: bool) -> Mark:
    if ahead == 0:
        return Mark.HERE
    if is_done:
        return Mark.DONE
    return Mark.AHEAD if ahead > 0 else Mark.SKIPPED


def _said_of(rounds: list[Referral], ahead: int) -> str:
    if not rounds:
        return "Frivilligt." if ahead > 0 else "Ingen remiss hölls här."
    last = rounds[-1]
    held = f"Öppnad {last.opened_at:%Y-%m-%d}, svar senast {last.due_on:%Y-%m-%d}"
    return f"{held}, avslutad {last.closed_at:%Y-%m-%d}." if last.closed_at else f"{held}."


def _began_on_paper(lap: list[PlanStep]) -> bool:
    """Whether the plan was sent before the steps were recorded here, or still has none recorded."""
    return not lap or any(step.kind == Kind.RECORD for step in lap)


def _since_last_turn(taken: Sequence[PlanStep]) -> list[PlanStep]:
    """Return the steps from the one that last made the plan a draft again; all of them where none has."""
    turns = [index for index, step in enumerate(taken) if step.kind in TURNS]
    return list(taken[turns[-1] :] if turns else taken)

"""Taking a step from its form: once, however often the button is pressed, and what it did, in words."""

import datetime
from collections.abc import Callable

from django.db import transaction

from plans import lifecycle
from plans.models import DecisionRound, Plan, PlanStep
from plans.steps import StepRefused, locked
from skane_digi.decisions.next_steps import OtherStep
from skane_digi.workflows import recommend_plan, record_as_printed, submit_plan

Kind, Status = PlanStep.Kind, Plan.Status


class SteppedMeanwhile(StepRefused):
    """Somebody has taken another step since the form was opened. ``seen`` is how many there are now."""

    def __init__(self, last: PlanStep, seen: int):
        self.seen = seen
        super().__init__(
            f"{last.taken_by_name} har tagit ett steg sedan du öppnade sidan: {last.get_kind_display().lower()}. "
            "Skicka in igen om ditt steg ändå ska tas."
        )


def _move_wanted_day(*, plan: Plan, wanted_on: datetime.date, by, at: datetime.datetime | None = None) -> None:
    if not DecisionRound.objects.filter(plan=plan, state=DecisionRound.State.OPEN, wanted_on=wanted_on).exists():
        lifecycle.set_wanted_on(plan=plan, wanted_on=wanted_on, by=by, at=at)


TAKING: dict[str, Callable] = {
    Kind.SUBMIT: submit_plan,
    Kind.PREPARE: lifecycle.prepare,
    Kind.RECOMMEND: recommend_plan,
    Kind.SEND: lifecycle.send_to_members,
    Kind.RETURN: lifecycle.return_to_draft,
    Kind.REOPEN: lifecycle.reopen,
    Kind.CLOSE: lifecycle.close,
    Kind.RECORD: record_as_printed,
    OtherStep.WANTED: _move_wanted_day,
}


@transaction.atomic
def take_step(*, plan: Plan, kind: str, values: dict, seen: int | None, by, at: datetime.datetime | None = None) -> str:
    """Take the step unless the same person just has, and return a Swedish sentence about what it did.

    ``values`` are the form's and ``seen`` how many steps there were when it was opened. Raises ``StepRefused``, and
    ``SteppedMeanwhile`` where somebody else came before; then nothing is changed.
    """
    locked(plan)
    since = [] if seen is None else list(plan.steps.order_by("pk")[seen:])
    own = [step for step in since if step.kind == kind and step.taken_by_id == by.pk]
    if since and not own:
        raise SteppedMeanwhile(since[-1], seen + len(since))
    if not own:
        TAKING[kind](plan=plan, by=by, at=at, **values)
    return _done(Plan.objects.get(pk=plan.pk), kind)


def _done(plan: Plan, kind: str) -> str:
    version = lifecycle.current_version(plan)
    match kind:
        case Kind.SUBMIT | Kind.RECORD:
            return f"{plan} är fryst som version {version.number} med fingeravtrycket {version.fingerprint}."
        case Kind.PREPARE:
            return "Beredningen är registrerad. Planen kan gå vidare till det organ som rekommenderar."
        case Kind.RECOMMEND if plan.status == Status.ADOPTED:
            rests_on = version.round.consents_from.number
            return f"Version {version.number} är fastställd. Den vilar på besluten om version {rests_on}."
        case Kind.RECOMMEND:
            return "Rekommendationen är registrerad. Planen kan sändas till huvudmännen."
        case Kind.SEND:
            return f"Planen är sänd till {len(version.member_codes)} huvudmän, som nu kan registrera sina beslut."
        case Kind.RETURN:
            return f"Planen är ett utkast igen. Version {version.number} står kvar som återförvisad."
        case Kind.REOPEN:
            return f"Planen är öppen för revidering. Version {version.number} gäller tills en ny är fastställd."
        case Kind.CLOSE:
            return "Planen är avslutad."
    return f"Beslut önskas senast {version.round.wanted_on}."

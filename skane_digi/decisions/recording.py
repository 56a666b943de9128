"""Recording a decision from a page: once, however often the button is pressed, and what it changed, in words."""

import hashlib
import unicodedata
from dataclasses import dataclass

from django.db import transaction

from plans.days import day_of
from plans.deciding import TAKES_DECISIONS, DecisionRefused, find_condition, record_decision
from plans.models import ConditionFinding, Decision, DecisionCondition, Organisation, Plan, PlanVersion
from plans.register import Register, Standing, register_of
from plans.steps import locked


class RecordedMeanwhile(DecisionRefused):
    """Somebody has recorded for the organisation since the form was opened. ``seen`` is the newest record's key."""

    def __init__(self, newest: Decision):
        self.seen = newest.key
        said = f"{newest.recorded_by_name} har registrerat {_in_words(newest)} sedan du öppnade sidan."
        super().__init__(f"{said} Skicka in igen om ditt beslut ändå ska registreras.")


@dataclass(frozen=True, slots=True)
class Recorded:
    """What was recorded and what it led to. ``news`` says in Swedish what has changed."""

    decision: Decision
    news: tuple[str, ...]


def newest_key(version: PlanVersion, organisation: Organisation) -> str:
    """Return the key of what was recorded last for the organisation; a form carries it to tell if it is out of date."""
    newest = _newest(version, organisation)
    return newest.key if newest else ""


def why_closed(version: PlanVersion) -> str:
    """Return why no decision on the version can be recorded now, in a Swedish sentence; empty where it can."""
    plan = version.plan
    if plan.status not in TAKES_DECISIONS:
        now = plan.get_status_display()
        return f"Beslut registreras när planen har sänts till huvudmännen. {plan} är nu i läget ”{now}”."
    if not version.round.needs_all:
        return f"Version {version.number} vilar på besluten om en tidigare version, och de ändras inte."
    return ""


@transaction.atomic
def record_once(*, version: PlanVersion, organisation: Organisation, seen: str, by, at=None, **values) -> Recorded:
    """Record the decision unless the same person just has, and return what was recorded.

    ``seen`` is what ``newest_key`` said when the form was opened, ``values`` the rest of ``record_decision``'s
    arguments. Raises ``DecisionRefused``, and ``RecordedMeanwhile`` where somebody else came before.
    """
    plan = locked(version.plan)
    newest = _newest(version, organisation)
    if newest and newest.key != seen:
        if newest.recorded_by == by and _said_by(newest) == _asked(values):
            return Recorded(newest, (f"{organisation}: beslutet är registrerat.",))
        raise RecordedMeanwhile(newest)
    decision = record_decision(version=version, organisation=organisation, by=by, at=at, **values)
    return Recorded(decision, (_first_news(decision), *_news(plan, version, organisation)))


@transaction.atomic
def find_and_tell(*, condition: DecisionCondition, is_met: bool, reason: str, by, at=None) -> tuple[str, ...]:
    """Say whether a condition in words is met, and return what that changed. Raises ``DecisionRefused``."""
    plan = locked(condition.decision.version.plan)
    finding: ConditionFinding = find_condition(condition=condition, is_met=is_met, reason=reason, by=by, at=at)
    organisation = condition.decision.organisation
    first = f"{organisation}: villkoret är bedömt som {'uppfyllt' if finding.is_met else 'inte uppfyllt'}."
    return first, *_news(plan, condition.decision.version, organisation)


def _newest(version: PlanVersion, organisation: Organisation) -> Decision | None:
    rows = Decision.objects.filter(version=version, organisation=organisation).select_related("recorded_by", "extract")
    return rows.defer("extract__content").order_by("recorded_at", "pk").last()


def _first_news(decision: Decision) -> str:
    if decision.outcome == Decision.Outcome.WITHDRAWN:
        return f"{decision.organisation}: registreringen har utgått och räknas inte längre. Den kan fortfarande läsas."
    done = "rättelsen är registrerad" if decision.replaces_id else "beslutet är registrerat"
    return f"{decision.organisation}: {done}. {_in_words(decision)}."


def _news(before: Plan, version: PlanVersion, organisation: Organisation) -> tuple[str, ...]:
    """Return how far the version has come, and what became of the plan, which was ``before`` in another state."""
    after, register = Plan.objects.get(pk=before.pk), register_of(version)
    count = f"{register.adopted_count} av {register.total}"
    if after.status == before.status:
        return _standing_news(register, organisation, count)
    if after.status == Plan.Status.ADOPTED:
        return (f"{count}: planen är fastställd.",)
    again = f" Version {version.replaces.number} gäller tills vidare." if version.replaces else ""
    return (f"{count}: planen är inte längre fastställd.{again}",)


def _standing_news(register: Register, organisation: Organisation, count: str) -> tuple[str, ...]:
    entry = register.entry_of(organisation)
    if entry and entry.standing == Standing.WAITING:
        waiting = " ".join(status.sentence for status in entry.conditions if not status.is_met)
        return (f"Villkor återstår. {waiting} {count} har antagit.",)
    return (f"{count} har antagit.",)


def _in_words(decision: Decision) -> str:
    said = decision.get_outcome_display()
    stage = "" if decision.stage == Decision.Stage.DECIDES else f" ({decision.get_stage_display()})"
    when = f" {decision.decided_on.isoformat()}" if decision.decided_on else ""
    return f"{said}, {decision.instance}{stage}{when}"


def first_possible_day(version: PlanVersion):
    """Return the first day that a decision on the version can have been taken; ``None`` for one sent on paper."""
    return None if version.is_as_printed else day_of(version.frozen_at)


def _said_by(decision: Decision) -> tuple:
    extract = getattr(decision, "extract", None)
    conditions = decision.conditions.prefetch_related("organisations")
    return (
        *(_plain(getattr(decision, name)) for name in TOLD),
        decision.replaces_id,
        tuple((one.kind, _plain(one.text), {row.code for row in one.organisations.all()}) for one in conditions),
        extract.digest if extract and not decision.replaces_id else "",
    )


def _asked(values: dict) -> tuple:
    extract, replaces = values.get("extract"), values.get("replaces")
    return (
        *(_plain(values.get(name)) for name in TOLD),
        replaces.pk if replaces else None,
        tuple((wish.kind, _plain(wish.text), set(wish.organisation_codes)) for wish in values.get("conditions", ())),
        hashlib.sha256(extract[1]).hexdigest() if extract and not replaces else "",
    )


TOLD = ("outcome", "stage", "instance", "decided_on", "paragraph", "case_number", "comment", "correction_reason")


def _plain(value: object) -> str:
    return " ".join(unicodedata.normalize("NFC", str(value or "")).split())

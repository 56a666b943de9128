"""A plan's versions as its pages show them: number, state in words, who froze each and why."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self

from django.urls import reverse

from plans.days import day_of
from plans.models import DecisionRound, Plan, PlanStep, PlanVersion, VersionFault
from plans.permissions import can_view_plan, can_view_version
from skane_digi.versions.standing import title_for

State, Kind = DecisionRound.State, PlanStep.Kind


@dataclass(frozen=True, slots=True)
class ShownVersion:
    """A version with its state in words. ``sent_back`` is the step that sent it back, with its reason.

    ``base`` is the number of the version that it is compared with: the one it replaces, or the one before.
    """

    version: PlanVersion
    state_text: str
    sent_back: PlanStep | None
    base: int | None

    @property
    def number(self) -> int:
        return self.version.number

    @property
    def name(self) -> str:
        return f"Version {self.number}"

    @property
    def sentence(self) -> str:
        """``Version 1, fastställd 2024-03-01``."""
        return f"{self.name}, {self.state_text}"

    @property
    def in_sentence(self) -> str:
        return f"version {self.number} ({self.state_text})"

    @property
    def is_standing(self) -> bool:
        return self.version.round.state == State.ADOPTED

    @property
    def is_past(self) -> bool:
        return self.version.round.state in (State.RETURNED, State.REPLACED)

    @property
    def url(self) -> str:
        return reverse("versions:page", args=[self.version.plan.slug, self.number])


@dataclass(frozen=True, slots=True)
class Shelf:
    """Every version of a plan that a reader may see, the latest first.

    ``title`` is the plan's own for those who see it, otherwise that of the version which stands in its place.
    """

    plan: Plan
    title: str
    versions: tuple[ShownVersion, ...]
    sees_plan: bool

    def version(self, number: int) -> ShownVersion | None:
        return next((shown for shown in self.versions if shown.number == number), None)

    @property
    def standing(self) -> ShownVersion | None:
        return next((shown for shown in self.versions if shown.is_standing), None)

    @property
    def sees_draft(self) -> bool:
        """Whether there is a draft, and the reader may see it."""
        return self.sees_plan and not self.plan.is_locked

    @property
    def before_draft(self) -> ShownVersion | None:
        """What a draft is compared with: the version that stands, or the latest where none does."""
        return self.standing or next(iter(self.versions), None)


@dataclass(frozen=True, slots=True)
class Standing:
    """Whether a version is in force, in a sentence, and the version to read instead where it is not."""

    text: str
    instead: ShownVersion | None = None


@dataclass(frozen=True, slots=True)
class Faults:
    """What did not agree in a plan sent on paper. ``reason`` is why the faults stand, where it is one for them all."""

    rows: tuple[VersionFault, ...]
    reason: str

    @classmethod
    def of(cls, version: PlanVersion) -> Self:
        rows = tuple(version.faults.order_by("position", "pk"))
        reasons = {fault.reason for fault in rows}
        return cls(rows, reasons.pop() if len(rows) > 1 and len(reasons) == 1 else "")


def standing_of(shelf: Shelf, shown: ShownVersion) -> Standing | None:
    """Return what the reader of a version should know before reading it; ``None`` for one that is simply in force."""
    standing = shelf.standing
    match shown.version.round.state:
        case State.RETURNED:
            return Standing("Versionen är återförvisad och gäller inte.", standing)
        case State.REPLACED:
            return Standing("Versionen gäller inte längre.", standing)
        case State.OPEN if standing:
            return Standing(f"Version {standing.number} gäller tills den här är fastställd.", standing)
        case State.ADOPTED if not shelf.plan.is_locked:
            return Standing("Planen revideras. Den här versionen gäller tills en ny är fastställd.")
        case State.ADOPTED if not shelf.plan.is_decided:
            newest = shelf.versions[0]
            text = f"Version {newest.number} är sänd för beslut. Den här gäller tills den är fastställd."
            return Standing(text, newest)
    return None


def shelf_of(user, slug: str) -> Shelf | None:
    """Return the plan's versions as ``user`` may see them; ``None`` where neither the plan nor a version is theirs."""
    plan = Plan.objects.with_years().with_plan_before(user).filter(slug=slug).first()
    if plan is None:
        return None
    sees_plan = can_view_plan(user, plan)
    versions = [version for version in _versions(plan) if can_view_version(user, version)]
    if not (versions or sees_plan):
        return None
    return Shelf(plan, title_for(user, plan), tuple(_shown(plan, versions)), sees_plan)


def _versions(plan: Plan) -> Iterable[PlanVersion]:
    return plan.versions.without_files().select_related("round", "replaces").order_by("-number")


def _shown(plan: Plan, versions: list[PlanVersion]) -> Iterable[ShownVersion]:
    taken = PlanStep.objects.filter(version__in=versions, kind__in=[Kind.ADOPT, Kind.RETURN])
    steps = {(step.version_id, step.kind): step for step in taken.select_related("body").order_by("taken_at", "pk")}
    heirs = {
        version.replaces_id: version.number
        for version in versions
        if version.replaces_id and version.round.state in (State.ADOPTED, State.REPLACED)
    }
    numbers = [version.number for version in versions]
    for version in versions:
        version.plan = plan
        returned = steps.get((version.pk, Kind.RETURN)) if version.round.state == State.RETURNED else None
        adopted = steps.get((version.pk, Kind.ADOPT))
        yield ShownVersion(
            version=version,
            state_text=_state_text(version, adopted, returned, heirs.get(version.pk)),
            sent_back=returned,
            base=_base(version, numbers),
        )


def _base(version: PlanVersion, numbers: list[int]) -> int | None:
    if version.replaces_id and version.replaces.number in numbers:
        return version.replaces.number
    return max((number for number in numbers if number < version.number), default=None)


def _state_text(version: PlanVersion, adopted, returned, heir: int | None) -> str:
    match version.round.state:
        case State.ADOPTED:
            closed = ", avslutad" if version.plan.status == Plan.Status.CLOSED else ""
            return f"fastställd{_day(adopted)}{closed}"
        case State.REPLACED:
            return f"ersatt av version {heir}" if heir else "ersatt"
        case State.RETURNED:
            return f"återförvisad{_day(returned)}"
    return version.plan.get_status_display().lower() if version.plan.is_locked else "beslut pågår"


def _day(step: PlanStep | None) -> str:
    return f" {(step.taken_on or day_of(step.taken_at)).isoformat()}" if step else ""

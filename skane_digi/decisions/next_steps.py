"""What can be done next on a plan's way: who may, what must hold, and what it will do."""

from dataclasses import dataclass

from django.db import models
from django.urls import reverse

from plans.lifecycle import next_number
from plans.models import Plan, PlanStep, PlanVersion
from plans.register import Register
from plans.steps import STEP_BY_KIND, steps_from
from skane_digi.portal.findings import LinkedFinding
from skane_digi.versions.freezing import member_codes
from skane_digi.workflows import obstacles, printed_faults

Kind, Status = PlanStep.Kind, Plan.Status
WHO = "ordföranden i SGD eller en administratör"


class OtherStep(models.TextChoices):
    """What is done from the page of steps and moves the plan nowhere."""

    WANTED = "wanted", "Ändra dagen då besluten önskas"


EFFECTS = {
    Kind.RECORD: "Planen fryses som version 1 precis som den trycktes, med de fel som granskningen ser. Varje fel "
    "godtas med ett skäl som alla kan läsa. Inget rättas.",
    OtherStep.WANTED: "Dagen flyttas för alla huvudmän, och påminnelserna räknas från den nya dagen.",
}
TITLES = {Kind.RECORD: "Återge planen som tryckt", OtherStep.WANTED: OtherStep.WANTED.label}
TURNING_BACK = (Kind.RETURN, Kind.CLOSE, Kind.REOPEN, OtherStep.WANTED)


@dataclass(frozen=True, slots=True)
class Requirement:
    """What must hold. ``faults`` are what it fails on, each with a link; ``url`` leads to where it can be met."""

    text: str
    is_met: bool
    faults: tuple[LinkedFinding, ...] = ()
    url: str = ""


@dataclass(frozen=True, slots=True)
class NextStep:
    """A step that the plan's state allows. ``effects`` say in Swedish what it does, the general first."""

    kind: str
    title: str
    who: str
    effects: tuple[str, ...]
    requirements: tuple[Requirement, ...]

    @property
    def is_possible(self) -> bool:
        return all(requirement.is_met for requirement in self.requirements)

    @property
    def goes_forward(self) -> bool:
        return self.kind not in TURNING_BACK

    @property
    def freezes(self) -> bool:
        """Whether it sets a PDF, which takes a second or two."""
        return self.kind in (Kind.SUBMIT, Kind.RECORD)


@dataclass(frozen=True, slots=True)
class Situation:
    """What the next step depends on. ``current`` is the latest version, ``standing`` the adopted one."""

    plan: Plan
    current: PlanVersion | None
    standing: PlanVersion | None
    register: Register | None
    shows_draft: bool = True

    @property
    def has_open_round(self) -> bool:
        return bool(self.current and self.current.round.is_open)

    @property
    def is_on_paper_only(self) -> bool:
        return self.plan.is_locked and self.current is None


def next_steps(now: Situation) -> tuple[NextStep, ...]:
    """Return what can be done next. What a draft lacks is found only where the reader may see the draft."""
    kinds: list[str] = [step.kind for step in steps_from(now.plan)]
    if now.is_on_paper_only:
        kinds.insert(0, Kind.RECORD)
    if now.plan.status == Status.DECIDING and now.has_open_round:
        kinds.insert(0, OtherStep.WANTED)
    return tuple(_next(now, kind) for kind in kinds)


def _next(now: Situation, kind: str) -> NextStep:
    step = STEP_BY_KIND.get(kind)
    return NextStep(
        kind=str(kind),
        title=step.title if step else TITLES[kind],
        who=f"Steget tas av {WHO}, när organet har beslutat." if step and step.needs_body else f"Steget tas av {WHO}.",
        effects=(step.effect if step else EFFECTS[kind], *_effects(now, kind)),
        requirements=tuple(_requirements(now, kind)),
    )


def _effects(now: Situation, kind: str) -> list[str]:
    """Return what the step does to this very plan."""
    if kind == Kind.SUBMIT:
        said = [f"Den blir version {next_number(now.plan)}, och {len(member_codes(now.plan))} huvudmän beslutar."]
        if now.standing:
            said.append(f"Version {now.standing.number} gäller tills den nya är fastställd.")
        return said
    if kind == Kind.SEND and now.register:
        return [f"{now.register.total} huvudmän får frågan."]
    if kind == Kind.RETURN and now.register and (count := _recorded(now.register)):
        return [f"{count} {'registrerat' if count == 1 else 'registrerade'} beslut räknas då inte längre."]
    return []


def _recorded(register: Register) -> int:
    return sum(len(entry.chain) for entry in register.entries)


def _requirements(now: Situation, kind: str) -> list[Requirement]:
    if kind == Kind.SUBMIT:
        return _to_freeze(now)
    if kind == Kind.RECORD:
        return [_printed(now)]
    if kind == Kind.REOPEN:
        return [_version("En fryst version är fastställd.", now, is_met=now.standing is not None)]
    if kind == Kind.CLOSE:
        return [Requirement("Planen är fastställd.", is_met=True)]
    return [_version("En fryst version väntar på beslut.", now, is_met=now.has_open_round)]


def _to_freeze(now: Situation) -> list[Requirement]:
    has_members = bool(member_codes(now.plan))
    members = Requirement("Samverkan har medlemmar under planens år.", is_met=has_members)
    if not now.shows_draft:
        return [members, Requirement("Inget i planen är fel eller saknas.", is_met=False)]
    faults = obstacles(now.plan)
    if not faults:
        return [members, Requirement("Inget i planen är fel eller saknas.", is_met=True)]
    count = "1 uppgift stämmer inte eller saknas" if len(faults) == 1 else f"{len(faults)} uppgifter stämmer inte"
    text = f"{count}{'' if len(faults) == 1 else ' eller saknas'}. Rätta först:"
    return [members, Requirement(text, is_met=False, faults=faults)]


def _printed(now: Situation) -> Requirement:
    count = len(printed_faults(now.plan))
    if not count:
        return Requirement("Den tryckta planen har inga fel att godta.", is_met=True)
    faults = "1 fel" if count == 1 else f"{count} fel"
    return Requirement(f"Den tryckta planen har {faults}, som godtas med skäl i nästa steg.", is_met=True)


def _version(text: str, now: Situation, *, is_met: bool) -> Requirement:
    if is_met or not now.is_on_paper_only:
        return Requirement(text, is_met)
    url = reverse("decisions:step", args=[now.plan.slug, Kind.RECORD.value])
    return Requirement("Planen saknar fryst version. Återge den som tryckt först.", is_met=False, url=url)

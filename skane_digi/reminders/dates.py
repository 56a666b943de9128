"""The dates of plans that a reader may see: when decisions are wanted, when they were taken, when a plan was adopted.

Everything about a date comes from the rows and the log: its identity, how many times it has been changed and when.
"""

import datetime
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.urls import reverse

from plans import permissions
from plans.models import Decision, DecisionRound, LogEntry, Plan, PlanStep, Referral
from plans.places import reference_of
from skane_digi.versions.standing import StandingPlan, standing_in_place, standing_plans

WANTED, DECIDED, ADOPTED, REFERRAL = "Beslut önskas", "Beslut", "Fastställelse", "Remiss"
State = DecisionRound.State


@dataclass(frozen=True, slots=True)
class Date:
    """A day on which something happens in a plan.

    ``sequence`` is how many times it has been changed since it was first written, ``written_at`` when it last was.
    """

    uid: str
    on: datetime.date
    title: str
    text: str
    path: str
    category: str
    written_at: datetime.datetime
    sequence: int = 0


@dataclass(frozen=True, slots=True)
class Feed:
    """A calendar's name and its dates, in order."""

    name: str
    dates: tuple[Date, ...]


@dataclass(frozen=True, slots=True)
class Shown:
    """A plan as its reader may see it. One under revision has the title that it was adopted with.

    ``sees_register``: decisions also while they are awaited; ``sees_referrals``: the referral rounds.
    """

    plan: Plan
    title: str
    sees_register: bool = False
    sees_referrals: bool = False


def public_feed() -> Feed:
    """Return the dates of every plan that has been made public, as anyone may see them."""
    public = [Shown(plan, plan.title) for plan in Plan.objects.public()]
    revised = [Shown(standing.version.plan, standing.document.title) for standing in standing_plans(AnonymousUser())]
    return Feed("Handlingsplaner", _dates([*public, *revised]))


def plan_feed(slug: str, user) -> Feed | None:
    """Return the dates of one plan that ``user`` may see; ``None`` where the plan is not there for them."""
    shown = _shown(slug, user)
    return Feed(shown.title, _dates([shown])) if shown else None


def _shown(slug: str, user) -> Shown | None:
    if plan := Plan.objects.visible_to(user).filter(slug=slug).first():
        return Shown(
            plan,
            plan.title,
            sees_register=permissions.can_view_register(user, plan),
            sees_referrals=permissions.can_view_referrals(user, plan),
        )
    if version := standing_in_place(user, slug):
        return Shown(version.plan, StandingPlan.read(version).document.title)
    return None


def _dates(shown: Iterable[Shown]) -> tuple[Date, ...]:
    """Return the dates of all the plans, in a number of queries that does not grow with them."""
    by_plan = {one.plan.pk: one for one in shown}
    rounds = DecisionRound.objects.filter(plan__in=by_plan, state__in=[State.OPEN, State.ADOPTED, State.REPLACED])
    rounds = rounds.select_related("version").defer("version__content", "version__allocation", "version__pdf")
    in_progress = {one.version_id: one for one in rounds if one.is_open}
    adopted = {one.version_id: one for one in rounds if not one.is_open}
    registers = adopted | {pk: one for pk, one in in_progress.items() if by_plan[one.plan_id].sees_register}
    found = [
        *_wanted([one for one in in_progress.values() if one.wanted_on and one.needs_all], by_plan),
        *_decided(registers, by_plan),
        *_adopted(adopted, by_plan),
        *_referrals(by_plan),
    ]
    return tuple(sorted(found, key=lambda date: (date.on, date.uid)))


def _wanted(rounds: list[DecisionRound], by_plan: dict[int, Shown]) -> Iterator[Date]:
    changes = _changes(rounds, "wanted_on")
    for one in rounds:
        shown, version, moved = by_plan[one.plan_id], one.version, changes[reference_of(one)[1]]
        yield Date(
            uid=f"beslut-onskas-{one.key}",
            on=one.wanted_on,
            title=f"Beslut önskas senast: {shown.title}",
            text=f"Huvudmännens beslut om {shown.title}, version {version.number} med fingeravtrycket "
            f"{version.fingerprint}, önskas senast den här dagen.",
            path=_version_path(shown.plan, version.number),
            category=WANTED,
            written_at=max([version.frozen_at, *moved]),
            sequence=len(moved),
        )


def _decided(rounds: dict[int, DecisionRound], by_plan: dict[int, Shown]) -> Iterator[Date]:
    rows = Decision.objects.filter(version__in=rounds).select_related("organisation", "replaces")
    decisions = {row.pk: row for row in rows}
    replaced = {row.replaces_id for row in decisions.values()}
    for row in decisions.values():
        counts = row.pk not in replaced and row.outcome != Decision.Outcome.WITHDRAWN
        if not (counts and row.stage == Decision.Stage.DECIDES and row.decided_on):
            continue
        first, corrections = row, 0
        while first.replaces_id:
            first, corrections = decisions[first.replaces_id], corrections + 1
        one = rounds[row.version_id]
        shown, outcome = by_plan[one.plan_id], row.get_outcome_display().lower()
        paragraph = f", {row.paragraph}" if row.paragraph else ""
        yield Date(
            uid=f"beslut-{first.key}",
            on=row.decided_on,
            title=f"{row.organisation}: {outcome} ({shown.title})",
            text=f"{row.instance} beslutade om {shown.title}, version {one.version.number}: {outcome}{paragraph}.",
            path=reverse("decisions:organisation", args=[shown.plan.slug, row.organisation.code]),
            category=DECIDED,
            written_at=row.recorded_at,
            sequence=corrections,
        )


def _adopted(rounds: dict[int, DecisionRound], by_plan: dict[int, Shown]) -> Iterator[Date]:
    steps = PlanStep.objects.filter(version__in=rounds, kind=PlanStep.Kind.ADOPT, taken_on__isnull=False)
    taken = defaultdict(list)
    for step in steps.order_by("taken_at", "pk"):
        taken[step.version_id].append(step)
    for version_id, several in taken.items():
        version = rounds[version_id].version
        shown, last = by_plan[rounds[version_id].plan_id], several[-1]
        yield Date(
            uid=f"faststalld-{version.key}",
            on=last.taken_on,
            title=f"{shown.title} fastställd",
            text=f"Version {version.number} av {shown.title}, med fingeravtrycket {version.fingerprint}, fastställdes.",
            path=_version_path(shown.plan, version.number),
            category=ADOPTED,
            written_at=last.taken_at,
            sequence=len(several) - 1,
        )


def _referrals(by_plan: dict[int, Shown]) -> Iterator[Date]:
    plans = [pk for pk, shown in by_plan.items() if shown.sees_referrals]
    referrals = list(Referral.objects.filter(plan__in=plans)) if plans else []
    changes = _changes(referrals, "due_on")
    for referral in referrals:
        shown, moved = by_plan[referral.plan_id], changes[reference_of(referral)[1]]
        yield Date(
            uid=f"remiss-{referral.key}",
            on=referral.due_on,
            title=f"Sista dag att svara på remissen: {shown.title}",
            text=f"Svar på remissen av {shown.title} lämnas senast den här dagen.",
            path=reverse("workspace:referral", args=[shown.plan.slug]),
            category=REFERRAL,
            written_at=max([referral.opened_at, *moved]),
            sequence=len(moved),
        )


def _changes(rows: list[models.Model], field: str) -> dict[str, list[datetime.datetime]]:
    """Return when the field of each row was changed, by the row's key in the log."""
    changes: dict[str, list[datetime.datetime]] = defaultdict(list)
    if rows:
        keys = [reference_of(row)[1] for row in rows]
        entries = LogEntry.objects.filter(
            subject=rows[0]._meta.label_lower,
            subject_key__in=keys,
            action=LogEntry.Action.CHANGED,
            after__has_key=field,
        )
        for key, at in entries.values_list("subject_key", "at"):
            changes[key].append(at)
    return changes


def _version_path(plan: Plan, number: int) -> str:
    return reverse("versions:page", args=[plan.slug, number])

"""What is done across text and money, each as one transaction and in the log."""

import datetime
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.db import transaction

from budgets.rollover import RolledBudget, start_budget_from
from plans import log
from plans.models import LogEntry, Plan
from plans.rollover import RolledArea, RolledPlan, start_plan_from
from plans.rollover_choices import AreaChoice, years_words


@dataclass(frozen=True, slots=True)
class StartedPlan:
    """A new draft: its text and what its costs are to be shared by."""

    text: RolledPlan
    budget: RolledBudget

    @property
    def plan(self) -> Plan:
        return self.text.plan


@transaction.atomic
def start_next_plan(
    *,
    plan: Plan,
    years: Iterable[int],
    slug: str = "",
    title: str = "",
    choices: Mapping[str, AreaChoice] | None = None,
    with_unfinished: bool = True,
    by,
    at: datetime.datetime | None = None,
) -> StartedPlan:
    """Start a draft for ``years`` out of ``plan``, log it and return it; ``plan`` itself is not changed.

    Raises ``RolloverError`` with Swedish reasons, and then nothing is changed.
    """
    text = start_plan_from(plan, years=years, slug=slug, title=title, choices=choices, with_unfinished=with_unfinished)
    started = StartedPlan(text, start_budget_from(text.source, text.plan))
    with log.batch():
        log.record(action=LogEntry.Action.STARTED, subject=text.plan, by=by, at=at, after=_summary(started))
        for area in text.areas:
            _record_area(area, by=by, at=at)
    return started


def _summary(started: StartedPlan) -> dict:
    new_years = [row.year for row in started.plan.years.all()]
    return {
        "title": started.plan.title,
        "slug": started.plan.slug,
        "status": started.plan.get_status_display(),
        "verksamhetsår": years_words(new_years),
        "påbörjad utifrån": started.text.source.slug,
        "fördelningsunderlag": [str(basis) for basis in started.budget.bases],
    }


def _record_area(area: RolledArea, *, by, at: datetime.datetime | None) -> None:
    action = LogEntry.Action(area.kind.value)
    if area.after is None:
        log.record(action=action, subject=area.lineage, by=by, at=at, after={"reason": area.lineage.reason})
        return
    after = {
        "name": area.after.name,
        "slug": area.after.slug,
        "mål": area.goal_count,
        "aktiviteter": area.activity_count,
    }
    log.record(
        action=action,
        subject=area.after,
        by=by,
        at=at,
        before={name: getattr(area.before, name) for name in ("name", "slug")},
        after=after,
    )

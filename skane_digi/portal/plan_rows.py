"""The plans as lists show them: those that the reader may see, and the standing versions of drafts kept from them."""

import datetime
from dataclasses import dataclass

from plans.models import Plan
from skane_digi.versions.standing import StandingPlan, standing_numbers, standing_plans


@dataclass(frozen=True, slots=True)
class PlanRow:
    """A plan in a list. ``state_note`` says which version stands while the plan is being revised."""

    slug: str
    title: str
    years: tuple[int, ...]
    years_text: str
    url: str
    status_text: str
    is_decided: bool
    is_public: bool
    dated_on: datetime.date | None
    collaboration: str
    area_names: tuple[str, ...]
    state_note: str = ""

    @property
    def order(self) -> tuple:
        """The newest first, and plans without a year last; sorted in reverse, as ``Plan.objects.newest_first()`` is."""
        return (bool(self.years), self.years[0] if self.years else 0, self.slug)


def plan_rows(user, *, limit: int | None = None) -> list[PlanRow]:
    """Return the plans, the newest first, in a number of queries that does not grow with them."""
    plans = Plan.objects.visible_to(user).with_years().newest_first().prefetch_related("focus_areas")[:limit]
    numbers = standing_numbers(plans)
    rows = [row_of_plan(plan, numbers.get(plan.pk)) for plan in plans]
    rows += [row_of_standing(standing) for standing in standing_plans(user)]
    return sorted(rows, key=lambda row: row.order, reverse=True)[:limit]


def row_of_plan(plan: Plan, standing: int | None = None) -> PlanRow:
    """Return the row of a plan that was fetched with its years and areas; ``standing`` is its standing version."""
    return PlanRow(
        slug=plan.slug,
        title=plan.title,
        years=tuple(row.year for row in plan.years.all()),
        years_text=plan.years_text,
        url=plan.get_absolute_url(),
        status_text=plan.get_status_display(),
        is_decided=plan.is_decided,
        is_public=plan.is_public,
        dated_on=plan.dated_on,
        collaboration=plan.collaboration.name,
        area_names=tuple(area.name_in_tables for area in plan.focus_areas.all()),
        state_note=_note(plan, standing) if standing else "",
    )


def _note(plan: Plan, standing: int) -> str:
    return f"version {standing} gäller" if plan.is_locked else f"till revidering, version {standing} gäller"


def row_of_standing(standing: StandingPlan) -> PlanRow:
    document = standing.document
    names = {row.slug: row.name for row in document.budget.rows}
    return PlanRow(
        slug=document.slug,
        title=document.title,
        years=document.years,
        years_text=document.years_text,
        url=standing.version.plan.get_absolute_url(),
        status_text=Plan.Status.ADOPTED.label,
        is_decided=True,
        is_public=True,
        dated_on=document.dated_on,
        collaboration=document.collaboration,
        area_names=tuple(names.get(area.slug, area.name) for area in document.areas),
        state_note=f"version {standing.version.number} gäller, en revidering pågår",
    )

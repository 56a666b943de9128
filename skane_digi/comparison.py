"""A plan beside an earlier one, in words and in money."""

from dataclasses import dataclass

from budgets.tables import YearChange, YearComparison
from budgets.year_comparison import plans_compared
from plans.comparison import AreaChange, PlanComparison, compare_plans
from plans.descent import Descent
from plans.models import Plan


@dataclass(frozen=True, slots=True)
class AreaYear:
    """An area's money in one of the later plan's years, and the year it is compared with."""

    year: int
    previous_year: int
    money: YearChange


@dataclass(frozen=True, slots=True)
class ComparedArea:
    """What became of an area, and its money year by year; ``years`` is empty where neither plan shares any."""

    change: AreaChange
    years: tuple[AreaYear, ...]


@dataclass(frozen=True, slots=True)
class ComparedPlans:
    """The whole comparison. ``budgets`` is one per year of the later plan, empty where there is nothing before."""

    plans: PlanComparison
    areas: tuple[ComparedArea, ...]
    budgets: tuple[YearComparison, ...]


def earlier_plans(plan: Plan, user=None) -> list[Plan]:
    """Return the plans that areas of ``plan`` come from, the newest first: those ``user`` may see, all for ``None``."""
    plans = Plan.objects.all() if user is None else Plan.objects.visible_to(user)
    before = Descent.of_collaboration(plan.collaboration_id).plans_before(plan)
    return list(plans.filter(pk__in=before).with_years().newest_first())


def compare_with(plan: Plan, before: Plan) -> ComparedPlans:
    """Compare ``plan`` with an earlier one, both fetched by ``Plan.objects.with_content()``."""
    compared = compare_plans(before, plan, Descent.of_collaboration(plan.collaboration_id))
    budgets = plans_compared(before, plan, [(area.after, area.before) for area in compared.areas])
    areas = tuple(
        ComparedArea(
            area,
            tuple(
                AreaYear(budget.year, budget.previous_year, budget.rows[place])
                for budget in budgets
                if budget.rows[place].difference is not None
            ),
        )
        for place, area in enumerate(compared.areas)
    )
    return ComparedPlans(compared, areas, budgets)

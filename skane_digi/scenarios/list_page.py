"""A plan's scenarios as a list: who made them and when, what they change in words, and what the total becomes."""

from dataclasses import dataclass
from decimal import Decimal

from django.db.models import QuerySet

from budgets.models import Scenario
from budgets.money import format_kr
from budgets.scenario_editing import read_scenario
from budgets.scenario_words import Names, in_words
from budgets.scenarios import Changes, ScenarioRefused, changed_lines
from budgets.year_basis import YearBasis, load_years
from plans import permissions
from plans.days import day_of
from plans.models import Plan
from skane_digi.scenarios.effect_words import signed


@dataclass(frozen=True, slots=True)
class ScenarioRow:
    """A scenario in the list. ``total_text`` is what the year would cost, empty where ``problem`` says why not."""

    scenario: Scenario
    made_by: str
    changed_text: str
    is_own: bool
    words: tuple[str, ...]
    total_text: str
    difference_text: str
    problem: str
    may_remove: bool


@dataclass(frozen=True, slots=True)
class ListPage:
    """The reader's own scenarios first, then those shared by others. ``years`` are those to try something in."""

    own: tuple[ScenarioRow, ...]
    shared: tuple[ScenarioRow, ...]
    years: tuple[int, ...]
    may_keep: bool


def scenarios_of(plan: Plan, user) -> QuerySet[Scenario]:
    """Return the scenarios of ``plan`` that ``user`` may see."""
    return plan.scenarios.filter(permissions.visible_scenarios(user, plan)).select_related("made_by", "plan")


def list_page(plan: Plan, user) -> ListPage:
    """Return the list, in a number of queries that does not grow with it."""
    scenarios = list(scenarios_of(plan, user).order_by("-changed_at", "pk"))
    bases = {basis.year: basis for basis in load_years([plan])}
    read = [(scenario, *_changes(scenario)) for scenario in scenarios]
    names = Names.of(plan, [changes for _, changes, _ in read])
    rows = [
        _row(scenario, changes, problem, bases.get(scenario.year), names, user) for scenario, changes, problem in read
    ]
    return ListPage(
        own=tuple(row for row in rows if row.is_own),
        shared=tuple(row for row in rows if not row.is_own),
        years=tuple(bases),
        may_keep=permissions.can_make_scenarios(user, plan),
    )


def _changes(scenario: Scenario) -> tuple[Changes, str]:
    try:
        return read_scenario(scenario), ""
    except ScenarioRefused as refusal:
        return Changes(), refusal.reason


def _row(
    scenario: Scenario, changes: Changes, problem: str, basis: YearBasis | None, names: Names, user
) -> ScenarioRow:
    words, total = (), None
    if basis is None:
        problem = problem or f"Planen gäller inte längre {scenario.year}."
    else:
        words = in_words(basis, changes, names).all
        try:
            lines = changed_lines(basis, changes, names.areas)
            total = sum((line.amount for line in lines), Decimal(0))
        except ScenarioRefused as refusal:
            problem = problem or refusal.reason
    by = scenario.made_by
    return ScenarioRow(
        scenario=scenario,
        made_by=(by.get_full_name() or by.get_username()) if by else "",
        changed_text=day_of(scenario.changed_at).isoformat(),
        is_own=by is not None and by.pk == user.pk,
        words=words,
        total_text="" if problem else format_kr(total),
        difference_text="" if problem else _beside(total - basis.lines_total),
        problem=problem,
        may_remove=permissions.can_change_scenario(user, scenario),
    )


def _beside(difference: Decimal) -> str:
    return f"{signed(difference, decimals=None)} mot budgeten nu" if difference else "samma summa som nu"

"""An organisation's kronor over the years: a chart and a table, with why it changed in words."""

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from budgets.money import format_amount, format_integer, format_kr, round_half_up
from budgets.organisation_history import HistoryYear, organisation_history
from plans import permissions
from plans.models import Organisation
from skane_digi.scenarios.effect_words import signed

WIDTH = 1000
POPULATION = "Folkmängd"


@dataclass(frozen=True, slots=True)
class HistoryRow:
    """One year. ``width`` is its bar in thousandths of the largest year's; ``reason`` says why it changed."""

    year: int
    plan_title: str
    plan_url: str
    state: str
    is_draft: bool
    amount_text: str
    total_text: str
    population_text: str
    day: str
    width: int
    change_text: str
    figures_text: str
    rest_text: str
    reason: str


@dataclass(frozen=True, slots=True)
class HistoryPage:
    organisation: Organisation
    rows: tuple[HistoryRow, ...]
    key_name: str
    figures_part_name: str
    has_changes: bool
    has_drafts: bool


def history_page(organisation: Organisation, user) -> HistoryPage:
    """Return the page for ``user``: decided plans, and the drafts that they may see."""
    years = organisation_history(organisation, lambda plan: permissions.can_view_drafts(user, plan.collaboration_id))
    largest = max((year.amount for year in years), default=Decimal(0))
    rows = tuple(_row(year, largest) for year in years)
    names = {year.key_name for year in years}
    key_name = names.pop() if len(names) == 1 else "Nyckeltal"
    return HistoryPage(
        organisation=organisation,
        rows=rows,
        key_name=key_name,
        figures_part_name="Folkmängdens" if key_name == POPULATION else "Nyckeltalens",
        has_changes=any(year.change is not None for year in years),
        has_drafts=any(year.is_draft for year in years),
    )


def _row(year: HistoryYear, largest: Decimal) -> HistoryRow:
    state = "utkast" if year.is_draft else f"version {year.version}" if year.version else "beslutad"
    return HistoryRow(
        year=year.year,
        plan_title=year.plan.title,
        plan_url=year.plan.get_absolute_url(),
        state=state,
        is_draft=year.is_draft,
        amount_text=format_amount(year.amount, decimals=2),
        total_text=format_amount(year.total),
        population_text=format_integer(year.population),
        day=year.figures_day,
        width=int(round_half_up(Fraction(year.amount) * WIDTH / Fraction(largest), 0)) if largest else 0,
        change_text=signed(year.change) if year.change is not None else "",
        figures_text=signed(year.figures_part) if year.figures_part is not None else "",
        rest_text=signed(year.rest) if year.rest is not None else "",
        reason=_reason(year),
    )


def _reason(year: HistoryYear) -> str:
    """Return why it changed: ``20 kr mer än 2023: 5 kr mindre genom ändrad folkmängd och 25 kr mer …``"""
    if year.change is None:
        return ""
    whole = f"{_more_or_less(year.change)} än {year.before}" if year.change else f"Detsamma som {year.before}"
    if year.figures_part is None:
        return f"{whole}. {year.why_whole}"
    rest = "ändrad budget" if year.only_budget else "ändrad budget, regel eller medlemmar"
    figures = "ändrad folkmängd" if year.key_name == POPULATION else "ändrade nyckeltal"
    return f"{whole}: {_more_or_less(year.figures_part)} genom {figures} och {_more_or_less(year.rest)} genom {rest}."


def _more_or_less(amount: Decimal) -> str:
    if not amount:
        return format_kr(0)
    return f"{format_kr(abs(amount), decimals=2)} {'mer' if amount > 0 else 'mindre'}"

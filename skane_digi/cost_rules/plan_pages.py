"""By what a plan's years are shared: each year's rule and figures, and what deviates from it by whose decision."""

import datetime
from dataclasses import dataclass

from budgets.models import AllocationRule, RuleUse
from budgets.rule_parts import RuleParts, decision_words
from budgets.rule_use_editing import days_text
from budgets.rule_words import rule_sentences, rule_summary
from budgets.year_basis import ChosenFigures, YearBasis, load_years
from plans import permissions
from plans.models import Organisation, Plan
from skane_digi.cost_rules.effects import shared_or_fault
from skane_digi.cost_rules.plan_effects import Uses, is_lacking, lines_of, uses_of
from skane_digi.cost_rules.rule_pages import place_name


@dataclass(frozen=True, slots=True)
class NeededFigures:
    """A measure that a year's rules need, and the day chosen for it. ``fault`` says what is missing.

    ``asks_day`` is whether the day is chosen by itself, and not with the year's rule.
    """

    slug: str
    name: str
    days: str
    fault: str
    asks_day: bool


@dataclass(frozen=True, slots=True)
class YearRules:
    """What one year is shared by. ``fault`` says why it cannot be, ``outside`` that its rule does not hold then."""

    year: int
    rule: RuleParts | None
    sentences: tuple[str, ...]
    is_chosen: bool
    needed: tuple[NeededFigures, ...]
    fault: str
    outside: str

    @property
    def faults(self) -> tuple[str, ...]:
        named = tuple(need.fault for need in self.needed if need.fault)
        of_sharing = named or ((self.fault,) if self.fault else ())
        return (*of_sharing, *((self.outside,) if self.outside else ()))


@dataclass(frozen=True, slots=True)
class ShownUse:
    """A deviation. ``years`` are those of the plan's that it holds in; ``remark`` says where it has no effect."""

    use: RuleUse
    place: str
    summary: str
    decision: str
    days: str
    years: str
    remark: str


@dataclass(frozen=True, slots=True)
class PlanRules:
    years: tuple[YearRules, ...]
    uses: tuple[ShownUse, ...]
    can_write: bool
    can_view_rules: bool


def plan_rules(plan: Plan, user) -> PlanRules:
    """Return the page of a plan that ``user`` may read; its queries do not grow with years, lines or deviations."""
    bases, uses = load_years([plan]), uses_of(plan)
    rules = [rule for basis in bases for rule in basis.rules()]
    codes = {limit.code for rule in rules for limit in rule.limits}
    slugs = {basis.rule.slug for basis in bases if basis.rule}
    rows = {row.slug: row for row in AllocationRule.objects.filter(collaboration=plan.collaboration_id, slug__in=slugs)}
    names = dict(Organisation.objects.filter(code__in=codes).values_list("code", "short_name")) if codes else {}
    return PlanRules(
        years=tuple(_year(basis, names, rows) for basis in bases),
        uses=tuple(_use(use, bases, uses) for use in uses.rows),
        can_write=permissions.can_write_budget(user, plan),
        can_view_rules=permissions.can_view_rules(user, plan.collaboration_id),
    )


def needed_figures(basis: YearBasis) -> tuple[NeededFigures, ...]:
    """Return every measure that the year's rules need, its own first."""
    needs: dict[str, tuple[str, bool]] = {}
    for rule in basis.rules():
        for measure, is_increase in rule.measures():
            before = needs.get(measure.slug, ("", False))[1]
            needs[measure.slug] = measure.name, before or is_increase
    own = basis.figure_set.allocation_key.slug if basis.figure_set else ""
    return tuple(_needed(basis, slug, name, is_increase, own) for slug, (name, is_increase) in needs.items())


def _needed(basis: YearBasis, slug: str, name: str, is_increase: bool, own: str) -> NeededFigures:
    held = basis.figures.get(slug)
    fault = ""
    if held is None:
        fault = f"Nyckeltal för {name.lower()} är inte valda för {basis.year}."
    elif is_lacking(basis, slug, is_increase):
        fault = f"Det är inte valt från vilken dag ökningen av {name.lower()} räknas {basis.year}."
    return NeededFigures(slug, name, chosen_days(held), fault, is_increase or slug != own)


def chosen_days(held: ChosenFigures | None) -> str:
    """Return ``2029-12-31, Skåne län`` and for an increase the day it is counted from."""
    if held is None:
        return ""
    later = f"{held.figure_set.reference_date}, {held.figure_set.region_name}"
    return f"{later}, ökning från {held.earlier_set.reference_date}" if held.earlier_set else later


def _year(basis: YearBasis, names: dict[str, str], rows: dict[str, AllocationRule]) -> YearRules:
    row = rows.get(basis.rule.slug) if basis.rule else None
    is_outside = row is not None and not row.is_valid_on(datetime.date(basis.year, 1, 1))
    return YearRules(
        year=basis.year,
        rule=basis.rule,
        sentences=rule_sentences(basis.rule, names) if basis.rule else (),
        is_chosen=basis.figure_set is not None,
        needed=needed_figures(basis),
        fault=shared_or_fault(basis).fault if basis.lines else "",
        outside=f"{row} gäller {days_text(row)}, men {basis.year} fördelas efter den." if is_outside else "",
    )


def _use(use: RuleUse, bases: list[YearBasis], uses: Uses) -> ShownUse:
    holding = [basis for basis in bases if use.is_valid_in(basis.year)]
    remark = ""
    if not holding:
        remark = "Gäller inget av planens verksamhetsår."
    elif not any(lines_of(use, basis) for basis in holding):
        remark = "Platsen har inget belopp att fördela de åren."
    elif not any(use.rule.is_valid_on(datetime.date(basis.year, 1, 1)) for basis in holding):
        remark = f"Regeln gäller {days_text(use.rule)}."
    return ShownUse(
        use=use,
        place=place_name(use),
        summary=rule_summary(uses.parts[use.rule_id]),
        decision=decision_words(use),
        days=days_text(use),
        years=", ".join(str(basis.year) for basis in holding),
        remark=remark,
    )

"""A plan's years as they would be shared if its rules, deviations or chosen figures were others."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from budgets.models import AllocationRule, RuleUse
from budgets.rule_parts import RuleParts, decision_words, parts_of
from budgets.year_basis import ChosenFigures, Deviation, SharedLine, YearBasis
from plans.models import Plan
from skane_digi.cost_rules.effects import Effect, effect_of, shared_or_fault
from skane_digi.cost_rules.example import fill_in, sets_of, with_figures


@dataclass(frozen=True, slots=True)
class Uses:
    """A plan's deviations with what their rules say, by the rule's id."""

    rows: tuple[RuleUse, ...]
    parts: Mapping[int, RuleParts]

    def of(self, rows: Iterable[RuleUse]) -> "Uses":
        """Return other deviations; their rules are fetched where they are not known."""
        rows = tuple(rows)
        unknown = {row.rule_id for row in rows} - set(self.parts)
        return Uses(rows, {**self.parts, **_parts(unknown)})

    def without(self, use: RuleUse) -> "Uses":
        return Uses(tuple(row for row in self.rows if row.pk != use.pk), self.parts)


def uses_of(plan: Plan) -> Uses:
    """Return the deviations of the plan's areas and lines, in the plan's order."""
    rows = RuleUse.objects.of_plan(plan).select_related(
        "rule__collaboration",
        "focus_area__plan",
        "budget_line__focus_area__plan",
        "budget_line__funding_form",
        "budget_line__note",
    )
    found = sorted(rows, key=_in_plan_order)
    return Uses(tuple(found), _parts({row.rule_id for row in found}))


def with_uses(basis: YearBasis, uses: Uses) -> YearBasis:
    """Return the year with these deviations: a line's own before its area's, the latest of a place first."""
    latest_first = sorted(uses.rows, key=lambda row: (row.valid_from, row.pk or 0), reverse=True)
    holding = [row for row in latest_first if row.is_valid_in(basis.year)]
    deviations = {}
    for line in basis.lines:
        own = [row for row in holding if row.budget_line_id and row.budget_line.key == line.key]
        of_area = [row for row in holding if row.focus_area_id and row.focus_area.slug == line.area_slug]
        for row in (own + of_area)[:1]:
            deviations[line.key] = Deviation(uses.parts[row.rule_id], row.reason, decision_words(row))
    return replace(basis, deviations=deviations)


def lines_of(use: RuleUse, basis: YearBasis) -> tuple[SharedLine, ...]:
    """Return the year's lines that stand in the deviation's place."""
    if use.focus_area:
        return tuple(line for line in basis.lines if line.area_slug == use.focus_area.slug)
    return tuple(line for line in basis.lines if line.key == use.budget_line.key)


def effects_of(
    now: Iterable[YearBasis], then: Iterable[YearBasis], *, now_label: str = "Nu", then_label: str = "Så här blir det"
) -> tuple[Effect, ...]:
    """Return what becomes of each year that is another than now. Figures that are not chosen yet are filled in."""
    return tuple(
        _effect(before, after, now_label, then_label)
        for before, after in zip(now, then, strict=True)
        if before != after
    )


def filled(basis: YearBasis) -> tuple[YearBasis, tuple[str, ...]]:
    """Return the basis with the latest figures for each measure without a choice, and a sentence on each."""
    needs = [need for rule in basis.rules() for need in rule.measures()]
    lacking = {measure.slug: measure.name for measure, grows in needs if is_lacking(basis, measure.slug, grows)}
    if not lacking:
        return basis, ()
    figures = fill_in(dict(basis.figures), needs, sets_of(lacking))
    notes = tuple(
        f"Nyckeltal för {name.lower()} är inte valda för {basis.year}. Här räknas med {_days(figures[slug])}."
        for slug, name in lacking.items()
        if slug in figures
    )
    return with_figures(basis, figures), notes


def is_lacking(basis: YearBasis, slug: str, is_increase: bool) -> bool:
    """Whether the year has no day chosen for a measure that it needs, or no day that its increase is counted from."""
    held = basis.figures.get(slug)
    return held is None or (is_increase and held.earlier_set is None)


def _effect(before: YearBasis, after: YearBasis, now_label: str, then_label: str) -> Effect:
    after, notes = filled(after)
    heading = f"Effekten {after.year}"
    now, then = shared_or_fault(before), shared_or_fault(after)
    return effect_of(now, then, heading=heading, now_label=now_label, then_label=then_label, notes=notes)


def _days(chosen: ChosenFigures) -> str:
    later = str(chosen.figure_set.reference_date)
    return f"ökningen från {chosen.earlier_set.reference_date} till {later}" if chosen.earlier_set else later


def _parts(rule_ids: set[int]) -> dict[int, RuleParts]:
    rules = AllocationRule.objects.with_parts().in_bulk(rule_ids) if rule_ids else {}
    return {pk: parts_of(rule) for pk, rule in rules.items()}


def _in_plan_order(use: RuleUse) -> tuple:
    area = use.focus_area or use.budget_line.focus_area
    year = use.budget_line.year if use.budget_line else 0
    return area.position, area.pk, year, use.valid_from, use.pk

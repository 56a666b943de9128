"""What an activity year's cost is shared by, read from the database: rules, key figures, members and budget lines.

Amounts are kronor as ``Decimal``.
"""

import datetime
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from django.db.models import Q

from budgets.allocation import AllocationError
from budgets.models import AllocationRule, BudgetLine, CostBasis, KeyFigure, KeyFigureSet, RuleUse
from budgets.rule_parts import RuleParts, decision_words, parts_of
from budgets.rule_words import in_a_row, rule_text
from plans.models import Membership, Plan, PlanYear


@dataclass(frozen=True, slots=True)
class SharedLine:
    """What is shared: a budget line, or with the key ``whole`` an amount that somebody gave."""

    key: str
    area: str
    area_slug: str
    label: str
    amount: Decimal


@dataclass(frozen=True, slots=True)
class ChosenFigures:
    """The day whose figures of one key a year is shared by, and the earlier day that an increase is counted from.

    Values are by organisation code.
    """

    figure_set: KeyFigureSet
    values: Mapping[str, int]
    earlier_set: KeyFigureSet | None = None
    earlier_values: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Deviation:
    """That a line is shared by another rule than the year's own, and the decision that allows it."""

    rule: RuleParts
    reason: str
    decision: str

    @property
    def words(self) -> str:
        return f"{self.reason} Beslut: {self.decision}."


@dataclass(frozen=True, slots=True)
class YearBasis:
    """Everything that one activity year's sharing starts from, fetched for many years at once by ``load_years``.

    ``rule`` holds for every line but those in ``deviations``, by line key. ``figures`` are the chosen days by the slug
    of their key, that of ``figure_set`` among them: the day that the year has chosen by itself for its own key, where
    it has. ``values`` are the figures of ``figure_set``. ``other_amount`` is what funding forms outside the cost model
    carry the same year.
    """

    plan: Plan
    year: int
    rule: RuleParts | None
    figure_set: KeyFigureSet | None
    values: Mapping[str, int]
    memberships: tuple[Membership, ...]
    lines: tuple[SharedLine, ...]
    other_amount: Decimal
    deviations: Mapping[str, Deviation] = field(default_factory=dict)
    figures: Mapping[str, ChosenFigures] = field(default_factory=dict)

    @property
    def lines_total(self) -> Decimal:
        return sum((line.amount for line in self.lines), Decimal(0))

    def rule_of(self, line: SharedLine) -> RuleParts | None:
        """Return the rule that a line is shared by."""
        deviation = self.deviations.get(line.key)
        return deviation.rule if deviation else self.rule

    def rule_text(self) -> str:
        """Return in words how the year is shared: its own rule, and then each deviation in a paragraph of its own."""
        if self.rule is None:
            return ""
        places: dict[Deviation, list[str]] = {}
        for line in self.lines:
            if deviation := self.deviations.get(line.key):
                places.setdefault(deviation, []).append(f"{line.area}: {line.label}" if line.label else line.area)
        texts = [
            f"{in_a_row(list(dict.fromkeys(areas)))} fördelas i stället så här: "
            f"{rule_text(deviation.rule, self.names)} {deviation.words}"
            for deviation, areas in places.items()
        ]
        return "\n\n".join([rule_text(self.rule, self.names), *texts])

    @property
    def names(self) -> dict[str, str]:
        """The members' names by code."""
        return {membership.organisation.code: membership.organisation.name for membership in self.memberships}

    def rules(self) -> tuple[RuleParts, ...]:
        """Return every rule that the year's lines are shared by, the year's own first."""
        used = ([self.rule] if self.rule else []) + [deviation.rule for deviation in self.deviations.values()]
        return tuple(dict.fromkeys(used))


def load_years(plans: Iterable[Plan]) -> list[YearBasis]:
    """Return the basis of every activity year of ``plans``, in a number of queries that does not grow with them."""
    plans = list(plans)
    years = list(
        PlanYear.objects.filter(plan__in=plans).select_related("plan__collaboration").order_by(*PlanYear._meta.ordering)
    )
    bases = _bases(years)
    figures = _chosen_figures(bases.values())
    used_where = _uses(plans)
    without = {row.plan.collaboration_id for row in years if row.pk not in bases}
    rules, defaults = _rules(bases.values(), used_where, without)
    memberships = defaultdict(list)
    for membership in Membership.objects.filter(
        collaboration__in={row.plan.collaboration_id for row in years}
    ).with_organisation():
        memberships[membership.collaboration_id].append(membership)
    lines, other = _lines_by_year(years)
    uses = _deviations_by_place(used_where, rules)
    found = []
    for row in years:
        basis = bases.get(row.pk)
        own = figures[basis.pk] if basis else {}
        used = own[basis.figure_set.allocation_key.slug] if basis else None
        place = row.plan_id, row.year
        found.append(
            YearBasis(
                plan=row.plan,
                year=row.year,
                rule=rules[basis.rule_id] if basis else defaults.get(row.plan.collaboration_id),
                figure_set=used.figure_set if used else None,
                values=used.values if used else {},
                memberships=tuple(
                    member
                    for member in memberships[row.plan.collaboration_id]
                    if member.is_active_on(datetime.date(row.year, 1, 1))
                ),
                lines=tuple(line for line, _ in lines[place]),
                other_amount=other[place],
                deviations=_deviations(lines[place], uses, row.year),
                figures=own,
            )
        )
    return found


def load_year(plan: Plan, year: int) -> YearBasis:
    """Return the basis of one activity year. Raises ``AllocationError`` where the plan does not have it."""
    bases = load_years([plan])
    for basis in bases:
        if basis.year == year:
            return basis
    known = ", ".join(str(basis.year) for basis in bases) or "inga"
    raise AllocationError(f"{plan.title} har inte verksamhetsåret {year}. Planens år: {known}.")


def values_of(figure_set: KeyFigureSet) -> dict[str, int]:
    """Return ``{organisation code: value}`` of a set's parts, its own or borrowed, in one query."""
    return values_by_set({figure_set.parts_set.pk}).get(figure_set.parts_set.pk, {})


def values_by_set(set_ids: set[int]) -> dict[int, dict[str, int]]:
    """Return the own values of many sets by id, each ``{organisation code: value}``."""
    values: dict[int, dict[str, int]] = defaultdict(dict)
    rows = KeyFigure.objects.filter(figure_set__in=set_ids).order_by()
    for set_id, code, value in rows.values_list("figure_set_id", "organisation__code", "value"):
        values[set_id][code] = value
    return values


def _bases(years: list[PlanYear]) -> dict[int, CostBasis]:
    """Return the cost basis of each year that has one, by the year's id, with its sets."""
    rows = list(
        CostBasis.objects.filter(plan_year__in=years)
        .select_related("figure_set__allocation_key", "figure_set__parts_from")
        .prefetch_related(
            "figure_choices__allocation_key",
            "figure_choices__figure_set__allocation_key",
            "figure_choices__figure_set__parts_from",
            "figure_choices__earlier_set__parts_from",
        )
    )
    return {row.plan_year_id: row for row in rows}


def _chosen_figures(bases: Iterable[CostBasis]) -> dict[int, dict[str, ChosenFigures]]:
    """Return the chosen days of each basis, by the slug of their key. A year's choice of its own key goes first."""
    wanted: dict[int, dict[str, tuple[KeyFigureSet, KeyFigureSet | None]]] = {}
    for basis in bases:
        own = {basis.figure_set.allocation_key.slug: (basis.figure_set, None)}
        for choice in basis.figure_choices.all():
            own[choice.allocation_key.slug] = choice.figure_set, choice.earlier_set
        wanted[basis.pk] = own
    sets = {each.parts_set.pk for own in wanted.values() for pair in own.values() for each in pair if each}
    sets |= {basis.figure_set.parts_set.pk for basis in bases}
    values = values_by_set(sets)
    return {
        pk: {
            slug: ChosenFigures(
                figure_set,
                values.get(figure_set.parts_set.pk, {}),
                earlier,
                values.get(earlier.parts_set.pk, {}) if earlier else {},
            )
            for slug, (figure_set, earlier) in own.items()
        }
        for pk, own in wanted.items()
    }


def _rules(
    bases: Iterable[CostBasis], uses: Iterable[RuleUse], collaborations: set[int]
) -> tuple[dict[int, RuleParts], dict[int, RuleParts]]:
    """Return the rules of the bases and uses by id, and the default rule of each collaboration, fetched together."""
    wanted = {row.rule_id for row in (*bases, *uses)}
    asked = Q(pk__in=wanted) | Q(collaboration__in=collaborations, is_default=True)
    rows = AllocationRule.objects.filter(asked).with_parts()
    parts = {row: parts_of(row) for row in rows}
    defaults = {row.collaboration_id: rule for row, rule in parts.items() if row.is_default}
    return {row.pk: rule for row, rule in parts.items()}, defaults


def _lines_by_year(years: list[PlanYear]) -> tuple[dict, dict]:
    """Return the lines to share with their rows, and the sum of other funding forms, by plan id and year."""
    lines, other = defaultdict(list), defaultdict(Decimal)
    for row in BudgetLine.objects.filter(focus_area__plan__in={row.plan_id for row in years}).with_places():
        if row.amount is None:
            continue
        place = row.focus_area.plan_id, row.year
        if row.funding_form.is_shared:
            area = row.focus_area
            lines[place].append((SharedLine(row.key, area.name_in_tables, area.slug, row.label, row.amount), row))
        else:
            other[place] += row.amount
    return lines, other


def _uses(plans: list[Plan]) -> list[RuleUse]:
    """Return the deviations of the plans' areas and lines, the latest first."""
    on_areas = RuleUse.objects.filter(focus_area__plan__in=plans)
    on_lines = RuleUse.objects.filter(budget_line__focus_area__plan__in=plans)
    return list((on_areas | on_lines).distinct().order_by("-valid_from", "-pk"))


def _deviations_by_place(
    uses: list[RuleUse], rules: Mapping[int, RuleParts]
) -> dict[tuple[str, int], list[tuple[RuleUse, Deviation]]]:
    """Return the deviations by kind of place and id, in the same order."""
    found = defaultdict(list)
    for use in uses:
        place = ("area", use.focus_area_id) if use.focus_area_id else ("line", use.budget_line_id)
        found[place].append((use, Deviation(rules[use.rule_id], use.reason, decision_words(use))))
    return found


def _deviations(lines: list[tuple[SharedLine, BudgetLine]], uses: dict, year: int) -> dict[str, Deviation]:
    """Return the deviation of each line that has one in ``year``: its own before its area's."""
    found = {}
    for line, row in lines:
        for place in (("line", row.pk), ("area", row.focus_area_id)):
            valid = [deviation for use, deviation in uses.get(place, ()) if use.is_valid_in(year)]
            if valid:
                found[line.key] = valid[0]
                break
    return found

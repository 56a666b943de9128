"""What a rule is tried on: a year's members, an amount, and the key figures of a day for every measure it needs."""

import datetime
from collections.abc import Iterable
from dataclasses import dataclass, replace
from decimal import Decimal

from budgets.models import KeyFigureSet
from budgets.rule_parts import KeyParts, RuleParts
from budgets.year_basis import ChosenFigures, YearBasis, load_years, values_by_set
from plans.models import Collaboration, Membership, Plan, PlanYear

ROUND_AMOUNT = Decimal(1_000_000)


@dataclass(frozen=True, slots=True)
class Trial:
    """The latest year that the reader may see, to try rules on. ``amount`` is what its plan shares.

    ``figure_sets`` are all days of the measures that the rules need, the latest first.
    """

    basis: YearBasis | None
    amount: Decimal
    amount_words: str
    figure_sets: tuple[KeyFigureSet, ...]

    @property
    def days(self) -> tuple[datetime.date, ...]:
        """The days with figures, the latest first."""
        return tuple(dict.fromkeys(row.reference_date for row in self.figure_sets))

    def with_rule(self, rule: RuleParts, day: datetime.date | None = None) -> YearBasis | None:
        """Return the basis with this rule for everything, and for each measure the figures of ``day`` or just before.

        Without a day, what the year itself has chosen goes before the latest figures.
        """
        if self.basis is None:
            return None
        figures = fill_in({} if day else self.basis.figures, rule.measures(), self.figure_sets, until=day)
        return with_figures(replace(self.basis, rule=rule, deviations={}), figures)


def trial_for(collaboration: Collaboration, user, rules: Iterable[RuleParts]) -> Trial:
    """Return what to try ``rules`` on: the latest plan that ``user`` may see, or without one the members alone."""
    slugs = {measure.slug for rule in rules for measure, _ in rule.measures()}
    figure_sets = sets_of(slugs)
    visible = Plan.objects.visible_to(user).filter(collaboration=collaboration)
    years = PlanYear.objects.filter(plan__in=visible).order_by("-year", "-plan__pk").select_related("plan")
    for plan in list(dict.fromkeys(row.plan for row in years))[:2]:
        for basis in sorted(load_years([plan]), key=lambda one: -one.year):
            if basis.lines_total:
                words = f"det som delas {basis.year} i {plan.title}"
                return Trial(basis, basis.lines_total, words, figure_sets)
    return Trial(_without_plan(collaboration, figure_sets), ROUND_AMOUNT, "ett jämnt belopp", figure_sets)


def sets_of(slugs: Iterable[str]) -> tuple[KeyFigureSet, ...]:
    """Return every day of the measures with these slugs, the latest first."""
    rows = KeyFigureSet.objects.filter(allocation_key__slug__in=slugs).select_related("allocation_key", "parts_from")
    return tuple(rows.order_by("-reference_date", "region_code", "pk"))


def fill_in(
    chosen: dict[str, ChosenFigures],
    measures: Iterable[tuple[KeyParts, bool]],
    figure_sets: Iterable[KeyFigureSet],
    *,
    until: datetime.date | None = None,
) -> dict[str, ChosenFigures]:
    """Return the chosen figures, and for a measure without them those of the latest day through ``until``.

    An increase is counted from the day before that one. What no day is known for stays out.
    """
    needs: dict[str, bool] = {}
    for measure, is_increase in measures:
        needs[measure.slug] = needs.get(measure.slug, False) or is_increase
    region = next((one.figure_set.region_code for one in chosen.values()), "")
    wanted: dict[str, tuple[KeyFigureSet, KeyFigureSet | None]] = {}
    for slug, is_increase in needs.items():
        held = chosen.get(slug)
        if held and (held.earlier_set or not is_increase):
            continue
        last = held.figure_set.reference_date if held else until
        rows = [row for row in figure_sets if row.allocation_key.slug == slug]
        rows = [row for row in rows if last is None or row.reference_date <= last]
        rows = _of_one_region(rows, held.figure_set.region_code if held else region)
        if rows:
            wanted[slug] = rows[0], rows[1] if is_increase and len(rows) > 1 else None
    sets = {row.parts_set.pk for pair in wanted.values() for row in pair if row}
    values = values_by_set(sets) if sets else {}
    return dict(chosen) | {
        slug: ChosenFigures(
            later,
            values.get(later.parts_set.pk, {}),
            earlier,
            values.get(earlier.parts_set.pk, {}) if earlier else {},
        )
        for slug, (later, earlier) in wanted.items()
    }


def with_figures(basis: YearBasis, figures: dict[str, ChosenFigures]) -> YearBasis:
    """Return the basis shared by these figures; those of its rule's own key are the year's."""
    own = figures.get(basis.rule.key.slug) if basis.rule else None
    if own is None and basis.figure_set is None:
        own = next(iter(figures.values()), None)
    if own is None:
        return replace(basis, figures=figures)
    return replace(basis, figures=figures, figure_set=own.figure_set, values=own.values)


def _of_one_region(rows: list[KeyFigureSet], region: str) -> list[KeyFigureSet]:
    """Return the rows of the preferred region; else of the country's largest set of parts that is not the whole."""
    regions = dict.fromkeys(row.region_code for row in rows)
    if region not in regions:
        region = next((code for code in regions if code != "00"), "00")
    return [row for row in rows if row.region_code == region]


def _without_plan(collaboration: Collaboration, figure_sets: tuple[KeyFigureSet, ...]) -> YearBasis | None:
    if not figure_sets:
        return None
    year = figure_sets[0].reference_date.year + 1
    memberships = Membership.objects.filter(collaboration=collaboration).with_organisation()
    return YearBasis(
        plan=Plan(collaboration=collaboration, title=collaboration.name),
        year=year,
        rule=None,
        figure_set=None,
        values={},
        memberships=tuple(each for each in memberships if each.is_active_on(datetime.date(year, 1, 1))),
        lines=(),
        other_amount=Decimal(0),
    )

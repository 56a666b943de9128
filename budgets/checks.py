"""What does not add up in a plan's budget: lines against printed figures, this plan against the one before."""

import re
from collections import defaultdict
from decimal import Decimal

from budgets.allocation import AllocationError
from budgets.cost_tables import CostTable, PrintedCosts, nothing_to_share, tabulate
from budgets.models import BudgetLine, BudgetStatement, PrintedFigure
from budgets.money import format_integer, format_kr, format_ore_rate
from budgets.printed import PrintedFigures
from budgets.rule_parts import RuleParts
from budgets.rule_use_editing import days_text
from budgets.shares import PlanAllocation, YearBasis, load_years, share_year
from budgets.tables import BudgetTable, budget_table
from plans.checks import FAULT, REMARK, Finding, area_anchor
from plans.models import AreaLineage, Plan

BUDGET_ANCHOR = "budget"


def cost_anchor(year: int) -> str:
    return f"kostnad-{year}"


def review_budget(plan: Plan) -> list[Finding]:
    """Return what does not agree in a plan's figures, in the order of its document.

    The number of queries does not grow with the plan.
    """
    lineage = list(
        AreaLineage.objects.filter(plan=plan, predecessor__isnull=False).select_related(
            "predecessor__plan", "successor"
        )
    )
    plans_before = {step.predecessor.plan for step in lineage}
    bases = load_years([plan, *plans_before])
    own = [basis for basis in bases if basis.plan.pk == plan.pk]
    return [
        *_review_statements(plan),
        *_review_sums(budget_table(plan)),
        *_review_comparison(plan, lineage, {basis.year for basis in own}),
        *_review_costs(own, PrintedCosts(plan)),
        *_review_printed(plan, own, [basis for basis in bases if basis.plan.pk != plan.pk]),
    ]


def _review_statements(plan: Plan) -> list[Finding]:
    statements = BudgetStatement.objects.filter(focus_area__plan=plan).select_related("focus_area")
    return [
        Finding(
            "statement_heading",
            FAULT,
            f"Ekonomin för {statement.year} i {statement.focus_area.title} är tryckt under rubriken "
            f"”{statement.printed_heading}”.",
            statement.focus_area.title,
            area_anchor(statement.focus_area.slug),
        )
        for statement in statements.order_by("focus_area__position", "focus_area", "year")
        if _names_another_year(statement.printed_heading, statement.year)
    ]


def _names_another_year(heading: str, year: int | None) -> bool:
    named = re.findall(r"\b(?:19|20|21)\d\d\b", heading)
    return bool(named) and year is not None and str(year) not in named


def _review_sums(table: BudgetTable) -> list[Finding]:
    findings = []
    for group in table.years:
        sums = [
            ("form_subtotal", f"delsumman för {column.form_name} {group.year}", column.subtotal)
            for column in group.columns
        ]
        sums.append(("year_total", f"summan för {group.year}", group.total))
        findings += [
            Finding(
                code,
                FAULT,
                f"Den tryckta {name} är {format_kr(figure.printed)}, men budgetposterna ger "
                f"{format_kr(figure.computed or Decimal(0))}. Skillnaden är {format_kr(abs(figure.difference))}.",
                group.heading,
                BUDGET_ANCHOR,
            )
            for code, name, figure in sums
            if figure.disagrees
        ]
    return findings


def _review_comparison(plan: Plan, lineage: list[AreaLineage], plan_years: set[int]) -> list[Finding]:
    """Compare the comparison figures that a plan prints with what the plan before says of the same areas itself."""
    printed = _sums(line for line in BudgetLine.objects.of_plan(plan).with_places() if line.year not in plan_years)
    years = {year for _, year, _ in printed}
    if not years or not lineage:
        return []
    before = _sums(
        BudgetLine.objects.filter(focus_area__in=[step.predecessor_id for step in lineage], year__in=years)
        .filter(focus_area__plan__years__year__in=years)
        .distinct()
        .with_places()
    )
    expected: dict[tuple, Decimal] = defaultdict(Decimal)
    names = {area.pk: area for area in plan.focus_areas.all()}
    heirs = {}
    for step in lineage:
        heirs.setdefault(step.predecessor_id, step.successor_id or step.predecessor_id)
        names.setdefault(step.predecessor_id, step.predecessor)
    for (area_id, year, form), amount in before.items():
        expected[heirs[area_id], year, form] += amount
    findings = []
    for area_id, year, form in sorted(
        {*printed, *expected}, key=lambda place: (names[place[0]].position, place[0], -place[1], str(place[2]))
    ):
        shown = printed.get((area_id, year, form), Decimal(0))
        own = expected.get((area_id, year, form), Decimal(0))
        if shown != own:
            findings.append(
                Finding(
                    "comparison",
                    FAULT,
                    f"Jämförelsen för {names[area_id].name_in_tables} {year} ({form}) är tryckt som "
                    f"{format_kr(shown)}, men planen för det året anger {format_kr(own)}.",
                    f"Budget {year}",
                    BUDGET_ANCHOR,
                )
            )
    return findings


def _sums(lines) -> dict[tuple, Decimal]:
    """Return kronor by area id, year and funding form; a line without a figure adds nothing."""
    sums: dict[tuple, Decimal] = defaultdict(Decimal)
    for line in lines:
        if line.amount is not None:
            sums[line.focus_area_id, line.year, line.funding_form] += line.amount
    return sums


def _review_costs(bases: list[YearBasis], printed: PrintedCosts) -> list[Finding]:
    findings = []
    for basis in bases:
        where, anchor = f"Kostnadsfördelning {basis.year}", cost_anchor(basis.year)
        try:
            table = tabulate(basis, printed)
        except AllocationError as error:
            findings.append(Finding("basis_missing", FAULT, str(error), where, anchor))
            continue
        if table.rate.disagrees:
            findings.append(Finding("rate", FAULT, _rate_text(table), where, anchor))
        if table.population and table.population.difference and not nothing_to_share(basis):
            population = table.population
            findings.append(
                Finding(
                    "stated_population",
                    REMARK,
                    f"{population.name} {population.date_text}: {population.note} Skillnaden är "
                    f"{format_integer(abs(population.difference))} {population.unit}.",
                    where,
                    anchor,
                )
            )
        findings += [
            Finding("rule_not_valid", FAULT, text, where, anchor)
            for text in dict.fromkeys(_outside_text(rule, basis.year) for rule in basis.rules() if basis.lines)
            if text
        ]
        if text := _deviations_text(basis):
            findings.append(Finding("deviations", REMARK, text, where, anchor))
    return findings


def _outside_text(rule: RuleParts, year: int) -> str:
    """Tell of a rule that has ended, or not begun, when the year that is shared by it begins."""
    return "" if rule.is_valid_in(year) else f"{rule} gäller {days_text(rule)}, men {year} fördelas efter den."


def _deviations_text(basis: YearBasis) -> str:
    """Name those whose sum could not be its largest-remainder share; see docs/kostnadsfordelning.md."""
    shared = _shared_or_none(basis)
    deviations = shared.allocation.deviations if shared else {}
    names = [
        f"{shared.member_by_code[code].organisation} ({'+' if ore > 0 else '−'}{abs(ore)} öre)"
        for code, ore in deviations.items()
    ]
    if not names:
        return ""
    return (
        "Ingen tabell stämmer både post för post och med största resten av summan. "
        f"Den närmaste är vald, och den avviker för {', '.join(names)}."
    )


def _rate_text(table: CostTable) -> str:
    computed = table.rate.text or "ingen kostnad"
    text = (
        f"Den tryckta kostnaden per invånare och organisation {table.year} är {table.rate.printed_text}, men "
        f"budgetposternas summa {format_kr(table.shared_total.computed)} ger {computed}."
    )
    return f"{text} {table.rate_follows_from}".rstrip()


def _review_printed(plan: Plan, own: list[YearBasis], before: list[YearBasis]) -> list[Finding]:
    """Check headings and populations that the plan prints, and the rates it repeats from the plan before."""
    shared = {basis.year: _shared_or_none(basis) for basis in [*before, *own]}
    own_years = {basis.year for basis in own}
    findings = []
    for figure in PrintedFigures(plan):
        year = figure.year
        name = figure.get_kind_display().partition(",")[0]
        texts = {}
        if _names_another_year(figure.printed_heading, year):
            texts["printed_heading"] = (
                f"Uppgiften ”{name}” för {year} är tryckt under rubriken ”{figure.printed_heading}”."
            )
        if figure.kind == PrintedFigure.Kind.POPULATION:
            counted = {shared[at].rate_population for at in ([year] if year else own_years) if shared.get(at)}
            if wrong := counted - {figure.value}:
                texts["population"] = (
                    f"Det tryckta invånartalet är {format_integer(figure.value)}, men fördelningen räknar med "
                    f"{' och '.join(format_integer(number) for number in sorted(wrong))}."
                )
        if figure.kind == PrintedFigure.Kind.RATE and year not in own_years and shared.get(year):
            rate = shared[year].rate
            if rate != figure.value:
                texts["comparison_rate"] = (
                    f"Kostnaden per invånare och organisation {year} är tryckt som {format_ore_rate(figure.value)}, "
                    f"men planen för det året ger {format_ore_rate(rate)}."
                )
        anchor = cost_anchor(year) if year in own_years else BUDGET_ANCHOR
        where = f"Kostnadsfördelning {year or plan.years_text}"
        findings += [Finding(code, FAULT, text, where, anchor) for code, text in texts.items()]
    return findings


def _shared_or_none(basis: YearBasis) -> PlanAllocation | None:
    try:
        return share_year(basis)
    except AllocationError:
        return None

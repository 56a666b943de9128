"""What a new plan's budget gets from the plan before: no amounts, but what they are to be shared by."""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Q

from budgets.models import AllocationKey, AllocationRule, CostBasis, FigureChoice, NotePlacement, RuleUse, TableNote
from budgets.newest_figures import NewestFigures
from plans.models import AreaLineage, FocusArea, Plan, PlanYear
from plans.row_copy import OWN_ID, OWN_KEY, Copied, Declaration, LeftOut, Renewed, copy_of

DECLARATION: Declaration = {
    Plan: {
        "table_notes": Copied(
            "Noten vid en finansieringsforms rubrik, som säger vad formen är. Övriga talar om gamla belopp och år."
        ),
        "printed_figures": LeftOut("Återger vad det gamla dokumentet trycker."),
        "scenarios": LeftOut("Ett scenario ändrar den gamla planens belopp och poster."),
    },
    PlanYear: {"cost_basis": Renewed("Samma regel, de nyaste nyckeltalen som finns när året börjar.")},
    FocusArea: {
        "budget_lines": LeftOut("Belopp hittas inte på: den gamla planens visas som jämförelseår genom ursprunget."),
        "budget_statements": LeftOut("Talar om den gamla planens belopp."),
        "rule_uses": Copied("De som gäller när den nya planens första år börjar eller senare."),
    },
    TableNote: {
        "id": OWN_ID,
        "plan": Renewed("Den nya planen."),
        "mark": Copied(),
        "text": Copied(),
        "position": Copied(),
        "placements": Copied("De vid en finansieringsforms rubrik."),
        "budget_lines": LeftOut("Posterna följer inte med."),
    },
    NotePlacement: {
        "id": OWN_ID,
        "key": OWN_KEY,
        "note": Renewed("Kopian av noten."),
        "place": Copied(),
        "funding_form": Copied(),
        "year": Copied(),
    },
    CostBasis: {
        "id": OWN_ID,
        "plan_year": Renewed("De nya verksamhetsåren."),
        "figure_set": Renewed("De nyaste nyckeltalen för ett årsskifte som finns när planens första år börjar."),
        "rule": Renewed("Samma regel, eller den som har ersatt den när verksamhetsåret börjar."),
        "figure_choices": Copied(),
    },
    FigureChoice: {
        "id": OWN_ID,
        "cost_basis": Renewed("Det nya årets underlag."),
        "allocation_key": Copied(),
        "figure_set": Renewed("De nyaste nyckeltalen för samma dag på året som finns när planens första år börjar."),
        "earlier_set": Renewed("Dagen lika många år tidigare som förut, om nyckeltal finns för båda dagarna."),
    },
    RuleUse: {
        "id": OWN_ID,
        "key": OWN_KEY,
        "rule": Renewed("Samma regel, eller den som har ersatt den när planens första år börjar."),
        "focus_area": Renewed("Den nya planens område."),
        "budget_line": LeftOut("Posterna följer inte med, och inte det som är beslutat om en enda post."),
        "reason": Copied(),
        "decided_on": Copied(),
        "decided_by": Copied(),
        "decision_reference": Copied(),
        "valid_from": Copied(),
        "valid_to": Copied(),
    },
}


@dataclass(frozen=True, slots=True)
class RolledBudget:
    """What the new plan's costs are to be shared by: one basis a year, none where the plan before has none.

    ``uses`` are the deviations that follow with their areas.
    """

    bases: tuple[CostBasis, ...]
    uses: tuple[RuleUse, ...]
    note_count: int


def start_budget_from(source: Plan, plan: Plan) -> RolledBudget:
    """Give the new ``plan`` a basis for its costs and the notes that still hold. Call it in the same transaction."""
    return RolledBudget(_copy_bases(source, plan), _copy_uses(source, plan), _copy_notes(source, plan))


def _copy_bases(source: Plan, plan: Plan) -> tuple[CostBasis, ...]:
    last = (
        CostBasis.objects.filter(plan_year__plan=source)
        .select_related("figure_set__allocation_key", "rule")
        .order_by("-plan_year__year")
        .first()
    )
    years: Sequence[PlanYear] = list(PlanYear.objects.filter(plan=plan).order_by("year"))
    if last is None or not years:
        return ()
    choices = list(last.figure_choices.select_related("figure_set", "earlier_set").order_by("pk"))
    successors = _Successors(last.rule.collaboration_id)
    chosen = [each for choice in choices for each in (choice.figure_set, choice.earlier_set) if each]
    # All years of a plan are decided at once, on the same figures.
    newest = NewestFigures([last.figure_set, *chosen], year=years[0].year)
    figure_set = newest.at_years_end(last.figure_set)
    bases = [
        copy_of(
            last,
            DECLARATION,
            plan_year=year,
            figure_set=figure_set,
            rule=_fitting(successors.in_year(last.rule, year.year), last),
        )
        for year in years
    ]
    CostBasis.objects.bulk_create(bases)
    pairs = [(choice, *newest.pair(choice.figure_set, choice.earlier_set)) for choice in choices]
    FigureChoice.objects.bulk_create(
        copy_of(choice, DECLARATION, cost_basis=basis, figure_set=later, earlier_set=earlier)
        for basis in bases
        for choice, later, earlier in pairs
    )
    return tuple(bases)


def _fitting(successor: AllocationRule, last: CostBasis) -> AllocationRule:
    """Return the successor where the year's own figures can be of its key; a year with another is chosen by hand."""
    key = successor.allocation_key
    is_fit = key.kind != AllocationKey.Kind.MEASURE or key.pk == last.figure_set.allocation_key_id
    return successor if is_fit else last.rule


def _copy_uses(source: Plan, plan: Plan) -> tuple[RuleUse, ...]:
    """Copy the deviations of areas that follow, where they have not ended before the plan's first year."""
    first = PlanYear.objects.filter(plan=plan).order_by("year").first()
    if first is None:
        return ()
    holds = Q(valid_to__isnull=True) | Q(valid_to__gte=datetime.date(first.year, 1, 1))
    uses = list(
        RuleUse.objects.filter(holds, focus_area__plan=source)
        .select_related("rule__allocation_key")
        .order_by("focus_area__position", "valid_from", "pk")
    )
    if not uses:
        return ()
    lineage = AreaLineage.objects.filter(plan=plan, predecessor__isnull=False, successor__isnull=False)
    areas = {row.predecessor_id: row.successor for row in lineage.select_related("successor")}
    successors = _Successors(source.collaboration_id)
    copies = [
        copy_of(use, DECLARATION, focus_area=areas[use.focus_area_id], rule=successors.in_year(use.rule, first.year))
        for use in uses
        if use.focus_area_id in areas
    ]
    return tuple(RuleUse.objects.bulk_create(copies))


class _Successors:
    """The rules of a collaboration that have replaced another, read once."""

    def __init__(self, collaboration_id: int):
        rules = AllocationRule.objects.filter(collaboration=collaboration_id, replaces__isnull=False)
        self.of = {rule.replaces_id: rule for rule in rules.select_related("allocation_key")}

    def in_year(self, rule: AllocationRule, year: int) -> AllocationRule:
        """Return the last one in the row of successors that holds when ``year`` begins, the rule itself where none."""
        day = datetime.date(year, 1, 1)
        found, seen = rule, {rule.pk}
        while (rule := self.of.get(rule.pk)) and rule.pk not in seen:
            seen.add(rule.pk)
            if rule.is_valid_on(day):
                found = rule
        return found


def _copy_notes(source: Plan, plan: Plan) -> int:
    placements = list(
        NotePlacement.objects.filter(note__plan=source, place=NotePlacement.Place.FUNDING_FORM).select_related("note")
    )
    notes = {placement.note_id: copy_of(placement.note, DECLARATION, plan=plan) for placement in placements}
    TableNote.objects.bulk_create(notes.values())
    NotePlacement.objects.bulk_create(
        copy_of(placement, DECLARATION, note=notes[placement.note_id]) for placement in placements
    )
    return len(notes)

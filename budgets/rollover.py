"""What a new plan's budget gets from the plan before: no amounts, but what they are to be shared by."""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass

from budgets.models import (
    CostBasis,
    KeyFigureSet,
    NotePlacement,
    TableNote,
)
from plans.models import FocusArea, Plan, PlanYear
from plans.row_copy import OWN_ID, OWN_KEY, Copied, Declaration, LeftOut, Renewed, copy_of

# Statistics Sweden publishes the population at a year's end in the following February.
YEARS_FROM_COUNT_TO_USE = 2

DECLARATION: Declaration = {
    Plan: {
        "table_notes": Copied(
            "Noten vid en finansieringsforms rubrik, som säger vad formen är. Övriga talar om gamla belopp och år."
        ),
        "printed_figures": LeftOut("Återger vad det gamla dokumentet trycker."),
    },
    PlanYear: {"cost_basis": Renewed("Samma regel, de nyaste nyckeltalen som finns när året börjar.")},
    FocusArea: {
        "budget_lines": LeftOut("Belopp hittas inte på: den gamla planens visas som jämförelseår genom ursprunget."),
        "budget_statements": LeftOut("Talar om den gamla planens belopp."),
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
        "rule": Copied(),
    },
}


@dataclass(frozen=True, slots=True)
class RolledBudget:
    """What the new plan's costs are to be shared by, one basis a year; empty where the plan before has none."""

    bases: tuple[CostBasis, ...]
    note_count: int


def start_budget_from(source: Plan, plan: Plan) -> RolledBudget:
    """Give the new ``plan`` a basis for its costs and the notes that still hold. Call it in the same transaction."""
    return RolledBudget(_copy_bases(source, plan), _copy_notes(source, plan))


def newest_figure_set(like: KeyFigureSet, *, year: int) -> KeyFigureSet:
    """Return the newest figures of a year's end that exist when ``year`` begins, of the same key and region.

    Where there are none newer, ``like`` itself.
    """
    latest = datetime.date(year - YEARS_FROM_COUNT_TO_USE, 12, 31)
    newest = (
        KeyFigureSet.objects.of_key(like.allocation_key)
        .filter(
            region_code=like.region_code,
            reference_date__month=12,
            reference_date__day=31,
            reference_date__range=(like.reference_date, latest),
            figures__isnull=False,
        )
        .exclude(quality=KeyFigureSet.Quality.PRINTED)
        .order_by("-reference_date")
        .first()
    )
    return newest or like


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
    # All years of a plan are decided at once, on the same figures.
    figure_set = newest_figure_set(last.figure_set, year=years[0].year)
    bases = [copy_of(last, DECLARATION, plan_year=year, figure_set=figure_set) for year in years]
    return tuple(CostBasis.objects.bulk_create(bases))


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

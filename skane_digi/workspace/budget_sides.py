"""What stands around the budget's table: its notes, what the cost is shared by, and what was removed last."""

import datetime
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.urls import reverse

from budgets.editing import BASIS
from budgets.models import CostBasis, FundingForm, KeyFigureSet, NotePlacement, TableNote
from plans.editing import EditRefused, value_digest
from plans.models import LogEntry, Plan
from plans.permissions import visible_threads
from plans.places import reference_of
from skane_digi.workspace.budget_page import BudgetRows
from skane_digi.workspace.fields import EditField, edit_field

SHOWN_REMOVALS = 5
READ_ENTRIES = 60
Placement = NotePlacement.Place


@dataclass(frozen=True, slots=True)
class PlaceChoice:
    """A place where a mark can stand; ``value`` is "column_foot 2025 sgd", ``pk`` that of the placement there is."""

    value: str
    text: str
    pk: int | None = None


@dataclass(frozen=True, slots=True)
class NoteRow:
    """A note to write in. ``lines`` are the names of the lines that it stands at."""

    pk: int
    mark: str
    mark_base: str
    text: EditField
    lines: tuple[str, ...]
    places: tuple[PlaceChoice, ...]
    free_places: tuple[PlaceChoice, ...]
    is_first: bool
    is_last: bool


@dataclass(frozen=True, slots=True)
class Choice:
    pk: int
    text: str


@dataclass(frozen=True, slots=True)
class BasisForm:
    """By which rule and key figures a year's cost is shared, to choose."""

    year: int
    id: str
    url: str
    rule: int | None
    figure_set: int | None
    bases: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class BasisForms:
    years: tuple[BasisForm, ...]
    rules: tuple[Choice, ...]
    figure_sets: tuple[Choice, ...]


@dataclass(frozen=True, slots=True)
class RemovedRow:
    """Something of the budget that was removed and can be put back; ``number`` is the log's."""

    number: int
    name: str
    who: str
    at: datetime.datetime


def note_rows(rows: BudgetRows) -> tuple[NoteRow, ...]:
    """Return the notes with the places of their marks, in one query."""
    placements = NotePlacement.objects.filter(note__plan=rows.plan).select_related("note", "funding_form")
    by_note: dict[int, list[NotePlacement]] = {}
    for placement in placements:
        by_note.setdefault(placement.note_id, []).append(placement)
    choices = tuple(_place_choices(rows))
    last = len(rows.notes) - 1
    return tuple(
        _note_row(rows, note, by_note.get(note.pk, []), choices, is_first=place == 0, is_last=place == last)
        for place, note in enumerate(rows.notes)
    )


def _note_row(
    rows: BudgetRows,
    note: TableNote,
    placements: list[NotePlacement],
    choices: tuple[PlaceChoice, ...],
    *,
    is_first: bool,
    is_last: bool,
) -> NoteRow:
    taken = {_value(row.place, row.year, row.funding_form): row for row in placements}
    return NoteRow(
        pk=note.pk,
        mark=note.mark,
        mark_base=value_digest(note, "mark"),
        text=edit_field(rows.plan, note, "text", label=f"Noten {note.mark}", hint="Vad märket säger"),
        lines=tuple(_line_name(line) for line in rows.lines if line.note_id == note.pk),
        places=tuple(
            PlaceChoice(value, _place_text(row.place, row.year, row.funding_form), row.pk)
            for value, row in taken.items()
        ),
        free_places=tuple(choice for choice in choices if choice.value not in taken),
        is_first=is_first,
        is_last=is_last,
    )


def _line_name(line) -> str:
    part = f", {line.label}" if line.label else ""
    return f"{line.focus_area.name_in_tables}{part} {line.year}, {line.funding_form.name}"


def _place_choices(rows: BudgetRows) -> Iterable[PlaceChoice]:
    for form in rows.forms:
        yield _choice(Placement.FUNDING_FORM, None, form)
    for year in rows.years:
        for form in rows.forms:
            yield _choice(Placement.COLUMN_FOOT, year, form)
    yield _choice(Placement.COST_TABLE, None, None)


def _choice(place: str, year: int | None, form: FundingForm | None) -> PlaceChoice:
    return PlaceChoice(_value(place, year, form), _place_text(place, year, form))


def _value(place: str, year: int | None, form: FundingForm | None) -> str:
    return " ".join([str(place), *([str(year)] if year else []), *([form.slug] if form else [])])


def _place_text(place: str, year: int | None, form: FundingForm | None) -> str:
    match place:
        case Placement.FUNDING_FORM:
            return f"vid rubriken {form.name}"
        case Placement.COLUMN_FOOT:
            return f"sist i kolumnen {year}, {form.name}"
    return "vid rubriken för kostnadsfördelningen"


def placement_in(plan: Plan, value: str) -> dict[str, object]:
    """Return what ``budgets.note_editing.place_note`` takes from a choice that a form sent. Raises ``EditRefused``."""
    place, *rest = value.split(" ")
    year = int(rest.pop(0)) if rest and rest[0].isascii() and rest[0].isdigit() and len(rest[0]) == 4 else None
    form = plan.collaboration.funding_forms.filter(slug=rest[0]).first() if rest else None
    if place not in Placement.values or (rest and form is None):
        raise EditRefused("Välj var märket ska stå.")
    return {"place": place, "funding_form": form, "year": year}


def basis_forms(plan: Plan) -> BasisForms:
    """Return the choice of rule and key figures for each of the plan's years, in three queries."""
    rules = list(plan.collaboration.allocation_rules.select_related("allocation_key"))
    keys = {rule.allocation_key_id for rule in rules}
    figure_sets = KeyFigureSet.objects.filter(allocation_key__in=keys).select_related("allocation_key")
    found = {
        basis.plan_year.year: basis
        for basis in CostBasis.objects.filter(plan_year__plan=plan).select_related("plan_year")
    }
    return BasisForms(
        years=tuple(basis_form(plan, row.year, found.get(row.year)) for row in plan.years.all()),
        rules=tuple(Choice(rule.pk, rule.name) for rule in rules),
        figure_sets=tuple(_figure_choice(row) for row in figure_sets),
    )


def basis_form(plan: Plan, year: int, basis: CostBasis | None) -> BasisForm:
    held = basis or CostBasis()
    return BasisForm(
        year=year,
        id=f"underlag-{year}",
        url=reverse("workspace:budget-basis", args=[plan.slug, year]),
        rule=held.rule_id,
        figure_set=held.figure_set_id,
        bases={f"base-{name}": value_digest(held, name) for name in BASIS},
    )


def _figure_choice(row: KeyFigureSet) -> Choice:
    """Name the set by its day; say so where it is not the office's own figures of that day."""
    asides = []
    if row.quality != KeyFigureSet.Quality.OFFICIAL:
        asides.append(row.get_quality_display())
    if row.parts_from_id:
        asides.append("bara summan är känd")
    aside = f" ({', '.join(asides)})" if asides else ""
    return Choice(row.pk, f"{row.allocation_key}, {row.region_name} {row.reference_date:%Y-%m-%d}{aside}")


def comments_on_lines(rows: BudgetRows, user) -> dict[tuple[str, int], int]:
    """Return how many open comments ``user`` may read on each line, in one query."""
    threads = rows.plan.comment_threads.filter(visible_threads(user, rows.plan), subject="budgets.budgetline")
    keys = list(threads.unresolved().values_list("subject_key", flat=True))
    found = {("budgetline", line.pk): keys.count(reference_of(line)[1]) for line in rows.lines} if keys else {}
    return {name: count for name, count in found.items() if count}


def recently_removed(plan: Plan) -> tuple[RemovedRow, ...]:
    """Return what was last removed from the budget and has not been put back, newest first."""
    actions = LogEntry.Action
    entries = LogEntry.objects.filter(
        plan_slug=plan.slug, subject__startswith="budgets.", action__in=(actions.DELETED, actions.RESTORED)
    )
    settled, found = set(), []
    for entry in entries.order_by("-number")[:READ_ENTRIES]:
        reference = (entry.subject, entry.subject_key)
        if entry.action == actions.DELETED and reference not in settled and LogEntry.ROWS in entry.before:
            found.append(RemovedRow(entry.number, entry.subject_name, entry.actor_name, entry.at))
        settled.add(reference)
    return tuple(found[:SHOWN_REMOVALS])

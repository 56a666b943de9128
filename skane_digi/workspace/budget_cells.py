"""The cells of a budget that is written: one input for each amount, found by area, year, funding form and part."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.http import Http404
from django.urls import reverse

from budgets.editing import CELL, blank_bases
from budgets.models import BudgetLine, FundingForm, TableNote
from budgets.money import format_amount
from plans.editing import RowIsGone, value_digest
from plans.models import FocusArea, Plan

NO_COMMENTS: Mapping[tuple[str, int], int] = {}
LINE = BudgetLine._meta.model_name


@dataclass(frozen=True, slots=True)
class NoteChoice:
    """A note that a cell can point to; ``short`` is what the closed list shows."""

    pk: int
    mark: str
    short: str


@dataclass(frozen=True, slots=True)
class Cell:
    """An input for one amount, with the note that its mark points to.

    ``pk`` is the line's id, ``None`` while the cell is blank; ``amount`` is its text, empty for no figure. ``bases``
    are the digests that go with a save. ``column`` is "2025, SGD" and ``label`` names the input to those who do not
    see where it stands. ``name`` names the line among the area's.
    """

    id: str
    url: str
    column: str
    form_name: str
    label: str
    name: str
    part: str
    pk: int | None
    amount: str
    note: int | None
    mark: str
    bases: Mapping[str, str]
    open_comments: int = 0

    @property
    def has_no_figure(self) -> bool:
        return self.pk is not None and not self.amount

    @property
    def state(self) -> str:
        """What the cell holds, short enough to compare: the digests of its fields."""
        return " ".join(self.bases.values())


@dataclass(frozen=True, slots=True)
class CellPlace:
    """Where a cell stands: what its address says, found in the plan."""

    area: FocusArea
    year: int
    funding_form: FundingForm
    label: str = ""

    @property
    def values(self) -> dict[str, object]:
        return {"area": self.area, "year": self.year, "funding_form": self.funding_form, "label": self.label}


class Cells:
    """Makes the cells of one plan from rows that have been fetched. Asks the database nothing."""

    def __init__(
        self,
        plan: Plan,
        lines: Iterable[BudgetLine],
        notes: Iterable[TableNote],
        open_comments: Mapping[tuple[str, int], int] = NO_COMMENTS,
    ):
        self.plan = plan
        self.open_comments = open_comments
        self.note_choices = tuple(NoteChoice(note.pk, note.mark, _short(note.text)) for note in notes)
        self._marks = {note.pk: note.mark for note in self.note_choices}
        self._lines: dict[tuple[int, int, int], list[BudgetLine]] = defaultdict(list)
        for line in lines:
            self._lines[line.focus_area_id, line.year, line.funding_form_id].append(line)
        self._blank = blank_bases()

    def at(self, area: FocusArea, year: int, form: FundingForm) -> list[BudgetLine]:
        """Return the lines of an area in a column, the one without a name first."""
        return sorted(self._lines[area.pk, year, form.pk], key=lambda line: (bool(line.label), line.position, line.pk))

    def is_divided(self, area: FocusArea, year: int, form: FundingForm) -> bool:
        return any(line.label for line in self.at(area, year, form))

    def line(self, area: FocusArea, year: int, form: FundingForm, label: str = "") -> BudgetLine | None:
        return next((line for line in self.at(area, year, form) if line.label == label), None)

    def cell(self, area: FocusArea, year: int, form: FundingForm, label: str = "") -> Cell:
        """Return the cell of a line, or a blank one where there is none."""
        line = self.line(area, year, form, label)
        part = part_digest(label)
        column = f"{year}, {form.name}"
        return Cell(
            id="-".join(filter(None, ["cell", str(area.pk), str(year), form.slug, part])),
            url=cell_address(self.plan, area, year, form, part),
            column=column,
            form_name=form.name,
            label=f"{area.name_in_tables}{f', {label}' if label else ''}, {column}, kronor",
            name=f"{column}{f': {label}' if label else ''}",
            part=label,
            pk=line.pk if line else None,
            amount="" if line is None or line.amount is None else format_amount(line.amount),
            note=line.note_id if line else None,
            mark=self._marks.get(line.note_id, "") if line else "",
            bases={f"base-{name}": value_digest(line, name) if line else self._blank[name] for name in CELL},
            open_comments=self.open_comments.get((LINE, line.pk), 0) if line else 0,
        )


def cell_address(plan: Plan, area: FocusArea, year: int, form: FundingForm, part: str) -> str:
    place = [plan.slug, area.pk, year, form.slug]
    return reverse("workspace:budget-part-cell", args=[*place, part]) if part else _whole(place)


def part_digest(label: str) -> str:
    """Return what stands for a part's name in an address; a name can hold anything."""
    return value_digest(BudgetLine(label=label), "label") if label else ""


def find_area(plan: Plan, pk: int) -> FocusArea:
    """Return the plan's area. Raises ``Http404``."""
    area = plan.focus_areas.filter(pk=pk).select_related("plan__collaboration").first()
    if area is None:
        raise Http404
    return area


def find_cell(plan: Plan, area_pk: int, year: int, form_slug: str, part: str) -> CellPlace:
    """Return the place that an address names. Raises ``RowIsGone`` for a part that has another name by now."""
    area = find_area(plan, area_pk)
    form = next((form for form in plan.collaboration.funding_forms.all() if form.slug == form_slug), None)
    if form is None or year not in {row.year for row in plan.years.all()}:
        raise Http404
    if not part:
        return CellPlace(area, year, form)
    labels = set(area.budget_lines.exclude(label="").values_list("label", flat=True))
    label = next((label for label in labels if part_digest(label) == part), None)
    if label is None:
        raise RowIsGone
    return CellPlace(area, year, form, label)


def _whole(place: list) -> str:
    return reverse("workspace:budget-cell", args=place)


def _short(text: str) -> str:
    return text if len(text) <= 60 else f"{text[:59].rstrip()}…"

"""Writing a draft's budget: lines, the parts of a divided amount, economy texts and what the cost is shared by.

Each function is one transaction that locks the plan, and the log tells it. All raise ``plans.editing.EditRefused``,
with a Swedish sentence, where the change cannot be made; then nothing is changed. Notes: see ``budgets.note_editing``.
"""

import datetime
from collections.abc import Mapping
from decimal import Decimal

from django.db import models, transaction

from budgets.deletion import DECLARATION
from budgets.models import (
    AllocationKey,
    AllocationRule,
    BudgetLine,
    BudgetStatement,
    CostBasis,
    FundingForm,
    KeyFigureSet,
    TableNote,
)
from budgets.money import format_kr, parse_amount
from plans import log
from plans.deletion import delete_row
from plans.editing import Edit, EditRefused, RowIsGone, check, edit_row, lock_plan, locked_row, tidy, value_digest
from plans.models import FocusArea, LogEntry, Plan
from plans.richtext import text_blocks

NEEDS_NOTE = (
    "Beloppet är tomt. Välj en not som säger varför posten saknar belopp, "
    "skriv 0 om inget är avsatt eller ta bort posten."
)
NEEDS_BOTH = "Välj både regel och nyckeltal. Utan dem kan kostnaden inte fördelas."
TOO_MUCH = Decimal(10**12)
CELL = ("amount", "note")
BASIS = ("rule", "figure_set")
LABEL = BudgetLine._meta.get_field("label")


def read_amount(text: str) -> Decimal | None:
    """Return the amount that somebody typed; nothing typed is no figure, which is not zero."""
    if not text.strip():
        return None
    try:
        amount = parse_amount(text)
    except ValueError as error:
        raise EditRefused(str(error)) from error
    if abs(amount) >= TOO_MUCH:
        raise EditRefused("Beloppet är för stort. Det kan ha högst tolv siffror före decimalkommat.")
    return amount


def add_line(
    *,
    area: FocusArea,
    year: int,
    funding_form: FundingForm,
    amount: Decimal | None,
    label: str = "",
    note: TableNote | None = None,
    by,
    at: datetime.datetime | None = None,
) -> BudgetLine:
    """Add money, or a line without a figure and a note that says why, for one of the plan's own years."""
    line = BudgetLine(
        focus_area=area, year=year, funding_form=funding_form, label=tidy(LABEL, label), amount=amount, note=note
    )
    return _add_line(line, by=by, at=at).row


@transaction.atomic
def edit_cell(
    *,
    area: FocusArea,
    year: int,
    funding_form: FundingForm,
    label: str = "",
    values: Mapping[str, object],
    bases: Mapping[str, str],
    by,
    at: datetime.datetime | None = None,
) -> Edit | None:
    """Save the amount and the note of a cell: in its line, or in a new one where the cell was blank.

    ``values`` holds ``amount`` and the id of ``note``, ``bases`` the digests of both. Nothing typed in a blank cell is
    nothing to save and gives ``None``. Raises ``plans.editing.EditCollision`` as ``edit_row`` does.
    """
    lock_plan(area)
    place = {"year": year, "funding_form": funding_form, "label": label}
    line = area.budget_lines.filter(**place).first()
    is_empty = values["amount"] is None and values["note"] is None
    if line is not None:
        if is_empty and line.amount is not None and bases["amount"] != blank_bases()["amount"]:
            raise EditRefused(NEEDS_NOTE)
        return edit_row(line, values=values, bases=bases, by=by, at=at)
    if any(bases[name] != digest for name, digest in blank_bases().items()):
        raise RowIsGone
    if is_empty:
        return None
    note = _note_of(area.plan, values["note"])
    return _add_line(BudgetLine(focus_area=area, **place, amount=values["amount"], note=note), by=by, at=at)


def blank_bases() -> dict[str, str]:
    """Return the digests that a blank cell sends along."""
    return {name: value_digest(BudgetLine(), name) for name in CELL}


@transaction.atomic
def split_line(
    line: BudgetLine, *, label: str, amount: Decimal | None, by, at: datetime.datetime | None = None
) -> BudgetLine:
    """Take a named part out of a line's amount and return the part. The sum stays.

    When the whole amount is taken there is no rest: the line itself gets the name.
    """
    lock_plan(line)
    line = locked_row(line)
    label = tidy(LABEL, label)
    if not label:
        raise EditRefused("Skriv vad delen heter.")
    if not amount:
        raise EditRefused("Skriv hur mycket av beloppet som delen får.")
    if line.amount is None or amount > line.amount:
        raise EditRefused(f"Delen kan få högst {format_kr(line.amount or Decimal(0))}, som är hela beloppet.")
    if amount == line.amount:
        return _edit(line, {"label": label}, by=by, at=at)
    _edit(line, {"amount": line.amount - amount}, by=by, at=at)
    place = {"area": line.focus_area, "year": line.year, "funding_form": line.funding_form, "note": line.note}
    return add_line(**place, label=label, amount=amount, by=by, at=at)


@transaction.atomic
def rename_part(
    *, area: FocusArea, label: str, new_label: str, by, at: datetime.datetime | None = None
) -> list[BudgetLine]:
    """Give the part of ``area`` that is called ``label`` another name, in every year and funding form of the plan."""
    plan = lock_plan(area)
    label, new_label = tidy(LABEL, label), tidy(LABEL, new_label)
    if not new_label:
        raise EditRefused("Skriv vad delen heter.")
    years = [row.year for row in plan.years.all()]
    lines = list(area.budget_lines.filter(label=label, year__in=years))
    if not lines:
        raise EditRefused(f"{label} finns inte längre. Någon annan har bytt namn på delen eller tagit bort den.")
    if new_label == label:
        return lines
    if area.budget_lines.filter(label=new_label, year__in=years).exists():
        raise EditRefused(f"{area} har redan en del som heter {new_label}.")
    return [_edit(line, {"label": new_label}, by=by, at=at) for line in lines]


@transaction.atomic
def add_part(
    *,
    area: FocusArea,
    year: int,
    funding_form: FundingForm,
    label: str,
    amount: Decimal | None,
    by,
    at: datetime.datetime | None = None,
) -> BudgetLine:
    """Add a named part: taken out of the amount that has no name yet, or added where there is none."""
    lock_plan(area)
    if not label.strip():
        raise EditRefused("Skriv vad delen heter.")
    if amount is None:
        raise EditRefused("Skriv delens belopp. 0 går bra: då är inget avsatt.")
    lines = area.budget_lines.filter(year=year, funding_form=funding_form)
    whole = lines.filter(label="", amount__gt=0).first()
    if whole is not None and amount:
        if lines.filter(label=tidy(LABEL, label)).exists():
            raise EditRefused(f"{area} har redan en del som heter {label} {year}, {funding_form}.")
        return split_line(whole, label=label, amount=amount, by=by, at=at)
    return add_line(area=area, year=year, funding_form=funding_form, label=label, amount=amount, by=by, at=at)


def remove_line(line: BudgetLine, *, by, at: datetime.datetime | None = None) -> LogEntry:
    """Remove the line and return the entry that ``plans.deletion.restore`` takes."""
    return delete_row(line, declaration=DECLARATION, by=by, at=at)


@transaction.atomic
def add_statement(*, area: FocusArea, year: int, text: str, by, at: datetime.datetime | None = None) -> BudgetStatement:
    """Add what the plan says in words about the area's money in one of its own years."""
    plan = lock_plan(area)
    area = locked_row(area)
    _refuse_other_year(plan, year)
    if area.budget_statements.filter(year=year).exists():
        raise EditRefused(f"{area} har redan en ekonomitext för {year}. Ändra den i stället.")
    text = tidy(BudgetStatement._meta.get_field("text"), text)
    if not any(block.text.strip() for block in text_blocks(text)):
        raise EditRefused("Skriv något om områdets ekonomi innan texten läggs till.")
    return _create(BudgetStatement(focus_area=area, year=year, text=text), by=by, at=at, told=("text",)).row


def remove_statement(statement: BudgetStatement, *, by, at: datetime.datetime | None = None) -> LogEntry:
    """Remove the text and return the entry that ``plans.deletion.restore`` takes."""
    return delete_row(statement, declaration=DECLARATION, by=by, at=at)


@transaction.atomic
def edit_cost_basis(
    *,
    plan: Plan,
    year: int,
    values: Mapping[str, object],
    bases: Mapping[str, str],
    by,
    at: datetime.datetime | None = None,
) -> Edit:
    """Save by which rule and key figures the year's cost is shared; ``values`` holds the ids of both."""
    lock_plan(plan)
    plan_year = plan.years.filter(year=year).first()
    if plan_year is None:
        raise EditRefused(f"{plan} har inte verksamhetsåret {year}.")
    rule = AllocationRule.objects.filter(pk=values["rule"], collaboration=plan.collaboration_id).first()
    figure_set = KeyFigureSet.objects.filter(pk=values["figure_set"]).first()
    if rule is None or figure_set is None:
        raise EditRefused(NEEDS_BOTH)
    if rule.allocation_key.kind == AllocationKey.Kind.MEASURE and rule.allocation_key != figure_set.allocation_key:
        raise EditRefused(f"{rule} delar efter {rule.allocation_key}. Välj nyckeltal för det.")
    basis = CostBasis.objects.filter(plan_year=plan_year).first()
    if basis is not None:
        return edit_row(basis, values=values, bases=bases, by=by, at=at)
    return _create(CostBasis(plan_year=plan_year, rule=rule, figure_set=figure_set), by=by, at=at, told=BASIS)


@transaction.atomic
def _add_line(line: BudgetLine, *, by, at: datetime.datetime | None) -> Edit:
    plan = lock_plan(line.focus_area)
    area = locked_row(line.focus_area)
    _refuse_other_year(plan, line.year)
    same = area.budget_lines.filter(year=line.year, funding_form=line.funding_form)
    if same.filter(label=line.label).exists():
        part = f" för {line.label}" if line.label else ""
        raise EditRefused(f"{area} har redan en post{part} {line.year}, {line.funding_form}. Ändra den i stället.")
    if line.amount is None and line.note is None:
        raise EditRefused(NEEDS_NOTE)
    line.position = _next_position(same)
    return _create(line, by=by, at=at, told=("label", "amount", "note"))


def _refuse_other_year(plan: Plan, year: int) -> None:
    if not plan.years.filter(year=year).exists():
        raise EditRefused(f"{plan} har inte verksamhetsåret {year}.")


def _create(row: models.Model, *, by, at: datetime.datetime | None, told: tuple[str, ...]) -> Edit:
    """Save the new row and log what ``told`` names of it. The plan is locked already."""
    check(row, {field.name for field in row._meta.fields})
    row.save()
    after = {name: getattr(row, name) for name in told if getattr(row, name) not in ("", None)}
    return Edit(row, log.record(action=LogEntry.Action.CREATED, subject=row, by=by, at=at, after=after))


def _edit(line: BudgetLine, values: Mapping[str, object], *, by, at: datetime.datetime | None) -> BudgetLine:
    """Save ``values`` in a line that has just been read under the plan's lock."""
    bases = {name: value_digest(line, name) for name in values}
    return edit_row(line, values=values, bases=bases, by=by, at=at).row


def _note_of(plan: Plan, pk: object) -> TableNote | None:
    if pk is None:
        return None
    note = plan.table_notes.filter(pk=pk).first()
    if note is None:
        raise EditRefused("Noten finns inte längre. Välj en annan.")
    return note


def _next_position(rows: models.QuerySet) -> int:
    return (rows.aggregate(last=models.Max("position"))["last"] or 0) + 1

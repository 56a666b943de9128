"""Import of a table: every row is tried, and all are saved or none.

The same run serves the preview and the import itself; a dry run is taken back at its end. Who may write which row is
asked of ``WriteRules``, as in the administration's forms.
"""

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext

import tablib
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import models, transaction
from import_export.resources import ModelResource

from plans import log
from plans.columns import ColumnFault, PartColumn, ReferenceColumn
from plans.editing import lock_plans
from plans.import_outcome import (
    CHANGED,
    FAULTY,
    KIND_TEXTS,
    NEW,
    UNCHANGED,
    CellChange,
    DescribedColumn,
    Fault,
    ImportOutcome,
    RowOutcome,
    text,
)
from plans.row_log import record_row, values_of
from plans.sheets import Sheet, SheetColumn
from plans.write_rules import RowRules

logger = logging.getLogger(__name__)


class _Undo(Exception):
    """Takes back what has been written, and the log's entries with it."""


class MasterDataResource(ModelResource):
    """Rows that are found by natural key, checked as in a form, and logged one by one.

    ``rules`` says who may write what, ``by`` is who imports, ``None`` for the system itself. ``unloaded`` are the
    lookups to what is large and in no column.
    """

    other_ids: tuple[str, ...] = ()
    unloaded: tuple[str, ...] = ()

    class Meta:
        skip_diff = True
        use_transactions = True
        clean_model_instances = True

    def __init__(self, *, rules: RowRules | None = None, by=None, is_dry_run: bool = False):
        super().__init__()
        self.fields = {name: self.fields[name] for name in self._meta.fields}
        self.rules, self.by, self.is_dry_run = rules, by, is_dry_run
        self.sheet: Sheet | None = None
        self.seen: dict[tuple, int] = {}
        self.outcomes: list[RowOutcome] = []

    # What the columns are.

    @property
    def columns(self) -> list[SheetColumn]:
        return [
            SheetColumn(column.column_name, column.widget.kind, column.widget.choices)
            for column in self.fields.values()
        ]

    def heading_of(self, name: str) -> str:
        """Return the heading of the column that a model field is written in, empty where none is."""
        return self.fields[name].column_name if name in self.fields else ""

    def needed(self, headings: set[str]) -> list[str]:
        """Return the headings without which the rows cannot be found, or half of a reference would be missing."""
        ids = self._meta.import_id_fields
        if self.other_ids and not any(self.fields[name].column_name in headings for name in ids):
            ids = [name for name in self.other_ids if not self._may_be_empty(name)]
        needed = [
            heading
            for name, column in self.fields.items()
            for heading in _own(column)
            if (name in ids and name != "key")
            or (isinstance(column, ReferenceColumn) and not column.readonly and headings & set(column.own))
        ]
        return [heading for heading in dict.fromkeys(needed) if heading not in headings]

    @property
    def paths(self) -> list[str]:
        """The foreign keys that the columns read through."""
        parts = [name.rpartition("__")[0] for name, column in self.fields.items() if _is_part(column)]
        ends = [
            f"{name}__{column.path}".rpartition("__")[0]
            for name, column in self.fields.items()
            if isinstance(column, ReferenceColumn)
        ]
        return [*parts, *ends]

    def described(self) -> list[DescribedColumn]:
        """Return the columns for whoever fills in a file."""
        return [self._described(name, column) for name, column in self.fields.items()]

    def _described(self, name: str, column) -> DescribedColumn:
        ids = {heading for one in self._meta.import_id_fields for heading in _own(self.fields[one])}
        is_read = not column.readonly or _is_part(column)
        if not is_read:
            remark = "Skrivs ut, läses inte in"
        elif column.column_name in ids:
            remark = "Raden känns igen på den. Tom: en ny rad" if name == "key" else "Raden känns igen på den"
        else:
            remark = ""
        return DescribedColumn(column.column_name, KIND_TEXTS[column.widget.kind], column.widget.choices, remark)

    # How rows are found, filled and checked.

    def get_queryset(self):
        return super().get_queryset().select_related(*self.paths)

    def get_instance(self, instance_loader, row):
        key = self.fields.get("key")
        names = self._meta.import_id_fields
        if key is not None and row.get(key.column_name) in (None, ""):
            names = self.other_ids
        given = [name for name in names if self.fields[name].column_name in row]
        if not given or not all(name in given or self._may_be_empty(name) for name in names):
            return None
        try:
            values = {name: self.fields[name].clean(row) if name in given else self._empty(name) for name in names}
        except ColumnFault:
            return None  # said again, with its column, when the row is filled in
        self._note_double(values)
        wanted = {
            f"{name}__isnull" if value is None else name: value is None or value for name, value in values.items()
        }
        return self.get_queryset().filter(**wanted).first()

    def _may_be_empty(self, name: str) -> bool:
        return name in self.other_ids and self._meta.model._meta.get_field(name).blank

    def _empty(self, name: str) -> str | None:
        return None if self._meta.model._meta.get_field(name).null else ""

    def _note_double(self, values: dict) -> None:
        key = tuple(getattr(value, "pk", value) for value in values.values())
        number = self._row.number
        if (first := self.seen.setdefault(key, number)) != number:
            raise ValidationError(f"Raden finns redan på rad {first} i filen. Ta bort en av dem.")

    def after_init_instance(self, instance, new, row, **kwargs) -> None:
        self._instance, self._is_new = instance, new
        self._before = self._shown(instance) if not new else {}
        self._stored = None if new else {field.attname: getattr(instance, field.attname) for field in _fields(instance)}
        self._told = None if new else values_of(instance)

    def import_instance(self, instance, row, **kwargs) -> None:
        errors = {}
        for column in self.fields.values():
            if column.column_name not in row or isinstance(column, PartColumn):
                continue
            try:
                column.save(instance, row)
            except ColumnFault as fault:
                errors[column.attribute] = ValidationError(str(fault))
                self._fault_columns[column.attribute] = fault.column
        if errors:
            raise ValidationError(errors)

    def skip_row(self, instance, original, row, import_validation_errors=None) -> bool:
        if self._is_new or import_validation_errors:
            return False
        return all(getattr(instance, name) == value for name, value in self._stored.items())

    def validate_instance(self, instance, import_validation_errors=None, validate_unique=True) -> None:
        errors = {name: _as_list(error) for name, error in (import_validation_errors or {}).items()}
        if self.rules:
            for name, message in self.rules.faults(instance, self._stored).items():
                errors.setdefault(name, []).append(ValidationError(message))
        if NON_FIELD_ERRORS in errors:
            raise ValidationError(errors)  # a row that may not be written at all needs no further remarks
        super().validate_instance(instance, errors, validate_unique)

    def before_save_instance(self, instance, row, **kwargs) -> None:
        if self.rules and self._is_new:
            self.rules.sign(instance)

    def after_save_instance(self, instance, row, **kwargs) -> None:
        if not self.is_dry_run:
            record_row(row=instance, before=self._told, by=self.by)

    def _check_import_id_fields(self, headers) -> None:
        """Which columns a file must have is said with the file's other faults, by ``needed``."""

    def after_import(self, dataset, result, **kwargs) -> None:
        """The ids are the database's own: no sequence has to be set."""

    # What is said of each row.

    def import_row(self, row, instance_loader, **kwargs):
        self._row = self.sheet.rows[kwargs["row_number"] - 1]
        self._instance, self._is_new, self._before, self._fault_columns = None, False, {}, {}
        result = super().import_row(row, instance_loader, **kwargs)
        self.outcomes.append(self._outcome(row, result))
        return result

    def _outcome(self, row, result) -> RowOutcome:
        number = self._row.number
        if result.validation_error or result.errors:
            faults = tuple(self._faults(result))
            cells = tuple(CellChange(name, text(value), text(value)) for name, value in row.items())
            return RowOutcome(number, FAULTY, str(self._instance) if self._before else "", cells, faults)
        after = self._shown(self._instance)
        cells = tuple(CellChange(heading, self._before.get(heading, ""), after[heading]) for heading in row)
        state = NEW if self._is_new else UNCHANGED if result.import_type == result.IMPORT_TYPE_SKIP else CHANGED
        return RowOutcome(number, state, str(self._instance), cells)

    def _faults(self, result):
        for error in result.errors:
            logger.warning("En importerad rad kunde inte sparas", exc_info=error.error)
            yield self.fault("Raden kunde inte sparas. Se efter att värdena är rimliga och hör ihop.")
        if result.validation_error:
            for name, messages in _by_field(result.validation_error).items():
                column = self._fault_columns.get(name) or self.heading_of(name)
                for message in messages:
                    yield self.fault(message, column, row=self._row.number)

    def fault(self, message: str, column: str = "", row: int | None = None) -> Fault:
        letters = {heading.text: heading.letter for heading in self.sheet.headings}
        return Fault(self.sheet.name, message, row or self._row.number, column, letters.get(column, ""))

    def _shown(self, instance) -> dict[str, str]:
        return {column.column_name: text(column.export(instance)) for column in self.fields.values()}


def import_sheet(sheet: Sheet, *, resource: MasterDataResource) -> ImportOutcome:
    """Import the rows of ``sheet``, all or none, and say what became of each.

    With the resource's ``is_dry_run``, or with any fault, the database is as it was.
    """
    sheet, faults = _with_known_headings(sheet, resource)
    resource.sheet = sheet
    headings = tuple(heading.text for heading in sheet.headings)
    writable = [column.column_name for column in resource.fields.values() if not column.readonly or _is_part(column)]
    left_alone = tuple(dict.fromkeys(name for name in writable if name not in headings))
    if not faults:
        faults, is_saved = _run(sheet, resource, headings)
    else:
        is_saved = False
    return ImportOutcome(sheet.name, headings, tuple(resource.outcomes), tuple(faults), left_alone, is_saved)


def _run(sheet: Sheet, resource: MasterDataResource, headings: Sequence[str]) -> tuple[list[Fault], bool]:
    rows = tablib.Dataset(*(row.values for row in sheet.rows), headers=headings)
    faults: list[Fault] = []
    try:
        with transaction.atomic(), nullcontext() if resource.is_dry_run else _writing():
            result = resource.import_data(rows, dry_run=resource.is_dry_run, rollback_on_validation_errors=True)
            faults += [fault for row in resource.outcomes for fault in row.faults]
            faults += [Fault(sheet.name, "Filen kunde inte läsas in.") for _ in result.base_errors]
            if resource.is_dry_run or faults:
                raise _Undo
    except _Undo:
        return faults, False
    return faults, True


@contextmanager
def _writing() -> Iterator[None]:
    """Nothing is sent for decision while its rows are written."""
    lock_plans()
    with log.batch():
        yield


def _with_known_headings(sheet: Sheet, resource: MasterDataResource) -> tuple[Sheet, list[Fault]]:
    """Return the sheet with its headings spelt as the resource does, and what is wrong with headings and cells."""
    known = {_folded(column.column_name): column.column_name for column in resource.fields.values()}
    faults, headings, taken = [], [], set()
    for heading in sheet.headings:
        name = known.get(_folded(heading.text), heading.text)
        headings.append(type(heading)(heading.letter, name))
        message = ""
        if not name:
            message = "Kolumnen har värden men ingen rubrik. Skriv en rubrik, eller ta bort kolumnen."
        elif name not in known.values():
            message = f"Kolumnen känns inte igen. Kolumnerna heter: {', '.join(known.values())}."
        elif name in taken:
            message = "Kolumnen finns två gånger. Ta bort den ena."
        if message:
            faults.append(Fault(sheet.name, message, column=name, letter=heading.letter))
        taken.add(name)
    for name in resource.needed(taken):
        faults.append(Fault(sheet.name, "Kolumnen saknas. Lägg till den; raderna känns igen på den.", column=name))
    for fault in sheet.faults:
        heading = headings[fault.index]
        faults.append(Fault(sheet.name, fault.message, fault.row, heading.text, heading.letter))
    if not sheet.rows and not faults:
        faults.append(Fault(sheet.name, "Under rubrikerna finns inga rader att läsa in."))
    return Sheet(sheet.name, tuple(headings), sheet.rows), faults


def _folded(heading: str) -> str:
    return " ".join(heading.split()).casefold()


def _own(column) -> Sequence[str]:
    return list(getattr(column, "own", [column.column_name]))


def _is_part(column) -> bool:
    return isinstance(column, PartColumn)


def _fields(instance: models.Model) -> list[models.Field]:
    return [field for field in instance._meta.concrete_fields if not field.primary_key]


def _as_list(error) -> list:
    return list(error) if isinstance(error, list | tuple) else [error]


def _by_field(error: ValidationError) -> dict[str, list[str]]:
    return error.message_dict if hasattr(error, "error_dict") else {NON_FIELD_ERRORS: error.messages}

"""The columns of an import or export: how a field of a row is written in a cell, and read back from one.

A cell that says what the row says already changes nothing. What cannot be read raises ``ColumnFault``, whose text says
in Swedish how to mend it.
"""

import datetime
import re
import unicodedata
from collections.abc import Iterable, Mapping
from decimal import Decimal, InvalidOperation

from django.db import models
from django.utils import timezone
from django.utils.text import capfirst
from import_export.fields import Field
from import_export.widgets import Widget

from plans import sheets
from plans.organisation_numbers import with_hyphen
from plans.richtext import RichTextField, sanitise

MAX_CHARACTERS = 50_000
YES, NO = "ja", "nej"
_YES = frozenset({YES, "j", "1", "sant", "true"})
_NO = frozenset({NO, "n", "0", "falskt", "false"})
_SPACES = re.compile(r"[\s\u00a0\u2009\u202f]")


class ColumnFault(ValueError):
    """A value cannot be taken in. ``column`` is the heading of its column, the text says how to mend it."""

    def __init__(self, message: str, column: str = ""):
        self.column = column
        super().__init__(message)


class TextCell(Widget):
    kind = sheets.TEXT
    choices: tuple[str, ...] = ()

    def clean(self, value, row=None, **kwargs):
        if isinstance(value, bool):
            return YES if value else NO
        text = _tidy("" if value is None else str(value))
        if "\0" in text:
            raise ColumnFault("Texten innehåller ett tecken som inte kan sparas. Skriv om den.")
        if len(text) > MAX_CHARACTERS:
            raise ColumnFault(f"Texten är längre än {MAX_CHARACTERS} tecken. Korta eller dela upp den.")
        return text

    def render(self, value, obj=None, **kwargs):
        return "" if value is None else _tidy(str(value))


class RichTextCell(TextCell):
    def clean(self, value, row=None, **kwargs):
        return sanitise(super().clean(value))


class OrganisationNumberCell(TextCell):
    def clean(self, value, row=None, **kwargs):
        return with_hyphen(super().clean(value))


class WholeCell(Widget):
    kind = sheets.WHOLE
    choices: tuple[str, ...] = ()

    def clean(self, value, row=None, **kwargs):
        number = _number(value, "Skriv ett helt tal med siffror, utan decimaler.")
        if number is not None and number != number.to_integral_value():
            raise ColumnFault("Skriv ett helt tal med siffror, utan decimaler.")
        return None if number is None else int(number)

    def render(self, value, obj=None, **kwargs):
        return value


class MoneyCell(WholeCell):
    """An amount with two decimals, as a decimal and never as text."""

    kind = sheets.MONEY

    def clean(self, value, row=None, **kwargs):
        number = _number(value, "Skriv ett belopp med siffror, till exempel 1234,50.")
        if number is None:
            return None
        in_ore = number * 100
        return number.quantize(Decimal("0.01")) if in_ore == in_ore.to_integral_value() else number


class DayCell(Widget):
    kind = sheets.DAY
    choices: tuple[str, ...] = ()

    def clean(self, value, row=None, **kwargs):
        if value is None or value == "":
            return None
        if isinstance(value, datetime.datetime):
            value = value.date()
        if isinstance(value, datetime.date):
            return value
        try:
            return datetime.datetime.strptime(str(value).strip(), "%Y-%m-%d").replace(tzinfo=datetime.UTC).date()
        except ValueError as error:
            raise ColumnFault("Skriv datumet som år-månad-dag, till exempel 2024-03-01.") from error

    def render(self, value, obj=None, **kwargs):
        return value


class MomentCell(TextCell):
    """A point in time, in Swedish time. It is written out and never read in."""

    kind = sheets.MOMENT

    def render(self, value, obj=None, **kwargs):
        return timezone.make_naive(value).replace(microsecond=0) if value else None


class YesNoCell(Widget):
    kind = sheets.TEXT
    choices = (YES, NO)

    def clean(self, value, row=None, **kwargs):
        text = str(value).strip().casefold()
        if value is None or text == "":
            return None
        if text not in _YES | _NO:
            raise ColumnFault(f"Skriv {YES} eller {NO}.")
        return text in _YES

    def render(self, value, obj=None, **kwargs):
        return YES if value else NO


class ChoiceCell(Widget):
    """One of a field's choices, by its Swedish word; the word that the database keeps is read too."""

    kind = sheets.TEXT

    def __init__(self, choices: Iterable[tuple[str, str]]):
        super().__init__()
        self.words = {str(value): str(word) for value, word in choices}

    @property
    def choices(self) -> tuple[str, ...]:
        return tuple(self.words.values())

    def clean(self, value, row=None, **kwargs):
        text = " ".join(str("" if value is None else value).split()).casefold()
        if not text:
            return ""
        for kept, word in self.words.items():
            if text in (kept.casefold(), word.casefold()):
                return kept
        raise ColumnFault(f"Välj ett av: {', '.join(self.choices)}.")

    def render(self, value, obj=None, **kwargs):
        return self.words.get(str(value), value)


class Column(Field):
    """A field of the row itself."""

    def clean(self, row, **kwargs):
        try:
            return super().clean(row, **kwargs)
        except ColumnFault as fault:
            raise ColumnFault(str(fault), self.column_name) from fault

    def save(self, instance, row, is_m2m=False, **kwargs):
        if self.readonly:
            return
        cleaned = self.clean(row, **kwargs)
        if self.widget.render(cleaned) != self.export(instance):
            setattr(instance, self.attribute, cleaned)


class KeyColumn(Column):
    """The key that names a row for ever. An empty cell leaves the key that the row has, or that a new one is given."""

    def save(self, instance, row, is_m2m=False, **kwargs):
        if row.get(self.column_name) not in (None, ""):
            super().save(instance, row, is_m2m, **kwargs)


class ReferenceColumn(Field):
    """A foreign key, named by one column or several.

    ``own`` are the columns that the reference writes, with the lookup of each in the model pointed to; ``shared`` the
    columns of another reference that narrow the search, ``{"Handlingsplan": "collaboration__plans__slug"}``.
    """

    def __init__(self, model_field: models.ForeignKey, own: Mapping[str, str], shared: Mapping[str, str], **kwargs):
        self.model_field, self.own, self.shared = model_field, dict(own), dict(shared)
        *_, (heading, self.path) = self.own.items()
        self.found: dict[tuple, models.Model] = {}
        self.cells = {lookup: cell_for(_end_of(model_field.related_model, lookup)) for lookup in self.lookups.values()}
        super().__init__(attribute=model_field.name, column_name=heading, widget=self.cells[self.path], **kwargs)

    @property
    def lookups(self) -> dict[str, str]:
        return {**self.shared, **self.own}

    def get_value(self, instance):
        value = getattr(instance, self.attribute) if getattr(instance, self.model_field.attname) else None
        for name in self.path.split("__"):
            value = getattr(value, name, None)
        return value

    def clean(self, row, **kwargs):
        """Return the row that the cells name, ``None`` where they are all empty. Raises ``ColumnFault``."""
        wanted = {column: self._cell(row, column, lookup) for column, lookup in self.lookups.items()}
        if all(wanted[column] in (None, "") for column in self.own):
            return None
        key = tuple(wanted.values())
        if key not in self.found:
            self.found[key] = self._look_up(wanted)
        return self.found[key]

    def save(self, instance, row, is_m2m=False, **kwargs):
        if self.readonly:
            return
        found = self.clean(row, **kwargs)
        if getattr(instance, self.model_field.attname) != (found.pk if found else None):
            setattr(instance, self.attribute, found)

    def _cell(self, row, column: str, lookup: str) -> object:
        try:
            return self.cells[lookup].clean(row.get(column))
        except ColumnFault as fault:
            raise ColumnFault(str(fault), column) from fault

    def _look_up(self, wanted: Mapping[str, object]) -> models.Model:
        rows = self.model_field.related_model._default_manager.all()
        found = list(rows.filter(self._condition(wanted, wanted)).distinct()[:2])
        if len(found) == 1:
            return found[0]
        if found:
            raise ColumnFault(f"Flera rader bland {self._kind} passar in. Fyll i alla kolumner.", self.column_name)
        names = list(wanted)
        for count, column in enumerate(names, 1):
            if not rows.filter(self._condition(wanted, names[:count])).exists():
                raise ColumnFault(self._not_found(wanted, column), column)
        raise ColumnFault(self._not_found(wanted, self.column_name), self.column_name)

    def _condition(self, wanted: Mapping[str, object], columns: Iterable[str]) -> models.Q:
        condition = models.Q()
        for column in columns:
            lookup, value = self.lookups[column], wanted[column]
            condition &= models.Q(**({f"{lookup}__isnull": True} if value is None else {lookup: value}))
        return condition

    def _not_found(self, wanted: Mapping[str, object], column: str) -> str:
        value = wanted[column]
        if value in (None, ""):
            return f"Fyll i {column}: {self.model_field.verbose_name} behöver det."
        others = [f"{name} {part}" for name, part in wanted.items() if name != column and part not in (None, "")]
        place = f" där {' och '.join(others)}" if others else ""
        return f"”{value}” finns inte bland {self._kind}{place}. Rätta det, eller lägg till raden där först."

    @property
    def _kind(self) -> str:
        return str(self.model_field.related_model._meta.verbose_name_plural)


class PartColumn(Field):
    """One of the columns that together name the row of a foreign key; it is read by its ``ReferenceColumn``."""

    def __init__(self, attribute: str, column_name: str, widget: Widget):
        super().__init__(attribute=attribute, column_name=column_name, widget=widget, readonly=True)


def heading_of(field: models.Field) -> str:
    return capfirst(str(field.verbose_name))


def cell_for(field: models.Field) -> Widget:
    """Return the cell that carries a value of ``field``."""
    if field.choices:
        return ChoiceCell(field.choices)
    if field.name.endswith("organisation_number"):
        return OrganisationNumberCell()
    kinds = (
        (RichTextField, RichTextCell),
        (models.BooleanField, YesNoCell),
        (models.DateTimeField, MomentCell),
        (models.DateField, DayCell),
        (models.DecimalField, MoneyCell),
        (models.IntegerField, WholeCell),
    )
    return next((cell for kind, cell in kinds if isinstance(field, kind)), TextCell)()


def _end_of(model: type[models.Model], lookup: str) -> models.Field:
    """Return the field that ``lookup`` leads to, also along a relation from the other side."""
    *names, last = lookup.split("__")
    for name in names:
        model = model._meta.get_field(name).related_model
    return model._meta.get_field(last)


def _tidy(text: str) -> str:
    return unicodedata.normalize("NFC", text).replace("\r\n", "\n").replace("\r", "\n").strip()


def _number(value: object, message: str) -> Decimal | None:
    if value is None or isinstance(value, bool):
        if value is None:
            return None
        raise ColumnFault(message)
    if isinstance(value, int | Decimal):
        return Decimal(value)
    text = _SPACES.sub("", str(value)).removesuffix("kr").replace(",", ".").replace("−", "-")
    if not text:
        return None
    if not re.fullmatch(r"-?[0-9]{1,20}(\.[0-9]{1,20})?", text):
        raise ColumnFault(message)
    try:
        return Decimal(text)
    except InvalidOperation as error:
        raise ColumnFault(message) from error

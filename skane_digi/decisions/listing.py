"""The list of decisions: one row for each organisation, filtered and sorted as the address asks, and as a file."""

import datetime
import re
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlencode

from import_export.resources import Resource

from plans import sheets
from plans.collation import swedish_key
from plans.columns import Column, DayCell, TextCell
from plans.models import Decision, Organisation
from plans.register import Entry, Standing
from skane_digi.decisions.register_words import conditions_in_short, said_by, standing_word
from skane_digi.decisions.shown_register import ShownRegister
from skane_digi.decisions.standing_map import address_of
from skane_digi.portal.search import as_asked
from skane_digi.portal.sorting import ASCENDING, DESCENDING, SortableColumn

UNANSWERED = "obesvarade"
LONGEST_NAME = 80


@dataclass(frozen=True, slots=True)
class Row:
    """An organisation in the list. ``said`` is the decision that counts, or what its last instance has proposed.

    ``earlier_text`` is what it had decided about the version whose consents have lapsed.
    """

    entry: Entry
    url: str
    standing_text: str
    conditions_text: str
    earlier_text: str

    @property
    def organisation(self) -> Organisation:
        return self.entry.organisation

    @property
    def name(self) -> str:
        return self.organisation.name

    @property
    def code(self) -> str:
        return self.organisation.code

    @property
    def standing(self) -> Standing:
        return self.entry.standing

    @property
    def said(self) -> Decision | None:
        return self.entry.decision or (self.entry.chain[-1] if self.entry.chain else None)

    @property
    def proposed_text(self) -> str:
        """What the last instance has said, where none has decided."""
        return said_by(self.said) if self.said and not self.entry.decision else ""

    @property
    def instance(self) -> str:
        return self.said.instance if self.said else ""

    @property
    def decided_on(self) -> datetime.date | None:
        return self.said.decided_on if self.said else None

    @property
    def paragraph(self) -> str:
        return self.said.paragraph if self.said else ""

    @property
    def case_number(self) -> str:
        return self.said.case_number if self.said else ""

    @property
    def extract_name(self) -> str:
        return (self.said.extract_name or "") if self.said else ""

    @property
    def comment(self) -> str:
        return self.said.comment if self.said else ""

    @property
    def recorded_by_name(self) -> str:
        return self.said.recorded_by_name if self.said else ""


def _text(name: str) -> Callable[[Row], object]:
    return lambda row: _with_numbers(getattr(row, name)) if getattr(row, name) else None


def _with_numbers(text: str) -> list[tuple]:
    """Return a sort key by the alphabet where § 45 comes before § 123."""
    parts = re.split(r"([0-9]+)", text)
    return [(int(part), ()) if index % 2 else (-1, swedish_key(part)) for index, part in enumerate(parts)]


_STANDINGS = list(Standing)
COLUMNS: dict[str, tuple[str, Callable[[Row], object]]] = {
    "namn": ("Organisation", lambda row: swedish_key(row.organisation.short_name)),
    "lage": ("Läge", lambda row: _STANDINGS.index(row.standing)),
    "instans": ("Instans", _text("instance")),
    "dag": ("Dag", lambda row: row.decided_on),
    "paragraf": ("Paragraf", _text("paragraph")),
    "diarienummer": ("Diarienummer", _text("case_number")),
    "villkor": ("Villkor", _text("conditions_text")),
    "utdrag": ("Utdrag", _text("extract_name")),
}
NARROW_COLUMNS = ("namn", "lage")


@dataclass(frozen=True, slots=True)
class Asked:
    """What a reader asks of the list: a standing, letters of a name, and an order. What is unknown is not asked for."""

    standing: str = ""
    words: str = ""
    order: str = ""
    is_descending: bool = False

    @classmethod
    def from_query(cls, query) -> "Asked":
        standing, order = query.get("lage", ""), query.get("ordna", "")
        return cls(
            standing=standing if standing in {*Standing.values, UNANSWERED} else "",
            words=as_asked(query.get("q", ""), LONGEST_NAME),
            order=order if order in COLUMNS else "",
            is_descending=order in COLUMNS and query.get("riktning") == DESCENDING,
        )

    @property
    def filters(self) -> dict[str, str]:
        return {key: value for key, value in (("lage", self.standing), ("q", self.words)) if value}

    @property
    def ordering(self) -> dict[str, str]:
        direction = DESCENDING if self.is_descending else ASCENDING
        return {"ordna": self.order, "riktning": direction} if self.order else {}

    def takes(self, row: Row) -> bool:
        if self.standing == UNANSWERED and not row.entry.is_unanswered:
            return False
        if self.standing not in ("", UNANSWERED) and row.standing != self.standing:
            return False
        searched = f"{row.name} {row.organisation.short_name} {row.code}".casefold()
        return all(word.casefold() in searched for word in self.words.split())


@dataclass(frozen=True, slots=True)
class Choice:
    """One of the standings to choose between, and how many organisations have it."""

    value: str
    text: str
    count: int
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class Listing:
    """The rows that were asked for, of ``total``. ``query`` asks for the same rows in the same order as a file."""

    rows: tuple[Row, ...]
    total: int
    asked: Asked
    columns: tuple[SortableColumn, ...]
    choices: tuple[Choice, ...]
    kept: dict[str, str]

    @property
    def is_filtered(self) -> bool:
        return bool(self.asked.filters)

    @property
    def query(self) -> str:
        return urlencode({**self.kept, **self.asked.filters, **self.asked.ordering})

    @property
    def query_for_all(self) -> str:
        """The part of an address that leaves the filter out, and keeps the rest."""
        return urlencode({**self.kept, **self.asked.ordering})

    @property
    def hidden(self) -> dict[str, str]:
        """What the filter's form carries along."""
        return {**self.kept, **self.asked.ordering}


def listing(shown: ShownRegister, asked: Asked) -> Listing:
    every = [_row(entry, shown) for entry in shown.register.entries]
    keys = [key for key in COLUMNS if key != "utdrag" or shown.shows_people]
    kept = {**shown.kept, **asked.filters}
    return Listing(
        rows=tuple(_sorted([row for row in every if asked.takes(row)], asked)),
        total=len(every),
        asked=asked,
        columns=tuple(_column(key, asked, kept) for key in keys),
        choices=tuple(_choices(shown, every, asked)),
        kept=shown.kept,
    )


def _row(entry: Entry, shown: ShownRegister) -> Row:
    earlier = shown.earlier.entry_of(entry.organisation) if shown.earlier else None
    return Row(
        entry=entry,
        url=address_of(entry, shown),
        standing_text=standing_word(entry.standing, on_paper=shown.on_paper),
        conditions_text=conditions_in_short(entry.conditions, on_paper=shown.on_paper),
        earlier_text=_earlier(shown, earlier) if earlier else "",
    )


def _earlier(shown: ShownRegister, entry: Entry) -> str:
    number, decision = shown.earlier.version.number, entry.decision
    if decision is None:
        return f"Version {number}: inget beslut registrerat"
    day = f" {decision.decided_on.isoformat()}" if decision.decided_on else ""
    return f"Version {number}: {decision.get_outcome_display().lower()}{day}"


def _sorted(rows: list[Row], asked: Asked) -> list[Row]:
    """Sort the rows; those that are equal keep the register's order, and those with nothing to sort by come last."""
    if not asked.order:
        return rows
    _, value = COLUMNS[asked.order]
    told = [row for row in rows if value(row) is not None]
    untold = [row for row in rows if value(row) is None]
    return [*sorted(told, key=value, reverse=asked.is_descending), *untold]


def _column(key: str, asked: Asked, kept: dict[str, str]) -> SortableColumn:
    is_sorted = asked.order == key
    next_direction = DESCENDING if is_sorted and not asked.is_descending else ASCENDING
    sort = ("descending" if asked.is_descending else "ascending") if is_sorted else ""
    query = urlencode({**kept, "ordna": key, "riktning": next_direction})
    return SortableColumn(key=key, label=COLUMNS[key][0], is_figure=False, aria_sort=sort, query=query)


def _choices(shown: ShownRegister, rows: list[Row], asked: Asked) -> list[Choice]:
    counts = shown.register.counts
    choices = [Choice("", "Alla", len(rows), not asked.standing)]
    if not shown.on_paper and (unanswered := len(shown.register.unanswered)):
        choices.append(Choice(UNANSWERED, "Har inte beslutat", unanswered, asked.standing == UNANSWERED))
    choices += [
        Choice(standing.value, standing_word(standing, on_paper=shown.on_paper), counts[standing], is_chosen)
        for standing in Standing
        if (is_chosen := asked.standing == standing) or counts[standing]
    ]
    return choices


@dataclass(frozen=True, slots=True)
class ListFile:
    name: str
    content: bytes


class RowResource(Resource):
    """The list's columns in a file that anyone may have."""

    code = Column("code", "Kod", widget=TextCell())
    name = Column("name", "Organisation", widget=TextCell())
    standing = Column("standing_text", "Läge", widget=TextCell())
    instance = Column("instance", "Instans", widget=TextCell())
    decided_on = Column("decided_on", "Dag", widget=DayCell())
    paragraph = Column("paragraph", "Paragraf", widget=TextCell())
    case_number = Column("case_number", "Diarienummer", widget=TextCell())
    conditions = Column("conditions_text", "Villkor", widget=TextCell())
    earlier = Column("earlier_text", "Tidigare version", widget=TextCell())

    @property
    def sheet_columns(self) -> list[sheets.SheetColumn]:
        return [sheets.SheetColumn(field.column_name, field.widget.kind) for field in self.fields.values()]


class MemberRowResource(RowResource):
    """With what is only shown to those who take part: files, comments and who recorded."""

    extract = Column("extract_name", "Protokollsutdrag", widget=TextCell())
    comment = Column("comment", "Kommentar", widget=TextCell())
    recorded_by = Column("recorded_by_name", "Registrerat av", widget=TextCell())


def list_file(shown: ShownRegister, asked: Asked, *, file_format: str) -> ListFile:
    """Return the rows that are ``asked`` for as a file of ``file_format``, one of ``sheets.FORMATS``.

    Raises ``sheets.FileRefused``.
    """
    resource = MemberRowResource() if shown.shows_people else RowResource()
    table = resource.export(list(listing(shown, asked).rows))
    name = sheets.sheet_name(f"Beslut version {shown.number}")
    content = sheets.write(table, columns=resource.sheet_columns, name=name, file_format=file_format)
    return ListFile(f"beslut-{shown.plan.slug}-version-{shown.number}.{file_format}", content)

"""A paper as a tree of frozen dataclasses, built once and rendered twice: as PDF and as DOCX.

Nothing here knows of the database, of HTML or of Word. Running text is the plan document's own ``RichText``; its
sub-headings are of the level under the section's.
"""

import datetime
from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar

from skane_digi.documents.tree import RichText

SECTION_LEVEL = 2


class Kind(StrEnum):
    """The kinds of papers, as addresses and commands name them."""

    DECISION = "decision"
    LETTER = "letter"
    REGISTER = "register"

    @property
    def label(self) -> str:
        return _LABELS[self]

    @property
    def is_for_all(self) -> bool:
        """Whether the paper says the same to every organisation, so that one of it is enough."""
        return self is Kind.REGISTER


_LABELS = {Kind.DECISION: "Beslutsunderlag", Kind.LETTER: "Missiv", Kind.REGISTER: "Beslutsregister"}


class Format(StrEnum):
    """The file formats."""

    PDF = "pdf"
    DOCX = "docx"

    @property
    def label(self) -> str:
        return "PDF" if self is Format.PDF else "Word"

    @property
    def content_type(self) -> str:
        if self is Format.PDF:
            return "application/pdf"
        return "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


@dataclass(frozen=True, slots=True)
class Fact:
    """A line of the head, such as ``Till: Kommunstyrelsen``."""

    label: str
    value: str


@dataclass(frozen=True, slots=True)
class Passage:
    """Running text."""

    form: ClassVar[str] = "text"

    text: RichText


@dataclass(frozen=True, slots=True)
class Notice:
    """What does not agree: the one loud thing on the page."""

    form: ClassVar[str] = "notice"

    title: str
    sentences: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Column:
    """A table's column; ``width`` is its part of the table in percent."""

    heading: str
    width: int
    is_figure: bool = False


@dataclass(frozen=True, slots=True)
class Cell:
    text: str
    is_figure: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """A row; its first cell is the row's heading."""

    heading: str
    cells: tuple[Cell, ...]
    is_total: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    form: ClassVar[str] = "table"

    caption: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]

    @classmethod
    def of(cls, caption: str, columns: tuple[Column, ...], rows: list[tuple[str, ...]], *, totals: int = 0) -> "Table":
        """Return the table of these texts; the last ``totals`` rows are set apart as sums."""
        first_total = len(rows) - totals
        return cls(
            caption,
            columns,
            tuple(
                Row(
                    texts[0],
                    tuple(Cell(text, column.is_figure) for text, column in zip(texts[1:], columns[1:], strict=True)),
                    is_total=place >= first_total,
                )
                for place, texts in enumerate(rows)
            ),
        )


Part = Passage | Notice | Table


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the paper; one without a heading is the opening of a letter."""

    heading: str
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class SignOff:
    """Lines to sign on, each with what is to be written there."""

    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Paper:
    """A whole paper. ``mark`` says which version it is about and stands on every page.

    ``concerns`` is whose paper it is, empty for one that is everybody's. ``dated_on`` is the day that the file carries,
    so that the same paper is the same bytes.
    """

    kind: Kind
    sender: str
    concerns: str
    title: str
    facts: tuple[Fact, ...]
    sections: tuple[Section, ...]
    sign_off: SignOff | None
    mark: str
    dated_on: datetime.date

    @property
    def kind_text(self) -> str:
        return self.kind.label

    @property
    def name(self) -> str:
        """What stands at the top of the pages after the first: ``Beslutsunderlag, Eslövs kommun``."""
        return f"{self.kind_text}, {self.concerns}" if self.concerns else self.kind_text

    @property
    def dated_text(self) -> str:
        return self.dated_on.isoformat()

"""The plan as a document: a tree of frozen dataclasses that page, PDF and file formats are rendered from.

Amounts are kronor as ``Decimal``; ``None`` is "no figure". Nothing here knows of the database or of HTML.
"""

import datetime
from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Run:
    """A stretch of text set in one way."""

    text: str
    is_emphasised: bool = False
    is_strong: bool = False
    href: str = ""


@dataclass(frozen=True, slots=True)
class Paragraph:
    runs: tuple[Run, ...]


@dataclass(frozen=True, slots=True)
class SubHeading:
    """A heading inside running text; ``level`` 1 is the uppermost."""

    text: str
    level: int = 1


@dataclass(frozen=True, slots=True)
class ListItem:
    runs: tuple[Run, ...]
    children: tuple["TextList", ...] = ()


@dataclass(frozen=True, slots=True)
class TextList:
    items: tuple[ListItem, ...]
    is_ordered: bool = False


Block = Paragraph | SubHeading | TextList


@dataclass(frozen=True, slots=True)
class RichText:
    """Running text as blocks; false when empty."""

    blocks: tuple[Block, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.blocks)


@dataclass(frozen=True, slots=True)
class Section:
    slug: str
    heading: str
    text: RichText


@dataclass(frozen=True, slots=True)
class ActivityNode:
    text: str
    sub_activities: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Period:
    """Activities of some years; ``end_year`` is ``None`` for a period without an end."""

    heading: str
    start_year: int
    end_year: int | None
    introduction: RichText
    activities: tuple[ActivityNode, ...]
    no_activities_reason: RichText


@dataclass(frozen=True, slots=True)
class Money:
    """A budget line as the area's own text lists it. ``note_mark`` points to a note under the budget table."""

    year: int
    funding_form: str
    label: str
    amount: Decimal | None
    note_mark: str = ""


@dataclass(frozen=True, slots=True)
class YearEconomy:
    """What an area says about one year's money: words, and the amounts they stand for.

    ``printed_heading`` is what the original prints above the words where that is another year.
    """

    year: int
    text: RichText
    lines: tuple[Money, ...]
    printed_heading: str = ""


@dataclass(frozen=True, slots=True)
class Responsible:
    body: str
    on_behalf_of: str = ""


@dataclass(frozen=True, slots=True)
class Origin:
    """Where an area comes from: ``kind`` is new, continued, renamed or ended (plans.models.AreaLineage.Kind)."""

    kind: str
    kind_text: str
    predecessor: str = ""
    predecessor_plan: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Area:
    slug: str
    name: str
    abbreviation: str
    title: str
    origins: tuple[Origin, ...]
    background: RichText
    purpose: RichText
    goals: tuple[str, ...]
    periods: tuple[Period, ...]
    economy: tuple[YearEconomy, ...]
    responsible: tuple[Responsible, ...]


@dataclass(frozen=True, slots=True)
class Watched:
    name: str
    description: str


@dataclass(frozen=True, slots=True)
class PlanDocument:
    """Everything that a plan says, in the order it says it.

    ``budget`` and ``costs`` are the dataclasses of budgets.tables: one budget table, and one cost table per year that
    has something to share.
    """

    slug: str
    title: str
    subtitle: str
    strategy: str
    collaboration: str
    years: tuple[int, ...]
    years_text: str
    status: str
    status_text: str
    is_decided: bool
    dated_on: datetime.date | None
    date_note: str
    sections_before: tuple[Section, ...]
    areas: tuple[Area, ...]
    ended_areas: tuple[Origin, ...]
    sections_after: tuple[Section, ...]
    watched: tuple[Watched, ...]
    budget: object
    costs: tuple[object, ...]

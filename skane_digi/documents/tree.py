"""The plan as a document: a tree of frozen dataclasses that page, PDF and file formats are rendered from.

Amounts are kronor as ``Decimal``; ``None`` is "no figure". Nothing here knows of the database or of HTML. Properties
are the ready Swedish words for what a field says; templates compute nothing.
"""

import datetime
from dataclasses import dataclass
from decimal import Decimal

from budgets.money import format_amount, format_kr
from budgets.printed import Figure
from budgets.tables import BudgetTable, CostRow, CostTable, PartySum
from plans.collation import swedish_key


@dataclass(frozen=True, slots=True)
class Run:
    """A stretch of text set in one way. A line break is a newline in ``text``."""

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

    @property
    def amount_text(self) -> str:
        return format_kr(self.amount)


@dataclass(frozen=True, slots=True)
class YearEconomy:
    """What an area says about one year's money: words, and the amounts they stand for.

    ``printed_heading`` is what the original prints above the words where that is another year.
    """

    year: int
    text: RichText
    lines: tuple[Money, ...]
    printed_heading: str = ""

    @property
    def heading(self) -> str:
        return f"Verksamhetsåret {self.year}"

    @property
    def printed_heading_disagrees(self) -> bool:
        return bool(self.printed_heading) and self.printed_heading != self.heading


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

    @property
    def sentence(self) -> str:
        """Say where the area comes from: ``Nytt insatsområde``, ``Fortsätter från Handlingsplan 2022–2023``."""
        if self.kind == "new":
            return "Nytt insatsområde"
        if self.kind == "renamed":
            return f"Fortsätter från {self.predecessor_plan}, då under namnet {self.predecessor}"
        if self.kind == "ended":
            return f"{self.predecessor} avslutas"
        return f"Fortsätter från {self.predecessor_plan}"


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
class CostYear:
    """One year's cost as its budget lines give it and, where the plan prints another total, as that total gives it.

    Where the lines give nothing to share and a total is printed all the same, ``table`` shares the printed one.
    ``population`` is the one that makes the rate, with the one the plan prints beside it.
    """

    year: int
    population: Figure
    table: CostTable
    by_printed: CostTable | None = None

    @property
    def rows(self) -> tuple[tuple[CostRow, CostRow | None], ...]:
        """Each organisation's share in both tables: the region first, then the municipalities by the alphabet."""
        printed = {row.code: row for row in self.by_printed.rows} if self.by_printed else {}
        in_order = sorted(self.table.rows, key=lambda row: (not row.is_whole_area, swedish_key(row.name)))
        return tuple((row, printed.get(row.code)) for row in in_order)

    @property
    def parties(self) -> tuple[tuple[PartySum, PartySum | None], ...]:
        printed = {party.slug: party for party in self.by_printed.parties} if self.by_printed else {}
        return tuple((party, printed.get(party.slug)) for party in self.table.parties)

    @property
    def total_text(self) -> str:
        """The sum with öre, to stand under the shares."""
        return format_amount(self.table.total, decimals=2)

    @property
    def printed_total_text(self) -> str:
        return format_amount(self.by_printed.total, decimals=2) if self.by_printed else ""


@dataclass(frozen=True, slots=True)
class PlanDocument:
    """Everything that a plan says, in the order it says it.

    ``costs`` holds one entry per activity year with something to share.
    """

    slug: str
    title: str
    subtitle: str
    strategy: str
    collaboration: str
    years: tuple[int, ...]
    years_text: str
    status: str
    is_decided: bool
    dated_on: datetime.date | None
    date_note: str
    sections_before: tuple[Section, ...]
    areas: tuple[Area, ...]
    ended_areas: tuple[Origin, ...]
    sections_after: tuple[Section, ...]
    watched: tuple[Watched, ...]
    budget: BudgetTable
    costs: tuple[CostYear, ...]

    @property
    def dated_text(self) -> str:
        return self.dated_on.isoformat() if self.dated_on else ""

    @property
    def banner(self) -> str:
        """The one word of the cover: what the reader may take the text for."""
        if self.is_decided:
            return "BESLUTAD"
        return {"draft": "UTKAST", "referral": "REMISS"}.get(self.status, "FÖR BESLUT")

    @property
    def file_stem(self) -> str:
        return f"handlingsplan-{self.slug}"

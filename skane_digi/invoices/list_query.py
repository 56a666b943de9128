"""What a reader asks of the list of invoices: which ones, in what order, and which page of them."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from urllib.parse import urlencode

from budgets.invoice_standing import Status
from plans.collation import swedish_key
from skane_digi.invoices.list_rows import ListRow
from skane_digi.portal.search import as_asked
from skane_digi.portal.sorting import ASCENDING, DESCENDING, SortableColumn

UNPAID, CREDIT_INVOICES = "obetalda", "kreditfakturor"
LONGEST_WORDS = 80
ON_A_PAGE = 200

STATUS_WORDS = {
    UNPAID: "Inte slutbetalda",
    **{status.value: f"{status.label.capitalize()}" for status in Status if status != Status.DRAFT},
    CREDIT_INVOICES: "Kreditfakturor",
}


@dataclass(frozen=True, slots=True)
class ListColumn:
    """A column: its head, whether it is a figure, what it sorts by, and whether it says whose an invoice is."""

    label: str
    value: Callable[[ListRow], object]
    is_figure: bool = False
    is_of_bodies: bool = False
    is_wide: bool = True


COLUMNS = {
    "nummer": ListColumn("Nummer", lambda row: row.invoice.sequence, is_wide=False),
    "organisation": ListColumn("Organisation", lambda row: swedish_key(row.organisation.short_name), is_of_bodies=True),
    "period": ListColumn("Period", lambda row: row.period_value),
    "datum": ListColumn("Fakturadatum", lambda row: row.invoice.issued_on),
    "forfaller": ListColumn("Förfaller", lambda row: row.invoice.due_on),
    "belopp": ListColumn("Belopp, kr", lambda row: row.amount, is_figure=True),
    "kvar": ListColumn("Kvar, kr", lambda row: row.standing.left, is_figure=True, is_wide=False),
    "sen": ListColumn("Dagar försenad", lambda row: row.standing.days_late, is_figure=True),
    "lage": ListColumn("Läge", lambda row: row.status_place, is_wide=False),
}


@dataclass(frozen=True, slots=True)
class Asked:
    """What the address asks for; what is unknown is not asked for. ``round`` is the key of a round."""

    year: int = 0
    organisation: str = ""
    status: str = ""
    round: str = ""
    words: str = ""
    order: str = ""
    is_descending: bool = False
    page: int = 1

    @classmethod
    def from_query(cls, query) -> "Asked":
        status, order = query.get("lage", ""), query.get("ordna", "")
        return cls(
            year=_whole(query.get("ar", "")),
            organisation=as_asked(query.get("organisation", ""), LONGEST_WORDS),
            status=status if status in STATUS_WORDS else "",
            round=as_asked(query.get("omgang", ""), LONGEST_WORDS),
            words=as_asked(query.get("q", ""), LONGEST_WORDS),
            order=order if order in COLUMNS else "",
            is_descending=order in COLUMNS and query.get("riktning") == DESCENDING,
            page=_whole(query.get("sida", "")) or 1,
        )

    @property
    def filters(self) -> dict[str, str]:
        asked = {
            "ar": str(self.year or ""),
            "organisation": self.organisation,
            "lage": self.status,
            "omgang": self.round,
            "q": self.words,
        }
        return {name: value for name, value in asked.items() if value}

    @property
    def ordering(self) -> dict[str, str]:
        direction = DESCENDING if self.is_descending else ASCENDING
        return {"ordna": self.order, "riktning": direction} if self.order else {}

    @property
    def query(self) -> str:
        """The filter and the order as part of an address."""
        return urlencode({**self.filters, **self.ordering})

    def for_page(self, number: int) -> str:
        return urlencode({**self.filters, **self.ordering, "sida": number})

    def with_status(self, status: str) -> str:
        return urlencode({**replace(self, status=status).filters, **self.ordering})

    def takes(self, row: ListRow) -> bool:
        """Whether the row is asked for."""
        return (
            self.year in (0, row.invoice.invoicing.year)
            and self.organisation in ("", row.organisation.slug)
            and self.round in ("", row.invoice.invoicing.key)
            and self._takes_status(row)
            and all(word in row.searched for word in self.words.casefold().split())
        )

    def _takes_status(self, row: ListRow) -> bool:
        if not self.status:
            return True
        if row.invoice.is_credit:
            return self.status == CREDIT_INVOICES
        return row.standing.left > 0 if self.status == UNPAID else self.status == row.standing.status

    def sorted(self, rows: list[ListRow]) -> list[ListRow]:
        """Return the rows in the order that is asked for: otherwise the newest first."""
        by_number = sorted(rows, key=lambda row: row.invoice.sequence, reverse=not self.order)
        if not self.order:
            return by_number
        return sorted(by_number, key=COLUMNS[self.order].value, reverse=self.is_descending)

    def columns(self, *, with_bodies: bool) -> list[tuple[SortableColumn, bool]]:
        """Return the heads that the reader gets, each with whether a narrow screen leaves it out."""
        found = [(key, column) for key, column in COLUMNS.items() if with_bodies or not column.is_of_bodies]
        return [(self._head(key, column), column.is_wide) for key, column in found]

    def _head(self, key: str, column: ListColumn) -> SortableColumn:
        is_sorted = self.order == key
        descending = not self.is_descending if is_sorted else column.is_figure
        sort = ("descending" if self.is_descending else "ascending") if is_sorted else ""
        query = urlencode({**self.filters, "ordna": key, "riktning": DESCENDING if descending else ASCENDING})
        return SortableColumn(key=key, label=column.label, is_figure=column.is_figure, aria_sort=sort, query=query)


def _whole(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 6 else 0

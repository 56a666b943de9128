"""The list of invoices: what was asked for of all that the reader may see, its sums, and what can be chosen."""

import datetime
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from budgets.invoice_standing import Status
from budgets.models import Invoicing
from budgets.money import format_kr
from plans import permissions
from plans.collation import swedish_key
from skane_digi.invoices.list_query import ON_A_PAGE, STATUS_WORDS, Asked
from skane_digi.invoices.list_rows import ListRow, rows_of, visible
from skane_digi.portal.sorting import SortableColumn

NOTHING = Decimal("0.00")


@dataclass(frozen=True, slots=True)
class Choice:
    value: str
    text: str
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class Figure:
    """A sum of what is shown, with the words for it."""

    label: str
    text: str
    query: str = ""


@dataclass(frozen=True, slots=True)
class Turning:
    """The pages before and after this one, as parts of addresses; empty where there is none."""

    number: int
    count: int
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class OpenRound:
    """A round that nothing has been issued of: its drafts are read on its own page."""

    key: str
    words: str


@dataclass(frozen=True, slots=True)
class ListPage:
    """``rows`` are those of this page, of ``count`` that were asked for and ``total`` that the reader may see.

    ``sees_all``: the reader works in SGD. ``shows_bodies``: the list says whose each invoice is. ``may_remind``: there
    are late ones among the rows, and the reader may send reminders; ``are_chosen``: late ones were asked for, so that
    all are chosen.
    """

    rows: tuple[ListRow, ...]
    count: int
    total: int
    asked: Asked
    sees_all: bool
    shows_bodies: bool
    may_remind: bool
    columns: tuple[tuple[SortableColumn, bool], ...]
    figures: tuple[Figure, ...]
    amount_text: str
    left_text: str
    years: tuple[Choice, ...]
    organisations: tuple[Choice, ...]
    statuses: tuple[Choice, ...]
    rounds: tuple[Choice, ...]
    open_rounds: tuple[OpenRound, ...]
    turning: Turning | None

    @property
    def is_filtered(self) -> bool:
        return bool(self.asked.filters)

    @property
    def late_query(self) -> str:
        """The part of an address that asks for the late ones among these."""
        return self.asked.with_status(Status.OVERDUE)

    @property
    def are_chosen(self) -> bool:
        return self.asked.status == Status.OVERDUE


def asked_rows(user, asked: Asked, *, day: datetime.date) -> tuple[list[ListRow], list[ListRow]]:
    """Return every invoice that ``user`` may see, and those that are ``asked`` for in their order."""
    every = rows_of(visible(user), day=day)
    return every, asked.sorted([row for row in every if asked.takes(row)])


def list_page(user, query, *, day: datetime.date) -> ListPage:
    """Return the page that the address asks for, for the eyes of ``user``."""
    asked = Asked.from_query(query)
    every, found = asked_rows(user, asked, day=day)
    turning = _turning(asked, len(found))
    first = (turning.number - 1) * ON_A_PAGE if turning else 0
    shown = tuple(found[first : first + ON_A_PAGE])
    sees_all, with_bodies = permissions.can_view_all_invoices(user), shows_bodies(user, every)
    may_remind = permissions.can_issue_invoices(user) and any(row.can_remind for row in shown)
    return ListPage(
        rows=shown,
        count=len(found),
        total=len(every),
        asked=asked,
        sees_all=sees_all,
        shows_bodies=with_bodies,
        may_remind=may_remind,
        columns=tuple(asked.columns(with_bodies=with_bodies)),
        figures=tuple(_figures(found, asked)),
        amount_text=format_kr(_sum(row.amount for row in found), decimals=2),
        left_text=format_kr(_sum(row.standing.left for row in found), decimals=2),
        years=tuple(_years(every, asked)),
        organisations=tuple(_organisations(every, asked)),
        statuses=tuple(Choice(value, word, value == asked.status) for value, word in STATUS_WORDS.items()),
        rounds=tuple(_rounds(every, asked)) if sees_all else (),
        open_rounds=tuple(_open_rounds(user)) if sees_all else (),
        turning=turning,
    )


def shows_bodies(user, rows: Iterable[ListRow]) -> bool:
    """Whether the list says whose each invoice is: to SGD, and to one who reads those of several bodies."""
    return permissions.can_view_all_invoices(user) or len({row.organisation.pk for row in rows}) > 1


def _figures(rows: list[ListRow], asked: Asked) -> Iterable[Figure]:
    invoices = [row for row in rows if not row.invoice.is_credit]
    late = [row for row in invoices if row.standing.is_late]
    sums = {
        "Fakturerat": _sum(row.amount for row in invoices),
        "Krediterat": _sum(row.standing.credited for row in invoices),
        "Betalt": _sum(row.standing.paid for row in invoices),
        "Kvar att betala": _sum(row.standing.left for row in invoices),
    }
    for label, amount in sums.items():
        yield Figure(label, format_kr(amount, decimals=2))
    words = f"Förfallet, {len(late)} {'faktura' if len(late) == 1 else 'fakturor'}"
    yield Figure(
        words, format_kr(_sum(row.standing.left for row in late), decimals=2), asked.with_status(Status.OVERDUE)
    )


def _sum(amounts: Iterable[Decimal]) -> Decimal:
    return sum(amounts, NOTHING)


def _years(rows: list[ListRow], asked: Asked) -> Iterable[Choice]:
    for year in sorted({row.invoice.invoicing.year for row in rows}, reverse=True):
        yield Choice(str(year), str(year), year == asked.year)


def _organisations(rows: list[ListRow], asked: Asked) -> Iterable[Choice]:
    found = {row.organisation.slug: row.organisation for row in rows}
    for one in sorted(found.values(), key=lambda each: swedish_key(each.short_name)):
        yield Choice(one.slug, one.name, one.slug == asked.organisation)


def _rounds(rows: list[ListRow], asked: Asked) -> Iterable[Choice]:
    found = {row.invoice.invoicing.key for row in rows}
    for invoicing in _with_plan(Invoicing.objects.filter(key__in=found)):
        yield Choice(invoicing.key, _words(invoicing), invoicing.key == asked.round)


def _open_rounds(user) -> Iterable[OpenRound]:
    for invoicing in _with_plan(Invoicing.objects.filter(invoices__isnull=True)):
        if permissions.can_view_all_invoices(user, invoicing.version.plan.collaboration_id):
            yield OpenRound(invoicing.key, _words(invoicing))


def _words(invoicing: Invoicing) -> str:
    return f"{invoicing.period_text}, {invoicing.version.plan.title}"


def _with_plan(rounds):
    large = ("version__content", "version__allocation", "version__pdf")
    return rounds.select_related("version__plan").defer(*large)


def _turning(asked: Asked, count: int) -> Turning | None:
    pages = -(-count // ON_A_PAGE)
    if pages < 2:
        return None
    number = min(asked.page, pages)
    return Turning(
        number=number,
        count=pages,
        before=asked.for_page(number - 1) if number > 1 else "",
        after=asked.for_page(number + 1) if number < pages else "",
    )

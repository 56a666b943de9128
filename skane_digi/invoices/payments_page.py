"""The list of payments: what waits for somebody first, filtered as the address asks, and what is to be paid back."""

import datetime
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from budgets.invoice_standing import Standing, standings
from budgets.models import Invoice
from budgets.money import format_amount, format_kr
from plans import permissions
from skane_digi.invoices.payment_rows import PaymentRow, State, rows_of, visible_payments
from skane_digi.portal.search import as_asked

NOTHING = Decimal("0.00")
LONGEST_WORDS = 80
MOST_SHOWN = 300
WAITING, SETTLED, TAKEN_BACK = "vantar", "avprickade", "atertagna"
CHOICES = {
    WAITING: ("Utan faktura", {State.WAITING, State.IN_PART}),
    SETTLED: ("Avprickade", {State.SETTLED}),
    TAKEN_BACK: ("Återtagna och återbetalade", {State.WITHDRAWN, State.WITHDRAWS, State.WENT_BACK}),
}


@dataclass(frozen=True, slots=True)
class ToPayBack:
    """An invoice that more has been paid for than is owed."""

    standing: Standing
    may_write: bool

    @property
    def invoice(self) -> Invoice:
        return self.standing.invoice

    @property
    def amount_text(self) -> str:
        return format_amount(self.standing.to_pay_back, decimals=2)


@dataclass(frozen=True, slots=True)
class Choice:
    value: str
    text: str
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class PaymentsPage:
    """``rows`` are those asked for, ``count`` how many they are, of which the first are shown."""

    rows: tuple[PaymentRow, ...]
    count: int
    total: int
    sum_text: str
    waiting_count: int
    waiting_text: str
    to_pay_back: tuple[ToPayBack, ...]
    pay_back_text: str
    words: str
    shown: tuple[Choice, ...]
    years: tuple[Choice, ...]
    is_filtered: bool
    may_write: bool

    @property
    def is_cut(self) -> bool:
        return self.count > len(self.rows)


def payments_page(user, query, *, day: datetime.date) -> PaymentsPage:
    """Return the page that the address asks for; a fixed number of questions to the database."""
    every = rows_of(visible_payments(user))
    shown, year, words = query.get("visa", ""), query.get("ar", ""), as_asked(query.get("q", ""), LONGEST_WORDS)
    shown = shown if shown in CHOICES else ""
    years = sorted({row.payment.received_on.year for row in every}, reverse=True)
    year = year if year in {str(one) for one in years} else ""
    found = [row for row in every if _is_asked(row, shown, year, words)]
    # The order of days within is that of the rows.
    found.sort(key=lambda row: not row.waits)
    waiting = [row for row in every if row.waits]
    back = _to_pay_back(user, day)
    return PaymentsPage(
        rows=tuple(found[:MOST_SHOWN]),
        count=len(found),
        total=len(every),
        sum_text=format_kr(_sum(row.payment.amount for row in found), decimals=2),
        waiting_count=len(waiting),
        waiting_text=format_kr(_sum(row.rest for row in waiting), decimals=2),
        to_pay_back=back,
        pay_back_text=format_kr(_sum(one.standing.to_pay_back for one in back), decimals=2),
        words=words,
        shown=tuple(Choice(value, text, value == shown) for value, (text, _) in CHOICES.items()),
        years=tuple(Choice(str(one), str(one), str(one) == year) for one in years),
        is_filtered=bool(shown or year or words),
        may_write=permissions.can_issue_invoices(user),
    )


def _is_asked(row: PaymentRow, shown: str, year: str, words: str) -> bool:
    if shown and row.state not in CHOICES[shown][1]:
        return False
    if year and str(row.payment.received_on.year) != year:
        return False
    return all(word in row.searched for word in words.casefold().split())


def _to_pay_back(user, day: datetime.date) -> tuple[ToPayBack, ...]:
    originals = Invoice.objects.without_content().originals()
    paid = originals.filter(permissions.rows_to_write(user, permissions.READS_DRAFTS), settlements__isnull=False)
    found = standings(paid.select_related("organisation").distinct(), day=day)
    over = [one for one in found if one.to_pay_back]
    return tuple(ToPayBack(one, permissions.can_issue_invoices(user, one.invoice.collaboration_id)) for one in over)


def _sum(amounts: Iterable[Decimal]) -> Decimal:
    return sum(amounts, NOTHING)

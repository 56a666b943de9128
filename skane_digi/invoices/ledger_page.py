"""The page of the bookkeeping: a period and what to take with it, what that comes to, and the files of it."""

import calendar
import datetime
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlencode

from django import forms

from budgets.ledger import Kind, Ledger, LedgerRefused, file_name, ledger_csv, ledger_of
from budgets.money import format_amount
from budgets.sie import sie_file
from plans import permissions
from plans.days import day_of
from plans.models import Collaboration
from skane_digi.cost_rules.fields import RowField, day
from skane_digi.invoices.form_parts import InvoiceForm

CSV, SIE = "csv", "sie"
FILES = {CSV: ("csv", "text/csv; charset=utf-8"), SIE: ("si", "application/octet-stream")}
SINGULAR = {Kind.INVOICES: "faktura", Kind.CREDITS: "kreditfaktura", Kind.PAYMENTS: "betalning"}
FIRST_YEAR, LAST_YEAR = 2000, 2100


class LedgerForm(InvoiceForm):
    """Which vouchers: those of a period, and of what. Without kinds all of them."""

    samverkan = RowField(label="Samverkan", error_messages={"required": "Välj en samverkan."})
    fran = day("Från och med", required=True)
    till = day("Till och med", required=True)
    slag = forms.MultipleChoiceField(
        label="Vad ska med?",
        required=False,
        choices=[(kind.value, kind.label.capitalize()) for kind in Kind],
        widget=forms.CheckboxSelectMultiple,
        error_messages={"invalid_choice": "Välj ett av alternativen."},
    )

    def __init__(self, data=None, *, user, today: datetime.date):
        starts, ends = _month_before(today)
        places = _places(user)
        initial = {"fran": starts, "till": ends, "slag": [kind.value for kind in Kind]}
        super().__init__(data, initial=initial | ({"samverkan": places[0]} if places else {}))
        self.fields["samverkan"].offer({place.slug: (place.name, place) for place in places})
        self.only = places[0] if len(places) == 1 else None
        if self.only:
            del self.fields["samverkan"]

    def clean(self) -> dict:
        said = super().clean()
        for name in ("fran", "till"):
            if said.get(name) and not FIRST_YEAR <= said[name].year <= LAST_YEAR:
                self.add_error(name, "Se efter årtalet.")
        if said.get("fran") and said.get("till") and said["fran"] > said["till"]:
            self.add_error("till", "Perioden slutar innan den börjar.")
        return said

    def ledger(self) -> Ledger:
        """Return the vouchers that are asked for. Raises ``LedgerRefused``."""
        said = self.cleaned_data
        place = self.only or said.get("samverkan")
        return ledger_of(place, said["fran"], said["till"], kinds=said["slag"])


@dataclass(frozen=True, slots=True)
class AccountRow:
    account: str
    name: str
    debit_text: str
    credit_text: str


@dataclass(frozen=True, slots=True)
class Period:
    """A period to choose at once: its name, and the part of an address that asks for it."""

    text: str
    query: str


@dataclass(frozen=True, slots=True)
class LedgerPage:
    """``ledger`` is there where a period has been asked for and can be booked; else ``refusal`` may say why not."""

    form: LedgerForm
    periods: tuple[Period, ...]
    ledger: Ledger | None
    refusal: str
    rows: tuple[AccountRow, ...]
    counts: tuple[tuple[str, int], ...]
    total_text: str
    query: str

    @property
    def late_text(self) -> str:
        """What came to be known after the period, and so may be missing in a file that was taken as it ended."""
        count = len(self.ledger.late) if self.ledger else 0
        what = "En av dem registrerades" if count == 1 else f"{count} av dem registrerades"
        return f"{what} efter periodens slut."


def ledger_page(user, query, *, today: datetime.date) -> LedgerPage:
    """Return the page that the address asks for; the month before where it asks for nothing."""
    form = LedgerForm(_asked(query), user=user, today=today)
    ledger, refusal = None, ""
    if form.is_bound and form.is_valid():
        try:
            ledger = form.ledger()
        except LedgerRefused as refused:
            refusal = refused.reason
    return LedgerPage(
        form=form,
        periods=tuple(_periods(today)),
        ledger=ledger,
        refusal=refusal,
        rows=tuple(_account_rows(ledger)) if ledger else (),
        counts=tuple(_counts(ledger)) if ledger else (),
        total_text=format_amount(ledger.debit, decimals=2) if ledger else "",
        query=query.urlencode(),
    )


def ledger_file(user, query, file_format: str, *, at: datetime.datetime | None = None) -> tuple[str, str, bytes]:
    """Return a file's name, type and bytes. Raises ``LedgerRefused``, also where the address asks for no period."""
    form = LedgerForm(_asked(query) or {}, user=user, today=day_of(at))
    if not form.is_valid():
        raise LedgerRefused("Välj en period först.")
    ledger = form.ledger()
    suffix, content_type = FILES[file_format]
    content = ledger_csv(ledger) if file_format == CSV else sie_file(ledger, made_on=day_of(at))
    return file_name(ledger, suffix), content_type, content


def _asked(query):
    """Return what the address asks for, with all kinds where it names none; ``None`` where it asks for no period."""
    if "fran" not in query and "till" not in query:
        return None
    asked = query.copy()
    if "slag" not in asked:
        asked.setlist("slag", Kind.values)
    return asked


def _places(user) -> list[Collaboration]:
    found = Collaboration.objects.filter(invoicing_terms__isnull=False).order_by("name")
    return [place for place in found if permissions.can_view_all_invoices(user, place)]


def _account_rows(ledger: Ledger) -> Iterator[AccountRow]:
    for account, name, debit, credit in ledger.sums():
        yield AccountRow(account, name, format_amount(debit, decimals=2), format_amount(credit, decimals=2))


def _counts(ledger: Ledger) -> Iterator[tuple[str, int]]:
    for kind in Kind:
        if count := sum(voucher.kind == kind for voucher in ledger.vouchers):
            yield SINGULAR[kind] if count == 1 else kind.label, count


def _month_before(day: datetime.date) -> tuple[datetime.date, datetime.date]:
    last = day.replace(day=1) - datetime.timedelta(days=1)
    return last.replace(day=1), last


def _periods(today: datetime.date) -> Iterator[Period]:
    yield _period("Förra månaden", *_month_before(today))
    yield _period("Den här månaden", today.replace(day=1), _month_end(today.year, today.month))
    for year in (today.year, today.year - 1):
        yield _period(f"Hela {year}", datetime.date(year, 1, 1), datetime.date(year, 12, 31))


def _period(text: str, starts: datetime.date, ends: datetime.date) -> Period:
    return Period(text, urlencode({"fran": starts.isoformat(), "till": ends.isoformat()}))


def _month_end(year: int, month: int) -> datetime.date:
    return datetime.date(year, month, calendar.monthrange(year, month)[1])

"""What has been invoiced, credited and paid: by organisation and year, and by focus area and year.

An organisation's amounts are those of its invoices, with VAT where there is any; an area's are of the rows, without it.
What is paid is paid of an invoice as a whole, and so no area's. Summed here: SQLite would add in binary fractions.
"""

import datetime
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from budgets.models import Invoice, InvoiceRow
from budgets.money import format_amount
from plans import permissions
from plans.collation import swedish_key
from skane_digi.invoices.list_rows import ListRow, rows_of, visible

NOTHING = Decimal("0.00")
NO_AREA = "Hela beloppet"


@dataclass(slots=True)
class Sums:
    """Kronor. ``left`` is ``invoiced - credited - paid``, and ``overdue`` the part of it that is late."""

    invoiced: Decimal = NOTHING
    credited: Decimal = NOTHING
    paid: Decimal = NOTHING
    left: Decimal = NOTHING
    overdue: Decimal = NOTHING

    def add(self, other: "Sums") -> None:
        self.invoiced += other.invoiced
        self.credited += other.credited
        self.paid += other.paid
        self.left += other.left
        self.overdue += other.overdue

    @property
    def texts(self) -> tuple[tuple[str, bool], ...]:
        """Each amount in words, and whether it is nothing."""
        return _texts(self.invoiced, self.credited, self.paid, self.left, self.overdue)


@dataclass(frozen=True, slots=True)
class OrganisationSum:
    """An organisation's sums of a year, or of all of them where ``year`` is 0."""

    code: str
    name: str
    slug: str
    year: int
    sums: Sums


@dataclass(slots=True)
class AreaSum:
    """A focus area's sums of a year, or of all of them where ``year`` is 0."""

    area: str
    slug: str
    year: int
    invoiced: Decimal = NOTHING
    credited: Decimal = NOTHING

    @property
    def net(self) -> Decimal:
        return self.invoiced - self.credited

    @property
    def texts(self) -> tuple[tuple[str, bool], ...]:
        return _texts(self.invoiced, self.credited, self.net)


@dataclass(frozen=True, slots=True)
class YearChoice:
    """A year to choose, 0 for all of them."""

    year: int
    words: str
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class SumsPage:
    year: int
    years: tuple[YearChoice, ...]
    organisations: tuple[OrganisationSum, ...]
    total: Sums
    areas: tuple[AreaSum, ...]
    area_total: AreaSum

    @property
    def period_text(self) -> str:
        return str(self.year) if self.year else "alla år"


def sums_page(user, query, *, day: datetime.date) -> SumsPage:
    """Return the sums of the year that the address asks for, or of the newest one; ``alla`` is all years."""
    rows = _originals(user, day)
    known = sorted({row.invoice.invoicing.year for row in rows}, reverse=True)
    year = asked_year(query.get("ar", ""), known)
    chosen = [row for row in rows if year in (0, row.invoice.invoicing.year)]
    organisations, areas = _by_organisation(chosen, by_year=False), area_sums(user, year=year, by_year=False)
    total, area_total = Sums(), AreaSum("", "", year)
    for one in organisations:
        total.add(one.sums)
    for area in areas:
        area_total.invoiced += area.invoiced
        area_total.credited += area.credited
    words = [(one, str(one)) for one in known] + ([(0, "Alla år")] if len(known) > 1 else [])
    return SumsPage(
        year=year,
        years=tuple(YearChoice(one, text, one == year) for one, text in words),
        organisations=tuple(organisations),
        total=total,
        areas=tuple(areas),
        area_total=area_total,
    )


def organisation_sums(user, *, year: int, day: datetime.date) -> list[OrganisationSum]:
    """Return the sums of each organisation and year; ``year`` 0 is all of them."""
    rows = [row for row in _originals(user, day) if year in (0, row.invoice.invoicing.year)]
    return _by_organisation(rows, by_year=True)


def area_sums(user, *, year: int, by_year: bool) -> list[AreaSum]:
    """Return the sums of each focus area, and year where ``by_year``; ``year`` 0 is all years."""
    found: dict[tuple[str, str, int], AreaSum] = {}
    rows = InvoiceRow.objects.filter(invoice__in=_visible_ids(user))
    if year:
        rows = rows.filter(invoice__invoicing__year=year)
    values = rows.order_by().values_list("area_slug", "area", "invoice__invoicing__year", "invoice__kind", "amount")
    for slug, name, of_year, kind, amount in values:
        key = (slug, name, of_year if by_year else 0)
        one = found.setdefault(key, AreaSum(name or NO_AREA, slug, of_year if by_year else 0))
        if kind == Invoice.Kind.CREDIT:
            one.credited += amount
        else:
            one.invoiced += amount
    return sorted(found.values(), key=lambda one: (swedish_key(one.area), one.year))


def year_to_export(query) -> int:
    """Return the year whose sums are wanted as a file; without one that can be read, all of them."""
    text = query.get("ar", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 6 else 0


def _texts(*amounts: Decimal) -> tuple[tuple[str, bool], ...]:
    return tuple((format_amount(amount, decimals=2), not amount) for amount in amounts)


def _visible_ids(user):
    return Invoice.objects.filter(permissions.visible_invoices(user)).order_by().values("pk")


def asked_year(text: str, known: Iterable[int]) -> int:
    """Return the year that the address asks for, the newest one for a year that is unknown, and 0 for ``alla``."""
    years = {str(year): year for year in known}
    return 0 if text == "alla" else years.get(text, max(years.values(), default=0))


def _originals(user, day: datetime.date) -> list[ListRow]:
    return rows_of(visible(user).originals(), day=day)


def _by_organisation(rows: Iterable[ListRow], *, by_year: bool) -> list[OrganisationSum]:
    sums, organisations = defaultdict(Sums), {}
    for row in rows:
        organisations[row.organisation.pk] = row.organisation
        standing = row.standing
        overdue = standing.left if standing.is_late else NOTHING
        of_row = Sums(row.amount, standing.credited, standing.paid, standing.left, overdue)
        sums[row.organisation.pk, row.invoice.invoicing.year if by_year else 0].add(of_row)
    found = [
        OrganisationSum(one.code, one.name, one.slug, year, total)
        for (pk, year), total in sums.items()
        for one in [organisations[pk]]
    ]
    return sorted(found, key=lambda one: (len(one.code), swedish_key(one.name), -one.year))

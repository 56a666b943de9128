"""A day's page: each organisation's value, its part of the whole, and what has changed since the day before it."""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from urllib.parse import urlencode

from budgets.figure_words import signed
from budgets.key_figures import why_fixed
from budgets.models import CostBasis, KeyFigure, KeyFigureSet
from budgets.money import format_amount, format_integer, round_half_up
from budgets.year_basis import values_of
from plans import permissions
from plans.collation import in_swedish_order
from plans.models import Organisation, Plan
from skane_digi.key_figures.key_pages import ListedDay, listed_days

ASCENDING, DESCENDING = "stigande", "fallande"
ARIA = {ASCENDING: "ascending", DESCENDING: "descending"}


@dataclass(frozen=True, slots=True)
class DayRow:
    """An organisation's value. ``change`` is ``None`` where the day before has none for it."""

    organisation: Organisation
    value: int
    value_text: str
    percent_text: str
    change: int | None
    change_text: str


@dataclass(frozen=True, slots=True)
class Column:
    """A heading that sorts by its column. ``aria_sort`` is empty for one that the rows are not sorted by."""

    key: str
    label: str
    is_figure: bool
    aria_sort: str
    query: str


@dataclass(frozen=True, slots=True)
class UsedYear:
    plan: Plan
    years_text: str


@dataclass(frozen=True, slots=True)
class DayPage:
    """``day`` has the sums as text; ``earlier`` and ``later`` are the days before and after of the same area."""

    day: ListedDay
    rows: tuple[DayRow, ...]
    columns: tuple[Column, ...]
    change_text: str
    earlier: KeyFigureSet | None
    later: KeyFigureSet | None
    used: tuple[UsedYear, ...]
    fixed: str
    can_write: bool

    @property
    def figure_set(self) -> KeyFigureSet:
        return self.day.figure_set


def day_page(figure_set: KeyFigureSet, user, query: Mapping[str, str]) -> DayPage:
    """Return the page; ``sortera`` and ``riktning`` in ``query`` say in which order the rows come."""
    key = figure_set.allocation_key
    same = KeyFigureSet.objects.of_key(key).filter(region_code=figure_set.region_code)
    same = same.select_related("parts_from", "allocation_key")
    earlier = same.filter(reference_date__lt=figure_set.reference_date).order_by("-reference_date").first()
    before = values_of(earlier) if earlier else {}
    figures = KeyFigure.objects.filter(figure_set=figure_set.parts_set).select_related("organisation")
    figures = list(figures.order_by(in_swedish_order("organisation__short_name"), "organisation__code"))
    total = sum(row.value for row in figures)
    rows = [_row(row, total, before) for row in figures]
    order = _Order.read(query, has_change=earlier is not None)
    return DayPage(
        day=listed_days([figure_set])[0],
        rows=tuple(order.sorted(rows)),
        columns=order.columns(key.unit, earlier),
        change_text=_sum_change(rows, before),
        earlier=earlier,
        later=same.filter(reference_date__gt=figure_set.reference_date).order_by("reference_date").first(),
        used=_used(figure_set, user),
        fixed=why_fixed(figure_set),
        can_write=permissions.can_write_key_figures(user),
    )


@dataclass(frozen=True, slots=True)
class _Order:
    key: str
    direction: str
    has_change: bool

    @classmethod
    def read(cls, query: Mapping[str, str], *, has_change: bool) -> "_Order":
        key = query.get("sortera", "")
        known = {"namn", "varde", "andel"} | ({"andring"} if has_change else set())
        direction = query.get("riktning", "")
        if key not in known or direction not in ARIA:
            return cls("namn", ASCENDING, has_change)
        return cls(key, direction, has_change)

    def sorted(self, rows: list[DayRow]) -> list[DayRow]:
        if self.key == "namn":
            return rows[::-1] if self.direction == DESCENDING else rows
        value = {"andring": lambda row: row.change or 0}.get(self.key, lambda row: row.value)
        return sorted(rows, key=value, reverse=self.direction == DESCENDING)

    def columns(self, unit: str, earlier: KeyFigureSet | None) -> tuple[Column, ...]:
        labels = {"namn": "Organisation", "varde": unit[:1].upper() + unit[1:], "andel": "Andel"}
        if earlier:
            labels["andring"] = f"Ändring sedan {earlier.reference_date}"
        return tuple(self._column(key, label) for key, label in labels.items())

    def _column(self, key: str, label: str) -> Column:
        first = ASCENDING if key == "namn" else DESCENDING
        other = {ASCENDING: DESCENDING, DESCENDING: ASCENDING}[self.direction]
        following = other if key == self.key else first
        query = urlencode({"sortera": key, "riktning": following})
        return Column(key, label, key != "namn", ARIA[self.direction] if key == self.key else "", query)


def _row(figure: KeyFigure, total: int, before: Mapping[str, int]) -> DayRow:
    earlier = before.get(figure.organisation.code)
    change = None if earlier is None else figure.value - earlier
    percent = round_half_up(Fraction(100 * figure.value, total), 2) if total else None
    return DayRow(
        organisation=figure.organisation,
        value=figure.value,
        value_text=format_integer(figure.value),
        percent_text=format_amount(percent, decimals=2),
        change=change,
        change_text="" if change is None else signed(change),
    )


def _sum_change(rows: list[DayRow], before: Mapping[str, int]) -> str:
    """Return how much the sum has changed, where both days have the same organisations."""
    same = {row.organisation.code for row in rows} == set(before)
    return signed(sum(row.value for row in rows) - sum(before.values())) if same else ""


def _used(figure_set: KeyFigureSet, user) -> tuple[UsedYear, ...]:
    """Return the plans, as they are now, that are shared by the set or by one that it lends its parts to.

    Of a plan that is under revision this is what its draft says, so only those who may read that see it.
    """
    sets = [figure_set.pk, *figure_set.lent_to.values_list("pk", flat=True)]
    bases = CostBasis.objects.filter(plan_year__plan__in=Plan.objects.visible_to(user))
    own = bases.filter(figure_set__in=sets) | bases.filter(figure_choices__figure_set__in=sets)
    own = (
        (own | bases.filter(figure_choices__earlier_set__in=sets))
        .distinct()
        .select_related("plan_year__plan__collaboration")
    )
    years: dict[Plan, list[int]] = {}
    for basis in own.order_by("plan_year__plan__slug", "plan_year__year"):
        years.setdefault(basis.plan_year.plan, []).append(basis.plan_year.year)
    return tuple(UsedYear(plan, " och ".join(map(str, found))) for plan, found in years.items())

"""Two documents of one plan side by side, in words and in kronor. Asks the database nothing.

Areas and sections are the same where their address is. The document carries its own shares, so that the change of each
organisation follows from the two texts alone.
"""

from collections import Counter
from dataclasses import dataclass

from plans.comparison import CONTINUED, ENDED, KIND_WORDS, NEW, RENAMED, PartChange
from skane_digi.documents.tree import Area, PlanDocument
from skane_digi.versions.kronor import (
    MoneyChange,
    OrganisationMoney,
    YearMoney,
    money_by_year,
    organisations_by_year,
)
from skane_digi.versions.words import area_parts, section_parts


@dataclass(frozen=True, slots=True)
class AreaMoney:
    """An area's changed money in one year and funding form."""

    year: int
    form: str
    money: MoneyChange


@dataclass(frozen=True, slots=True)
class AreaDifference:
    """What became of an area: ``before`` is ``None`` for a new one, ``after`` for one that is no longer there."""

    before: Area | None
    after: Area | None
    parts: tuple[PartChange, ...]
    money: tuple[AreaMoney, ...]

    @property
    def kind(self) -> str:
        if self.before is None:
            return NEW
        if self.after is None:
            return ENDED
        return CONTINUED if self.before.title == self.after.title else RENAMED

    @property
    def kind_text(self) -> str:
        return "oförändrat" if not self.is_changed else "ändrat" if self.kind == CONTINUED else _KIND_WORDS[self.kind]

    @property
    def title(self) -> str:
        return (self.after or self.before).title

    @property
    def slug(self) -> str:
        return (self.after or self.before).slug

    @property
    def title_before(self) -> str:
        """The earlier name, where it is another than the later one."""
        return self.before.title if self.kind == RENAMED else ""

    @property
    def changed_parts(self) -> tuple[PartChange, ...]:
        return tuple(part for part in self.parts if part.is_changed)

    @property
    def is_changed(self) -> bool:
        return self.kind != CONTINUED or bool(self.changed_parts) or bool(self.money)


_KIND_WORDS = {**KIND_WORDS, ENDED: "utgår"}


@dataclass(frozen=True, slots=True)
class VersionComparison:
    """Everything that differs between two documents of one plan; areas in the later one's order, those gone last."""

    before: PlanDocument
    after: PlanDocument
    areas: tuple[AreaDifference, ...]
    sections: tuple[PartChange, ...]
    money: tuple[YearMoney, ...]
    organisations: tuple[OrganisationMoney, ...]

    @property
    def changed_sections(self) -> tuple[PartChange, ...]:
        return tuple(part for part in self.sections if part.is_changed)

    @property
    def changed_areas(self) -> tuple[AreaDifference, ...]:
        return tuple(area for area in self.areas if area.is_changed)

    @property
    def kept_areas(self) -> tuple[AreaDifference, ...]:
        return tuple(area for area in self.areas if not area.is_changed)

    @property
    def has_changed_money(self) -> bool:
        return any(year.is_changed for year in self.money) or any(year.is_changed for year in self.organisations)

    @property
    def has_changed_shares(self) -> bool:
        """Whether the members share another total in any year."""
        return any(year.shared.is_changed for year in self.money)

    @property
    def is_changed(self) -> bool:
        return bool(self.changed_areas or self.changed_sections or self.has_changed_money)

    @property
    def summary(self) -> str:
        """The areas' fates in words: ``1 nytt, 3 ändrade, 1 byter namn, 2 utgår, 4 oförändrade``."""
        counts = Counter(area.kind if area.is_changed else "kept" for area in self.areas)
        words = (
            (NEW, "nytt", "nya"),
            (CONTINUED, "ändrat", "ändrade"),
            (RENAMED, "byter namn", "byter namn"),
            (ENDED, "utgår", "utgår"),
            ("kept", "oförändrat", "oförändrade"),
        )
        found = [(counts[kind], one, many) for kind, one, many in words if counts[kind]]
        return ", ".join(f"{count} {one if count == 1 else many}" for count, one, many in found)

    @property
    def increases(self) -> tuple[YearMoney, ...]:
        """The years whose shared total grows: such a change always goes back to every member."""
        return tuple(year for year in self.money if year.shared.is_increase)


def compare_documents(before: PlanDocument, after: PlanDocument) -> VersionComparison:
    """Compare two documents of one plan, ``before`` the earlier of them."""
    money = money_by_year(before, after)
    old = {area.slug: area for area in before.areas}
    new = {area.slug: area for area in after.areas}
    pairs = [(old.get(slug), area) for slug, area in new.items()]
    pairs += [(area, None) for slug, area in old.items() if slug not in new]
    return VersionComparison(
        before=before,
        after=after,
        areas=tuple(_area(*pair, money) for pair in pairs),
        sections=section_parts(before, after),
        money=money,
        organisations=organisations_by_year(before, after),
    )


def _area(before: Area | None, after: Area | None, money: tuple[YearMoney, ...]) -> AreaDifference:
    slug = (after or before).slug
    changed = tuple(
        AreaMoney(year.year, form.name, row)
        for year in money
        for form in year.forms
        for row in form.rows
        if row.slug == slug and not row.is_part and row.is_changed
    )
    return AreaDifference(before, after, area_parts(before, after), changed)

"""A plan beside an earlier one: what became of each area, and its goals, activities and texts with the words marked.

Whether an activity that is gone was carried out is not known here: the plans do not say.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from plans.descent import Descent
from plans.models import AreaLineage, FocusArea, Plan
from plans.richtext import TextBlock, text_blocks
from plans.text_comparison import ChangeKind, TextChange, compare_texts

NEW, CONTINUED, RENAMED, ENDED = AreaLineage.Kind.values
KIND_WORDS = {NEW: "nytt", CONTINUED: "fortsätter", RENAMED: "byter namn", ENDED: "avslutas"}


@dataclass(frozen=True, slots=True)
class _Noun:
    """How a part counts its rows in Swedish."""

    one: str
    many: str
    is_neuter: bool

    def counted(self, number: int, kind: ChangeKind) -> str:
        if kind == ChangeKind.REMOVED:
            return f"{number} finns inte kvar"
        neuter, common, plural = {
            ChangeKind.ADDED: ("nytt", "ny", "nya"),
            ChangeKind.CHANGED: ("ändrat", "ändrad", "ändrade"),
            ChangeKind.KEPT: ("oförändrat", "oförändrad", "oförändrade"),
        }[kind]
        return f"{number} {plural if number != 1 else neuter if self.is_neuter else common}"


GOAL, ACTIVITY = _Noun("mål", "mål", True), _Noun("aktivitet", "aktiviteter", False)
PARAGRAPH, BODY = _Noun("stycke", "stycken", True), _Noun("organ", "organ", True)


@dataclass(frozen=True, slots=True)
class Item:
    """A goal, an activity, a paragraph or a responsible body as it stands in one plan.

    ``label`` is what it stands under, such as an activity's period; ``form`` is ``p``, ``h3``, ``h4`` or ``li``.
    """

    text: str
    label: str = ""
    form: str = "li"
    markup: tuple[str, ...] = ()
    is_sub: bool = False


@dataclass(frozen=True, slots=True)
class ItemChange:
    """An item's fate. ``before`` and ``after`` are ``None`` where it is not; one of them is there."""

    change: TextChange
    before: Item | None
    after: Item | None

    @property
    def kind(self) -> ChangeKind:
        return self.change.kind

    @property
    def is_rewritten(self) -> bool:
        return self.change.is_rewritten

    @property
    def shown(self) -> Item:
        return self.after or self.before

    @property
    def label(self) -> str:
        """What the item stands under, and stood under where that is another: ``2022–2023 → 2024``."""
        labels = [item.label for item in (self.before, self.after) if item and item.label]
        return " → ".join(dict.fromkeys(labels))

    @property
    def has_new_markup(self) -> bool:
        """Whether the words are the same but not their emphasis or links."""
        return bool(self.kind == ChangeKind.KEPT and self.before.markup != self.after.markup)


@dataclass(frozen=True, slots=True)
class PartChange:
    """A part of an area, such as its goals, in the order of the later plan with what is gone in its old place."""

    key: str
    name: str
    noun: _Noun
    items: tuple[ItemChange, ...]

    @property
    def counts(self) -> Counter:
        return Counter(item.kind for item in self.items)

    @property
    def is_changed(self) -> bool:
        return any(item.kind != ChangeKind.KEPT or item.has_new_markup or item.change.is_moved for item in self.items)

    @property
    def summary(self) -> str:
        """The counts in words: ``1 ny, 4 ändrade, 6 finns inte kvar``."""
        kinds = (ChangeKind.ADDED, ChangeKind.CHANGED, ChangeKind.REMOVED)
        texts = [self.noun.counted(self.counts[kind], kind) for kind in kinds if self.counts[kind]]
        if texts:
            return ", ".join(texts)
        if any(item.change.is_moved for item in self.items):
            return "annan ordning"
        return "annan utformning" if self.is_changed else "oförändrat" if self.noun.is_neuter else "oförändrade"


@dataclass(frozen=True, slots=True)
class AreaChange:
    """What became of an area. ``after`` is ``None`` for one that ended; ``before`` is empty for a new one.

    ``is_stated`` is false where no plan says where the area comes from or went. ``shared_with`` names the other areas
    that come from the same one, where it was split. New and ended areas have their goals, activities and bodies only:
    their running text is all new or all gone.
    """

    kind: str
    before: tuple[FocusArea, ...]
    after: FocusArea | None
    reason: str
    is_stated: bool
    shared_with: tuple[str, ...]
    parts: tuple[PartChange, ...]

    @property
    def title(self) -> str:
        return (self.after or self.before[0]).title

    @property
    def slug(self) -> str:
        return (self.after or self.before[0]).slug

    @property
    def kind_text(self) -> str:
        return KIND_WORDS[self.kind]

    @property
    def titles_before(self) -> tuple[str, ...]:
        """The earlier names, where they are others than today's."""
        return tuple(area.title for area in self.before if self.after and area.title != self.after.title)

    @property
    def is_changed(self) -> bool:
        return self.kind not in (CONTINUED, RENAMED) or any(part.is_changed for part in self.parts)

    def part(self, key: str) -> PartChange | None:
        return next((part for part in self.parts if part.key == key), None)


@dataclass(frozen=True, slots=True)
class PlanComparison:
    """``after`` beside the earlier ``before``: areas in the later plan's order, ended ones last."""

    before: Plan
    after: Plan
    areas: tuple[AreaChange, ...]
    sections: tuple[PartChange, ...]

    @property
    def counts(self) -> dict[str, int]:
        found = Counter(area.kind for area in self.areas)
        return {kind: found[kind] for kind in KIND_WORDS}

    @property
    def summary(self) -> str:
        """The areas' fates in words: ``2 nya, 4 fortsätter, 1 byter namn, 1 avslutas``."""
        words = {NEW: lambda count: "nytt" if count == 1 else "nya"}
        return ", ".join(
            f"{count} {words[kind](count) if kind in words else KIND_WORDS[kind]}"
            for kind, count in self.counts.items()
            if count
        )


def compare_plans(before: Plan, after: Plan, descent: Descent) -> PlanComparison:
    """Compare two plans fetched by ``Plan.objects.with_content()``. Asks the database nothing."""
    old = {area.pk: area for area in before.focus_areas.all()}
    origins = {area.pk: descent.forerunners(area.pk, before) for area in after.focus_areas.all()}
    heirs: dict[int, list[FocusArea]] = {pk: [] for pk in old}
    for area in after.focus_areas.all():
        for pk in origins[area.pk][0]:
            heirs[pk].append(area)
    areas = [_area_change(area, *origins[area.pk], old, heirs, descent) for area in after.focus_areas.all()]
    areas += [_ended(area, descent.ending(area.pk)) for area in old.values() if not heirs[area.pk]]
    return PlanComparison(before, after, tuple(areas), tuple(_sections(before, after)))


def _area_change(
    area: FocusArea,
    forerunners: dict[int, bool],
    is_stated: bool,
    old: dict[int, FocusArea],
    heirs: dict[int, list[FocusArea]],
    descent: Descent,
) -> AreaChange:
    before = tuple(old[pk] for pk in old if pk in forerunners)
    is_renamed = any(forerunners.values()) and all(area.title != other.title for other in before)
    others = dict.fromkeys(heir.title for other in before for heir in heirs[other.pk] if heir.pk != area.pk)
    return AreaChange(
        kind=NEW if not before else RENAMED if is_renamed else CONTINUED,
        before=before,
        after=area,
        reason=descent.reason(area.pk),
        is_stated=is_stated,
        shared_with=tuple(others),
        parts=tuple(_parts(before, (area,), with_text=bool(before))),
    )


def _ended(area: FocusArea, reason: str | None) -> AreaChange:
    parts = tuple(_parts((area,), (), with_text=False))
    return AreaChange(ENDED, (area,), None, reason or "", reason is not None, (), parts)


def _parts(before: Sequence[FocusArea], after: Sequence[FocusArea], *, with_text: bool) -> Iterator[PartChange]:
    """Yield the parts that either side has, in the order of the plan document."""
    texts = (
        ("background", "Bakgrund", PARAGRAPH, lambda area: _blocks(area.background)),
        ("purpose", "Syfte och nytta", PARAGRAPH, lambda area: _blocks(area.purpose)),
        ("goals", "Övergripande mål", GOAL, _goals),
        ("introductions", "Inledning till aktiviteterna", PARAGRAPH, lambda area: _of_periods(area, "introduction")),
        ("activities", "Aktiviteter", ACTIVITY, _activities),
        ("reasons", "Skäl till att aktiviteter saknas", PARAGRAPH, _reasons),
        ("responsible", "Ansvar", BODY, _responsible),
    )
    for key, name, noun, items_of in texts:
        if noun is PARAGRAPH and not with_text:
            continue
        old = [item for area in before for item in items_of(area)]
        new = [item for area in after for item in items_of(area)]
        if old or new:
            yield PartChange(key, name, noun, _compare_bodies(old, new) if noun is BODY else _compare_items(old, new))


def _compare_items(old: Sequence[Item], new: Sequence[Item]) -> tuple[ItemChange, ...]:
    changes = compare_texts([item.text for item in old], [item.text for item in new])
    return tuple(_item_change(change, old, new) for change in changes)


def _compare_bodies(old: Sequence[Item], new: Sequence[Item]) -> tuple[ItemChange, ...]:
    """Compare bodies by name: one body does not become another because their names are alike."""
    changes = compare_texts([item.text for item in old], [item.text for item in new], only_equal=True)
    return tuple(_item_change(change, old, new) for change in changes)


def _item_change(change: TextChange, old: Sequence[Item], new: Sequence[Item]) -> ItemChange:
    return ItemChange(
        change,
        None if change.before is None else old[change.before],
        None if change.after is None else new[change.after],
    )


def _sections(before: Plan, after: Plan) -> Iterator[PartChange]:
    """Yield the sections of running text outside the areas, paired by their address."""
    old = {section.slug: section for section in before.sections.all()}
    new = {section.slug: section for section in after.sections.all()}
    for slug in [*new, *(slug for slug in old if slug not in new)]:
        sides = [_blocks(section.text) if section else [] for section in (old.get(slug), new.get(slug))]
        yield PartChange(slug, (new.get(slug) or old[slug]).heading, PARAGRAPH, _compare_items(*sides))


def _blocks(html: str, label: str = "") -> list[Item]:
    return [_block_item(block, label) for block in text_blocks(html)]


def _block_item(block: TextBlock, label: str) -> Item:
    return Item(block.text, label, block.form, block.markup)


def _goals(area: FocusArea) -> Iterable[Item]:
    return (Item(goal.text) for goal in area.goals.all())


def _of_periods(area: FocusArea, name: str) -> Iterable[Item]:
    return (item for period in area.periods.all() for item in _blocks(getattr(period, name), period.heading))


def _reasons(area: FocusArea) -> Iterable[Item]:
    return _of_periods(area, "no_activities_reason")


def _activities(area: FocusArea) -> Iterator[Item]:
    for period in area.periods.all():
        rows = list(period.activities.all())
        for activity in rows:
            if activity.parent_id is None:
                yield Item(activity.text, period.heading)
                yield from (Item(sub.text, period.heading, is_sub=True) for sub in rows if sub.parent_id == activity.pk)


def _responsible(area: FocusArea) -> Iterable[Item]:
    return (Item(str(row)) for row in area.responsibilities.all())

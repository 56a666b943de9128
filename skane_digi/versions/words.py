"""The words of two documents side by side: what became of each goal, activity, paragraph and body, part by part."""

from collections.abc import Callable, Iterable, Iterator, Sequence

from plans.comparison import ACTIVITY, BODY, GOAL, PARAGRAPH, Item, ItemChange, PartChange
from plans.text_comparison import compare_texts
from skane_digi.documents.tree import (
    Area,
    Block,
    CostYear,
    ListItem,
    Origin,
    Paragraph,
    Period,
    PlanDocument,
    RichText,
    Run,
    SubHeading,
    TextList,
)

_HEADING_FORMS = {1: "h3", 2: "h4"}


def area_parts(before: Area | None, after: Area | None) -> tuple[PartChange, ...]:
    """Return the parts that either side has, in the document's order; of a new or ended area without running text."""
    changed = [
        _part(key, name, noun, items_of(before) if before else (), items_of(after) if after else ())
        for key, name, noun, items_of in _AREA_PARTS
        if noun is not PARAGRAPH or (before and after)
    ]
    return tuple(part for part in changed if part.items)


def section_parts(before: PlanDocument, after: PlanDocument) -> tuple[PartChange, ...]:
    """Return everything outside the areas: the title page, the sections by their address, and what is beside them."""
    parts = [_part("title", "Titel och datum", PARAGRAPH, _title(before), _title(after))]
    old, new = _sections(before), _sections(after)
    for slug in [*new, *(slug for slug in old if slug not in new)]:
        heading, _ = new.get(slug) or old[slug]
        sides = [_section_items(*side[slug]) if slug in side else () for side in (old, new)]
        parts.append(_part(slug, heading, PARAGRAPH, *sides))
    parts += [
        _part("ended", "Avslutade insatsområden", PARAGRAPH, _ended(before), _ended(after)),
        _part("watched", "Frågor som bevakas", PARAGRAPH, _watched(before), _watched(after)),
        _part("notes", "Noter till budgeten", PARAGRAPH, _notes(before), _notes(after)),
        _part("bases", "Underlag för fördelningen", PARAGRAPH, _bases(before), _bases(after)),
    ]
    return tuple(part for part in parts if part.items)


def blocks(text: RichText, label: str = "") -> Iterator[Item]:
    """Return each paragraph, sub-heading and list item of running text as its words on one line."""
    for block in text.blocks:
        yield from _block_items(block, label)


def _part(key: str, name: str, noun, before: Iterable[Item], after: Iterable[Item]) -> PartChange:
    """Compare two lists of items. A body is the same or another: none becomes another because their names are alike."""
    old, new = tuple(before), tuple(after)
    changes = compare_texts([item.text for item in old], [item.text for item in new], only_equal=noun is BODY)
    items = tuple(
        ItemChange(
            change,
            None if change.before is None else old[change.before],
            None if change.after is None else new[change.after],
        )
        for change in changes
    )
    return PartChange(key, name, noun, items)


def _block_items(block: Block, label: str) -> Iterator[Item]:
    match block:
        case Paragraph(runs):
            yield _item(runs, label, "p")
        case SubHeading(text, level):
            yield Item(text, label, _HEADING_FORMS.get(level, "h4"))
        case TextList(items):
            for item in items:
                yield from _list_items(item, label, is_sub=False)


def _list_items(item: ListItem, label: str, *, is_sub: bool) -> Iterator[Item]:
    yield _item(item.runs, label, "li", is_sub=is_sub)
    for child in item.children:
        for part in child.items:
            yield from _list_items(part, label, is_sub=True)


def _item(runs: Sequence[Run], label: str, form: str, *, is_sub: bool = False) -> Item:
    text = " ".join("".join(run.text for run in runs).split())
    return Item(text, label, form, tuple(_markup(runs)), is_sub)


def _markup(runs: Sequence[Run]) -> Iterator[str]:
    """Yield where emphasis and links stand and what they are: two texts may have the same words."""
    place = 0
    for run in runs:
        if run.is_emphasised or run.is_strong or run.href:
            marks = f"{'em ' if run.is_emphasised else ''}{'strong ' if run.is_strong else ''}{run.href}".strip()
            yield f"{place}–{place + len(run.text)} {marks}"
        place += len(run.text)


def _goals(area: Area) -> Iterable[Item]:
    return (Item(goal) for goal in area.goals)


def _activities(area: Area) -> Iterator[Item]:
    for period in area.periods:
        for activity in period.activities:
            yield Item(activity.text, period.heading)
            yield from (Item(part, period.heading, is_sub=True) for part in activity.sub_activities)


def _of_periods(text_of: Callable[[Period], RichText]) -> Callable[[Area], Iterable[Item]]:
    return lambda area: (item for period in area.periods for item in blocks(text_of(period), period.heading))


def _economy(area: Area) -> Iterable[Item]:
    return (item for year in area.economy for item in blocks(year.text, year.heading))


def _origins(area: Area) -> Iterable[Item]:
    return (Item(_origin_text(origin), form="p") for origin in area.origins)


def _origin_text(origin: Origin) -> str:
    return f"{origin.sentence}. {origin.reason}".strip()


def _responsible(area: Area) -> Iterator[Item]:
    for body in area.responsible:
        yield Item(f"{body.body}, på uppdrag av {body.on_behalf_of}" if body.on_behalf_of else body.body)


_AREA_PARTS = (
    ("origins", "Ursprung", PARAGRAPH, _origins),
    ("background", "Bakgrund", PARAGRAPH, lambda area: blocks(area.background)),
    ("purpose", "Syfte och nytta", PARAGRAPH, lambda area: blocks(area.purpose)),
    ("goals", "Övergripande mål", GOAL, _goals),
    ("introductions", "Inledning till aktiviteterna", PARAGRAPH, _of_periods(lambda period: period.introduction)),
    ("activities", "Aktiviteter", ACTIVITY, _activities),
    ("reasons", "Skäl till att aktiviteter saknas", PARAGRAPH, _of_periods(lambda period: period.no_activities_reason)),
    ("economy", "Ekonomi", PARAGRAPH, _economy),
    ("responsible", "Ansvar", BODY, _responsible),
)


def _title(document: PlanDocument) -> Iterator[Item]:
    yield Item(document.title, "Titel", "p")
    facts = (
        ("Undertitel", document.subtitle),
        ("Strategi", document.strategy),
        ("Verksamhetsår", document.years_text),
        ("Datum", document.dated_text),
        ("Om datumet", document.date_note),
    )
    yield from (Item(text, label, "p") for label, text in facts if text)


def _sections(document: PlanDocument) -> dict[str, tuple[str, RichText]]:
    every = (*document.sections_before, *document.sections_after)
    return {section.slug: (section.heading, section.text) for section in every}


def _section_items(heading: str, text: RichText) -> Iterator[Item]:
    if heading:
        yield Item(heading, "Rubrik", "h3")
    yield from blocks(text)


def _ended(document: PlanDocument) -> Iterable[Item]:
    return (
        Item(f"{ended.predecessor} ({ended.predecessor_plan}). {ended.reason}".strip(), form="p")
        for ended in document.ended_areas
    )


def _watched(document: PlanDocument) -> Iterable[Item]:
    return (
        Item(f"{matter.name}. {matter.description}" if matter.description else matter.name, form="p")
        for matter in document.watched
    )


def _notes(document: PlanDocument) -> Iterable[Item]:
    return (Item(note.text, note.mark, "p") for note in document.budget.notes)


def _bases(document: PlanDocument) -> Iterator[Item]:
    for cost in document.costs:
        yield from (Item(text, str(cost.year), "p") for text in _basis_texts(cost) if text)


def _basis_texts(cost: CostYear) -> Iterator[str]:
    yield cost.table.rule_text
    population = cost.table.population
    if population:
        yield f"{population.name} {population.date_text}: {population.parts_total_text} {population.unit}."

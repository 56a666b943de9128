"""A scenario's changes in Swedish, one sentence for each."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Self

from budgets.models import AllocationKey, AllocationRule
from budgets.money import format_amount, format_kr
from budgets.scenarios import AddedLine, ChangedAmount, Changes, DroppedLine, OtherDay, OtherRule, line_name
from budgets.year_basis import YearBasis
from plans.models import FocusArea, Organisation, Party, Plan


@dataclass(frozen=True, slots=True)
class Names:
    """What to call what changes name by slug or code: looked up for many scenarios of a plan at once."""

    rules: Mapping[str, str] = field(default_factory=dict)
    keys: Mapping[str, str] = field(default_factory=dict)
    organisations: Mapping[str, str] = field(default_factory=dict)
    parties: Mapping[str, str] = field(default_factory=dict)
    areas: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, plan: Plan, many: Iterable[Changes]) -> Self:
        many = list(many)
        codes = {code for changes in many for code in (*changes.leaving, *(row.code for row in changes.joining))}
        in_collaboration = {"collaboration": plan.collaboration_id}
        areas = FocusArea.objects.filter(plan=plan).order_by("position", "pk")
        return cls(
            rules=dict(AllocationRule.objects.filter(**in_collaboration).values_list("slug", "name")),
            keys=dict(AllocationKey.objects.values_list("slug", "name")),
            organisations=dict(Organisation.objects.filter(code__in=codes).values_list("code", "name")),
            parties=dict(Party.objects.filter(**in_collaboration).values_list("slug", "name")),
            areas={area.slug: area.name_in_tables for area in areas},
        )


@dataclass(frozen=True, slots=True)
class ChangesInWords:
    """Each change as a sentence: those of lines, of what the cost is shared by, and of the members."""

    lines: tuple[str, ...]
    sharing: tuple[str, ...]
    members: tuple[str, ...]

    @property
    def all(self) -> tuple[str, ...]:
        return (*self.lines, *self.sharing, *self.members)


def in_words(basis: YearBasis, changes: Changes, names: Names) -> ChangesInWords:
    """Return what ``changes`` say, beside what ``basis`` has now; without a query."""
    lines = {line.key: line for line in basis.lines}

    def amount(change: ChangedAmount) -> str:
        line = lines.get(change.key)
        now = format_amount(line.amount) if line else "borttagen post"
        name = line_name(line) if line else change.name or change.key
        return f"{name}: {now} → {format_kr(change.amount)}."

    def dropped(change: DroppedLine) -> str:
        line = lines.get(change.key)
        name = line_name(line) if line else change.name or change.key
        return f"{name} tas bort{f' ({format_kr(line.amount)})' if line else ''}."

    def added(line: AddedLine) -> str:
        area = names.areas.get(line.area, line.area)
        own = f", som delas efter {_rule(names, line.rule)}" if line.rule else ""
        return f"Ny post i {area}: {line.label or 'utan namn'}, {format_kr(line.amount)}{own}."

    def day(day: OtherDay) -> str:
        name = names.keys.get(day.key, day.key)
        held = basis.figures.get(day.key)
        instead = f" i stället för {held.figure_set.reference_date.isoformat()}" if held else ""
        since = f", ökningen räknad från {day.earlier.isoformat()}" if day.earlier else ""
        return f"{name} den {day.date.isoformat()}{instead}{since}."

    def rule(row: OtherRule) -> str:
        place = row.name or names.areas.get(row.area, row.area) or row.line
        return f"{place} delas efter {_rule(names, row.rule)}."

    year_rule = ()
    if changes.rule:
        instead = f" i stället för {basis.rule.name}" if basis.rule else ""
        year_rule = (f"Året delas efter {_rule(names, changes.rule)}{instead}.",)
    return ChangesInWords(
        lines=(*map(amount, changes.amounts), *map(dropped, changes.dropped), *map(added, changes.added)),
        sharing=(*map(day, changes.figures), *year_rule, *map(rule, changes.rules)),
        members=(
            *(f"{names.organisations.get(code, code)} lämnar." for code in changes.leaving),
            *(
                f"{names.organisations.get(row.code, row.code)} går med i parten "
                f"{names.parties.get(row.party, row.party)}."
                for row in changes.joining
            ),
        ),
    )


def _rule(names: Names, slug: str) -> str:
    return f"regeln {names.rules.get(slug, slug)}"

"""What if: changes to a year's costs as plain data, and the year as it would be with them. Nothing is written here.

Amounts are kronor as ``Decimal``. See docs/scenarier.md.
"""

import datetime
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal

from django.db.models import Q

from budgets.models import AllocationRule, KeyFigure, KeyFigureSet, RuleUse
from budgets.rule_parts import RuleParts, decision_words, parts_of
from budgets.year_basis import ChosenFigures, Deviation, SharedLine, YearBasis, values_by_set
from plans import dataclass_json
from plans.editing import EditRefused
from plans.models import FocusArea, Membership, Organisation, Party

TRIED = "Prövas i ett scenario."
NOT_DECIDED = "inget än"
NEW_LINE = "ny."


class ScenarioRefused(EditRefused):
    """The changes cannot be made to the year as it is now. ``reasons`` are Swedish sentences, one for each fault.

    ``field`` names what was filled in wrong, where it is one thing.
    """

    def __init__(self, *reasons: str, field: str = ""):
        self.reasons, self.field = reasons, field
        super().__init__(" ".join(reasons))


@dataclass(frozen=True, slots=True)
class ChangedAmount:
    """Another amount for the budget line with this key. ``name`` is what to call the line when it is gone."""

    key: str
    amount: Decimal
    name: str = ""


@dataclass(frozen=True, slots=True)
class DroppedLine:
    """The budget line with this key is left out."""

    key: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class AddedLine:
    """A new line in the area with this slug; ``rule`` is the slug of a rule of its own, empty for the area's."""

    area: str
    label: str
    amount: Decimal
    rule: str = ""


@dataclass(frozen=True, slots=True)
class OtherDay:
    """The figures of a key (its slug) on another day; ``earlier`` is the day that an increase is counted from."""

    key: str
    region: str
    date: datetime.date
    earlier: datetime.date | None = None


@dataclass(frozen=True, slots=True)
class OtherRule:
    """The area with this slug, or the line with this key, is shared by another rule."""

    rule: str
    area: str = ""
    line: str = ""
    name: str = ""


@dataclass(frozen=True, slots=True)
class Joining:
    """The organisation with this code takes part, on the side of the party with this slug."""

    code: str
    party: str


@dataclass(frozen=True, slots=True)
class Changes:
    """Everything that a scenario changes in a year. ``rule`` is the slug of another default rule, ``leaving`` codes."""

    amounts: tuple[ChangedAmount, ...] = ()
    dropped: tuple[DroppedLine, ...] = ()
    added: tuple[AddedLine, ...] = ()
    figures: tuple[OtherDay, ...] = ()
    rule: str = ""
    rules: tuple[OtherRule, ...] = ()
    joining: tuple[Joining, ...] = ()
    leaving: tuple[str, ...] = ()

    @property
    def is_empty(self) -> bool:
        return self == Changes()


def changes_of(data: object) -> Changes:
    """Return what a scenario's JSON says. Raises ``plans.dataclass_json.UnreadableJson``."""
    return dataclass_json.read(data, Changes)


def to_json(changes: Changes) -> dict:
    """Return the changes as plain JSON data; what is not changed is left out."""
    return {name: value for name, value in dataclass_json.write(changes, Changes).items() if value}


def line_name(line: SharedLine) -> str:
    return f"{line.area}: {line.label}" if line.label else line.area


def changed_lines(basis: YearBasis, changes: Changes, names: Mapping[str, str]) -> tuple[SharedLine, ...]:
    """Return the year's lines with the changed amounts, without those dropped and with the new ones, without a query.

    ``names`` are the plan's areas by slug, as tables have them. Raises ``ScenarioRefused`` with all that is wrong.
    """
    faults: list[str] = []
    known = {line.key: line for line in basis.lines}
    for change in (*changes.amounts, *changes.dropped):
        if change.key not in known:
            name = f"Posten ”{change.name}”" if change.name else f"Posten {change.key}"
            faults.append(f"{name} finns inte längre bland posterna som fördelas {basis.year}.")
    amounts = {change.key: change.amount for change in changes.amounts}
    dropped = {line.key for line in changes.dropped}
    lines = [
        replace(line, amount=amounts.get(line.key, line.amount)) for line in basis.lines if line.key not in dropped
    ]
    for number, added in enumerate(changes.added, start=1):
        area = names.get(added.area)
        if area is None:
            faults.append(f"Insatsområdet ”{added.area}”, som får en ny post, finns inte i {basis.plan}.")
            continue
        if any((line.area_slug, line.label) == (added.area, added.label) for line in lines):
            part = f" för {added.label}" if added.label else ""
            faults.append(f"{area} har redan en post{part}. Ändra dess belopp, eller ge den nya posten ett namn.")
        _put_after_its_area(lines, SharedLine(f"{NEW_LINE}{number}", area, added.area, added.label, added.amount))
    faults += [f"{line_name(line)}: {fault}" for line in lines if (fault := _fault_in(line.amount))]
    if faults:
        raise ScenarioRefused(*faults)
    return tuple(lines)


def area_names(basis: YearBasis) -> dict[str, str]:
    """Return the names of the plan's areas by slug, in the plan's order."""
    areas = FocusArea.objects.filter(plan=basis.plan).order_by("position", "pk")
    return {area.slug: area.name_in_tables for area in areas}


def apply_changes(basis: YearBasis, changes: Changes) -> YearBasis:
    """Return the year as it would be, in a number of queries that does not grow with the changes.

    Raises ``ScenarioRefused``, with a sentence for each thing that the changes name and that is no more.
    """
    if changes.is_empty:
        return basis
    faults: list[str] = []
    lines: tuple[SharedLine, ...] = ()
    try:
        lines = changed_lines(basis, changes, area_names(basis) if changes.added or changes.rules else {})
    except ScenarioRefused as refusal:
        faults += refusal.reasons
    rules = _rules(basis, changes, faults)
    deviations = _deviations(basis, lines, changes, rules, faults)
    memberships = _memberships(basis, changes, faults)
    figures = _figures(basis, changes, memberships, faults)
    if faults:
        raise ScenarioRefused(*faults)
    rule = rules.get(changes.rule, basis.rule)
    own = _own_figures(basis, rule, figures)
    return replace(
        basis,
        rule=rule,
        figure_set=own.figure_set if own else basis.figure_set,
        values=own.values if own else basis.values,
        memberships=memberships,
        lines=lines,
        deviations=deviations,
        figures=figures,
    )


def _fault_in(amount: Decimal) -> str:
    if amount < 0:
        return "beloppet är mindre än noll."
    return "beloppet är inte ett helt antal öre." if amount != amount.quantize(Decimal("0.01")) else ""


def _put_after_its_area(lines: list[SharedLine], added: SharedLine) -> None:
    places = [place for place, line in enumerate(lines, start=1) if line.area_slug == added.area_slug]
    lines.insert(places[-1] if places else len(lines), added)


def _rules(basis: YearBasis, changes: Changes, faults: list[str]) -> dict[str, RuleParts]:
    """Return every rule that the changes name, by slug."""
    wanted = {changes.rule, *(row.rule for row in changes.rules), *(line.rule for line in changes.added)} - {""}
    if not wanted:
        return {}
    rows = AllocationRule.objects.filter(collaboration=basis.plan.collaboration_id, slug__in=wanted).with_parts()
    found = {rule.slug: parts_of(rule) for rule in rows}
    faults += [f"Kostnadsregeln ”{slug}” finns inte längre." for slug in sorted(wanted - found.keys())]
    return found


def _deviations(
    basis: YearBasis, lines: Iterable[SharedLine], changes: Changes, rules: dict[str, RuleParts], faults: list[str]
) -> dict[str, Deviation]:
    """Return the deviations by line key: a line's own goes before its area's, and what is tried before what holds."""
    on_lines = {row.line: row for row in changes.rules if row.line}
    on_areas = {row.area: row for row in changes.rules if not row.line}
    known_lines, known_areas = {line.key for line in basis.lines}, {line.area_slug for line in lines}
    for row in changes.rules:
        if row.line and row.line not in known_lines:
            faults.append(f"Posten ”{row.name or row.line}”, som får en egen regel, finns inte längre.")
        elif not row.line and lines and row.area not in known_areas:
            faults.append(f"Insatsområdet ”{row.name or row.area}”, som får en egen regel, har inget att fördela.")
    added = {f"{NEW_LINE}{number}": line for number, line in enumerate(changes.added, start=1)}
    own_use, area_use = _uses_in(basis) if added or on_areas else (set(), {})
    found = {}
    for line in lines:
        tried = on_lines.get(line.key) or (on_areas.get(line.area_slug) if line.key not in own_use else None)
        slug = (added[line.key].rule if line.key in added else "") or (tried.rule if tried else "")
        if slug in rules:
            found[line.key] = Deviation(rules[slug], TRIED, NOT_DECIDED)
        elif line.key in basis.deviations:
            found[line.key] = basis.deviations[line.key]
        elif line.key in added and line.area_slug in area_use:
            found[line.key] = area_use[line.area_slug]
    return found


def _uses_in(basis: YearBasis) -> tuple[set[str], dict[str, Deviation]]:
    """Return the keys of the lines with a rule of their own this year, and the areas' deviations by slug."""
    uses = RuleUse.objects.of_plan(basis.plan).valid_on(datetime.date(basis.year, 1, 1))
    uses = list(uses.select_related("focus_area", "budget_line").order_by("valid_from", "pk"))
    rules = AllocationRule.objects.with_parts().in_bulk({use.rule_id for use in uses if use.focus_area_id})
    by_area = {
        use.focus_area.slug: Deviation(parts_of(rules[use.rule_id]), use.reason, decision_words(use))
        for use in uses
        if use.focus_area_id
    }
    return {use.budget_line.key for use in uses if use.budget_line_id}, by_area


def _memberships(basis: YearBasis, changes: Changes, faults: list[str]) -> tuple[Membership, ...]:
    by_code = {membership.organisation.code: membership for membership in basis.memberships}
    for code in changes.leaving:
        if by_code.pop(code, None) is None:
            faults.append(f"Organisationen {code} är inte medlem {basis.year} och kan inte lämna.")
    if changes.joining:
        organisations = Organisation.objects.in_bulk([row.code for row in changes.joining], field_name="code")
        parties = {party.slug: party for party in Party.objects.filter(collaboration=basis.plan.collaboration_id)}
    for row in changes.joining:
        organisation, party = organisations.get(row.code), parties.get(row.party)
        if organisation is None:
            faults.append(f"Organisationen {row.code}, som skulle gå med, finns inte.")
        elif party is None:
            known = ", ".join(parties)
            faults.append(f"Parten ”{row.party}” för {organisation.short_name} finns inte. Parterna är {known}.")
        elif row.code in by_code:
            faults.append(f"{organisation.short_name} är redan medlem {basis.year}.")
        else:
            collaboration = basis.plan.collaboration
            by_code[row.code] = Membership(collaboration=collaboration, organisation=organisation, party=party)
    return tuple(by_code[code] for code in sorted(by_code))


def _figures(
    basis: YearBasis, changes: Changes, memberships: Iterable[Membership], faults: list[str]
) -> dict[str, ChosenFigures]:
    """Return the chosen days by the slug of their key, with the figures of those who join."""
    figures = dict(basis.figures)
    if changes.figures:
        figures |= _other_days(basis, changes.figures, faults)
    codes = {row.code for row in changes.joining}
    return _with_those_who_join(figures, memberships, codes) if codes else figures


def _other_days(basis: YearBasis, days: Iterable[OtherDay], faults: list[str]) -> dict[str, ChosenFigures]:
    asked = Q()
    for day in days:
        dates = [date for date in (day.date, day.earlier) if date]
        asked |= Q(allocation_key__slug=day.key, region_code=day.region, reference_date__in=dates)
    rows = list(KeyFigureSet.objects.filter(asked).select_related("allocation_key", "parts_from"))
    sets = {(row.allocation_key.slug, row.region_code, row.reference_date): row for row in rows}
    values = values_by_set({row.parts_set.pk for row in rows})
    found = {}
    for day in days:
        chosen = sets.get((day.key, day.region, day.date))
        earlier = sets.get((day.key, day.region, day.earlier)) if day.earlier else None
        for date, row in ((day.date, chosen), (day.earlier, earlier)):
            if date and row is None:
                faults.append(f"Det finns inga nyckeltal för {day.key}, område {day.region}, {date.isoformat()}.")
        if chosen is None:
            continue
        before = basis.figures.get(day.key)
        if earlier is None and before and before.earlier_set:
            earlier, earlier_values = before.earlier_set, before.earlier_values
        else:
            earlier_values = values.get(earlier.parts_set.pk, {}) if earlier else {}
        found[day.key] = ChosenFigures(chosen, values.get(chosen.parts_set.pk, {}), earlier, earlier_values)
    return found


def _with_those_who_join(
    figures: Mapping[str, ChosenFigures], memberships: Iterable[Membership], joining: set[str]
) -> dict[str, ChosenFigures]:
    """Return the figures with those of the joining, from the same key and day in another area.

    A region that no longer is alone in its party counts by the sum of its municipalities, where they all have one.
    """
    regions = {row.organisation.code for row in memberships if row.organisation.kind == Organisation.Kind.REGION}
    asked = Q()
    for chosen in figures.values():
        for figure_set in (chosen.figure_set, chosen.earlier_set):
            if figure_set:
                day = figure_set.parts_set.reference_date
                asked |= Q(figure_set__allocation_key=figure_set.allocation_key_id, figure_set__reference_date=day)
    who = Q(organisation__code__in=joining)
    for code in regions:
        who |= Q(organisation__code__startswith=code)
    rows = (
        KeyFigure.objects.filter(asked & who)
        .order_by("-figure_set__region_code")
        .values_list("figure_set__allocation_key", "figure_set__reference_date", "organisation__code", "value")
    )
    on_day: dict[tuple[int, datetime.date], dict[str, int]] = defaultdict(dict)
    for key, day, code, value in rows:
        on_day[key, day][code] = value
    sizes = Organisation.objects.filter(kind=Organisation.Kind.MUNICIPALITY).values_list("code", flat=True)
    inside = {region: {code for code in sizes if code.startswith(region)} for region in regions}

    def completed(figure_set: KeyFigureSet | None, values: Mapping[str, int]) -> Mapping[str, int]:
        if figure_set is None:
            return values
        known = on_day[figure_set.allocation_key_id, figure_set.parts_set.reference_date]
        sums = {
            region: sum(known[code] for code in codes)
            for region, codes in inside.items()
            if codes and codes <= known.keys() and _has_company(region, memberships)
        }
        return {**sums, **{code: known[code] for code in joining if code in known}, **values}

    return {
        slug: replace(
            chosen,
            values=completed(chosen.figure_set, chosen.values),
            earlier_values=completed(chosen.earlier_set, chosen.earlier_values),
        )
        for slug, chosen in figures.items()
    }


def _has_company(code: str, memberships: Iterable[Membership]) -> bool:
    """Whether the member with this code shares its party with others."""
    parties = [row.party.slug for row in memberships if row.organisation.code == code]
    return len([row for row in memberships if row.party.slug in parties]) > 1


def _own_figures(
    basis: YearBasis, rule: RuleParts | None, figures: Mapping[str, ChosenFigures]
) -> ChosenFigures | None:
    """Return the days of the year's own key: that of the rule, or else of the figures that the year had."""
    own = basis.figure_set.allocation_key.slug if basis.figure_set else ""
    return (figures.get(rule.key.slug) if rule else None) or figures.get(own)

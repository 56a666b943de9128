"""What there is to choose from when a year's costs are changed: rules, areas, days of figures, and organisations."""

from collections import defaultdict
from dataclasses import dataclass

from budgets.models import AllocationRule, KeyFigureSet
from budgets.rule_parts import parts_of
from budgets.scenarios import area_names
from budgets.year_basis import YearBasis
from plans.collation import swedish_key
from plans.models import Organisation, Party

Options = list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class DayChoice:
    """The days of a key that has figures, newest first, and the one the year has; ``with_earlier`` for an increase."""

    key: str
    label: str
    days: tuple[tuple[str, str], ...]
    now: str
    with_earlier: bool


@dataclass(frozen=True, slots=True)
class Choices:
    """Names by slug or code. ``outside`` are those who could join, in groups by county."""

    rules: dict[str, str]
    areas: dict[str, str]
    parties: dict[str, str]
    days: tuple[DayChoice, ...]
    outside: tuple[tuple[str, tuple[tuple[str, str], ...]], ...]
    members: tuple[tuple[str, str], ...]

    @classmethod
    def of(cls, basis: YearBasis) -> "Choices":
        collaboration = basis.plan.collaboration_id
        rules = [parts_of(rule) for rule in AllocationRule.objects.filter(collaboration=collaboration).with_parts()]
        measures = {key.slug: key.name for rule in rules for key, _ in rule.measures()}
        increases = {key.slug for rule in rules for key, has_earlier in rule.measures() if has_earlier}
        members = {membership.organisation_id for membership in basis.memberships}
        inside = sorted(
            (membership.organisation for membership in basis.memberships),
            key=lambda organisation: (len(organisation.code), swedish_key(organisation.short_name)),
        )
        return cls(
            rules={rule.slug: rule.name for rule in rules},
            areas=area_names(basis),
            parties=dict(Party.objects.filter(collaboration=collaboration).values_list("slug", "name")),
            days=tuple(_days(basis, measures, increases)),
            outside=tuple(_by_county(Organisation.objects.by_name().exclude(pk__in=members))),
            members=tuple((organisation.code, organisation.short_name) for organisation in inside),
        )


def _days(basis: YearBasis, measures: dict[str, str], increases: set[str]):
    sets: dict[str, list[KeyFigureSet]] = defaultdict(list)
    rows = KeyFigureSet.objects.filter(allocation_key__slug__in=measures).select_related("allocation_key")
    for row in rows.order_by("-reference_date", "region_code"):
        sets[row.allocation_key.slug].append(row)
    for slug, name in sorted(measures.items(), key=lambda pair: pair[1]):
        chosen = basis.figures.get(slug)
        days = tuple(
            (
                f"{row.region_code}@{row.reference_date.isoformat()}",
                f"{row.reference_date.isoformat()}, {row.region_name}",
            )
            for row in sets[slug]
        )
        now = chosen.figure_set.reference_date.isoformat() if chosen else ""
        yield DayChoice(slug, name, days, now, slug in increases)


def _by_county(organisations):
    groups: dict[str, list[tuple[str, str]]] = {}
    for organisation in organisations:
        is_region = organisation.kind == Organisation.Kind.REGION
        group = "Regioner" if is_region else organisation.county or "Kommuner"
        groups.setdefault(group, []).append((organisation.code, organisation.short_name))
    for name in sorted(groups, key=lambda name: (name != "Regioner", name)):
        yield name, tuple(groups[name])

"""The key figures that grant amounts are distributed by, read from the database for many amounts at once."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction

from budgets.keys import Equal, Increase, Key, Measured, Weighted
from budgets.models import AllocationKey, GrantAmount, KeyFigureSet
from budgets.rule_parts import KeyParts, key_parts_of
from budgets.year_basis import values_by_set
from plans.models import Organisation

Kind = AllocationKey.Kind
Receivers = GrantAmount.Receivers
RECEIVING = {
    Receivers.REGIONS: frozenset({Organisation.Kind.REGION}),
    Receivers.MUNICIPALITIES: frozenset({Organisation.Kind.MUNICIPALITY}),
    Receivers.SHARED: frozenset(Organisation.Kind),
    Receivers.OTHER: frozenset(),
}


@dataclass(frozen=True, slots=True)
class AmountFigures:
    """Each known receiver's value of an amount's key, by code, and the value of all receivers where it is known.

    ``origins`` say how a composed value was made. ``fault`` is a Swedish sentence where the values could not be worked
    out.
    """

    values: Mapping[str, Fraction]
    total: Fraction | None
    fault: str = ""
    origins: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Day:
    """A set's own or borrowed parts, and the total that its source states."""

    figure_set: KeyFigureSet
    values: Mapping[str, int]


def figures_of(amounts: Iterable[GrantAmount], organisations: Mapping[str, Organisation]) -> dict[int, AmountFigures]:
    """Return the figures of each amount that has some, by the amount's id, in a constant number of queries.

    ``organisations`` are all that there are, by code. The amounts come with key and sets.
    """
    amounts = list(amounts)
    by_place = _component_sets(amounts) | {
        _place_of(each.figure_set): each.figure_set for each in amounts if each.figure_set
    }
    earlier = [amount.earlier_set for amount in amounts if amount.earlier_set]
    sets = {each.parts_set.pk for each in [*by_place.values(), *earlier]}
    values = values_by_set(sets) if sets else {}

    def day(figure_set: KeyFigureSet | None) -> _Day | None:
        return _Day(figure_set, values.get(figure_set.parts_set.pk, {})) if figure_set else None

    found = {}
    for amount in amounts:
        key = amount.allocation_key
        if key is None or amount.receivers == Receivers.OTHER:
            continue
        if key.kind == Kind.EQUAL:
            found[amount.pk] = _equal(amount, organisations)
        elif amount.figure_set:
            places = {slug: _place(slug, amount.figure_set) for slug, _ in _measures(amount)}
            days = {slug: day(by_place.get(place)) for slug, place in places.items()}
            found[amount.pk] = _measured(amount, key_parts_of(key), days, day(amount.earlier_set), organisations)
    return found


def _component_sets(amounts: list[GrantAmount]) -> dict[tuple, KeyFigureSet]:
    """Return the sets of every measure in the amounts' weighted keys, on the day and in the area of the chosen set."""
    weighted = [amount for amount in amounts if amount.figure_set and amount.allocation_key.kind == Kind.WEIGHTED]
    if not weighted:
        return {}
    rows = KeyFigureSet.objects.filter(
        allocation_key__slug__in={slug for amount in weighted for slug, _ in _measures(amount)},
        reference_date__in={amount.figure_set.reference_date for amount in weighted},
    ).select_related("allocation_key", "parts_from")
    return {_place_of(row): row for row in rows}


def _place_of(figure_set: KeyFigureSet) -> tuple:
    return _place(figure_set.allocation_key.slug, figure_set)


def _place(slug: str, figure_set: KeyFigureSet) -> tuple:
    return slug, figure_set.region_code, figure_set.reference_date


def _measures(amount: GrantAmount) -> list[tuple[str, bool]]:
    return [(measure.slug, is_increase) for measure, is_increase in key_parts_of(amount.allocation_key).measures()]


def _equal(amount: GrantAmount, organisations: Mapping[str, Organisation]) -> AmountFigures:
    """Every receiver counts as one: those with a share here, and as many others as there are."""
    codes = {share.organisation.code for share in amount.shares.all()}
    known = dict.fromkeys(_receiving(amount, codes, organisations), Fraction(1))
    if amount.receiver_count is None:
        return AmountFigures(known, None, "Antalet mottagare är inte angivet, så lika delar går inte att räkna.")
    return AmountFigures(known, Fraction(amount.receiver_count))


def _measured(
    amount: GrantAmount,
    key: KeyParts,
    days: Mapping[str, _Day | None],
    earlier: _Day | None,
    organisations: Mapping[str, Organisation],
) -> AmountFigures:
    """Return the key's value of every receiver that has all the figures it is worked out of."""
    missing = [measure.name for measure, _ in key.measures() if days[measure.slug] is None]
    if missing:
        return AmountFigures({}, None, f"Nyckeltal saknas den dagen för {', '.join(missing).lower()}.")
    if key.kind == Kind.INCREASE and earlier is None:
        return AmountFigures({}, None, "Det är inte angivet vilken dag ökningen räknas från.")
    if any(is_increase for _, is_increase in key.measures()) and key.kind == Kind.WEIGHTED:
        return AmountFigures({}, None, "En vägd summa av ökningar kan inte räknas här: varje ökning har två dagar.")
    if not days:
        return AmountFigures({}, None, f"{key.name} är inte sammansatt av något mått.")
    by_receiver = {slug: _by_receiver(amount, day.values, organisations) for slug, day in days.items()}
    before = _by_receiver(amount, earlier.values, organisations) if earlier else {}
    codes = set.intersection(*(set(values) for values in by_receiver.values()))
    if key.kind == Kind.INCREASE:
        codes &= before.keys()
    engine_key = _engine_key(key, by_receiver, before)
    return AmountFigures(
        values=engine_key.values(sorted(codes)),
        total=_total(key, days, amount.receiver_count),
        origins={code: engine_key.origin(code) for code in codes},
    )


def _engine_key(key: KeyParts, values: Mapping[str, Mapping[str, int]], before: Mapping[str, int]) -> Key:
    match key.kind:
        case Kind.INCREASE:
            return Increase(key.name, key.unit, later=values[key.measured_by.slug], earlier=before)
        case Kind.EQUAL:
            return Equal(key.name)
        case Kind.WEIGHTED:
            parts = tuple((weight, _engine_key(part, values, before)) for weight, part in key.components)
            return Weighted(key.name, key.unit, parts)
        case _:
            return Measured(key.name, key.unit, values[key.slug])


def _total(key: KeyParts, days: Mapping[str, _Day], count: int | None) -> Fraction | None:
    """Return what the sources state for all receivers. How much all have grown is not told by two sums."""
    if key.kind == Kind.INCREASE:
        return None
    if key.kind == Kind.EQUAL:
        return None if count is None else Fraction(count)
    if key.kind == Kind.MEASURE:
        stated = days[key.slug].figure_set.stated_total
        return None if stated is None else Fraction(stated)
    totals = [(weight, _total(part, days, count)) for weight, part in key.components]
    if any(total is None for _, total in totals):
        return None
    return sum((weight * total for weight, total in totals), Fraction(0))


def _by_receiver(
    amount: GrantAmount, values: Mapping[str, int], organisations: Mapping[str, Organisation]
) -> dict[str, int]:
    """Return the receivers' values; a region without one of its own has the sum of its municipalities'."""
    own = {code: values[code] for code in _receiving(amount, values, organisations)}
    if amount.receivers != Receivers.REGIONS:
        return own
    for code, organisation in organisations.items():
        if organisation.kind == Organisation.Kind.REGION and code not in own:
            parts = [value for part, value in values.items() if len(part) > len(code) and part.startswith(code)]
            if parts:
                own[code] = sum(parts)
    return own


def _receiving(amount: GrantAmount, codes: Iterable[str], organisations: Mapping[str, Organisation]) -> list[str]:
    kinds = RECEIVING[amount.receivers]
    return [code for code in codes if code in organisations and organisations[code].kind in kinds]

"""What one organisation pays of a frozen version: its share by the budget lines, and by the printed total beside it."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from budgets.cost_tables import LINES, PRINTED
from budgets.frozen_shares import FrozenLine, FrozenMember, FrozenShare, FrozenYear, shares_in
from budgets.money import format_amount, format_integer, format_kr
from plans.models import Organisation

_PARTS = {Fraction(1): "hela kostnaden", Fraction(1, 2): "hälften", Fraction(1, 3): "en tredjedel"}


@dataclass(frozen=True, slots=True)
class AreaCost:
    """An area, or a named part of one: its budget and the organisation's part of that."""

    name: str
    budget_text: str
    share_text: str


@dataclass(frozen=True, slots=True)
class YearCost:
    """One organisation's share of one year.

    ``amount`` is what it is asked to set aside: by the printed total where the plan prints one that is not the sum of
    its lines, for that is the sum the organisations were sent. ``by_lines`` is the share of the lines' sum all the
    same, and ``sentences`` explain it or say why there is none.
    """

    year: int
    amount: Decimal
    by_lines: Decimal
    lines_total: Decimal
    printed_total: Decimal | None
    areas: tuple[AreaCost, ...]
    sentences: tuple[str, ...]
    calculations: tuple[str, ...] = ()
    printed_calculation: str = ""

    @property
    def amount_text(self) -> str:
        return format_kr(self.amount)

    @property
    def total(self) -> Decimal:
        """What ``amount`` is a share of."""
        return self.lines_total if self.printed_total is None else self.printed_total

    @property
    def is_ambiguous(self) -> bool:
        return self.printed_total is not None


def costs_of(years: Sequence[FrozenYear], organisation: Organisation) -> tuple[YearCost, ...]:
    """Return what the organisation pays of each of ``years``, also those of which it pays nothing."""
    by_lines = {share.year.year: share for share in shares_in(years, organisation.code, LINES)}
    by_printed = {share.year.year: share for share in shares_in(years, organisation.code, PRINTED)}
    lines_years = [year for year in years if year.basis == LINES]
    return tuple(
        _year_cost(year, by_lines.get(year.year), by_printed.get(year.year), organisation) for year in lines_years
    )


def cost_words(costs: Sequence[YearCost]) -> str:
    """Return the cost in words: ``25 762,17 kr``, or ``10 kr för 2023 och 20 kr för 2024``."""
    paid = [cost for cost in costs if cost.amount]
    if len(costs) == 1:
        return costs[0].amount_text
    if not paid:
        return format_kr(0)
    parts = [f"{cost.amount_text} för {cost.year}" for cost in paid]
    return " och ".join([", ".join(parts[:-1]), parts[-1]] if len(parts) > 1 else parts)


def _year_cost(
    year: FrozenYear, lines: FrozenShare | None, printed: FrozenShare | None, organisation: Organisation
) -> YearCost:
    by_lines = lines.member.amount if lines else Decimal(0)
    return YearCost(
        year=year.year,
        amount=printed.member.amount if printed else by_lines,
        by_lines=by_lines,
        lines_total=year.total,
        printed_total=printed.year.total if printed else None,
        areas=_areas(lines) if lines else (),
        sentences=_sentences(lines, organisation) if lines and by_lines else (_nothing(year),),
        calculations=_calculations(lines, organisation) if lines and by_lines else (),
        printed_calculation=printed.member.calculation if printed else "",
    )


def _calculations(share: FrozenShare, organisation: Organisation) -> tuple[str, ...]:
    """Return the figures: of one plain rule as one line, of other rules as what each says and then gives."""
    year, calculation = share.year, share.member.calculation
    if not year.rules:
        return (f"Uträkning i kronor: {calculation}.",)
    return (
        *year.rule_text.split("\n\n"),
        *f"Så blir andelen för {organisation.name}: {calculation}".split("\n\n"),
    )


def _nothing(year: FrozenYear) -> str:
    return year.reason or f"{year.year} har organisationen ingen del av kostnaden."


def _areas(share: FrozenShare) -> tuple[AreaCost, ...]:
    cells = {cell.line: cell for cell in share.member.cells}
    return tuple(
        AreaCost(_name(line), format_amount(line.amount), format_amount(cells[line.key].amount, decimals=2))
        for line in share.year.lines
    )


def _name(line: FrozenLine) -> str:
    return f"{line.area}: {line.label}" if line.label else line.area


def _sentences(share: FrozenShare, organisation: Organisation) -> tuple[str, ...]:
    """Return the calculation in words: the whole, the party's part, the organisation's part of that."""
    year, member = share.year, share.member
    sentences = [f"Den gemensamma kostnaden {year.year} är {format_kr(year.total)} enligt budgetposterna."]
    if year.rules:
        return tuple(sentences)
    weights = {party.slug: party for party in year.parties}
    party, whole = weights[member.party], sum(one.weight for one in year.parties)
    part = Fraction(party.weight, whole)
    fellows = [one for one in year.members if one.party == member.party]
    if len(fellows) == 1:
        sentences.append(f"{organisation.name} bär {_part_words(part)}.")
    else:
        carried = format_kr(Fraction(year.total) * part)
        sentences.append(
            f"{party.name} bär tillsammans {_part_words(part)}, {carried}, och delar den efter {year.key_name.lower()}."
        )
        sentences.append(_weight_sentence(year, member, fellows, organisation))
    if year.parts_date != year.reference_date and len(fellows) > 1:
        sentences.append(
            f"Planen räknar på {year.reference_date.isoformat()}, men för den dagen är bara summan känd. "
            f"Andelen är därför räknad på {year.parts_date.isoformat()}."
        )
    return tuple(sentences)


def _weight_sentence(
    year: FrozenYear, member: FrozenMember, fellows: Sequence[FrozenMember], organisation: Organisation
) -> str:
    own, together = format_integer(member.weight), format_integer(sum(one.weight for one in fellows))
    return (
        f"{organisation.name} har {own} av deras {together} {year.key_unit}, "
        f"räknat per den {year.parts_date.isoformat()}."
    )


def _part_words(part: Fraction) -> str:
    return _PARTS.get(part, f"{part.numerator}/{part.denominator} av kostnaden")

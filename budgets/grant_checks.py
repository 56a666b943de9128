"""What does not agree in a state grant: what it pays for against what it allows, its sums and its duties.

``fault`` is what saving refuses, or what must be mended; ``remark`` is what the reader should know. Saving refuses
over-commitment, an investment charged with more than the year's depreciation, and an amount for a new measure without
a financing afterwards. They are found here where rows have come in another way, or what they rest on has changed.
"""

import datetime
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal

from budgets import grant_limits as limits
from budgets.grant_balances import Balances, balances_of
from budgets.models import GrantAgreement, GrantArea, GrantDuty, GrantFunding, GrantMeasure, GrantShare
from budgets.money import format_kr
from plans.checks import FAULT, REMARK, Finding
from plans.models import Organisation

FACTS_ANCHOR, DUTIES_ANCHOR = "uppgifter", "redovisning"


@dataclass(frozen=True, slots=True)
class _Grant:
    """All that a review reads, fetched in a number of queries that does not grow with the rows."""

    agreement: GrantAgreement
    areas: tuple[GrantArea, ...]
    shares: tuple[GrantShare, ...]
    measures: tuple[GrantMeasure, ...]
    fundings: tuple[GrantFunding, ...]
    duties: tuple[GrantDuty, ...]
    balances: Balances
    line_sums: dict[int, Decimal] = field(default_factory=dict)


def review_grant(
    agreement: GrantAgreement, *, day: datetime.date, organisation: Organisation | None = None
) -> list[Finding]:
    """Return what does not agree on ``day``, in the order of the agreement's page; of one organisation or of all."""
    grant = _fetch(agreement)
    return [
        *_sums(grant),
        *(finding for area in grant.areas for finding in _area(grant, area, organisation)),
        *_duties(grant, day),
    ]


def _fetch(agreement: GrantAgreement) -> _Grant:
    shares = GrantShare.objects.filter(grant_amount__area__agreement=agreement)
    fundings = GrantFunding.objects.filter(share__grant_amount__area__agreement=agreement)
    fundings = fundings.select_related(
        "share__grant_amount__area", "share__organisation", "budget_line__focus_area__plan", "budget_line__funding_form"
    )
    rows = tuple(fundings.order_by("pk"))
    sums: dict[int, Decimal] = defaultdict(Decimal)
    lines = {row.budget_line_id for row in rows}
    # Other grants may pay for the same lines.
    for line, amount in GrantFunding.objects.filter(budget_line__in=lines).values_list("budget_line", "amount"):
        sums[line] += amount
    measures = GrantMeasure.objects.filter(area__agreement=agreement).select_related("organisation")
    return _Grant(
        agreement=agreement,
        areas=tuple(agreement.areas.prefetch_related("amounts").order_by("position", "pk")),
        shares=tuple(shares.select_related("grant_amount__area", "organisation").order_by("organisation__code", "pk")),
        measures=tuple(measures.order_by("organisation__code", "position", "pk")),
        fundings=rows,
        duties=tuple(agreement.duties.order_by("due_on", "pk")),
        balances=balances_of(agreement),
        line_sums=sums,
    )


def _sums(grant: _Grant) -> Iterator[Finding]:
    agreement = grant.agreement
    amounts = [amount for area in grant.areas for amount in area.amounts.all()]
    together = sum((amount.amount for amount in amounts), Decimal(0))
    stated = agreement.total_amount
    if amounts and stated is not None and together != stated:
        more = "mer" if together > stated else "mindre"
        text = (
            f"Beloppen är tillsammans {format_kr(together)}, {format_kr(abs(together - stated))} {more} än "
            f"överenskommelsens {format_kr(stated)}."
        )
        yield Finding("grant_sum", FAULT, text, str(agreement), FACTS_ANCHOR)
    shared: dict[int, Decimal] = defaultdict(Decimal)
    for share in grant.shares:
        shared[share.grant_amount_id] += share.amount
    for amount in amounts:
        if shared[amount.pk] > amount.amount:
            text = (
                f"Tilldelat av {limits.part_name(amount)} till {amount.get_receivers_display()} är tillsammans "
                f"{format_kr(shared[amount.pk])}, mer än beloppet {format_kr(amount.amount)}."
            )
            yield Finding("grant_shared_too_much", FAULT, text, amount.area.name, amount.area.slug)


def _area(grant: _Grant, area: GrantArea, only: Organisation | None) -> Iterator[Finding]:
    shares = [row for row in grant.shares if row.grant_amount.area_id == area.pk]
    measures = [row for row in grant.measures if row.area_id == area.pk]
    fundings = [row for row in grant.fundings if row.share.grant_amount.area_id == area.pk]
    named = {row.organisation.code: row.organisation for row in (*shares, *measures)}
    for _, organisation in sorted(named.items()):
        if only is None or only == organisation:
            own = _own(organisation, shares), _own(organisation, measures)
            paid = [row for row in fundings if row.share.organisation_id == organisation.pk]
            yield from _shares(grant, area, organisation, *own, paid)
            for measure in own[1]:
                yield from _measure(measure, grant.agreement.year)
            for funding in paid:
                yield from _funding(funding, grant)


def _own(organisation: Organisation, rows: list) -> list:
    return [row for row in rows if row.organisation_id == organisation.pk]


def _shares(
    grant: _Grant,
    area: GrantArea,
    organisation: Organisation,
    shares: list[GrantShare],
    measures: list[GrantMeasure],
    fundings: list[GrantFunding],
) -> Iterator[Finding]:
    """What an organisation has committed of an area against what it receives."""

    def finding(code: str, severity: str, text: str) -> Finding:
        return Finding(code, severity, text, f"{area}, {organisation}", area.slug)

    for share in shares:
        if text := limits.over_share(share, grant.balances.of_share(share).lines):
            yield finding("grant_share_overcommitted", FAULT, text)
    balance = grant.balances.of_area(area.pk, organisation.pk)
    sums = {"received": balance.received, "lines": balance.lines, "measures": balance.measures}
    if text := limits.over_area(area, organisation, **sums):
        yield finding("grant_overcommitted", FAULT, text)
    elif text := _unequal(measures, balance.received, balance.lines):
        yield finding("grant_measures_sum", REMARK, text)
    if text := _reserved_elsewhere(shares, measures, fundings):
        yield finding("grant_reserved", REMARK, text)


def _unequal(measures: list[GrantMeasure], received: Decimal, lines: Decimal) -> str:
    """How the measures and lines differ from what is received; empty where they agree or say no amounts at all."""
    known = [measure.amount for measure in measures if measure.amount is not None]
    together = sum(known, Decimal(0))
    if not measures or together + lines == received:
        return ""
    if len(known) == len(measures):
        rest = f" och budgetposterna {format_kr(lines)}" if lines else ""
        return (
            f"Insatserna tar {format_kr(together)}{rest}. Tilldelat är {format_kr(received)}: "
            f"{format_kr(received - together - lines)} är inte intecknat."
        )
    missing = len(measures) - len(known)
    word = "insats saknar" if missing == 1 else "insatser saknar"
    return (
        f"{missing} {word} belopp. Det som är intecknat är tillsammans {format_kr(together + lines)} "
        f"av {format_kr(received)}."
    )


def _reserved_elsewhere(shares: list[GrantShare], measures: list[GrantMeasure], fundings: list[GrantFunding]) -> str:
    """Whether measures that do not name a reserved part need more than the money that is not reserved.

    A measure does not say which amount it takes from. It counts to a reserved part when its words name that part.
    """
    reserved = [share for share in shares if share.grant_amount.is_reserved]
    if not reserved:
        return ""
    names = [limits.part_name(share.grant_amount) for share in reserved]
    free = sum((share.amount for share in shares if not share.grant_amount.is_reserved), Decimal(0))
    others = sum((row.amount for row in measures if row.amount and not _names(row, names)), Decimal(0))
    lines = sum((row.amount for row in fundings if not row.share.grant_amount.is_reserved), Decimal(0))
    if others + lines <= free:
        return ""
    return (
        f"Bara {format_kr(free)} får användas fritt, resten är reserverat ({', '.join(names)}). Det som inte nämner "
        f"något av det tar {format_kr(others + lines)}."
    )


def _names(measure: GrantMeasure, names: list[str]) -> bool:
    words = " ".join((measure.goal, measure.measure, measure.purpose)).casefold()
    return any(name.casefold() in words for name in names)


def _measure(measure: GrantMeasure, year: int) -> Iterator[Finding]:
    def finding(code: str, severity: str, text: str) -> Finding:
        return Finding(code, severity, text, measure.measure, f"insats-{measure.key}")

    if text := limits.unfinanced(measure):
        yield finding("grant_unfinanced", FAULT if measure.amount else REMARK, text)
    if text := limits.above_depreciation(measure, year):
        yield finding("grant_depreciation", FAULT, text)


def _funding(funding: GrantFunding, grant: _Grant) -> Iterator[Finding]:
    line = funding.budget_line

    def finding(code: str, severity: str, text: str) -> Finding:
        return Finding(code, severity, text, limits.line_name(line), f"post-{line.key}")

    if text := limits.misused(funding.share.grant_amount, line):
        yield finding("grant_reserved", FAULT, text)
    if text := limits.over_line(line, grant.line_sums[line.pk]):
        yield finding("grant_line_overfunded", FAULT, text)
    if line.funding_form.is_shared:
        text = f"{limits.line_name(line)} fördelas nu på medlemmarna, men får också statsbidrag."
        yield finding("grant_line_shared", FAULT, text)
    if line.year != grant.agreement.year:
        text = f"{limits.line_name(line)} betalas med bidraget för {grant.agreement.year}."
        yield finding("grant_other_year", REMARK, text)


def _duties(grant: _Grant, day: datetime.date) -> Iterator[Finding]:
    for duty in grant.duties:
        if duty.done_on is None and duty.due_on < day:
            text = f"{duty.name} skulle redovisas till {duty.report_to} senast {duty.due_on} och är inte noterad."
            yield Finding("grant_duty_overdue", FAULT, text, str(grant.agreement), DUTIES_ANCHOR)

"""One grant: areas and amounts per group of receivers, what the money may be used for, and what it asks."""

import datetime
from collections.abc import Iterator
from dataclasses import dataclass

from budgets.grant_checks import review_grant
from budgets.grants import GrantTotals, Outcome, Standing, amounts_of, outcomes_of, receivers_of, totals_of
from budgets.models import GrantAgreement, GrantAmount, GrantArea, GrantCondition
from budgets.money import format_kr
from budgets.rule_parts import key_parts_of
from budgets.rule_words import key_clause
from plans import permissions
from plans.checks import Finding
from skane_digi.grants.duties import DutyRow, duty_rows
from skane_digi.grants.figures import Unit, unit_of
from skane_digi.grants.outcome_words import standing_words

# What else the review finds stands where it belongs: at the sums, at the duties and on each receiver's own page.
SHARED_TOO_MUCH = "grant_shared_too_much"
GROUPS = tuple(GrantAmount.Receivers)
SHORT = {
    GrantAmount.Receivers.REGIONS: "Regioner",
    GrantAmount.Receivers.MUNICIPALITIES: "Kommuner",
    GrantAmount.Receivers.SHARED: "Gemensamt",
    GrantAmount.Receivers.OTHER: "Nationellt stöd",
}


@dataclass(frozen=True, slots=True)
class TotalsRow:
    """An area's, or the whole agreement's, amounts per group of receivers, and a line of them for a narrow page."""

    name: str
    anchor: str
    cells: tuple[str, ...]
    sum_text: str
    narrow_text: str


@dataclass(frozen=True, slots=True)
class TotalsTable:
    groups: tuple[str, ...]
    rows: tuple[TotalsRow, ...]
    total: TotalsRow
    unit: str


@dataclass(frozen=True, slots=True)
class Mismatch:
    """That the amounts are not together what the agreement states."""

    summed: str
    stated: str
    difference: str


@dataclass(frozen=True, slots=True)
class AmountRow:
    """An amount and its rule in words; ``missing`` is the input that is not printed."""

    amount: GrantAmount
    name: str
    receivers: str
    amount_text: str
    rule: str
    missing: str


@dataclass(frozen=True, slots=True)
class ShownArea:
    area: GrantArea
    amounts: tuple[AmountRow, ...]
    conditions: tuple[GrantCondition, ...]


@dataclass(frozen=True, slots=True)
class ReceiverRow:
    """A receiver, what it has been given, which parts differ from the rules and how the others stand, in words."""

    outcome: Outcome
    printed_text: str
    differing: str
    others: str


@dataclass(frozen=True, slots=True)
class AgreementPage:
    agreement: GrantAgreement
    totals: TotalsTable | None
    stated_text: str
    mismatch: Mismatch | None
    faults: tuple[Finding, ...]
    areas: tuple[ShownArea, ...]
    conditions: tuple[GrantCondition, ...]
    duties: tuple[DutyRow, ...]
    receivers: tuple[ReceiverRow, ...]
    may_write: bool


def agreement_page(agreement: GrantAgreement, user, *, day: datetime.date) -> AgreementPage:
    """Return the page of a fetched agreement."""
    totals = totals_of(agreement)
    conditions = tuple(agreement.conditions.all())
    return AgreementPage(
        agreement=agreement,
        totals=_totals_table(agreement, totals) if amounts_of(agreement) else None,
        stated_text=format_kr(agreement.total_amount),
        mismatch=_mismatch(totals),
        faults=tuple(finding for finding in review_grant(agreement, day=day) if finding.code == SHARED_TOO_MUCH),
        areas=tuple(_area(area, conditions) for area in agreement.areas.all()),
        conditions=tuple(condition for condition in conditions if condition.area is None),
        duties=duty_rows(agreement.duties.all(), day),
        receivers=tuple(_receiver(outcome) for outcome in outcomes_of(agreement, receivers_of(agreement))),
        may_write=permissions.can_write_grants(user, agreement.collaboration_id),
    )


def _totals_table(agreement: GrantAgreement, totals: GrantTotals) -> TotalsTable:
    unit = unit_of(amount.amount for amount in amounts_of(agreement))
    groups = tuple(group for group in GROUPS if group in totals.by_group)
    rows = tuple(
        _totals_row(area.name, area.slug, groups, totals.by_area[area.pk], unit) for area in agreement.areas.all()
    )
    total = _totals_row("Summa", "", groups, totals.by_group, unit)
    return TotalsTable(tuple(SHORT[group] for group in groups), rows, total, unit.words)


def _totals_row(name: str, anchor: str, groups, by_group, unit: Unit) -> TotalsRow:
    given = [(SHORT[group].lower(), unit.text(by_group[group])) for group in groups if group in by_group]
    return TotalsRow(
        name=name,
        anchor=anchor,
        cells=tuple(unit.text(by_group.get(group)) for group in groups),
        sum_text=unit.text(sum(by_group.values())),
        narrow_text=", ".join(f"{words} {text}" for words, text in given),
    )


def _mismatch(totals: GrantTotals) -> Mismatch | None:
    if not totals.difference:
        return None
    direction = "mer" if totals.difference > 0 else "mindre"
    return Mismatch(
        summed=format_kr(totals.total),
        stated=format_kr(totals.stated),
        difference=f"Beloppen är tillsammans {format_kr(abs(totals.difference))} {direction} än överenskommelsens.",
    )


def _area(area: GrantArea, conditions: tuple[GrantCondition, ...]) -> ShownArea:
    return ShownArea(
        area=area,
        amounts=tuple(_amounts(area)),
        conditions=tuple(condition for condition in conditions if condition.area_id == area.pk),
    )


def _amounts(area: GrantArea) -> Iterator[AmountRow]:
    for amount in area.amounts.all():
        yield AmountRow(
            amount=amount,
            name=amount.label or area.name,
            receivers=_receivers(amount),
            amount_text=format_kr(amount.amount),
            rule=amount.distribution or _rule(amount),
            missing=amount.missing_input,
        )


def _receivers(amount: GrantAmount) -> str:
    words = amount.get_receivers_display()
    if amount.receiver_count and amount.receivers != GrantAmount.Receivers.OTHER:
        return f"{amount.receiver_count} {words}"
    return words


def _rule(amount: GrantAmount) -> str:
    """Return the rule in words for an amount that has none of its own."""
    if amount.allocation_key is None:
        return "Hur det fördelas är inte angivet."
    rest = f"fördelas {key_clause(key_parts_of(amount.allocation_key))}"
    if amount.base_amount:
        return f"Varje mottagare får {format_kr(amount.base_amount)} i grundbelopp. Resten {rest}."
    return f"Beloppet {rest}."


def _receiver(outcome: Outcome) -> ReceiverRow:
    others = [standing for standing in Standing if standing != Standing.DIFFERS]
    return ReceiverRow(
        outcome=outcome,
        printed_text=format_kr(outcome.printed),
        differing=standing_words(outcome, [Standing.DIFFERS]),
        others=standing_words(outcome, others),
    )

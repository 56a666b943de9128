"""The pages that an agreement is written from: all that it holds, and what one organisation does with it."""

import datetime
from collections.abc import Iterable
from dataclasses import dataclass

from budgets.grant_balances import Balance, Balances, balances_of
from budgets.grant_checks import review_grant
from budgets.grant_limits import part_name
from budgets.models import (
    GrantAgreement,
    GrantAmount,
    GrantArea,
    GrantCondition,
    GrantFunding,
    GrantMeasure,
    GrantShare,
)
from budgets.money import format_kr
from plans.checks import Finding
from plans.models import Organisation
from skane_digi.grants.duties import DutyRow, duty_rows


@dataclass(frozen=True, slots=True)
class Review:
    """What does not agree: faults to be mended, and remarks that the reader should know."""

    faults: tuple[Finding, ...]
    remarks: tuple[Finding, ...]

    @classmethod
    def of(cls, findings: Iterable[Finding]) -> "Review":
        found = list(findings)
        return cls(tuple(one for one in found if one.is_fault), tuple(one for one in found if not one.is_fault))


@dataclass(frozen=True, slots=True)
class AmountRow:
    amount: GrantAmount
    name: str
    amount_text: str


@dataclass(frozen=True, slots=True)
class AreaRow:
    area: GrantArea
    amounts: tuple[AmountRow, ...]


@dataclass(frozen=True, slots=True)
class ReceiverRow:
    organisation: Organisation
    balance: Balance


@dataclass(frozen=True, slots=True)
class EditPage:
    """All of an agreement, to be chosen from and written in."""

    agreement: GrantAgreement
    review: Review
    areas: tuple[AreaRow, ...]
    conditions: tuple[GrantCondition, ...]
    duties: tuple[DutyRow, ...]
    receivers: tuple[ReceiverRow, ...]
    total: Balance
    today: datetime.date

    @property
    def is_empty(self) -> bool:
        """Whether it can be removed: nothing belongs to it."""
        return not (self.areas or self.conditions or self.duties)


def edit_page(agreement: GrantAgreement, *, day: datetime.date) -> EditPage:
    """Return the page as it is on ``day``, in a number of queries that does not grow with the rows."""
    balances = balances_of(agreement)
    organisations = Organisation.objects.filter(pk__in=balances.organisations).by_name()
    areas = agreement.areas.prefetch_related("amounts").order_by("position", "pk")
    return EditPage(
        agreement=agreement,
        review=Review.of(review_grant(agreement, day=day)),
        areas=tuple(AreaRow(area, tuple(_amount(row) for row in area.amounts.all())) for area in areas),
        conditions=tuple(agreement.conditions.select_related("area").order_by("position", "pk")),
        duties=duty_rows(agreement.duties.select_related("area").order_by("due_on", "pk"), day),
        receivers=tuple(ReceiverRow(each, balances.of_organisation(each.pk)) for each in organisations),
        total=balances.total,
        today=day,
    )


def _amount(row: GrantAmount) -> AmountRow:
    return AmountRow(row, row.label or "Hela området", format_kr(row.amount))


@dataclass(frozen=True, slots=True)
class FundedLine:
    """A budget line that a share pays for."""

    funding: GrantFunding
    name: str
    amount_text: str
    used_text: str


@dataclass(frozen=True, slots=True)
class ShareRow:
    share: GrantShare
    name: str
    balance: Balance
    lines: tuple[FundedLine, ...]


@dataclass(frozen=True, slots=True)
class MeasureRow:
    measure: GrantMeasure
    amount_text: str
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AreaUse:
    """What an organisation does with an area's money."""

    area: GrantArea
    balance: Balance
    shares: tuple[ShareRow, ...]
    measures: tuple[MeasureRow, ...]


@dataclass(frozen=True, slots=True)
class ReceiverPage:
    agreement: GrantAgreement
    organisation: Organisation
    is_member: bool
    review: Review
    total: Balance
    areas: tuple[AreaUse, ...]


def receiver_page(agreement: GrantAgreement, organisation: Organisation, *, day: datetime.date) -> ReceiverPage:
    """Return what the organisation has received and committed, in a number of queries that does not grow."""
    balances = balances_of(agreement)
    members = Organisation.objects.in_collaboration(agreement.collaboration_id)
    return ReceiverPage(
        agreement=agreement,
        organisation=organisation,
        is_member=members.filter(pk=organisation.pk).exists(),
        review=Review.of(
            one for one in review_grant(agreement, day=day, organisation=organisation) if one.code in OF_A_RECEIVER
        ),
        total=balances.of_organisation(organisation.pk),
        areas=_areas(agreement, organisation, balances),
    )


# What a receiver's own page tells; the sums and duties of the whole are told on the agreement's.
OF_A_RECEIVER = {
    "grant_share_overcommitted",
    "grant_overcommitted",
    "grant_measures_sum",
    "grant_reserved",
    "grant_unfinanced",
    "grant_depreciation",
    "grant_line_overfunded",
    "grant_line_shared",
    "grant_other_year",
}


def _areas(agreement: GrantAgreement, organisation: Organisation, balances: Balances) -> tuple[AreaUse, ...]:
    shares = GrantShare.objects.filter(grant_amount__area__agreement=agreement, organisation=organisation)
    shares = list(shares.select_related("grant_amount__area").order_by("grant_amount__position", "pk"))
    fundings = GrantFunding.objects.filter(share__in=shares)
    fundings = list(fundings.select_related("budget_line__focus_area__plan").order_by("budget_line__year", "pk"))
    measures = list(
        GrantMeasure.objects.filter(area__agreement=agreement, organisation=organisation).order_by("position", "pk")
    )
    found = []
    for area in agreement.areas.order_by("position", "pk"):
        own = tuple(_share(row, balances, fundings) for row in shares if row.grant_amount.area_id == area.pk)
        taken = tuple(_measure(row) for row in measures if row.area_id == area.pk)
        if own or taken:
            found.append(AreaUse(area, balances.of_area(area.pk, organisation.pk), own, taken))
    return tuple(found)


def _share(share: GrantShare, balances: Balances, fundings: list[GrantFunding]) -> ShareRow:
    lines = tuple(_line(row) for row in fundings if row.share_id == share.pk)
    return ShareRow(share, part_name(share.grant_amount), balances.of_share(share), lines)


def _line(funding: GrantFunding) -> FundedLine:
    line = funding.budget_line
    name = ", ".join(part for part in (line.focus_area.name, line.label) if part)
    return FundedLine(
        funding, f"{name} ({line.focus_area.plan}, {line.year})", format_kr(funding.amount), format_kr(funding.used)
    )


def _measure(measure: GrantMeasure) -> MeasureRow:
    notes = []
    if measure.is_new:
        notes.append("Ny insats")
    if measure.financing_after:
        notes.append(f"När bidraget upphör: {measure.financing_after}")
    if measure.investment_cost is not None:
        notes.append(f"Investering {format_kr(measure.investment_cost)}, skrivs av på {measure.depreciation_years} år")
    return MeasureRow(measure, format_kr(measure.amount), tuple(notes))

"""What one organisation has been given of a grant: printed beside computed, and what it does with the money."""

import datetime
from collections.abc import Iterator
from dataclasses import dataclass

from budgets.grant_balances import balances_of
from budgets.grant_checks import review_grant
from budgets.grants import AreaOutcome, Outcome, PartOutcome, Standing, fundings_of, outcome_of
from budgets.models import GrantAgreement, GrantArea, GrantMeasure
from budgets.money import format_amount, format_kr
from plans import permissions
from plans.checks import Finding
from plans.models import Organisation
from skane_digi.grants.figures import signed
from skane_digi.grants.money_page import BalanceRow, FundingRow, balance_rows, findings_to_show, funding_rows
from skane_digi.grants.outcome_words import standing_words


@dataclass(frozen=True, slots=True)
class PartRow:
    """A part as printed and as computed, in words. ``sentence`` is how it was computed, ``why`` what came of it."""

    part: PartOutcome
    name: str
    printed_text: str
    computed_text: str
    difference_text: str
    sentence: str
    why: str
    remark: str

    @property
    def differs(self) -> bool:
        return self.part.standing == Standing.DIFFERS

    @property
    def standing(self) -> str:
        return self.part.standing.value

    @property
    def standing_text(self) -> str:
        """How it stands as a sentence of its own, on a narrow page."""
        words = f"{self.standing[0].upper()}{self.standing[1:]}"
        return f"{words}: {self.difference_text}." if self.differs else f"{words}."


@dataclass(frozen=True, slots=True)
class MeasureRow:
    measure: GrantMeasure
    amount_text: str


@dataclass(frozen=True, slots=True)
class AreaRows:
    """An area's parts with their sum, and its measures with what they are charged with."""

    area: GrantArea
    parts: tuple[PartRow, ...]
    printed_text: str
    measures: tuple[MeasureRow, ...]
    charged_text: str

    @property
    def is_one_part(self) -> bool:
        """Whether the area is given as a whole, so that its sum says nothing more."""
        return len(self.parts) == 1


@dataclass(frozen=True, slots=True)
class OutcomePage:
    agreement: GrantAgreement
    organisation: Organisation
    words: str
    printed_text: str
    total_text: str
    differing: tuple[PartRow, ...]
    areas: tuple[AreaRows, ...]
    with_measures: tuple[AreaRows, ...]
    balances: tuple[BalanceRow, ...]
    balance: BalanceRow
    fundings: tuple[FundingRow, ...]
    faults: tuple[Finding, ...]
    remarks: tuple[Finding, ...]
    may_write: bool


def outcome_page(agreement: GrantAgreement, organisation: Organisation, user, *, day: datetime.date) -> OutcomePage:
    """Return the page of a fetched agreement for one of those who may receive it."""
    outcome = outcome_of(agreement, organisation)
    areas = tuple(_areas(outcome))
    balances = balances_of(agreement)
    fundings = tuple(funding_rows(fundings_of(agreement, organisation), user))
    findings = findings_to_show(review_grant(agreement, day=day, organisation=organisation), fundings)
    return OutcomePage(
        agreement=agreement,
        organisation=organisation,
        words=standing_words(outcome),
        printed_text=format_kr(outcome.printed),
        total_text=format_amount(outcome.printed),
        differing=tuple(row for area in areas for row in area.parts if row.differs),
        areas=areas,
        with_measures=tuple(area for area in areas if area.measures),
        balances=balance_rows(outcome, balances),
        balance=BalanceRow.of("Tillsammans", balances.of_organisation(organisation.pk)),
        fundings=fundings,
        faults=tuple(finding for finding in findings if finding.is_fault),
        remarks=tuple(finding for finding in findings if not finding.is_fault),
        may_write=permissions.can_write_grants(user, agreement.collaboration_id),
    )


def _areas(outcome: Outcome) -> Iterator[AreaRows]:
    for area in outcome.areas:
        yield AreaRows(
            area=area.area,
            parts=tuple(_part(part, area) for part in area.parts),
            printed_text=format_amount(area.printed if area.has_shares else None),
            measures=tuple(MeasureRow(row, format_amount(row.amount)) for row in area.measures),
            charged_text=format_amount(area.charged) if area.charged else "",
        )


def _part(part: PartOutcome, area: AreaOutcome) -> PartRow:
    return PartRow(
        part=part,
        name=part.grant_amount.label or area.area.name,
        printed_text=format_amount(part.printed),
        computed_text=format_amount(part.computed.amount) if part.computed else "",
        difference_text=signed(part.difference),
        sentence=part.computed.sentence if part.computed else "",
        why=part.why,
        remark=part.share.remark if part.share else "",
    )

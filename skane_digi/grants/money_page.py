"""What an organisation's grant money goes to: the sums of each area, and the budget lines that it pays."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from budgets.grant_balances import Balance, Balances
from budgets.grants import Outcome
from budgets.models import GrantFunding
from budgets.money import format_amount
from plans import permissions
from plans.checks import Finding


@dataclass(frozen=True, slots=True)
class BalanceRow:
    """Sums of an area or of all, in words. ``is_over`` is where more is committed than received."""

    name: str
    received: str
    committed: str
    used: str
    left: str
    is_over: bool

    @classmethod
    def of(cls, name: str, balance: Balance) -> "BalanceRow":
        return cls(
            name=name,
            received=format_amount(balance.received),
            committed=format_amount(balance.committed),
            used=format_amount(balance.used),
            left=format_amount(balance.left),
            is_over=balance.is_over,
        )


@dataclass(frozen=True, slots=True)
class FundingRow:
    """A budget line that is paid. Only who may read its plan is told which; others get its amounts."""

    key: str
    line: str
    plan: str
    plan_url: str
    part: str
    amount: str
    used: str


def balance_rows(outcome: Outcome, balances: Balances) -> tuple[BalanceRow, ...]:
    """Return the sums of every area where something has been received or committed."""
    organisation = outcome.organisation.pk
    found = [(area.area.name, balances.of_area(area.area.pk, organisation)) for area in outcome.areas]
    return tuple(BalanceRow.of(name, balance) for name, balance in found if balance != Balance())


def funding_rows(fundings: Iterable[GrantFunding], user) -> Iterator[FundingRow]:
    """Yield the budget lines that the money pays, as ``user`` may see them."""
    for funding in fundings:
        area, amount = funding.budget_line.focus_area, funding.share.grant_amount
        is_shown = permissions.can_view_plan(user, area.plan)
        yield FundingRow(
            key=funding.budget_line.key if is_shown else "",
            line=_line(funding) if is_shown else "En budgetpost i en plan som inte är öppen för dig",
            plan=area.plan.title if is_shown else "",
            plan_url=area.plan.get_absolute_url() if is_shown else "",
            part=amount.label or amount.area.name,
            amount=format_amount(funding.amount),
            used=format_amount(funding.used),
        )


def findings_to_show(findings: Iterable[Finding], rows: Iterable[FundingRow]) -> tuple[Finding, ...]:
    """Return the findings about an organisation's own money, without those that name a line kept from the reader."""
    shown = {f"post-{row.key}" for row in rows if row.key}
    return tuple(
        finding
        for finding in findings
        if finding.code not in OF_THE_AGREEMENT and (not finding.anchor.startswith("post-") or finding.anchor in shown)
    )


OF_THE_AGREEMENT = {"grant_sum", "grant_shared_too_much", "grant_duty_overdue"}


def _line(funding: GrantFunding) -> str:
    line = funding.budget_line
    return f"{line.focus_area.name}, {line.label}" if line.label else line.focus_area.name

"""Committing an organisation's share of a grant to budget lines of plans, and writing what of it is used.

Nothing is committed twice: two who commit at once wait for each other, and the last is told what is left.
"""

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db import transaction

from budgets.grant_limits import line_name, misused
from budgets.grant_rows import (
    GrantCollision,
    GrantRefused,
    bases_of,
    change,
    create,
    lock_agreement,
    locked,
    remove,
)
from budgets.grant_sums import refuse_over_area, refuse_over_line, refuse_over_share
from budgets.models import BudgetLine, GrantAgreement, GrantFunding, GrantShare
from plans.editing import Clash, last_change, value_digest
from plans.models import Organisation, Plan

FUNDING_FIELDS = ("amount", "used")
GONE = "Inteckningen är borttagen av någon annan. Ladda om sidan och skriv beloppet igen om det ska gälla."


@dataclass(frozen=True, slots=True)
class FundingWish:
    """What a share is to pay of a budget line: ``amount`` is committed, ``None`` for nothing, and ``used`` is booked.

    ``bases`` are the digests of both as the writer first saw them; ``blank_bases()`` for a line not paid for yet.
    """

    line: BudgetLine
    amount: Decimal | None
    used: Decimal
    bases: Mapping[str, str]


def blank_bases() -> dict[str, str]:
    """Return the digests of a line that the share does not pay for."""
    return bases_of(GrantFunding(), FUNDING_FIELDS)


@transaction.atomic
def fund_lines(
    *, share: GrantShare, wishes: Sequence[FundingWish], by, at: datetime.datetime | None = None
) -> list[GrantFunding]:
    """Commit a share to budget lines, change or end that, and write what is used: all of it or nothing.

    Returns all that the share pays for afterwards. A plan that has been sent for decision takes no new money: there,
    what is committed can be used or lowered. The ``field`` of a ``GrantRefused`` is the line's key and the field,
    ``<key>.amount``; empty where the refusal is about the share as a whole.
    """
    _lock_plans(wishes)
    agreement = lock_agreement(share.grant_amount.area.agreement)
    share = locked(share, "grant_amount__area", "organisation")
    pks = [wish.line.pk for wish in wishes]
    rows = BudgetLine.objects.filter(pk__in=pks).select_related("focus_area__plan", "funding_form")
    lines = {line.pk: line for line in rows}
    held = {row.budget_line_id: row for row in share.fundings.filter(budget_line__in=pks).select_related("share")}
    for wish in wishes:
        try:
            _carry_out(wish, agreement, share, lines.get(wish.line.pk), held.get(wish.line.pk), by=by, at=at)
        except GrantRefused as refusal:
            refusal.field = f"{wish.line.key}.{refusal.field or 'amount'}"
            raise
    refuse_over_share(share, "")
    refuse_over_area(share.grant_amount.area, share.organisation, "")
    return list(share.fundings.select_related("budget_line__focus_area__plan").order_by("pk"))


def _lock_plans(wishes: Sequence[FundingWish]) -> None:
    """Plans are locked before anything else, in order: whoever writes in a plan's budget does the same."""
    pks = {wish.line.focus_area.plan_id for wish in wishes}
    list(Plan.objects.select_for_update().filter(pk__in=pks).order_by("pk").values_list("pk"))


def _carry_out(
    wish: FundingWish,
    agreement: GrantAgreement,
    share: GrantShare,
    line: BudgetLine | None,
    held: GrantFunding | None,
    *,
    by,
    at: datetime.datetime | None,
) -> None:
    values = {"amount": wish.amount or None, "used": wish.used}
    untouched = bases_of(GrantFunding(**values), FUNDING_FIELDS) == dict(wish.bases)
    if untouched:
        return
    if line is None or line.focus_area.plan.collaboration_id != agreement.collaboration_id:
        raise GrantRefused("Budgetposten är borttagen ur planen.")
    if held is None and dict(wish.bases) != blank_bases():
        raise GrantRefused(GONE)
    if values["amount"] is None:
        _end(wish, held, by=by, at=at)
        return
    if wish.used > values["amount"]:
        raise GrantRefused("Det förbrukade kan inte vara mer än det intecknade.", "used")
    if held is None:
        _refuse_unpayable(share, line)
        create(GrantFunding(share=share, budget_line=line), values, by=by, at=at)
    else:
        held.share, held.budget_line = share, line
        before = change(held, values, wish.bases, by=by, at=at)
        if held.amount <= before.get("amount", held.amount):
            return
        _refuse_unpayable(share, line)
    refuse_over_line(line)


def _end(wish: FundingWish, held: GrantFunding | None, *, by, at: datetime.datetime | None) -> None:
    if wish.used or (held is not None and held.used):
        raise GrantRefused("Det som är förbrukat är också intecknat. Skriv det intecknade beloppet.")
    if held is None:
        return
    if value_digest(held, "amount") != wish.bases["amount"]:
        raise GrantCollision(held, (Clash("amount", held.amount, None),), last_change(held, ["amount"]))
    remove(held, by=by, at=at)


def _refuse_unpayable(share: GrantShare, line: BudgetLine) -> None:
    """Refuse new money for a line that a grant does not pay, or that may not change now."""
    plan = line.focus_area.plan
    if not Organisation.objects.in_collaboration(plan.collaboration_id).filter(pk=share.organisation_id).exists():
        raise GrantRefused(f"{share.organisation} är inte medlem i samverkan och betalar inget i {plan}.")
    if plan.is_locked:
        raise GrantRefused(f"{plan} är skickad för beslut. Den kan inte få nya statsbidrag.")
    if line.funding_form.is_shared:
        raise GrantRefused(
            f"{line_name(line)} fördelas på medlemmarna ({line.funding_form}). "
            "Ett statsbidrag betalar poster som finansieras på annat sätt."
        )
    if not plan.years.filter(year=line.year).exists():
        raise GrantRefused(f"{line.year} är inget av planens egna år.")
    if reason := misused(share.grant_amount, line):
        raise GrantRefused(reason)

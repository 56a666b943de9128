"""Why a single row of a grant may not be saved as it stands: asked by the administration's forms and by imports.

The pages under Statsbidrag refuse the same where they save (``budgets.grant_funding``,
``budgets.grant_measure_editing``), by the same limits.
"""

from collections.abc import Mapping
from decimal import Decimal

from django.db import models

from budgets.grant_limits import above_depreciation, misused, over_area, over_line, over_share, unfinanced
from budgets.models import GrantAgreement, GrantArea, GrantFunding, GrantMeasure, GrantShare
from plans.models import Organisation

Faults = Mapping[str, str]


def faults_of(row: models.Model) -> Faults:
    """Return Swedish reasons by field name, none where the row may be saved. The row itself need not be saved yet.

    Call it in the transaction that saves, with the plans locked: the grant is locked, so that nobody else commits its
    money before the row is written.
    """
    match row:
        case GrantFunding():
            _lock(row.share.grant_amount.area.agreement_id)
            return _told(amount=_why_not_funded(row) if _asks_for_more(row, "share", "budget_line") else "")
        case GrantMeasure():
            _lock(row.area.agreement_id)
            return _told(
                financing_after=unfinanced(row),
                amount=above_depreciation(row, row.area.agreement.year) or _why_not_measured(row),
            )
        case GrantShare():
            _lock(row.grant_amount.area.agreement_id)
            return _told(amount=_why_not_received(row))
    return {}


def _lock(agreement_id: int) -> None:
    GrantAgreement.objects.select_for_update().filter(pk=agreement_id).first()


def _why_not_funded(row: GrantFunding) -> str:
    share, line = row.share, row.budget_line
    plan, organisation = line.focus_area.plan, share.organisation
    members = Organisation.objects.in_collaboration(plan.collaboration_id)
    if plan.collaboration_id != share.grant_amount.area.agreement.collaboration_id:
        return f"{plan} hör till en annan samverkan än statsbidraget."
    if not members.filter(pk=organisation.pk).exists():
        return f"{organisation} är inte medlem i samverkan och betalar inget i {plan}."
    if plan.is_locked:
        return f"{plan} är skickad för beslut. Den kan inte få nya statsbidrag."
    others = GrantFunding.objects.exclude(pk=row.pk)
    return (
        misused(share.grant_amount, line)
        or over_share(share, _sum(others.filter(share=share)) + row.amount)
        or over_line(line, _sum(others.filter(budget_line=line)) + row.amount)
        or _over_area(share.grant_amount.area, organisation, row)
    )


def _why_not_measured(row: GrantMeasure) -> str:
    if not row.amount or not _asks_for_more(row, "area", "organisation"):
        return ""
    return _over_area(row.area, row.organisation, row)


def _why_not_received(row: GrantShare) -> str:
    """What is given to measures and budget lines stays covered when the share is lowered or moved."""
    stored = GrantShare.objects.filter(pk=row.pk).first()
    if stored is None:
        return ""
    is_moved = (stored.grant_amount_id, stored.organisation_id) != (row.grant_amount_id, row.organisation_id)
    if not is_moved and row.amount >= stored.amount:
        return ""
    if is_moved and row.fundings.exists():
        return "Tilldelningen betalar budgetposter. Ta bort det som är intecknat för dem först."
    area, organisation = stored.grant_amount.area, stored.organisation
    stays = (area.pk, organisation.pk) == (row.grant_amount.area_id, row.organisation_id)
    received = row.amount if stays else Decimal(0)
    committed = _sum(GrantFunding.objects.filter(share=row))
    return over_share(row, committed) or _over_area(area, organisation, row, received=received)


def _over_area(
    area: GrantArea, organisation: Organisation, row: models.Model, *, received: Decimal | None = None
) -> str:
    """Count with the row as it is to be, in place of as it is stored."""
    shares = GrantShare.objects.filter(grant_amount__area=area, organisation=organisation)
    lines = GrantFunding.objects.filter(share__grant_amount__area=area, share__organisation=organisation)
    measures = GrantMeasure.objects.filter(area=area, organisation=organisation, amount__isnull=False)
    return over_area(
        area,
        organisation,
        received=_sum(shares) if received is None else _sum(shares.exclude(pk=row.pk)) + received,
        lines=_with(row, lines, GrantFunding),
        measures=_with(row, measures, GrantMeasure),
    )


def _with(row: models.Model, rows: models.QuerySet, model: type[models.Model]) -> Decimal:
    if not isinstance(row, model):
        return _sum(rows)
    return _sum(rows.exclude(pk=row.pk)) + row.amount


def _asks_for_more(row: models.Model, *places: str) -> bool:
    """Whether the row is new, stands in another place than before, or takes a larger amount."""
    stored = type(row)._default_manager.filter(pk=row.pk).first()
    if stored is None or any(getattr(stored, f"{name}_id") != getattr(row, f"{name}_id") for name in places):
        return True
    return (row.amount or Decimal(0)) > (stored.amount or Decimal(0))


def _sum(rows: models.QuerySet) -> Decimal:
    # Added up here: SQLite would add in floating point.
    return sum(rows.order_by().values_list("amount", flat=True), Decimal(0))


def _told(**reasons: str) -> Faults:
    return {name: reason for name, reason in reasons.items() if reason}

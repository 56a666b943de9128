"""What has been committed of a grant, counted exactly, and refused where it is too much.

Call the functions with the agreement locked, after the change: what they raise undoes it.
"""

from decimal import Decimal

from django.db import models

from budgets.grant_limits import over_area, over_line, over_share
from budgets.grant_rows import GrantRefused
from budgets.models import BudgetLine, GrantArea, GrantFunding, GrantMeasure, GrantShare
from plans.models import Organisation


def refuse_over_share(share: GrantShare, field: str = "amount") -> None:
    """Refuse when budget lines have been given more than the share."""
    if reason := over_share(share, _sum(GrantFunding.objects.filter(share=share))):
        raise GrantRefused(reason, field)


def refuse_over_area(area: GrantArea, organisation: Organisation, field: str = "amount") -> None:
    """Refuse when an organisation's measures and budget lines need more than it receives in the area."""
    reason = over_area(
        area,
        organisation,
        received=_sum(GrantShare.objects.filter(grant_amount__area=area, organisation=organisation)),
        lines=_sum(GrantFunding.objects.filter(share__grant_amount__area=area, share__organisation=organisation)),
        measures=_sum(GrantMeasure.objects.filter(area=area, organisation=organisation, amount__isnull=False)),
    )
    if reason:
        raise GrantRefused(reason, field)


def refuse_over_line(line: BudgetLine, field: str = "amount") -> None:
    """Refuse when grants together pay more than a budget line is."""
    if reason := over_line(line, _sum(GrantFunding.objects.filter(budget_line=line))):
        raise GrantRefused(reason, field)


def _sum(rows: models.QuerySet) -> Decimal:
    # Added up here: SQLite would add in floating point.
    return sum(rows.order_by().values_list("amount", flat=True), Decimal(0))

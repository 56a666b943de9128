"""The grants that a reader may see, one row each."""

import datetime
from dataclasses import dataclass

from django.db.models import Prefetch

from budgets.models import GrantAgreement, GrantArea, GrantDuty
from budgets.money import format_kr
from plans import permissions
from skane_digi.grants.duties import DutyRow, next_duty


@dataclass(frozen=True, slots=True)
class GrantRow:
    """A grant, its whole amount in words, its areas and the report that is owed next."""

    agreement: GrantAgreement
    amount_text: str
    areas: tuple[str, ...]
    duty: DutyRow | None


@dataclass(frozen=True, slots=True)
class ListPage:
    """``may_write`` is whether the reader may lay up a grant."""

    rows: tuple[GrantRow, ...]
    may_write: bool


def list_page(user, *, day: datetime.date) -> ListPage:
    """Return the grants of the collaborations that ``user`` takes part in, the newest year first."""
    agreements = GrantAgreement.objects.prefetch_related(
        Prefetch("areas", GrantArea.objects.order_by("position", "pk")),
        Prefetch("duties", GrantDuty.objects.order_by("due_on", "pk")),
    ).order_by("-year", "name")
    rows = tuple(
        GrantRow(
            agreement=agreement,
            amount_text=format_kr(agreement.total_amount),
            areas=tuple(area.name for area in agreement.areas.all()),
            duty=next_duty(agreement.duties.all(), day),
        )
        for agreement in agreements
        if permissions.can_view_grants(user, agreement.collaboration_id)
    )
    return ListPage(rows, permissions.can_write_grants(user))

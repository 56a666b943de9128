"""What the administration of budgets, cost rules and grants starts from: who writes a row, and what locks it."""

from collections.abc import Callable

from django.db import models
from django.db.models import Q

from budgets.cost_locks import locked_rules
from budgets.grant_row_faults import faults_of
from budgets.resources import BUDGET_RESOURCES
from plans.admin import MasterDataAdmin
from plans.permissions import READS_REFERRALS, WRITES_BUDGETS, rows_to_write
from plans.seen_form import SeenForm
from plans.write_rules import LockedWithPlan, WriteRules, WrittenInCollaboration

SHARED_BY = (
    "En fryst version, eller en plan som är skickad för beslut, fördelar sin kostnad efter detta. "
    "Det kan inte ändras längre."
)


class BudgetDataAdmin(MasterDataAdmin):
    resources = BUDGET_RESOURCES


class LockedWithBudget(LockedWithPlan):
    """Admin of the rows of a plan's budget."""

    writers = WRITES_BUDGETS


class LockedWithCostBasis(WriteRules):
    """Admin of what costs are shared by: read-only once a plan that was sent for decision shares by it.

    ``locks`` gives the condition for the rows that are locked (``budgets.cost_locks``), ``holder`` the foreign key to
    the set, key or rule that the row is a part of; empty for one that is whole in itself. They are no plan's own:
    everyone in the administration sees them.
    """

    locks: Callable[[], Q] = staticmethod(locked_rules)
    holder = ""

    def is_locked(self, obj: models.Model) -> bool:
        held = getattr(obj, self.holder) if self.holder else obj
        return type(held).objects.filter(self.locks(), pk=held.pk).exists()

    def refusal(self, user, obj: models.Model) -> str:
        if self.is_locked(obj):
            return SHARED_BY
        return super().refusal(user, obj)

    def open_places(self, name: str, user) -> models.QuerySet | None:
        """Offer no set, key or rule that a locked plan shares by as the place of a new part."""
        places = super().open_places(name, user)
        if name != self.holder:
            return places
        holders = self.model._meta.get_field(name).related_model.objects
        used = holders.filter(self.locks()).order_by().values("pk")
        return (holders.all() if places is None else places).exclude(pk__in=used)


class GrantForm(SeenForm):
    """A form that refuses what the pages under Statsbidrag refuse, such as more than there is left."""

    def _post_clean(self) -> None:
        super()._post_clean()
        if self.errors:
            return
        for name, reason in faults_of(self.instance).items():
            self.add_error(name if name in self.fields else None, reason)


class WrittenWithGrant(WrittenInCollaboration):
    """Admin of the rows of a grant: everyone in its collaboration reads them, those who write budgets write them."""

    form = GrantForm
    collaboration_path = "agreement__collaboration"
    writers = WRITES_BUDGETS

    def get_queryset(self, request):
        path = self.collaboration_path.removesuffix("collaboration")
        return super().get_queryset(request).filter(rows_to_write(request.user, READS_REFERRALS, path))

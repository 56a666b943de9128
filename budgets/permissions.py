"""Who may write budgets: those who write the plan, and the economist."""

from plans.permissions import WRITES_PLANS
from plans.roles import Role

WRITES_BUDGETS = WRITES_PLANS | {Role.ECONOMIST}

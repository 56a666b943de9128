"""Which total a cost page shares: the sum of the budget lines or, where it differs, the one that the plan prints."""

from dataclasses import dataclass

from budgets.cost_tables import CostTable, PrintedCosts, tabulate
from budgets.shares import load_year
from plans.models import Plan

PRINTED = "tryckt"


@dataclass(frozen=True, slots=True)
class CostChoice:
    """``table`` is what is shown, ``by_lines`` what the budget lines give.

    ``can_switch`` says that the plan prints another total than its lines give.
    """

    table: CostTable
    by_lines: CostTable
    can_switch: bool
    is_printed: bool

    @property
    def query(self) -> dict[str, str]:
        return {"enligt": PRINTED} if self.is_printed else {}


def choose_costs(plan: Plan, year: int, *, wants_printed: bool) -> CostChoice:
    """Return the costs of ``year``. Raises ``AllocationError`` where they cannot be shared."""
    basis, figures = load_year(plan, year), PrintedCosts(plan)
    table = tabulate(basis, figures)
    printed = table.shared_total
    can_switch = printed.disagrees and printed.printed is not None and printed.printed > 0
    if can_switch and wants_printed:
        return CostChoice(tabulate(basis, figures, total=printed.printed), table, can_switch, is_printed=True)
    return CostChoice(table, table, can_switch, is_printed=False)

"""What goes with a row, or keeps it, where the budget has relations to it; ``plans.deletion`` carries it out."""

from budgets.models import BudgetLine, BudgetStatement, NotePlacement, TableNote
from plans.deletion import Declaration, Keeps, Part
from plans.models import FocusArea

DECLARATION: Declaration = {
    FocusArea: {"budget_lines": Part(), "budget_statements": Part()},
    TableNote: {
        "budget_lines": Keeps("Noten står vid budgetposter. Välj en annan not, eller ingen, för dem först."),
        "placements": Part(),
    },
    BudgetLine: {},
    BudgetStatement: {},
    NotePlacement: {},
}

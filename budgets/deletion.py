"""What goes with a row, or keeps it, where the budget has relations to it; ``plans.deletion`` carries it out."""

from budgets.models import BudgetLine, BudgetStatement, NotePlacement, RuleUse, TableNote
from plans.deletion import Declaration, Keeps, Part
from plans.models import FocusArea

DECLARATION: Declaration = {
    FocusArea: {"budget_lines": Part(), "budget_statements": Part(), "rule_uses": Part()},
    TableNote: {
        "budget_lines": Keeps("Noten står vid budgetposter. Välj en annan not, eller ingen, för dem först."),
        "placements": Part(),
    },
    BudgetLine: {
        "rule_uses": Part(),
        "grant_fundings": Keeps(
            "Ett statsbidrag betalar budgetposten. Ta bort det som är intecknat för den under Statsbidrag först."
        ),
    },
    RuleUse: {},
    BudgetStatement: {},
    NotePlacement: {},
}

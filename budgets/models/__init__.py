"""The public surface of the budget models."""

from budgets.models.allocation_key import AllocationKey, KeyFigure, KeyFigureSet
from budgets.models.allocation_rule import AllocationRule, CostBasis, PartyWeight
from budgets.models.funding import BudgetLine, BudgetStatement, FundingForm, NotePlacement, PrintedFigure, TableNote

__all__ = [
    "AllocationKey",
    "AllocationRule",
    "BudgetLine",
    "BudgetStatement",
    "CostBasis",
    "FundingForm",
    "KeyFigure",
    "KeyFigureSet",
    "NotePlacement",
    "PartyWeight",
    "PrintedFigure",
    "TableNote",
]

"""The public surface of the budget models."""

from budgets.models.allocation_key import AllocationKey, KeyComponent, KeyFigure, KeyFigureSet
from budgets.models.allocation_rule import AllocationRule, PartyWeight, RuleLimit
from budgets.models.cost_basis import CostBasis, FigureChoice
from budgets.models.funding import BudgetLine, BudgetStatement, FundingForm, NotePlacement, PrintedFigure, TableNote
from budgets.models.grant import GrantAgreement, GrantAmount, GrantArea, GrantShare
from budgets.models.grant_use import GrantCondition, GrantDuty, GrantFunding, GrantMeasure
from budgets.models.rule_use import RuleSeal, RuleUse
from budgets.models.scenario import Scenario

__all__ = [
    "AllocationKey",
    "AllocationRule",
    "BudgetLine",
    "BudgetStatement",
    "CostBasis",
    "FigureChoice",
    "FundingForm",
    "GrantAgreement",
    "GrantAmount",
    "GrantArea",
    "GrantCondition",
    "GrantDuty",
    "GrantFunding",
    "GrantMeasure",
    "GrantShare",
    "KeyComponent",
    "KeyFigure",
    "KeyFigureSet",
    "NotePlacement",
    "PartyWeight",
    "PrintedFigure",
    "RuleLimit",
    "RuleSeal",
    "RuleUse",
    "Scenario",
    "TableNote",
]

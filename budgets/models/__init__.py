"""The public surface of the budget models."""

from budgets.models.allocation_key import AllocationKey, KeyComponent, KeyFigure, KeyFigureSet
from budgets.models.allocation_rule import AllocationRule, PartyWeight, RuleLimit
from budgets.models.cost_basis import CostBasis, FigureChoice
from budgets.models.funding import BudgetLine, BudgetStatement, FundingForm, NotePlacement, PrintedFigure, TableNote
from budgets.models.grant import GrantAgreement, GrantAmount, GrantArea, GrantShare
from budgets.models.grant_use import GrantCondition, GrantDuty, GrantFunding, GrantMeasure
from budgets.models.invoice import Invoice, InvoiceDocument, InvoiceRow
from budgets.models.invoicing import InvoiceRecipient, Invoicing, InvoicingTerms, LedgerDimension
from budgets.models.payment import BankFile, Payment, Settlement
from budgets.models.rule_use import RuleSeal, RuleUse
from budgets.models.scenario import Scenario

__all__ = [
    "AllocationKey",
    "AllocationRule",
    "BankFile",
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
    "Invoice",
    "InvoiceDocument",
    "InvoiceRecipient",
    "InvoiceRow",
    "Invoicing",
    "InvoicingTerms",
    "KeyComponent",
    "KeyFigure",
    "KeyFigureSet",
    "LedgerDimension",
    "NotePlacement",
    "PartyWeight",
    "Payment",
    "PrintedFigure",
    "RuleLimit",
    "RuleSeal",
    "RuleUse",
    "Scenario",
    "Settlement",
    "TableNote",
]

"""What of budgets, sharing, grants and invoicing goes out and comes in, and by which names a file knows the rows."""

from budgets.cost_resources import COST_RESOURCES
from budgets.grant_resources import GRANT_RESOURCES
from budgets.invoice_resources import INVOICE_RESOURCES
from budgets.models import BudgetLine, BudgetStatement, FundingForm, NotePlacement, PrintedFigure, TableNote
from plans.resources import AREA, COLLABORATION, IN_PLANS_COLLABORATION, PLAN, resource_for

FORM = ({"Finansieringsform": "slug"}, IN_PLANS_COLLABORATION)

BUDGET_RESOURCES = {
    FundingForm: resource_for(
        FundingForm,
        fields=("collaboration", "slug", "name", "description", "is_shared", "position"),
        references={"collaboration": COLLABORATION},
        ids=("collaboration", "slug"),
    ),
    TableNote: resource_for(
        TableNote, fields=("plan", "mark", "text", "position"), references={"plan": PLAN}, ids=("plan", "mark")
    ),
    NotePlacement: resource_for(
        NotePlacement,
        fields=("note", "place", "funding_form", "year", "key"),
        references={"note": {"Handlingsplan": "plan__slug", "Not": "mark"}, "funding_form": FORM},
        ids=("key",),
        other_ids=("note", "place", "funding_form", "year"),
    ),
    BudgetLine: resource_for(
        BudgetLine,
        fields=("focus_area", "year", "funding_form", "label", "amount", "note", "position", "key"),
        references={
            "focus_area": AREA,
            "funding_form": FORM,
            "note": ({"Not": "mark"}, {"Handlingsplan": "plan__slug"}),
        },
        ids=("key",),
        other_ids=("focus_area", "year", "funding_form", "label"),
    ),
    BudgetStatement: resource_for(
        BudgetStatement,
        fields=("focus_area", "year", "printed_heading", "text"),
        references={"focus_area": AREA},
        ids=("focus_area", "year"),
    ),
    PrintedFigure: resource_for(
        PrintedFigure,
        fields=("plan", "kind", "year", "funding_form", "value", "printed_heading", "key"),
        references={"plan": PLAN, "funding_form": FORM},
        ids=("key",),
        other_ids=("plan", "kind", "year", "funding_form"),
    ),
    **COST_RESOURCES,
    **GRANT_RESOURCES,
    **INVOICE_RESOURCES,
}

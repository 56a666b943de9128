"""What of budgets and cost sharing can be exported and imported, and by which names a file knows the rows."""

from budgets.models import (
    AllocationKey,
    AllocationRule,
    BudgetLine,
    BudgetStatement,
    CostBasis,
    FundingForm,
    KeyFigure,
    KeyFigureSet,
    NotePlacement,
    PartyWeight,
    PrintedFigure,
    TableNote,
)
from plans.resources import AREA, COLLABORATION, IN_COLLABORATION, IN_PLANS_COLLABORATION, PLAN, resource_for

FIGURE_SET = {
    "Fördelningsnyckel": "allocation_key__slug",
    "SCB:s regionkod": "region_code",
    "Avser dag": "reference_date",
}
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
    AllocationKey: resource_for(AllocationKey, fields=("slug", "name", "unit", "description"), ids=("slug",)),
    KeyFigureSet: resource_for(
        KeyFigureSet,
        fields=(
            "allocation_key",
            "region_code",
            "reference_date",
            "region_name",
            "quality",
            "source",
            "stated_total",
            "parts_from",
            "remark",
        ),
        references={
            "allocation_key": {"Fördelningsnyckel": "slug"},
            "parts_from": {
                "Delarnas nyckel": "allocation_key__slug",
                "Delarnas regionkod": "region_code",
                "Delarna hämtas från dag": "reference_date",
            },
        },
        ids=("allocation_key", "region_code", "reference_date"),
    ),
    KeyFigure: resource_for(
        KeyFigure,
        fields=("figure_set", "organisation", "value"),
        references={"figure_set": FIGURE_SET, "organisation": {"Organisation": "code"}},
        ids=("figure_set", "organisation"),
    ),
    AllocationRule: resource_for(
        AllocationRule,
        fields=("collaboration", "slug", "name", "description", "allocation_key", "is_default"),
        references={"collaboration": COLLABORATION, "allocation_key": {"Nyckel inom varje part": "slug"}},
        ids=("collaboration", "slug"),
    ),
    PartyWeight: resource_for(
        PartyWeight,
        fields=("rule", "party", "weight"),
        references={
            "rule": {"Samverkan": "collaboration__slug", "Kostnadsfördelningsregel": "slug"},
            "party": ({"Part": "slug"}, IN_COLLABORATION),
        },
        ids=("rule", "party"),
    ),
    CostBasis: resource_for(
        CostBasis,
        fields=("plan_year", "rule", "figure_set"),
        references={
            "plan_year": {"Handlingsplan": "plan__slug", "Verksamhetsår": "year"},
            "rule": ({"Kostnadsfördelningsregel": "slug"}, IN_PLANS_COLLABORATION),
            "figure_set": FIGURE_SET,
        },
        ids=("plan_year",),
    ),
}

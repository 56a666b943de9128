"""Keys, key figures, rules and where they hold, as columns of a file.

Rows go out so that each comes after the one it builds on, and can be read in again in that order.
"""

from collections.abc import Iterator

from django.db import models

from budgets.models import (
    AllocationKey,
    AllocationRule,
    CostBasis,
    FigureChoice,
    KeyComponent,
    KeyFigure,
    KeyFigureSet,
    PartyWeight,
    RuleLimit,
    RuleUse,
)
from plans.importing import MasterDataResource
from plans.resources import AREA, COLLABORATION, IN_COLLABORATION, IN_PLANS_COLLABORATION, resource_for

KEY = {"Fördelningsnyckel": "slug"}
RULE = {"Samverkan": "collaboration__slug", "Kostnadsfördelningsregel": "slug"}
ORGANISATION = {"Organisation": "code"}
PLAN_YEAR = {"Handlingsplan": "plan__slug", "Verksamhetsår": "year"}
FIGURE_SET = {
    "Fördelningsnyckel": "allocation_key__slug",
    "SCB:s regionkod": "region_code",
    "Avser dag": "reference_date",
}
# The sets of a choice are all of the choice's own key.
OF_THE_KEY = {"Fördelningsnyckel": "allocation_key__slug"}
BUDGET_LINE = {
    "Budgetpostens handlingsplan": "focus_area__plan__slug",
    "Budgetpostens insatsområde": "focus_area__slug",
    "Budgetår": "year",
    "Finansieringsform": "funding_form__slug",
    "Del av området": "label",
}


class OrderedResource(MasterDataResource):
    """Rows of a model that points to itself: each follows the row that its field ``builds_on`` names."""

    builds_on = ""

    def iter_queryset(self, queryset: models.QuerySet) -> Iterator[models.Model]:
        pointer = queryset.model._meta.get_field(self.builds_on).attname
        waiting = {row.pk: row for row in super().iter_queryset(queryset)}
        while waiting:
            ready = [pk for pk, row in waiting.items() if getattr(row, pointer) not in waiting]
            # Rows in a ring, each of which builds on another, go out as they come.
            for pk in ready or list(waiting):
                yield waiting.pop(pk)


def _ordered(resource: type[MasterDataResource], builds_on: str) -> type[MasterDataResource]:
    return type(resource)(resource.__name__, (OrderedResource, resource), {"builds_on": builds_on})


COST_RESOURCES = {
    AllocationKey: _ordered(
        resource_for(
            AllocationKey,
            fields=("slug", "name", "unit", "kind", "measured_by", "description"),
            references={"measured_by": {"Ökningen mäts i": "slug"}},
            ids=("slug",),
        ),
        "measured_by",
    ),
    KeyComponent: resource_for(
        KeyComponent,
        fields=("allocation_key", "part", "weight"),
        references={"allocation_key": {"Vägd nyckel": "slug"}, "part": {"Nyckel i summan": "slug"}},
        ids=("allocation_key", "part"),
    ),
    KeyFigureSet: _ordered(
        resource_for(
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
                "allocation_key": KEY,
                "parts_from": {
                    "Delarnas nyckel": "allocation_key__slug",
                    "Delarnas regionkod": "region_code",
                    "Delarna hämtas från dag": "reference_date",
                },
            },
            ids=("allocation_key", "region_code", "reference_date"),
        ),
        "parts_from",
    ),
    KeyFigure: resource_for(
        KeyFigure,
        fields=("figure_set", "organisation", "value"),
        references={"figure_set": FIGURE_SET, "organisation": ORGANISATION},
        ids=("figure_set", "organisation"),
    ),
    AllocationRule: _ordered(
        resource_for(
            AllocationRule,
            fields=(
                "collaboration",
                "slug",
                "name",
                "description",
                "allocation_key",
                "base_amount",
                "rebate_above",
                "rebate_percent",
                "rounding",
                "is_default",
                "decided_on",
                "decided_by",
                "decision_reference",
                "valid_from",
                "valid_to",
                "replaces",
            ),
            references={
                "collaboration": COLLABORATION,
                "allocation_key": {"Nyckel inom varje part": "slug"},
                "replaces": ({"Ersätter": "slug"}, IN_COLLABORATION),
            },
            ids=("collaboration", "slug"),
        ),
        "replaces",
    ),
    PartyWeight: resource_for(
        PartyWeight,
        fields=("rule", "party", "weight", "allocation_key"),
        references={
            "rule": RULE,
            "party": ({"Part": "slug"}, IN_COLLABORATION),
            "allocation_key": {"Egen nyckel inom parten": "slug"},
        },
        ids=("rule", "party"),
    ),
    RuleLimit: resource_for(
        RuleLimit,
        fields=("rule", "organisation", "is_left_out", "cap", "reason"),
        references={"rule": RULE, "organisation": ORGANISATION},
        ids=("rule", "organisation"),
    ),
    CostBasis: resource_for(
        CostBasis,
        fields=("plan_year", "rule", "figure_set"),
        references={
            "plan_year": PLAN_YEAR,
            "rule": ({"Kostnadsfördelningsregel": "slug"}, IN_PLANS_COLLABORATION),
            "figure_set": FIGURE_SET,
        },
        ids=("plan_year",),
    ),
    FigureChoice: resource_for(
        FigureChoice,
        fields=("cost_basis", "allocation_key", "figure_set", "earlier_set"),
        references={
            "cost_basis": {"Handlingsplan": "plan_year__plan__slug", "Verksamhetsår": "plan_year__year"},
            "allocation_key": KEY,
            "figure_set": ({"SCB:s regionkod": "region_code", "Avser dag": "reference_date"}, OF_THE_KEY),
            "earlier_set": (
                {"Ökningens regionkod": "region_code", "Ökningen räknas från dag": "reference_date"},
                OF_THE_KEY,
            ),
        },
        ids=("cost_basis", "allocation_key"),
    ),
    RuleUse: resource_for(
        RuleUse,
        fields=(
            "rule",
            "focus_area",
            "budget_line",
            "reason",
            "decided_on",
            "decided_by",
            "decision_reference",
            "valid_from",
            "valid_to",
            "key",
        ),
        references={"rule": RULE, "focus_area": AREA, "budget_line": BUDGET_LINE},
        ids=("key",),
        other_ids=("rule", "focus_area", "budget_line", "valid_from"),
    ),
}

"""Grants as columns of a file: agreements with their areas and amounts, who receives what, and what it pays for."""

from django.core.exceptions import ValidationError

from budgets.grant_row_faults import faults_of
from budgets.models import (
    GrantAgreement,
    GrantAmount,
    GrantArea,
    GrantCondition,
    GrantDuty,
    GrantFunding,
    GrantMeasure,
    GrantShare,
)
from plans.importing import MasterDataResource
from plans.resources import COLLABORATION, resource_for

AGREEMENT = {"Statsbidrag": "slug"}
GRANT_AREA = {"Statsbidrag": "agreement__slug", "Utvecklingsområde": "slug"}
AREA_IN_AGREEMENT = ({"Utvecklingsområde": "slug"}, {"Statsbidrag": "agreement__slug"})
ORGANISATION = {"Organisation": "code"}
GRANT_AMOUNT = {
    "Statsbidrag": "area__agreement__slug",
    "Utvecklingsområde": "area__slug",
    "Del av utvecklingsområdet": "label",
    "Mottagare": "receivers",
}
SHARE = {
    **{heading: f"grant_amount__{lookup}" for heading, lookup in GRANT_AMOUNT.items()},
    "Organisation": "organisation__code",
}
BUDGET_LINE = {
    "Handlingsplan": "focus_area__plan__slug",
    "Insatsområde": "focus_area__slug",
    "Budgetår": "year",
    "Finansieringsform": "funding_form__slug",
    "Del av området": "label",
}


class LimitedResource(MasterDataResource):
    """Rows that are refused where more of a grant would be given than there is."""

    def validate_instance(self, instance, import_validation_errors=None, validate_unique=True) -> None:
        super().validate_instance(instance, import_validation_errors, validate_unique)
        if self.rules is None or self.skip_row(instance, None, {}):
            return  # a row that the file leaves as it is may say what was printed, also where that is too much
        if faults := faults_of(instance):
            raise ValidationError(dict(faults))


def _limited(resource: type[MasterDataResource]) -> type[MasterDataResource]:
    return type(resource)(resource.__name__, (LimitedResource, resource), {})


GRANT_RESOURCES = {
    GrantAgreement: resource_for(
        GrantAgreement,
        fields=(
            "collaboration",
            "slug",
            "name",
            "year",
            "giver",
            "purpose",
            "total_amount",
            "source",
            "decided_on",
            "decided_by",
            "decision_reference",
            "responsible",
            "contact",
        ),
        references={"collaboration": COLLABORATION},
        ids=("slug",),
    ),
    GrantArea: resource_for(
        GrantArea,
        fields=("agreement", "slug", "name", "may_be_used_for", "object_code", "responsible", "position"),
        references={"agreement": AGREEMENT},
        ids=("agreement", "slug"),
    ),
    GrantAmount: resource_for(
        GrantAmount,
        fields=(
            "area",
            "label",
            "receivers",
            "receiver_count",
            "amount",
            "is_reserved",
            "distribution",
            "base_amount",
            "allocation_key",
            "figure_set",
            "earlier_set",
            "missing_input",
            "position",
            "key",
        ),
        references={
            "area": GRANT_AREA,
            "allocation_key": {"Fördelningsnyckel": "slug"},
            "figure_set": {
                "Nyckeltalens nyckel": "allocation_key__slug",
                "Nyckeltalens regionkod": "region_code",
                "Nyckeltalen avser dag": "reference_date",
            },
            "earlier_set": {
                "Ökningens nyckel": "allocation_key__slug",
                "Ökningens regionkod": "region_code",
                "Ökningen räknas från dag": "reference_date",
            },
        },
        ids=("key",),
        other_ids=("area", "label", "receivers"),
    ),
    GrantShare: _limited(
        resource_for(
            GrantShare,
            fields=("grant_amount", "organisation", "amount", "remark", "key"),
            references={"grant_amount": GRANT_AMOUNT, "organisation": ORGANISATION},
            ids=("key",),
            other_ids=("grant_amount", "organisation"),
        )
    ),
    GrantCondition: resource_for(
        GrantCondition,
        fields=("agreement", "area", "text", "position", "key"),
        references={"agreement": AGREEMENT, "area": AREA_IN_AGREEMENT},
        ids=("key",),
    ),
    GrantDuty: resource_for(
        GrantDuty,
        fields=("agreement", "area", "name", "report_to", "due_on", "responsible", "done_on", "remark", "key"),
        references={"agreement": AGREEMENT, "area": AREA_IN_AGREEMENT},
        ids=("key",),
        other_ids=("agreement", "area", "name", "due_on"),
    ),
    GrantMeasure: _limited(
        resource_for(
            GrantMeasure,
            fields=(
                "area",
                "organisation",
                "goal",
                "measure",
                "purpose",
                "amount",
                "is_new",
                "financing_after",
                "investment_cost",
                "depreciation_years",
                "in_use_from",
                "position",
                "key",
            ),
            references={"area": GRANT_AREA, "organisation": ORGANISATION},
            ids=("key",),
        )
    ),
    GrantFunding: _limited(
        resource_for(
            GrantFunding,
            fields=("share", "budget_line", "amount", "used", "key"),
            references={"share": SHARE, "budget_line": BUDGET_LINE},
            ids=("key",),
            other_ids=("share", "budget_line"),
        )
    ),
}

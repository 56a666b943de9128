"""How the two real plans of the demonstration came about, and a draft to write in.

Both were sent on paper, so they are kept as printed with their faults. What the documents do not say, such as what each
municipality decided, is not made up.
"""

import datetime

from django.db import transaction

from plans.deciding import Wish, record_decision
from plans.lifecycle import add_past_step
from plans.models import Body, Decision, DecisionCondition, Organisation, Plan, PlanStep
from skane_digi.workflows import record_as_printed, start_next_plan

FAULT_STANDS = "Så står det i dokumentet som huvudmännen fick. Det återges oförändrat och rättas i en senare plan."


@transaction.atomic
def record_history(by) -> None:
    """Keep both plans as printed, with what is known of the decisions about them, and start the plan for 2025."""
    first = Plan.objects.get(slug="2022-2023")
    version = record_as_printed(
        plan=first,
        acknowledgements=FAULT_STANDS,
        status=Plan.Status.ADOPTED,
        reason="Planen beslutades på papper 2022. Den återges ur originalet.",
        by=by,
    )
    add_past_step(
        plan=first,
        kind=PlanStep.Kind.RECOMMEND,
        body=Body.objects.get(collaboration=first.collaboration_id, slug="cso"),
        taken_on=datetime.date(2022, 3, 1),
        comment="Rekommenderar de 34 huvudmännen att anta strategin och fastställa handlingsplan och budget.",
        by=by,
    )
    region = Organisation.objects.in_collaboration(first.collaboration_id).get(kind=Organisation.Kind.REGION)
    condition = Wish(
        DecisionCondition.Kind.ALL_MUNICIPALITIES, "Under förutsättning att de skånska kommunerna gör detsamma."
    )
    record_decision(
        version=version,
        organisation=region,
        stage=Decision.Stage.PROPOSES,
        outcome=Decision.Outcome.CONDITIONAL,
        instance="Hälso- och sjukvårdsnämnden",
        decided_on=datetime.date(2022, 4, 5),
        comment="Dagen är beslutsförslagets. Regionens andel för 2023 är 1 150 000 kronor.",
        conditions=[condition],
        by=by,
    )
    record_decision(
        version=version,
        organisation=region,
        outcome=Decision.Outcome.CONDITIONAL,
        instance="Regionstyrelsen",
        comment="Enligt förslaget till beslut. Protokollet finns inte bland handlingarna, så dagen är inte känd.",
        conditions=[condition],
        by=by,
    )
    second = Plan.objects.get(slug="2024")
    record_as_printed(
        plan=second,
        acknowledgements=FAULT_STANDS,
        status=Plan.Status.DECIDING,
        reason="Planen är sänd till huvudmännen på papper. Den återges ur originalet, daterat 2023-02-13.",
        by=by,
    )
    start_next_plan(plan=second, years=[2025], by=by)

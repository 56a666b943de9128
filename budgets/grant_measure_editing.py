"""Writing the measures that an organisation takes with a grant.

Each function is one transaction that locks the agreement, and the log tells it. All raise ``GrantRefused`` with a
Swedish sentence, and the field that it is about, where the change cannot be made; then nothing is changed.
"""

import datetime
from collections.abc import Mapping

from django.db import transaction

from budgets.grant_limits import above_depreciation, unfinanced
from budgets.grant_rows import GrantRefused, change, create, lock_agreement, locked, remove
from budgets.grant_sums import refuse_over_area
from budgets.models import GrantArea, GrantMeasure
from plans.models import LogEntry, Organisation

MEASURE_FIELDS = (
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
)
Values, Bases = Mapping[str, object], Mapping[str, str]


@transaction.atomic
def create_measure(
    *, area: GrantArea, organisation: Organisation, values: Values, by, at: datetime.datetime | None = None
) -> GrantMeasure:
    """Add a measure that an organisation takes with the area's money."""
    agreement = lock_agreement(area.agreement)
    area = locked(area)
    place = area.measures.filter(organisation=organisation).count() + 1
    values = {**values, "position": values.get("position") or place}
    measure = create(GrantMeasure(area=area, organisation=organisation), values, by=by, at=at)
    _refuse_wrong_charge(measure, agreement.year)
    if measure.amount:
        refuse_over_area(area, organisation)
    return measure


@transaction.atomic
def change_measure(
    *, measure: GrantMeasure, values: Values, bases: Bases, by, at: datetime.datetime | None = None
) -> GrantMeasure:
    """Change a measure, its amount or its investment."""
    agreement = lock_agreement(measure.area.agreement)
    measure = locked(measure, "area", "organisation")
    before = change(measure, values, bases, by=by, at=at)
    _refuse_wrong_charge(measure, agreement.year)
    if (measure.amount or 0) > (before.get("amount", measure.amount) or 0):
        refuse_over_area(measure.area, measure.organisation)
    return measure


@transaction.atomic
def remove_measure(*, measure: GrantMeasure, by, at: datetime.datetime | None = None) -> LogEntry:
    """Remove a measure; its money is free again."""
    lock_agreement(measure.area.agreement)
    return remove(locked(measure), by=by, at=at)


def _refuse_wrong_charge(measure: GrantMeasure, year: int) -> None:
    """Refuse an amount that the grant's conditions do not let the measure be charged with."""
    if not measure.amount:
        return
    if reason := unfinanced(measure):
        raise GrantRefused(reason, "financing_after")
    if reason := above_depreciation(measure, year):
        raise GrantRefused(reason, "amount")

"""Writing what a state grant is: the agreement, its areas and amounts, what each receives, conditions and duties.

Each function is one transaction that locks the agreement, and the log tells it. All raise ``GrantRefused`` with a
Swedish sentence, and the field that it is about, where the change cannot be made; then nothing is changed. ``values``
are by field name, ``bases`` the digests of them as the writer first saw them (``grant_rows.bases_of``). What the money
pays for is written by ``budgets.grant_measure_editing`` and ``budgets.grant_funding``.
"""

import datetime
from collections.abc import Iterable, Mapping

from django.db import models, transaction
from django.utils.text import slugify

from budgets.grant_limits import misused
from budgets.grant_rows import GrantRefused, bases_of, change, create, lock_agreement, locked, remove
from budgets.grant_sums import refuse_over_area, refuse_over_share
from budgets.models import (
    AllocationKey,
    GrantAgreement,
    GrantAmount,
    GrantArea,
    GrantCondition,
    GrantDuty,
    GrantFunding,
    GrantShare,
)
from budgets.money import format_kr
from plans.models import Collaboration, LogEntry, Organisation

AGREEMENT_FIELDS = (
    "name",
    "year",
    "giver",
    "purpose",
    "total_amount",
    "decided_on",
    "decided_by",
    "decision_reference",
    "responsible",
    "contact",
    "source",
)
AREA_FIELDS = ("name", "may_be_used_for", "object_code", "responsible", "position")
AMOUNT_FIELDS = (
    "label",
    "receivers",
    "amount",
    "is_reserved",
    "receiver_count",
    "base_amount",
    "allocation_key",
    "figure_set",
    "earlier_set",
    "distribution",
    "missing_input",
    "position",
)
SHARE_FIELDS = ("amount", "remark")
CONDITION_FIELDS = ("text", "area", "position")
DUTY_FIELDS = ("name", "report_to", "due_on", "area", "responsible", "done_on", "remark")
TAKEN_SLUGS = {"nytt"}  # an address of its own
Values, Bases = Mapping[str, object], Mapping[str, str]


@transaction.atomic
def create_agreement(
    *, collaboration: Collaboration, values: Values, by, at: datetime.datetime | None = None
) -> GrantAgreement:
    """Lay up a grant of one year."""
    taken = TAKEN_SLUGS | set(GrantAgreement.objects.values_list("slug", flat=True))
    slug = _free_slug(f"{values['name']} {values['year']}", taken, GrantAgreement)
    return create(GrantAgreement(collaboration=collaboration, slug=slug), values, by=by, at=at)


@transaction.atomic
def change_agreement(
    *, agreement: GrantAgreement, values: Values, bases: Bases, by, at: datetime.datetime | None = None
) -> GrantAgreement:
    """Change what a grant says of itself."""
    agreement = lock_agreement(agreement)
    change(agreement, values, bases, by=by, at=at)
    return agreement


@transaction.atomic
def remove_agreement(*, agreement: GrantAgreement, by, at: datetime.datetime | None = None) -> LogEntry:
    """Remove a grant that holds nothing yet."""
    return remove(lock_agreement(agreement), by=by, at=at)


@transaction.atomic
def create_area(*, agreement: GrantAgreement, values: Values, by, at: datetime.datetime | None = None) -> GrantArea:
    """Add a development area, last unless its position says otherwise."""
    agreement = lock_agreement(agreement)
    slug = _free_slug(str(values["name"]), set(agreement.areas.values_list("slug", flat=True)), GrantArea)
    row = GrantArea(agreement=agreement, slug=slug)
    return create(row, _placed(values, agreement.areas.all()), by=by, at=at)


@transaction.atomic
def change_area(*, area: GrantArea, values: Values, bases: Bases, by, at: datetime.datetime | None = None) -> GrantArea:
    """Change an area. Its reserved money keeps its lines, also where the area gives the name of its part."""
    lock_agreement(area.agreement)
    area = locked(area)
    change(area, values, bases, by=by, at=at)
    for grant_amount in area.amounts.filter(is_reserved=True):
        _refuse_misuse(grant_amount, "name")
    return area


@transaction.atomic
def remove_area(*, area: GrantArea, by, at: datetime.datetime | None = None) -> LogEntry:
    """Remove an area that nothing hangs on."""
    lock_agreement(area.agreement)
    return remove(locked(area), by=by, at=at)


@transaction.atomic
def create_amount(*, area: GrantArea, values: Values, by, at: datetime.datetime | None = None) -> GrantAmount:
    """Add an amount of an area to a group of receivers."""
    lock_agreement(area.agreement)
    area = locked(area)
    grant_amount = create(GrantAmount(area=area), _placed(values, area.amounts.all()), by=by, at=at)
    _refuse_unfit(grant_amount)
    return grant_amount


@transaction.atomic
def change_amount(
    *, grant_amount: GrantAmount, values: Values, bases: Bases, by, at: datetime.datetime | None = None
) -> GrantAmount:
    """Change an amount. One that pays for lines of another name cannot become reserved."""
    lock_agreement(grant_amount.area.agreement)
    grant_amount = locked(grant_amount, "area")
    change(grant_amount, values, bases, by=by, at=at)
    _refuse_unfit(grant_amount)
    _refuse_misuse(grant_amount, "is_reserved")
    return grant_amount


@transaction.atomic
def remove_amount(*, grant_amount: GrantAmount, by, at: datetime.datetime | None = None) -> LogEntry:
    """Remove an amount that nobody has received anything of."""
    lock_agreement(grant_amount.area.agreement)
    return remove(locked(grant_amount, "area"), by=by, at=at)


@transaction.atomic
def create_share(
    *,
    grant_amount: GrantAmount,
    organisation: Organisation,
    values: Values,
    by,
    at: datetime.datetime | None = None,
) -> GrantShare:
    """Write down what an organisation receives of an amount, as its decision prints it."""
    lock_agreement(grant_amount.area.agreement)
    row = GrantShare(grant_amount=locked(grant_amount, "area"), organisation=organisation)
    return create(row, values, by=by, at=at)


@transaction.atomic
def change_share(
    *, share: GrantShare, values: Values, bases: Bases, by, at: datetime.datetime | None = None
) -> GrantShare:
    """Change what an organisation receives, but never to less than it has committed."""
    lock_agreement(share.grant_amount.area.agreement)
    share = locked(share, "grant_amount__area", "organisation")
    before = change(share, values, bases, by=by, at=at)
    if share.amount < before.get("amount", share.amount):
        refuse_over_share(share)
        refuse_over_area(share.grant_amount.area, share.organisation)
    return share


@transaction.atomic
def remove_share(*, share: GrantShare, by, at: datetime.datetime | None = None) -> LogEntry:
    """Remove a share that pays for no line, and that the organisation's measures do not need."""
    lock_agreement(share.grant_amount.area.agreement)
    share = locked(share, "grant_amount__area", "organisation")
    entry = remove(share, by=by, at=at)
    refuse_over_area(share.grant_amount.area, share.organisation)
    return entry


@transaction.atomic
def create_condition(
    *, agreement: GrantAgreement, values: Values, by, at: datetime.datetime | None = None
) -> GrantCondition:
    """Add a condition of the whole agreement or of one area."""
    agreement = lock_agreement(agreement)
    row = GrantCondition(agreement=agreement)
    return create(row, _placed(values, agreement.conditions.all()), by=by, at=at)


@transaction.atomic
def change_condition(
    *, condition: GrantCondition, values: Values, bases: Bases, by, at: datetime.datetime | None = None
) -> GrantCondition:
    """Change a condition's words or place."""
    lock_agreement(condition.agreement)
    condition = locked(condition)
    change(condition, values, bases, by=by, at=at)
    return condition


@transaction.atomic
def remove_condition(*, condition: GrantCondition, by, at: datetime.datetime | None = None) -> LogEntry:
    """Remove a condition."""
    lock_agreement(condition.agreement)
    return remove(locked(condition), by=by, at=at)


@transaction.atomic
def create_duty(*, agreement: GrantAgreement, values: Values, by, at: datetime.datetime | None = None) -> GrantDuty:
    """Add a report that is owed."""
    return create(GrantDuty(agreement=lock_agreement(agreement)), values, by=by, at=at)


@transaction.atomic
def change_duty(*, duty: GrantDuty, values: Values, bases: Bases, by, at: datetime.datetime | None = None) -> GrantDuty:
    """Change a report that is owed. When its day is moved the reminders begin anew."""
    lock_agreement(duty.agreement)
    duty = locked(duty)
    change(duty, values, bases, by=by, at=at)
    return duty


@transaction.atomic
def mark_duty(*, duty: GrantDuty, done_on: datetime.date | None, by, at: datetime.datetime | None = None) -> GrantDuty:
    """Say which day a report was given, or with ``None`` that it has not been. Then its reminders end, or go on."""
    lock_agreement(duty.agreement)
    duty = locked(duty)
    if duty.done_on is not None and done_on is not None and duty.done_on != done_on:
        raise GrantRefused(f"Redovisningen är redan noterad den {duty.done_on}. Ångra det först om dagen är fel.")
    change(duty, {"done_on": done_on}, bases_of(duty, ["done_on"]), by=by, at=at)
    return duty


@transaction.atomic
def remove_duty(*, duty: GrantDuty, by, at: datetime.datetime | None = None) -> LogEntry:
    """Remove a report that nobody has been reminded of."""
    lock_agreement(duty.agreement)
    return remove(locked(duty), by=by, at=at)


def _refuse_unfit(grant_amount: GrantAmount) -> None:
    """Refuse figures of another key than the amount is shared by, and base amounts that are more than all of it."""
    key = grant_amount.allocation_key
    for name in ("figure_set", "earlier_set"):
        figure_set = getattr(grant_amount, name)
        if figure_set is None:
            continue
        if key is None:
            raise GrantRefused("Välj först vilken nyckel beloppet fördelas efter.", "allocation_key")
        measured = key.measured_by if key.kind == AllocationKey.Kind.INCREASE else key
        if measured.kind == AllocationKey.Kind.MEASURE and figure_set.allocation_key_id != measured.pk:
            raise GrantRefused(f"Välj nyckeltal för {measured}.", name)
    if grant_amount.earlier_set and key.kind != AllocationKey.Kind.INCREASE:
        raise GrantRefused("Bara en nyckel som är en ökning räknas från ett tidigare värde.", "earlier_set")
    together = (grant_amount.base_amount or 0) * (grant_amount.receiver_count or 0)
    if together > grant_amount.amount:
        raise GrantRefused(f"Grundbeloppen är tillsammans {format_kr(together)}, mer än hela beloppet.", "base_amount")


def _refuse_misuse(grant_amount: GrantAmount, field: str) -> None:
    fundings = GrantFunding.objects.filter(share__grant_amount=grant_amount)
    for funding in fundings.select_related("budget_line__focus_area"):
        if reason := misused(grant_amount, funding.budget_line):
            raise GrantRefused(reason, field)


def _placed(values: Values, rows: models.QuerySet) -> Values:
    """Return ``values`` with the last place where none is given."""
    if values.get("position"):
        return values
    last = rows.aggregate(last=models.Max("position"))["last"] or 0
    return {**values, "position": last + 1}


def _free_slug(name: str, taken: Iterable[str], model: type[models.Model]) -> str:
    longest = model._meta.get_field("slug").max_length
    stem = slugify(name.translate(str.maketrans("åäöÅÄÖ", "aaoAAO")))[: longest - 4].strip("-") or "bidrag"
    numbered = (f"{stem}-{number}" for number in range(2, 1000))
    return next(slug for slug in (stem, *numbered) if slug not in taken)

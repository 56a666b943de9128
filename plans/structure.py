"""Adding, ordering, moving, splitting and ending the rows of a draft. Each change is one transaction and in the log."""

import datetime
import json
from collections.abc import Iterable, Sequence

from django.db import models, transaction
from django.utils import timezone
from django.utils.text import slugify

from plans import log
from plans.deletion import REMOVALS, ROWS, Declaration, delete_row, remove, snapshot, told, whole_of
from plans.editing import EditRefused, check, lock_plan, locked_row, tidy
from plans.models import (
    Activity,
    ActivityPeriod,
    AreaLineage,
    Body,
    FocusArea,
    Goal,
    LogEntry,
    Plan,
    PlanSection,
    Responsibility,
    WatchedMatter,
)

# What a row is ordered among: those with the same values of these fields.
SIBLINGS: dict[type[models.Model], tuple[str, ...]] = {
    FocusArea: ("plan",),
    Goal: ("focus_area",),
    Activity: ("period", "parent"),
    PlanSection: ("plan", "place"),
    WatchedMatter: ("plan",),
    Responsibility: ("focus_area",),
}


def siblings_of(row: models.Model) -> models.QuerySet:
    """Return the rows that ``row`` is ordered among, itself included, in order."""
    names = SIBLINGS[type(row)]
    same = {name: getattr(row, row._meta.get_field(name).attname) for name in names}
    return type(row)._default_manager.filter(**same).order_by("position", "pk")


@transaction.atomic
def add_row(row: models.Model, *, by, at: datetime.datetime | None = None) -> models.Model:
    """Save the new ``row`` last among its siblings, log it and return it. Raises ``EditRefused``."""
    lock_plan(row)
    if isinstance(row, Activity) and row.parent_id:
        row.parent = locked_row(row.parent)  # it may have been moved since it was read
    for field in row._meta.concrete_fields:
        if isinstance(field, models.CharField | models.TextField) and field.name not in ("key", "slug"):
            setattr(row, field.attname, tidy(field, getattr(row, field.attname)))
    if type(row) in SIBLINGS:
        row.position = _next_position(siblings_of(row))
    check(row, {field.name for field in row._meta.fields})
    row.save()
    log.record(action=LogEntry.Action.CREATED, subject=row, by=by, at=at, after=told(row))
    return row


@transaction.atomic
def add_area(*, plan: Plan, name: str, by, at: datetime.datetime | None = None) -> FocusArea:
    """Add a focus area, stated to be new, last in the plan."""
    area = FocusArea(plan=plan, name=tidy(FocusArea._meta.get_field("name"), name))
    area.slug = _free_slug(area.name, plan.focus_areas, _removed_areas(plan))
    if not area.slug:
        raise EditRefused("Skriv områdets namn. Det behöver minst en bokstav eller siffra.")
    add_row(area, by=by, at=at)
    add_row(AreaLineage(plan=plan, kind=AreaLineage.Kind.NEW, successor=area), by=by, at=at)
    return area


@transaction.atomic
def add_section(*, plan: Plan, heading: str, place: str, by, at: datetime.datetime | None = None) -> PlanSection:
    """Add a section of running text before or after the areas."""
    section = PlanSection(plan=plan, heading=tidy(PlanSection._meta.get_field("heading"), heading), place=place)
    section.slug = _free_slug(section.heading, plan.sections)
    if not section.slug:
        raise EditRefused("Skriv avsnittets rubrik. Den behöver minst en bokstav eller siffra.")
    return add_row(section, by=by, at=at)


@transaction.atomic
def add_period(
    *, area: FocusArea, start_year: int, end_year: int | None, by, at: datetime.datetime | None = None
) -> ActivityPeriod:
    """Add a period of activities; without ``end_year`` it has no end."""
    period = ActivityPeriod(focus_area=area, start_year=start_year, end_year=end_year)
    _refuse_same_years(period)
    return add_row(period, by=by, at=at)


@transaction.atomic
def add_responsibility(
    *, area: FocusArea, body: Body, on_behalf_of: Body | None = None, by, at: datetime.datetime | None = None
) -> Responsibility:
    """Say that ``body`` answers for the area. Raises ``EditRefused`` for a body of another collaboration."""
    for chosen in filter(None, (body, on_behalf_of)):
        if chosen.collaboration_id != area.plan.collaboration_id:
            raise EditRefused(f"{chosen} hör till en annan samverkan än planen.")
    return add_row(Responsibility(focus_area=area, body=body, on_behalf_of=on_behalf_of), by=by, at=at)


@transaction.atomic
def move_row(
    row: models.Model, *, steps: int = 0, before: int | None = None, by, at: datetime.datetime | None = None
) -> tuple[int, int]:
    """Move ``row`` some ``steps`` among its siblings, or to stand before the one whose id is ``before`` (0: last).

    Returns its new place and how many there are, counted from 1. A row at the end stays where it is.
    """
    lock_plan(row)
    row = locked_row(row)
    rows = list(siblings_of(row))
    old = rows.index(row)
    rows.pop(old)
    if before is None:
        new = min(max(old + steps, 0), len(rows))
    else:
        places = {other.pk: place for place, other in enumerate(rows)}
        new = old if before == row.pk else places.get(before, len(rows))
    rows.insert(new, row)
    if new != old:
        _number(rows)
        words = ({"position": old + 1}, {"position": new + 1})
        log.record(action=LogEntry.Action.MOVED, subject=row, by=by, at=at, before=words[0], after=words[1])
    return new + 1, len(rows)


@transaction.atomic
def move_activity(activity: Activity, *, area: FocusArea, by, at: datetime.datetime | None = None) -> ActivityPeriod:
    """Move a whole activity to another area of the plan, to its period of the same years, made where there is none."""
    plan = lock_plan(activity)
    activity, area = locked_row(activity), locked_row(area)
    old = activity.period
    if area.plan_id != plan.pk:
        raise EditRefused(f"{area} hör till en annan plan.")
    if activity.parent_id:
        raise EditRefused("En delaktivitet flyttar med sin aktivitet. Flytta hela aktiviteten.")
    if area.pk == old.focus_area_id:
        raise EditRefused(f"Aktiviteten ligger redan i {area}.")
    period = area.periods.filter(start_year=old.start_year, end_year=old.end_year).first()
    if period is None:
        period = add_period(area=area, start_year=old.start_year, end_year=old.end_year, by=by, at=at)
    _place(activity, period)
    log.record(
        action=LogEntry.Action.MOVED,
        subject=activity,
        by=by,
        at=at,
        before={"period": f"{old.focus_area}, {old}"},
        after={"period": f"{area}, {period}"},
    )
    return period


@transaction.atomic
def set_period_years(
    period: ActivityPeriod, *, start_year: int, end_year: int | None, by, at: datetime.datetime | None = None
) -> ActivityPeriod:
    """Change the years of a period. Raises ``EditRefused`` where the area has a period of those years already."""
    lock_plan(period)
    period = locked_row(period)
    before = {"start_year": period.start_year, "end_year": period.end_year}
    after = {"start_year": start_year, "end_year": end_year}
    if before == after:
        return period
    period.start_year, period.end_year = start_year, end_year
    _refuse_same_years(period)
    check(period, {"focus_area", "start_year", "end_year"})
    period.save(update_fields=["start_year", "end_year"])
    log.record(action=LogEntry.Action.CHANGED, subject=period, by=by, at=at, before=before, after=after)
    return period


@transaction.atomic
def split_period(
    period: ActivityPeriod, *, year: int, later: Iterable[int] = (), by, at: datetime.datetime | None = None
) -> ActivityPeriod:
    """Split a period so that a new one begins with ``year``, and return the new one.

    The activities whose ids are in ``later`` go there with their sub-activities; the others stay. The texts stay.
    """
    lock_plan(period)
    period = locked_row(period)
    at = at or timezone.now()  # one moment, by which the history tells that it was one act
    if period.start_year == period.end_year:
        raise EditRefused(f"{period} är ett enda år och kan inte delas.")
    if not period.start_year < year or (period.end_year is not None and year > period.end_year):
        last = period.end_year or "ett senare år"
        raise EditRefused(f"{period} kan delas från och med {period.start_year + 1} till och med {last}.")
    before = {"start_year": period.start_year, "end_year": period.end_year}
    new = ActivityPeriod(focus_area=period.focus_area, start_year=year, end_year=period.end_year)
    _refuse_same_years(new)
    check(new, {"start_year", "end_year"})
    period.end_year = year - 1
    _refuse_same_years(period)
    period.save(update_fields=["end_year"])
    after = {"start_year": period.start_year, "end_year": period.end_year}
    log.record(action=LogEntry.Action.CHANGED, subject=period, by=by, at=at, before=before, after=after)
    add_row(new, by=by, at=at)
    for activity in period.activities.top_level().filter(pk__in=list(later)):
        _place(activity, new)
        log.record(
            action=LogEntry.Action.MOVED,
            subject=activity,
            by=by,
            at=at,
            before={"period": str(period)},
            after={"period": str(new)},
        )
    return new


@transaction.atomic
def end_area(
    area: FocusArea, *, reason: str, declaration: Declaration, by, at: datetime.datetime | None = None
) -> LogEntry:
    """Take an area that comes from an earlier plan out of this one, and state why it ends.

    Returns the entry that ``plans.deletion.restore`` takes. Raises ``EditRefused`` without a reason, and for an area
    that is new in this plan: that one is simply removed.
    """
    plan = lock_plan(area)
    area = locked_row(area)
    reason = tidy(AreaLineage._meta.get_field("reason"), reason)
    if not reason:
        raise EditRefused(f"Skriv varför {area} avslutas.")
    steps = list(AreaLineage.objects.filter(plan=plan, successor=area, predecessor__isnull=False))
    if not steps:
        raise EditRefused(f"{area} är nytt i den här planen och har inget att avsluta. Ta bort det i stället.")
    rows = whole_of(area, declaration)
    entry = log.record(
        action=LogEntry.Action.ENDED,
        subject=area,
        by=by,
        at=at,
        before={**told(area), ROWS: snapshot(rows)},
        after={"reason": reason},
    )
    ended = [step for step in steps if not _goes_on(step)]
    for step in ended:
        step.kind, step.successor, step.reason = AreaLineage.Kind.ENDED, None, reason
        step.save(update_fields=["kind", "successor", "reason"])
    remove([row for row in rows if row not in ended])
    return entry


def _goes_on(step: AreaLineage) -> bool:
    """Whether the area that ``step`` comes from is continued by another area of the plan as well."""
    others = AreaLineage.objects.filter(plan=step.plan_id, predecessor=step.predecessor_id, successor__isnull=False)
    return others.exclude(pk=step.pk).exists()


@transaction.atomic
def remove_area(area: FocusArea, *, declaration: Declaration, by, at: datetime.datetime | None = None) -> LogEntry:
    """Remove an area that is new in its plan. Raises ``EditRefused`` for one that comes from an earlier plan."""
    lock_plan(area)
    if AreaLineage.objects.filter(successor=area, predecessor__isnull=False).exists():
        raise EditRefused(f"{area} finns i en tidigare plan. Avsluta området och skriv skälet.")
    return delete_row(area, declaration=declaration, by=by, at=at)


def _place(activity: Activity, period: ActivityPeriod) -> None:
    """Put the activity and its sub-activities last in ``period``."""
    activity.position = _next_position(period.activities.filter(parent__isnull=True))
    activity.period = period
    activity.save(update_fields=["period", "position"])
    activity.sub_activities.update(period=period)


def _number(rows: Sequence[models.Model]) -> None:
    changed = []
    for position, row in enumerate(rows, start=1):
        if row.position != position:
            row.position = position
            changed.append(row)
    type(rows[0])._default_manager.bulk_update(changed, ["position"])


def _next_position(rows: models.QuerySet) -> int:
    return (rows.aggregate(last=models.Max("position"))["last"] or 0) + 1


def _removed_areas(plan: Plan) -> set[str]:
    """Return the short names of areas that have been removed: one that is put back has its own, and so has its log."""
    removals = LogEntry.objects.filter(plan_slug=plan.slug, subject=FocusArea._meta.label_lower, action__in=REMOVALS)
    return {json.loads(key)[-1] for key in removals.values_list("subject_key", flat=True)}


def _free_slug(name: str, taken: models.Manager, kept: Iterable[str] = ()) -> str:
    """Return an address made from the name, numbered where another row has it; empty where none can be made."""
    stem = slugify(name)[:70]
    used = {*taken.filter(slug__startswith=stem).values_list("slug", flat=True), *kept}
    candidates = (stem, *(f"{stem}-{number}" for number in range(2, len(used) + 3)))
    return next(slug for slug in candidates if slug not in used) if stem else ""


def _refuse_same_years(period: ActivityPeriod) -> None:
    same = period.focus_area.periods.filter(start_year=period.start_year, end_year=period.end_year)
    if same.exclude(pk=period.pk).exists():
        raise EditRefused(f"{period.focus_area} har redan en period för {period}. Lägg aktiviteterna där.")

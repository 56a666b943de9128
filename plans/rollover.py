"""A new plan's text from the plan before: areas that continue, change name or end, and what follows with each."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.db import IntegrityError, transaction
from django.utils.text import slugify

from plans.models import (
    Activity,
    ActivityPeriod,
    AreaLineage,
    FocusArea,
    Goal,
    Plan,
    PlanSection,
    PlanYear,
    Responsibility,
    WatchedMatter,
)
from plans.rollover_choices import AreaChoice, NextPlan, RolloverError, checked, years_slug, years_words
from plans.row_copy import OWN_ID, OWN_KEY, Copied, Declaration, LeftOut, Renewed, copy_of

_NEW_AREA = Renewed("Den nya planens område.")
DECLARATION: Declaration = {
    Plan: {
        "id": OWN_ID,
        "collaboration": Copied(),
        "slug": Renewed("Väljs när planen börjas."),
        "title": Renewed("Väljs när planen börjas."),
        "subtitle": Copied(),
        "status": LeftOut("En ny plan är ett utkast."),
        "dated_on": LeftOut("Ett utkast är inte daterat."),
        "date_note": LeftOut("Förklarar den gamla planens datum."),
        "years": Renewed("De nya verksamhetsåren."),
        "sections": Copied(),
        "watched_matters": Copied(),
        "focus_areas": Copied("Områden som fortsätter eller byter namn; ett som avslutas stannar."),
        "lineage": Renewed("Skrivs ur valet för varje område."),
        "comment_threads": LeftOut("Samtalet om den gamla planens text; det som är kvar att göra skrivs om i den nya."),
        "referrals": LeftOut("Den nya planen har inte varit ute på remiss."),
        "versions": LeftOut("Den nya planen är inte fryst ännu."),
        "decision_rounds": LeftOut("Den nya planen är inte sänd för beslut."),
        "steps": LeftOut("Den nya planen börjar sin egen väg till beslut."),
    },
    PlanYear: {
        "id": OWN_ID,
        "plan": Renewed("Den nya planen."),
        "year": Renewed("De nya verksamhetsåren."),
    },
    PlanSection: {
        "id": OWN_ID,
        "key": OWN_KEY,
        "plan": Renewed("Den nya planen."),
        "heading": Renewed("Åren i rubriken byts; texten själv är den gamla."),
        "slug": Renewed("Åren i adressen byts."),
        "place": Copied(),
        "position": Copied(),
        "text": Copied(),
    },
    WatchedMatter: {
        "id": OWN_ID,
        "key": OWN_KEY,
        "plan": Renewed("Den nya planen."),
        "name": Copied(),
        "description": Copied(),
        "position": Copied(),
    },
    FocusArea: {
        "id": OWN_ID,
        "plan": Renewed("Den nya planen."),
        "slug": Renewed("Följer namnet när det byts."),
        "name": Renewed("Det gamla, eller det nya när området byter namn."),
        "abbreviation": Renewed("Hör till namnet; tom när området byter namn."),
        "table_name": Renewed("Hör till namnet; tomt när området byter namn."),
        "position": Copied(),
        "background": Copied(),
        "purpose": Copied(),
        "goals": Copied(),
        "periods": Copied("Perioder som når planens sista år eller längre, flyttade till de nya åren."),
        "responsibilities": Copied(),
        "origins": Renewed("En ny rad säger att området fortsätter eller byter namn."),
        "successions": LeftOut("Vad som kommer efter det nya området är ännu okänt."),
    },
    AreaLineage: {
        "id": OWN_ID,
        "key": OWN_KEY,
        "plan": Renewed("Den nya planen."),
        "kind": Renewed("Valet för området."),
        "predecessor": Renewed("Området i planen före."),
        "successor": Renewed("Det nya området."),
        "reason": Renewed("Skälet som angavs."),
    },
    Goal: {
        "id": OWN_ID,
        "key": OWN_KEY,
        "focus_area": _NEW_AREA,
        "text": Copied(),
        "position": Copied(),
    },
    Responsibility: {
        "id": OWN_ID,
        "focus_area": _NEW_AREA,
        "body": Copied(),
        "on_behalf_of": Copied(),
        "position": Copied(),
    },
    ActivityPeriod: {
        "id": OWN_ID,
        "key": OWN_KEY,
        "focus_area": _NEW_AREA,
        "start_year": Renewed("Tidigast de nya årens första."),
        "end_year": Renewed("De nya årens sista för en period som är slut."),
        "introduction": Renewed("Den gamla; flera förs ihop när perioderna blir en."),
        "no_activities_reason": Renewed("Det gamla, utom där en sammanförd period har aktiviteter."),
        "activities": Copied("Också de ogjorda från planens sista år, om det väljs."),
    },
    Activity: {
        "id": OWN_ID,
        "key": OWN_KEY,
        "period": Renewed("Den flyttade perioden."),
        "parent": Renewed("Kopian av aktiviteten som den är en del av."),
        "text": Copied(),
        "position": Renewed("Ordningen i perioden, räknad om där perioder förs ihop."),
        "sub_activities": Copied(),
    },
}


@dataclass(frozen=True, slots=True)
class RolledArea:
    """What became of one area; ``after`` is ``None`` for one that ends."""

    kind: AreaLineage.Kind
    before: FocusArea
    after: FocusArea | None
    lineage: AreaLineage
    goal_count: int = 0
    activity_count: int = 0


@dataclass(frozen=True, slots=True)
class RolledPlan:
    """The new draft and what it got, areas in the order of the plan before."""

    source: Plan
    plan: Plan
    areas: tuple[RolledArea, ...]
    section_count: int
    watched_count: int

    @property
    def area_after(self) -> dict[int, FocusArea]:
        """The new area by the old one's id."""
        return {area.before.pk: area.after for area in self.areas if area.after}


def start_plan_from(
    source: Plan,
    *,
    years: Iterable[int],
    slug: str = "",
    title: str = "",
    choices: Mapping[str, AreaChoice] | None = None,
    with_unfinished: bool = True,
) -> RolledPlan:
    """Make a draft for ``years`` out of ``source`` and return what it got.

    ``choices`` is by area slug; an area without one continues. ``with_unfinished`` takes the activities of the old
    plan's last year along. Call it in a transaction. Raises ``RolloverError`` and then nothing is changed. The number
    of queries does not grow with the plan.
    """
    Plan.objects.select_for_update().get(pk=source.pk)
    source = Plan.objects.with_content().get(pk=source.pk)
    wanted = checked(source, years=years, slug=slug, title=title, choices=choices or {})
    plan = _saved(copy_of(source, DECLARATION, slug=wanted.slug, title=wanted.title))
    PlanYear.objects.bulk_create(PlanYear(plan=plan, year=year) for year in wanted.years)
    PlanSection.objects.bulk_create(_sections(source, plan, wanted.years))
    WatchedMatter.objects.bulk_create(
        copy_of(matter, DECLARATION, plan=plan) for matter in source.watched_matters.all()
    )
    pairs = _copy_areas(source, plan, wanted)
    activity_counts = _copy_activities(source, pairs, wanted.years, with_unfinished=with_unfinished)
    return RolledPlan(
        source=source,
        plan=plan,
        areas=tuple(_rolled(area, after, lineage, activity_counts) for area, after, lineage in pairs),
        section_count=len(source.sections.all()),
        watched_count=len(source.watched_matters.all()),
    )


def _saved(plan: Plan) -> Plan:
    try:
        with transaction.atomic():
            plan.save()
    except IntegrityError as error:  # somebody else took the slug since it was checked
        raise RolloverError({"slug": f"Det finns redan en handlingsplan med kortnamnet ”{plan.slug}”."}) from error
    return plan


def _sections(source: Plan, plan: Plan, years: Sequence[int]) -> list[PlanSection]:
    old = [row.year for row in source.years.all()]
    return [
        copy_of(
            section,
            DECLARATION,
            plan=plan,
            heading=section.heading.replace(years_words(old), years_words(years)),
            slug=section.slug.replace(years_slug(old), years_slug(years)),
        )
        for section in source.sections.all()
    ]


def _copy_areas(source: Plan, plan: Plan, wanted: NextPlan) -> list[tuple[FocusArea, FocusArea | None, AreaLineage]]:
    pairs: list[tuple[FocusArea, FocusArea | None, AreaLineage]] = []
    for area in source.focus_areas.all():
        choice = wanted.choices[area.slug]
        kind = choice.kind
        after = None
        if kind != AreaLineage.Kind.ENDED:
            is_renamed = kind == AreaLineage.Kind.RENAMED
            after = copy_of(
                area,
                DECLARATION,
                plan=plan,
                slug=slugify(choice.name)[:80] if is_renamed else area.slug,
                name=choice.name if is_renamed else area.name,
                abbreviation="" if is_renamed else area.abbreviation,
                table_name="" if is_renamed else area.table_name,
            )
        lineage = AreaLineage(plan=plan, kind=kind, predecessor=area, successor=after, reason=choice.reason)
        pairs.append((area, after, lineage))
    kept = [(area, after) for area, after, _ in pairs if after]
    FocusArea.objects.bulk_create(after for _, after in kept)
    for _, after, lineage in pairs:
        lineage.successor = after  # now that it has an id
    AreaLineage.objects.bulk_create(lineage for *_, lineage in pairs)
    Goal.objects.bulk_create(
        copy_of(goal, DECLARATION, focus_area=after) for area, after in kept for goal in area.goals.all()
    )
    Responsibility.objects.bulk_create(
        copy_of(row, DECLARATION, focus_area=after) for area, after in kept for row in area.responsibilities.all()
    )
    return pairs


def place_period(
    period: ActivityPeriod, *, last_year: int, years: Sequence[int], with_unfinished: bool
) -> tuple[int, int | None] | None:
    """Return the first and last year of ``period`` in a plan for ``years`` after one that ended with ``last_year``.

    ``None`` means that it does not follow: it is over.
    """
    if period.end_year is not None and period.end_year < years[0]:
        return (years[0], years[-1]) if with_unfinished and period.end_year >= last_year else None
    return max(period.start_year, years[0]), period.end_year


def _copy_activities(source: Plan, pairs, years: Sequence[int], *, with_unfinished: bool) -> dict[int, int]:
    """Copy periods and their activities; return how many activities each old area gave, by its id."""
    last_year = source.years.all()[len(source.years.all()) - 1].year
    joined: dict[tuple, list[ActivityPeriod]] = defaultdict(list)
    for area, after, _ in pairs:
        for period in area.periods.all() if after else ():
            place = place_period(period, last_year=last_year, years=years, with_unfinished=with_unfinished)
            if place:
                joined[after, *place].append(period)
    periods = {
        place: copy_of(
            olds[0],
            DECLARATION,
            focus_area=place[0],
            start_year=place[1],
            end_year=place[2],
            introduction="".join(old.introduction for old in olds),
            no_activities_reason=_reason(olds),
        )
        for place, olds in joined.items()
    }
    ActivityPeriod.objects.bulk_create(periods.values())
    copies: dict[int, Activity] = {}
    counts: dict[int, int] = defaultdict(int)
    parts = []
    for place, olds in joined.items():
        activities = [activity for old in olds for activity in old.activities.all()]
        counts[olds[0].focus_area_id] += len(activities)
        parts += [(activity, periods[place]) for activity in activities if activity.parent_id]
        tops = [activity for activity in activities if not activity.parent_id]
        for position, activity in enumerate(tops, start=1):
            copies[activity.pk] = copy_of(activity, DECLARATION, period=periods[place], parent=None, position=position)
    Activity.objects.bulk_create(copies.values())
    Activity.objects.bulk_create(
        copy_of(part, DECLARATION, period=period, parent=copies[part.parent_id], position=part.position)
        for part, period in parts
    )
    return counts


def _reason(olds: Sequence[ActivityPeriod]) -> str:
    if len(olds) > 1 and any(old.activities.all() for old in olds):
        return ""
    return "".join(old.no_activities_reason for old in olds)


def _rolled(area: FocusArea, after: FocusArea | None, lineage: AreaLineage, counts: Mapping[int, int]) -> RolledArea:
    return RolledArea(
        kind=AreaLineage.Kind(lineage.kind),
        before=area,
        after=after,
        lineage=lineage,
        goal_count=len(area.goals.all()) if after else 0,
        activity_count=counts.get(area.pk, 0),
    )

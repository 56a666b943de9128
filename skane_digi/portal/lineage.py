"""A focus area's kin in the plans before and after, as links."""

from dataclasses import dataclass

from plans.models import FocusArea, Plan


@dataclass(frozen=True, slots=True)
class Kin:
    """The same area in another plan. ``relation`` is "före" or "efter"."""

    relation: str
    title: str
    plan_title: str
    url: str


def kin(area: FocusArea, user) -> tuple[Kin, ...]:
    """Return the area's forerunners and followers in the plans that ``user`` may see; ``area`` fetched with content."""
    before = [row.predecessor for row in area.origins.all() if row.predecessor]
    after = [row.successor for row in area.successions.all() if row.successor]
    if not before and not after:
        return ()
    plans = {other.plan_id for other in [*before, *after]}
    visible = set(Plan.objects.visible_to(user).filter(pk__in=plans).values_list("pk", flat=True))
    return tuple(
        Kin(relation, other.title, other.plan.title, other.get_absolute_url())
        for relation, others in (("före", before), ("efter", after))
        for other in others
        if other.plan_id in visible
    )

"""What stands at the head of every page of a plan: the tabs to its other pages, and which version is in force."""

from dataclasses import dataclass

from django.urls import reverse

from plans.models import DecisionRound, Plan, PlanVersion
from plans.permissions import can_view_plan, can_view_register, can_view_version, has_papers

State = DecisionRound.State


@dataclass(frozen=True, slots=True)
class Tab:
    """A page of the plan. ``year`` tells pages of the same kind apart."""

    key: str
    label: str
    url: str
    year: int | None = None


@dataclass(frozen=True, slots=True)
class Notice:
    """What the reader should know of the versions, and where to go."""

    text: str
    links: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class PlanHead:
    """``current`` is the latest version that the reader may see, ``standing`` the one that is adopted."""

    tabs: tuple[Tab, ...]
    notice: Notice | None
    current: PlanVersion | None
    standing: PlanVersion | None


def plan_head(plan: Plan, user) -> PlanHead:
    """Return the head of the plan's pages for ``user``, who need not be one of those who may see the plan's own."""
    versions = [
        version
        for version in plan.versions.without_files().select_related("round").order_by("number")
        if can_view_version(user, version)
    ]
    current = versions[-1] if versions else None
    standing = next((version for version in versions if version.round.state == State.ADOPTED), None)
    sees_plan = can_view_plan(user, plan)
    return PlanHead(
        tabs=tuple(_tabs(plan, user, versions, sees_plan=sees_plan)),
        notice=_notice(plan, current, standing) if sees_plan else None,
        current=current,
        standing=standing,
    )


def _tabs(plan: Plan, user, versions: list[PlanVersion], *, sees_plan: bool) -> list[Tab]:
    tabs = [Tab("plan", "Planen", plan.get_absolute_url())]
    if sees_plan:
        tabs += _pages(plan)
    if versions and can_view_register(user, plan):
        tabs.append(Tab("decisions", "Beslut", reverse("decisions:board", args=[plan.slug])))
    if versions:
        tabs.append(Tab("versions", "Versioner", reverse("versions:list", args=[plan.slug])))
    if versions and has_papers(user, plan):
        tabs.append(Tab("papers", "Handlingar", reverse("papers:papers", args=[plan.slug])))
    return tabs


def _pages(plan: Plan) -> list[Tab]:
    years = [row.year for row in plan.years.all()]
    tabs = [Tab("budget", "Budget", reverse("portal:budget", args=[plan.slug]))]
    for key, word in (("costs", "Kostnader"), ("map", "Karta")):
        for year in years:
            label = f"{word} {year}" if len(years) > 1 else word
            tabs.append(Tab(key, label, reverse(f"portal:{key}", args=[plan.slug, year]), year))
    if getattr(plan, "has_plan_before", False):
        tabs.append(Tab("comparison", "Jämförelse", reverse("portal:comparison", args=[plan.slug])))
    if plan.status == Plan.Status.REFERRAL:
        tabs.append(Tab("referral", "Remiss", reverse("workspace:referral", args=[plan.slug])))
    return tabs


def _notice(plan: Plan, current: PlanVersion | None, standing: PlanVersion | None) -> Notice | None:
    if current is None:
        return None
    revision = ("Se vad som är ändrat", reverse("versions:revision", args=[plan.slug]))
    if plan.is_locked:
        if standing is None or standing == current:
            return None
        text = f"Version {current.number} är inte fastställd än. Version {standing.number} gäller tills den är det."
        changes = reverse("versions:comparison", args=[plan.slug, current.number])
        return Notice(text, (_page(standing), ("Se vad som är ändrat", changes)))
    if standing:
        text = f"Utkast till revidering. Version {standing.number} gäller tills den nya är fastställd."
        return Notice(text, (_page(standing), revision))
    text = f"Utkast. Version {current.number} är återförvisad och gäller inte."
    return Notice(text, (_page(current), revision))


def _page(version: PlanVersion) -> tuple[str, str]:
    address = reverse("versions:page", args=[version.plan.slug, version.number])
    return f"Läs version {version.number}", address

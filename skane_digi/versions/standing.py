"""What the public reads of a plan under revision: its standing version, never the draft's own rows."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self

from django.db.models import Exists, OuterRef, QuerySet

from plans.models import Plan, PlanVersion
from plans.permissions import can_view_plan, visible_versions
from skane_digi.documents.tree import Area, PlanDocument
from skane_digi.versions.freezing import document_of_version


@dataclass(frozen=True, slots=True)
class StandingPlan:
    """A plan under revision as it is for those who may not see the draft. ``version`` comes with its plan."""

    version: PlanVersion
    document: PlanDocument

    @classmethod
    def read(cls, version: PlanVersion) -> Self:
        return cls(version, document_of_version(version))


def standing_plans(user) -> list[StandingPlan]:
    """Return the standing version of each plan under revision whose draft ``user`` may not see, in one query."""
    return [StandingPlan.read(version) for version in _in_place_of_drafts(user).defer("pdf").order_by("plan")]


def standing_in_place(user, slug: str) -> PlanVersion | None:
    """Return the version that ``user`` is to read in place of the plan, where that is a draft kept from them."""
    return _in_place_of_drafts(user).without_files().filter(plan__slug=slug).first()


def version_to_print(user, slug: str) -> PlanVersion | None:
    """Return the version, with its PDF, that is the plan's printed form to ``user``: the latest once it has been sent.

    In place of a draft kept from them it is the one that stands; a draft of their own has none.
    """
    sent = PlanVersion.objects.filter(plan__slug=slug, plan__status__in=Plan.PUBLIC_STATUSES).select_related("plan")
    latest = sent.defer("content", "allocation").order_by("number").last()
    return latest or _in_place_of_drafts(user).filter(plan__slug=slug).defer("content", "allocation").first()


def standing_numbers(plans: Iterable[Plan]) -> dict[int, int]:
    """Return the number of the version that stands while a plan is revised, by the plan's id."""
    revised = [plan.pk for plan in plans if not plan.is_decided]
    return dict(PlanVersion.objects.standing().filter(plan__in=revised).values_list("plan", "number"))


def title_for(user, plan: Plan) -> str:
    """Return the plan's title; to those who may not see the draft, as its standing or latest open version has it."""
    if can_view_plan(user, plan):
        return plan.title
    visible = plan.versions.filter(visible_versions(user, PlanVersion)).defer("pdf", "allocation")
    version = visible.standing().first() or visible.order_by("number").last()
    return document_of_version(version).title if version else ""


def frozen_document(plan: Plan) -> PlanDocument | None:
    """Return what was frozen of a plan that has been sent for decision; ``None`` for a draft, and without a version.

    Its own rows are locked. But a document repeats figures and names of the plan before, which may be under revision.
    """
    if not plan.is_locked:
        return None
    version = plan.versions.defer("pdf", "allocation").order_by("number").last()
    return document_of_version(version) if version else None


def frozen_area(plan: Plan, slug: str) -> Area | None:
    """Return a focus area as ``frozen_document`` has it, or ``None`` where nothing is frozen."""
    document = frozen_document(plan)
    return next((area for area in document.areas if area.slug == slug), None) if document else None


def _in_place_of_drafts(user) -> QuerySet[PlanVersion]:
    readable = Plan.objects.visible_to(user).filter(pk=OuterRef("plan"))
    standing = PlanVersion.objects.standing().exclude(plan__status__in=Plan.PUBLIC_STATUSES)
    return standing.filter(~Exists(readable)).select_related("plan__collaboration", "round")

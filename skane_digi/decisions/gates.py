"""Who comes in to record a decision or to follow a plan's steps, and what title a plan has to those who may not see it.

A view behind a gate gets the row, not its name. What a reader may not see is not there; without an account they are
asked to sign in, whether it is there or not.
"""

import functools
from collections.abc import Callable

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.cache import never_cache

from plans import permissions
from plans.lifecycle import current_version
from plans.models import Organisation, Plan
from skane_digi.accounts.sent_to_sign_in import sent_to_sign_in
from skane_digi.versions.standing import title_for

View = Callable[..., HttpResponse]


def for_those(may: Callable[[object, Plan], bool]) -> Callable[[View], View]:
    """Let in those of whom ``may(user, plan)`` is true, whatever state the plan is in."""

    def gate(view: View) -> View:
        @never_cache
        @functools.wraps(view)
        def guarded(request: HttpRequest, slug: str, *args, **kwargs) -> HttpResponse:
            plan = Plan.objects.with_years().with_plan_before(request.user).filter(slug=slug).first()
            if plan is None or not may(request.user, plan):
                return _turned_away(request)
            return view(request, _as_seen_by(request.user, plan), *args, **kwargs)

        return guarded

    return gate


def recorders(view: View) -> View:
    """Let in those who may record what the organisation decides on the plan's latest version; the view gets both."""

    @never_cache
    @functools.wraps(view)
    def guarded(request: HttpRequest, slug: str, code: str, *args, **kwargs) -> HttpResponse:
        if not request.user.is_authenticated:
            return _turned_away(request)
        plan = get_object_or_404(Plan.objects.with_years(), slug=slug)
        version, organisation = current_version(plan), get_object_or_404(Organisation, code=code)
        if version is None or not permissions.can_record_decision(request.user, version, organisation):
            raise Http404
        version.plan = _as_seen_by(request.user, plan)
        return view(request, version, organisation, *args, **kwargs)

    return guarded


def may_follow(user, plan: Plan) -> bool:
    """Whether ``user`` may see which steps the plan has taken: who works on it, and who may read its decisions.

    A draft that has not been sent yet is nobody else's, so that it is not told that there is one.
    """
    if permissions.can_view_drafts(user, plan.collaboration_id):
        return True
    is_known = permissions.can_view_plan(user, plan) or plan.versions.exists()
    return is_known and permissions.can_view_register(user, plan)


def _turned_away(request: HttpRequest) -> HttpResponse:
    if request.user.is_authenticated:
        raise Http404
    return sent_to_sign_in(request)


def _as_seen_by(user, plan: Plan) -> Plan:
    """Give the plan, in memory, the standing version's title where its own is that of a draft kept from ``user``."""
    plan.title = title_for(user, plan)
    return plan

"""Who comes in to the papers and to their texts. A view behind a door gets the row, not its name."""

import functools
from collections.abc import Callable

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.cache import never_cache

from plans import permissions
from plans.models import Collaboration, Plan
from skane_digi.accounts.sent_to_sign_in import sent_to_sign_in
from skane_digi.papers.pages import has_papers
from skane_digi.workspace.doors import reading

View = Callable[..., HttpResponse]


def _plans(user):
    """Every plan: one under revision is a draft again, and has papers about the version that stands."""
    return Plan.objects.with_plan_before(user).with_years()


own_door = reading(has_papers, plans=_plans)
orders_door = reading(permissions.can_order_papers, plans=_plans)


def texts_door(view: View) -> View:
    """A page for those who word the papers of a collaboration."""

    @never_cache
    @functools.wraps(view)
    def guarded(request: HttpRequest, slug: str, *args, **kwargs) -> HttpResponse:
        if not request.user.is_authenticated:
            return sent_to_sign_in(request)
        collaboration = get_object_or_404(Collaboration, slug=slug)
        if not permissions.can_edit_paper_texts(request.user, collaboration):
            raise Http404
        return view(request, collaboration, *args, **kwargs)

    return guarded

"""Who comes into the workspace, and what the others are told. A view behind a door gets the plan, not its name."""

import functools
from collections.abc import Callable
from urllib.parse import urlsplit

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from plans import permissions
from plans.editing import EditRefused, PlanIsLocked, RowIsGone
from plans.models import Plan
from skane_digi.accounts.sent_to_sign_in import sent_to_sign_in

View = Callable[..., HttpResponse]


def page(view: View) -> View:
    """A page for those who write the plan's text."""
    return require_safe(_door(permissions.WRITES_PLANS, view))


def budget_page(view: View) -> View:
    """A page for those who write the budget."""
    return require_safe(_door(permissions.WRITES_BUDGETS, view))


def change(view: View) -> View:
    """A change of the plan's text."""
    return require_POST(_door(permissions.WRITES_PLANS, view))


def budget_change(view: View) -> View:
    """A change of the budget."""
    return require_POST(_door(permissions.WRITES_BUDGETS, view))


def field(view: View) -> View:
    """A field that is fetched anew or saved; ``skane_digi.workspace.fields`` says whose it is."""
    return require_http_methods(["GET", "HEAD", "POST"])(_door(permissions.WRITES_BUDGETS, view))


def _plans_to_read(user) -> QuerySet[Plan]:
    return Plan.objects.visible_to(user).with_plan_before(user)


def reading(
    may: Callable[[object, Plan], bool],
    *,
    panel: str = "workspace/_signed_out.html",
    plans: Callable[[object], QuerySet[Plan]] = _plans_to_read,
) -> Callable[[View], View]:
    """A page for those of whom ``may(user, plan)`` is true, whatever state the plan is in.

    ``panel`` is the template that asks for a sign-in in place; it gets what had been typed. ``plans`` are those that
    the plan is looked for among.
    """

    def door(view: View) -> View:
        @never_cache
        @functools.wraps(view)
        def guarded(request: HttpRequest, slug: str, *args, **kwargs) -> HttpResponse:
            if not request.user.is_authenticated:
                return _signed_out(request, panel)
            plan = get_object_or_404(plans(request.user), slug=slug)
            if not may(request.user, plan):
                raise Http404
            return view(request, plan, *args, **kwargs)

        return guarded

    return door


def _door(roles: frozenset, view: View) -> View:
    @never_cache
    @functools.wraps(view)
    def guarded(request: HttpRequest, slug: str, *args, **kwargs) -> HttpResponse:
        if not request.user.is_authenticated:
            return _signed_out(request)
        plan = Plan.objects.visible_to(request.user).with_years().filter(slug=slug).first()
        if plan is None or not permissions.has_role(request.user, roles, plan.collaboration_id):
            raise Http404
        try:
            if plan.is_locked:
                raise PlanIsLocked(plan)
            return view(request, plan, *args, **kwargs)
        except EditRefused as error:
            return refused(request, plan, error)

    return guarded


def refused(request: HttpRequest, plan: Plan, error: EditRefused) -> HttpResponse:
    """Say why nothing was changed: in place, or at the top of the page that the reader came from."""
    if request.htmx:
        status = 410 if isinstance(error, RowIsGone) else 422
        context = {"plan": plan, "error": error, "entry": getattr(error, "entry", None), "bases": bases_sent(request)}
        return in_place(request, render(request, "workspace/_refused.html", context, status=status))
    messages.error(request, error.reason)
    if plan.is_locked:
        return redirect(plan)
    return redirect(back(request, plan))


def in_place(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """Put the answer to a field's save beside the field, and any other where the page tells what has happened."""
    if not bases_sent(request):
        response["HX-Retarget"], response["HX-Reswap"] = "#besked", "innerHTML"
    return response


def bases_sent(request: HttpRequest) -> dict[str, str]:
    """Return the digests that came with the form, to send along with the next try."""
    return {name: value for name, value in request.POST.items() if name == "base" or name.startswith("base-")}


def back(request: HttpRequest, plan: Plan) -> str:
    """Return the address of the plan's page that the form was sent from, or of the plan's own workspace."""
    pages = (request.POST.get("fran", ""), urlsplit(request.headers.get("Referer", "")).path)
    return next((page for page in pages if _is_own_page(page, plan)), workspace_of(plan))


def workspace_of(plan: Plan) -> str:
    return f"/planer/{plan.slug}/arbetsyta/"


def _is_own_page(address: str, plan: Plan) -> bool:
    return address.startswith(f"/planer/{plan.slug}/")


def _signed_out(request: HttpRequest, panel: str = "") -> HttpResponse:
    if request.htmx and panel:
        return render(request, panel, {"text": request.POST.get("text", "")}, status=401)
    if request.htmx:
        context = {"bases": bases_sent(request)}
        return in_place(request, render(request, "workspace/_signed_out.html", context, status=401))
    return sent_to_sign_in(request)

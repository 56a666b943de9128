"""Referral rounds: the page that follows them, what the chair does with them, the answers, and the plan to comment."""

import functools
import smtplib
from collections.abc import Callable

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from plans import permissions, referring
from plans.models import Organisation, Plan, Referral
from plans.referring import ReferralRefused, Round, rounds_of
from plans.roles import ROLES_OF_ONE_ORGANISATION
from skane_digi.documents.build import build_area
from skane_digi.documents.render import ON_AREA_PAGE
from skane_digi.workspace import doors
from skane_digi.workspace.commented import conversation_of
from skane_digi.workspace.letters import send_referral_letters
from skane_digi.workspace.reading import parts_of
from skane_digi.workspace.referral_forms import ExtendForm, OpenForm
from skane_digi.workspace.referral_page import answer_form_of, referral_page


def _plans_with_content(user) -> QuerySet[Plan]:
    return Plan.objects.with_plan_before(user).with_content()


door = doors.reading(permissions.can_view_referrals, plans=_plans_with_content)


def chairs_door(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Let in only those who lead the plan's referrals."""

    @door
    @functools.wraps(view)
    def guarded(request: HttpRequest, plan: Plan, *args, **kwargs) -> HttpResponse:
        if not permissions.can_open_referral(request.user, plan):
            raise Http404
        try:
            return view(request, plan, *args, **kwargs)
        except Referral.DoesNotExist:
            messages.error(request, "Ingen remiss pågår.")
            return redirect("workspace:referral", plan.slug)

    return require_POST(guarded)


@require_safe
@door
def referral(request: HttpRequest, plan: Plan) -> HttpResponse:
    return show(request, plan)


def show(request: HttpRequest, plan: Plan, *, status: int = 200, **forms) -> HttpResponse:
    page = referral_page(plan, request.user, **forms)
    context = {
        "plan": plan,
        "page": page,
        "in_workspace": permissions.can_write_budget(request.user, plan),
        "may_write_text": page.writes,
    }
    return render(request, "workspace/referral/referral.html", context, status=status)


@chairs_door
def open_round(request: HttpRequest, plan: Plan) -> HttpResponse:
    """Send the plan out, and the letters when that is done."""
    form = OpenForm(request.POST)
    if form.is_valid():
        try:
            opened = referring.open_referral(plan=plan, by=request.user, **form.cleaned_data)
        except ReferralRefused as refusal:
            form.refuse(refusal)
        else:
            send(request, opened)
            return redirect("workspace:referral", plan.slug)
    return show(request, plan, status=422, open_form=form)


@chairs_door
def extend_round(request: HttpRequest, plan: Plan) -> HttpResponse:
    current, form = open_round_of(plan), ExtendForm(request.POST)
    if form.is_valid():
        try:
            extended = referring.extend_referral(referral=current, by=request.user, **form.cleaned_data)
        except ReferralRefused as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, f"Medlemmarna kan svara till och med {extended.due_on}.")
            return redirect("workspace:referral", plan.slug)
    return show(request, plan, status=422, extend_form=form)


@chairs_door
def remind(request: HttpRequest, plan: Plan) -> HttpResponse:
    """Write once more to the members that have not answered."""
    current = open_round_of(plan)
    latest = rounds_of(plan)[-1]
    send(request, current, to=latest.unanswered, is_reminder=True)
    return redirect("workspace:referral", plan.slug)


@chairs_door
def close_round(request: HttpRequest, plan: Plan) -> HttpResponse:
    try:
        referring.close_referral(referral=open_round_of(plan), by=request.user)
    except ReferralRefused as refusal:
        messages.error(request, refusal.reason)
    else:
        messages.success(request, f"Remissen är avslutad. {plan} är ett utkast igen.")
    return redirect("workspace:referral", plan.slug)


@require_http_methods(["GET", "HEAD", "POST"])
@door
def answer(request: HttpRequest, plan: Plan, code: str) -> HttpResponse:
    """Show the form for what one organisation answers, or record it."""
    round_ = latest_round(plan, request)
    organisation = get_object_or_404(Organisation, code=code, pk__in=answerable(request, plan, round_))
    form = answer_form_of(round_, organisation, request.user, request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        try:
            referring.record_answer(
                referral=round_.referral, organisation=organisation, by=request.user, **form.cleaned_data
            )
        except ReferralRefused as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, f"Svaret från {organisation} är sparat.")
            return redirect("workspace:referral", plan.slug)
    context = {"plan": plan, "round": round_, "organisation": organisation, "form": form}
    return render(request, "workspace/referral/answer.html", context, status=422 if form.errors else 200)


@require_safe
@door
def reading(request: HttpRequest, plan: Plan, area_slug: str) -> HttpResponse:
    """Show an area as the document, with its parts to comment on beside it."""
    area = next((one for one in plan.focus_areas.all() if one.slug == area_slug), None)
    if area is None or not permissions.can_read_comments(request.user, plan):
        raise Http404
    may_comment = permissions.can_comment(request.user, plan)
    context = {
        "plan": plan,
        "area": build_area(area),
        "headings": ON_AREA_PAGE,
        "groups": parts_of(area, conversation_of(plan, request.user)),
        "may_comment": may_comment,
        "only_reads": not may_comment,
    }
    return render(request, "workspace/referral/reading.html", context)


def send(request: HttpRequest, opened: Referral, **options) -> None:
    """Send the letters and tell the reader how it went; a round whose letters stuck is open all the same."""
    link = request.build_absolute_uri(reverse("workspace:referral", args=[opened.plan.slug]))
    try:
        count = send_referral_letters(opened, link=link, **options)
    except (smtplib.SMTPException, OSError):
        messages.error(request, "Remissen är öppen, men breven kunde inte skickas. Försök igen med Skicka påminnelse.")
    else:
        said = "Remissen är öppen" if not options else "Påminnelsen är skickad"
        messages.success(request, f"{said}. {count} brev har gått ut.")


def open_round_of(plan: Plan) -> Referral:
    return plan.referrals.still_open().get()


def latest_round(plan: Plan, request: HttpRequest) -> Round:
    """Return the open round, or answer 404 where there is none."""
    rounds = rounds_of(plan, request.user)
    if not rounds or not rounds[-1].referral.is_open:
        raise Http404
    return rounds[-1]


def answerable(request: HttpRequest, plan: Plan, round_: Round) -> list[int]:
    """Return the ids of the organisations whose answer the reader may see and, in time, write."""
    if permissions.can_write_plan(request.user, plan):
        return [row.organisation.pk for row in round_.rows]
    return list(permissions.organisations_of(request.user, plan.collaboration_id, ROLES_OF_ONE_ORGANISATION))

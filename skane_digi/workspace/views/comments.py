"""Comments: the panel about one thing, the list of all, and what is written in them."""

import functools
import json
from collections.abc import Callable

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from plans import commenting
from plans.commenting import CommentRefused
from plans.models import CommentThread, Plan
from plans.permissions import can_read_comments, can_write_budget, can_write_plan, visible_threads, writes_comments
from skane_digi.workspace import doors, panels
from skane_digi.workspace.commented import Subject, conversation_of, find_subject, place_of, subject_of

door = doors.reading(can_read_comments, panel="workspace/comments/_signed_out.html")


def writers_door(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Let in those who write comments, if not always now; they are then told why not."""

    @door
    @functools.wraps(view)
    def guarded(request: HttpRequest, plan: Plan, *args, **kwargs) -> HttpResponse:
        if not writes_comments(request.user, plan):
            raise Http404
        return view(request, plan, *args, **kwargs)

    return require_POST(guarded)


@require_safe
@door
def comments(request: HttpRequest, plan: Plan) -> HttpResponse:
    """Show the threads about what the address names, or all of the plan's where it names nothing."""
    if "slag" not in request.GET:
        return all_comments(request, plan)
    panel = panels.panel_about(find_subject(plan, request.GET), request.user)
    return show_panel(request, panel)


def all_comments(request: HttpRequest, plan: Plan) -> HttpResponse:
    plan = Plan.objects.with_plan_before(request.user).with_content().get(pk=plan.pk)
    conversation = conversation_of(plan, request.user)
    shown = panels.ALL if request.GET.get("visa") == panels.ALL else panels.OPEN
    only = request.GET.get("omrade", "")
    context = {
        "plan": plan,
        "conversation": conversation,
        "options": panels.groups_of(plan, conversation, request.user),
        "groups": panels.groups_of(plan, conversation, request.user, shown=shown, only=only),
        "shown": shown,
        "only": only,
        "on_plan": panels.works_on_plan(request.user, plan),
        "in_workspace": can_write_budget(request.user, plan),
        "may_write_text": can_write_plan(request.user, plan),
    }
    return render(request, "workspace/comments/list.html", context)


def show_panel(request: HttpRequest, panel: panels.Panel, *, said: str = "") -> HttpResponse:
    """Answer with the panel by itself to a page that shows it beside something, otherwise with a whole page.

    ``said`` tells what was done, and then the page is told that the comments have changed.
    """
    template = "workspace/comments/_panel.html" if request.htmx else "workspace/comments/subject.html"
    subject = panel.subject
    context = {
        "plan": subject.plan,
        "panel": panel,
        "in_panel": bool(request.htmx),
        "said": said,
        "place": place_of(subject.row, subject.field, request.user),
    }
    response = render(request, template, context, status=422 if panel.is_refused else 200)
    if said:
        about = {"slag": subject.kind, "rad": subject.row.pk, "falt": subject.field, "open": panel.open_count}
        response["HX-Trigger"] = json.dumps({"comments-changed": about})
    return response


@writers_door
def open_thread(request: HttpRequest, plan: Plan) -> HttpResponse:
    subject, text = subject_sent(request, plan), request.POST.get("text", "")
    try:
        commenting.open_thread(
            plan=plan,
            row=subject.row,
            field=subject.field,
            text=text,
            quote=request.POST.get("quote", ""),
            organisation=panels.chosen_organisation(request.POST.get("organisation", ""), request.user, plan),
            by=request.user,
        )
    except CommentRefused as error:
        return show_panel(request, panels.panel_about(subject, request.user, panels.Refusal(error.reason, text)))
    return done(request, plan, subject, "Kommentaren är sparad.")


def subject_sent(request: HttpRequest, plan: Plan) -> Subject:
    """Return what the form says that it is about; a form that says nothing true was not made here."""
    try:
        return find_subject(plan, request.POST)
    except Http404 as error:
        raise BadRequest from error


@writers_door
def answer_thread(request: HttpRequest, plan: Plan, key: str) -> HttpResponse:
    thread, text = visible_thread(request, plan, key), request.POST.get("text", "")
    try:
        commenting.answer_thread(thread=thread, text=text, by=request.user)
    except CommentRefused as error:
        return refused(request, plan, thread, panels.Refusal(error.reason, text, thread.key))
    return done(request, plan, subject_of(plan, thread), "Svaret är sparat.")


@writers_door
def resolve_thread(request: HttpRequest, plan: Plan, key: str) -> HttpResponse:
    return settle(request, plan, key, commenting.resolve_thread, "Tråden är markerad som klar.")


@writers_door
def reopen_thread(request: HttpRequest, plan: Plan, key: str) -> HttpResponse:
    return settle(request, plan, key, commenting.reopen_thread, "Tråden är öppen igen.")


def settle(request: HttpRequest, plan: Plan, key: str, change: Callable, said: str) -> HttpResponse:
    thread = visible_thread(request, plan, key)
    try:
        change(thread=thread, by=request.user)
    except CommentRefused as error:
        return refused(request, plan, thread, panels.Refusal(error.reason, "", thread.key))
    return done(request, plan, subject_of(plan, thread), said)


def visible_thread(request: HttpRequest, plan: Plan, key: str) -> CommentThread:
    return get_object_or_404(plan.comment_threads.filter(visible_threads(request.user, plan)), key=key)


def done(request: HttpRequest, plan: Plan, subject: Subject | None, said: str) -> HttpResponse:
    """Show the panel as it is now, or go back to the page that the form was sent from."""
    if request.htmx and subject:
        return show_panel(request, panels.panel_about(subject, request.user), said=said)
    messages.success(request, said)
    return redirect(came_from(request, plan) or (subject.url if subject else panels.list_url(plan)))


def refused(request: HttpRequest, plan: Plan, thread: CommentThread, refusal: panels.Refusal) -> HttpResponse:
    """Say why, with what had been typed; a thread about a row that is gone has no page but the list."""
    if subject := subject_of(plan, thread):
        return show_panel(request, panels.panel_about(subject, request.user, refusal))
    messages.error(request, refusal.reason)
    return redirect(panels.list_url(plan))


def came_from(request: HttpRequest, plan: Plan) -> str:
    """Return the address of the plan's page that the form was sent from, or nothing."""
    address = request.POST.get("fran", "")
    return address if address.startswith(f"/planer/{plan.slug}/") else ""

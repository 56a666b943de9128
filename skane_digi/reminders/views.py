"""What one wants by e-mail, and the calendar feeds."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.cache import get_conditional_response
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from plans import permissions
from plans.days import day_of
from plans.roles import ROLES_WITH_ORGANISATION
from skane_digi.portal.caching import mark
from skane_digi.reminders.choosing import choose_letters, person_of, wants_reminders
from skane_digi.reminders.dates import Feed, plan_feed, public_feed
from skane_digi.reminders.forms import LettersForm
from skane_digi.reminders.ical import as_ical, etag_of
from skane_digi.reminders.own_feed import calendar_path, own_feed, owner_of

FEED_SECONDS = 3_600
BY_LINK = "länken i ett brev"


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@login_required
def letters(request: HttpRequest) -> HttpResponse:
    """Show what the reader wants by e-mail, and keep what they choose."""
    if request.method == "POST":
        form = LettersForm(request.POST)
        form.full_clean()
        wanted = form.cleaned_data["wants_reminders"]
        choose_letters(person=request.user, wants_reminders=wanted, by=request.user)
        messages.success(request, "Påminnelserna är på." if wanted else "Påminnelserna är av.")
        return redirect("reminders:letters")
    own = request.user.role_assignments.filter(role__in=ROLES_WITH_ORGANISATION, organisation__isnull=False)
    context = {
        "form": LettersForm(initial={"wants_reminders": wants_reminders(request.user)}),
        "organisations": sorted({role.organisation.name for role in own.select_related("organisation")}),
        "is_own_calendar": permissions.can_view_grants(request.user),
        "writes_grants": bool(permissions.roles_of(request.user) & permissions.WRITES_BUDGETS),
        "calendar_address": request.build_absolute_uri(calendar_path(request.user)),
    }
    return render(request, "reminders/letters.html", context)


@csrf_exempt  # the signed address is the proof, and a mail program has no cookie (RFC 8058)
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def unsubscribe(request: HttpRequest, signed: str) -> HttpResponse:
    """Ask whether reminders are to be turned off, and do it when they post that; no sign-in is needed."""
    person = person_of(signed, on=day_of())
    if person is None:
        raise Http404
    if request.method == "POST":
        choose_letters(person=person, wants_reminders=False, by=None, through=BY_LINK)
    context = {"address": person.email, "is_on": wants_reminders(person)}
    return render(request, "reminders/unsubscribe.html", context)


@require_safe
def calendar(request: HttpRequest) -> HttpResponse:
    """Answer with the dates of every public plan; one who is signed in also gets what the grants ask for."""
    feed = own_feed(request.user) if request.user.is_authenticated else public_feed()
    response = _feed(request, feed, "handlingsplaner.ics")
    mark(response, request, seconds=FEED_SECONDS)
    return response


@require_safe
@never_cache
def own_calendar(request: HttpRequest, signed: str) -> HttpResponse:
    """Answer with what the person whose address it is may see; a calendar program does not sign in."""
    person = owner_of(signed)
    if person is None:
        raise Http404
    return _feed(request, own_feed(person), "min-kalender.ics")


@require_safe
def plan_calendar(request: HttpRequest, slug: str) -> HttpResponse:
    """Answer with the dates of one plan that the reader may see."""
    feed = plan_feed(slug, request.user)
    if feed is None:
        raise Http404
    response = _feed(request, feed, f"handlingsplan-{slug}.ics")
    mark(response, request, seconds=FEED_SECONDS)
    return response


def _feed(request: HttpRequest, feed: Feed, name: str) -> HttpResponse:
    content = as_ical(feed, address=request.build_absolute_uri)
    etag = etag_of(content)
    headers = {"Content-Disposition": f'inline; filename="{name}"', "ETag": etag}
    response = HttpResponse(content, content_type="text/calendar; charset=utf-8", headers=headers)
    return get_conditional_response(request, etag=etag, response=response)

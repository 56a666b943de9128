"""The page where anyone proves that a document is the registered one. Nothing that is sent is kept."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_http_methods

from plans.models import PlanVersion
from plans.permissions import visible_versions
from skane_digi.versions.verify_form import LARGEST_FILE, TOO_LARGE, VerifyForm, answer_of
from skane_digi.versions.verifying import UnusableFingerprint, find

AROUND_THE_FILE = 64 * 1024


@csrf_exempt  # so that what is too large is refused before it is read; _verify is protected
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def verify(request: HttpRequest) -> HttpResponse:
    length = request.META.get("CONTENT_LENGTH") or ""
    if length.isdecimal() and int(length) > LARGEST_FILE + AROUND_THE_FILE:
        return render(request, "versions/verify.html", {"form": VerifyForm(), "refusal": TOO_LARGE}, status=413)
    return _verify(request)


@csrf_protect
def _verify(request: HttpRequest) -> HttpResponse:
    if request.method != "POST":
        return render(request, "versions/verify.html", {"form": VerifyForm()})
    form = VerifyForm(request.POST, request.FILES)
    if not form.is_valid():
        return render(request, "versions/verify.html", {"form": form}, status=422)
    visible = PlanVersion.objects.filter(visible_versions(request.user, PlanVersion))
    try:
        found = find(form.sought, among=visible.select_related("plan", "round"))
    except UnusableFingerprint as error:
        return render(request, "versions/verify.html", {"form": VerifyForm(), "refusal": str(error)}, status=422)
    context = {"form": VerifyForm(), "answer": answer_of(found) if found else None, "is_unknown": found is None}
    return render(request, "versions/verify.html", context)

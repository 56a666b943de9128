"""Bringing figures in: from SCB or from a file to the differences, and from them to the store."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from budgets.key_figures import ShownDifferencesChanged
from budgets.scb.reading import FiguresRefused
from plans.days import day_of
from skane_digi.key_figures import gates
from skane_digi.key_figures.forms import FetchForm, FigureForm, FileForm
from skane_digi.key_figures.incoming import opened, proposal_page, store_sealed


@require_http_methods(["GET", "HEAD", "POST"])
@gates.writers
def fetch(request: HttpRequest) -> HttpResponse:
    """Ask for a day, and show what SCB says of it beside what is stored."""
    form = FetchForm(request.POST if request.method == "POST" else None, today=day_of())
    return _shown(request, form, "key_figures/fetch.html")


@require_http_methods(["GET", "HEAD", "POST"])
@gates.writers
def upload(request: HttpRequest) -> HttpResponse:
    """Ask for a file, and show what it says beside what is stored; ``nyckel`` in the address chooses the key."""
    sent = (request.POST, request.FILES) if request.method == "POST" else (None, None)
    form = FileForm(*sent, key=request.GET.get("nyckel", ""))
    return _shown(request, form, "key_figures/upload.html")


@require_POST
@gates.writers
def store(request: HttpRequest) -> HttpResponse:
    """Store what was shown; where it is no longer so, show it again."""
    try:
        figure_set = store_sealed(request.POST, by=request.user)
    except ShownDifferencesChanged as changed:
        page = proposal_page(*opened(request.POST["figures"]))
        return render(request, "key_figures/proposal.html", {"page": page, "faults": changed.faults}, status=409)
    except FiguresRefused as refusal:
        return render(request, "key_figures/refused.html", {"faults": refusal.faults}, status=422)
    messages.success(request, f"{figure_set} är lagrad.")
    day = figure_set.reference_date.isoformat()
    return redirect("key_figures:day", figure_set.allocation_key.slug, figure_set.region_code, day)


def _shown(request: HttpRequest, form: FigureForm, template: str) -> HttpResponse:
    if form.is_valid():
        try:
            page = proposal_page(*form.read())
            return render(request, "key_figures/proposal.html", {"page": page})
        except FiguresRefused as refusal:
            form.refuse(refusal)
    return render(request, template, {"form": form}, status=422 if form.is_bound else 200)

"""Reading: the list of keys, a key, a day; and composing a new key."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from budgets.key_editing import KeyRefused
from budgets.models import AllocationKey, KeyFigureSet
from budgets.scb import population
from skane_digi.key_figures import gates
from skane_digi.key_figures.day_page import day_page
from skane_digi.key_figures.forms import KeyForm
from skane_digi.key_figures.key_pages import key_list, key_page


@require_safe
@gates.readers
def listing(request: HttpRequest) -> HttpResponse:
    return render(request, "key_figures/list.html", {"page": key_list(request.user)})


@require_safe
@gates.readers_of_key
def key(request: HttpRequest, key: AllocationKey) -> HttpResponse:
    page = key_page(key, request.user, population=population.KEY)
    return render(request, "key_figures/key.html", {"page": page})


@require_safe
@gates.readers_of_set
def day(request: HttpRequest, figure_set: KeyFigureSet) -> HttpResponse:
    return render(request, "key_figures/day.html", {"page": day_page(figure_set, request.user, request.GET)})


@require_http_methods(["GET", "HEAD", "POST"])
@gates.writers
def new(request: HttpRequest) -> HttpResponse:
    form = KeyForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            key = form.save(request.user)
        except KeyRefused as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, f"Nyckeln {key} är skapad.")
            return redirect("key_figures:key", key.slug)
    return render(request, "key_figures/new.html", {"form": form}, status=422 if form.is_bound else 200)

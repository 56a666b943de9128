"""The texts of the papers: all of them, and one to word anew."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from plans.models import Collaboration
from skane_digi.papers.doors import texts_door
from skane_digi.papers.forms import TextForm
from skane_digi.papers.pages import WHOSE, wordings_of
from skane_digi.papers.standard_texts import SLOT_BY_KEY
from skane_digi.papers.text_page import TextPage, text_page
from skane_digi.papers.texts import TextCollision, TextRefused, restore_standard_text, set_paper_text


@require_safe
@texts_door
def texts(request: HttpRequest, collaboration: Collaboration) -> HttpResponse:
    context = {"collaboration": collaboration, "papers": wordings_of(collaboration)}
    return render(request, "papers/texts.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@texts_door
def text(request: HttpRequest, collaboration: Collaboration, slot: str, kind: str) -> HttpResponse:
    """Show a passage with its standard text, or keep what has been written."""
    if slot not in SLOT_BY_KEY or kind not in WHOSE:
        raise Http404
    page = text_page(collaboration, SLOT_BY_KEY[slot], kind)
    if request.method != "POST":
        return _show(request, page, page.form())
    form = page.form(request.POST)
    if form.is_valid():
        try:
            _save(request, page, form)
            return redirect("papers:texts", collaboration.slug)
        except TextRefused as refusal:
            form.add_error("text", refusal.reason)
        except TextCollision as collision:
            form.go_on_from(collision.base)
            return _show(request, page, form, collision=page.clash(collision, form), status=409)
    return _show(request, page, form, status=422)


def _save(request: HttpRequest, page: TextPage, form: TextForm) -> None:
    place = {"collaboration": page.collaboration, "slot": page.slot, "kind": page.kind, "by": request.user}
    if "standard" in request.POST:
        restore_standard_text(base=form.cleaned_data["base"], **place)
        messages.success(request, f"{page.slot.heading} har standardtexten igen.")
    else:
        set_paper_text(text=form.cleaned_data["text"], base=form.cleaned_data["base"], **place)
        messages.success(request, f"{page.slot.heading} är sparad.")


def _show(request: HttpRequest, page: TextPage, form: TextForm, *, collision=None, status: int = 200) -> HttpResponse:
    context = {"collaboration": page.collaboration, "page": page, "form": form, "collision": collision}
    return render(request, "papers/text.html", context, status=status)

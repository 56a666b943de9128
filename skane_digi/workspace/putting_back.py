"""What the history answers when somebody puts something back."""

from dataclasses import replace
from urllib.parse import urlsplit

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from plans import editing
from plans.editing import EditCollision, EditRefused
from plans.history_marks import marked
from plans.history_words import in_words, label
from plans.models import LogEntry, Plan
from plans.restoring import BEFORE, put_back, rows_named
from plans.text_comparison import RunKind
from skane_digi.workspace.chronicle import WORDS, Clash, Shown, history_url, may_put_back, shown_again
from skane_digi.workspace.doors import back
from skane_digi.workspace.fields import FIELDS, EditField, edit_field, page_of
from skane_digi.workspace.requests import number_in
from skane_digi.workspace.saving import changed

DONE = "Återställt. Det står i historiken och kan i sin tur ångras."
SAME = "Så står det redan. Ingenting är ändrat."


def answer_put_back(request: HttpRequest, plan: Plan, entry: LogEntry) -> HttpResponse:
    """Put back what the form says of ``entry`` and show what became of it. Asks nothing: it can itself be undone."""
    if not may_put_back(request.user, plan, entry.subject):
        raise Http404
    sent = request.POST
    side = sent.get("sida") if sent.get("sida") in ("before", "after") else BEFORE
    try:
        is_changed = put_back(entry, sent.get("falt", ""), side=side, base=sent.get("base", ""), by=request.user)
    except EditCollision as collision:
        return _collided(request, plan, entry, collision)
    except EditRefused as refusal:
        return _answer(request, plan, entry, 422, refusal=refusal.reason)
    response = _answer(request, plan, entry, 200, said=DONE if is_changed else SAME)
    return changed(response, is_changed)


def _collided(request: HttpRequest, plan: Plan, entry: LogEntry, collision: EditCollision) -> HttpResponse:
    who = collision.entry.actor_name if collision.entry else "någon annan"
    clashes = tuple(_clash(collision.row, clash, who) for clash in collision.clashes)
    names = ", ".join(clash.label.lower() for clash in clashes)
    reason = f"{who} har ändrat här sedan du läste historiken ({names}). Ingenting är återställt än."
    if not request.htmx:
        reason += " Läs vad som står nu och försök sedan igen."
    return _answer(request, plan, entry, 409, refusal=reason, clashes=clashes)


def _clash(row, clash: editing.Clash, who: str) -> Clash:
    kind, field = row._meta.label_lower, row._meta.get_field(clash.name)
    current, wished = (
        str(field.related_model._default_manager.filter(pk=value).first() or "") if field.is_relation else value
        for value in (clash.current, clash.wished)
    )
    runs = marked(in_words(kind, clash.name, current, WORDS), in_words(kind, clash.name, wished, WORDS)).runs
    return Clash(
        label=label(kind, clash.name),
        who=who,
        theirs=tuple(run for run in runs if run.kind != RunKind.ADDED),
        mine=tuple(run for run in runs if run.kind != RunKind.REMOVED),
    )


def _answer(request: HttpRequest, plan: Plan, entry: LogEntry, status: int, **outcome) -> HttpResponse:
    if not request.htmx:
        tell = messages.error if "refusal" in outcome else messages.success
        tell(request, outcome.get("refusal") or outcome["said"])
        return redirect(back(request, plan))
    numbers = [number_in(request.POST, name) or entry.number for name in ("forsta", "sista")]
    shown = replace(shown_again(plan, *numbers, request.user), **outcome)
    page = urlsplit(request.htmx.current_url_abs_path or "").path
    field = _field_on_page(plan, shown, request.POST.get("falt", ""), page)
    if status == 200 and field is None and page != history_url(plan):
        # On a page where rows are written more than a field may have changed.
        messages.success(request, outcome["said"])
        response = HttpResponse(status=204)
        response["HX-Refresh"] = "true"
        return response
    context = {"plan": plan, "shown": shown, "field": field if status == 200 else None}
    return render(request, "workspace/history/_again.html", context, status=status)


def _field_on_page(plan: Plan, shown: Shown, name: str, page: str) -> EditField | None:
    """Return the field as it is now where the reader has it before them: they must not go on from the old text."""
    row = rows_named([shown.happening]).get(shown.happening.subject)
    if row is None or name not in FIELDS.get(type(row), {}) or page_of(row) != page:
        return None
    return edit_field(plan, row, name)

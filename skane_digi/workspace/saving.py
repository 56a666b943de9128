"""What a save answers: the time it was saved, or both texts where somebody else saved meanwhile."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from django.db import models
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from budgets.money import format_kr
from plans.editing import Clash, Edit, EditCollision, edit_row, value_digest
from plans.places import plan_of
from plans.richtext import RichTextField, text_blocks
from plans.text_comparison import RunKind, WordRun, mark_words
from skane_digi.workspace.doors import back, bases_sent
from skane_digi.workspace.fields import page_of, sentence_case

CHANGED = "plan-changed"


@dataclass(frozen=True, slots=True)
class ShownClash:
    """Both texts of a field, each with the words marked that the other does not have.

    ``base`` is the digest of what is saved now: to send it along is to have seen it.
    """

    name: str
    label: str
    theirs: tuple[WordRun, ...]
    mine: tuple[WordRun, ...]
    base: str


def save(
    request: HttpRequest, row: models.Model, values: Mapping[str, object], bases: Mapping[str, str]
) -> HttpResponse:
    """Save ``values`` in ``row`` and answer in place. Raises ``EditRefused`` for the door to answer."""
    try:
        edit = edit_row(row, values=values, bases=bases, by=request.user)
    except EditCollision as collision:
        return collided(request, collision, list(values))
    return saved(request, edit, list(values))


def saved(request: HttpRequest, edit: Edit, names: list[str]) -> HttpResponse:
    """Answer that the row is saved, with the digests of what its fields hold now."""
    plan = plan_of(edit.row)
    if not request.htmx:
        return redirect(back(request, plan))
    context = {"at": edit.entry.at if edit.entry else None, "bases": bases_after(edit, names)}
    return changed(render(request, "workspace/_saved.html", context), edit.is_changed)


def collided(request: HttpRequest, collision: EditCollision, names: list[str]) -> HttpResponse:
    """Answer with both texts of each field that two have changed, and who saved the other."""
    row, entry = collision.row, collision.entry
    context = {
        "plan": plan_of(row),
        "row": row,
        "entry": entry,
        "who": entry.actor_name if entry else "någon annan",
        "bases": bases_sent(request),
        "clashes": [_shown(row, clash) for clash in collision.clashes],
        "names": names,
        "address": request.path,
        "page": page_of(row),
        "values": [(name, value) for name, value in request.POST.items() if name in ("value", *names)],
    }
    template = "workspace/_collision.html" if request.htmx else "workspace/collision.html"
    return render(request, template, context, status=409)


def changed(response: HttpResponse, is_changed: bool = True) -> HttpResponse:
    """Tell the page that the plan says something else by now, so that what shows it is fetched again."""
    if is_changed:
        response["HX-Trigger"] = CHANGED
    return response


def bases_in(request: HttpRequest, names: list[str]) -> dict[str, str]:
    """Return the digest of each field as the form carries it.

    After a collision the button that saves all the same carries, as ``sett``, those of what the writer has been shown.
    """
    sent = {name: request.POST.get("base" if len(names) == 1 else f"base-{name}", "") for name in names}
    seen = (pair.partition(":") for pair in request.POST.get("sett", "").split())
    return sent | {name: base for name, _, base in seen if name in sent}


def bases_after(edit: Edit, names: list[str]) -> dict[str, str]:
    """Return the hidden fields that go with the next save: ``base`` for a single field, ``base-NAME`` for several."""
    if len(names) == 1:
        return {"base": edit.base_of(names[0])}
    return {f"base-{name}": edit.base_of(name) for name in names}


def _shown(row: models.Model, clash: Clash) -> ShownClash:
    field = row._meta.get_field(clash.name)
    runs = mark_words(_plain(row, field, clash.current), _plain(row, field, clash.wished))
    return ShownClash(
        name=clash.name,
        label=sentence_case(str(field.verbose_name)),
        theirs=tuple(run for run in runs if run.kind != RunKind.ADDED),
        mine=tuple(run for run in runs if run.kind != RunKind.REMOVED),
        base=value_digest(row, clash.name),
    )


def _plain(row: models.Model, field: models.Field, value: object) -> str:
    """Return a value as it is read: running text block by block, a foreign key as its row, money in kronor."""
    if isinstance(field, RichTextField):
        return "\n\n".join(block.text for block in text_blocks(value))
    if isinstance(field, models.ForeignKey):
        return str(field.related_model._default_manager.filter(pk=value).first() or "–")
    if isinstance(value, Decimal):
        return format_kr(value)
    return "–" if value in (None, "") else str(value)

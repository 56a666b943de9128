"""What the forms of this section have in common: ask, show the effect, save, and tell of a colleague's change."""

from dataclasses import dataclass, field
from typing import Protocol

from django.http import HttpRequest, QueryDict

from plans.editing import EditRefused
from skane_digi.cost_rules.effects import Effect
from skane_digi.cost_rules.fields import RuleForm


@dataclass
class Answer:
    """What became of a form that was sent. ``done`` is a sentence once it is saved; ``is_preview`` that it is not."""

    done: str = ""
    is_preview: bool = False
    effects: tuple[Effect, ...] = ()
    meanwhile: tuple[str, ...] = field(default_factory=tuple)


class Asking(Protocol):
    """A page with a form. ``preview`` and ``save`` raise ``EditRefused``; ``meanwhile`` tells what holds now."""

    form: RuleForm

    def preview(self) -> tuple[Effect, ...]: ...

    def save(self, by) -> str: ...

    def meanwhile(self, refusal: EditRefused) -> tuple[str, ...]: ...


def sent(request: HttpRequest) -> QueryDict | None:
    """Return what was sent to a form, also where that is nothing; ``None`` where it is only asked for."""
    return request.POST if request.method == "POST" else None


def answer(page: Asking, *, saves: bool, by) -> Answer:
    """Save what a valid form says, or show its effect; a refusal stands in the form, with what had been typed."""
    if not page.form.is_valid():
        return Answer()
    try:
        return Answer(done=page.save(by)) if saves else Answer(is_preview=True, effects=page.preview())
    except EditRefused as refusal:
        page.form.refuse(refusal)
        return Answer(meanwhile=page.meanwhile(refusal))

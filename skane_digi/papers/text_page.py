"""The page where one passage of the papers is worded."""

from dataclasses import dataclass

from plans.models import Collaboration, PaperText
from skane_digi.documents.richtext import parse_html
from skane_digi.documents.tree import RichText
from skane_digi.papers.forms import TextForm
from skane_digi.papers.pages import WHOSE
from skane_digi.papers.placeholders import PLACEHOLDERS
from skane_digi.papers.standard_texts import Slot
from skane_digi.papers.texts import TextCollision, base_of


@dataclass(frozen=True, slots=True)
class Clash:
    """Two wordings of the same passage: what somebody else has saved meanwhile, and what was to be saved."""

    who: str
    at: object
    theirs: RichText
    mine: RichText


@dataclass(frozen=True, slots=True)
class TextPage:
    collaboration: Collaboration
    slot: Slot
    kind: str
    row: PaperText | None

    @property
    def whose(self) -> str:
        return WHOSE[self.kind]

    @property
    def standard(self) -> RichText:
        return parse_html(self.slot.standard(self.kind))

    @property
    def placeholders(self) -> tuple[tuple[str, str], ...]:
        return tuple((f"{{{name}}}", meaning) for name, meaning in PLACEHOLDERS.items())

    def form(self, data=None) -> TextForm:
        text = self.row.text if self.row else self.slot.standard(self.kind)
        return TextForm(data, slot=self.slot, text=text, base=base_of(self.row))

    def clash(self, collision: TextCollision, form: TextForm) -> Clash:
        return Clash(
            who=collision.entry.actor_name if collision.entry else "Någon annan",
            at=collision.entry.at if collision.entry else None,
            theirs=parse_html(collision.current),
            mine=parse_html(form.cleaned_data["text"]),
        )


def text_page(collaboration: Collaboration, slot: Slot, kind: str) -> TextPage:
    row = PaperText.objects.filter(collaboration=collaboration, slot=slot.key, kind=kind).first()
    return TextPage(collaboration, slot, kind, row)

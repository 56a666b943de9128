"""From figures that were read to figures that are stored: they travel signed by the page that shows the differences."""

import datetime
from collections.abc import Mapping
from dataclasses import asdict, dataclass

from django.core import signing

from budgets.figure_words import count_text, signed, total_text
from budgets.key_figures import Difference, Figures, Proposal, propose, store_figures
from budgets.models import AllocationKey, KeyFigureSet
from budgets.money import format_integer
from budgets.scb.reading import FiguresRefused

SALT = "skane_digi.key_figures.incoming"
KEPT_SECONDS = 24 * 60 * 60


@dataclass(frozen=True, slots=True)
class ShownDifference:
    name: str
    before_text: str
    after_text: str
    change_text: str


@dataclass(frozen=True, slots=True)
class ProposalPage:
    """The differences as they are shown. ``sealed`` are the figures, ``token`` stands for what the page shows."""

    proposal: Proposal
    rows: tuple[ShownDifference, ...]
    total_sentence: str
    count_sentence: str
    button: str
    sealed: str
    token: str


def proposal_page(key: AllocationKey, figures: Figures) -> ProposalPage:
    """Return what storing would do. Raises ``FiguresRefused``."""
    proposal = propose(key, figures)
    count = len(figures.values)
    values = f"{count} värde" if count == 1 else f"{count} värden"
    return ProposalPage(
        proposal=proposal,
        rows=tuple(_shown(row) for row in proposal.differences),
        total_sentence=total_text(figures.parts_total, figures.stated_total, key.unit),
        count_sentence=f"Dagen är ny: {values}."
        if proposal.is_new
        else f"Dagen är redan lagrad: {count_text(proposal)}.",
        button=f"Lagra {values}" if proposal.is_new else "Ersätt det som är lagrat",
        sealed=signing.dumps(
            {"key": key.slug, **asdict(figures), "day": figures.day.isoformat()}, salt=SALT, compress=True
        ),
        token=proposal.token,
    )


def opened(sealed: str) -> tuple[AllocationKey, Figures]:
    """Return the key and the figures that a page sealed. Raises ``FiguresRefused`` for what is old or not ours."""
    try:
        said = signing.loads(sealed, salt=SALT, max_age=KEPT_SECONDS)
    except signing.BadSignature as error:
        raise FiguresRefused(
            "Uppgifterna är för gamla eller går inte att läsa. Hämta eller läs in dem igen."
        ) from error
    key = AllocationKey.objects.filter(slug=said.pop("key")).first()
    if key is None:
        raise FiguresRefused("Nyckeln finns inte längre.")
    return key, Figures(**{**said, "day": datetime.date.fromisoformat(said["day"])})


def store_sealed(data: Mapping[str, str], *, by) -> KeyFigureSet:
    """Store what a page has shown. Raises ``FiguresRefused`` and ``ShownDifferencesChanged``."""
    key, figures = opened(data.get("figures", ""))
    return store_figures(key=key, figures=figures, shown=data.get("shown", ""), by=by)


def _shown(row: Difference) -> ShownDifference:
    change = "ny" if row.before is None else "försvinner" if row.after is None else signed(row.change)
    return ShownDifference(row.name, _text(row.before), _text(row.after), change)


def _text(value: int | None) -> str:
    return "" if value is None else format_integer(value)

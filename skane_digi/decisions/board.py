"""The board of decisions: how many of the members have decided what about which version of a plan."""

import datetime
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlencode

from django.urls import reverse

from plans.models import DecisionRound, Plan, PlanStep
from plans.permissions import organisations_to_record
from plans.register import Standing
from skane_digi.decisions.chronicle import Event, chronicle
from skane_digi.decisions.listing import Asked, Listing, listing
from skane_digi.decisions.recording import why_closed
from skane_digi.decisions.register_words import days_left, remaining
from skane_digi.decisions.shown_register import ShownRegister, day_of_step, shown_register
from skane_digi.decisions.standing_map import StandingMap, standing_map

State, Kind = DecisionRound.State, PlanStep.Kind


@dataclass(frozen=True, slots=True)
class Headline:
    """The one big fact: ``figure`` and the ``words`` after it, a sentence of what remains, and the days left."""

    figure: str
    words: str
    sentence: str
    days: str = ""


@dataclass(frozen=True, slots=True)
class Notice:
    """What the reader must know of whose decisions these are. ``links`` are each a label and an address."""

    text: str
    links: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class OwnDecision:
    """The way for a registrar to their own organisation's decision; ``is_awaited`` until one is recorded."""

    label: str
    url: str
    is_awaited: bool


@dataclass(frozen=True, slots=True)
class VersionChoice:
    """Another version whose decisions can be shown."""

    number: int
    state: str
    query: str
    is_shown: bool


@dataclass(frozen=True, slots=True)
class Board:
    """Everything on the page. ``has_standings`` is whether the members have been asked, so that there is a map of them.

    ``fault_count`` is how many printed faults the version was given with.
    """

    shown: ShownRegister
    headline: Headline
    notices: tuple[Notice, ...]
    choices: tuple[VersionChoice, ...]
    map: StandingMap
    listing: Listing
    chronicle: tuple[Event, ...]
    fault_count: int
    own: tuple[OwnDecision, ...] = ()

    @property
    def version(self):
        return self.shown.version

    @property
    def register(self):
        return self.shown.register


def board_of(plan: Plan, user, query, *, day: datetime.date) -> Board | None:
    """Return the board as ``user`` may see it on ``day``; ``None`` where there is no version whose decisions they may.

    ``query`` is what the address asks for. Raises ``LookupError`` for a version that is not to be seen.
    """
    shown = shown_register(plan, user, query.get("version", ""))
    if shown is None:
        return None
    fault_count = shown.version.faults.count()
    return Board(
        shown=shown,
        headline=headline(shown, day),
        notices=tuple(notices(shown)),
        choices=tuple(_choices(shown)),
        map=standing_map(shown),
        listing=listing(shown, Asked.from_query(query)),
        chronicle=chronicle(shown),
        fault_count=fault_count,
        own=tuple(_own(shown, user)),
    )


def _own(shown: ShownRegister, user) -> Iterator[OwnDecision]:
    """Yield the decisions that are ``user``'s to record, while they can be; those who record for all have none."""
    if not shown.is_newest or why_closed(shown.version):
        return
    own = organisations_to_record(user, shown.version) or ()
    for entry in shown.register.entries:
        if entry.organisation.pk in own:
            name, address = entry.organisation.name, [shown.plan.slug, entry.organisation.code]
            if entry.is_unanswered:
                yield OwnDecision(f"Registrera beslut för {name}", reverse("decisions:record", args=address), True)
            else:
                yield OwnDecision(f"Beslutet i {name}", reverse("decisions:organisation", args=address), False)


def headline(shown: ShownRegister, day: datetime.date) -> Headline:
    register, total = shown.register, shown.register.total
    if shown.is_asked_for:
        figure = f"{register.adopted_count} av {total}"
        return Headline(figure, "har antagit", remaining(register), days_left(register, day))
    if shown.state == State.OPEN:
        now = shown.plan.get_status_display()
        sentence = f"De har inte fått planen än. Dess läge är ”{now}”."
        return Headline(f"{total} huvudmän", "ska besluta", sentence, days_left(register, day))
    if shown.state == State.RETURNED:
        sentence = f"Besluten om version {shown.number} räknas inte längre."
        return Headline(f"Återförvisad{_on_day_of(shown, Kind.RETURN)}", "", sentence)
    return _decided(shown)


def _decided(shown: ShownRegister) -> Headline:
    register, total = shown.register, shown.register.total
    replaced = f"Ersatt av version {shown.heir.number}. " if shown.heir else ""
    if shown.on_paper:
        known = total - register.counts[Standing.NONE]
        sentence = f"{replaced}Registret har uppgifter från {known} av de {total} huvudmännen."
        return Headline("Fastställd", "enligt handlingarna", sentence)
    figure = f"Fastställd{_on_day_of(shown, Kind.ADOPT)}"
    if register.rests_on:
        number = register.rests_on.number
        sentence = f"{replaced}Alla har antagit version {number}, och alla villkor är uppfyllda."
        return Headline(figure, f"med stöd av {total} huvudmäns beslut om version {number}", sentence)
    return Headline(figure, f"av {total} huvudmän", f"{replaced}Alla har antagit, och alla villkor är uppfyllda.")


def _on_day_of(shown: ShownRegister, kind: str) -> str:
    step = shown.step(kind)
    return f" {day_of_step(step).isoformat()}" if step else ""


def notices(shown: ShownRegister) -> Iterator[Notice]:
    """Yield what is to be said of whose decisions count, and of what is not known here."""
    if shown.is_chosen:
        yield Notice(f"Det här är besluten om version {shown.number}.", (("Till den senaste", _board(shown)),))
    if shown.earlier:
        number = shown.earlier.version.number
        text = (
            f"Besluten om version {number} gäller inte för version {shown.number}, så alla beslutar på nytt. Version "
            f"{number} gäller tills version {shown.number} är fastställd."
        )
        yield Notice(text, ((f"Besluten om version {number}", _board(shown, number)), _comparison(shown)))
    if resting := shown.register.rests_on:
        yield Notice(_why_resting(shown, resting.number), (_comparison(shown),))
    if shown.on_paper:
        yield Notice(
            "Planen beslutades på papper. Handlingarna säger att den är fastställd, men registret har inte alla "
            "besluten. Att inget är registrerat betyder inte att inget är beslutat."
        )
    elif shown.version.is_as_printed and shown.state == State.OPEN:
        yield Notice("Planen sändes på papper. Beslut som redan är fattade syns här först när de är registrerade.")


def _why_resting(shown: ShownRegister, number: int) -> str:
    """Say whose decisions these are, and which body found that the members need not be asked again."""
    text = f"Besluten är de om version {number}. Version {shown.number} är en mindre ändring"
    step = shown.step(Kind.RECOMMEND)
    if step is None or step.body is None:
        return f"{text} som inte har gått till huvudmännen på nytt."
    paragraph = f" {step.paragraph}" if step.paragraph else ""
    decided = f"{step.body.name} beslutade {day_of_step(step).isoformat()}{paragraph}"
    return f"{text}, och {decided} att den inte behöver gå till huvudmännen på nytt."


def _choices(shown: ShownRegister) -> Iterator[VersionChoice]:
    if len(shown.versions) > 1:
        for version in shown.versions:
            query = urlencode({"version": version.number})
            state = version.round.get_state_display()
            yield VersionChoice(version.number, state, query, version == shown.version)


def _board(shown: ShownRegister, number: int | None = None) -> str:
    address = reverse("decisions:board", args=[shown.plan.slug])
    return f"{address}?{urlencode({'version': number})}" if number else address


def _comparison(shown: ShownRegister) -> tuple[str, str]:
    return "Se vad som är ändrat", reverse("versions:comparison", args=[shown.plan.slug, shown.number])

"""What the log's entries say in Swedish: a sentence for what was done, and every value in words. No database."""

import datetime
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from django.apps import apps
from django.core.exceptions import FieldDoesNotExist
from django.db import models
from django.utils import timezone

from plans.decision_words import TOLD, decision_sentence
from plans.field_words import word_of
from plans.models import LogEntry
from plans.models.comment import ABOUT
from plans.richtext import RichTextField, text_blocks

NOTHING, NO_FIGURE = "tomt", "ingen uppgift"
LONGEST_NAME = 72
# What a thread is about: its name says it.
OF_THREAD = {("plans.commentthread", "field"), ("plans.commentthread", "subject_name")}
Action = LogEntry.Action


@dataclass(frozen=True, slots=True)
class Noun:
    """A kind of row in a sentence: ``Ändrade inledningen i perioden 2025 och framåt``.

    ``own`` is the field that the row is nothing more than, ``made`` the verb for one that is new. Names that are whole
    sentences are ``quoted``; a row that there is only one of is not ``named``. An empty ``definite`` is for rows whose
    name says what they are, ``prefix`` what a name begins with that ``definite`` says already.
    """

    definite: str
    own: str = ""
    made: str = "Lade till"
    quoted: bool = False
    named: bool = True
    prefix: str = ""


@dataclass(frozen=True, slots=True)
class Words:
    """The words for kinds of rows and fields. ``money`` are the fields in kronor, which ``in_kronor`` writes."""

    nouns: Mapping[str, Noun] = field(default_factory=dict)
    fields: Mapping[str, str] = field(default_factory=dict)
    money: frozenset[str] = frozenset()
    in_kronor: Callable[[Decimal], str] = str

    def joined(self, other: "Words") -> "Words":
        """Return the words of two apps; ``other`` is the one that knows of money."""
        fields = {**self.fields, **other.fields}
        return Words({**self.nouns, **other.nouns}, fields, self.money | other.money, other.in_kronor)

    def is_told(self, kind: str, name: str, row: str) -> bool:
        """Whether a sentence that names the row says all that the field holds."""
        if (kind, name) in OF_THREAD or (kind, name) in TOLD:
            return True
        noun = self.nouns.get(kind)
        return noun is not None and noun.own == name and noun.named and shortened(row) == row


WORDS = Words(
    nouns={
        "plans.plan": Noun("planen", named=False),
        "plans.planyear": Noun("verksamhetsåret"),
        "plans.plansection": Noun("avsnittet"),
        "plans.watchedmatter": Noun("den bevakade frågan", own="name"),
        "plans.focusarea": Noun("området"),
        "plans.arealineage": Noun("områdets ursprung"),
        "plans.goal": Noun("målet", own="text", quoted=True),
        "plans.responsibility": Noun("det ansvariga organet"),
        "plans.activityperiod": Noun("perioden"),
        "plans.activity": Noun("aktiviteten", own="text", quoted=True),
        "plans.commentthread": Noun("kommentarstråden om", made="Öppnade", quoted=True),
        "plans.comment": Noun("en kommentar", named=False),
        "plans.referral": Noun("remissen", made="Öppnade", named=False),
        "plans.referralanswer": Noun("remissvaret", made="Skrev"),
        "plans.decisionround": Noun("beslutsomgången om"),
    },
    fields={
        "plans.plan.title": "titeln",
        "plans.plan.subtitle": "undertiteln",
        "plans.plan.status": "läget",
        "plans.plan.dated_on": "datumet",
        "plans.plansection.heading": "rubriken",
        "plans.plansection.text": "texten",
        "plans.watchedmatter.name": "namnet",
        "plans.watchedmatter.description": "beskrivningen",
        "plans.focusarea.name": "namnet",
        "plans.focusarea.abbreviation": "förkortningen",
        "plans.focusarea.table_name": "namnet i tabeller",
        "plans.focusarea.background": "bakgrunden",
        "plans.focusarea.purpose": "syftet och nyttan",
        "plans.goal.text": "texten",
        "plans.activity.text": "texten",
        "plans.activityperiod.introduction": "inledningen",
        "plans.activityperiod.no_activities_reason": "skälet till att aktiviteter saknas",
        # The years are told as one, under the name of the first.
        "plans.activityperiod.start_year": "åren",
        "plans.activityperiod.end_year": "sista året",
        "plans.responsibility.on_behalf_of": "uppdragsgivaren",
        "plans.referral.due_on": "sista dagen att svara",
        "plans.referral.message": "meddelandet",
        "plans.referralanswer.text": "texten",
    },
)


@dataclass(frozen=True, slots=True)
class Told:
    """What a sentence is made of. ``area`` is the title of the area that the row stands in; empty for none."""

    action: str
    kind: str
    name: str
    area: str
    before: Mapping
    after: Mapping
    names: tuple[str, ...]


def sentence(told: Told, words: Words) -> str:
    """Return what was done, as a sentence without its full stop."""
    if said := decision_sentence(told.kind, told.name, told.before, told.after):
        return said
    row, place = _row(told, words), _in_area(told)
    match told.action:
        case Action.CREATED:
            return f"{_noun(told.kind, words).made} {row}{place}"
        case Action.MOVED:
            return f"Flyttade {row} {_from_to(told)}{'' if 'period' in told.after else place}"
        case Action.DELETED:
            return f"Tog bort {row}{place}"
        case Action.ENDED:
            name = told.name.partition(" → ")[0]
            reason = told.after.get("reason")
            return f"Avslutade området {name}: {reason}" if reason else f"Avslutade området {name}"
        case Action.RESTORED if not told.before:
            return f"Återställde {row}{place}"
        case Action.RESTORED:
            return f"Återställde {_fields(told, words)}{row}{place}"
        case Action.STARTED:
            return f"Påbörjade planen utifrån {told.after.get('påbörjad utifrån', 'planen före')}"
        case Action.CONTINUED:
            return f"Tog med området {told.name} från planen före"
        case Action.RENAMED:
            return f"Tog med området {told.before.get('name', '')} från planen före, nu som {told.name}"
    return _special(told, row) or f"Ändrade {_fields(told, words)}{row}{place}"


def split_sentence(told: Told, new: str, moved: int) -> str:
    """Return that a period was split: ``told`` is the change of its years, ``new`` the name of the new one."""
    old = years(told.before.get("start_year"), told.before.get("end_year"))
    went = {0: "", 1: "; 1 aktivitet flyttades dit"}.get(moved, f"; {moved} aktiviteter flyttades dit")
    return f"Delade perioden {old}{_in_area(told)}: {new} är en egen period{went}"


def parts_in_words(kinds: Sequence[str]) -> str:
    """Return how many rows of each kind there are: ``2 övergripande mål, 1 aktivitetsperiod och 4 aktiviteter``."""
    counts = Counter(kinds)
    counts.pop("plans.arealineage", None)
    said = []
    for kind, count in counts.items():
        meta = apps.get_model(kind)._meta
        said.append(f"{count} {meta.verbose_name if count == 1 else meta.verbose_name_plural}")
    return listed(said)


def listed(words: Sequence[str]) -> str:
    return f"{', '.join(words[:-1])} och {words[-1]}" if len(words) > 1 else "".join(words)


def years(start: object, end: object) -> str:
    """Return the years of a period: ``2024``, ``2024–2025``, ``2025 och framåt``."""
    if end is None:
        return f"{start} och framåt"
    return str(start) if start == end else f"{start}–{end}"


def shortened(text: str, longest: int = LONGEST_NAME) -> str:
    """Return ``text`` on one line, cut after a whole word where it is long."""
    text = " ".join(str(text).split())
    if len(text) <= longest:
        return text
    return f"{text[:longest].rpartition(' ')[0] or text[:longest]} …".replace(". …", " …")


def field_of(kind: str, name: str) -> models.Field | None:
    """Return the field that an entry names, ``None`` where the model has no such field (any longer)."""
    try:
        return apps.get_model(kind)._meta.get_field(name)
    except (LookupError, ValueError, FieldDoesNotExist):
        return None


def in_order(kind: str, names: Iterable[str]) -> list[str]:
    """Return field names in the model's order: a database may keep those of an entry in another."""
    try:
        known = [field.name for field in apps.get_model(kind)._meta.concrete_fields]
    except (LookupError, ValueError):
        known = []
    places = {name: place for place, name in enumerate(known)}
    return sorted(names, key=lambda name: (places.get(name, len(places)), name))


def label(kind: str, name: str) -> str:
    known = field_of(kind, name)
    word = (word_of(known) if known else name).removesuffix(", kr")
    return word[:1].upper() + word[1:]


def in_words(kind: str, name: str, value: object, words: Words) -> str:
    """Return a logged value as it is read: text as text, money in kronor, nothing as a word."""
    known = field_of(kind, name)
    if f"{kind}.{name}" in words.money:
        return NO_FIGURE if value in (None, "") else words.in_kronor(Decimal(str(value)))
    if isinstance(known, RichTextField) and isinstance(value, str):
        value = "\n\n".join(block.text for block in text_blocks(value))
    if name == "end_year" and value is None:
        return "och framåt"
    if value is None or value == "" or value == []:
        return NOTHING
    if isinstance(value, bool):
        return "ja" if value else "nej"
    if isinstance(value, list):
        said = [str(part) for part in value]
        return (" " if all(part.endswith(".") for part in said) else ", ").join(said)
    if isinstance(known, models.DateTimeField):
        return _moment(value)
    return str(dict(getattr(known, "flatchoices", ())).get(value, value))


def _moment(told: str) -> str:
    at = datetime.datetime.fromisoformat(told).astimezone(timezone.get_default_timezone())
    return f"{at:%Y-%m-%d} kl. {at:%H:%M}"


def is_text(kind: str, name: str) -> bool:
    """Whether the field holds words that are compared word by word, and not a single value."""
    known = field_of(kind, name)
    return isinstance(known, models.CharField | models.TextField) and not known.choices


def _special(told: Told, row: str) -> str:
    """Return the sentence for a change that has a name of its own."""
    if "resolved_at" in told.after:
        return f"Markerade {row} som klar" if told.after["resolved_at"] else f"Öppnade {row} igen"
    if told.kind == "plans.referral" and told.after.get("closed_at"):
        return "Avslutade remissen"
    return ""


def _noun(kind: str, words: Words) -> Noun:
    if kind in words.nouns:
        return words.nouns[kind]
    try:
        return Noun(f"raden ({apps.get_model(kind)._meta.verbose_name})")
    except (LookupError, ValueError):
        return Noun("raden")


def _row(told: Told, words: Words) -> str:
    noun = _noun(told.kind, words)
    if not noun.named:
        return noun.definite
    if told.kind == "plans.focusarea" and told.names and told.action in (Action.CHANGED, Action.RESTORED):
        return told.name if told.before else f"{noun.definite} {told.name}"
    name = shortened(told.name.removeprefix(ABOUT).removeprefix(noun.prefix))
    if not noun.definite:
        return name[:1].lower() + name[1:]
    return f"{noun.definite} ”{name}”" if noun.quoted else f"{noun.definite} {name}"


def _fields(told: Told, words: Words) -> str:
    """Return the changed fields before the row that has them: ``beloppet och noten i ``."""
    if told.names == (_noun(told.kind, words).own,):
        return ""
    said = [words.fields.get(f"{told.kind}.{name}") or f"”{label(told.kind, name)}”" for name in told.names]
    return f"{listed(said)} i " if said else ""


def _in_area(told: Told) -> str:
    return f" i {told.area}" if told.area and told.area not in told.name else ""


def _from_to(told: Told) -> str:
    if "position" in told.after:
        return f"från plats {told.before.get('position')} till {told.after['position']}"
    return f"från {told.before.get('period', 'en period')} till {told.after.get('period', 'en annan')}"

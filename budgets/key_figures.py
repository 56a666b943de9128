"""Key figures come in: what they would change is shown, and then all are stored, or none.

Nothing is overwritten unseen: whoever stores says which differences they saw, by ``Proposal.token``, and where those
are no longer the ones that there are, the storing is refused.
"""

import datetime
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass

from django.db import transaction

from budgets.cost_locks import locked_figure_sets
from budgets.models import AllocationKey, CostBasis, KeyFigure, KeyFigureSet
from budgets.money import format_integer
from budgets.scb.reading import FiguresRefused
from plans import log
from plans.collation import swedish_key
from plans.editing import EditRefused, check, lock_plans
from plans.models import LogEntry, Organisation, Plan

TOLD = ("region_name", "quality", "source", "stated_total", "parts_from", "remark")
ORIGIN = ("source", "remark")


class ShownDifferencesChanged(FiguresRefused):
    """What is stored has changed since the differences were shown. ``proposal`` has those that there are now."""

    def __init__(self, proposal: "Proposal"):
        self.proposal = proposal
        super().__init__("Uppgifterna har ändrats sedan skillnaderna visades. Se igenom dem igen, och spara sedan.")


@dataclass(frozen=True, slots=True)
class Figures:
    """A key's values on a day, by organisation code, as they were read."""

    region_code: str
    region_name: str
    day: datetime.date
    values: Mapping[str, int]
    source: str
    stated_total: int | None = None
    quality: str = KeyFigureSet.Quality.OFFICIAL
    remark: str = ""

    @property
    def parts_total(self) -> int:
        return sum(self.values.values())


@dataclass(frozen=True, slots=True)
class Difference:
    """What becomes of one organisation's value; ``before`` is ``None`` for a new one, ``after`` for one that goes."""

    code: str
    name: str
    before: int | None
    after: int | None

    @property
    def change(self) -> int | None:
        return None if self.before is None or self.after is None else self.after - self.before


@dataclass(frozen=True, slots=True)
class WordChange:
    """What becomes of what is said of the whole set, its source or its own total, in Swedish."""

    label: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Proposal:
    """What storing ``figures`` would do. ``existing`` is the set that there is of that day, ``None`` where none is.

    ``differences`` are the values that are new, changed or gone; ``refusal`` says why it cannot be done, empty where it
    can. ``token`` stands for all that is shown.
    """

    key: AllocationKey
    figures: Figures
    existing: KeyFigureSet | None
    names: Mapping[str, str]
    differences: tuple[Difference, ...]
    words: tuple[WordChange, ...]
    refusal: str
    token: str

    @property
    def is_new(self) -> bool:
        return self.existing is None

    @property
    def changes_nothing(self) -> bool:
        return not self.is_new and not self.differences and not self.words

    @property
    def overwrites(self) -> bool:
        """Whether something that is stored would be another or be gone."""
        return not self.is_new and not self.changes_nothing

    @property
    def changed(self) -> tuple[Difference, ...]:
        return tuple(row for row in self.differences if row.before is not None and row.after is not None)

    @property
    def added(self) -> tuple[Difference, ...]:
        return tuple(row for row in self.differences if row.before is None)

    @property
    def gone(self) -> tuple[Difference, ...]:
        return tuple(row for row in self.differences if row.after is None)


def propose(key: AllocationKey, figures: Figures) -> Proposal:
    """Return what storing would do, and change nothing. Raises ``FiguresRefused`` for figures that cannot be kept."""
    _refuse_unfit(key, figures)
    existing = _existing(key, figures)
    before = _values(existing)
    names = _names(key, {*before, *figures.values})
    differences = tuple(
        Difference(code, names[code], before.get(code), figures.values.get(code))
        for code in sorted({*before, *figures.values}, key=lambda code: (swedish_key(names[code]), code))
        if before.get(code) != figures.values.get(code)
    )
    words = _word_changes(existing, figures, same_values=not differences)
    token = _token(key, existing, before, figures)
    return Proposal(key, figures, existing, names, differences, words, why_fixed(existing), token)


def why_fixed(figure_set: KeyFigureSet | None) -> str:
    """Return why the set may not change, in Swedish; empty where it may."""
    if figure_set is None or not KeyFigureSet.objects.filter(locked_figure_sets(), pk=figure_set.pk).exists():
        return ""
    basis = (
        CostBasis.objects.filter(figure_set__in=[figure_set, *figure_set.lent_to.all()])
        .filter(plan_year__plan__status__in=Plan.PUBLIC_STATUSES)
        .select_related("plan_year__plan")
        .order_by("plan_year__year")
        .first()
    )
    plan = str(basis.plan_year.plan) if basis else "En plan som är skickad för beslut"
    sent = " är skickad för beslut och" if basis else ""
    return f"{plan}{sent} fördelar sin kostnad efter {figure_set}. De värdena kan därför inte ändras längre."


@transaction.atomic
def store_figures(
    *, key: AllocationKey, figures: Figures, shown: str, by, at: datetime.datetime | None = None
) -> KeyFigureSet:
    """Store every value, or none, and return the set. ``shown`` is the token of the proposal that was seen.

    Raises ``FiguresRefused``, and ``ShownDifferencesChanged`` where what is stored is no longer what it was then.
    """
    lock_plans()
    list(KeyFigureSet.objects.select_for_update().filter(allocation_key=key).order_by("pk").values_list("pk"))
    proposal = propose(key, figures)
    if proposal.token != shown:
        raise ShownDifferencesChanged(proposal)
    if proposal.changes_nothing:
        return proposal.existing
    if proposal.refusal:
        raise FiguresRefused(proposal.refusal)
    with log.batch():
        figure_set = _store_set(proposal, by=by, at=at)
        _store_values(figure_set, proposal, by=by, at=at)
    return figure_set


def _store_set(proposal: Proposal, *, by, at) -> KeyFigureSet:
    figures, existing = proposal.figures, proposal.existing
    figure_set = existing or KeyFigureSet(
        allocation_key=proposal.key, region_code=figures.region_code, reference_date=figures.day
    )
    before = _told(existing) if existing else {}
    for name, value in _told_by(figures).items():
        setattr(figure_set, name, value)
    try:
        check(figure_set, {field.name for field in KeyFigureSet._meta.fields} - {"id"})
    except EditRefused as refusal:
        raise FiguresRefused(refusal.reason) from refusal
    figure_set.save()
    after = _told(figure_set)
    if before != after:
        log.record(
            action=LogEntry.Action.CHANGED if existing else LogEntry.Action.CREATED,
            subject=figure_set,
            by=by,
            at=at,
            before={name: value for name, value in before.items() if after[name] != value},
            after={name: value for name, value in after.items() if before.get(name) != value},
        )
    return figure_set


def _store_values(figure_set: KeyFigureSet, proposal: Proposal, *, by, at) -> None:
    own = {row.organisation.code: row for row in figure_set.figures.select_related("organisation")}
    codes = [row.code for row in proposal.added]
    organisations = {row.code: row for row in Organisation.objects.filter(code__in=codes)}
    new = []
    for difference in proposal.differences:
        row = own.get(difference.code)
        if row is None:
            organisation = organisations[difference.code]
            row = KeyFigure(figure_set=figure_set, organisation=organisation, value=difference.after)
            new.append(row)
            action = LogEntry.Action.CREATED
        else:
            row.figure_set, row.value = figure_set, difference.before if difference.after is None else difference.after
            action = LogEntry.Action.DELETED if difference.after is None else LogEntry.Action.CHANGED
        log.record(
            action=action, subject=row, by=by, at=at, before=_side(difference.before), after=_side(difference.after)
        )
    KeyFigure.objects.bulk_create(new)
    KeyFigure.objects.bulk_update([own[row.code] for row in proposal.changed], ["value"])
    KeyFigure.objects.filter(pk__in=[own[row.code].pk for row in proposal.gone]).delete()


def _side(value: int | None) -> dict:
    return {} if value is None else {"value": value}


def _refuse_unfit(key: AllocationKey, figures: Figures) -> None:
    if key.kind != AllocationKey.Kind.MEASURE:
        raise FiguresRefused(f"{key} räknas ut ur andra nycklar och har inga egna värden.")
    if not figures.values:
        raise FiguresRefused("Det finns inga värden att lagra.")
    if not figures.source.strip():
        raise FiguresRefused("Skriv varifrån värdena kommer.")


def _existing(key: AllocationKey, figures: Figures) -> KeyFigureSet | None:
    return (
        KeyFigureSet.objects.of_key(key)
        .on(figures.day)
        .filter(region_code=figures.region_code)
        .select_related("allocation_key", "parts_from__allocation_key")
        .first()
    )


def _values(figure_set: KeyFigureSet | None) -> dict[str, int]:
    return dict(figure_set.figures.values_list("organisation__code", "value")) if figure_set else {}


def _names(key: AllocationKey, codes: set[str]) -> dict[str, str]:
    names = dict(Organisation.objects.filter(code__in=codes).values_list("code", "short_name"))
    if unknown := sorted(codes - names.keys()):
        raise FiguresRefused(f"Det finns ingen organisation med koden {', '.join(unknown)}.")
    return names


def _told_by(figures: Figures) -> dict[str, object]:
    return {
        "region_name": figures.region_name,
        "quality": str(figures.quality),
        "source": figures.source,
        "stated_total": figures.stated_total,
        "parts_from": None,
        "remark": figures.remark,
    }


def _told(figure_set: KeyFigureSet) -> dict[str, object]:
    told = {name: getattr(figure_set, name) for name in TOLD}
    return {**told, "parts_from": str(figure_set.parts_from) if figure_set.parts_from else None}


def _word_changes(existing: KeyFigureSet | None, figures: Figures, *, same_values: bool) -> tuple[WordChange, ...]:
    """Return what becomes of the words. The same figures from another source change nothing: the first is kept."""
    if existing is None:
        return ()
    before, after = _told(existing), _told_by(figures)
    if same_values and all(before[name] == after[name] for name in TOLD if name not in ORIGIN):
        return ()
    return tuple(
        WordChange(
            str(KeyFigureSet._meta.get_field(name).verbose_name),
            _in_words(name, before[name]),
            _in_words(name, after[name]),
        )
        for name in TOLD
        if before[name] != after[name]
    )


def _in_words(name: str, value: object) -> str:
    if name == "quality":
        return str(KeyFigureSet.Quality(value).label)
    if name == "stated_total" and value is not None:
        return format_integer(value)
    return "" if value is None else str(value)


def _token(key: AllocationKey, existing: KeyFigureSet | None, before: dict[str, int], figures: Figures) -> str:
    """Return a digest of what is stored and of what would be: the same while neither changes."""
    shown = {
        "key": key.slug,
        "region": figures.region_code,
        "day": figures.day.isoformat(),
        "before": [_told(existing), dict(sorted(before.items()))] if existing else None,
        "after": [_told_by(figures), dict(sorted(figures.values.items()))],
    }
    return hashlib.sha256(json.dumps(shown, ensure_ascii=False, sort_keys=True).encode()).hexdigest()

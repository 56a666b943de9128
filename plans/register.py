"""The register of decisions: who has decided what about a version, and whether the conditions are met.

Conditions may lean on each other in a circle. An adoption counts as long as nothing it waits for is missing, so the
register starts from all adoptions and takes away those whose conditions fail, until no more fall: all who adopt
provided that all the others do have adopted when all have.
"""

import datetime
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from django.db import models
from django.db.models import Prefetch

from plans.models import ConditionFinding, Decision, DecisionCondition, DecisionRound, Organisation, PlanVersion


class Standing(models.TextChoices):
    """Where an organisation is on its way to a decision."""

    ADOPTED = "adopted", "Antagen"
    WAITING = "waiting", "Antagen, villkor återstår"
    REJECTED = "rejected", "Avslag"
    RETURNED = "returned", "Återremiss"
    TABLED = "tabled", "Bordlagd"
    UNDERWAY = "underway", "Beredning pågår"
    NONE = "none", "Inget beslut"


_NOT_ADOPTING = {
    Decision.Outcome.REJECTED: Standing.REJECTED,
    Decision.Outcome.RETURNED: Standing.RETURNED,
    Decision.Outcome.TABLED: Standing.TABLED,
}
UNANSWERED = frozenset({Standing.NONE, Standing.UNDERWAY, Standing.TABLED, Standing.RETURNED})
NAMED_IN_SENTENCE = 3


@dataclass(frozen=True, slots=True)
class ConditionStatus:
    """A condition and whether it is met.

    ``waits_for`` are the organisations that have not adopted; where all have, those whose own conditions are not met.
    """

    condition: DecisionCondition
    text: str
    is_met: bool
    waits_for: tuple[Organisation, ...]
    finding: ConditionFinding | None

    @property
    def kind(self) -> str:
        return self.condition.kind

    @property
    def needs_finding(self) -> bool:
        """Whether only the chair can tell."""
        return self.kind == DecisionCondition.Kind.FREE_TEXT

    @property
    def sentence(self) -> str:
        """Whether it is met and why: ``Väntar på Eslövs kommun och 3 till.``"""
        if self.needs_finding:
            if self.finding is None:
                return "Ordföranden har inte bedömt villkoret."
            return f"{'Uppfyllt' if self.is_met else 'Inte uppfyllt'}: {self.finding.reason}"
        if self.is_met:
            return "Uppfyllt: alla som villkoret gäller har antagit."
        names = [organisation.name for organisation in self.waits_for[:NAMED_IN_SENTENCE]]
        if rest := len(self.waits_for) - len(names):
            return f"Väntar på {', '.join(names)} och {rest} till."
        return f"Väntar på {_listed(names)}."


@dataclass(frozen=True, slots=True)
class Entry:
    """One organisation in the register.

    ``decision`` is the one that counts: the last instance that decides. ``chain`` are its instances in order, without
    what a correction has superseded; that is in ``superseded``.
    """

    organisation: Organisation
    standing: Standing
    decision: Decision | None
    chain: tuple[Decision, ...]
    superseded: tuple[Decision, ...]
    conditions: tuple[ConditionStatus, ...]

    @property
    def has_adopted(self) -> bool:
        """Whether it has adopted and every condition is met."""
        return self.standing == Standing.ADOPTED

    @property
    def is_unanswered(self) -> bool:
        """Whether a decision is still awaited: none taken, only prepared, put off or sent back for more work."""
        return self.standing in UNANSWERED

    @property
    def standing_text(self) -> str:
        return self.standing.label


@dataclass(frozen=True, slots=True)
class Register:
    """The register of one version: the Region first, then the municipalities by the Swedish alphabet.

    ``rests_on`` is the earlier version whose decisions are counted, where a small revision did not go to all again.
    ``lapsed_from`` is the version that this one is to replace, consents to which do not count here.
    """

    version: PlanVersion
    round: DecisionRound
    rests_on: PlanVersion | None
    lapsed_from: PlanVersion | None
    entries: tuple[Entry, ...]

    @property
    def total(self) -> int:
        """How many have to decide: those that the version was frozen with, also if one cannot be found any more."""
        return len(self.version.member_codes)

    @property
    def counts(self) -> Counter:
        """How many organisations there are in each standing."""
        return Counter(entry.standing for entry in self.entries)

    @property
    def adopted_count(self) -> int:
        return self.counts[Standing.ADOPTED]

    @property
    def is_complete(self) -> bool:
        """Whether every needed organisation has adopted and every condition is met."""
        return bool(self.total) and self.adopted_count == self.total

    @property
    def unanswered(self) -> tuple[Organisation, ...]:
        return tuple(entry.organisation for entry in self.entries if entry.is_unanswered)

    def days_left(self, day: datetime.date) -> int | None:
        """Return the days from ``day`` to the wanted one, negative when it has passed; ``None`` where none is set."""
        return (self.round.wanted_on - day).days if self.round.wanted_on else None

    def entry_of(self, organisation: Organisation) -> Entry | None:
        return next((entry for entry in self.entries if entry.organisation == organisation), None)


def register_of(version: PlanVersion) -> Register:
    """Return the register of ``version``, in a number of queries that does not grow with its decisions."""
    round_ = DecisionRound.objects.select_related("version__plan", "version__replaces", "consents_from").defer(
        *_large("version"), *_large("version__replaces"), *_large("consents_from")
    )
    round_ = round_.get(version=version.pk)
    counted_on = round_.consents_from_id or version.pk
    organisations = list(Organisation.objects.by_name().filter(code__in=version.member_codes))
    rows = defaultdict(list)
    for decision in _decisions(counted_on):
        rows[decision.organisation_id].append(decision)
    drafts = [_Draft(organisation, rows[organisation.pk]) for organisation in organisations]
    adoptions = _Adoptions(drafts)
    return Register(
        version=round_.version,
        round=round_,
        rests_on=round_.consents_from,
        lapsed_from=round_.version.replaces if round_.is_open and not round_.consents_from_id else None,
        entries=tuple(draft.entry(adoptions) for draft in drafts),
    )


def _large(path: str) -> list[str]:
    return [f"{path}__{name}" for name in ("content", "allocation", "pdf")]


def _decisions(version_id: int):
    conditions = DecisionCondition.objects.prefetch_related(
        "organisations", Prefetch("findings", ConditionFinding.objects.select_related("found_by"))
    )
    return (
        Decision.objects.filter(version=version_id)
        .select_related("recorded_by", "organisation", "replaced_by__recorded_by")
        .annotate(extract_name=models.F("extract__name"))
        .prefetch_related(Prefetch("conditions", conditions))
        .order_by("recorded_at", "pk")
    )


class _Draft:
    """An organisation's decisions on the way to an entry."""

    def __init__(self, organisation: Organisation, decisions: list[Decision]):
        self.organisation = organisation
        superseded = [row for row in decisions if hasattr(row, "replaced_by")]
        withdrawn = [row for row in decisions if row.outcome == Decision.Outcome.WITHDRAWN]
        self.superseded = tuple(row for row in decisions if row in superseded or row in withdrawn)
        self.chain = tuple(sorted((row for row in decisions if row not in self.superseded), key=_place_in_chain))
        deciding = [row for row in self.chain if row.stage == Decision.Stage.DECIDES]
        self.decision = deciding[-1] if deciding else None

    @property
    def is_adopting(self) -> bool:
        return bool(self.decision and self.decision.is_adopting)

    def entry(self, adoptions: "_Adoptions") -> Entry:
        conditions = tuple(map(adoptions.status, self.decision.conditions.all() if self.decision else ()))
        standing = self._standing(adoptions)
        return Entry(self.organisation, standing, self.decision, self.chain, self.superseded, conditions)

    def _standing(self, adoptions: "_Adoptions") -> Standing:
        if self.decision is None:
            return Standing.UNDERWAY if self.chain else Standing.NONE
        if self.is_adopting:
            return Standing.ADOPTED if self.organisation.pk in adoptions.firm else Standing.WAITING
        return _NOT_ADOPTING[self.decision.outcome]


def _place_in_chain(decision: Decision) -> tuple:
    """By day, an unknown one last; what was recorded later on the same day comes after."""
    return decision.decided_on or datetime.date.max, decision.recorded_at, decision.pk


class _Adoptions:
    """Who has adopted, by database id: ``adopting`` at all, ``firm`` with every condition met."""

    def __init__(self, drafts: Iterable[_Draft]):
        self.organisations = [draft.organisation for draft in drafts]
        decisions = {draft.organisation.pk: draft.decision for draft in drafts if draft.is_adopting}
        self.adopting = frozenset(decisions)
        self.firm = self.adopting
        while falling := {pk for pk in self.firm if not self._holds(decisions[pk])}:
            self.firm -= falling

    def _holds(self, decision: Decision) -> bool:
        return all(self.status(condition).is_met for condition in decision.conditions.all())

    def status(self, condition: DecisionCondition) -> ConditionStatus:
        if condition.kind == DecisionCondition.Kind.FREE_TEXT:
            finding = next(iter(reversed(condition.findings.all())), None)
            return ConditionStatus(condition, condition.text, bool(finding and finding.is_met), (), finding)
        concerned = self._concerned(condition)
        others = [one for one in concerned if one.pk != condition.decision.organisation_id]
        not_firm = tuple(one for one in others if one.pk not in self.firm)
        absent = tuple(one for one in not_firm if one.pk not in self.adopting)
        is_met = bool(concerned) and not not_firm
        return ConditionStatus(condition, _wording(condition, concerned), is_met, absent or not_firm, None)

    def _concerned(self, condition: DecisionCondition) -> list[Organisation]:
        kinds = DecisionCondition.Kind
        if condition.kind == kinds.NAMED:
            return list(condition.organisations.all())
        wanted = Organisation.Kind.REGION if condition.kind == kinds.REGION else Organisation.Kind.MUNICIPALITY
        return [organisation for organisation in self.organisations if organisation.kind == wanted]


def _wording(condition: DecisionCondition, concerned: list[Organisation]) -> str:
    if condition.text:
        return condition.text
    if condition.kind == DecisionCondition.Kind.ALL_MUNICIPALITIES:
        return "Alla kommuner antar."
    return f"{_listed([organisation.name for organisation in concerned])} antar."


def _listed(names: list[str]) -> str:
    return " och ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)

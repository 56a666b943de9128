"""One organisation's decisions: its instances in order, its conditions, what has been corrected, earlier versions."""

import datetime
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django.urls import reverse

from plans import permissions
from plans.days import day_of
from plans.models import Decision, Organisation, Plan, PlanVersion
from plans.register import ConditionStatus, Entry
from skane_digi.decisions.board import Notice, notices
from skane_digi.decisions.record_form import FindingForm
from skane_digi.decisions.recording import why_closed
from skane_digi.decisions.register_words import condition_sentence, said_by, standing_word
from skane_digi.decisions.shown_register import ShownRegister, shown_register


@dataclass(frozen=True, slots=True)
class Instance:
    """What an instance said, in words. Names, comment and addresses are empty for those who may not have them."""

    decision: Decision
    said: str
    counts: bool
    comment: str
    recorded: str
    extract_url: str
    correct_url: str


@dataclass(frozen=True, slots=True)
class Corrected:
    """A record that no longer counts. ``what`` is what became of it, when and, for members, by whom and why."""

    decision: Decision
    what: str
    reason: str


@dataclass(frozen=True, slots=True)
class ShownCondition:
    """A condition of the decision that counts, and the chair's form for it where they may find it met."""

    status: ConditionStatus
    sentence: str
    found: str
    form: FindingForm | None

    @property
    def key(self) -> str:
        return self.status.condition.key


@dataclass(frozen=True, slots=True)
class OtherVersion:
    """What the organisation has decided about another of the plan's versions."""

    version: PlanVersion
    decisions: tuple[Decision, ...]


@dataclass(frozen=True, slots=True)
class OrganisationPage:
    """``entry`` is ``None`` where the organisation is not one of those that decide on the version, or there is none.

    ``record_url`` is empty for those who may not record, and while nothing can be recorded.
    """

    organisation: Organisation
    shown: ShownRegister | None
    entry: Entry | None
    standing_text: str
    notices: tuple[Notice, ...]
    instances: tuple[Instance, ...]
    conditions: tuple[ShownCondition, ...]
    corrected: tuple[Corrected, ...]
    other_versions: tuple[OtherVersion, ...]
    record_url: str


def organisation_page(plan: Plan, organisation: Organisation, user, number: str = "") -> OrganisationPage:
    """Return the page as ``user`` may see it. Raises ``LookupError`` for a version that is not to be seen."""
    shown = shown_register(plan, user, number)
    entry = shown.register.entry_of(organisation) if shown else None
    may_record = bool(entry) and _is_open(shown) and permissions.can_record_decision(user, shown.version, organisation)
    return OrganisationPage(
        organisation=organisation,
        shown=shown,
        entry=entry,
        standing_text=standing_word(entry.standing, on_paper=shown.on_paper) if entry else "",
        notices=tuple(notices(shown)) if shown else (),
        instances=tuple(_instances(shown, entry, may_record=may_record)) if entry else (),
        conditions=tuple(_conditions(shown, entry, user)) if entry else (),
        corrected=tuple(_corrected(entry.superseded, with_people=shown.shows_people)) if entry else (),
        other_versions=tuple(_other_versions(shown, organisation)) if shown else (),
        record_url=_record_url(plan, organisation) if may_record else "",
    )


def _is_open(shown: ShownRegister) -> bool:
    """Whether decisions on the version that is shown can be recorded now."""
    return shown.is_newest and not why_closed(shown.version)


def _instances(shown: ShownRegister, entry: Entry, *, may_record: bool) -> Iterator[Instance]:
    for decision in entry.chain:
        has_extract = shown.shows_people and decision.extract_name
        correct = f"{_record_url(shown.plan, entry.organisation)}?rattar={decision.key}" if may_record else ""
        yield Instance(
            decision=decision,
            said=said_by(decision),
            counts=decision == entry.decision,
            comment=decision.comment if shown.shows_people else "",
            recorded=_by_and_when(decision.recorded_by_name, decision.recorded_at) if shown.shows_people else "",
            extract_url=reverse("decisions:extract", args=[shown.plan.slug, decision.key]) if has_extract else "",
            correct_url=correct,
        )


def _conditions(shown: ShownRegister, entry: Entry, user) -> Iterator[ShownCondition]:
    may_find = _is_open(shown) and permissions.can_find_conditions(user, shown.plan)
    for status in entry.conditions:
        finding = status.finding
        found = _by_and_when(finding.found_by_name, finding.found_at) if finding and shown.shows_people else ""
        form = FindingForm(auto_id=f"villkor-{status.condition.key}-%s") if may_find and status.needs_finding else None
        sentence = condition_sentence(status, with_reason=shown.shows_people, on_paper=shown.on_paper)
        yield ShownCondition(status, sentence, found, form)


def _corrected(superseded: Iterable[Decision], *, with_people: bool) -> Iterator[Corrected]:
    """Yield what a correction has superseded; a withdrawal itself is told of with what it took back."""
    for decision in superseded:
        if decision.outcome == Decision.Outcome.WITHDRAWN:
            continue
        correction = decision.replaced_by
        word = "Utgick" if correction.outcome == Decision.Outcome.WITHDRAWN else "Rättad"
        day = day_of(correction.recorded_at).isoformat()
        by = f" av {correction.recorded_by_name}" if with_people else ""
        yield Corrected(decision, f"{word} {day}{by}", correction.correction_reason if with_people else "")


def _other_versions(shown: ShownRegister, organisation: Organisation) -> Iterator[OtherVersion]:
    """Yield the organisation's decisions on the plan's other versions, the latest first, without what was corrected."""
    counted = shown.register.rests_on or shown.version
    others = {version.pk: version for version in shown.versions if version.pk not in (shown.version.pk, counted.pk)}
    rows = Decision.objects.that_count().filter(version__in=others, organisation=organisation)
    found: dict[int, list[Decision]] = {}
    for decision in rows.order_by("recorded_at", "pk"):
        found.setdefault(decision.version_id, []).append(decision)
    for pk, version in others.items():
        if pk in found:
            by_day = sorted(found[pk], key=lambda one: one.decided_on or datetime.date.min)
            yield OtherVersion(version, tuple(by_day))


def _record_url(plan: Plan, organisation: Organisation) -> str:
    return reverse("decisions:record", args=[plan.slug, organisation.code])


def _by_and_when(name: str, at: datetime.datetime) -> str:
    return f"{name} {day_of(at).isoformat()}"

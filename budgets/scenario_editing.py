"""Keeping scenarios, sharing them with SGD and turning one into the draft.

Each function is one transaction and the log tells it. All raise ``budgets.scenarios.ScenarioRefused``, or the
``plans.editing.EditRefused`` of what they call, with a Swedish reason; then nothing is changed.
"""

import datetime
import hashlib
from dataclasses import dataclass
from decimal import Decimal

from django.db import transaction
from django.utils import timezone

from budgets.editing import add_line, edit_cost_basis, remove_line
from budgets.models import (
    AllocationKey,
    AllocationRule,
    BudgetLine,
    CostBasis,
    FigureChoice,
    FundingForm,
    RuleUse,
    Scenario,
)
from budgets.money import from_ore, to_ore
from budgets.rule_use_editing import UseTerms, choice_digest, choose_figures, days_text, overlapping, use_rule
from budgets.scenario_words import Names, in_words
from budgets.scenarios import Changes, ScenarioRefused, apply_changes, changes_of, to_json
from budgets.year_basis import ChosenFigures, load_year
from plans import log, permissions
from plans.dataclass_json import UnreadableJson
from plans.editing import check, edit_row, lock_plan, locked_row, tidy, value_digest
from plans.models import FocusArea, LogEntry, Plan

CHANGED_MEANWHILE = (
    "Scenariot har ändrats medan du hade sidan öppen. Det du skrev står kvar här. "
    "Jämför med det sparade scenariot och spara igen om det du har skrivit ska gälla."
)
SHOWN_IS_OLD = "Scenariot eller utkastet har ändrats sedan listan visades. Läs den nya listan och bekräfta igen."
MEMBERS_STAY = "Medlemmar ändras inte av ett scenario. Det görs under Administration."


@dataclass(frozen=True, slots=True)
class RuleDecision:
    """Who decided, when and why that areas or lines are shared by other rules than the year's."""

    reason: str
    decided_on: datetime.date
    decided_by: str
    decision_reference: str = ""


@dataclass(frozen=True, slots=True)
class DraftSteps:
    """What turning a scenario into the draft does, and what it leaves out, one sentence each.

    ``needs_decision``: areas or lines get other rules, which somebody must have decided. ``digest`` is of all that is
    told, amounts before included.
    """

    done: tuple[str, ...]
    left_out: tuple[str, ...]
    needs_decision: bool
    digest: str


def scenario_digest(scenario: Scenario) -> str:
    """Return the digest of what the scenario says, to send along with a form."""
    said = {name: getattr(scenario, name) for name in ("year", "name", "description", "changes", "is_shared")}
    return _digest(said)


def read_scenario(scenario: Scenario) -> Changes:
    """Return the scenario's changes. Raises ``ScenarioRefused`` where its JSON cannot be read."""
    try:
        return changes_of(scenario.changes)
    except UnreadableJson as error:
        raise ScenarioRefused(f"Scenariots ändringar kan inte läsas: {error}") from error


@transaction.atomic
def keep_scenario(
    *,
    plan: Plan,
    year: int,
    name: str,
    changes: Changes,
    description: str = "",
    by,
    at: datetime.datetime | None = None,
) -> Scenario:
    """Keep the changes by name, for whoever made them alone until they share it."""
    at = at or timezone.now()
    if not permissions.can_make_scenarios(by, plan):
        raise ScenarioRefused("De som arbetar med budgeten sparar scenarier.")
    if not plan.years.filter(year=year).exists():
        raise ScenarioRefused(f"{plan} har inte verksamhetsåret {year}.")
    scenario = Scenario(plan=plan, year=year, changes=to_json(changes), made_by=by, made_at=at, changed_at=at)
    _name(scenario, name, description)
    scenario.save()
    log.record(
        action=LogEntry.Action.CREATED, subject=scenario, by=by, at=at, after={"name": scenario.name, "year": year}
    )
    return scenario


@transaction.atomic
def change_scenario(
    *,
    scenario: Scenario,
    name: str,
    changes: Changes,
    description: str = "",
    seen: str,
    by,
    at: datetime.datetime | None = None,
) -> Scenario:
    """Change what the scenario says. ``seen`` is the digest of it as the writer first saw it."""
    at = at or timezone.now()
    scenario = _locked(scenario, by)
    if scenario_digest(scenario) != seen:
        raise ScenarioRefused(CHANGED_MEANWHILE)
    before, held = _told(scenario), scenario_digest(scenario)
    _name(scenario, name, description)
    scenario.changes = to_json(changes)
    if scenario_digest(scenario) == held:
        return scenario
    after = _told(scenario)
    scenario.changed_at = at
    scenario.save()
    changed = [field for field in after if after[field] != before[field]]
    log.record(
        action=LogEntry.Action.CHANGED,
        subject=scenario,
        by=by,
        at=at,
        before={field: before[field] for field in changed},
        after={field: after[field] for field in changed},
    )
    return scenario


@transaction.atomic
def share_scenario(*, scenario: Scenario, is_shared: bool, by, at: datetime.datetime | None = None) -> Scenario:
    """Let everyone who works on the plan see the scenario, or only whoever made it."""
    at = at or timezone.now()
    scenario = _locked(scenario, by)
    if scenario.is_shared == is_shared:
        return scenario
    if scenario.is_shared and scenario.made_by_id != by.pk:
        raise ScenarioRefused("Den som har gjort scenariot bestämmer om det slutar delas.")
    before, scenario.is_shared, scenario.changed_at = {"is_shared": scenario.is_shared}, is_shared, at
    scenario.save(update_fields=["is_shared", "changed_at"])
    after = {"is_shared": is_shared}
    log.record(action=LogEntry.Action.CHANGED, subject=scenario, by=by, at=at, before=before, after=after)
    return scenario


@transaction.atomic
def remove_scenario(*, scenario: Scenario, by, at: datetime.datetime | None = None) -> LogEntry:
    """Remove the scenario and return the entry that says what it held."""
    scenario = _locked(scenario, by)
    entry = log.record(
        action=LogEntry.Action.DELETED,
        subject=scenario,
        by=by,
        at=at,
        before={"year": scenario.year, **_told(scenario)},
    )
    scenario.delete()
    return entry


def draft_steps(scenario: Scenario) -> DraftSteps:
    """Return what ``put_in_draft`` would do. Raises ``ScenarioRefused`` where it would be refused."""
    plan, changes = scenario.plan, read_scenario(scenario)
    if plan.is_locked:
        raise ScenarioRefused(f"{plan} är skickad för beslut. Ett scenario kan bara föras in i ett utkast.")
    basis = load_year(plan, scenario.year)
    apply_changes(basis, changes)
    words = in_words(basis, changes, Names.of(plan, [changes]))
    if not (words.lines or words.sharing):
        raise ScenarioRefused(f"Scenariot ändrar inget i utkastet. {MEMBERS_STAY if words.members else ''}".strip())
    if faults := _held_by_others(plan, scenario.year, changes):
        raise ScenarioRefused(*faults)
    done, left_out = (*words.lines, *words.sharing), words.members
    needs_decision = bool(changes.rules or any(line.rule for line in changes.added))
    return DraftSteps(done, left_out, needs_decision, _digest([done, left_out, scenario_digest(scenario)]))


@transaction.atomic
def put_in_draft(
    *, scenario: Scenario, seen: str, decision: RuleDecision | None = None, by, at: datetime.datetime | None = None
) -> DraftSteps:
    """Do to the draft what the scenario says, and return what was done. ``seen`` is the digest of what was shown.

    ``decision`` is asked for where areas or lines get rules of their own. The draft's members are not touched.
    """
    at = at or timezone.now()
    plan = lock_plan(scenario)
    scenario = locked_row(scenario)
    scenario.plan = plan
    if not permissions.can_change_scenario(by, scenario) or not permissions.can_write_budget(by, plan):
        raise ScenarioRefused("De som skriver i budgeten för in scenarier i utkastet.")
    steps = draft_steps(scenario)
    if steps.digest != seen:
        raise ScenarioRefused(SHOWN_IS_OLD)
    if steps.needs_decision and decision is None:
        raise ScenarioRefused("Ange beslutet om de avvikande reglerna.", field="reason")
    with log.batch():
        _Introduction(plan, scenario, decision, by, at).carry_out()
        before, scenario.applied_at = {"applied_at": scenario.applied_at}, at
        scenario.save(update_fields=["applied_at"])
        after = {"applied_at": at}
        log.record(action=LogEntry.Action.CHANGED, subject=scenario, by=by, at=at, before=before, after=after)
    return steps


class _Introduction:
    """The changes of one scenario on their way into the draft, which is locked."""

    def __init__(self, plan: Plan, scenario: Scenario, decision: RuleDecision | None, by, at: datetime.datetime):
        self.plan, self.year, self.decision = plan, scenario.year, decision
        self.changes = read_scenario(scenario)
        self.who = {"by": by, "at": at}

    def carry_out(self) -> None:
        self._share_by()
        lines = BudgetLine.objects.filter(focus_area__plan=self.plan, year=self.year).select_related("focus_area__plan")
        by_key = {line.key: line for line in lines}
        areas = {area.slug: area for area in FocusArea.objects.filter(plan=self.plan).select_related("plan")}
        for dropped in self.changes.dropped:
            remove_line(by_key[dropped.key], **self.who)
        for change in self.changes.amounts:
            line = by_key[change.key]
            bases = {"amount": value_digest(line, "amount")}
            edit_row(line, values={"amount": _kronor(change.amount)}, bases=bases, **self.who)
        for row in self.changes.rules:
            self._use(row.rule, by_key[row.line] if row.line else areas[row.area])
        form = FundingForm.objects.filter(collaboration=self.plan.collaboration_id, is_shared=True).first()
        for added in self.changes.added:
            place = {"area": areas[added.area], "year": self.year, "funding_form": form}
            line = add_line(**place, label=added.label, amount=_kronor(added.amount), **self.who)
            if added.rule:
                self._use(added.rule, line)

    def _share_by(self) -> None:
        """Choose the year's rule and days as the scenario has them."""
        if not (self.changes.rule or self.changes.figures):
            return
        wished = apply_changes(load_year(self.plan, self.year), self.changes)
        basis = CostBasis.objects.filter(plan_year__plan=self.plan, plan_year__year=self.year).first() or CostBasis()
        edit_cost_basis(
            plan=self.plan,
            year=self.year,
            values={"rule": self._rule(wished.rule.slug).pk, "figure_set": getattr(wished.figure_set, "pk", None)},
            bases={name: value_digest(basis, name) for name in ("rule", "figure_set")},
            **self.who,
        )
        held = load_year(self.plan, self.year).figures
        needed = {measure.slug for rule in wished.rules() for measure, _ in rule.measures()}
        for slug in sorted(needed | {day.key for day in self.changes.figures}):
            if _days_of(wished.figures.get(slug)) not in ((), _days_of(held.get(slug))):
                self._choose(*_days_of(wished.figures[slug]))

    def _choose(self, figure_set, earlier_set) -> None:
        key: AllocationKey = figure_set.allocation_key
        held = FigureChoice.objects.filter(
            cost_basis__plan_year__plan=self.plan, cost_basis__plan_year__year=self.year, allocation_key=key
        ).first()
        choose_figures(
            plan=self.plan,
            year=self.year,
            allocation_key=key,
            figure_set=figure_set,
            earlier_set=earlier_set,
            seen=choice_digest(held),
            **self.who,
        )

    def _rule(self, slug: str) -> AllocationRule:
        return AllocationRule.objects.get(collaboration=self.plan.collaboration_id, slug=slug)

    def _use(self, slug: str, place: FocusArea | BudgetLine) -> None:
        terms = UseTerms(
            rule=self._rule(slug),
            reason=self.decision.reason,
            decided_on=self.decision.decided_on,
            decided_by=self.decision.decided_by,
            decision_reference=self.decision.decision_reference,
            **_in_year(self.year),
        )
        use_rule(place=place, terms=terms, **self.who)


def _held_by_others(plan: Plan, year: int, changes: Changes) -> tuple[str, ...]:
    """Return a sentence for each place that has a deviation of its own already: that is changed where it was made."""
    places: list[tuple[FocusArea | BudgetLine, dict]] = []
    for row in changes.rules:
        if row.line:
            line = BudgetLine.objects.select_related("focus_area__plan").get(key=row.line)
            places.append((line, {"budget_line": line}))
        else:
            area = FocusArea.objects.get(plan=plan, slug=row.area)
            places.append((area, {"focus_area": area}))
    faults = []
    for place, field in places:
        if other := overlapping(RuleUse(**field, **_in_year(year))):
            faults.append(
                f"{place} har redan en avvikelse {days_text(other)}: {other.rule}. "
                "Ändra den bland planens kostnadsregler, och ta bort den ur scenariot."
            )
    return tuple(faults)


def _days_of(chosen: ChosenFigures | None) -> tuple:
    return (chosen.figure_set, chosen.earlier_set) if chosen else ()


def _kronor(amount: Decimal) -> Decimal:
    return from_ore(to_ore(amount))


def _in_year(year: int) -> dict[str, datetime.date]:
    return {"valid_from": datetime.date(year, 1, 1), "valid_to": datetime.date(year, 12, 31)}


def _locked(scenario: Scenario, by) -> Scenario:
    plan = Plan.objects.select_for_update().get(pk=scenario.plan_id)
    scenario = locked_row(scenario)
    scenario.plan = plan
    if not permissions.can_change_scenario(by, scenario):
        raise ScenarioRefused("Scenariot är någon annans.")
    return scenario


def _name(scenario: Scenario, name: str, description: str) -> None:
    scenario.name = tidy(Scenario._meta.get_field("name"), name)
    scenario.description = description.replace("\0", "").strip()
    if not scenario.name:
        raise ScenarioRefused("Skriv vad scenariot heter.", field="name")
    same = Scenario.objects.filter(plan=scenario.plan, name=scenario.name).exclude(pk=scenario.pk)
    if same.exists():
        raise ScenarioRefused("Planen har redan ett scenario med det namnet. Välj ett annat.", field="name")
    check(scenario, {"name", "description", "year"})


def _told(scenario: Scenario) -> dict[str, object]:
    """Return what the log, which all who work on the plan read, may say: only the name of one that is not shared."""
    said = {"name": scenario.name}
    if scenario.is_shared:
        said |= {"description": scenario.description, "changes": scenario.changes}
    return said


def _digest(said: object) -> str:
    return hashlib.sha256(log.canonical(said).encode()).hexdigest()[:20]

"""Where a rule holds in a plan: deviations of areas and lines, and which day's figures a year is shared by.

Each function is one transaction that locks the plan, and the log tells it. All raise ``plans.editing.EditRefused``,
mostly as ``RuleRefused`` with the field that the reason is about; then nothing is changed.
"""

import dataclasses
import datetime
from collections.abc import Mapping
from dataclasses import dataclass

from django.db import models, transaction

from budgets.models import AllocationKey, AllocationRule, BudgetLine, CostBasis, FigureChoice, KeyFigureSet, RuleUse
from budgets.rule_editing import RuleChangedMeanwhile, RuleRefused
from budgets.rule_parts import RuleParts
from budgets.rule_terms import digest_of
from plans import log
from plans.deletion import snapshot
from plans.editing import EditRefused, check, last_change, lock_plan, locked_row, tidy
from plans.models import FocusArea, LogEntry, Plan

Place = FocusArea | BudgetLine
TOLD = ("rule", "reason", "decided_on", "decided_by", "decision_reference", "valid_from", "valid_to")
CHOSEN = ("figure_set", "earlier_set")
NEEDED = {
    "reason": "Skriv varför platsen fördelas på annat sätt.",
    "decided_on": "Ange vilken dag avvikelsen beslutades.",
    "decided_by": "Skriv vem som har beslutat om avvikelsen, till exempel SGD.",
    "valid_from": "Ange från vilken dag avvikelsen gäller.",
}


@dataclass(frozen=True, slots=True)
class UseTerms:
    """Everything that somebody decides about a deviation but its place. It holds in the years that begin within it."""

    rule: AllocationRule
    reason: str
    decided_on: datetime.date
    decided_by: str
    valid_from: datetime.date
    valid_to: datetime.date | None = None
    decision_reference: str = ""


def use_digest(use: RuleUse) -> str:
    """Return the digest of what the deviation says, to send along with a form."""
    return digest_of(_told(use))


def choice_digest(choice: FigureChoice | None) -> str:
    """Return the digest of a year's choice for a key, also of none."""
    return digest_of({name: getattr(choice, f"{name}_id", None) for name in CHOSEN})


@transaction.atomic
def use_rule(*, place: Place, terms: UseTerms, by, at: datetime.datetime | None = None) -> RuleUse:
    """Let an area or a budget line be shared by another rule than the year's own, as was decided."""
    plan = lock_plan(place)
    use = drafted_use(locked_row(place), terms)
    refuse_unfit(plan, use)
    check(use, {field.name for field in use._meta.fields})
    use.save()
    after = {name: value for name, value in _told(use).items() if value not in (None, "")}
    log.record(action=LogEntry.Action.CREATED, subject=use, by=by, at=at, after=after)
    return use


@transaction.atomic
def change_use(*, use: RuleUse, terms: UseTerms, seen: str, by, at: datetime.datetime | None = None) -> RuleUse:
    """Change what a deviation says. ``seen`` is the digest of it as the writer first saw it.

    Raises ``RuleChangedMeanwhile`` where somebody else has changed it since.
    """
    plan = lock_plan(use.place)
    use = locked_row(use)
    before = _told(use)
    _fill(use, terms)
    after = _told(use)
    if before == after:
        return use
    if digest_of(before) != seen:
        raise RuleChangedMeanwhile(locked_row(use), digest_of(before), last_change(use, list(before)))
    refuse_unfit(plan, use)
    _save(use, before, after, by=by, at=at)
    return use


@transaction.atomic
def end_use(*, use: RuleUse, valid_to: datetime.date, by, at: datetime.datetime | None = None) -> RuleUse:
    """Let a deviation hold through ``valid_to`` and no longer."""
    lock_plan(use.place)
    use = locked_row(use)
    if valid_to < use.valid_from:
        raise RuleRefused("Avvikelsen har inte börjat gälla då. Ta bort den i stället.", "valid_to")
    before = _told(use)
    use.valid_to = valid_to
    _save(use, before, _told(use), by=by, at=at)
    return use


@transaction.atomic
def remove_use(*, use: RuleUse, by, at: datetime.datetime | None = None) -> LogEntry:
    """Remove a deviation and return the entry that ``plans.deletion.restore`` takes.

    Its place is shared by its area's rule, or the year's own, again.
    """
    lock_plan(use.place)
    use = locked_row(use)
    before = {**_told(use), LogEntry.ROWS: snapshot([use])}
    entry = log.record(action=LogEntry.Action.DELETED, subject=use, by=by, at=at, before=before)
    use.delete()
    return entry


@transaction.atomic
def choose_figures(
    *,
    plan: Plan,
    year: int,
    allocation_key: AllocationKey,
    figure_set: KeyFigureSet | None,
    earlier_set: KeyFigureSet | None = None,
    seen: str,
    by,
    at: datetime.datetime | None = None,
) -> FigureChoice | None:
    """Choose which day's figures of a measure a year is shared by, and which day an increase is counted from.

    Without ``figure_set`` the choice is taken back. ``seen`` is the digest of the choice as the writer first saw it.
    """
    lock_plan(plan)
    basis = _basis_of(plan, year)
    choice = FigureChoice.objects.select_for_update().filter(cost_basis=basis, allocation_key=allocation_key).first()
    wished = FigureChoice(figure_set=figure_set, earlier_set=earlier_set)
    if choice_digest(choice) == choice_digest(wished):
        return choice
    if choice_digest(choice) != seen:
        raise RuleChangedMeanwhile(choice, choice_digest(choice), _newest_entry(choice))
    if figure_set is None:
        log.record(action=LogEntry.Action.DELETED, subject=choice, by=by, at=at, before=_days(choice))
        choice.delete()
        return None
    before = _days(choice) if choice else {}
    action = LogEntry.Action.CHANGED if choice else LogEntry.Action.CREATED
    choice = choice or FigureChoice(cost_basis=basis, allocation_key=allocation_key)
    choice.figure_set, choice.earlier_set = figure_set, earlier_set
    _refuse_wrong_days(choice)
    check(choice, {field.name for field in choice._meta.fields})
    choice.save()
    after = _days(choice)
    log.record(action=action, subject=choice, by=by, at=at, before=_differing(before, after), after=after)
    return choice


def drafted_use(place: Place, terms: UseTerms) -> RuleUse:
    """Return a deviation that is not saved, to see the effect of."""
    use = RuleUse(**{"focus_area" if isinstance(place, FocusArea) else "budget_line": place})
    _fill(use, terms)
    return use


def why_not_here(plan: Plan, use: RuleUse) -> tuple[str, str]:
    """Return why a deviation cannot stand as it is, in Swedish, and the field it is about; both empty where it can."""
    for name, reason in NEEDED.items():
        if not getattr(use, name):
            return reason, name
    rule = use.rule
    if rule.collaboration_id != plan.collaboration_id:
        return "Regeln hör till en annan samverkan än planen.", "rule"
    if use.valid_to and use.valid_to < use.valid_from:
        return "Avvikelsen kan inte sluta gälla innan den börjar gälla.", "valid_to"
    years = [row.year for row in plan.years.all()]
    if use.budget_line_id:
        years = [year for year in years if year == use.budget_line.year]
    if not any(use.is_valid_in(year) for year in years):
        first = f"{min(years)}-01-01" if years else "ett verksamhetsår"
        return f"Avvikelsen måste gälla den 1 januari ett av de år den är till för, till exempel {first}.", "valid_from"
    if rule.valid_from and use.valid_from < rule.valid_from:
        return f"Regeln gäller först från {rule.valid_from}. Välj den dagen eller en senare.", "valid_from"
    if rule.valid_to and (use.valid_to is None or use.valid_to > rule.valid_to):
        return f"Regeln gäller bara till och med {rule.valid_to}. Låt avvikelsen sluta då eller tidigare.", "valid_to"
    return "", ""


def overlapping(use: RuleUse) -> RuleUse | None:
    """Return a deviation of the same place that holds on a day when ``use`` does."""
    same = RuleUse.objects.filter(focus_area=use.focus_area_id, budget_line=use.budget_line_id).exclude(pk=use.pk)
    still = models.Q(valid_to__isnull=True) | models.Q(valid_to__gte=use.valid_from)
    before_end = models.Q(valid_from__lte=use.valid_to) if use.valid_to else models.Q()
    return same.filter(still, before_end).select_related("rule").order_by("valid_from").first()


def days_text(row: RuleUse | AllocationRule | RuleParts) -> str:
    """Return ``från 2030-01-01 till och med 2031-12-31``."""
    first = f"från {row.valid_from}" if row.valid_from else ""
    last = f"till och med {row.valid_to}" if row.valid_to else "tills vidare" if first else ""
    return " ".join(part for part in (first, last) if part)


def refuse_unfit(plan: Plan, use: RuleUse) -> None:
    """Raise ``RuleRefused`` where the deviation cannot stand, or another of its place holds at the same time."""
    reason, field = why_not_here(plan, use)
    if reason:
        raise RuleRefused(reason, field)
    if other := overlapping(use):
        raise RuleRefused(
            f"{use.place} har redan en avvikelse {days_text(other)}: {other.rule}. "
            "Avsluta den före, eller ändra den i stället.",
            "valid_from",
        )


def _fill(use: RuleUse, terms: UseTerms) -> None:
    for field in dataclasses.fields(terms):
        value = getattr(terms, field.name)
        if isinstance(value, str):
            value = tidy(RuleUse._meta.get_field(field.name), value)
        setattr(use, field.name, value)


def _save(use: RuleUse, before: Mapping, after: Mapping, *, by, at: datetime.datetime | None) -> None:
    check(use, {field.name for field in use._meta.fields})
    use.save()
    log.record(
        action=LogEntry.Action.CHANGED,
        subject=use,
        by=by,
        at=at,
        before=_differing(before, after),
        after=_differing(after, before),
    )


def _differing(one: Mapping, other: Mapping) -> dict:
    return {name: value for name, value in one.items() if other.get(name) != value}


def _told(use: RuleUse) -> dict[str, object]:
    return {name: str(use.rule) if name == "rule" else getattr(use, name) for name in TOLD}


def _days(choice: FigureChoice) -> dict[str, object]:
    days = {name: getattr(choice, name) for name in CHOSEN}
    return {name: str(value) for name, value in days.items() if value}


def _basis_of(plan: Plan, year: int) -> CostBasis:
    basis = CostBasis.objects.filter(plan_year__plan=plan, plan_year__year=year).first()
    if basis is None:
        raise EditRefused(f"Välj först regel och nyckeltal för {year}.")
    return basis


def _refuse_wrong_days(choice: FigureChoice) -> None:
    key, earlier = choice.allocation_key, choice.earlier_set
    if key.kind != AllocationKey.Kind.MEASURE:
        raise RuleRefused(f"{key} har inga egna nyckeltal.", "figure_set")
    if choice.figure_set.allocation_key_id != key.pk:
        raise RuleRefused(f"Nyckeltalen hör till en annan nyckel än {key}.", "figure_set")
    if earlier is None:
        return
    if earlier.allocation_key_id != key.pk:
        raise RuleRefused(f"Nyckeltalen som ökningen räknas från hör till en annan nyckel än {key}.", "earlier_set")
    if earlier.reference_date >= choice.figure_set.reference_date:
        raise RuleRefused(
            f"Ökningen räknas från en tidigare dag än {choice.figure_set.reference_date}. Välj en sådan.",
            "earlier_set",
        )


def _newest_entry(choice: FigureChoice | None) -> LogEntry | None:
    return last_change(choice, list(CHOSEN)) if choice else None

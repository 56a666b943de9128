"""The page where a rule is composed: a new one, a change of one, or one that replaces it."""

import dataclasses
from enum import StrEnum

from budgets.models import AllocationRule
from budgets.money import format_kr
from budgets.rule_editing import (
    RuleChangedMeanwhile,
    change_rule,
    create_rule,
    refuse_unfit,
    rule_digest,
    succeed_rule,
)
from budgets.rule_parts import parts_of
from budgets.rule_terms import RuleTerms, parts_of_terms, terms_of, tidied
from budgets.rule_words import rule_sentences
from plans.editing import EditRefused
from plans.models import Collaboration
from skane_digi.cost_rules.effects import NOTHING, Effect, effect_of, shared_or_fault
from skane_digi.cost_rules.example import trial_for
from skane_digi.cost_rules.rule_form import ComposeForm
from skane_digi.cost_rules.rule_pages import names_in, names_of


class Task(StrEnum):
    """What the page is for."""

    NEW = "ny"
    CHANGE = "andra"
    SUCCEED = "ersatt"


class Composing:
    """A rule on its way. ``rule`` is the one that is changed or replaced; a new one has none."""

    def __init__(self, task: Task, collaboration: Collaboration, rule: AllocationRule | None, *, data, user):
        self.task, self.collaboration, self.rule, self.user = task, collaboration, rule, user
        self.saved: AllocationRule | None = None
        self.form = ComposeForm(
            data,
            collaboration=collaboration,
            held=_starting(task, rule),
            asks_default=task == Task.SUCCEED and rule.is_default,
            seen=rule_digest(rule) if task == Task.CHANGE else "",
        )

    @property
    def heading(self) -> str:
        return {Task.NEW: "Ny kostnadsregel", Task.CHANGE: "Ändra regeln", Task.SUCCEED: "Ersätt regeln"}[self.task]

    @property
    def button(self) -> str:
        return {Task.NEW: "Spara regeln", Task.CHANGE: "Spara ändringen", Task.SUCCEED: "Spara den nya regeln"}[
            self.task
        ]

    @property
    def words(self) -> tuple[str, ...]:
        """What the composed rule says, of a valid form."""
        parts = parts_of_terms(self.form.terms)
        return rule_sentences(parts, names_of(parts))

    def preview(self) -> tuple[Effect, ...]:
        """Share the amount by the composed rule, beside the rule that it changes, replaces or differs from."""
        refuse_unfit(self.collaboration, tidied(self.form.terms))
        wished = parts_of_terms(self.form.terms, self.rule.slug if self.task == Task.CHANGE else "ny")
        before = self.rule or self._default()
        beside = parts_of(before) if before else None
        trial = trial_for(self.collaboration, self.user, [rule for rule in (wished, beside) if rule])
        typed = self.form.cleaned_data["amount"]
        amount = trial.amount if typed is None else typed
        what = trial.amount_words if typed is None else "beloppet som du har skrivit"
        labels = {Task.NEW: "Samverkans regel", Task.CHANGE: "Nu", Task.SUCCEED: "Regeln som ersätts"}
        then = shared_or_fault(trial.with_rule(wished), amount)
        now = shared_or_fault(trial.with_rule(beside), amount) if beside else NOTHING
        heading = f"Effekten på {format_kr(amount)}"
        effect = effect_of(
            now, then, heading=heading, now_label=labels[self.task], then_label="Så här blir det", notes=(_basis(what),)
        )
        return (effect,)

    def save(self, by) -> str:
        """Save the rule as ``saved`` and return a sentence that says so."""
        terms = self.form.terms
        if self.task == Task.NEW:
            self.saved = create_rule(collaboration=self.collaboration, terms=terms, by=by)
            return f"{self.saved} är sparad."
        if self.task == Task.SUCCEED:
            self.saved = succeed_rule(rule=self.rule, terms=terms, by=by, **self.form.becomes)
            return f"{self.saved} ersätter {self.rule} från {self.saved.valid_from}."
        self.saved = change_rule(rule=self.rule, terms=terms, seen=self.form.cleaned_data["seen"], by=by)
        return f"{self.saved} är ändrad."

    def meanwhile(self, refusal: EditRefused) -> tuple[str, ...]:
        if not isinstance(refusal, RuleChangedMeanwhile):
            return ()
        return (f"{refusal.row.name}.", *rule_sentences(parts_of(refusal.row), names_in(refusal.row)))

    def _default(self) -> AllocationRule | None:
        return self.collaboration.allocation_rules.filter(is_default=True).with_parts().first()


def _starting(task: Task, rule: AllocationRule | None) -> RuleTerms | None:
    """What the form shows at first: a successor is decided anew and holds from another day."""
    if rule is None:
        return None
    terms = terms_of(rule)
    if task == Task.CHANGE:
        return terms
    anew = {"decided_on": None, "decided_by": "", "decision_reference": "", "valid_from": None, "valid_to": None}
    return dataclasses.replace(terms, **anew)


def _basis(what: str) -> str:
    return f"Räknat på {what}, som en enda summa, med årets nyckeltal eller, där inga är valda, de senaste."

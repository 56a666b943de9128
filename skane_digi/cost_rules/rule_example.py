"""What each organisation would pay of an amount by a rule, beside the collaboration's default rule."""

import datetime
from dataclasses import dataclass

from django import forms

from budgets.models import AllocationRule
from budgets.money import format_kr, plain
from budgets.rule_parts import parts_of
from skane_digi.cost_rules.effects import NOTHING, Effect, effect_of, shared_or_fault
from skane_digi.cost_rules.example import Trial, trial_for
from skane_digi.cost_rules.fields import AmountField, RuleForm


class ExampleForm(RuleForm):
    """An amount, and the day whose key figures it is shared by. Sent by GET; nothing asked shows the trial's own."""

    belopp = AmountField(label="Belopp, kr", required=False)
    dag = forms.ChoiceField(label="Nyckeltal", required=False, error_messages={"invalid_choice": "Välj en av dagarna."})

    def __init__(self, data, trial: Trial):
        super().__init__(data, auto_id="exempel-%s")
        del self.fields["seen"]
        self.fields["belopp"].widget.attrs["placeholder"] = plain(format_kr(trial.amount))
        own = [("", "Planens, annars de senaste")] if trial.basis and trial.basis.figures else []
        latest = [] if own else [("", "De senaste")]
        self.fields["dag"].choices = [*own, *latest, *((str(day), str(day)) for day in trial.days)]


@dataclass(frozen=True, slots=True)
class RuleExample:
    form: ExampleForm
    effect: Effect | None


def rule_example(rule: AllocationRule, user, data) -> RuleExample:
    """Return the form and, where what was asked makes sense, the table. ``rule`` comes with its parts."""
    parts = parts_of(rule)
    defaults = AllocationRule.objects.filter(collaboration=rule.collaboration, is_default=True).exclude(pk=rule.pk)
    default = defaults.with_parts().first()
    beside = parts_of(default) if default else None
    trial = trial_for(rule.collaboration, user, [each for each in (parts, beside) if each])
    form = ExampleForm(data, trial)
    if not form.is_valid():
        return RuleExample(form, None)
    typed, day = form.cleaned_data["belopp"], form.cleaned_data["dag"]
    amount = trial.amount if typed is None else typed
    on = datetime.date.fromisoformat(day) if day else None
    then = shared_or_fault(trial.with_rule(parts, on), amount)
    now = shared_or_fault(trial.with_rule(beside, on), amount) if beside else NOTHING
    figures = then.shared.figure_set if then.shared else None
    notes = [f"Räknat på {trial.amount_words}." if typed is None else ""]
    notes.append(f"Förvalet är {default}." if beside else "")
    notes.append(f"{figures.allocation_key} {figures.reference_date}." if figures else "")
    effect = effect_of(
        now,
        then,
        heading=f"Vem betalar vad av {format_kr(amount)}",
        now_label="Förvalet",
        then_label="Den här regeln",
        notes=tuple(note for note in notes if note),
    )
    return RuleExample(form, effect)

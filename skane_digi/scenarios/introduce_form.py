"""The form that confirms what a scenario does to the draft, and asks who decided on rules of their own."""

from django import forms

from budgets.scenario_editing import DraftSteps, RuleDecision
from skane_digi.workspace.referral_forms import DayField


class IntroduceForm(forms.Form):
    """``seen`` is the digest of the list that was shown. The rest is asked for where a decision is needed."""

    seen = forms.CharField(required=False, widget=forms.HiddenInput)
    reason = forms.CharField(
        label="Skäl till den egna regeln",
        max_length=2_000,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": "Skriv varför området eller posten fördelas på annat sätt."},
    )
    decided_on = DayField(label="Beslutat den")
    decided_by = forms.CharField(
        label="Beslutat av",
        max_length=160,
        error_messages={"required": "Skriv vem som har beslutat om den egna regeln."},
        help_text="Till exempel SGD.",
    )
    decision_reference = forms.CharField(label="Beslutets beteckning", max_length=120, required=False)

    def __init__(self, steps: DraftSteps | None, data=None):
        super().__init__(data, initial={"seen": steps.digest if steps else ""}, label_suffix="")
        if steps is None or not steps.needs_decision:
            for name in ("reason", "decided_on", "decided_by", "decision_reference"):
                del self.fields[name]

    @property
    def decision(self) -> RuleDecision | None:
        """What was decided; ``None`` where no decision is needed."""
        values = {name: value for name, value in self.cleaned_data.items() if name != "seen"}
        return RuleDecision(**values) if values else None

    def follow(self, steps: DraftSteps | None) -> None:
        """Let the next try follow on the list that is shown now."""
        self.data = self.data.copy()
        self.data["seen"] = steps.digest if steps else ""

    @property
    def problems(self) -> list[tuple[str, str]]:
        return [
            (self[name].auto_id if name in self.fields else "", fault)
            for name, faults in self.errors.items()
            for fault in faults
        ]

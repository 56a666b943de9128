"""The forms of a referral round."""

import datetime

from django import forms

from plans.models import ReferralAnswer
from plans.models.referral import LONGEST_ANSWER, LONGEST_MESSAGE
from plans.referring import KEPT_FIELDS, AnswerChanged, ReferralRefused, answer_digest


class DayField(forms.DateField):
    """A day, chosen in the browser's calendar or written as 2024-03-01."""

    def __init__(self, **kwargs):
        wrong = {"invalid": "Skriv dagen som 2024-03-01.", "required": "Välj en dag."}
        wrong |= kwargs.pop("error_messages", {})
        widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
        super().__init__(widget=widget, input_formats=["%Y-%m-%d"], error_messages=wrong, **kwargs)


class RefusableForm(forms.Form):
    """A form that shows at its own field why something was refused."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, label_suffix="", **kwargs)

    def refuse(self, refusal: ReferralRefused) -> None:
        self.add_error(refusal.field if refusal.field in self.fields else None, refusal.reason)


class OpenForm(RefusableForm):
    due_on = DayField(label="Sista dag att svara")
    message = forms.CharField(
        label="Meddelande till medlemmarna",
        required=False,
        max_length=LONGEST_MESSAGE,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text="Står i brevet och överst på remissens sida. Får lämnas tomt.",
    )


class ExtendForm(RefusableForm):
    due_on = DayField(label="Ny sista dag att svara")


class AnswerForm(RefusableForm):
    """What an organisation answers. ``with_day``: the day is asked for, where the answer came in another way."""

    kind = forms.ChoiceField(
        label="Svar",
        choices=ReferralAnswer.Kind.choices,
        widget=forms.RadioSelect,
        error_messages={"required": "Välj vad organisationen svarar."},
    )
    text = forms.CharField(
        label="Synpunkter",
        required=False,
        max_length=LONGEST_ANSWER,
        widget=forms.Textarea(attrs={"rows": 8}),
        help_text="Behövs när ni har synpunkter eller avstyrker.",
    )
    registry_number = forms.CharField(label="Diarienummer", required=False, max_length=60)
    answered_on = DayField(label="Svarsdag", help_text="Den dag svaret kom.")
    base = forms.CharField(required=False, max_length=200, widget=forms.HiddenInput)

    def __init__(self, data=None, *, answer: ReferralAnswer | None, day: datetime.date, with_day: bool):
        initial = {"answered_on": day}
        if answer is not None:
            initial = {name: getattr(answer, name) for name in KEPT_FIELDS}
        initial["base"] = answer_digest(answer)
        super().__init__(data, initial=initial)
        if not with_day:
            del self.fields["answered_on"]

    def refuse(self, refusal: ReferralRefused) -> None:
        """Let the next try follow on what the writer has now been told of."""
        super().refuse(refusal)
        if isinstance(refusal, AnswerChanged):
            self.data = self.data.copy()
            self.data["base"] = refusal.base

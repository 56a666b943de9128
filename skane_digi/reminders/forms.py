"""The form of what one wants by e-mail."""

from django import forms


class LettersForm(forms.Form):
    wants_reminders = forms.BooleanField(label="Påminn mig när min organisations beslut väntas", required=False)

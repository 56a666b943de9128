"""The form of what one wants by e-mail."""

from django import forms


class LettersForm(forms.Form):
    wants_reminders = forms.BooleanField(label="Skicka påminnelser till mig", required=False)

"""The forms of signing in and of invitations."""

from allauth.account.forms import LoginForm
from django import forms
from django.contrib.auth import get_user_model, password_validation
from django.core.exceptions import ValidationError

from plans.models import Collaboration, Organisation
from plans.roles import ROLES_OF_ONE_ORGANISATION, ROLES_WITH_ORGANISATION, Role
from skane_digi.accounts.invitations import Grant


class SignInForm(LoginForm):
    """Sign-in by address and password. The labels say what to write; nothing stands in the fields."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.widget.attrs.pop("placeholder", None)


class InvitationForm(forms.Form):
    """An address and the roles it is invited to, in a collaboration that the inviting administrator has."""

    email = forms.EmailField(
        label="E-postadress", max_length=150, widget=forms.EmailInput(attrs={"autocomplete": "off"})
    )
    collaboration = forms.ModelChoiceField(Collaboration.objects.none(), label="Samverkan", empty_label=None)
    roles = forms.MultipleChoiceField(
        label="Roller",
        choices=Role.choices,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Välj minst en roll."},
    )
    organisation = forms.ModelChoiceField(
        Organisation.objects.none(),
        label="Organisation",
        required=False,
        empty_label="Ingen",
        help_text="Krävs för registratorn: den organisation vars beslut personen registrerar.",
    )

    def __init__(self, *args, collaborations, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["collaboration"].queryset = collaborations
        members = Organisation.objects.filter(memberships__collaboration__in=collaborations).distinct()
        self.fields["organisation"].queryset = members.order_by("code")

    def clean(self) -> dict:
        data = super().clean()
        roles, organisation = data.get("roles", []), data.get("organisation")
        if any(role in ROLES_OF_ONE_ORGANISATION for role in roles) and not organisation:
            self.add_error("organisation", "En registrator hör till en organisation. Välj vilken.")
        if organisation and not any(role in ROLES_WITH_ORGANISATION for role in roles):
            self.add_error("organisation", "Ingen av rollerna hör till en organisation. Välj ”Ingen”.")
        collaboration = data.get("collaboration")
        if organisation and collaboration and not collaboration.memberships.filter(organisation=organisation).exists():
            self.add_error("organisation", "Organisationen är inte medlem i den valda samverkan.")
        return data

    def grants(self) -> list[Grant]:
        data = self.cleaned_data
        return [
            Grant(role, data["collaboration"], data["organisation"] if role in ROLES_WITH_ORGANISATION else None)
            for role in data["roles"]
        ]


class AcceptanceForm(forms.Form):
    """The name and password of the one who accepts an invitation."""

    first_name = forms.CharField(
        label="Förnamn", max_length=150, widget=forms.TextInput(attrs={"autocomplete": "given-name"})
    )
    last_name = forms.CharField(
        label="Efternamn", max_length=150, widget=forms.TextInput(attrs={"autocomplete": "family-name"})
    )
    password = forms.CharField(
        label="Lösenord",
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text="Minst tolv tecken, gärna flera ord. Inte bara siffror och inget som många andra har.",
    )
    password_again = forms.CharField(
        label="Lösenord en gång till",
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def __init__(self, *args, email: str, **kwargs):
        super().__init__(*args, **kwargs)
        self.email = email

    def clean(self) -> dict:
        data = super().clean()
        password = data.get("password")
        if password and data.get("password_again") and password != data["password_again"]:
            self.add_error("password_again", "Lösenorden är inte lika.")
        if password:
            names = {name: data.get(name, "") for name in ("first_name", "last_name")}
            try:
                password_validation.validate_password(
                    password, get_user_model()(username=self.email, email=self.email, **names)
                )
            except ValidationError as error:
                self.add_error("password", error)
        return data

"""The form for what an organisation has decided, with its conditions, and the one for finding a condition met."""

from collections.abc import Iterable

from django import forms
from django.core.files.uploadedfile import UploadedFile

from plans.deciding import LARGEST_EXTRACT, MOST_CONDITIONS, DecisionRefused, Wish
from plans.models import Decision, DecisionCondition, Organisation, PlanVersion
from plans.models.version import LONGEST_REASON
from skane_digi.decisions.recording import RecordedMeanwhile, first_possible_day, newest_key
from skane_digi.workspace.referral_forms import DayField, RefusableForm

CONDITION_ROWS = 5
MEGABYTE = 1024 * 1024
PDF_BEGINS = b"%PDF-"
INSTANCES = {
    Organisation.Kind.REGION: (
        "Hälso- och sjukvårdsnämnden",
        "Regionstyrelsens arbetsutskott",
        "Regionstyrelsen",
        "Regionfullmäktige",
    ),
    Organisation.Kind.MUNICIPALITY: (
        "Kommunstyrelsens arbetsutskott",
        "Kommunstyrelsen",
        "Kommunfullmäktige",
        "Vård- och omsorgsnämnden",
        "Socialnämnden",
    ),
}
BEFORE_CONDITIONS = ("correction_reason", "outcome")
STAGES = (
    (Decision.Stage.PREPARES, "Bereder ärendet"),
    (Decision.Stage.PROPOSES, "Föreslår beslut"),
    (Decision.Stage.DECIDES, "Beslutar"),
)
OUTCOMES = [choice for choice in Decision.Outcome.choices if choice[0] != Decision.Outcome.WITHDRAWN]


def _text(**options) -> forms.CharField:
    rows = options.pop("rows", 3)
    widget = forms.Textarea(attrs={"rows": rows})
    return forms.CharField(required=options.pop("required", False), max_length=LONGEST_REASON, widget=widget, **options)


class ConditionForm(RefusableForm):
    """One condition. A row where nothing is filled in is no condition."""

    kind = forms.ChoiceField(label="Villkor", required=False)
    organisations = forms.MultipleChoiceField(
        label="Organisationer som ska anta", required=False, widget=forms.CheckboxSelectMultiple
    )
    text = _text(label="Ordalydelse", rows=2, help_text="Som det står i protokollet. Behövs för ”Annat villkor”.")

    def __init__(self, *args, others: Iterable[Organisation], **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = [("", "Inget villkor"), *_capitalised(DecisionCondition.Kind.choices)]
        self.fields["organisations"].choices = [(one.code, one.short_name) for one in others]

    def clean(self) -> dict:
        values = super().clean()
        kind, named, text = values.get("kind"), values.get("organisations"), values.get("text")
        if not kind and (named or text) and "kind" not in self.errors:
            self.add_error("kind", "Välj vilket slag av villkor det är, eller töm raden.")
        if kind == DecisionCondition.Kind.NAMED and not named and "organisations" not in self.errors:
            self.add_error("organisations", "Välj vilka organisationer som ska anta.")
        if kind == DecisionCondition.Kind.FREE_TEXT and not text and "text" not in self.errors:
            self.add_error("text", "Skriv villkorets ordalydelse.")
        return values

    @property
    def wish(self) -> Wish | None:
        """The condition that was filled in, of a valid row."""
        kind = self.cleaned_data.get("kind")
        if not kind:
            return None
        named = self.cleaned_data["organisations"] if kind == DecisionCondition.Kind.NAMED else ()
        return Wish(kind, self.cleaned_data["text"], tuple(named))


class RecordForm(RefusableForm):
    """What an organisation has decided on ``version``. ``corrects`` is the record that it takes the place of.

    ``members`` are the organisations that are to decide. ``seen`` is the newest record when the form was opened.
    """

    outcome = forms.ChoiceField(
        label="Vad blev beslutet?",
        widget=forms.RadioSelect,
        error_messages={"required": "Välj vad instansen har beslutat.", "invalid_choice": "Välj ett av utfallen."},
    )
    stage = forms.ChoiceField(
        label="Vad gör instansen?",
        choices=STAGES,
        initial=Decision.Stage.DECIDES,
        widget=forms.RadioSelect,
        error_messages={"required": "Välj vad instansen gör.", "invalid_choice": "Välj vad instansen gör."},
    )
    instance = forms.CharField(
        label="Instans",
        max_length=120,
        widget=forms.TextInput(attrs={"list": "instanser", "autocomplete": "off"}),
        error_messages={"required": "Ange vilken instans som har beslutat, till exempel Kommunstyrelsen."},
    )
    decided_on = DayField(label="Beslutsdag", required=False)
    paragraph = forms.CharField(label="Paragraf", required=False, max_length=40)
    case_number = forms.CharField(label="Diarienummer", required=False, max_length=60)
    comment = _text(label="Kommentar", help_text="Syns för dem som deltar i samverkan, inte för allmänheten.")
    extract = forms.FileField(
        label="Protokollsutdrag",
        required=False,
        max_length=200,
        widget=forms.FileInput(attrs={"accept": ".pdf,application/pdf", "data-largest": LARGEST_EXTRACT}),
        error_messages={"empty": "Filen är tom. Välj ett protokollsutdrag som PDF."},
    )
    correction_reason = _text(label="Varför rättas det?", help_text="Till exempel: Fel dag vid registreringen.", rows=2)
    seen = forms.CharField(required=False, max_length=80, widget=forms.HiddenInput)

    def __init__(
        self,
        data=None,
        files=None,
        *,
        version: PlanVersion,
        organisation: Organisation,
        members: Iterable[Organisation],
        corrects: Decision | None = None,
        case_number: str = "",
    ):
        initial = _initial(corrects) if corrects else {"case_number": case_number}
        super().__init__(data, files, initial={"seen": newest_key(version, organisation), **initial})
        self.version, self.organisation, self.corrects = version, organisation, corrects
        self.fields["outcome"].choices = Decision.Outcome.choices if corrects else OUTCOMES
        self.instances = INSTANCES[organisation.kind]
        if first := first_possible_day(version):
            self.fields["decided_on"].widget.attrs["min"] = first.isoformat()
        if not corrects:
            del self.fields["correction_reason"]
        others = [one for one in members if one != organisation]
        self.conditions = _condition_rows(data, others, corrects)
        self.condition_fault = ""

    def is_valid(self) -> bool:
        return all([super().is_valid(), *(row.is_valid() for row in self._counted_rows)])

    def clean_extract(self) -> UploadedFile | None:
        upload = self.cleaned_data["extract"]
        if upload and upload.size > LARGEST_EXTRACT:
            raise forms.ValidationError(f"Filen är större än {LARGEST_EXTRACT // MEGABYTE} MB. Lägg in en mindre.")
        if upload:
            is_pdf = upload.read(len(PDF_BEGINS)) == PDF_BEGINS
            upload.seek(0)
            if not is_pdf:
                raise forms.ValidationError(
                    f"{upload.name} är ingen PDF. Spara protokollsutdraget som PDF och välj det."
                )
        return upload

    def clean(self) -> dict:
        values = super().clean()
        if self.is_withdrawn:
            return values
        if not values.get("decided_on") and "decided_on" not in self.errors and not self.version.is_as_printed:
            self.add_error("decided_on", "Ange vilken dag beslutet fattades.")
        return values

    @property
    def is_withdrawn(self) -> bool:
        return bool(self.corrects) and self.cleaned_data.get("outcome") == Decision.Outcome.WITHDRAWN

    @property
    def values(self) -> dict:
        """The arguments of ``record_once`` that a valid form gives."""
        upload = self.cleaned_data["extract"]
        return {
            **self.cleaned_data,
            "conditions": tuple(wish for row in self._counted_rows if (wish := row.wish)),
            "extract": (upload.name, upload.read()) if upload else None,
            "replaces": self.corrects,
        }

    @property
    def problems(self) -> list[tuple[str, str]]:
        """Every fault, as the id of its field and a sentence, in the order of the page."""
        conditions = [("villkor", self.condition_fault)] if self.condition_fault else []
        for row in self._counted_rows:
            conditions += [(row[name].auto_id, fault) for name, faults in row.errors.items() for fault in faults]
        before = [name for name in BEFORE_CONDITIONS if name in self.errors]
        after = [name for name in self.errors if name not in BEFORE_CONDITIONS]
        return [*self._faults_of(before), *conditions, *self._faults_of(after)]

    def _faults_of(self, names: list[str]) -> list[tuple[str, str]]:
        targets = ((self[name].auto_id if name in self.fields else "", name) for name in names)
        return [(target, fault) for target, name in targets for fault in self.errors[name]]

    @property
    def lost_file(self) -> str:
        """The name of a file that was well, and has to be chosen again: a browser lets no page put it back."""
        upload = self.files.get("extract")
        return upload.name if upload and self.problems and "extract" not in self.errors else ""

    def refuse(self, refusal: DecisionRefused) -> None:
        """Show the refusal at its field, and let the next try follow on what the writer has now been told of."""
        if refusal.field == "conditions":
            self.condition_fault = refusal.reason
        else:
            super().refuse(refusal)
        if isinstance(refusal, RecordedMeanwhile):
            self.data = self.data.copy()
            self.data["seen"] = refusal.seen

    @property
    def _counted_rows(self) -> list[ConditionForm]:
        """The rows that say something; what is withdrawn has no conditions."""
        return [] if self.is_bound and self.data.get("outcome") == Decision.Outcome.WITHDRAWN else self.conditions


class FindingForm(RefusableForm):
    """Whether a condition in words is met."""

    is_met = forms.TypedChoiceField(
        label="Är villkoret uppfyllt?",
        choices=[("ja", "Uppfyllt"), ("nej", "Inte uppfyllt")],
        coerce=lambda value: value == "ja",
        widget=forms.RadioSelect,
        error_messages={"required": "Välj om villkoret är uppfyllt."},
    )
    reason = _text(
        label="Skäl", required=True, error_messages={"required": "Skriv vad bedömningen grundas på."}, rows=3
    )


def _condition_rows(data, others: list[Organisation], corrects: Decision | None) -> list[ConditionForm]:
    old = list(corrects.conditions.prefetch_related("organisations")) if corrects else []
    initials = [
        {"kind": one.kind, "text": one.text, "organisations": [row.code for row in one.organisations.all()]}
        for one in old
    ]
    count = min(max(CONDITION_ROWS, len(initials)), MOST_CONDITIONS)
    initials += [{}] * (count - len(initials))
    return [
        ConditionForm(data, others=others, initial=initial, prefix=f"villkor-{number}")
        for number, initial in enumerate(initials, start=1)
    ]


def _initial(corrects: Decision) -> dict:
    names = ("outcome", "stage", "instance", "decided_on", "paragraph", "case_number", "comment")
    return {name: getattr(corrects, name) for name in names}


def _capitalised(choices) -> list[tuple[str, str]]:
    return [(value, label[0].upper() + label[1:]) for value, label in choices]

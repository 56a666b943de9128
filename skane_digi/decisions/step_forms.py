"""What each step asks for. Every form's ``values`` are the arguments of the function that takes the step."""

import hashlib

from django import forms

from plans.checks import Finding
from plans.models import Body, Plan, PlanStep
from plans.models.version import LONGEST_REASON
from skane_digi.decisions.next_steps import OtherStep
from skane_digi.portal.findings import linked
from skane_digi.workflows import increases, printed_faults, why_all_must_decide
from skane_digi.workspace.referral_forms import DayField, RefusableForm

Kind = PlanStep.Kind


def _text(label: str, *, missing: str = "", rows: int = 4, help_text: str = "") -> forms.CharField:
    return forms.CharField(
        label=label,
        required=bool(missing),
        max_length=LONGEST_REASON,
        widget=forms.Textarea(attrs={"rows": rows}),
        error_messages={"required": missing},
        help_text=help_text,
    )


class StepForm(RefusableForm):
    """A step's form. ``seen`` is how many steps the plan had taken when it was opened."""

    seen = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, data=None, *, plan: Plan):
        super().__init__(data, initial={"seen": plan.steps.count()})
        self.plan = plan
        self.prepare()

    def prepare(self) -> None:
        """Fit the fields to the plan."""

    @property
    def values(self) -> dict:
        return {name: value for name, value in self.cleaned_data.items() if name != "seen"}

    @property
    def shown_fields(self) -> list:
        """The fields that are shown one after the other, those of choices apart."""
        return [field for field in self.visible_fields() if not isinstance(field.field.widget, forms.RadioSelect)]

    @property
    def choice_fields(self) -> list:
        return [field for field in self.visible_fields() if isinstance(field.field.widget, forms.RadioSelect)]

    @property
    def problems(self) -> list[tuple[str, str]]:
        """Every fault, as the id of its field and a sentence."""
        return [
            (self[name].auto_id if name in self.fields else "", fault)
            for name, faults in self.errors.items()
            for fault in faults
        ]

    def follow(self, seen: int) -> None:
        """Let the next try follow on a step that the writer has now been told of."""
        self.data = self.data.copy()
        self.data["seen"] = seen


class SubmitForm(StepForm):
    reason = _text(
        "Varför fryses planen?",
        missing="Skriv varför planen fryses.",
        help_text="Till exempel: Färdig i SGD.",
    )
    wanted_on = DayField(
        label="Beslut önskas senast", required=False, help_text="Får lämnas tomt och anges när planen sänds ut."
    )


class BodyForm(StepForm):
    """What a body has decided."""

    body = forms.ModelChoiceField(
        Body.objects.none(),
        label="Organ",
        empty_label="Välj organ",
        error_messages={"required": "Välj vilket organ som har beslutat.", "invalid_choice": "Välj ett av organen."},
    )
    taken_on = DayField(label="Dag för organets beslut")
    paragraph = forms.CharField(label="Paragraf", required=False, max_length=40)
    case_number = forms.CharField(label="Diarienummer", required=False, max_length=60)
    comment = _text("Kommentar", rows=3)

    def prepare(self) -> None:
        collaboration = self.plan.collaboration_id
        self.fields["body"].queryset = Body.objects.filter(collaboration=collaboration)
        earlier = PlanStep.objects.filter(plan__collaboration=collaboration, kind=self.kind, body__isnull=False)
        last = earlier.order_by("taken_at", "pk").last()
        self.initial["body"] = last.body_id if last else None


class PrepareForm(BodyForm):
    kind = Kind.PREPARE


class RecommendForm(BodyForm):
    """A recommendation. Of a revision it is also said whether the change goes back to all the members."""

    kind = Kind.RECOMMEND
    needs_all = forms.TypedChoiceField(
        label="Går ändringen tillbaka till alla huvudmän?",
        coerce=lambda value: value == "alla",
        widget=forms.RadioSelect,
        error_messages={"required": "Välj om ändringen går tillbaka till huvudmännen."},
    )

    def prepare(self) -> None:
        super().prepare()
        version = self.plan.versions.select_related("replaces").order_by("number").last()
        replaced = version.replaces if version else None
        self.must_go_to_all = why_all_must_decide(self.plan) if replaced else ""
        self.increases = increases(replaced, version) if replaced else ()
        if replaced is None or self.must_go_to_all:
            del self.fields["needs_all"]
            return
        self.fields["needs_all"].choices = [
            ("alla", "Ja, alla beslutar på nytt. Besluten om den förra versionen räknas inte för den nya."),
            ("vilar", f"Nej, den vilar på besluten om version {replaced.number} och blir fastställd genast."),
        ]


class SendForm(StepForm):
    wanted_on = DayField(
        label="Beslut önskas senast", required=False, help_text="Påminnelser går ut 30, 7 och 1 dag före."
    )
    comment = _text("Kommentar", rows=3)

    def prepare(self) -> None:
        self.initial["wanted_on"] = _wanted_on(self.plan)


class ReturnForm(StepForm):
    reason = _text("Varför återförvisas planen?", missing="Skriv varför planen återförvisas.")
    body = forms.ModelChoiceField(
        Body.objects.none(),
        label="Organ",
        required=False,
        empty_label="Inget organ",
        help_text="Det organ som har beslutat om återförvisningen, om något.",
        error_messages={"invalid_choice": "Välj ett av organen."},
    )
    taken_on = DayField(label="Dag för organets beslut", required=False)
    paragraph = forms.CharField(label="Paragraf", required=False, max_length=40)

    def prepare(self) -> None:
        self.fields["body"].queryset = Body.objects.filter(collaboration=self.plan.collaboration_id)


class ReopenForm(StepForm):
    reason = _text("Varför revideras planen?", missing="Skriv varför planen revideras.")


class CloseForm(StepForm):
    comment = _text("Kommentar", rows=3, help_text="Får lämnas tom.")


class WantedForm(StepForm):
    wanted_on = DayField(label="Beslut önskas senast")

    def prepare(self) -> None:
        self.initial["wanted_on"] = _wanted_on(self.plan)


class PrintedForm(StepForm):
    """A plan sent on paper: what state it is in, and a reason to let each of its faults stand."""

    status = forms.ChoiceField(
        label="Vilket läge är planen i?",
        choices=[
            (Plan.Status.DECIDING, "Den är sänd, och huvudmännen beslutar"),
            (Plan.Status.ADOPTED, "Den är fastställd av alla"),
        ],
        widget=forms.RadioSelect,
        error_messages={"required": "Välj om planen väntar på huvudmännens beslut eller är fastställd."},
    )
    reason = _text(
        "Varifrån kommer uppgifterna?",
        missing="Skriv varifrån uppgifterna kommer.",
        help_text="Till exempel: Inskriven efter den tryckta planen, daterad 2022-03-01.",
    )
    same_reason = _text("Samma skäl för alla fel", rows=2, help_text="Gäller för de fel som inte får ett eget skäl.")

    def prepare(self) -> None:
        self.faults = {}
        for finding in printed_faults(self.plan):
            self.faults.setdefault(_name_of(finding), finding)
        for name in self.faults:
            self.fields[name] = _text("Eget skäl", rows=2)
        if not self.faults:
            del self.fields["same_reason"]
        if self.plan.is_decided:
            self.fields["status"].choices = [(Plan.Status.ADOPTED, "Den är fastställd av alla")]
            self.initial["status"] = Plan.Status.ADOPTED

    def clean(self) -> dict:
        values = super().clean()
        for name in self.faults:
            if not (values.get(name) or values.get("same_reason")) and name not in self.errors:
                self.add_error(name, "Skriv varför felet får stå kvar, eller ge samma skäl för alla.")
        return values

    @property
    def values(self) -> dict:
        same = self.cleaned_data.get("same_reason", "")
        return {
            "status": self.cleaned_data["status"],
            "reason": self.cleaned_data["reason"],
            "acknowledgements": {
                finding.text: self.cleaned_data[name] or same for name, finding in self.faults.items()
            },
        }

    @property
    def shown_fields(self) -> list:
        return [self["reason"]]

    @property
    def fault_rows(self) -> list[tuple]:
        """Each fault with the page that shows it, and the field for its reason."""
        shown = linked(self.plan, self.faults.values())
        return [(fault, self[name]) for fault, name in zip(shown, self.faults, strict=True)]


def _name_of(finding: Finding) -> str:
    return f"fel-{hashlib.sha256(finding.text.encode()).hexdigest()[:12]}"


def _wanted_on(plan: Plan):
    return plan.decision_rounds.filter(state="open").values_list("wanted_on", flat=True).first()


FORMS: dict[str, type[StepForm]] = {
    Kind.SUBMIT: SubmitForm,
    Kind.PREPARE: PrepareForm,
    Kind.RECOMMEND: RecommendForm,
    Kind.SEND: SendForm,
    Kind.RETURN: ReturnForm,
    Kind.REOPEN: ReopenForm,
    Kind.CLOSE: CloseForm,
    Kind.RECORD: PrintedForm,
    OtherStep.WANTED: WantedForm,
}

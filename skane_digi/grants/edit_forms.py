"""The forms for an agreement and for everything that belongs to one."""

from typing import ClassVar

from django import forms

from budgets import grant_editing as fields
from budgets.grant_measure_editing import MEASURE_FIELDS
from budgets.grants import organisations_of
from budgets.models import (
    AllocationKey,
    GrantAgreement,
    GrantAmount,
    GrantArea,
    GrantCondition,
    GrantDuty,
    GrantMeasure,
    GrantShare,
    KeyFigureSet,
)
from budgets.models.grant_use import LONGEST_LIFE
from plans import permissions
from plans.models import Collaboration
from skane_digi.cost_rules.fields import AmountField, RowField, WholeField, day, text
from skane_digi.grants.edit_fields import GrantForm

WHOLE_AGREEMENT = "Hela bidraget"


def _line(label: str, model, name: str, **options) -> forms.CharField:
    """Return a field for one line of text, as long as the model's."""
    longest = model._meta.get_field(name).max_length
    return forms.CharField(label=label, max_length=longest, **{"required": False, **options})


def _needed(sentence: str) -> dict:
    return {"required": True, "error_messages": {"required": sentence}}


def _position() -> WholeField:
    return WholeField(label="Plats i ordningen", required=False, max_value=999, help_text="Tomt: sist.")


class AgreementForm(GrantForm):
    names = fields.AGREEMENT_FIELDS
    groups = (
        ("", ("collaboration", "name", "year", "giver", "total_amount", "purpose")),
        ("Beslut och ansvar", ("decided_by", "decided_on", "decision_reference", "responsible", "contact", "source")),
    )
    collaboration = RowField(label="Samverkan", error_messages={"required": "Välj samverkan."})
    name = _line("Namn", GrantAgreement, "name", **_needed("Skriv vad bidraget heter."))
    year = WholeField(label="Bidragsår", error_messages={"required": "Skriv vilket år bidraget gäller."})
    giver = _line("Bidragsgivare", GrantAgreement, "giver", **_needed("Skriv vem som ger bidraget."))
    total_amount = AmountField(
        label="Överenskommelsens belopp, kr",
        required=False,
        help_text="Hela beloppet som det är angivet. Jämförs med summan av områdenas belopp.",
    )
    purpose = text("Ändamål", required=False)
    decided_by = _line("Beslutad av", GrantAgreement, "decided_by")
    decided_on = day("Beslutad den")
    decision_reference = _line("Beslutets beteckning", GrantAgreement, "decision_reference")
    responsible = _line("Ansvarig", GrantAgreement, "responsible")
    contact = _line("Kontaktperson", GrantAgreement, "contact")
    source = text("Källa", required=False)

    def __init__(self, data=None, *, row: GrantAgreement, user):
        super().__init__(data, row=row)
        found = [each for each in Collaboration.objects.all() if permissions.can_write_grants(user, each)]
        if row.pk:
            del self.fields["collaboration"]
            return
        self.fields["collaboration"].offer({each.slug: (each.name, each) for each in found})
        if len(found) == 1:
            self.initial["collaboration"] = found[0]
            self.fields["collaboration"].widget = forms.HiddenInput()


class PartForm(GrantForm):
    """A row of ``agreement``. ``places`` are the fields that say where a new row belongs; an old one stays there."""

    places: ClassVar[tuple[str, ...]] = ()

    def __init__(self, data=None, *, agreement: GrantAgreement, row, initial=None):
        super().__init__(data, row=row, initial=initial)
        self.agreement = agreement
        self.offer()
        if row.pk:
            for name in self.places:
                del self.fields[name]

    def offer(self) -> None:
        """Fill the choices of the fields."""

    @property
    def place(self) -> dict[str, object]:
        """Where a new row belongs, as arguments of what creates it."""
        return {name: self.cleaned_data[name] for name in self.places} or {"agreement": self.agreement}

    def _offer_areas(self) -> None:
        areas = self.agreement.areas.order_by("position", "pk")
        self.fields["area"].offer({area.slug: (area.name, area) for area in areas})

    def _offer_organisations(self) -> None:
        found = organisations_of(self.agreement).by_name()
        self.fields["organisation"].offer({each.code: (each.name, each) for each in found})


class AreaForm(PartForm):
    names = fields.AREA_FIELDS
    groups = (("", ("name", "may_be_used_for", "object_code", "responsible", "position")),)
    name = _line("Namn", GrantArea, "name", **_needed("Skriv vad området heter."))
    may_be_used_for = text("Pengarna får användas till", required=False, rows=6)
    object_code = _line("Objektkod", GrantArea, "object_code", help_text="Koden som kostnaderna bokförs på, som 9916.")
    responsible = _line("Ansvarig", GrantArea, "responsible")
    position = _position()


class AmountForm(PartForm):
    names, places = fields.AMOUNT_FIELDS, ("area",)
    groups = (
        ("", ("area", "label", "receivers", "amount", "is_reserved", "position")),
        (
            "Så fördelas beloppet",
            (
                "distribution",
                "receiver_count",
                "base_amount",
                "allocation_key",
                "figure_set",
                "earlier_set",
                "missing_input",
            ),
        ),
    )
    area = RowField(label="Utvecklingsområde", error_messages={"required": "Välj utvecklingsområde."})
    label = _line("Del av området", GrantAmount, "label", help_text="Tomt: beloppet gäller hela området.")
    receivers = forms.ChoiceField(label="Mottagare", error_messages={"required": "Välj vilka som får beloppet."})
    amount = AmountField(label="Belopp, kr", error_messages={"required": "Skriv beloppet."})
    is_reserved = forms.BooleanField(label="Får bara användas till den här delen", required=False)
    distribution = text(
        "Fördelningen i ord", required=False, help_text="Tomt: sidan skriver regeln efter nyckeln här nedanför."
    )
    receiver_count = WholeField(label="Antal mottagare i landet", required=False, max_value=10_000)
    base_amount = AmountField(label="Grundbelopp till var och en, kr", required=False)
    allocation_key = RowField(label="Nyckel för resten", required=False, empty_label="Ingen")
    figure_set = RowField(label="Nyckeltal", required=False, empty_label="Inga")
    earlier_set = RowField(label="Ökningen räknas från", required=False, empty_label="Inget")
    missing_input = text("Underlag som saknas", required=False, rows=2)
    position = _position()

    def offer(self) -> None:
        self._offer_areas()
        receivers = [(value, label[0].upper() + label[1:]) for value, label in GrantAmount.Receivers.choices]
        self.fields["receivers"].choices = [("", "Välj"), *receivers]
        keys = AllocationKey.objects.order_by("name")
        self.fields["allocation_key"].offer({key.slug: (key.name, key) for key in keys})
        sets = KeyFigureSet.objects.select_related("allocation_key").order_by("allocation_key__name", "-reference_date")
        rows = {str(each.pk): (str(each), each) for each in sets}
        for name in ("figure_set", "earlier_set"):
            self.fields[name].offer(rows)


class ShareForm(PartForm):
    names, places = fields.SHARE_FIELDS, ("grant_amount", "organisation")
    groups = (("", ("grant_amount", "organisation", "amount", "remark")),)
    grant_amount = RowField(label="Belopp som fördelas", error_messages={"required": "Välj vilket belopp."})
    organisation = RowField(label="Organisation", error_messages={"required": "Välj organisation."})
    amount = AmountField(
        label="Tilldelat, kr",
        error_messages={"required": "Skriv vad organisationen får enligt sitt beslut."},
        help_text="Som det står i beslutet. Vad regeln ger räknas ut bredvid.",
    )
    remark = text("Anmärkning", required=False)

    def offer(self) -> None:
        amounts = GrantAmount.objects.filter(area__agreement=self.agreement).select_related("area")
        rows = amounts.order_by("area__position", "position", "pk")
        self.fields["grant_amount"].offer({row.key: (str(row), row) for row in rows})
        self._offer_organisations()


class ConditionForm(PartForm):
    names = fields.CONDITION_FIELDS
    groups = (("", ("text", "area", "position")),)
    text = text("Villkor", rows=4, error_messages={"required": "Skriv villkoret."})
    area = RowField(label="Gäller", required=False, empty_label=WHOLE_AGREEMENT)
    position = _position()

    def offer(self) -> None:
        self._offer_areas()


class DutyForm(PartForm):
    names = fields.DUTY_FIELDS
    groups = (("", ("name", "report_to", "due_on", "area", "responsible", "done_on", "remark")),)
    name = _line("Vad som ska redovisas", GrantDuty, "name", **_needed("Skriv vad som ska redovisas."))
    report_to = _line("Redovisas till", GrantDuty, "report_to", **_needed("Skriv vem som ska få redovisningen."))
    due_on = day("Senast den", required=True)
    area = RowField(label="Gäller", required=False, empty_label=WHOLE_AGREEMENT)
    responsible = _line("Ansvarig", GrantDuty, "responsible", help_text="Tomt: bidragets ansvariga.")
    done_on = day("Redovisad den", help_text="Tomt tills det är gjort. Påminnelserna går tills dess.")
    remark = text("Anmärkning", required=False)

    def offer(self) -> None:
        self._offer_areas()


class MeasureForm(PartForm):
    names, places = MEASURE_FIELDS, ("area", "organisation")
    groups = (
        ("", ("area", "organisation", "goal", "measure", "purpose", "amount", "position")),
        ("När bidraget upphör", ("is_new", "financing_after")),
        ("Investering", ("investment_cost", "depreciation_years", "in_use_from")),
    )
    area = RowField(label="Utvecklingsområde", error_messages={"required": "Välj utvecklingsområde."})
    organisation = RowField(label="Organisation", error_messages={"required": "Välj organisation."})
    goal = text("Mål", required=False, rows=2)
    measure = text("Insats", rows=2, error_messages={"required": "Skriv vad insatsen är."})
    purpose = text("Vad pengarna avser", required=False, rows=2)
    amount = AmountField(
        label="Belopp som bidraget betalar, kr", required=False, help_text="Tomt: inget belopp är bestämt än."
    )
    is_new = forms.BooleanField(label="Insatsen är ny", required=False)
    financing_after = text(
        "Finansiering när bidraget upphör",
        required=False,
        help_text="Hur insatsen ryms i ordinarie budget, vad den ersätter eller hur den avvecklas. "
        "Behövs för en ny insats som får pengar.",
    )
    investment_cost = AmountField(
        label="Investeringen kostar, kr",
        required=False,
        help_text="Bara årets avskrivning får belasta bidraget, efter hela månader i bruk.",
    )
    depreciation_years = WholeField(label="Skrivs av på, år", required=False, max_value=LONGEST_LIFE)
    in_use_from = day("Tas i bruk den")
    position = _position()

    def offer(self) -> None:
        self._offer_areas()
        self._offer_organisations()


FORMS = {
    GrantArea: AreaForm,
    GrantAmount: AmountForm,
    GrantShare: ShareForm,
    GrantCondition: ConditionForm,
    GrantDuty: DutyForm,
    GrantMeasure: MeasureForm,
}

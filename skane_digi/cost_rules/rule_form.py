"""The form in which a rule is composed, with a row for each party and for each organisation that is an exception."""

from collections.abc import Mapping

from django import forms
from django.forms.utils import ErrorDict

from budgets.models import AllocationKey, AllocationRule, RuleLimit
from budgets.rule_terms import LimitTerms, PartyTerms, RuleTerms
from plans.models import Collaboration, Organisation, Party
from skane_digi.cost_rules.fields import AmountField, RowField, RuleForm, WholeField, day, text

Rows = Mapping[str, tuple[str, object]]
SPARE_ROWS, MORE_ROWS, MOST_ROWS = 2, 5, 60
LEFT_OUT, CAPPED = "utanfor", "tak"
HEAVIEST = 1_000_000


class PartyForm(forms.Form):
    """What the rule says about one party."""

    weight = WholeField(
        label="Vikt",
        max_value=HEAVIEST,
        error_messages={"required": "Skriv partens vikt. 0 betyder att den inte bär någon del."},
    )
    allocation_key = RowField(label="Egen nyckel", required=False, empty_label="Samma som regeln")

    def __init__(self, *args, party: Party, keys: Rows, **kwargs):
        super().__init__(*args, label_suffix="", **kwargs)
        self.party = party
        self.fields["allocation_key"].offer(keys)

    @property
    def terms(self) -> PartyTerms:
        return PartyTerms(self.party, self.cleaned_data["weight"], self.cleaned_data["allocation_key"])


class LimitForm(forms.Form):
    """One organisation that is an exception. A row where nothing is filled in is none."""

    organisation = RowField(label="Organisation", required=False, empty_label="Ingen")
    kind = forms.ChoiceField(
        label="Undantag",
        required=False,
        choices=[("", "Välj"), (LEFT_OUT, "Betalar inte"), (CAPPED, "Betalar högst")],
    )
    cap = AmountField(label="Högst, kr om året", required=False)
    reason = forms.CharField(label="Skäl", required=False, max_length=RuleLimit._meta.get_field("reason").max_length)

    def __init__(self, *args, members: Rows, **kwargs):
        super().__init__(*args, label_suffix="", **kwargs)
        self.fields["organisation"].offer(members)

    def clean(self) -> dict:
        values = super().clean()
        if not any(values.get(name) for name in ("organisation", "kind", "reason")) and values.get("cap") is None:
            return values
        needed = {
            "organisation": "Välj vilken organisation undantaget gäller, eller töm raden.",
            "kind": "Välj om organisationen inte betalar eller betalar högst ett belopp.",
            "reason": "Skriv varför organisationen är undantagen.",
        }
        for name, sentence in needed.items():
            if not values.get(name) and name not in self.errors:
                self.add_error(name, sentence)
        if values.get("kind") == CAPPED and values.get("cap") is None and "cap" not in self.errors:
            self.add_error("cap", "Skriv det högsta beloppet.")
        if values.get("kind") == LEFT_OUT and values.get("cap") is not None:
            self.add_error("cap", "Den som inte betalar har inget tak. Ta bort beloppet.")
        return values

    @property
    def terms(self) -> LimitTerms | None:
        values = self.cleaned_data
        if not values.get("organisation"):
            return None
        cap = values["cap"] if values["kind"] == CAPPED else None
        return LimitTerms(values["organisation"], cap, values["reason"])


class ComposeForm(RuleForm):
    """A rule of ``collaboration``; ``held`` is what it says now, or what a new one starts from."""

    name = forms.CharField(
        label="Vad heter regeln?", max_length=160, error_messages={"required": "Skriv vad regeln heter."}
    )
    description = text(
        "Beskrivning",
        required=False,
        max_length=4000,
        help_text="Står i planen i stället för den korta text som regeln annars får. Får lämnas tom.",
    )
    allocation_key = RowField(
        label="Nyckel inom varje part",
        empty_label="Välj nyckel",
        error_messages={"required": "Välj nyckeln som delar kostnaden inom varje part."},
    )
    base_amount = AmountField(
        label="Grundbelopp per organisation, kr",
        required=False,
        help_text="Betalas av var och en innan nyckeln delar resten. Tomt: inget grundbelopp.",
    )
    rebate_above = WholeField(
        label="Rabatt på nyckeln över",
        required=False,
        max_value=10**15,
        help_text="I nyckelns enhet, till exempel 100 000 invånare.",
    )
    rebate_percent = WholeField(
        label="Rabatt, procent",
        required=False,
        max_value=100,
        help_text="Så mycket av det som ligger över räknas bort.",
    )
    rounding = forms.ChoiceField(
        label="Andelarna avrundas till", choices=AllocationRule.Rounding.choices, widget=forms.RadioSelect
    )
    decided_on = day("Beslutad den")
    decided_by = forms.CharField(label="Beslutad av", required=False, max_length=160)
    decision_reference = forms.CharField(
        label="Beslutets beteckning", required=False, max_length=120, help_text="Paragraf eller diarienummer."
    )
    valid_from = day("Gäller från", help_text="Tomt: ingen första dag.")
    valid_to = day("Gäller till och med", help_text="Tomt: tills vidare.")
    becomes_default = forms.BooleanField(
        label="Den nya regeln blir genast samverkans förval", required=False, initial=True
    )
    amount = AmountField(
        label="Belopp att pröva på, kr", required=False, help_text="Tomt: summan som delas i den senaste planen."
    )
    limit_count = forms.IntegerField(required=False, min_value=0, max_value=MOST_ROWS, widget=forms.HiddenInput)

    def __init__(self, data=None, *, collaboration: Collaboration, held: RuleTerms | None, asks_default: bool, seen=""):
        initial = {name: getattr(held, name) for name in self.base_fields if held and hasattr(held, name)}
        super().__init__(data, initial={"rounding": AllocationRule.Rounding.ORE, "seen": seen, **initial})
        keys = _key_rows()
        self.fields["allocation_key"].offer(keys)
        if not asks_default:
            del self.fields["becomes_default"]
        self.parties = _party_rows(data, collaboration, held, keys)
        self.limits = self._limit_rows(data, collaboration, held)
        self.part_faults: dict[str, str] = {}

    def is_valid(self) -> bool:
        return all([super().is_valid(), *(row.is_valid() for row in (*self.parties, *self.limits))])

    def clean(self) -> dict:
        values = super().clean()
        above, percent = values.get("rebate_above"), values.get("rebate_percent")
        for name, one, other in (("rebate_above", above, percent), ("rebate_percent", percent, above)):
            if one is None and other is not None and name not in self.errors:
                self.add_error(name, "Ange både storlek och procent för rabatten, eller ingetdera.")
        first, last = values.get("valid_from"), values.get("valid_to")
        if first and last and last < first:
            self.add_error("valid_to", "Regeln kan inte sluta gälla innan den börjar gälla.")
        return values

    def refuse(self, refusal) -> None:
        """Show what is wrong with the parties or the exceptions above them."""
        if (field := getattr(refusal, "field", "")) in ("parties", "limits"):
            self.part_faults[field] = refusal.reason
        else:
            super().refuse(refusal)

    @property
    def terms(self) -> RuleTerms:
        """What a valid form says."""
        own = {name: value for name, value in self.cleaned_data.items() if name in RuleTerms.__dataclass_fields__}
        return RuleTerms(
            **own,
            parties=tuple(row.terms for row in self.parties),
            limits=tuple(terms for row in self.limits if (terms := row.terms)),
        )

    @property
    def becomes(self) -> dict[str, bool]:
        """Whether the new rule takes over as the default, where that was asked."""
        return {name: self.cleaned_data[name] for name in ("becomes_default",) if name in self.fields}

    @property
    def problems(self) -> list[tuple[str, str]]:
        """Every fault, as the id of its field and a sentence."""
        rows = [
            (row[name].auto_id if name in row.fields else "", fault)
            for row in (*self.parties, *self.limits)
            for name, faults in row.errors.items()
            for fault in faults
        ]
        parts = [({"parties": "parter", "limits": "undantag"}[name], text) for name, text in self.part_faults.items()]
        return [*super().problems, *rows, *parts]

    def add_rows(self) -> None:
        """Show more empty rows for exceptions, with everything that has been typed kept."""
        self.data = self.data.copy()
        count = min(len(self.limits) + MORE_ROWS, MOST_ROWS)
        self.data["limit_count"] = count
        self.limits += [_limit_row(None, self.members, number) for number in range(len(self.limits), count)]
        for form in (self, *self.parties, *self.limits):
            form._errors = ErrorDict()  # nothing has been asked for yet

    def _limit_rows(self, data, collaboration: Collaboration, held: RuleTerms | None) -> list[LimitForm]:
        members = Organisation.objects.in_collaboration(collaboration).by_name()
        self.members = {row.code: (row.short_name, row) for row in members}
        kept = held.limits if held else ()
        count = len(kept) + SPARE_ROWS
        if data is not None:
            typed = data.get("limit_count", "")
            count = min(int(typed[:4]), MOST_ROWS) if typed.isascii() and typed.isdigit() else count
        self.initial["limit_count"] = count
        initials = [
            {
                "organisation": each.organisation,
                "kind": LEFT_OUT if each.cap is None else CAPPED,
                "cap": each.cap,
                "reason": each.reason,
            }
            for each in kept
        ]
        return [
            _limit_row(data, self.members, number, initials[number] if number < len(initials) else {})
            for number in range(count)
        ]


def _key_rows() -> Rows:
    keys = AllocationKey.objects.select_related("measured_by").prefetch_related("components__part__measured_by")
    return {key.slug: (f"{key.name} ({key.unit})" if key.kind == key.Kind.MEASURE else key.name, key) for key in keys}


def _limit_row(data, members, number: int, initial: dict | None = None) -> LimitForm:
    return LimitForm(data, members=members, prefix=f"undantag-{number + 1}", initial=initial or {})


def _party_rows(data, collaboration: Collaboration, held: RuleTerms | None, keys) -> list[PartyForm]:
    kept = {each.party.pk: each for each in held.parties} if held else {}
    rows = []
    for party in collaboration.parties.order_by("position", "pk"):
        each = kept.get(party.pk)
        initial = {"weight": 1} if held is None else {"weight": 0}
        if each:
            initial = {"weight": each.weight, "allocation_key": each.allocation_key}
        rows.append(PartyForm(data, party=party, keys=keys, prefix=f"part-{party.slug}", initial=initial))
    return rows

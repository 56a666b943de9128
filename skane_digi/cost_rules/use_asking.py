"""The page where a deviation of an area or a budget line is decided on, changed and ended."""

from django import forms

from budgets.models import BudgetLine, RuleUse
from budgets.money import format_kr, plain
from budgets.rule_editing import RuleChangedMeanwhile
from budgets.rule_parts import decision_words
from budgets.rule_use_editing import (
    UseTerms,
    change_use,
    days_text,
    drafted_use,
    refuse_unfit,
    use_digest,
    use_rule,
)
from budgets.year_basis import load_years
from plans.editing import EditRefused
from plans.models import Plan
from skane_digi.cost_rules.effects import Effect
from skane_digi.cost_rules.fields import RowField, RuleForm, day, text
from skane_digi.cost_rules.plan_effects import effects_of, uses_of, with_uses
from skane_digi.cost_rules.rule_choices import rules_to_choose
from skane_digi.cost_rules.rule_pages import place_name

TERMS = ("rule", "reason", "decided_on", "decided_by", "decision_reference", "valid_from", "valid_to")


class UseForm(RuleForm):
    """A deviation. The place of one that is there already stays."""

    place = RowField(label="Vad gäller det?", error_messages={"required": "Välj ett insatsområde eller en budgetpost."})
    rule = RowField(
        label="Fördelas efter regeln",
        empty_label="Välj regel",
        error_messages={"required": "Välj vilken regel det fördelas efter."},
    )
    reason = text(
        "Varför avviker det?",
        max_length=2000,
        help_text="Till exempel: Bara kommunerna använder tjänsten.",
        error_messages={"required": "Skriv varför det fördelas på annat sätt."},
    )
    decided_by = forms.CharField(
        label="Beslutad av",
        max_length=160,
        error_messages={"required": "Skriv vem som har beslutat om avvikelsen, till exempel SGD."},
    )
    decided_on = day(
        "Beslutad den", required=True, error_messages={"required": "Ange vilken dag avvikelsen beslutades."}
    )
    decision_reference = forms.CharField(
        label="Beslutets beteckning", required=False, max_length=120, help_text="Paragraf eller diarienummer."
    )
    valid_from = day(
        "Gäller från",
        required=True,
        help_text="Den 1 januari det första år som ska fördelas så.",
        error_messages={"required": "Ange från vilken dag avvikelsen gäller."},
    )
    valid_to = day("Gäller till och med", help_text="Tomt: tills vidare. Skriv en dag för att avsluta.")

    def __init__(self, data, *, plan: Plan, use: RuleUse | None):
        held = {name: getattr(use, name) for name in TERMS} if use else {"valid_from": _first_day(plan)}
        super().__init__(data, initial={**held, "seen": use_digest(use) if use else ""})
        self.fields["rule"].offer(rules_to_choose(plan))
        if use:
            del self.fields["place"]
        else:
            self.fields["place"].offer(_places(plan))

    @property
    def terms(self) -> UseTerms:
        """What a valid form says."""
        return UseTerms(**{name: self.cleaned_data[name] for name in TERMS})


class UseAsking:
    """A deviation on its way; ``use`` is the one that is changed, a new one has none."""

    def __init__(self, plan: Plan, use: RuleUse | None, *, data):
        self.plan, self.use = plan, use
        self.form = UseForm(data, plan=plan, use=use)

    @property
    def heading(self) -> str:
        return "Ändra eller avsluta avvikelsen" if self.use else "Ny avvikelse"

    @property
    def place(self) -> str:
        return place_name(self.use) if self.use else ""

    def preview(self) -> tuple[Effect, ...]:
        """Share each year that the deviation changes as it is now, and with what the form says."""
        place = self.use.place if self.use else self.form.cleaned_data["place"]
        draft = drafted_use(place, self.form.terms)
        draft.pk = self.use.pk if self.use else None
        refuse_unfit(self.plan, draft)
        uses, bases = uses_of(self.plan), load_years([self.plan])
        rest = [row for row in uses.rows if not self.use or row.pk != self.use.pk]
        wished = uses.of([*rest, draft])
        return effects_of(bases, [with_uses(basis, wished) for basis in bases])

    def standing(self) -> tuple[Effect, ...]:
        """What the deviation does as it stands: the years without it beside the years with it."""
        if self.use is None:
            return ()
        uses, bases = uses_of(self.plan), load_years([self.plan])
        without = [with_uses(basis, uses.without(self.use)) for basis in bases]
        return effects_of(without, bases, now_label="Utan avvikelsen", then_label="Med avvikelsen, som nu")

    def save(self, by) -> str:
        terms = self.form.terms
        if self.use is None:
            use = use_rule(place=self.form.cleaned_data["place"], terms=terms, by=by)
            return f"{place_name(use)} fördelas efter {use.rule} {days_text(use)}."
        use = change_use(use=self.use, terms=terms, seen=self.form.cleaned_data["seen"], by=by)
        return f"Avvikelsen för {place_name(use)} är ändrad."

    def meanwhile(self, refusal: EditRefused) -> tuple[str, ...]:
        if not isinstance(refusal, RuleChangedMeanwhile):
            return ()
        row = refusal.row
        return f"{row.rule}, {days_text(row)}.", f"Skäl: {row.reason}", f"Beslut: {decision_words(row)}."


def _first_day(plan: Plan) -> str:
    years = [row.year for row in plan.years.all()]
    return f"{min(years)}-01-01" if years else ""


def _places(plan: Plan) -> dict[str, tuple[str, object]]:
    """Return the plan's areas, each with its shared lines after it."""
    lines = BudgetLine.objects.filter(focus_area__plan=plan, funding_form__is_shared=True).with_places()
    by_area: dict[int, list[BudgetLine]] = {}
    for line in lines.order_by("year", "position", "pk"):
        by_area.setdefault(line.focus_area_id, []).append(line)
    found: dict[str, tuple[str, object]] = {}
    for area in plan.focus_areas.select_related("plan").order_by("position", "pk"):
        found[f"omrade-{area.slug}"] = (f"Hela {area.name_in_tables}", area)
        for line in by_area.get(area.pk, ()):
            found[f"post-{line.key}"] = (_line_label(line), line)
    return found


def _line_label(line: BudgetLine) -> str:
    amount = "" if line.amount is None else f", {plain(format_kr(line.amount))}"
    return f"– posten {line.year}{f': {line.label}' if line.label else ''}{amount} ({line.focus_area.name_in_tables})"

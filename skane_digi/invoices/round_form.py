"""The forms for a new round of invoices, and for changing one that nothing has been issued in."""

import datetime
from collections.abc import Iterable
from typing import ClassVar

from django import forms

from budgets.invoice_drafts import YearChoice, choices_for
from budgets.invoicing_editing import IssueRefused, change_round, make_round
from budgets.models import Invoicing, InvoicingTerms
from budgets.models.invoicing import LONGEST_TEXT
from budgets.money import format_kr
from plans import permissions
from plans.models import Collaboration
from skane_digi.cost_rules.fields import RowField, day, text
from skane_digi.invoices.form_parts import InvoiceForm

Basis = Invoicing.Basis
PARTS = (
    ("Hela året", (("1-1", "Hela året"),)),
    ("Halvår", (("2-1", "Första halvåret"), ("2-2", "Andra halvåret"))),
    ("Kvartal", tuple((f"4-{number}", f"Kvartal {number}") for number in range(1, 5))),
)


def _issued_on() -> forms.DateField:
    return day("Fakturadatum", required=True, help_text="Den dag som fakturorna är daterade.")


def _text() -> forms.CharField:
    return text(
        "Text på fakturorna",
        required=False,
        max_length=LONGEST_TEXT,
        help_text="Får lämnas tom. Vad som faktureras och hur andelen är räknad står redan på fakturan.",
    )


class RoundForm(InvoiceForm):
    """What is to be invoiced, which part of the year, and when. ``two_totals`` are the years with two sums."""

    places: ClassVar[dict[str, str]] = {
        "version": "choice",
        "year": "choice",
        "instalments": "part",
        "instalment": "part",
    }
    choice = RowField(label="Plan och år", error_messages={"required": "Välj vad som ska faktureras."})
    basis = forms.ChoiceField(
        label="Vilken summa gäller?",
        choices=((Basis.LINES, "Budgetposterna"), (Basis.PRINTED, "Den tryckta summan")),
        widget=forms.RadioSelect,
        required=False,
        initial=Basis.LINES,
    )
    part = forms.ChoiceField(
        label="Del av året",
        choices=PARTS,
        widget=forms.RadioSelect,
        initial="1-1",
        error_messages={"required": "Välj hela året, ett halvår eller ett kvartal."},
        help_text="Delarna är lika stora och blir tillsammans exakt årets andel, på öret.",
    )
    issued_on = _issued_on()
    due_on = day("Förfallodag")
    text = _text()

    def __init__(self, data=None, *, choices: Iterable[YearChoice], today: datetime.date, due_days: int, initial=None):
        super().__init__(data, initial={"issued_on": today, **(initial or {})})
        offered = {key_of(choice): choice for choice in choices}
        self.fields["choice"].offer({key: (_label(choice), choice) for key, choice in offered.items()})
        if len(offered) == 1:
            self.initial.setdefault("choice", next(iter(offered)))
        self.fields["due_on"].help_text = f"Tom: {due_days} dagar efter fakturadatum."
        self.two_totals = [choice for choice in offered.values() if len(choice.totals) > 1]
        if not self.two_totals:
            del self.fields["basis"]

    @property
    def part_groups(self) -> list[tuple[str, list]]:
        """The parts of a year as rows of radio buttons: the whole, the halves, the quarters."""
        options = {option.data["value"]: option for option in self["part"]}
        return [(heading, [options[value] for value, _ in parts]) for heading, parts in PARTS]

    @property
    def totals(self) -> list[str]:
        """For each year with two sums, what they are."""
        return [
            f"{choice.version.plan}, {choice.year}: budgetposterna är {format_kr(choice.totals[Basis.LINES])}, "
            f"den tryckta summan {format_kr(choice.totals[Basis.PRINTED])}."
            for choice in self.two_totals
            if {*choice.totals} == {*Basis.values}
        ]

    def clean(self) -> dict:
        found = super().clean()
        choice, basis = found.get("choice"), found.get("basis") or Basis.LINES
        if choice and basis not in choice.totals:
            if len(choice.totals) == 1 and "basis" not in self.data:
                basis = next(iter(choice.totals))
            else:
                self.add_error("basis" if "basis" in self.fields else "choice", "Året har inte den summan.")
        found["basis"] = basis
        return found

    def make(self, by) -> Invoicing | None:
        """Make the round that was asked for; ``None`` where that was refused, which the form then shows."""
        asked, (instalments, instalment) = self.cleaned_data, map(int, self.cleaned_data["part"].split("-"))
        try:
            return make_round(
                version=asked["choice"].version,
                year=asked["choice"].year,
                basis=asked["basis"],
                instalments=instalments,
                instalment=instalment,
                issued_on=asked["issued_on"],
                due_on=asked["due_on"],
                text=asked["text"],
                by=by,
            )
        except IssueRefused as refusal:
            self.refuse(refusal)
            return None


class ChangeForm(InvoiceForm):
    """The days and the text of a round that nothing has been issued in."""

    issued_on = _issued_on()
    due_on = day("Förfallodag", required=True, help_text="Sista dagen att betala.")
    text = _text()

    def __init__(self, data=None, *, invoicing: Invoicing):
        self.invoicing = invoicing
        super().__init__(data, initial={name: getattr(invoicing, name) for name in self.base_fields})

    def save(self, by) -> bool:
        """Change the round; ``False`` where that was refused, which the form then shows."""
        try:
            change_round(invoicing=self.invoicing, by=by, **self.cleaned_data)
        except IssueRefused as refusal:
            self.refuse(refusal)
            return False
        return True


class NewRoundPage:
    """A new round. ``made`` says what has been begun of the years; ``without_terms`` are to be mended first."""

    def __init__(self, user, *, today: datetime.date, data=None, given=None):
        own = Collaboration.objects.select_related("invoicing_terms")
        own = [each for each in own if permissions.can_issue_invoices(user, each)]
        self.without_terms = [each for each in own if not hasattr(each, "invoicing_terms")]
        terms = [each.invoicing_terms for each in own if hasattr(each, "invoicing_terms")]
        self.choices = [choice for each in terms for choice in choices_for(each.collaboration_id)]
        due_days = terms[0].due_days if len(terms) == 1 else InvoicingTerms._meta.get_field("due_days").default
        self.form = RoundForm(data, choices=self.choices, today=today, due_days=due_days, initial=given)
        self.made = tuple(
            f"{row.period_text}, {choice.version.plan}" for choice in self.choices for row in choice.rounds
        )


def next_part(choice: YearChoice) -> str:
    """Return the part of the year that comes next as the form sends it, ``4-2``; empty where all are begun."""
    if not choice.rounds:
        return "1-1"
    instalments, made = choice.rounds[0].instalments, {row.instalment for row in choice.rounds}
    left = [part for part in range(1, instalments + 1) if part not in made]
    return f"{instalments}-{left[0]}" if left else ""


def key_of(choice: YearChoice) -> str:
    """Return what the form sends for a year of a version."""
    return f"{choice.version.key}-{choice.year}"


def _label(choice: YearChoice) -> str:
    total = choice.totals.get(Basis.LINES, next(iter(choice.totals.values())))
    return f"{choice.year}, {format_kr(total)}: {choice.version}"

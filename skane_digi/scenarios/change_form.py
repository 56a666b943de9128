"""The form of a scenario's changes: every line's amount, lines to drop and to add, rules, days and members."""

import datetime
from dataclasses import dataclass

from django import forms

from budgets.editing import read_amount
from budgets.money import format_amount
from budgets.scenarios import AddedLine, ChangedAmount, Changes, DroppedLine, Joining, OtherDay, OtherRule, line_name
from budgets.year_basis import SharedLine, YearBasis
from plans.editing import EditRefused
from skane_digi.scenarios.choices import Choices, Options

BLANK_LINES = 2
LONGEST_NAME, LONGEST_DESCRIPTION = 120, 2_000
AS_NOW = [("", "Som nu")]
GONE = (
    "En post har tagits bort ur budgeten sedan du öppnade sidan, och står inte längre i listan nedan. "
    "Kontrollera ändringarna och räkna om."
)


class KronorField(forms.CharField):
    """An amount as people write it. An empty field that is not needed gives ``None``."""

    widget = forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"})

    def clean(self, value):
        try:
            amount = read_amount(super().clean(value))
        except EditRefused as refusal:
            raise forms.ValidationError(refusal.reason) from refusal
        if amount is not None and amount < 0:
            raise forms.ValidationError("Beloppet är mindre än noll.")
        return amount


@dataclass(frozen=True, slots=True)
class LineFields:
    """A budget line in the form."""

    name: str
    now_text: str
    amount: forms.BoundField
    drop: forms.BoundField


class ChangeForm(forms.Form):
    """``changes`` are those the form begins with; what it says itself is ``to_changes()`` once it is valid."""

    namn = forms.CharField(label="Namn", required=False, max_length=LONGEST_NAME)
    beskrivning = forms.CharField(
        label="Beskrivning",
        required=False,
        max_length=LONGEST_DESCRIPTION,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Vad du vill ta reda på. Får lämnas tom.",
    )
    sedd = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, basis: YearBasis, choices: Choices, changes: Changes, data=None, initial=None):
        super().__init__(data, initial=initial, label_suffix="")
        self.basis, self.choices = basis, choices
        self._add_lines(changes)
        self._add_new_lines(changes)
        self._add_sharing(changes)
        self._add_members(changes)

    def _add_lines(self, changes: Changes) -> None:
        amounts = {change.key: change.amount for change in changes.amounts}
        dropped = {line.key for line in changes.dropped}
        own = {row.line: row.rule for row in changes.rules if row.line}
        of_area = {row.area: row.rule for row in changes.rules if not row.line}
        for line in self.basis.lines:
            name = line_name(line)
            amount = amounts.get(line.key, line.amount)
            self.fields[f"belopp-{line.key}"] = KronorField(
                label=name, required=False, max_length=40, initial=format_amount(amount)
            )
            self.fields[f"bort-{line.key}"] = forms.BooleanField(
                label=f"Ta bort {name}", required=False, initial=line.key in dropped
            )
        for slug, lines in self._areas_with_lines.items() if self.has_rules else ():
            self._add_rule(f"omradesregel-{slug}", lines[0].area, of_area.get(slug, ""))
            for line in lines:
                if len(lines) > 1 or line.key in own:
                    self._add_rule(f"regel-{line.key}", f"Bara {line_name(line)}", own.get(line.key, ""))

    def _add_new_lines(self, changes: Changes) -> None:
        areas = [("", "Välj område"), *self.choices.areas.items()]
        self.new_count = len(changes.added) + BLANK_LINES
        if self.is_bound:
            self.new_count = min(100, max(self.new_count, _highest(self.data, "ny-omrade-")))
        for number in range(1, self.new_count + 1):
            line = changes.added[number - 1] if number <= len(changes.added) else None
            self.fields[f"ny-omrade-{number}"] = _choice("Område", areas, line.area if line else "")
            self.fields[f"ny-namn-{number}"] = forms.CharField(
                label="Namn på posten", required=False, max_length=200, initial=line.label if line else ""
            )
            self.fields[f"ny-belopp-{number}"] = KronorField(
                label="Belopp, kr", required=False, max_length=40, initial=format_amount(line.amount) if line else ""
            )
            if self.has_rules:
                self._add_rule(f"ny-regel-{number}", "Regel", line.rule if line else "", [("", "Områdets regel")])

    def _add_sharing(self, changes: Changes) -> None:
        now = f"Som nu: {self.basis.rule.name}" if self.basis.rule else "Ingen vald"
        self._add_rule("regel", "Årets regel", changes.rule, [("", now)])
        chosen = {day.key: day for day in changes.figures}
        for day in self.choices.days:
            other = chosen.get(day.key)
            first = [("", f"Som nu: {day.now}" if day.now else "Ingen vald")]
            self.fields[f"dag-{day.key}"] = _choice(
                day.label, [*first, *day.days], f"{other.region}@{other.date.isoformat()}" if other else ""
            )
            if day.with_earlier:
                earlier = f"{other.region}@{other.earlier.isoformat()}" if other and other.earlier else ""
                label = f"{day.label}, ökningen räknas från"
                self.fields[f"fran-{day.key}"] = _choice(label, [*AS_NOW, *day.days], earlier)

    def _add_members(self, changes: Changes) -> None:
        self.fields["utan"] = forms.MultipleChoiceField(
            label="Lämnar",
            required=False,
            choices=self.choices.members,
            initial=list(changes.leaving),
            widget=forms.CheckboxSelectMultiple,
        )
        self.join_count = len(changes.joining) + 1
        outside = [("", "Välj organisation"), *self.choices.outside]
        parties = list(self.choices.parties.items())
        for number in range(1, self.join_count + 1):
            row = changes.joining[number - 1] if number <= len(changes.joining) else None
            self.fields[f"med-{number}"] = _choice("Går med", outside, row.code if row else "")
            self.fields[f"part-{number}"] = _choice("I parten", parties, row.party if row else parties[-1][0])

    def _add_rule(self, name: str, label: str, initial: str, first: Options = AS_NOW) -> None:
        self.fields[name] = _choice(label, [*first, *self.choices.rules.items()], initial)

    @property
    def has_rules(self) -> bool:
        """Whether there is another rule than one to share an area or a line by."""
        return len(self.choices.rules) > 1

    @property
    def _areas_with_lines(self) -> dict[str, list[SharedLine]]:
        found: dict[str, list[SharedLine]] = {}
        for line in self.basis.lines:
            found.setdefault(line.area_slug, []).append(line)
        return found

    def clean(self) -> dict:
        cleaned = super().clean()
        known = {f"belopp-{line.key}" for line in self.basis.lines}
        if any(name.startswith("belopp-") and name not in known for name in self.data):
            self.add_error(None, GONE)
        for line in self.basis.lines:
            name = f"belopp-{line.key}"
            if name not in self.data:  # the line is newer than the page that was sent
                cleaned[name] = line.amount
            elif name in cleaned and cleaned[name] is None and not cleaned.get(f"bort-{line.key}"):
                self.add_error(name, "Skriv ett belopp, 0 om inget är avsatt, eller kryssa i att posten tas bort.")
        for number in range(1, self.new_count + 1):
            area, label, amount = (cleaned.get(f"ny-{part}-{number}") for part in ("omrade", "namn", "belopp"))
            if not area and (label or amount is not None):
                self.add_error(f"ny-omrade-{number}", "Välj vilket område den nya posten hör till.")
            if area and amount is None and f"ny-belopp-{number}" not in self.errors:
                self.add_error(f"ny-belopp-{number}", "Skriv den nya postens belopp.")
        return cleaned

    def to_changes(self) -> Changes:
        """Return the changes that a valid form says, without what is as it was."""
        said, lines = self.cleaned_data, self.basis.lines
        kept = [line for line in lines if not said[f"bort-{line.key}"]]
        rules = [OtherRule(said.get(f"regel-{line.key}", ""), line=line.key, name=line_name(line)) for line in kept]
        rules += [
            OtherRule(said.get(f"omradesregel-{slug}", ""), area=slug, name=found[0].area)
            for slug, found in self._areas_with_lines.items()
        ]
        return Changes(
            amounts=tuple(
                ChangedAmount(line.key, said[f"belopp-{line.key}"], line_name(line))
                for line in kept
                if said[f"belopp-{line.key}"] != line.amount
            ),
            dropped=tuple(DroppedLine(line.key, line_name(line)) for line in lines if line not in kept),
            added=tuple(self._added()),
            figures=tuple(self._days()),
            rule=said["regel"] if not self.basis.rule or said["regel"] != self.basis.rule.slug else "",
            rules=tuple(row for row in rules if row.rule),
            joining=tuple(
                Joining(said[f"med-{number}"], said[f"part-{number}"])
                for number in range(1, self.join_count + 1)
                if said[f"med-{number}"]
            ),
            leaving=tuple(said["utan"]),
        )

    def _added(self):
        said = self.cleaned_data
        for number in range(1, self.new_count + 1):
            if said[f"ny-omrade-{number}"]:
                label = " ".join(said[f"ny-namn-{number}"].split())
                rule = said.get(f"ny-regel-{number}", "")
                yield AddedLine(said[f"ny-omrade-{number}"], label, said[f"ny-belopp-{number}"], rule)

    def _days(self):
        for day in self.choices.days:
            chosen, earlier = self.cleaned_data[f"dag-{day.key}"], self.cleaned_data.get(f"fran-{day.key}", "")
            if chosen:
                region, _, date = chosen.partition("@")
                before = datetime.date.fromisoformat(earlier.partition("@")[2]) if earlier else None
                yield OtherDay(day.key, region, datetime.date.fromisoformat(date), before)

    @property
    def lines(self) -> list[LineFields]:
        return [
            LineFields(
                line_name(line),
                format_amount(line.amount),
                self[f"belopp-{line.key}"],
                self[f"bort-{line.key}"],
            )
            for line in self.basis.lines
        ]

    @property
    def own_rules(self) -> list[forms.BoundField]:
        """A rule for each area, and for each line of one that has several."""
        return [self[name] for name in self.fields if name.startswith(("omradesregel-", "regel-"))]

    @property
    def new_lines(self) -> list[list[forms.BoundField]]:
        parts = ("omrade", "namn", "belopp", "regel") if self.has_rules else ("omrade", "namn", "belopp")
        return [[self[f"ny-{part}-{number}"] for part in parts] for number in range(1, self.new_count + 1)]

    @property
    def sharing(self) -> list[forms.BoundField]:
        """The year's rule, and the day of each key's figures."""
        return [self[name] for name in self.fields if name == "regel" or name.startswith(("dag-", "fran-"))]

    @property
    def joining(self) -> list[tuple[forms.BoundField, forms.BoundField]]:
        return [(self[f"med-{number}"], self[f"part-{number}"]) for number in range(1, self.join_count + 1)]

    def refuse(self, refusal: EditRefused) -> None:
        """Show why what was filled in could not be saved, and let the next try follow on what is saved by now."""
        is_named = getattr(refusal, "field", "") == "name"
        self.add_error("namn" if is_named else None, refusal.reason)
        self.data = self.data.copy()
        self.data["sedd"] = self.initial["sedd"]

    @property
    def problems(self) -> list[tuple[str, str]]:
        """Every fault, as the id of its field and a sentence with the field's name."""
        found = []
        for name, faults in self.errors.items():
            label = self.fields[name].label if name in self.fields else ""
            target = self[name].auto_id if name in self.fields else ""
            found += [(target, f"{label}: {fault}" if label else fault) for fault in faults]
        return found


def _choice(label: str, choices, initial: str) -> forms.ChoiceField:
    return forms.ChoiceField(label=label, required=False, choices=choices, initial=initial)


def _highest(data, prefix: str) -> int:
    """Return the highest number that a field name with ``prefix`` was sent with."""
    numbers = [name.removeprefix(prefix) for name in data if name.startswith(prefix)]
    return max((int(text) for text in numbers if text.isascii() and text.isdigit() and len(text) < 4), default=0)

"""The form that starts next year's plan: years, address and title, and what becomes of each area."""

from dataclasses import dataclass

from django import forms
from django.forms import BoundField

from plans.models import FocusArea, Plan
from plans.rollover_choices import (
    CONTINUED,
    ENDED,
    FIRST_YEAR,
    LAST_YEAR,
    MOST_YEARS,
    RENAMED,
    AreaChoice,
    RolloverError,
    next_title,
    years_slug,
)

KIND_LABELS = ((CONTINUED, "Fortsätter"), (RENAMED, "Byter namn"), (ENDED, "Avslutas"))


@dataclass(frozen=True, slots=True)
class AreaFields:
    """One area's part of the form."""

    area: FocusArea
    kind: BoundField
    name: BoundField
    reason: BoundField


class StartPlanForm(forms.Form):
    """Bound to nothing but the plan before, whose years are known; the rules are those of ``rollover_choices``."""

    first_year = forms.IntegerField(label="Första verksamhetsår", min_value=FIRST_YEAR, max_value=LAST_YEAR)
    last_year = forms.IntegerField(
        label="Sista verksamhetsår",
        min_value=FIRST_YEAR,
        max_value=LAST_YEAR,
        required=False,
        help_text="Lämnas tomt för en plan på ett år.",
    )
    title = forms.CharField(
        label="Titel", required=False, max_length=200, help_text="Lämnas tom för den gamla titeln med de nya åren."
    )
    slug = forms.CharField(
        label="Kortnamn i adressen", required=False, max_length=60, help_text="Lämnas tomt för de nya åren."
    )
    with_unfinished = forms.BooleanField(
        label="Ta med aktiviteterna från den gamla planens sista år",
        required=False,
        initial=True,
        help_text="Det som inte hann bli klart planeras då för de nya åren. Stryk sedan det som är gjort.",
    )

    def __init__(self, plan: Plan, data=None):
        self.plan = plan
        self.areas = list(plan.focus_areas.all())
        year = max(row.year for row in plan.years.all()) + 1
        initial = {"first_year": year, "title": next_title(plan, [year]), "slug": years_slug([year])}
        super().__init__(data, initial=initial, label_suffix="")
        self.fields["first_year"].help_text = f"Tidigast {year}."
        for area in self.areas:
            self.fields[_name(area, "kind")] = forms.ChoiceField(
                label="Området", choices=KIND_LABELS, widget=forms.RadioSelect, initial=CONTINUED
            )
            self.fields[_name(area, "name")] = forms.CharField(label="Nytt namn", required=False, max_length=200)
            self.fields[_name(area, "reason")] = forms.CharField(
                label="Skäl till att området avslutas", required=False, widget=forms.Textarea(attrs={"rows": 2})
            )

    @property
    def area_fields(self) -> list[AreaFields]:
        return [
            AreaFields(area, *(self[_name(area, part)] for part in ("kind", "name", "reason"))) for area in self.areas
        ]

    @property
    def problems(self) -> list[tuple[str, str]]:
        """Everything to mend, as the id of its field and what is wrong, in the order of the form."""
        return [
            (self[name].id_for_label or self[name].auto_id, text)
            for name in self.fields
            for text in self.errors.get(name, ())
        ]

    def clean(self) -> dict:
        cleaned = super().clean()
        first, last = cleaned.get("first_year"), cleaned.get("last_year")
        if first and last and last < first:
            self.add_error("last_year", "Det sista året kan inte ligga före det första.")
        elif first and last and last - first >= MOST_YEARS:
            self.add_error("last_year", f"En plan kan gälla högst {MOST_YEARS} år.")
        return cleaned

    def wishes(self) -> dict:
        """Return what a valid form asks for, as keyword arguments of ``workflows.start_next_plan``."""
        cleaned = self.cleaned_data
        first = cleaned["first_year"]
        return {
            "years": range(first, (cleaned["last_year"] or first) + 1),
            "slug": cleaned["slug"],
            "title": cleaned["title"],
            "with_unfinished": cleaned["with_unfinished"],
            "choices": {
                area.slug: AreaChoice(*(cleaned[_name(area, part)] for part in ("kind", "name", "reason")))
                for area in self.areas
            },
        }

    def refuse(self, error: RolloverError) -> None:
        """Show each reason at the field that it concerns."""
        for place, reason in error.reasons.items():
            name = "first_year" if place == "years" else place.replace(":", "-")
            self.add_error(name if name in self.fields else None, reason)


def _name(area: FocusArea, part: str) -> str:
    return f"area-{area.slug}-{part}"

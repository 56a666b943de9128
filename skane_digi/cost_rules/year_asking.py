"""The pages where a plan's year gets its rule and key figures, and the days of other keys that its rules need."""

from dataclasses import replace

from budgets.editing import BASIS, edit_cost_basis
from budgets.models import AllocationKey, CostBasis, FigureChoice
from budgets.rule_editing import RuleChangedMeanwhile
from budgets.rule_parts import parts_of
from budgets.rule_use_editing import choice_digest, choose_figures
from budgets.year_basis import ChosenFigures, YearBasis, load_year, values_of
from plans.editing import EditCollision, EditRefused, value_digest
from plans.models import Plan
from skane_digi.cost_rules.effects import Effect
from skane_digi.cost_rules.fields import RowField, RuleForm
from skane_digi.cost_rules.plan_effects import effects_of
from skane_digi.cost_rules.rule_choices import rules_to_choose, sets_to_choose


class BasisChanged(EditRefused):
    """Somebody else has chosen otherwise for the year meanwhile; ``row`` is what holds now."""

    def __init__(self, row: CostBasis, who: str):
        self.row, self.seen = row, seen_of(row)
        super().__init__(f"{who} har valt annat under tiden. Jämför, och spara igen om ditt val ska gälla.")


def seen_of(basis: CostBasis | None) -> str:
    """Return the digests of the year's rule and figures, as the form sends them along."""
    held = basis or CostBasis()
    return " ".join(value_digest(held, name) for name in BASIS)


class YearForm(RuleForm):
    """The rule that holds for a whole year, and the key figures that it is shared by."""

    rule = RowField(
        label="Regel", empty_label="Välj regel", error_messages={"required": "Välj vilken regel året fördelas efter."}
    )
    figure_set = RowField(
        label="Nyckeltal",
        empty_label="Välj nyckeltal",
        error_messages={"required": "Välj vilken dags nyckeltal året fördelas efter."},
    )

    def __init__(self, data, *, plan: Plan, held: CostBasis | None):
        initial = {name: getattr(held, name) for name in BASIS} if held else {}
        super().__init__(data, initial={**initial, "seen": seen_of(held)})
        rules = rules_to_choose(plan)
        self.fields["rule"].offer(rules)
        self.fields["figure_set"].offer(sets_to_choose())


class YearAsking:
    """What a whole year is shared by."""

    def __init__(self, plan: Plan, year: int, *, data):
        self.plan, self.year = plan, year
        self.held = CostBasis.objects.filter(plan_year__plan=plan, plan_year__year=year).first()
        self.form = YearForm(data, plan=plan, held=self.held)

    @property
    def heading(self) -> str:
        return f"Regel och nyckeltal {self.year}"

    def preview(self) -> tuple[Effect, ...]:
        now = load_year(self.plan, self.year)
        rule, figure_set = self.form.cleaned_data["rule"], self.form.cleaned_data["figure_set"]
        slug = figure_set.allocation_key.slug
        figures = {slug: ChosenFigures(figure_set, values_of(figure_set)), **self._chosen_by_itself(now)}
        own = figures[slug]
        then = replace(now, rule=parts_of(rule), figure_set=own.figure_set, values=own.values, figures=figures)
        return effects_of([now], [then])

    def _chosen_by_itself(self, now: YearBasis) -> dict[str, ChosenFigures]:
        """Return the days that the year has chosen key by key: such a choice goes before the one made here."""
        choices = FigureChoice.objects.filter(
            cost_basis__plan_year__plan=self.plan, cost_basis__plan_year__year=self.year
        )
        slugs = set(choices.values_list("allocation_key__slug", flat=True))
        return {slug: held for slug, held in now.figures.items() if slug in slugs}

    def save(self, by) -> str:
        values = {name: self.form.cleaned_data[name].pk for name in BASIS}
        seen = self.form.cleaned_data["seen"].split()
        bases = dict(zip(BASIS, seen if len(seen) == len(BASIS) else ("", ""), strict=True))
        try:
            edit_cost_basis(plan=self.plan, year=self.year, values=values, bases=bases, by=by)
        except EditCollision as collision:
            who = collision.entry.actor_name if collision.entry else "Någon annan"
            raise BasisChanged(collision.row, who) from collision
        return f"{self.year} fördelas efter {self.form.cleaned_data['rule']}."

    def meanwhile(self, refusal: EditRefused) -> tuple[str, ...]:
        if not isinstance(refusal, BasisChanged):
            return ()
        return f"Regel: {refusal.row.rule}.", f"Nyckeltal: {refusal.row.figure_set}."


class FiguresForm(RuleForm):
    """Which day's figures of a measure a year is shared by, and which day an increase is counted from."""

    figure_set = RowField(label="Nyckeltal för", required=False, empty_label="Inget valt")
    earlier_set = RowField(
        label="Ökningen räknas från",
        required=False,
        empty_label="Ingen ökning räknas",
        help_text="Behövs bara när en regel delar efter hur mycket nyckeln har ökat.",
    )

    def __init__(self, data, *, key: AllocationKey, held: FigureChoice | None):
        initial = {"figure_set": held.figure_set, "earlier_set": held.earlier_set} if held else {}
        super().__init__(data, initial={**initial, "seen": choice_digest(held)})
        sets = sets_to_choose(key)
        for name in ("figure_set", "earlier_set"):
            self.fields[name].offer(sets)

    def clean(self) -> dict:
        values = super().clean()
        if values.get("earlier_set") and not values.get("figure_set") and "figure_set" not in self.errors:
            self.add_error("figure_set", "Välj också vilken dag ökningen räknas till.")
        return values


class FiguresAsking:
    """The choice of days for one measure in one year."""

    def __init__(self, plan: Plan, year: int, key: AllocationKey, *, data):
        self.plan, self.year, self.key = plan, year, key
        bases = CostBasis.objects.select_related("figure_set__allocation_key", "figure_set__parts_from")
        self.basis = bases.get(plan_year__plan=plan, plan_year__year=year)
        self.held = (
            self.basis.figure_choices.filter(allocation_key=key).select_related("figure_set", "earlier_set").first()
        )
        self.form = FiguresForm(data, key=key, held=self.held)

    @property
    def heading(self) -> str:
        return f"{self.key} {self.year}"

    def preview(self) -> tuple[Effect, ...]:
        now = load_year(self.plan, self.year)
        chosen, earlier = self.form.cleaned_data["figure_set"], self.form.cleaned_data["earlier_set"]
        figures = {slug: held for slug, held in now.figures.items() if slug != self.key.slug}
        if chosen:
            figures[self.key.slug] = ChosenFigures(
                chosen, values_of(chosen), earlier, values_of(earlier) if earlier else {}
            )
        elif self.basis.figure_set.allocation_key == self.key:
            figures[self.key.slug] = ChosenFigures(self.basis.figure_set, values_of(self.basis.figure_set))
        then = replace(now, figures=figures)
        if self.basis.figure_set.allocation_key == self.key:
            own = figures[self.key.slug]
            then = replace(then, figure_set=own.figure_set, values=own.values)
        return effects_of([now], [then])

    def save(self, by) -> str:
        values = {name: self.form.cleaned_data[name] for name in ("figure_set", "earlier_set", "seen")}
        choice = choose_figures(plan=self.plan, year=self.year, allocation_key=self.key, by=by, **values)
        day = choice.figure_set.reference_date if choice else None
        return f"{self.key} {self.year}: {day}." if day else f"Valet av {self.key} för {self.year} är borttaget."

    def meanwhile(self, refusal: EditRefused) -> tuple[str, ...]:
        if not isinstance(refusal, RuleChangedMeanwhile):
            return ()
        row = refusal.row
        if row is None:
            return ("Inget är valt.",)
        earlier = (f"Ökningen räknas från {row.earlier_set.reference_date}.",) if row.earlier_set else ()
        return (f"Nyckeltal: {row.figure_set}.", *earlier)

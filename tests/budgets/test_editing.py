"""Writing the budget of a draft: what each change does, what it refuses, and that the log tells it."""

from decimal import Decimal

import pytest

from budgets import editing
from budgets.models import BudgetLine, BudgetStatement, CostBasis
from plans.deletion import restore
from plans.editing import EditCollision, EditRefused, PlanIsLocked, RowIsGone, value_digest
from plans.models import LogEntry, Plan
from tests import factories as make

pytestmark = pytest.mark.django_db


@pytest.fixture
def area():
    return make.make_area(make.make_plan())


@pytest.fixture
def sgd(area):
    return make.make_funding_form("sgd")


@pytest.fixture
def by():
    return make.make_user("ekonom@prov.example")


def save(area, sgd, by, amount, *, note=None, label="", bases=None):
    values = {"amount": None if amount is None else Decimal(amount), "note": note}
    line = area.budget_lines.filter(year=2030, funding_form=sgd, label=label).first()
    bases = bases or {name: value_digest(line or BudgetLine(), name) for name in editing.CELL}
    return editing.edit_cell(area=area, year=2030, funding_form=sgd, label=label, values=values, bases=bases, by=by)


def the_amounts(area) -> dict[str, Decimal | None]:
    return dict(area.budget_lines.values_list("label", "amount"))


class TestReadAmount:
    @pytest.mark.parametrize(
        ("typed", "amount"),
        [
            ("1 150 000", "1150000"),
            ("1150000,50", "1150000.50"),
            ("0", "0"),
            ("300 kr", "300"),
            (" 1\u202f000 ", "1000"),
        ],
    )
    def test_an_amount_is_read_as_it_is_written(self, typed, amount):
        assert editing.read_amount(typed) == Decimal(amount)

    @pytest.mark.parametrize("typed", ["", "  ", "\u202f"])
    def test_nothing_typed_is_no_figure_and_not_zero(self, typed):
        """The issue: "No figure" and zero stay different."""
        assert editing.read_amount(typed) is None
        assert editing.read_amount("0") is not None

    @pytest.mark.parametrize("typed", ["1 15", "tusen", "1,2,3", "1.500"])
    def test_what_cannot_be_read_is_refused_with_a_sentence(self, typed):
        with pytest.raises(EditRefused) as refused:
            editing.read_amount(typed)
        assert typed in refused.value.reason

    def test_an_amount_that_the_database_cannot_hold_is_refused(self):
        assert editing.read_amount("999999999999,99")
        with pytest.raises(EditRefused, match="högst tolv siffror"):
            editing.read_amount("1000000000000")


class TestCell:
    def test_a_blank_cell_becomes_a_line_when_something_is_typed(self, area, sgd, by):
        edit = save(area, sgd, by, "1150000.50")
        line = area.budget_lines.get()
        assert (edit.row, line.amount, line.year, line.funding_form) == (line, Decimal("1150000.50"), 2030, sgd)
        entry = LogEntry.objects.get()
        assert (entry.action, entry.actor, entry.after) == ("created", by, {"amount": "1150000.50"})

    def test_nothing_typed_in_a_blank_cell_is_nothing_to_save(self, area, sgd, by):
        assert save(area, sgd, by, None) is None
        assert not area.budget_lines.exists()
        assert not LogEntry.objects.exists()

    def test_zero_is_a_line_of_its_own(self, area, sgd, by):
        save(area, sgd, by, "0")
        assert area.budget_lines.get().amount == 0

    def test_no_figure_needs_a_note_that_says_why(self, area, sgd, by):
        line = make.make_line(area, 500)
        with pytest.raises(EditRefused, match="Välj en not som säger varför"):
            save(area, sgd, by, None)
        note = make.make_note(area.plan)
        save(area, sgd, by, None, note=note.pk)
        line.refresh_from_db()
        assert (line.amount, line.note) == (None, note)
        with pytest.raises(EditRefused, match="behöver en not som säger varför"):
            save(area, sgd, by, None)

    def test_a_note_alone_makes_a_line_without_a_figure(self, area, sgd, by):
        note = make.make_note(area.plan)
        save(area, sgd, by, None, note=note.pk)
        assert area.budget_lines.get().note == note

    def test_the_log_says_what_an_amount_was_and_is(self, area, sgd, by):
        make.make_line(area, 500)
        entry = save(area, sgd, by, "600").entry
        assert (entry.before, entry.after) == ({"amount": "500.00"}, {"amount": "600"})

    def test_two_in_one_cell_collide_and_nothing_is_overwritten(self, area, sgd, by):
        line = make.make_line(area, 500)
        seen = {name: value_digest(line, name) for name in editing.CELL}
        save(area, sgd, by, "600", bases=seen)
        with pytest.raises(EditCollision) as collision:
            save(area, sgd, by, "700", bases=seen)
        assert [(clash.current, clash.wished) for clash in collision.value.clashes] == [(Decimal(600), Decimal(700))]
        assert the_amounts(area) == {"": 600}

    def test_two_in_the_same_blank_cell_collide(self, area, sgd, by):
        blank = editing.blank_bases()
        save(area, sgd, by, "600", bases=blank)
        with pytest.raises(EditCollision):
            save(area, sgd, by, "700", bases=blank)
        assert the_amounts(area) == {"": 600}

    def test_one_writes_the_amount_and_another_the_note(self, area, sgd, by):
        line = make.make_line(area, 500)
        note = make.make_note(area.plan)
        seen = {name: value_digest(line, name) for name in editing.CELL}
        save(area, sgd, by, "600", bases=seen)
        save(area, sgd, by, "500", note=note.pk, bases=seen)
        line.refresh_from_db()
        assert (line.amount, line.note) == (600, note)

    def test_a_line_that_somebody_has_removed_is_not_brought_back_unseen(self, area, sgd, by):
        line = make.make_line(area, 500)
        seen = {name: value_digest(line, name) for name in editing.CELL}
        editing.remove_line(line, by=by)
        with pytest.raises(RowIsGone):
            save(area, sgd, by, "600", bases=seen)
        assert not area.budget_lines.exists()

    def test_an_amount_below_zero_is_refused(self, area, sgd, by):
        make.make_line(area, 500)
        with pytest.raises(EditRefused, match="inte vara negativt"):
            save(area, sgd, by, "-1")
        assert the_amounts(area) == {"": 500}

    def test_another_plans_note_is_refused(self, area, sgd, by):
        make.make_line(area, 500)
        with pytest.raises(EditRefused, match="annan plan"):
            save(area, sgd, by, "500", note=make.make_note(make.make_plan()).pk)

    def test_a_note_that_is_gone_is_refused(self, area, sgd, by):
        with pytest.raises(EditRefused, match="Noten finns inte längre"):
            save(area, sgd, by, "500", note=0)

    def test_a_plan_sent_for_decision_is_closed(self, area, sgd, by):
        Plan.objects.update(status=Plan.Status.SUBMITTED)
        with pytest.raises(PlanIsLocked):
            save(area, sgd, by, "500")
        assert not area.budget_lines.exists()


class TestLines:
    def test_a_line_belongs_to_one_of_the_plans_own_years(self, area, sgd, by):
        with pytest.raises(EditRefused, match="har inte verksamhetsåret 2029"):
            editing.add_line(area=area, year=2029, funding_form=sgd, amount=Decimal(1), by=by)

    def test_a_cell_has_one_line_of_each_name(self, area, sgd, by):
        place = {"area": area, "year": 2030, "funding_form": sgd, "amount": Decimal(1), "by": by}
        editing.add_line(**place, label=" Drift ")
        editing.add_line(**place)
        with pytest.raises(EditRefused, match="har redan en post för Drift"):
            editing.add_line(**place, label="Drift")
        assert [line.position for line in area.budget_lines.all()] == [1, 2]

    def test_a_removed_line_can_be_put_back(self, area, by):
        line = make.make_line(area, 500, label="Drift", note=make.make_note(area.plan))
        entry = editing.remove_line(line, by=by)
        assert not area.budget_lines.exists()
        restored = restore(entry, by=by)
        assert (restored.pk, restored.key, restored.amount, restored.note) == (line.pk, line.key, 500, line.note)


class TestParts:
    def test_a_part_is_taken_out_of_the_amount_and_the_sum_stays(self, area, sgd, by):
        make.make_line(area, 500)
        editing.add_part(area=area, year=2030, funding_form=sgd, label="Drift", amount=Decimal(200), by=by)
        assert the_amounts(area) == {"": 300, "Drift": 200}

    def test_a_part_that_takes_it_all_names_the_line_itself(self, area, sgd, by):
        line = make.make_line(area, 500)
        editing.add_part(area=area, year=2030, funding_form=sgd, label="Drift", amount=Decimal(500), by=by)
        assert list(area.budget_lines.values_list("pk", "label", "amount")) == [(line.pk, "Drift", 500)]

    def test_a_part_is_never_larger_than_the_whole(self, area, sgd, by):
        make.make_line(area, 500)
        with pytest.raises(EditRefused, match="högst 500"):
            editing.add_part(area=area, year=2030, funding_form=sgd, label="Drift", amount=Decimal(501), by=by)
        assert the_amounts(area) == {"": 500}

    def test_a_part_is_added_where_there_is_nothing_to_take_from(self, area, sgd, by):
        for label, amount in (("Drift", 200), ("Utbildning", 0)):
            editing.add_part(area=area, year=2030, funding_form=sgd, label=label, amount=Decimal(amount), by=by)
        assert the_amounts(area) == {"Drift": 200, "Utbildning": 0}

    @pytest.mark.parametrize(("label", "amount", "words"), [("", "1", "vad delen heter"), ("Drift", None, "belopp")])
    def test_a_part_has_a_name_and_an_amount(self, area, sgd, by, label, amount, words):
        amount = None if amount is None else Decimal(amount)
        with pytest.raises(EditRefused, match=words):
            editing.add_part(area=area, year=2030, funding_form=sgd, label=label, amount=amount, by=by)

    def test_two_parts_of_one_name_are_refused(self, area, sgd, by):
        make.make_line(area, 500)
        make.make_line(area, 100, label="Drift")
        with pytest.raises(EditRefused, match="har redan en del som heter Drift"):
            editing.add_part(area=area, year=2030, funding_form=sgd, label="Drift", amount=Decimal(1), by=by)

    def test_a_part_changes_its_name_in_every_column_at_once(self, area, by):
        for form in ("sgd", "annan"):
            make.make_line(area, 100, label="Drift", form=form)
        editing.rename_part(area=area, label="Drift", new_label=" Drift och\nstöd", by=by)
        assert set(area.budget_lines.values_list("label", flat=True)) == {"Drift och stöd"}
        assert LogEntry.objects.filter(action="changed").count() == 2

    def test_a_part_that_somebody_renamed_meanwhile_keeps_that_name(self, area, by):
        make.make_line(area, 100, label="Drift")
        editing.rename_part(area=area, label="Drift", new_label="Stöd", by=by)
        with pytest.raises(EditRefused, match="Drift finns inte längre"):
            editing.rename_part(area=area, label="Drift", new_label="Annat", by=by)
        assert the_amounts(area) == {"Stöd": 100}

    @pytest.mark.parametrize(("new", "words"), [("  ", "vad delen heter"), ("Stöd", "redan en del som heter Stöd")])
    def test_a_name_that_is_empty_or_taken_is_refused(self, area, by, new, words):
        make.make_line(area, 100, label="Drift")
        make.make_line(area, 100, label="Stöd")
        with pytest.raises(EditRefused, match=words):
            editing.rename_part(area=area, label="Drift", new_label=new, by=by)


class TestStatements:
    def test_a_text_about_money_is_added_cleaned_and_told(self, area, by):
        text = "<p onclick=x>Inga medel.</p><script>x</script>"
        statement = editing.add_statement(area=area, year=2030, text=text, by=by)
        assert (statement.year, statement.text) == (2030, "<p>Inga medel.</p>")
        assert LogEntry.objects.get().after == {"text": "<p>Inga medel.</p>"}

    @pytest.mark.parametrize(("year", "text", "words"), [(2029, "<p>x</p>", "2029"), (2030, "<p> </p>", "Skriv något")])
    def test_another_year_and_an_empty_text_are_refused(self, area, by, year, text, words):
        with pytest.raises(EditRefused, match=words):
            editing.add_statement(area=area, year=year, text=text, by=by)

    def test_a_year_has_one_text(self, area, by):
        make.make_statement(area)
        with pytest.raises(EditRefused, match="redan en ekonomitext för 2030"):
            editing.add_statement(area=area, year=2030, text="<p>x</p>", by=by)

    def test_a_removed_text_can_be_put_back(self, area, by):
        entry = editing.remove_statement(make.make_statement(area), by=by)
        assert not BudgetStatement.objects.filter(focus_area=area).exists()
        assert restore(entry, by=by).text == "<p>Ekonomi.</p>"


class TestCostBasis:
    def chosen(self, plan, rule, figure_set, by, basis=None):
        bases = {name: value_digest(basis or CostBasis(), name) for name in editing.BASIS}
        values = {"rule": rule, "figure_set": figure_set}
        return editing.edit_cost_basis(plan=plan, year=2030, values=values, bases=bases, by=by)

    def test_a_year_without_a_basis_gets_one(self, by):
        plan = make.make_plan()
        rule, figures = make.make_rule(), make.make_figure_set()
        edit = self.chosen(plan, rule.pk, figures.pk, by)
        assert (edit.row.rule, edit.row.figure_set) == (rule, figures)
        assert edit.entry.after == {"rule": str(rule), "figure_set": str(figures)}

    def test_a_basis_is_changed_and_the_log_names_both(self, by):
        plan = make.make_shared_plan(100)
        old = CostBasis.objects.get(plan_year__plan=plan)
        rule = make.make_rule({"region": 3, "kommuner": 7}, name="Tre av tio")
        entry = self.chosen(plan, rule.pk, old.figure_set_id, by, old).entry
        assert (entry.before, entry.after) == ({"rule": "Lika mellan parterna"}, {"rule": "Tre av tio"})

    @pytest.mark.parametrize("missing", ["rule", "figure_set"])
    def test_both_are_needed(self, by, missing):
        chosen = {"rule": make.make_rule().pk, "figure_set": make.make_figure_set().pk, missing: None}
        with pytest.raises(EditRefused, match="både regel och nyckeltal"):
            self.chosen(make.make_plan(), chosen["rule"], chosen["figure_set"], by)

    def test_the_key_figures_are_of_the_rules_key(self, by):
        rule = make.make_rule(allocation_key=make.make_key("annat"))
        with pytest.raises(EditRefused, match="Välj nyckeltal för det"):
            self.chosen(make.make_plan(), rule.pk, make.make_figure_set().pk, by)

    def test_another_collaborations_rule_does_not_exist(self, by):
        rule = make.make_rule(collaboration=make.make_collaboration("annan"))
        with pytest.raises(EditRefused, match="både regel och nyckeltal"):
            self.chosen(make.make_plan(), rule.pk, make.make_figure_set().pk, by)

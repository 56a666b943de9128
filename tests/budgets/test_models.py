"""What the budget tables refuse, and how their rows present themselves."""

import datetime
from decimal import Decimal
from pathlib import Path

import pytest
from django.apps import apps
from django.core.exceptions import ValidationError

from budgets.models import (
    AllocationRule,
    BudgetLine,
    BudgetStatement,
    CostBasis,
    FundingForm,
    KeyFigure,
    KeyFigureSet,
    NotePlacement,
    PartyWeight,
    PrintedFigure,
    TableNote,
)
from budgets.querysets import shared_by_locked_plan
from budgets.shares import values_of
from plans.models import Plan
from tests import factories as make
from tests.cost_factories import make_cost_rows, make_rule_seal
from tests.decision_factories import make_version
from tests.invoice_rows import make_settings_rows, make_written_rows
from tests.plans.test_models import refuses

TESTS = Path(__file__).parent.parent

pytestmark = pytest.mark.django_db


class TestConstraints:
    def test_figure_set_once_per_day(self):
        figures = make.make_figure_set()
        again = KeyFigureSet(
            allocation_key=figures.allocation_key,
            region_code=figures.region_code,
            region_name="Provlän",
            reference_date=figures.reference_date,
            source="Prov",
        )
        refuses(again, "figure_set_once_per_day")

    def test_borrowed_parts_are_explained(self):
        figures = make.make_figure_set()
        borrower = KeyFigureSet(
            allocation_key=figures.allocation_key,
            region_code="91",
            region_name="Provlän",
            reference_date=datetime.date(2029, 11, 30),
            source="Prov",
            parts_from=figures,
        )
        refuses(
            borrower, "borrowed_parts_are_explained", "Skriv i anmärkningen varför delarna hämtas från en annan dag"
        )

    def test_key_figure_once_per_organisation(self):
        figure = make.make_figure_set().figures.first()
        again = KeyFigure(figure_set=figure.figure_set, organisation=figure.organisation, value=1)
        refuses(again, "key_figure_once_per_organisation")

    def test_rule_slug_in_collaboration(self):
        rule = make.make_rule()
        again = AllocationRule(
            collaboration=rule.collaboration, slug=rule.slug, name="Två", allocation_key=rule.allocation_key
        )
        refuses(again, "rule_slug_in_collaboration")

    def test_one_default_rule_per_collaboration(self):
        rule = make.make_rule(is_default=True)
        second = AllocationRule(
            collaboration=rule.collaboration,
            slug="andra",
            name="Två",
            allocation_key=rule.allocation_key,
            is_default=True,
        )
        refuses(second, "one_default_rule_per_collaboration")

    def test_party_once_per_rule(self):
        weight = make.make_rule().party_weights.first()
        refuses(PartyWeight(rule=weight.rule, party=weight.party), "party_once_per_rule")

    def test_funding_form_slug_in_collaboration(self):
        form = make.make_funding_form()
        again = FundingForm(collaboration=form.collaboration, slug=form.slug, name="Två")
        refuses(again, "funding_form_slug_in_collaboration")

    def test_table_note_mark_in_plan(self):
        note = make.make_note(make.make_plan())
        refuses(TableNote(plan=note.plan, mark=note.mark, text="Två"), "table_note_mark_in_plan")

    @pytest.mark.parametrize(
        ("place", "has_form", "year"),
        [
            ("cost_table", True, None),
            ("cost_table", False, 2030),
            ("funding_form", False, None),
            ("funding_form", True, 2030),
            ("column_foot", True, None),
            ("column_foot", False, 2030),
        ],
    )
    def test_note_placement_says_where(self, place, has_form, year):
        placement = NotePlacement(
            note=make.make_note(make.make_plan()),
            place=place,
            funding_form=make.make_funding_form() if has_form else None,
            year=year,
        )
        refuses(
            placement, "note_placement_says_where", "Ange finansieringsform, och för en kolumns slut även budgetår."
        )

    def test_budget_line_once_per_part(self):
        line = make.make_line(make.make_area(), 1, label="Del")
        again = BudgetLine(
            focus_area=line.focus_area, year=2030, funding_form=line.funding_form, label="Del", amount=Decimal(2)
        )
        refuses(again, "budget_line_once_per_part")

    def test_budget_amount_not_negative(self):
        line = BudgetLine(
            focus_area=make.make_area(), year=2030, funding_form=make.make_funding_form(), amount=Decimal("-0.01")
        )
        refuses(line, "budget_amount_not_negative", "Ett belopp kan inte vara negativt.")

    def test_budget_line_without_figure_has_note(self):
        line = BudgetLine(focus_area=make.make_area(), year=2030, funding_form=make.make_funding_form())
        refuses(line, "budget_line_without_figure_has_note", "En post utan belopp behöver en not som säger varför.")

    def test_budget_statement_once_per_area_and_year(self):
        statement = make.make_statement(make.make_area())
        again = BudgetStatement(focus_area=statement.focus_area, year=2030, text="<p>Två.</p>")
        refuses(again, "budget_statement_once_per_area_and_year")

    def test_printed_subtotal_once(self):
        plan, form = make.make_plan(), make.make_funding_form()
        make.make_printed(plan, "form_subtotal", 1, form=form)
        again = PrintedFigure(plan=plan, kind="form_subtotal", year=2030, funding_form=form, value=Decimal(2))
        refuses(again, "printed_subtotal_once")

    def test_printed_figure_once(self):
        plan = make.make_plan()
        make.make_printed(plan, "year_total", 1)
        refuses(PrintedFigure(plan=plan, kind="year_total", year=2030, value=Decimal(2)), "printed_figure_once")

    @pytest.mark.parametrize(("kind", "has_form"), [("form_subtotal", False), ("rate", True), ("year_total", True)])
    def test_printed_subtotal_has_funding_form(self, kind, has_form):
        figure = PrintedFigure(
            plan=make.make_plan(),
            kind=kind,
            year=2030,
            value=Decimal(1),
            funding_form=make.make_funding_form() if has_form else None,
        )
        refuses(figure, "printed_subtotal_has_funding_form", "En delsumma hör till en finansieringsform")

    def test_every_constraint_of_the_app_has_a_test(self):
        """A new constraint comes with a test that is named after it."""
        models = apps.get_app_config("budgets").get_models()
        names = {found.name for model in models for found in model._meta.constraints}
        tests = "".join(path.read_text(encoding="utf-8") for path in TESTS.rglob("test_*.py"))
        assert {name for name in names if f"def test_{name}(" not in tests} == set()


class TestClean:
    def test_parts_are_not_borrowed_from_a_borrower(self):
        lender = make.make_figure_set()
        borrower = make.make_figure_set({}, on=datetime.date(2028, 1, 1), parts_from=lender, remark="Lånade.")
        third = make.make_figure_set({}, on=datetime.date(2027, 1, 1), remark="Lånade.")
        third.parts_from = borrower
        with pytest.raises(ValidationError, match="Välj dagen som har egna delar"):
            third.full_clean()

    def test_a_cost_basis_has_figures_of_its_rules_key(self):
        plan = make.make_plan()
        other_key = make.make_key("skattekraft")
        rule = make.make_rule(allocation_key=other_key)
        basis = CostBasis(plan_year=plan.years.get(), figure_set=make.make_figure_set(), rule=rule)
        with pytest.raises(ValidationError, match="Nyckeltalen hör till en annan nyckel än regelns"):
            basis.full_clean()

    def test_a_cost_basis_has_a_rule_of_its_plans_collaboration(self):
        plan = make.make_plan()
        rule = make.make_rule(collaboration=make.make_collaboration("annan"))
        basis = CostBasis(plan_year=plan.years.get(), figure_set=make.make_figure_set(), rule=rule)
        with pytest.raises(ValidationError, match="Regeln hör till en annan samverkan än planen"):
            basis.full_clean()


class TestPresentation:
    def test_rows_are_called_what_they_are(self):
        plan = make.make_plan("prov")
        area = make.make_area(plan, "Faxen")
        note = make.make_note(plan, "**", "Egen tid.")
        figures = make.make_figure_set()
        rule = make.make_rule()
        assert str(make.make_line(area, 1, label="Del")) == "Faxen, Del 2030 SGD"
        assert str(make.make_line(area, 1)) == "Faxen 2030 SGD"
        assert str(make.make_statement(area)) == "Faxen 2030"
        assert str(note) == "** Egen tid."
        assert str(make.make_placement(note, "cost_table")) == "**: rubriken för kostnadsfördelningen"
        assert str(make.make_funding_form("annan")) == "Annan"
        assert str(make.make_printed(plan, "rate", "74.24")) == (
            "prov kostnad per invånare och organisation, öre 2030: 74.24"
        )
        assert str(figures.allocation_key) == "Folkmängd"
        assert str(figures) == "Folkmängd Provlän 2029-12-31"
        assert str(figures.figures.first()) == "Alby kommun: 10"
        assert str(rule) == "Lika mellan parterna"
        assert str(rule.party_weights.first()).endswith(": 1")
        basis = make.make_cost_basis(plan, figure_set=figures, rule=rule)
        assert str(basis) == "prov: 2030: Lika mellan parterna, Folkmängd Provlän 2029-12-31"

    def test_every_model_finds_its_rows_by_natural_key(self):
        plan = make.make_shared_plan(100)
        make.make_statement(plan.focus_areas.get())
        make.make_placement(make.make_note(plan), "cost_table")
        make.make_printed(plan, "year_total", 100)
        make_cost_rows(plan)
        make_rule_seal(AllocationRule.objects.first(), make_version())
        make_settings_rows()
        make_written_rows(make_version())
        for model in apps.get_app_config("budgets").get_models():
            row = model.objects.order_by("-pk")[0]
            assert model.objects.get_by_natural_key(*row.natural_key()) == row

    def test_statements_cannot_hold_scripts(self):
        statement = make.make_statement(make.make_area(), text="<p>Kr<script>x</script></p>")
        assert statement.text == "<p>Kr</p>"
        BudgetStatement.objects.filter(pk=statement.pk).update(text="<script>y</script><p>Nytt</p>")
        statement.refresh_from_db()
        assert statement.text == "<p>Nytt</p>"


class TestQuerySets:
    def test_lines_of_a_plan(self):
        line = make.make_line(make.make_area(), 1)
        make.make_line(make.make_area(), 1)
        assert BudgetLine.objects.of_plan(line.focus_area.plan).get() == line

    def test_key_figure_sets_of_a_key_and_a_day_the_county_before_the_nation(self):
        values = {"9101": 1, "9102": 2, "9999": 3}
        nation = make.make_figure_set(values, region_code="00")
        county = make.make_figure_set({"9101": 1, "9102": 2})
        make.make_figure_set({}, on=datetime.date(2020, 1, 1))
        sets = KeyFigureSet.objects.of_key(county.allocation_key).on(county.reference_date).narrowest_first()
        assert list(sets) == [county, nation]

    def test_values_come_from_the_set_that_has_them(self, django_assert_max_num_queries):
        lender = make.make_figure_set()
        borrower = make.make_figure_set({}, on=datetime.date(2028, 1, 1), parts_from=lender, remark="Lånade.")
        with django_assert_max_num_queries(1):
            assert values_of(borrower) == {"9101": 10, "9102": 20, "9103": 30}
        assert borrower.parts_set == lender
        assert lender.parts_set == lender

    @pytest.mark.parametrize("status", Plan.Status)
    def test_what_a_sent_plan_shares_by_is_found(self, status):
        plan = make.make_shared_plan(100, status=status)
        rules = AllocationRule.objects.filter(shared_by_locked_plan("cost_bases"), collaboration=plan.collaboration)
        assert rules.exists() == plan.is_locked
